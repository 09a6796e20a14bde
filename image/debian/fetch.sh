#!/usr/bin/env bash
# Debian's share of the image: rootfs.tar (installed packages) and boot.tar (kernel, firmware, boot loader, unpacked
# only). It takes long, for the packages' scripts run under emulation, so what it makes is kept outside the checkout
# and made again only when the lists or this script change. Prints the directory of both files.
#
# Debian moves on while the lists stay: whoever must build the same image again keeps that directory.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${BIVOUAC_IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/bivouac/image}
key=$(cat "$here/packages.txt" "$here/boot-packages.txt" "$here/fetch.sh" | sha256sum | cut -c1-16)
dir=$cache/debian-$key

mkdir -p "$cache"
# Two builds at once: the second waits for what the first makes.
exec 9>"$cache/debian-$key.lock"
flock 9
if [ -e "$dir/complete" ]; then
  echo "Debian packages: kept from an earlier build ($dir)." >&2
  echo "$dir"
  exit 0
fi

"$here/../check-tools.sh" fetch >&2
echo 'Debian packages: to be fetched and installed under emulation, ten minutes or more.' >&2
started=$SECONDS
rm -rf "$dir"
mkdir "$dir"

# The mirror is this machine's own: nothing of it is written into the image.
mirror=${BIVOUAC_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' | grep -m1 '/debian/*$')}
mirror=${mirror%/}
sources=(
  "deb $mirror trixie main non-free-firmware"
  "deb $mirror trixie-updates main non-free-firmware"
  "deb $mirror-security trixie-security main non-free-firmware"
  "deb $mirror trixie-backports main non-free-firmware"
)
list() { grep -v '^#' "$here/$1" | paste -sd,; }
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1767225600}

# Configuration questions are left out ('DPkg::Pre-Install-Pkgs'): asking them takes minutes under emulation.
mmdebstrap --architectures=arm64 --variant=apt --include="$(list packages.txt)" \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
  --aptopt='#clear DPkg::Pre-Install-Pkgs' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  trixie "$dir/rootfs.tar" "${sources[@]}" >&2
echo "Debian packages: rootfs.tar after $((SECONDS - started)) s." >&2

mmdebstrap --architectures=arm64 --variant=extract --include="$(list boot-packages.txt)" \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
  trixie "$dir/boot.tar" "${sources[@]}" >&2
echo "Debian packages: boot.tar after $((SECONDS - started)) s." >&2

touch "$dir/complete"
echo "$dir"
