#!/usr/bin/env bash
# The FAT file systems: what the Raspberry Pi's firmware and U-Boot read. boot-files.sh BOOT_PACKAGES WORK DISK_ID
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
boot=$1 work=$2 disk=$3
kernel=$boot/usr/lib/modules/$(ls "$boot/usr/lib/modules")
firmware=$boot/usr/lib/raspi-firmware

# vfat FILE LABEL SIZE SERIAL DIR: whatever is in DIR, in the order of names.
vfat() {
  rm -f "$1"
  truncate -s "$3" "$1"
  mkfs.vfat --invariant -n "$2" -i "$4" "$1" >/dev/null
  find "$5" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
  find "$5" -mindepth 1 -maxdepth 1 | LC_ALL=C sort | while read -r file; do mcopy -sm -i "$1" "$file" ::/; done
}

dir=$work/boot
rm -rf "$dir"
mkdir -p "$dir/overlays"
cp "$firmware"/{bootcode.bin,start.elf,fixup.dat,start4.elf,fixup4.dat} "$dir/"
cp "$kernel"/dtb/broadcom/{bcm2711,bcm2712,bcm2837}-*.dtb "$dir/"
cp "$boot/usr/lib/u-boot/rpi_arm64/u-boot.bin" "$dir/"
cp "$here"/boot/*.txt "$here"/boot/*.toml "$dir/"
mkimage -q -A arm64 -O linux -T script -C none -n bivouac -d "$here/boot/boot.cmd" "$dir/boot.scr" >/dev/null
# Overlays for what is wired to the header, whose pins hang on another chip on a Raspberry Pi 5. Each is tried on the
# device tree of each board: the firmware would leave out one that does not fit without a word.
mkdir -p "$dir/overlays-pi5"
for source in "$here"/boot/overlays/*.dts; do
  name=$(basename "${source%.dts}").dtbo
  dtc -q -@ -I dts -O dtb -o "$dir/overlays/$name" "$source"
  sed -e 's/<&gpio /<\&rp1_gpio /' -e 's/<&i2c1>/<\&rp1_i2c1>/' "$source" |
    dtc -q -@ -I dts -O dtb -o "$dir/overlays-pi5/$name" -
  for board in "$dir"/*.dtb; do
    case $board in
    *bcm2712*)
      [ -e "$dir/overlays-pi5/$name" ] || continue
      # The kernel does not know every bus of the Raspberry Pi 5 yet.
      if ! fdtoverlay -i "$board" -o "$work/tried.dtb" "$dir/overlays-pi5/$name" 2>/dev/null; then
        echo "image: left out, for it does not fit a Raspberry Pi 5: $name" >&2
        rm "$dir/overlays-pi5/$name"
      fi
      ;;
    *) fdtoverlay -i "$board" -o "$work/tried.dtb" "$dir/overlays/$name" ;;
    esac
  done
done
vfat "$work/boot.vfat" BIVOUAC 128M "${disk:0:7}1" "$dir"

dir=$work/kernel
rm -rf "$dir"
mkdir -p "$dir"
gzip -n -9 -c "$kernel/vmlinuz" >"$dir/Image.gz"
cp "$work/initrd.img" "$dir/"
sed "s/@DISK@/$disk/" "$here/boot/cmdline.env" >"$dir/cmdline.env"
vfat "$work/kernel.vfat" BIVOUAC-SYS 64M "${disk:0:7}2" "$dir"

# The state of boot.cmd: its first copy in the first of 32 sectors, its second in the seventeenth.
printf 'BOOT_ORDER=A\nBOOT_A_LEFT=3\nBOOT_B_LEFT=3\n' | mkenvimage -s 0x200 -o "$work/boot-state.one" -
rm -f "$work/boot-state.img"
dd if="$work/boot-state.one" of="$work/boot-state.img" status=none
dd if="$work/boot-state.one" of="$work/boot-state.img" seek=16 conv=notrunc status=none
