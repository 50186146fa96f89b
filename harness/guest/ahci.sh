#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A disk behind AHCI, whose driver maps every request by dma_map_sg(). Prints KTAP.
# shellcheck source-path=SCRIPTDIR source=disks.sh
. /harness/disks.sh

ln -sf sda /dev/ahci
controller=$(readlink -f /sys/block/sda | sed 's|/ata[0-9]*/.*||; s|.*/||')

was_mapped_by_sg() {
	echo "$(hist_get dma/dma_map_sg "$controller" hitcount) requests mapped"
	[ "$(hist_get dma/dma_map_sg "$controller" hitcount)" -gt 0 ]
}

hist_on dma/dma_map_sg device
ktap_set_plan 5
check "data" verify_disk ahci
check_large check "data, requests of 2 to 4 MiB" ahci verify large /dev/ahci
check_large check "fio, requests of up to 4 MiB" ahci fio_verify /dev/ahci /harness/ahci.fio
check "every request was mapped by dma_map_sg" was_mapped_by_sg
check "nothing is left mapped or bounced" disks_are_clean "$controller"
hist_off dma/dma_map_sg device
ktap_finished
