#!/usr/bin/env bash
# Installs the Debian packages without which some tests are skipped, as root; does nothing where all are there.
set -euo pipefail

missing=()
# needs PATH PACKAGE...: a file that is there when the packages are.
needs() {
  [ -e "$1" ] || missing+=("${@:2}")
}
# Runs the arm64 binary.
needs /usr/bin/qemu-aarch64-static qemu-user-static
needs /usr/aarch64-linux-gnu/lib/libc.so.6 libc6-arm64-cross
needs /usr/aarch64-linux-gnu/lib/libstdc++.so.6 libstdc++6-arm64-cross
needs /usr/aarch64-linux-gnu/lib/libatomic.so.1 libatomic1-arm64-cross
# Read client packages and certificates as clients do.
needs /usr/bin/openssl openssl
needs /usr/bin/objdump binutils
needs /usr/bin/keytool default-jre-headless
# People in somebody else's database.
needs /usr/sbin/mariadbd mariadb-server
# Shows the pages.
needs /usr/bin/chromium chromium
# Network namespaces, firewall rules in them, the hotspot's files as its programs read them, units.
needs /usr/sbin/ip iproute2
needs /usr/sbin/nft nftables
needs /usr/sbin/dnsmasq dnsmasq-base
needs /usr/bin/nmcli network-manager
needs /usr/bin/systemd-analyze systemd
# Reverse proxies that sign people in.
needs /usr/bin/caddy caddy
needs /usr/sbin/nginx nginx-light
# A browser, for pages and passkeys.
needs /usr/bin/chromium chromium

[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ]; then
  echo "Missing: ${missing[*]}. Run: sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
# Tests start the proxies themselves; as services they would take ports of this machine.
if [ -d /run/systemd/system ]; then
  for proxy in caddy nginx; do
    [[ ! " ${missing[*]} " =~ \ ${proxy} ]] || systemctl disable --now --quiet "$proxy"
  done
fi
