# U-Boot: choose system A or B and start it. The same script serves a Raspberry Pi (mmc, usb) and QEMU (virtio).
#
# Which system is first, and how many starts each has left, stands in two copies in the gap before the first
# partition, one sector each: a sector is written whole or not at all, and no file system is written while booting.
# Linux changes the first copy with fw_setenv (/etc/fw_env.config).
test -n "${devtype}" || setenv devtype mmc
test -n "${devnum}" || setenv devnum 0
setenv state_addr ${ramdisk_addr_r}
setenv state_size 0x200
# Sectors; genimage.cfg and fw_env.config say the same in bytes.
setenv state_first 0x10
setenv state_second 0x20

setenv BOOT_ORDER
${devtype} dev ${devnum}
for copy in ${state_first} ${state_second}; do
  if test -z "${BOOT_ORDER}"; then
    if ${devtype} read ${state_addr} ${copy} 1; then
      env import -c ${state_addr} ${state_size} BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT
    fi
  fi
done
test -n "${BOOT_ORDER}" || setenv BOOT_ORDER "A B"
test -n "${BOOT_A_LEFT}" || setenv BOOT_A_LEFT 3
test -n "${BOOT_B_LEFT}" || setenv BOOT_B_LEFT 3

setenv slot
for candidate in ${BOOT_ORDER}; do
  if test -z "${slot}"; then
    if test "${candidate}" = A; then
      if test 0x${BOOT_A_LEFT} -gt 0; then
        setexpr BOOT_A_LEFT ${BOOT_A_LEFT} - 1
        setenv slot A
        setenv kernel_part 2
      fi
    fi
    if test "${candidate}" = B; then
      if test 0x${BOOT_B_LEFT} -gt 0; then
        setexpr BOOT_B_LEFT ${BOOT_B_LEFT} - 1
        setenv slot B
        setenv kernel_part 3
      fi
    fi
  fi
done
if test -z "${slot}"; then
  # Nobody is there to choose: start over rather than stay dark.
  echo "bivouac: no start left for any system, counting anew"
  setenv BOOT_A_LEFT 3
  setenv BOOT_B_LEFT 3
fi

env export -c -s ${state_size} ${state_addr} BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT
${devtype} write ${state_addr} ${state_first} 1
${devtype} write ${state_addr} ${state_second} 1
test -n "${slot}" || reset
echo "bivouac: system ${slot} (order ${BOOT_ORDER}, starts left A ${BOOT_A_LEFT}, B ${BOOT_B_LEFT})"

# Far enough apart for a kernel of 80 MB unpacked, below 256 MB: a Pi Zero 2 W has 512 MB, some of it the GPU's.
if test "${devtype}" = virtio; then
  setenv kernel_addr_r 0x40400000
  setenv ramdisk_addr_r 0x46000000
  setenv packed_addr 0x4a000000
  setenv console ttyAMA0
else
  setenv kernel_addr_r 0x00200000
  setenv ramdisk_addr_r 0x06000000
  setenv packed_addr 0x0a000000
  setenv console ttyS1,115200
fi
# The Raspberry Pi's firmware hands over its device tree with the overlays of config.txt; QEMU makes one.
test -n "${fdt_addr}" || setenv fdt_addr ${fdtcontroladdr}

setenv from "${devtype} ${devnum}:${kernel_part}"
if load ${from} ${packed_addr} cmdline.env; then
  env import -t ${packed_addr} ${filesize} kernel_arguments
  setenv bootargs "console=${console} ${kernel_arguments} rauc.slot=${slot}"
  if load ${from} ${packed_addr} Image.gz; then
    if unzip ${packed_addr} ${kernel_addr_r}; then
      if load ${from} ${ramdisk_addr_r} initrd.img; then
        booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdt_addr}
      fi
    fi
  fi
fi
echo "bivouac: system ${slot} does not load, trying again"
reset
