/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the streaming calls in phys.c, mapping.c and ops_helpers.c: the
 * check of their arguments, and the dispatch to the direct mapping or to the
 * operations of a struct dma_map_ops.
 */
#ifndef _KERNEL_DMA_MAPPING_H
#define _KERNEL_DMA_MAPPING_H

#include <linux/dma-map-ops.h>
#include <linux/iommu-dma.h>
#include "direct.h"

/* Each backend honours these, or ignores a hint: no need to look at the device */
#define DMA_ATTRS_PLAIN							\
	(DMA_ATTR_WEAK_ORDERING | DMA_ATTR_WRITE_COMBINE |		\
	 DMA_ATTR_NO_KERNEL_MAPPING | DMA_ATTR_SKIP_CPU_SYNC |		\
	 DMA_ATTR_FORCE_CONTIGUOUS | DMA_ATTR_ALLOC_SINGLE_PAGES |	\
	 DMA_ATTR_NO_WARN | DMA_ATTR_PRIVILEGED |			\
	 DMA_ATTR_DEBUGGING_IGNORE_CACHELINES)

/* All attributes that there are */
#define DMA_ATTRS_KNOWN							\
	(DMA_ATTRS_PLAIN | DMA_ATTR_MMIO | DMA_ATTR_REQUIRE_COHERENT |	\
	 DMA_ATTR_CC_SHARED)

/* Attributes of an allocation, which is no MMIO and not yet shared */
#define DMA_ATTRS_ALLOC		(DMA_ATTRS_PLAIN | DMA_ATTR_REQUIRE_COHERENT)

int dma_attrs_check(struct device *dev, unsigned long attrs);

/*
 * For calls without a fast path. Return: 0, or the error of dma_attrs_check().
 */
static inline int dma_attrs_refused(struct device *dev, unsigned long attrs)
{
	if (likely(!(attrs & ~DMA_ATTRS_PLAIN)))
		return 0;
	return dma_attrs_check(dev, attrs);
}

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

void dma_warn_no_callback(struct device *dev, const char *name);

static inline dma_addr_t dma_ops_map_phys(const struct dma_map_ops *ops,
		struct device *dev, phys_addr_t phys, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
	if (unlikely(!ops->map_phys)) {
		dma_warn_no_callback(dev, "map_phys");
		return DMA_MAPPING_ERROR;
	}
	return ops->map_phys(dev, phys, size, dir, attrs);
}

static inline void dma_ops_unmap_phys(const struct dma_map_ops *ops,
		struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
	if (likely(ops->unmap_phys))
		ops->unmap_phys(dev, addr, size, dir, attrs);
	else
		dma_warn_no_callback(dev, "unmap_phys");
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
#endif /* _KERNEL_DMA_MAPPING_H */
