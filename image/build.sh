#!/usr/bin/env bash
# Makes the firmware image, as root: build.sh product|test
#   product → dist/bivouac-VERSION-arm64.img.zst, its .sha256 and .sbom.json
#   test    → .cache/image/test/card.img: the same with a root shell on the serial port, for test/image
# No mounts, no loop devices. The same commit and the same Debian packages give the same bytes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
cd "$top"
variant=$1
node=$2
binary=$top/dist/bivouac-linux-arm64

# "biva": the disk's signature. The kernel finds the card by it, /etc/fstab the partitions.
DISK_ID=62697661
DATA_UUID=62697661-0000-4000-8000-000000000007
ROOT_UUID=62697661-0000-4000-8000-000000000005
# What a download, and an hour of somebody's mobile data, may cost.
IMAGE_MAX_BYTES=300000000

started=$SECONDS
say() { printf 'image: %4d s  %s\n' $((SECONDS - started)) "$*"; }
trap 'echo "image: failed at line $LINENO of image/build.sh" >&2' ERR

"$here/check-tools.sh" build
debian=$("$here/debian/fetch.sh")

work=$top/.cache/image/$variant
kept=$(cat "$here/steps/boot-packages.sh" "$here/debian/modules-left-out.txt" | sha256sum | cut -c1-8)
boot=$(dirname "$debian")/boot-${debian##*-}-$kept
mkdir -p "$work"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y package.json)
export SOURCE_DATE_EPOCH
export E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC

if [ ! -e "$boot/.complete" ]; then
  "$here/steps/boot-packages.sh" "$debian" "$boot"
  say 'kernel, firmware and U-Boot unpacked'
fi

"$here/steps/system-tree.sh" "$variant" "$debian" "$boot" "$work/root" "$binary"
say "system tree: $(du -sm "$work/root" | cut -f1) MB"
"$here/steps/initramfs.sh" "$boot" "$work" "$work/initrd.img"
say "initramfs: $(stat -c %s "$work/initrd.img") bytes"
"$here/steps/boot-files.sh" "$boot" "$work" "$DISK_ID"
say 'boot and kernel partitions'

rm -f "$work/root.erofs"
mkfs.erofs -zlz4hc,9 -C65536 -T"$SOURCE_DATE_EPOCH" -U$ROOT_UUID --quiet "$work/root.erofs" "$work/root" >/dev/null 2>&1
say "read-only root: $(stat -c %s "$work/root.erofs") bytes"

# 4 KiB blocks and room for descriptors, so that it can grow to a card of 1 TB; few inodes, for they are written out
# when it grows.
rm -f "$work/data.ext4"
truncate -s 128M "$work/data.ext4"
mkfs.ext4 -q -b 4096 -i 65536 -I 256 -m 1 -J size=16 -L BIVOUAC-DATA -U $DATA_UUID \
  -E "hash_seed=$DATA_UUID,resize=268435456,root_owner=0:0" "$work/data.ext4"

sed "s/@DISK@/$DISK_ID/" "$here/genimage.cfg" >"$work/genimage.cfg"
rm -rf "$work/genimage"
mkdir -p "$work/genimage/root"
genimage --config "$work/genimage.cfg" --rootpath "$work/genimage/root" --tmppath "$work/genimage/tmp" \
  --inputpath "$work" --outputpath "$work" >"$work/genimage.log" 2>&1 || { tail -20 "$work/genimage.log" >&2; exit 1; }
say "card: $work/card.img"
[ "$variant" = product ] || exit 0

version=$("$node" -p 'require("./package.json").version')
name=bivouac-$version-arm64.img
rm -f dist/bivouac-*-arm64.img*
zstd -q -10 -T0 -f "$work/card.img" -o "dist/$name.zst"
(cd dist && sha256sum "$name.zst" >"$name.zst.sha256")
"$node" "$here/sbom.ts" "dist/$name.zst" "$work/root/usr/share/bivouac/debian-packages" "$boot/var/lib/dpkg/status" >"dist/$name.sbom.json"
size=$(stat -c %s "dist/$name.zst")
say "dist/$name.zst: $((size / 1000000)) MB, card $(stat -c %s "$work/card.img") bytes"
say "sha256 of the card: $(sha256sum "$work/card.img" | cut -d' ' -f1)"
if [ "$size" -gt $IMAGE_MAX_BYTES ]; then
  echo "image: larger than $IMAGE_MAX_BYTES bytes" >&2
  exit 1
fi
