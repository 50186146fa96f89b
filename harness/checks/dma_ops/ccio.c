// SPDX-License-Identifier: GPL-2.0
/*
 * PA-RISC, CCIO
 *
 * file: drivers/parisc/ccio-dma.c
 * functions: ccio_map_single ccio_map_phys ccio_unmap_phys
 * masked: phys of ccio_map_phys
 */
#define P(x) ccio_##x
#include "parisc.h"

static void ccio_free_range(struct ioc *i, dma_addr_t a, unsigned long n)
{
	own(a >> 12, n, false);
}

#include "taken.h"

T_CALLS(&dv, ccio_map_phys, ccio_unmap_phys, DMA_TO_DEVICE)

#include "test.h"
