#!/usr/bin/env bash
# Unpacks kernel, firmware and boot loader, once for each set of packages. boot-packages.sh DEBIAN_DIR DIR
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
debian=$1 dir=$2

rm -rf "$dir"
mkdir -p "$dir"
tar -C "$dir" -xf "$debian/boot.tar" --exclude='./dev/*'
# modprobe and depmod look below /lib.
[ -e "$dir/lib" ] || ln -s usr/lib "$dir/lib"
kernel=$(ls "$dir/usr/lib/modules")
modules=$dir/usr/lib/modules/$kernel

# Modules of machines that we do not run on.
grep -v '^#' "$here/debian/modules-left-out.txt" | while read -r path; do
  # A line that names nothing is a slip, or the next kernel's way to say that it has moved.
  [ -e "$modules/kernel/$path" ] || { echo "modules-left-out.txt: the kernel has no $path" >&2; exit 1; }
  rm -rf "$modules/kernel/$path"
done
# A start loads a hundred of them: zstd unpacks in a tenth of the time of xz, at the same size. From files, not pipes:
# the loader wants the size in the header.
find "$modules/kernel" -name '*.ko.xz' -print0 |
  xargs -0 -P "$(nproc)" -n 50 sh -c 'for file; do xz -d "$file" && zstd -q -12 --rm "${file%.xz}"; done' -
depmod -b "$dir" "$kernel"
touch "$dir/.complete"
