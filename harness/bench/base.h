/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls of kernel/dma/map_benchmark_run.c that the base does not have. It is put before that file
 * when it is compiled for the base, and for nothing else. Each call fails, so that the benchmark
 * has an error to print in place of figures, and the table of make bench a dash.
 */
#include <linux/dma-mapping.h>

#ifndef DMA_ATTR_MMIO
#define DMA_ATTR_MMIO 0

static inline dma_addr_t dma_map_phys(struct device *dev, phys_addr_t phys, size_t size,
				      enum dma_data_direction dir, unsigned long attrs)
{
	return DMA_MAPPING_ERROR;
}

static inline void dma_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
				  enum dma_data_direction dir, unsigned long attrs)
{
}

/* linux/dma-map-state.h, which is an empty file on the base */
struct dma_map_state { };
struct dma_state_ring { };

static inline int dma_state_ring_init(struct dma_state_ring *ring, struct device *dev,
				      unsigned int nr, gfp_t gfp)
{
	return 0;
}

static inline void dma_state_ring_free(struct dma_state_ring *ring)
{
}

static inline struct dma_map_state *dma_state_at(struct dma_state_ring *ring, unsigned int i)
{
	return NULL;
}

static inline dma_addr_t dma_map_phys_state(struct device *dev, phys_addr_t phys, size_t size,
					    enum dma_data_direction dir, unsigned long attrs,
					    struct dma_map_state *state)
{
	return DMA_MAPPING_ERROR;
}

static inline void dma_unmap_phys_state(struct device *dev, dma_addr_t addr, size_t size,
					enum dma_data_direction dir, unsigned long attrs,
					const struct dma_map_state *state)
{
}

static inline void dma_sync_state_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
					  enum dma_data_direction dir,
					  const struct dma_map_state *state)
{
}

static inline void dma_sync_state_for_device(struct device *dev, dma_addr_t addr, size_t size,
					     enum dma_data_direction dir,
					     const struct dma_map_state *state)
{
}

static inline void dma_unmap_phys_from(struct device *dev, dma_addr_t addr, phys_addr_t phys,
				       size_t size, enum dma_data_direction dir,
				       unsigned long attrs)
{
}

static inline void dma_sync_phys_for_cpu(struct device *dev, dma_addr_t addr, phys_addr_t phys,
					 size_t size, enum dma_data_direction dir,
					 unsigned long attrs)
{
}

static inline void dma_sync_phys_for_device(struct device *dev, dma_addr_t addr, phys_addr_t phys,
					    size_t size, enum dma_data_direction dir,
					    unsigned long attrs)
{
}

/* linux/dma-alias.h, which is an empty file on the base */
struct dma_alias { };

static inline int dma_alias_map(struct dma_alias *alias, struct device *dev, struct device *owner,
				dma_addr_t addr, size_t size, enum dma_data_direction dir)
{
	return -EOPNOTSUPP;
}

static inline void dma_alias_unmap(struct dma_alias *alias)
{
}
#endif
