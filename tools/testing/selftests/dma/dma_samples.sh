#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Loads each driver of samples/dma/, which has QEMU's edu devices move data and
# says in the log whether it arrived. All edu devices are taken from their driver
# for that, if they have one, and given back at the end.

DIR="$(dirname "$(readlink -f "$0")")"
# shellcheck disable=SC1091
. "${DIR}"/ktap_check.sh

DEBUG=/sys/kernel/debug/dma-api
SECTORS=7		# of the disk of dma-iterator
trap 'give_back; rm -rf "$TMP"' EXIT

drivers() { for edu in $EDUS; do echo "$edu has the driver $(driver "$edu")"; done; }

take()
{
	for edu in $EDUS; do
		[ ! -e "$PCI/devices/$edu/driver" ] ||
			echo "$edu" > "$PCI/devices/$edu/driver/unbind"
	done
}

give_back()
{
	for edu in $EDUS; do
		[ -e "$PCI/devices/$edu/driver" ] || echo "$edu" > $PCI/drivers_probe
	done
}

# A sample is only ever a module
exists() { [ -n "$(find "/lib/modules/$(uname -r)" -name "$(echo "$1" | tr _ -).ko*")" ]; }

# load SAMPLE: what it says from then on is what results() finds
load()
{
	MARK="dma_samples.sh: $1, process $$"
	echo "$MARK" > /dev/kmsg
	modprobe "$1"
}

# results SAMPLE PASS|FAIL|SKIP
results() { dmesg | sed "1,/$MARK/d" | grep "$1: $2"; }

# passed SAMPLE NUMBER: so many times, and nothing else
passed()
{
	results "$1" .
	[ "$(results "$1" PASS | wc -l)" = "$2" ] && ! results "$1" FAIL > "$TMP/failed"
}

# sample NAME NUMBER DESCRIPTION: has to pass so many times, where the machine has
# what it needs
sample()
{
	exists "$1" || { skip "$1: $3" "no module $1"; return; }
	load "$1"
	rmmod "$1"
	if [ "$(results "$1" SKIP | wc -l)" = "$2" ]; then
		skip "$1: $3" "the machine does not have what it needs"
	else
		check "$1: $3" passed "$1" "$2"
	fi
}

quiet_dd() { dd "$@" 2>/dev/null; }

# disk_keeps NAME: all sectors, and then two of them
disk_keeps()
{
	size=$((512 * SECTORS))
	quiet_dd if=/dev/urandom of="$TMP/data" bs=512 count=$SECTORS
	quiet_dd if="$TMP/data" of="/dev/$1" bs=$size oflag=direct || return
	quiet_dd if=/dev/urandom of="$TMP/two" bs=512 count=2
	quiet_dd if="$TMP/two" of="$TMP/data" bs=512 seek=3 conv=notrunc
	quiet_dd if="$TMP/two" of="/dev/$1" bs=1k seek=1536 oflag=direct,seek_bytes || return
	quiet_dd if="/dev/$1" of="$TMP/back" bs=$size count=1 iflag=direct || return
	cmp "$TMP/data" "$TMP/back"
}

disks_keep()
{
	n=0
	rc=0
	load dma_iterator || return
	for disk in /sys/block/dmaiter*; do
		echo "${disk##*/} of $(basename "$(readlink -f "$disk/device")")"
		disk_keeps "${disk##*/}" || rc=1
		n=$((n + 1))
	done
	rmmod dma_iterator || return
	[ $rc = 0 ] && [ $n = "$COUNT" ]
}

nothing_held()
{
	for edu in $EDUS; do ! grep " $edu " $DEBUG/dump || return; done
}

returned()
{
	give_back
	drivers
	[ "$(drivers)" = "$DRIVERS" ]
}

ktap_print_header

[ "$(id -u)" = 0 ] || skip_all "needs root"
EDUS=$(edu_devices)
[ -n "$EDUS" ] || skip_all "no edu device: start QEMU with -device edu"
COUNT=$(echo "$EDUS" | wc -l)
exists dma_edu || skip_all "no modules of samples/dma: a kernel without CONFIG_SAMPLE_DMA_EDU"

ktap_set_plan 12
DRIVERS=$(drivers)
[ ! -e $DEBUG/error_count ] || ERRORS=$(cat $DEBUG/error_count)
take

sample dma_edu "$COUNT" "mainline's interface only"
sample dma_two_step "$COUNT" "two steps"
sample dma_vector "$COUNT" "a vector of physical ranges"
sample dma_resource "$COUNT" "registers"
sample dma_sg "$COUNT" "a scatterlist"
sample dma_handle "$COUNT" "unmap with the source known"
if [ "$COUNT" -gt 1 ]; then
	sample dma_alias $((COUNT - 1)) "memory of another device"
else
	skip "dma_alias: memory of another device" "there is only one edu device"
fi
sample dma_map_ops 1 "struct dma_map_ops"
if exists dma_iterator; then
	check "dma_iterator: a disk keeps what is written" disks_keep
else
	skip "dma_iterator: a disk keeps what is written" "no module dma_iterator"
fi

if [ -n "$ERRORS" ]; then
	check "dma-debug has no mapping left for the devices" nothing_held
	check "dma-debug has found no error" no_new_errors "$ERRORS"
else
	skip "dma-debug has no mapping left for the devices" "no CONFIG_DMA_API_DEBUG"
	skip "dma-debug has found no error" "no CONFIG_DMA_API_DEBUG"
fi
check "the devices are given back" returned

ktap_finished
