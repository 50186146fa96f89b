# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Starts the kernel of a machine. QEMU can do so, but not for the dom0 of a Xen or for a MIPS Jazz.
# A starter has two functions: get_starter_NAME makes what is needed besides the kernel, and
# start_args_NAME ARGUMENTS sets START to the arguments of QEMU that start the kernel with these.

get_starter_qemu() { :; }

start_args_qemu() { START=(-kernel "$OUT/$IMAGE" ${INITRD:+-initrd "$INITRD"} -append "$1"); }

get_starter_xen() {
	unpack_packages "$DEB_ARCH" xen-hypervisor-4.17-amd64
	zcat "$GUEST"/boot/xen-4.17-amd64.gz >"$OUT/xen"
}

# The kernel is Xen's first module. A comma would begin the next one.
start_args_xen() {
	START=(-kernel "$OUT/xen" -initrd "$OUT/$IMAGE ${1//,/,,}"
		-append "console=com1 com1=115200,8n1 dom0_mem=1G,max:1G")
}

# QEMU has no firmware for it: harness/lab/jazz.S
get_starter_jazz() {
	run_logged jazz "${CROSS_COMPILE}gcc" -mips2 -mabi=32 -mno-abicalls -fno-pic -nostdlib -static \
		-Wl,-e_start,-Ttext=0xbfc00000,--build-id=none -o "$OUT/jazz.elf" "$HARNESS/lab/jazz.S"
	"${CROSS_COMPILE}objcopy" -O binary -j .text "$OUT/jazz.elf" "$OUT/jazz.bios"
}

start_args_jazz() {
	local entry
	entry=$(readelf -h "$OUT/vmlinux" | awk '/Entry point/ { print $NF }')
	printf '%s\0' "$1" >"$MDIR/arguments"
	# shellcheck disable=SC2034
	START=(-bios "$OUT/jazz.bios" -device "loader,file=$OUT/$IMAGE,addr=0x80000,force-raw=on"
		-device "loader,file=$MDIR/arguments,addr=0x2000,force-raw=on"
		-device "loader,addr=0x1800,data-len=4,data=$entry")
}
