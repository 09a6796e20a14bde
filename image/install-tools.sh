#!/usr/bin/env bash
# As root on Debian: what `make image` and `make image-test` need of this machine.
set -euo pipefail
if [ "$(id -u)" != 0 ]; then
  echo 'Run as root: make image-tools' >&2
  exit 1
fi

packages=(
  # fetch
  mmdebstrap qemu-user-static arch-test
  # build
  erofs-utils genimage mtools u-boot-tools device-tree-compiler dosfstools e2fsprogs fdisk kmod cpio zstd xz-utils
  # test
  qemu-system-arm u-boot-qemu
)
if ! dpkg-query -W "${packages[@]}" >/dev/null 2>&1; then
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${packages[@]}"
fi

# arm64 programs are handed to the emulator by the kernel. In a container nobody else has set this up.
binfmt=/proc/sys/fs/binfmt_misc
if ! arch-test arm64 >/dev/null 2>&1; then
  mountpoint -q $binfmt || mount -t binfmt_misc binfmt_misc $binfmt
  if [ ! -e $binfmt/qemu-aarch64 ]; then
    grep -h '^:' /usr/lib/binfmt.d/qemu-aarch64.conf >$binfmt/register
  fi
  arch-test arm64
fi
