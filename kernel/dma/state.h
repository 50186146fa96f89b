/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dma-debug's check of what a caller says about a mapping.
 */
#ifndef _KERNEL_DMA_STATE_H
#define _KERNEL_DMA_STATE_H

#include <linux/dma-map-state.h>

#ifdef CONFIG_DMA_API_DEBUG
void dma_state_check(struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, const phys_addr_t *source,
		struct dma_map_state *state);
bool dma_iova_check_vec(struct device *dev, struct dma_iova_state *state,
		const struct phys_vec *vec, unsigned int nr, size_t offset);
#else
static inline void dma_state_check(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir,
		const phys_addr_t *source, struct dma_map_state *state)
{
}

/* False if @vec must not be used */
static inline bool dma_iova_check_vec(struct device *dev,
		struct dma_iova_state *state, const struct phys_vec *vec,
		unsigned int nr, size_t offset)
{
	return true;
}
#endif

#endif /* _KERNEL_DMA_STATE_H */
