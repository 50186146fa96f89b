#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The drivers that make test-cocci converts: of network cards, two of which send to each other, and
# of disks. Their data is compared. Prints KTAP.
# shellcheck source-path=SCRIPTDIR source=cards.sh
. /harness/cards.sh

CARDS="e1000 vmxnet3"
DISKS="vmw_pvscsi ehci-pci sdhci-pci"

load() {
	driver=$1
	modprobe "$driver" || fail "there is no module $driver"
}
held() {
	for d in $(devices_of "$driver"); do echo "$d: $(mappings_of "$d") mappings are held"; done
}
# Mappings held while idle, such as the buffer of the SD host. Drivers of the base use what
# they have freed when they lose a device, so they keep it.
remember_idle() { remember_use && held >/tmp/held; }
is_idle() {
	unused=
	for d in $(devices_of "$driver"); do
		n=$(hist_get dma/dma_map_phys "$d" hitcount)
		echo "$d: $n mappings"
		[ "$n" -gt 0 ] || unused=$d
	done
	# shellcheck disable=SC2119  # of no device
	[ -z "$unused" ] && held | diff /tmp/held - && is_clean
}

start_cards() { find_cards "$driver" && remember_idle && set_up; }
again() { down_and_up && exchange 1500; }
stop_cards() { set_links down && is_idle; }

# The kernel's name of the disk, once it has found it
disk_of() {
	for disk in /sys/block/*; do
		case $(readlink -f "$disk") in */"$1"/*) echo "${disk##*/}" ;; esac
	done
}
# find_disk: makes /dev/DRIVER a link to it
find_disk() {
	tries=300
	while [ $((tries -= 1)) -gt 0 ]; do
		disk=$(disk_of "$(devices_of "$driver")")
		if [ -b "/dev/$disk" ]; then
			ln -sf "$disk" "/dev/$driver"
			remember_idle
			return
		fi
		sleep 0.1
	done
	echo "no disk of $driver"
	return 1
}

no_device() { skip "$1" "this machine has no such device"; }

ktap_print_header
ktap_set_plan 17
hist_on dma/dma_map_phys device
for name in $CARDS; do
	load "$name"
	check "$name: two cards are up" start_cards
	check "$name: frames of all sizes" exchange 1500
	check "$name: frames after down and up" again
	check "$name: nothing more is mapped or bounced than before" stop_cards
done
for name in $DISKS; do
	load "$name"
	check=check
	[ -n "$(devices_of "$name")" ] || check=no_device
	$check "$name: there is a disk" find_disk
	$check "$name: data" verify_disk "$name"
	$check "$name: nothing more is mapped or bounced than before" is_idle
done
hist_off dma/dma_map_phys device
ktap_finished
