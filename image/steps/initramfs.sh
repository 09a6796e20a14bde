#!/usr/bin/env bash
# The initramfs: busybox, the modules that find the disk, and initramfs/init. initramfs.sh BOOT_PACKAGES WORK OUTPUT
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
boot=$1 work=$2 output=$3
umask 022

kernel=$(ls "$boot/usr/lib/modules")
tree=$work/initramfs
rm -rf "$tree"
mkdir -p "$tree/bin" "$tree/lib/modules"
cp "$boot/usr/bin/busybox" "$tree/bin/"
ln -s busybox "$tree/bin/sh"
install -m 755 "$here/initramfs/init" "$tree/init"

# modprobe tells each module's files in the order of loading; busybox has no index to look into and needs none.
grep -v '^#' "$here/initramfs/modules.txt" | while read -r module; do
  modprobe -d "$boot" -S "$kernel" --show-depends "$module" ||
    { echo "initramfs/modules.txt: the kernel has no $module" >&2; exit 1; }
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
  name=$(basename "${file%.zst}")
  case $file in
  *.zst) zstd -dcq "$file" >"$tree/lib/modules/$name" ;;
  *) cp "$file" "$tree/lib/modules/$name" ;;
  esac
  echo "$name"
done >"$tree/modules.list"

find "$tree" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
cd "$tree"
find . | LC_ALL=C sort | cpio --quiet -o -H newc --reproducible -R 0:0 | zstd -q -19 -T1 -f -o "$output"
