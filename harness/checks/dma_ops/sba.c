// SPDX-License-Identifier: GPL-2.0
/*
 * PA-RISC, SBA
 *
 * file: drivers/parisc/sba_iommu.c
 * functions: sba_map_single sba_map_phys sba_unmap_phys
 * masked: phys of sba_map_phys
 */
#define P(x) sba_##x
#include "parisc.h"

static void sba_free_range(struct ioc *i, dma_addr_t a, size_t s)
{
	own(a >> 12, s >> 12, false);
}

#include "taken.h"

T_CALLS(&dv, sba_map_phys, sba_unmap_phys, DMA_TO_DEVICE)

#include "test.h"
