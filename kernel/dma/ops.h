/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calling the streaming operations of a struct dma_map_ops.
 *
 * Temporary: while some implementations have .map_page and .map_resource
 * instead of .map_phys, the first two functions make up for the difference. When
 * the last of them is converted the callers call .map_phys and .unmap_phys
 * themselves.
 */
#ifndef _KERNEL_DMA_OPS_H
#define _KERNEL_DMA_OPS_H

#include <linux/dma-map-ops.h>
#include <linux/mm.h>

void dma_warn_no_callback(struct device *dev, const char *name);

static inline dma_addr_t dma_ops_map_phys(const struct dma_map_ops *ops,
		struct device *dev, phys_addr_t phys, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
	if (ops->map_phys)
		return ops->map_phys(dev, phys, size, dir, attrs);

	if (attrs & DMA_ATTR_MMIO) {
		if (!ops->map_resource)
			return DMA_MAPPING_ERROR;
		return ops->map_resource(dev, phys, size, dir, attrs);
	}

	if (unlikely(!ops->map_page)) {
		dma_warn_no_callback(dev, "map_phys");
		return DMA_MAPPING_ERROR;
	}

	/* .map_page looks at the page, so there has to be one */
	if (!pfn_valid(PHYS_PFN(phys)))
		return DMA_MAPPING_ERROR;
	return ops->map_page(dev, pfn_to_page(PHYS_PFN(phys)),
			offset_in_page(phys), size, dir, attrs);
}

static inline void dma_ops_unmap_phys(const struct dma_map_ops *ops,
		struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
	if (ops->unmap_phys) {
		ops->unmap_phys(dev, addr, size, dir, attrs);
	} else if (attrs & DMA_ATTR_MMIO) {
		if (ops->unmap_resource)
			ops->unmap_resource(dev, addr, size, dir, attrs);
	} else if (likely(ops->unmap_page)) {
		ops->unmap_page(dev, addr, size, dir, attrs);
	} else {
		dma_warn_no_callback(dev, "unmap_phys");
	}
}

static inline int dma_ops_map_sg(const struct dma_map_ops *ops,
		struct device *dev, struct scatterlist *sg, int nents,
		enum dma_data_direction dir, unsigned long attrs)
{
	if (unlikely(!ops->map_sg)) {
		dma_warn_no_callback(dev, "map_sg");
		return -EINVAL;
	}
	return ops->map_sg(dev, sg, nents, dir, attrs);
}

#endif /* _KERNEL_DMA_OPS_H */
