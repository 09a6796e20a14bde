#!/usr/bin/env bash
# Says in one go what this machine lacks for a step of the image build, and what to run. `check-tools.sh fetch|build|test`
set -euo pipefail
step=$1

missing=()
need() { command -v "$1" >/dev/null || [ -e "/usr/sbin/$1" ] || missing+=("$2"); }

case $step in
fetch)
  need mmdebstrap mmdebstrap
  need qemu-aarch64-static qemu-user-static
  need arch-test arch-test
  ;;
build)
  need mkfs.erofs erofs-utils
  need genimage genimage
  need mcopy mtools
  need mkimage u-boot-tools
  need mkfs.vfat dosfstools
  need mkfs.ext4 e2fsprogs
  need sfdisk fdisk
  need depmod kmod
  need dtc device-tree-compiler
  need systemctl systemd
  need cpio cpio
  need zstd zstd
  need xz xz-utils
  ;;
test)
  need qemu-system-aarch64 qemu-system-arm
  [ -e /usr/lib/u-boot/qemu_arm64/u-boot.bin ] || missing+=(u-boot-qemu)
  need mcopy mtools
  need zstd zstd
  ;;
esac
if [ ${#missing[@]} -gt 0 ]; then
  echo "The image needs packages that are not installed: ${missing[*]}" >&2
  echo "Run as root: make image-tools" >&2
  exit 1
fi

# Owners and modes of the system's files are set as they will be on the box.
if [ "$step" != test ] && [ "$(id -u)" != 0 ]; then
  echo 'The image is built as root: run `sudo make image`.' >&2
  exit 1
fi

if [ "$step" = fetch ] && ! arch-test arm64 >/dev/null 2>&1; then
  echo 'This machine cannot run arm64 programs (binfmt_misc).' >&2
  echo 'Run as root: make image-tools' >&2
  exit 1
fi
