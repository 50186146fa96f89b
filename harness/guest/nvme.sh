#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What NVMe reads and writes, by every way that its driver has to describe memory to the disk.
# Prints KTAP.
# shellcheck source-path=SCRIPTDIR source=disks.sh
. /harness/disks.sh

ktap_set_plan 20
check "data, PRPs and SGLs as the driver chooses" verify_disk scratch
check "data, PRPs only" with_threshold 0 verify_disk scratch
check "data, SGLs wherever possible" with_sgls verify_disk scratch
check "data with protection information" verify_disk meta1
check "data with protection information, SGLs" with_sgls verify_disk meta1
check "data with 64 bytes of other metadata to each sector" verify_disk meta2
check "data and metadata by commands from user space" commands 1
check_meta_sgls "metadata by SGL, data too" with_sgls verify_disk meta2
check "data with queues in the controller's memory" verify_disk cmb
check_failing check "data and SGLs, with allocations that fail" with_sgls verify_disk scratch
check_failing check_meta_sgls "metadata by SGL, with allocations that fail" commands 30
check_each "each allocation of a request fails in turn, SGLs" with_sgls verify each /dev/scratch
check_each "each allocation of a request fails in turn, PRPs" without_sgls verify each /dev/scratch
check_peer "data in a peer's memory, behind the same switch" peer
check_peer "data in a peer's memory, elsewhere" scratch
check_large check "data in a peer's memory, several lists of PRPs" \
	peer without_sgls from_peer peer 3072
check_large check "data, several lists of PRPs" peer without_sgls verify large /dev/peer
check_large check "data, requests of 2 to 4 MiB, SGLs" peer with_sgls verify large /dev/peer
check_large check_each "each allocation of several lists of PRPs fails in turn" \
	peer without_sgls verify each /dev/peer 3072
check "nothing is left mapped or bounced" disks_are_clean
ktap_finished
