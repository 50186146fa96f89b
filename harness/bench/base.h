/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kernel/dma/map_benchmark.c calls and the base does not have. It is put before that file when it is compiled for the
 * base, and for nothing else. Each call fails, so that the benchmark has an error to print in place of figures, and the
 * table of make bench a dash.
 */
#include <linux/dma-mapping.h>

#ifndef DMA_ATTR_MMIO
#define DMA_ATTR_MMIO 0

static inline dma_addr_t dma_map_phys(struct device *dev, phys_addr_t phys, size_t size, enum dma_data_direction dir,
				      unsigned long attrs)
{
	return DMA_MAPPING_ERROR;
}

static inline void dma_unmap_phys(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
				  unsigned long attrs)
{
}
#endif
