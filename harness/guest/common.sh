# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# Shared by the guest's scripts.

tracing=/sys/kernel/tracing
debug=/sys/kernel/debug

# To the host by way of the kernel's log, so that no kernel message can fall into the middle of a
# line. Text after "harness: " is for the scripts there, text after "harness> " is for the user.
tell() { echo "harness: $*" >/dev/kmsg; }
show() { echo "harness> $*" >/dev/kmsg; }
tell_all() { while IFS= read -r line; do tell "$line"; done; }

# A complaint makes the machine fail, whatever comes later.
failures=0
fail() {
	show "FAILED: $*"
	failures=$((failures + 1))
}

# wait_for_disk NAME [SERIAL NSID]: makes /dev/NAME a link to a namespace, or the only one, of the
# NVMe controller with that serial number, or else with that name for one. NVMe is probed in
# parallel with us.
wait_for_disk() {
	tries=100
	while [ $((tries -= 1)) -gt 0 ]; do
		for d in /sys/block/nvme*; do
			[ -b "/dev/${d##*/}" ] || continue
			[ "$(tr -d ' ' <"$d/device/serial")" = "${2:-$1}" ] || continue
			[ "$(cat "$d/nsid")" = "${3:-1}" ] || continue
			ln -sf "${d##*/}" "/dev/$1"
			return
		done
		sleep 0.1
	done
	tell "there is no NVMe disk with the serial number ${2:-$1}"
}

# pci_name LINK: the PCI name of the controller of the disk that /dev/LINK is
pci_name() {
	basename "$(readlink -f "/sys/block/$(readlink "/dev/$1")/device/device")"
}

# hist_on EVENT DEVICE-FIELD [FIELD]: counts events per device, and adds up a field. A histogram is
# filled in the kernel, and loses nothing unless it says so.
hist_on() {
	echo "hist:keys=$2${3:+:vals=$3}" >"$tracing/events/$1/trigger" || fail "no histogram of $1"
}
hist_off() {
	echo "!hist:keys=$2${3:+:vals=$3}" >"$tracing/events/$1/trigger"
}
# hist_get EVENT DEVICE hitcount|FIELD
hist_get() {
	sed -n "s/^{ [a-z_]*: $2 *}.* $3: *\([0-9]*\).*/\1/p" "$tracing/events/$1/hist" |
		head -n 1 | grep . || echo 0
}
hist_dropped() {
	sed -n 's/.*Dropped: *\([0-9]*\).*/\1/p' "$tracing/events/$1/hist" | head -n 1
}

# The provider of the disks' mappings, as the machine's line in harness/lab/machines names it
provider() {
	if grep -qs xen /sys/hypervisor/type; then echo xen_swiotlb_dma_ops; return; fi
	disk=$(pci_name scratch)
	group=/sys/bus/pci/devices/$disk/iommu_group
	if [ -e "$group" ]; then
		case $(readlink "/sys/bus/pci/devices/$disk/iommu") in
		*/dmar*) name=intel-iommu ;;
		*/ivhd*) name=amd-iommu ;;
		*/virtio*) name=virtio-iommu ;;
		*/smmu3*) name=smmuv3 ;;
		*) name=$(basename "$(readlink "/sys/bus/pci/devices/$disk/iommu")") ;;
		esac
		case $(cat "$group/type") in
		DMA) echo "$name strict" ;;
		DMA-FQ) echo "$name lazy" ;;
		*) echo "$name $(cat "$group/type")" ;;
		esac
		return
	fi
	hist_on swiotlb/swiotlb_bounced dev_name
	dd if=/dev/scratch of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null
	bounced=$(hist_get swiotlb/swiotlb_bounced "$disk" hitcount)
	if [ "$bounced" -gt 0 ]; then echo swiotlb; else echo direct; fi
	hist_off swiotlb/swiotlb_bounced dev_name
}

dma_errors() { cat "$debug/dma-api/error_count"; }

# devices_of DRIVER: of PCI
devices_of() {
	for device in "/sys/bus/pci/drivers/$1"/*:*; do
		[ ! -e "$device" ] || echo "${device##*/}"
	done
}

# Takes the drivers off the devices: dma-debug reports what they have not unmapped. And a
# virtio-iommu is reset before the disks at power-off, which then wait for a minute each (6.12.117).
release_devices() {
	for driver in nvme ahci edu; do
		for device in $(devices_of $driver); do
			echo "$device" >"/sys/bus/pci/drivers/$driver/unbind"
		done
	done
}
