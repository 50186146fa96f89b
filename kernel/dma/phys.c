// SPDX-License-Identifier: GPL-2.0
/*
 * DMA mapping by physical address: the core of the streaming DMA API.
 *
 * Each call that maps or unmaps one range ends here. The page, single and
 * resource calls are wrappers:
 *
 *   dma_map_single_attrs()
 *            |
 *   dma_map_page_attrs()     dma_map_phys()     dma_map_resource()
 *            '---------------------+---------------------'
 *                           __dma_map_phys()
 *                    fast path     |     slow path
 *             .--------------------+--------------------.
 *   dma_direct_map_memory()                       dma_map_slow()
 *           direct.h          .-------------------------+------------.
 *             |          iommu_dma_map_phys()  dma_ops_map_phys()    |
 *       swiotlb_map()       dma-iommu.c             mapping.h        |
 *                                                       dma_direct_map_phys()
 *                                                             direct.h
 *
 * Terms:
 *
 * Physical address
 *	The address of a byte on the CPU's bus, phys_addr_t. Memory may or may
 *	not have a struct page, registers have none.
 * DMA address
 *	The address of the same byte on the device's bus, dma_addr_t. It is the
 *	physical address, its translation by dev->dma_range_map, the physical
 *	address of a bounce buffer, or an IOVA.
 * Memory
 *	The kernel may map it cacheable. It may be bounced, and needs cache
 *	maintenance if the device is not coherent. A peer's memory (P2PDMA) is
 *	never bounced.
 * MMIO
 *	Device registers or a peer's BAR, DMA_ATTR_MMIO. Never bounced, no cache
 *	maintenance, no struct page.
 *
 * Invariants:
 *
 * - A DMA address refers to exactly the byte at @phys, wherever in a page, an
 *   IOMMU granule or a bounce slot that is.
 * - Nothing here takes a struct page. A backend that needs one, to bounce or
 *   to maintain caches, makes sure that there is one.
 * - Arguments are checked before a backend is called, which relies on a valid
 *   direction, on a DMA mask, and on a range that does not wrap. dma-direct
 *   checks the range itself, because the fast path calls it unchecked.
 * - A map that fails leaves nothing behind, and only an invalid argument is a
 *   WARN. An unmap cannot fail.
 * - An unmap releases what its map took. It decides by the DMA address and by
 *   @attrs, not by what the device is like by then.
 * - dma-debug and tracing are told of a mapping after it is made, and of an
 *   unmap before it is done: another CPU may be given the same DMA address
 *   right after it.
 *
 * Fast path: for a coherent device without an IOMMU, memory in its reach needs
 * a few comparisons and no work. That is inline in each exported call, and what
 * is unlikely is a tail call, so that the fast path needs no stack frame.
 */
#include <linux/dma-map-ops.h>
#include <linux/export.h>
#include <linux/iommu-dma.h>
#include <linux/kmsan.h>
#include <linux/mm.h>
#include <trace/events/dma.h>
#include "debug.h"
#include "direct.h"
#include "mapping.h"

/* Out of line, so that the fast paths carry a compare and not a warning */
noinline void __cold dma_warn_bad_args(struct device *dev,
		enum dma_data_direction dir)
{
	if (!valid_dma_direction(dir))
		dev_WARN_ONCE(dev, 1, "DMA direction %d is invalid.\n", dir);
	else
		dev_WARN_ONCE(dev, 1, "device has no DMA mask.\n");
}

/**
 * dma_attrs_check - check attributes that are not hints
 * @dev:	device that memory is going to be mapped for, with a DMA mask
 * @attrs:	DMA_ATTR_* flags
 *
 * A caller that gives an attribute relies on it, so none is ignored. Memory that
 * only this mapping has to bounce is refused where that is found out.
 *
 * Return: 0; -EINVAL if @attrs has a flag that is no attribute; -EOPNOTSUPP if
 * it has one that cannot be honoured for @dev.
 */
int dma_attrs_check(struct device *dev, unsigned long attrs)
{
	bool direct = dma_map_direct(dev, get_dma_ops(dev));

	if (attrs & ~DMA_ATTRS_KNOWN)
		return -EINVAL;
	if (attrs & DMA_ATTR_CC_SHARED &&
	    !(direct && dma_direct_can_share(dev)))
		return -EOPNOTSUPP;
	if (!(attrs & DMA_ATTR_REQUIRE_COHERENT))
		return 0;
	if (!dev_is_dma_coherent(dev))
		return -EOPNOTSUPP;
	if (direct && is_swiotlb_force_bounce(dev) &&
	    !(attrs & (DMA_ATTR_MMIO | DMA_ATTR_CC_SHARED)))
		return -EOPNOTSUPP;
	return 0;
}

/* Out of line for the same reason. Here dma_map_ops are wrong, not the caller. */
noinline void __cold dma_warn_no_callback(struct device *dev, const char *name)
{
	dev_WARN_ONCE(dev, 1, "struct dma_map_ops has no .%s.\n", name);
}

/*
 * True if @dir is valid and @dev uses dma-direct without an IOMMU or
 * dma_map_ops, with or without bypass
 */
static __always_inline bool dma_is_direct(struct device *dev,
		enum dma_data_direction dir)
{
	return valid_dma_direction(dir) && dev->dma_mask &&
	       !use_dma_iommu(dev) && !get_dma_ops(dev);
}

/* Check and dispatch, for any device */
static noinline dma_addr_t dma_map_slow(struct device *dev, phys_addr_t phys,
		size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	const struct dma_map_ops *ops;

	if (!dma_args_valid(dev, dir))
		return DMA_MAPPING_ERROR;

	ops = get_dma_ops(dev);
	if (dma_map_direct(dev, ops) ||
	    (!(attrs & DMA_ATTR_MMIO) &&
	     arch_dma_map_phys_direct(dev, phys + size)))
		return dma_direct_map_phys(dev, phys, size, dir, attrs);

	if (unlikely(dma_phys_wraps(phys, size))) {
		dma_warn_overflow(dev, phys, phys, size, attrs);
		return DMA_MAPPING_ERROR;
	}

	if (use_dma_iommu(dev))
		return iommu_dma_map_phys(dev, phys, size, dir, attrs);
	return dma_ops_map_phys(ops, dev, phys, size, dir, attrs);
}

/* The same for attributes that depend on the device */
static noinline dma_addr_t dma_map_special(struct device *dev, phys_addr_t phys,
		size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	if (!dma_args_valid(dev, dir) || dma_attrs_check(dev, attrs))
		return DMA_MAPPING_ERROR;

	/* Refused above unless the device is mapped directly */
	if (attrs & DMA_ATTR_CC_SHARED && !(attrs & DMA_ATTR_MMIO))
		return dma_direct_map_shared(dev, phys, size, dir, attrs);
	return dma_map_slow(dev, phys, size, dir, attrs);
}

/* Check, dispatch, trace, debug */
static noinline dma_addr_t dma_map_instrumented(struct device *dev,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	dma_addr_t addr;

	if (unlikely(attrs & ~DMA_ATTRS_PLAIN))
		addr = dma_map_special(dev, phys, size, dir, attrs);
	else
		addr = dma_map_slow(dev, phys, size, dir, attrs);

	if (addr != DMA_MAPPING_ERROR && !(attrs & DMA_ATTR_MMIO))
		kmsan_handle_dma(phys, size, dir);
	trace_dma_map_phys(dev, phys, addr, size, dir, attrs);
	debug_dma_map_phys(dev, phys, size, dir, addr, attrs);
	return addr;
}

static __always_inline dma_addr_t __dma_map_phys(struct device *dev,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	if (DMA_IS_CHECKED || trace_dma_map_phys_enabled())
		return dma_map_instrumented(dev, phys, size, dir, attrs);
	if (unlikely(attrs & ~DMA_ATTRS_PLAIN))
		return dma_map_special(dev, phys, size, dir, attrs);
	if (dma_is_direct(dev, dir))
		return dma_direct_map_memory(dev, phys, size, dir, attrs);
	return dma_map_slow(dev, phys, size, dir, attrs);
}

/* Check and dispatch, for any device */
static noinline void dma_unmap_slow(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	const struct dma_map_ops *ops;

	if (!dma_args_valid(dev, dir))
		return;

	ops = get_dma_ops(dev);
	if (dma_map_direct(dev, ops) ||
	    (!(attrs & DMA_ATTR_MMIO) &&
	     arch_dma_unmap_phys_direct(dev, addr + size)))
		dma_direct_unmap_phys(dev, addr, size, dir, attrs);
	else if (use_dma_iommu(dev))
		iommu_dma_unmap_phys(dev, addr, size, dir, attrs);
	else
		dma_ops_unmap_phys(ops, dev, addr, size, dir, attrs);
}

/* Check, trace, debug, dispatch: while the address is still this mapping's */
static noinline void dma_unmap_instrumented(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	if (!dma_args_valid(dev, dir))
		return;

	trace_dma_unmap_phys(dev, addr, size, dir, attrs);
	debug_dma_unmap_phys(dev, addr, size, dir, attrs);
	dma_unmap_slow(dev, addr, size, dir, attrs);
}

static __always_inline void __dma_unmap_phys(struct device *dev,
		dma_addr_t addr, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	if (DMA_IS_CHECKED || trace_dma_unmap_phys_enabled())
		dma_unmap_instrumented(dev, addr, size, dir, attrs);
	else if (dma_is_direct(dev, dir))
		dma_direct_unmap_phys(dev, addr, size, dir, attrs);
	else
		dma_unmap_slow(dev, addr, size, dir, attrs);
}

/**
 * dma_map_phys - map a range of physical addresses for DMA
 * @dev:	device that is going to access the range
 * @phys:	physical address of the first byte
 * @size:	length of the range in bytes
 * @dir:	direction of the transfers
 * @attrs:	DMA_ATTR_* flags, DMA_ATTR_MMIO if @phys is not memory
 *
 * Makes the range accessible to @dev and returns its DMA address, which
 * refers to exactly the byte at @phys.
 *
 * Without %DMA_ATTR_MMIO the range is memory. It belongs to the device until
 * dma_unmap_phys(); in between the CPU may touch it only after
 * dma_sync_single_for_cpu() and before dma_sync_single_for_device(). It may be
 * bounced, which needs a struct page that is not a peer's. If the device is not
 * coherent, the range needs a struct page or a kernel mapping.
 *
 * With %DMA_ATTR_MMIO the range is device registers or a peer's BAR. It is
 * never bounced, no cache maintenance is done for it, and it must not be
 * synced.
 *
 * The range and whatever keeps it in place must stay until the unmap; nothing
 * else has to. Unmap each mapping that succeeded with dma_unmap_phys(), with
 * the same size and direction, and with %DMA_ATTR_MMIO if it was mapped so.
 *
 * Context: Any context, interrupts included. Does not sleep.
 *
 * Return: The DMA address, to be checked with dma_mapping_error().
 * DMA_MAPPING_ERROR is returned
 *
 * * for an invalid @dir and for a device without a DMA mask, with a one-time
 *   WARN;
 * * for a range that wraps, or that the device's mask or bus limit cannot hold
 *   and that cannot be bounced. A rate-limited message, unless @attrs has
 *   %DMA_ATTR_NO_WARN, names the address, the size, the mask and the bus limit;
 * * for %DMA_ATTR_MMIO where the device's struct dma_map_ops does not support
 *   it;
 * * for %DMA_ATTR_REQUIRE_COHERENT and %DMA_ATTR_CC_SHARED where they cannot be
 *   honoured, and for a flag in @attrs that is no attribute;
 * * for lack of IOVA space, bounce slots, or memory for page tables. That may
 *   work later.
 */
dma_addr_t dma_map_phys(struct device *dev, phys_addr_t phys, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
	return __dma_map_phys(dev, phys, size, dir, attrs);
}
EXPORT_SYMBOL_GPL(dma_map_phys);

/**
 * dma_unmap_phys - end a mapping made by dma_map_phys()
 * @dev:	device that the range was mapped for
 * @addr:	DMA address that dma_map_phys() returned
 * @size:	length of the range in bytes, as it was mapped
 * @dir:	direction, as it was mapped
 * @attrs:	DMA_ATTR_* flags; %DMA_ATTR_MMIO as it was mapped
 *
 * The device must have finished with the range. On return memory belongs to
 * the CPU again and holds what the device wrote, unless @attrs has
 * %DMA_ATTR_SKIP_CPU_SYNC. An invalid @dir, and a device without a DMA mask,
 * cause a one-time WARN and nothing else.
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
void dma_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
	__dma_unmap_phys(dev, addr, size, dir, attrs);
}
EXPORT_SYMBOL_GPL(dma_unmap_phys);

/* Out of line: attributes that have to be looked at */
static noinline dma_addr_t dma_map_page_special(struct device *dev,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	if (attrs & DMA_ATTR_MMIO)
		return DMA_MAPPING_ERROR;
	return dma_map_phys(dev, phys, size, dir, attrs);
}

/**
 * dma_map_page_attrs - map memory for DMA by struct page
 * @dev:	device that is going to access the memory
 * @page:	page that @offset counts from
 * @offset:	offset of the first byte in bytes, which may exceed a page
 * @size:	length in bytes
 * @dir:	direction of the transfers
 * @attrs:	DMA_ATTR_* flags; %DMA_ATTR_MMIO is refused, a page is memory
 *
 * dma_map_phys() for callers that have a page.
 *
 * Context: Any context, interrupts included. Does not sleep.
 *
 * Return: The DMA address, to be checked with dma_mapping_error().
 */
dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page,
		size_t offset, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	phys_addr_t phys = page_to_phys(page) + offset;

	if (unlikely(attrs & ~DMA_ATTRS_PLAIN))
		return dma_map_page_special(dev, phys, size, dir, attrs);

	return __dma_map_phys(dev, phys, size, dir, attrs);
}
EXPORT_SYMBOL(dma_map_page_attrs);

/**
 * dma_unmap_page_attrs - end a mapping made by dma_map_page_attrs()
 * @dev:	device that the memory was mapped for
 * @addr:	DMA address that dma_map_page_attrs() returned
 * @size:	length in bytes, as it was mapped
 * @dir:	direction, as it was mapped
 * @attrs:	DMA_ATTR_* flags; with %DMA_ATTR_MMIO nothing is done, because no
 *		such mapping can exist
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
	if (unlikely(attrs & DMA_ATTR_MMIO))
		return;

	__dma_unmap_phys(dev, addr, size, dir, attrs);
}
EXPORT_SYMBOL(dma_unmap_page_attrs);

/**
 * dma_map_resource - map device registers or a peer's BAR for DMA
 * @dev:	device that is going to access the range
 * @phys_addr:	physical address of the first byte
 * @size:	length of the range in bytes
 * @dir:	direction of the transfers
 * @attrs:	DMA_ATTR_* flags
 *
 * dma_map_phys() with %DMA_ATTR_MMIO.
 *
 * Context: Any context, interrupts included. Does not sleep.
 *
 * Return: The DMA address, to be checked with dma_mapping_error().
 */
dma_addr_t dma_map_resource(struct device *dev, phys_addr_t phys_addr,
		size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	return dma_map_phys(dev, phys_addr, size, dir, attrs | DMA_ATTR_MMIO);
}
EXPORT_SYMBOL(dma_map_resource);

/**
 * dma_unmap_resource - end a mapping made by dma_map_resource()
 * @dev:	device that the range was mapped for
 * @addr:	DMA address that dma_map_resource() returned
 * @size:	length of the range in bytes, as it was mapped
 * @dir:	direction, as it was mapped
 * @attrs:	DMA_ATTR_* flags
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
void dma_unmap_resource(struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
	dma_unmap_phys(dev, addr, size, dir, attrs | DMA_ATTR_MMIO);
}
EXPORT_SYMBOL(dma_unmap_resource);
