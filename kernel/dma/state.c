// SPDX-License-Identifier: GPL-2.0
/*
 * Unmap and sync for callers that know where a mapping leads.
 *
 * A plain unmap or sync is given a DMA address. If there is cache maintenance or
 * a bounce buffer to take care of, it has to find the physical address behind
 * it, by a walk of the IOMMU's page table, and the bounce pool that this is in,
 * by a search. The calls here are told:
 *
 *   dma_unmap_phys_from()           dma_map_phys_state()
 *   dma_sync_phys_for_*()           dma_unmap_phys_state(), dma_sync_state_*()
 *            |                                |
 *    source address,                   struct dma_map_state,
 *    known to the caller               kept by the caller
 *            |                                |
 *   dma_state_from_source() ----------------->|
 *   looks it up if it may                     |
 *   be bounced                                | if it is empty
 *                                             v
 *                                         plain call
 *
 * Terms:
 *
 * Source
 *	The physical address that was mapped.
 * Target
 *	The physical address that the DMA address leads to: the source, or a
 *	bounce buffer in its place.
 *
 * Invariants:
 *
 * - A state depends on nothing but the mapping: the difference between target
 *   and DMA address, which is the same for every byte of it, the bounce pool,
 *   and whether it is MMIO.
 * - Whether a mapping may be bounced is decided by its shape and by
 *   dma_has_bounced(), which is never cleared. Other properties of the device
 *   may have changed since the mapping.
 * - An empty state is always right. A mapping is recorded in one only after it
 *   was made, and dma_map_ops without the operations for a known target have
 *   only empty ones, and those of MMIO.
 * - A bounce pool lives at least as long as a mapping in it, so a state may
 *   refer to it.
 *
 * With CONFIG_DMA_API_DEBUG, dma_state_check() believes none of this: it looks
 * up the target of each mapping, reports what it was told wrong, and has the
 * call go on with what is true.
 */
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-map-state.h>
#include <linux/export.h>
#include <linux/iommu-dma.h>
#include <linux/slab.h>
#include <linux/swiotlb.h>
#include <trace/events/dma.h>
#include <kunit/static_stub.h>
#include <kunit/visibility.h>
#include "debug.h"
#include "direct.h"
#include "mapping.h"
#include "state.h"

/* In dma_map_state.__where, below the address of the pool */
#define STATE_KNOWN	1UL
#define STATE_MMIO	2UL
#define STATE_FLAGS	(STATE_KNOWN | STATE_MMIO)

#ifdef CONFIG_SWIOTLB
static_assert(__alignof__(struct io_tlb_pool) > STATE_FLAGS);
#endif
static_assert(sizeof(struct dma_map_state) <= 16);

static inline struct dma_map_state dma_state_make(dma_addr_t addr,
		phys_addr_t target, struct io_tlb_pool *pool,
		unsigned long flags)
{
	return (struct dma_map_state) {
		.__delta = target - (phys_addr_t)addr,
		.__where = (unsigned long)pool | STATE_KNOWN | flags,
	};
}

static inline bool dma_state_is_known(const struct dma_map_state *state)
{
	return state && state->__where;
}

static inline bool dma_state_is_mmio(const struct dma_map_state *state)
{
	return state->__where & STATE_MMIO;
}

static inline phys_addr_t dma_state_target(const struct dma_map_state *state,
		dma_addr_t addr)
{
	return (phys_addr_t)addr + state->__delta;
}

static inline struct io_tlb_pool *
dma_state_pool(const struct dma_map_state *state)
{
	if (!IS_ENABLED(CONFIG_SWIOTLB))
		return NULL;
	return (void *)(state->__where & ~STATE_FLAGS);
}

/* NULL if @dev is mapped directly or by an IOMMU */
static inline const struct dma_map_ops *dma_state_ops(struct device *dev)
{
	const struct dma_map_ops *ops = get_dma_ops(dev);

	if (use_dma_iommu(dev) || dma_map_direct(dev, ops))
		return NULL;
	return ops;
}

/* struct dma_map_ops that cannot use a state get plain calls */
static inline bool dma_state_is_supported(const struct dma_map_ops *ops)
{
	return !ops || ops->find_target;
}

/*
 * The state that a caller has kept. Empty if it is of no use, whatever it says.
 * That of MMIO is of use with all dma_map_ops: they must not be asked to sync it.
 */
static __always_inline struct dma_map_state
dma_state_given(const struct dma_map_ops *ops,
		const struct dma_map_state *state)
{
	if (dma_state_is_known(state) &&
	    (dma_state_is_supported(ops) || dma_state_is_mmio(state)))
		return *state;
	return (struct dma_map_state) {};
}

/*
 * Where a DMA address of a direct mapping leads. If that is @source, nothing was
 * bounced and no pool is searched. Else it was, or @source is wrong or %NULL.
 */
static __always_inline struct dma_map_state dma_state_direct(struct device *dev,
		dma_addr_t addr, const phys_addr_t *source)
{
	phys_addr_t target = dma_to_phys(dev, addr);
	struct io_tlb_pool *pool = NULL;

	if (!source || unlikely(target != *source))
		pool = swiotlb_find_pool(dev, target);
	return dma_state_make(addr, target, pool, 0);
}

/* Where a DMA address leads without dma_map_ops. Empty if it leads nowhere. */
static struct dma_map_state dma_state_lookup(struct device *dev,
		dma_addr_t addr)
{
	phys_addr_t target;

	if (!use_dma_iommu(dev))
		return dma_state_direct(dev, addr, NULL);
	target = iommu_dma_to_phys(dev, addr);
	if (unlikely(!target))
		return (struct dma_map_state) {};
	return dma_state_make(addr, target, swiotlb_find_pool(dev, target), 0);
}

/*
 * Where a DMA address leads by @ops. Some find a page of another Xen domain by
 * its @source alone, which may be %NULL.
 */
static struct dma_map_state dma_ops_lookup(struct device *dev,
		const struct dma_map_ops *ops, dma_addr_t addr,
		const phys_addr_t *source)
{
	struct io_tlb_pool *pool = NULL;
	phys_addr_t target = ops->find_target(dev, addr, source, &pool);

	return dma_state_make(addr, target, pool, 0);
}

/*
 * True if a mapping of @phys by an IOMMU or by @ops leads there, false if that
 * has to be looked up. @size is the length of the mapping, or 0 if that is
 * unknown because the caller syncs a part of it.
 */
static __always_inline bool dma_source_is_target(struct device *dev,
		const struct dma_map_ops *ops, phys_addr_t phys, size_t size)
{
	/*
	 * The DMA address may come from another CPU. Load it before the mark.
	 * Pairs with smp_mb() in swiotlb_find_slots().
	 */
	smp_rmb();
	if (likely(!dma_has_bounced(dev)))
		return true;
	return !ops && size && !iommu_dma_shape_can_bounce(dev, phys, size);
}

/* Out of line: to take the address of @phys would cost callers a stack frame */
static noinline struct dma_map_state dma_ops_source_lookup(struct device *dev,
		const struct dma_map_ops *ops, dma_addr_t addr,
		phys_addr_t phys)
{
	return dma_ops_lookup(dev, ops, addr, &phys);
}

/*
 * The state of a mapping of @phys, looked up if that may be bounced. Empty if it
 * is of no use, as in dma_state_given().
 */
static __always_inline struct dma_map_state
dma_state_from_source(struct device *dev, const struct dma_map_ops *ops,
		      dma_addr_t addr, phys_addr_t phys, size_t size,
		      unsigned long attrs)
{
	if (attrs & DMA_ATTR_MMIO)
		return dma_state_make(addr, phys, NULL, STATE_MMIO);
	if (unlikely(!dma_state_is_supported(ops)))
		return (struct dma_map_state) {};
	if (!use_dma_iommu(dev) && !ops)
		return dma_state_direct(dev, addr, &phys);
	if (likely(dma_source_is_target(dev, ops, phys, size)))
		return dma_state_make(addr, phys, NULL, 0);
	if (unlikely(ops))
		return dma_ops_source_lookup(dev, ops, addr, phys);
	return dma_state_lookup(dev, addr);
}

#ifdef CONFIG_DMA_API_DEBUG
/*
 * Compare a @source, unless that is NULL, or the @state with what dma-debug
 * recorded, for dma_map_ops whose targets cannot be found. In @state the truth
 * is returned: MMIO, or nothing, so that memory gets plain calls.
 */
static void dma_state_compare(struct device *dev, dma_addr_t addr, size_t size,
		const phys_addr_t *source,
		const struct dma_debug_source *recorded,
		struct dma_map_state *state)
{
	phys_addr_t told = source ? *source : dma_state_target(state, addr);
	bool is_mmio = recorded->attrs & DMA_ATTR_MMIO;

	if (told != recorded->phys || dma_state_is_mmio(state) != is_mmio)
		debug_dma_stale_state(dev, addr, size, told, recorded->phys);
	*state = (struct dma_map_state) {};
	if (is_mmio)
		*state = dma_state_make(addr, recorded->phys, NULL, STATE_MMIO);
}

/*
 * Compare what the caller says with what dma-debug recorded and with the page
 * table: a @source, unless that is NULL, and the @state. With neither there is
 * nothing to check. In @state the truth is returned; it is empty if @addr is not
 * mapped. A mapping that dma-debug has no record of is reported by its own
 * checks.
 */
void dma_state_check(struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, const phys_addr_t *source,
		struct dma_map_state *state)
{
	const struct dma_map_ops *ops = dma_state_ops(dev);
	struct dma_map_state told = *state;
	struct dma_debug_source recorded = {};
	bool is_recorded, is_mmio = dma_state_is_mmio(state);
	phys_addr_t told_phys, phys;

	KUNIT_STATIC_STUB_REDIRECT(dma_state_check, dev, addr, size, dir,
				   source, state);
	if (!debug_dma_active() || !(source || dma_state_is_known(state)))
		return;

	is_recorded = debug_dma_find_source(dev, addr, size, dir, &recorded);
	if (!dma_state_is_supported(ops)) {
		if (is_recorded)
			dma_state_compare(dev, addr, size, source, &recorded,
					  state);
		return;
	}
	if (is_recorded)
		is_mmio = recorded.attrs & DMA_ATTR_MMIO;
	if (ops)
		*state = dma_ops_lookup(dev, ops, addr,
					is_recorded ? &recorded.phys : NULL);
	else
		*state = dma_state_lookup(dev, addr);
	/* dev->dma_range_map is of RAM, and registers need not be in it */
	if (is_recorded && is_mmio && !use_dma_iommu(dev))
		*state = dma_state_make(addr, recorded.phys, NULL, STATE_MMIO);
	else if (is_mmio && dma_state_is_known(state))
		state->__where = STATE_KNOWN | STATE_MMIO;
	if (!is_recorded || !dma_state_is_known(state))
		return;

	told_phys = source ? *source : dma_state_target(&told, addr);
	phys = source ? recorded.phys : dma_state_target(state, addr);
	if (told_phys != phys || told.__delta != state->__delta ||
	    told.__where != state->__where)
		debug_dma_stale_state(dev, addr, size, told_phys, phys);
}
EXPORT_SYMBOL_IF_KUNIT(dma_state_check);
#endif

static __always_inline void dma_state_unmap_ops(struct device *dev,
		const struct dma_map_ops *ops, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, unsigned long attrs,
		const struct dma_map_state *state)
{
	if (dma_state_is_mmio(state))
		dma_ops_unmap_phys(ops, dev, addr, size, dir,
				   attrs | DMA_ATTR_MMIO);
	else
		ops->unmap_target(dev, addr, dma_state_target(state, addr),
				  dma_state_pool(state), size, dir, attrs);
}

/*
 * Everything an unmap has to do, for memory and MMIO, direct mappings and those
 * of an IOMMU. A bounce buffer is released after the device has lost access.
 */
static __always_inline void dma_state_unmap(struct device *dev,
		const struct dma_map_ops *ops, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, unsigned long attrs,
		const struct dma_map_state *state)
{
	phys_addr_t target = dma_state_target(state, addr);
	struct io_tlb_pool *pool = dma_state_pool(state);
	bool sync = !(attrs & DMA_ATTR_SKIP_CPU_SYNC) &&
		    !dma_state_is_mmio(state);

	if (unlikely(ops)) {
		dma_state_unmap_ops(dev, ops, addr, size, dir, attrs, state);
		return;
	}

	if (sync && !dev_is_dma_coherent(dev)) {
		arch_sync_dma_for_cpu(target, size, dir);
		arch_sync_dma_for_cpu_all();
	}
	if (use_dma_iommu(dev) && !iommu_dma_unmap(dev, addr, size))
		return;
	if (unlikely(pool))
		__swiotlb_tbl_unmap_single(dev, target, size, dir, attrs, pool);
	if (sync && dir == DMA_FROM_DEVICE)
		arch_dma_mark_clean(target, size);
}

/*
 * Trace, debug, unmap: in the order of dma_unmap_phys(), to which it is left if
 * nothing is known.
 */
static __always_inline void dma_unmap_by_state(struct device *dev,
		const struct dma_map_ops *ops, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, unsigned long attrs,
		const phys_addr_t *source, struct dma_map_state state)
{
	dma_state_check(dev, addr, size, dir, source, &state);
	if (unlikely(!dma_state_is_known(&state) ||
		     !dma_state_is_supported(ops))) {
		dma_unmap_phys(dev, addr, size, dir, attrs);
		return;
	}
	trace_dma_unmap_phys(dev, addr, size, dir, attrs);
	debug_dma_unmap_phys(dev, addr, size, dir, attrs);
	dma_state_unmap(dev, ops, addr, size, dir, attrs, &state);
}

dma_addr_t __dma_map_phys_state(struct device *dev, phys_addr_t phys,
		size_t size, enum dma_data_direction dir, unsigned long attrs,
		struct dma_map_state *state)
{
	dma_addr_t addr = dma_map_phys(dev, phys, size, dir, attrs);

	if (likely(addr != DMA_MAPPING_ERROR))
		*state = dma_state_from_source(dev, dma_state_ops(dev), addr,
					       phys, size, attrs);
	else
		*state = (struct dma_map_state) {};
	return addr;
}
EXPORT_SYMBOL_GPL(__dma_map_phys_state);

void __dma_unmap_phys_state(struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, unsigned long attrs,
		const struct dma_map_state *state)
{
	const struct dma_map_ops *ops;

	if (!dma_args_valid(dev, dir))
		return;

	ops = dma_state_ops(dev);
	dma_unmap_by_state(dev, ops, addr, size, dir, attrs, NULL,
			   dma_state_given(ops, state));
}
EXPORT_SYMBOL_GPL(__dma_unmap_phys_state);

/*
 * True if an unmap has nothing to do: the device is coherent, and the address is
 * that of the source. Leaves all that is unlikely to dma_unmap_from_slow().
 */
static __always_inline bool dma_unmap_is_empty(struct device *dev,
		dma_addr_t addr, phys_addr_t phys, enum dma_data_direction dir)
{
	if (DMA_IS_CHECKED || IS_ENABLED(CONFIG_ARCH_HAS_DMA_MARK_CLEAN) ||
	    trace_dma_unmap_phys_enabled())
		return false;
	return valid_dma_direction(dir) && dev->dma_mask &&
	       !use_dma_iommu(dev) && !get_dma_ops(dev) &&
	       dev_is_dma_coherent(dev) && !dev->dma_range_map &&
	       dma_to_phys(dev, addr) == phys;
}

static noinline void dma_unmap_from_slow(struct device *dev, dma_addr_t addr,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	const struct dma_map_ops *ops;

	if (!dma_args_valid(dev, dir))
		return;

	ops = dma_state_ops(dev);
	dma_unmap_by_state(dev, ops, addr, size, dir, attrs, &phys,
			dma_state_from_source(dev, ops, addr, phys, size,
					      attrs));
}

/**
 * dma_unmap_phys_from - end a mapping whose physical address is known
 * @dev:	device that the range was mapped for
 * @addr:	DMA address that the mapping call returned
 * @phys:	physical address of the first byte, as it was mapped
 * @size:	length of the range in bytes, as it was mapped
 * @dir:	direction, as it was mapped
 * @attrs:	DMA_ATTR_* flags; %DMA_ATTR_MMIO as it was mapped
 *
 * dma_unmap_phys() without a walk of an IOMMU's page table, and without a search
 * for a bounce buffer unless this mapping may have one. It may be used for each
 * mapping of one range: by dma_map_phys(), dma_map_page() or dma_map_single().
 *
 * @phys must be right: caches are maintained for it. CONFIG_DMA_API_DEBUG
 * reports if it is not.
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
void dma_unmap_phys_from(struct device *dev, dma_addr_t addr, phys_addr_t phys,
		size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	if (!dma_unmap_is_empty(dev, addr, phys, dir))
		dma_unmap_from_slow(dev, addr, phys, size, dir, attrs);
}
EXPORT_SYMBOL_GPL(dma_unmap_phys_from);

#ifdef CONFIG_DMA_NEED_SYNC
static __always_inline void dma_state_sync_for_cpu(struct device *dev,
		const struct dma_map_ops *ops, dma_addr_t addr, size_t size,
		enum dma_data_direction dir,
		const struct dma_map_state *state)
{
	phys_addr_t target = dma_state_target(state, addr);
	struct io_tlb_pool *pool = dma_state_pool(state);

	if (unlikely(ops)) {
		ops->sync_target_for_cpu(dev, addr, target, pool, size, dir);
		return;
	}
	if (!dev_is_dma_coherent(dev)) {
		arch_sync_dma_for_cpu(target, size, dir);
		arch_sync_dma_for_cpu_all();
	}
	if (unlikely(pool))
		__swiotlb_sync_single_for_cpu(dev, target, size, dir, pool);
	if (dir == DMA_FROM_DEVICE)
		arch_dma_mark_clean(target, size);
}

static __always_inline void dma_state_sync_for_device(struct device *dev,
		const struct dma_map_ops *ops, dma_addr_t addr, size_t size,
		enum dma_data_direction dir,
		const struct dma_map_state *state)
{
	phys_addr_t target = dma_state_target(state, addr);
	struct io_tlb_pool *pool = dma_state_pool(state);

	if (unlikely(ops)) {
		ops->sync_target_for_device(dev, addr, target, pool, size, dir);
		return;
	}
	if (unlikely(pool))
		__swiotlb_sync_single_for_device(dev, target, size, dir, pool);
	if (!dev_is_dma_coherent(dev))
		arch_sync_dma_for_device(target, size, dir);
}

/*
 * Sync, trace, debug: in the order of dma_sync_single_for_cpu(), to which it is
 * left if nothing is known. A check may find that the address is not mapped:
 * then there is nothing to sync, and dma-debug reports it.
 */
static __always_inline void dma_sync_by_state_for_cpu(struct device *dev,
		const struct dma_map_ops *ops, dma_addr_t addr, size_t size,
		enum dma_data_direction dir,
		const phys_addr_t *source, struct dma_map_state state)
{
	bool is_plain = !dma_state_is_known(&state) ||
			!dma_state_is_supported(ops);

	dma_state_check(dev, addr, size, dir, source, &state);
	if (dma_state_is_mmio(&state))
		return;
	if (unlikely(is_plain)) {
		__dma_sync_single_for_cpu(dev, addr, size, dir);
		return;
	}
	if (likely(dma_state_is_known(&state)))
		dma_state_sync_for_cpu(dev, ops, addr, size, dir, &state);
	trace_dma_sync_single_for_cpu(dev, addr, size, dir);
	debug_dma_sync_single_for_cpu(dev, addr, size, dir);
}

static __always_inline void dma_sync_by_state_for_device(struct device *dev,
		const struct dma_map_ops *ops, dma_addr_t addr, size_t size,
		enum dma_data_direction dir,
		const phys_addr_t *source, struct dma_map_state state)
{
	bool is_plain = !dma_state_is_known(&state) ||
			!dma_state_is_supported(ops);

	dma_state_check(dev, addr, size, dir, source, &state);
	if (dma_state_is_mmio(&state))
		return;
	if (unlikely(is_plain)) {
		__dma_sync_single_for_device(dev, addr, size, dir);
		return;
	}
	if (likely(dma_state_is_known(&state)))
		dma_state_sync_for_device(dev, ops, addr, size, dir, &state);
	trace_dma_sync_single_for_device(dev, addr, size, dir);
	debug_dma_sync_single_for_device(dev, addr, size, dir);
}

void __dma_sync_state_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, const struct dma_map_state *state)
{
	const struct dma_map_ops *ops;

	if (!dma_args_valid(dev, dir))
		return;

	ops = dma_state_ops(dev);
	dma_sync_by_state_for_cpu(dev, ops, addr, size, dir, NULL,
			dma_state_given(ops, state));
}
EXPORT_SYMBOL_GPL(__dma_sync_state_for_cpu);

void __dma_sync_state_for_device(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir,
		const struct dma_map_state *state)
{
	const struct dma_map_ops *ops;

	if (!dma_args_valid(dev, dir))
		return;

	ops = dma_state_ops(dev);
	dma_sync_by_state_for_device(dev, ops, addr, size, dir, NULL,
			dma_state_given(ops, state));
}
EXPORT_SYMBOL_GPL(__dma_sync_state_for_device);

void __dma_sync_phys_for_cpu(struct device *dev, dma_addr_t addr,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	const struct dma_map_ops *ops;

	if (!dma_args_valid(dev, dir))
		return;

	ops = dma_state_ops(dev);
	dma_sync_by_state_for_cpu(dev, ops, addr, size, dir, &phys,
			dma_state_from_source(dev, ops, addr, phys, 0, attrs));
}
EXPORT_SYMBOL(__dma_sync_phys_for_cpu);	/* for inline functions of page_pool */

void __dma_sync_phys_for_device(struct device *dev, dma_addr_t addr,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	const struct dma_map_ops *ops;

	if (!dma_args_valid(dev, dir))
		return;

	ops = dma_state_ops(dev);
	dma_sync_by_state_for_device(dev, ops, addr, size, dir, &phys,
			dma_state_from_source(dev, ops, addr, phys, 0, attrs));
}
EXPORT_SYMBOL_GPL(__dma_sync_phys_for_device);
#endif /* CONFIG_DMA_NEED_SYNC */

/*
 * False if an unmap or sync of @dev never looks anything up: it is coherent, and
 * reaches all memory by itself or by an IOMMU. That can change, as a driver may
 * set another mask; then what has no state is looked up.
 */
static bool dma_state_is_useful(struct device *dev, gfp_t gfp)
{
	const struct dma_map_ops *ops;

	if (!dev->dma_mask)
		return false;
	ops = dma_state_ops(dev);
	if (ops)
		return ops->find_target;
	if (!dev_is_dma_coherent(dev) || dma_has_bounced(dev))
		return true;
	if (use_dma_iommu(dev))
		return iommu_dma_may_bounce(dev);
	/* dma_addressing_limited() takes a lock that is not for interrupts */
	if (dev->dma_range_map && !gfpflags_allow_blocking(gfp))
		return true;
	return is_swiotlb_force_bounce(dev) || dma_addressing_limited(dev);
}

/**
 * dma_state_ring_init - allocate the states of a ring of descriptors
 * @ring:	set up by this function
 * @dev:	device that the ring belongs to, with its DMA mask set
 * @nr:		number of descriptors
 * @gfp:	how to allocate
 *
 * Allocates nothing if @dev has no use for states: then dma_state_at() returns
 * %NULL. They are all zero at first, and need not be cleared by an unmap, as the
 * next dma_map_phys_state() fills them anew. A plain call does not: do not use
 * both to map for one descriptor.
 *
 * Context: as @gfp allows.
 *
 * Return: 0, or -ENOMEM.
 */
int dma_state_ring_init(struct dma_state_ring *ring, struct device *dev,
		unsigned int nr, gfp_t gfp)
{
	ring->__states = NULL;
	if (!nr || !dma_state_is_useful(dev, gfp))
		return 0;
	ring->__states = kvcalloc(nr, sizeof(*ring->__states), gfp);
	return ring->__states ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(dma_state_ring_init);

/**
 * dma_state_ring_free - free the states of a ring of descriptors
 * @ring:	set up by dma_state_ring_init(), or all zero
 *
 * Unmap first: an unmap without its state has to look the mapping up.
 *
 * Context: As kvfree(): process context that may sleep, or an interrupt that is
 * not an NMI.
 */
void dma_state_ring_free(struct dma_state_ring *ring)
{
	kvfree(ring->__states);
	ring->__states = NULL;
}
EXPORT_SYMBOL_GPL(dma_state_ring_free);
