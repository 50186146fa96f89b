/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the streaming calls in phys.c and mapping.c: the check of their
 * arguments and the dispatch to the direct mapping.
 */
#ifndef _KERNEL_DMA_MAPPING_H
#define _KERNEL_DMA_MAPPING_H

#include <linux/dma-map-ops.h>
#include <linux/iommu-dma.h>
#include "direct.h"

void dma_warn_bad_args(struct device *dev, enum dma_data_direction dir);

/*
 * Every streaming call asks this first. A driver that gets it wrong must not
 * take the machine down with it.
 */
static inline bool dma_args_valid(struct device *dev,
		enum dma_data_direction dir)
{
	if (likely(valid_dma_direction(dir) && dev->dma_mask))
		return true;
	dma_warn_bad_args(dev, dir);
	return false;
}

static inline bool dma_go_direct(struct device *dev, dma_addr_t mask,
		const struct dma_map_ops *ops)
{
	if (use_dma_iommu(dev))
		return false;

	if (likely(!ops))
		return true;

#ifdef CONFIG_DMA_OPS_BYPASS
	if (dev->dma_ops_bypass)
		return min_not_zero(mask, dev->bus_dma_limit) >=
			    dma_direct_get_required_mask(dev);
#endif
	return false;
}

/*
 * Check if the devices uses a direct mapping for streaming DMA operations.
 * This allows IOMMU drivers to set a bypass mode if the DMA mask is large
 * enough.
 */
static inline bool dma_alloc_direct(struct device *dev,
		const struct dma_map_ops *ops)
{
	return dma_go_direct(dev, dev->coherent_dma_mask, ops);
}

static inline bool dma_map_direct(struct device *dev,
		const struct dma_map_ops *ops)
{
	return dma_go_direct(dev, *dev->dma_mask, ops);
}
#endif /* _KERNEL_DMA_MAPPING_H */
