# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Starts the kernel of a machine. QEMU can do so, but not for the dom0 of a Xen or for a MIPS Jazz.
# A starter has two functions: get_starter_NAME makes what is needed besides the kernel, and
# start_args_NAME ARGUMENTS sets START to the arguments of QEMU that start the kernel with these.

get_starter_qemu() { :; }

start_args_qemu() { START=(-kernel "$OUT/$IMAGE" ${INITRD:+-initrd "$INITRD"} -append "$1"); }

xen_version() {
	apt-cache pkgnames xen-hypervisor- | grep -oP '^xen-hypervisor-\K[0-9.]+(?=-)' | sort -V |
		tail -n 1 | grep .
}

# get_xen: sets XEN to the image of Xen for the architecture, of the version that this Debian has
get_xen() {
	local version
	version=$(xen_version) || { apt_get packages update && version=$(xen_version); } ||
		die "apt has no xen-hypervisor"
	unpack_packages "$DEB_ARCH" "xen-hypervisor-$version-$DEB_ARCH"
	XEN=$GUEST/boot/xen-$version-$DEB_ARCH
}

get_starter_xen() {
	get_xen
	zcat "$XEN.gz" >"$OUT/xen"
}

# The kernel is Xen's first module. A comma begins the next one. Xen gets what dom0 must not take.
start_args_xen() {
	START=(-kernel "$OUT/xen" -initrd "$OUT/$IMAGE ${1//,/,,}${INITRD:+,$INITRD}"
		-append "console=com1 com1=115200,8n1 dom0_mem=-512M,max:1G")
}

get_starter_xenarm() {
	get_xen
	cp "$XEN" "$OUT/xen"
}

# Here Xen finds its modules in the device tree.
start_args_xenarm() {
	local dtb=$MDIR/noncoherent.dtb
	START=(-kernel "$OUT/xen" -append "console=dtuart dtuart=/pl011@9000000 dom0_mem=1G")
	{
		dtc -q -I dtb -O dts "$dtb"
		echo '/ { chosen { #address-cells = <2>; #size-cells = <2>;'
		xen_module kernel 0x50000000 "$OUT/$IMAGE" "$1"
		[ -z "$INITRD" ] || xen_module ramdisk 0x60000000 "$INITRD" ""
		echo '}; };'
	} >"$MDIR/xen.dts"
	dtc -q -I dts -O dtb -o "$dtb" "$MDIR/xen.dts"
	START+=(-device "loader,file=$OUT/$IMAGE,addr=0x50000000,force-raw=on")
	[ -z "$INITRD" ] || START+=(-device "loader,file=$INITRD,addr=0x60000000,force-raw=on")
}

# xen_module KIND ADDRESS FILE ARGUMENTS
xen_module() {
	echo "module@${2#0x} { compatible = \"multiboot,$1\", \"multiboot,module\";" \
		"reg = <0 $2 0 $(stat -c %s "$3")>; bootargs = \"$4\"; };"
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
