#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The kernel's own hmm-tests: a device of lib/test_hmm reads, writes and migrates the memory of a
# process, mapped for DMA by hmm_dma_map_pfn(). Where edu devices are behind an IOMMU, for the first
# of them. Prints KTAP.
DIR=/selftests/dma
# shellcheck source-path=SCRIPTDIR source=../../tools/testing/selftests/dma/ktap_check.sh
. $DIR/ktap_check.sh

debug=/sys/kernel/debug/dma-api
edu=$(edu_devices | head -n1)
device=hmm_dmirror
options=
[ ! -e "$PCI/devices/$edu/iommu_group" ] || { device=$edu; options=dma_device=$edu; }
# QEMU gives memory to simulate that of a device, if the machine's line names some
coherent=$(sed -n 's/.* hmm\.coherent=\([^ ]*\).*/\1/p' /proc/cmdline)
[ -z "$coherent" ] || options="$options spm_addr_dev0=${coherent%,*} spm_addr_dev1=${coherent#*,}"

mapped() { grep -c " $device" $debug/dump; }

nothing_left()
{
	echo "$(mapped) mappings, $before before"
	[ "$(mapped)" = "$before" ]
}

ktap_print_header
ktap_set_plan 4
ERRORS=$(cat $debug/error_count)
before=$(mapped)
# shellcheck disable=SC2086  # words
check "test_hmm maps for ${options:-its own devices}" modprobe test_hmm $options
{ /selftests/mm/hmm-tests; echo $? >"$TMP/status"; } 2>&1 | sed 's/^/    /'
check "hmm-tests" [ "$(cat "$TMP/status")" = 0 ]
check "dma-debug has no mapping left for $device" nothing_left
rmmod test_hmm
check "dma-debug has found no error" no_new_errors "$ERRORS"
ktap_finished
