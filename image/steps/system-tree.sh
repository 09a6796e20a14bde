#!/usr/bin/env bash
# The read-only system as a directory: Debian's packages, kernel modules, our program, units and overlay.
# system-tree.sh VARIANT DEBIAN_DIR BOOT_PACKAGES TREE BINARY
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
top=$(dirname "$here")
variant=$1 debian=$2 boot=$3 tree=$4 binary=$5
umask 022

# Kept on /data, so files must belong to the same number in every image to come.
BIVOUAC_ID=900

rm -rf "$tree"
mkdir -p "$tree"
tar -C "$tree" -xf "$debian/rootfs.tar" --exclude='./dev/*'

# Kernel modules.
kernel=$(ls "$boot/usr/lib/modules")
modules=$tree/usr/lib/modules/$kernel
mkdir -p "$tree/usr/lib/modules"
cp -a "$boot/usr/lib/modules/$kernel" "$tree/usr/lib/modules/"
rm -rf "$modules"/{vmlinuz,dtb,System.map,config,build,source,modules.alias,modules.dep,modules.symbols}

# The user, as systemd/sysusers.d would make it, but with the same number each time.
printf 'bivouac:x:%s:%s:Bivouac TAK server:/var/lib/bivouac:/usr/sbin/nologin\n' $BIVOUAC_ID $BIVOUAC_ID >>"$tree/etc/passwd"
printf 'bivouac:x:%s:\n' $BIVOUAC_ID >>"$tree/etc/group"
printf 'bivouac:!*:20000::::::\n' >>"$tree/etc/shadow"
printf 'bivouac:!*::\n' >>"$tree/etc/gshadow"

# Ours.
install -m 755 "$binary" "$tree/usr/bin/bivouac"
install -D -m 644 "$top/LICENSE" "$tree/usr/share/doc/bivouac/copyright"
install -m 644 "$top/docs/operations.md" "$tree/usr/share/doc/bivouac/"
install -m 644 "$top/dist/THIRD-PARTY-LICENSES.txt" "$tree/usr/share/doc/bivouac/"
install -D -m 644 -t "$tree/usr/lib/sysusers.d" "$top"/systemd/sysusers.d/*.conf
install -D -m 644 -t "$tree/usr/lib/tmpfiles.d" "$top"/systemd/tmpfiles.d/*.conf
install -D -m 644 -t "$tree/usr/lib/systemd/system" $(find "$top/systemd" -maxdepth 1 -type f)
cp -r --no-preserve=ownership "$here/overlay/." "$tree/"
if [ "$variant" = test ]; then
  cp -r --no-preserve=ownership "$here/test-overlay/." "$tree/"
  cp "$boot/usr/bin/busybox" "$tree/usr/bin/busybox"
fi
mkdir -p "$tree"/{data,boot/firmware,etc/bivouac,var/lib/bivouac,var/log/journal}
chmod 700 "$tree/var/lib/bivouac" "$tree/boot/firmware"
chown $BIVOUAC_ID:$BIVOUAC_ID "$tree/var/lib/bivouac"
# systemd refuses to write over a mounted one; the initramfs mounts the box's own here.
echo uninitialized >"$tree/etc/machine-id"

# What starts: each unit of ours that says where it belongs, and nothing of Debian's that needs a writable system.
enable() { systemctl --quiet --root="$tree" enable "$1"; }
for unit in "$top"/systemd/*.{service,path,timer,socket} "$here"/overlay/usr/lib/systemd/system/*; do
  [ -f "$unit" ] && grep -q '^\[Install\]' "$unit" && enable "$(basename "$unit")"
done
if [ "$variant" = test ]; then
  for unit in "$here"/test-overlay/usr/lib/systemd/system/*; do enable "$(basename "$unit")"; done
fi
grep -v '^#' "$here/debian/units-off.txt" | while read -r unit; do
  ln -sf /dev/null "$tree/etc/systemd/system/$unit"
done
rm -f "$tree"/etc/systemd/system/getty.target.wants/* "$tree"/etc/systemd/system/timers.target.wants/*
# No login on any console, whatever the kernel command line says.
mkdir -p "$tree/etc/systemd/system-generators"
for generator in systemd-getty-generator systemd-debug-generator systemd-ssh-generator; do
  ln -sf /dev/null "$tree/etc/systemd/system-generators/$generator"
done
ln -sf multi-user.target "$tree/usr/lib/systemd/system/default.target"

# Left by the package manager, which nobody runs on a read-only system. What is installed stays on record.
install -D -m 644 "$tree/var/lib/dpkg/status" "$tree/usr/share/bivouac/debian-packages"
rm -rf "$tree"/var/lib/{dpkg,apt,ucf,pam,misc/*} "$tree"/var/cache/* "$tree"/var/backups/* "$tree"/var/log/{apt,lastlog,btmp,wtmp,README,*.log}
rm -rf "$tree"/etc/apt "$tree"/etc/{passwd,group,shadow,gshadow}- "$tree"/etc/.pwd.lock "$tree"/etc/.resolv.conf*
rm -rf "$tree"/usr/share/{lintian,bug,zsh,bash-completion} "$tree"/usr/share/doc/*/changelog*
# Character sets of the C library: programs here speak UTF-8; dosfstools reads names in code page 850.
find "$tree"/usr/lib/aarch64-linux-gnu/gconv -name '*.so' ! -name 'IBM850.so' ! -name 'UTF-*.so' -delete
rm -f "$tree"/usr/lib/aarch64-linux-gnu/gconv/gconv-modules.cache

# Caches are as new as the system: systemd need not make them anew at each start.
for dir in etc var; do
  printf 'TIMESTAMP_NSEC=%s000000000\n' "$SOURCE_DATE_EPOCH" >"$tree/$dir/.updated"
  touch -d "@$((SOURCE_DATE_EPOCH + 10))" "$tree/$dir/.updated"
done
find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
