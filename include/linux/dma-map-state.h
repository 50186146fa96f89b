/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Unmap and sync for callers that know where a mapping leads. See "Known source"
 * in Documentation/core-api/dma-api.rst.
 */
#ifndef _LINUX_DMA_MAP_STATE_H
#define _LINUX_DMA_MAP_STATE_H

#include <linux/dma-mapping.h>

/**
 * struct dma_map_state - where one mapping leads
 *
 * Filled by dma_map_phys_state(), for the unmap and the syncs of that mapping.
 * It can be copied, and it can be all zero: then the calls look up what they
 * need.
 */
struct dma_map_state {
	/* private: */
	phys_addr_t	__delta;	/* physical address - DMA address */
	unsigned long	__where;	/* bounce pool and flags */
};

/**
 * struct dma_state_ring - a state for each descriptor of a ring
 *
 * Set up by dma_state_ring_init(). Use dma_state_at().
 */
struct dma_state_ring {
	/* private: */
	struct dma_map_state *__states;
};

/**
 * dma_state_at - the state of a descriptor
 * @ring: set up by dma_state_ring_init()
 * @i: index of the descriptor, less than the number given there
 *
 * Return: The state, or %NULL if the device has no use for one. All calls accept
 * that.
 */
static inline struct dma_map_state *dma_state_at(struct dma_state_ring *ring,
		unsigned int i)
{
	return ring->__states ? &ring->__states[i] : NULL;
}

#ifdef CONFIG_HAS_DMA
dma_addr_t __dma_map_phys_state(struct device *dev, phys_addr_t phys,
		size_t size, enum dma_data_direction dir, unsigned long attrs,
		struct dma_map_state *state);
void __dma_unmap_phys_state(struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, unsigned long attrs,
		const struct dma_map_state *state);
void dma_unmap_phys_from(struct device *dev, dma_addr_t addr, phys_addr_t phys,
		size_t size, enum dma_data_direction dir, unsigned long attrs);
int dma_state_ring_init(struct dma_state_ring *ring, struct device *dev,
		unsigned int nr, gfp_t gfp);
void dma_state_ring_free(struct dma_state_ring *ring);
#else
static inline dma_addr_t __dma_map_phys_state(struct device *dev,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs, struct dma_map_state *state)
{
	return DMA_MAPPING_ERROR;
}

static inline void __dma_unmap_phys_state(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir, unsigned long attrs,
		const struct dma_map_state *state)
{
}

static inline void dma_unmap_phys_from(struct device *dev, dma_addr_t addr,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
}

static inline int dma_state_ring_init(struct dma_state_ring *ring,
		struct device *dev, unsigned int nr, gfp_t gfp)
{
	ring->__states = NULL;
	return 0;
}

static inline void dma_state_ring_free(struct dma_state_ring *ring)
{
}
#endif /* CONFIG_HAS_DMA */

#if defined(CONFIG_HAS_DMA) && defined(CONFIG_DMA_NEED_SYNC)
void __dma_sync_phys_for_cpu(struct device *dev, dma_addr_t addr,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs);
void __dma_sync_phys_for_device(struct device *dev, dma_addr_t addr,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs);
void __dma_sync_state_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, const struct dma_map_state *state);
void __dma_sync_state_for_device(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir,
		const struct dma_map_state *state);
#else
static inline bool dma_sync_is_call(const struct device *dev,
		enum dma_data_direction dir)
{
	return false;
}

static inline void __dma_sync_phys_for_cpu(struct device *dev, dma_addr_t addr,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
}

static inline void __dma_sync_phys_for_device(struct device *dev,
		dma_addr_t addr, phys_addr_t phys, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
}

static inline void __dma_sync_state_for_cpu(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir,
		const struct dma_map_state *state)
{
}

static inline void __dma_sync_state_for_device(struct device *dev,
		dma_addr_t addr, size_t size, enum dma_data_direction dir,
		const struct dma_map_state *state)
{
}
#endif /* CONFIG_HAS_DMA && CONFIG_DMA_NEED_SYNC */

/**
 * dma_map_phys_state - map a range of physical addresses, and keep where to
 * @dev:	device that is going to access the range
 * @phys:	physical address of the first byte
 * @size:	length of the range in bytes
 * @dir:	direction of the transfers
 * @attrs:	DMA_ATTR_* flags, DMA_ATTR_MMIO if @phys is not memory
 * @state:	filled for dma_unmap_phys_state() and dma_sync_state_for_cpu(),
 *		or %NULL
 *
 * dma_map_phys() for a driver that does not know @phys any more when it unmaps
 * or syncs the mapping, and keeps @state for it instead. If the mapping fails,
 * @state is all zero.
 *
 * The mapping can be synced and unmapped by the plain calls as well.
 *
 * Context: Any context, interrupts included. Does not sleep.
 *
 * Return: The DMA address, to be checked with dma_mapping_error().
 */
static inline dma_addr_t dma_map_phys_state(struct device *dev,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs, struct dma_map_state *state)
{
	if (!state)
		return dma_map_phys(dev, phys, size, dir, attrs);
	return __dma_map_phys_state(dev, phys, size, dir, attrs, state);
}

/**
 * dma_unmap_phys_state - end a mapping whose state is known
 * @dev:	device that the range was mapped for
 * @addr:	DMA address that the mapping call returned
 * @size:	length of the range in bytes, as it was mapped
 * @dir:	direction, as it was mapped
 * @attrs:	DMA_ATTR_* flags; %DMA_ATTR_MMIO as it was mapped
 * @state:	as dma_map_phys_state() filled it for this mapping, all zero, or
 *		%NULL
 *
 * dma_unmap_phys() without a look-up. The state of another mapping must not be
 * passed: its memory would be synced and its bounce buffer released.
 * CONFIG_DMA_API_DEBUG reports that.
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
static inline void dma_unmap_phys_state(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir, unsigned long attrs,
		const struct dma_map_state *state)
{
	if (!state)
		dma_unmap_phys(dev, addr, size, dir, attrs);
	else
		__dma_unmap_phys_state(dev, addr, size, dir, attrs, state);
}

/**
 * dma_sync_phys_for_cpu - give a mapping to the CPU, with its physical address
 * @dev: device that the memory was mapped for
 * @addr: DMA address of the first byte to sync, anywhere in the mapping
 * @phys: physical address of that byte, in the memory that was mapped
 * @size: length in bytes
 * @dir: direction, as it was mapped
 * @attrs: DMA_ATTR_* flags; with %DMA_ATTR_MMIO nothing is done
 *
 * dma_sync_single_for_cpu() without a walk of an IOMMU's page table, and without
 * a search for a bounce buffer unless the device has ever used one. @phys must
 * be right: see dma_unmap_phys_from().
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
static inline void dma_sync_phys_for_cpu(struct device *dev, dma_addr_t addr,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	if (dma_sync_is_call(dev, dir))
		__dma_sync_phys_for_cpu(dev, addr, phys, size, dir, attrs);
}

/**
 * dma_sync_phys_for_device - give a mapping to the device, with its physical
 *	address
 * @dev: device that the memory was mapped for
 * @addr: DMA address of the first byte to sync, anywhere in the mapping
 * @phys: physical address of that byte, in the memory that was mapped
 * @size: length in bytes
 * @dir: direction, as it was mapped
 * @attrs: DMA_ATTR_* flags; with %DMA_ATTR_MMIO nothing is done
 *
 * The counterpart of dma_sync_phys_for_cpu().
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
static inline void dma_sync_phys_for_device(struct device *dev, dma_addr_t addr,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	if (dma_sync_is_call(dev, dir))
		__dma_sync_phys_for_device(dev, addr, phys, size, dir, attrs);
}

/**
 * dma_sync_state_for_cpu - give a mapping to the CPU, with its state
 * @dev: device that the memory was mapped for
 * @addr: DMA address of the first byte to sync, anywhere in the mapping
 * @size: length in bytes
 * @dir: direction, as it was mapped
 * @state: as dma_map_phys_state() filled it for this mapping, all zero, or %NULL
 *
 * dma_sync_single_for_cpu() without a look-up. Does nothing for a mapping made
 * with %DMA_ATTR_MMIO, as long as @state says so.
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
static inline void dma_sync_state_for_cpu(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir,
		const struct dma_map_state *state)
{
	if (dma_sync_is_call(dev, dir))
		__dma_sync_state_for_cpu(dev, addr, size, dir, state);
}

/**
 * dma_sync_state_for_device - give a mapping to the device, with its state
 * @dev: device that the memory was mapped for
 * @addr: DMA address of the first byte to sync, anywhere in the mapping
 * @size: length in bytes
 * @dir: direction, as it was mapped
 * @state: as dma_map_phys_state() filled it for this mapping, all zero, or %NULL
 *
 * The counterpart of dma_sync_state_for_cpu().
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
static inline void dma_sync_state_for_device(struct device *dev,
		dma_addr_t addr, size_t size, enum dma_data_direction dir,
		const struct dma_map_state *state)
{
	if (dma_sync_is_call(dev, dir))
		__dma_sync_state_for_device(dev, addr, size, dir, state);
}

#ifdef CONFIG_IOMMU_DMA
void dma_iova_unlink_vec(struct device *dev, struct dma_iova_state *state,
		const struct phys_vec *vec, unsigned int nr, size_t offset,
		enum dma_data_direction dir, unsigned long attrs);
void dma_iova_destroy_vec(struct device *dev, struct dma_iova_state *state,
		const struct phys_vec *vec, unsigned int nr,
		enum dma_data_direction dir, unsigned long attrs);
bool dma_iova_wants_vec(struct device *dev, struct dma_iova_state *state);
bool dma_iova_sync_vec_for_cpu(struct device *dev, struct dma_iova_state *state,
		const struct phys_vec *vec, unsigned int nr, size_t offset,
		enum dma_data_direction dir);
#else
static inline void dma_iova_unlink_vec(struct device *dev,
		struct dma_iova_state *state, const struct phys_vec *vec,
		unsigned int nr, size_t offset, enum dma_data_direction dir,
		unsigned long attrs)
{
}

static inline void dma_iova_destroy_vec(struct device *dev,
		struct dma_iova_state *state, const struct phys_vec *vec,
		unsigned int nr, enum dma_data_direction dir,
		unsigned long attrs)
{
}

static inline bool dma_iova_wants_vec(struct device *dev,
		struct dma_iova_state *state)
{
	return false;
}

static inline bool dma_iova_sync_vec_for_cpu(struct device *dev,
		struct dma_iova_state *state, const struct phys_vec *vec,
		unsigned int nr, size_t offset, enum dma_data_direction dir)
{
	return false;
}
#endif /* CONFIG_IOMMU_DMA */

#endif /* _LINUX_DMA_MAP_STATE_H */
