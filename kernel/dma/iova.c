// SPDX-License-Identifier: GPL-2.0
/*
 * Mapping in two steps: first a range of IOVA, then the memory that is linked.
 *
 * A transfer of many segments behind an IOMMU takes one range of IOVA for all
 * of them. It is allocated by dma_iova_try_alloc() when only the length of the
 * whole is known. The segments are linked into it in order, each at its offset,
 * and dma_iova_sync() then makes them known to the hardware at once. The device
 * sees one contiguous range, and the caller has one address to remember.
 *
 * The IOMMU maps granules. A link may begin and end within one, but each granule
 * belongs to one link, as it has one entry in the page table.
 *
 * A device that has no IOMMU, or one that the DMA API does not drive by itself,
 * has no ranges of IOVA to give, and its segments are mapped one by one.
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-map-state.h>
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/iommu-dma.h>
#include <linux/kmsan.h>
#include <linux/overflow.h>
#include <trace/events/dma.h>
#include <kunit/static_stub.h>
#include <kunit/visibility.h>
#include "debug.h"
#include "mapping.h"
#include "state.h"

/* Out of line, so that the hot paths carry a compare and not a warning. */
static noinline __cold void dma_iova_warn(struct device *dev, size_t have,
		size_t offset, size_t size, enum dma_data_direction dir)
{
	if (!valid_dma_direction(dir))
		dev_WARN_ONCE(dev, 1, "DMA direction %d is invalid.\n", dir);
	else
		dev_WARN_ONCE(dev, 1,
			      "%zu bytes at %zu are not in a range of %zu bytes of IOVA.\n",
			      size, offset, have);
}

static inline bool dma_iova_args_valid(struct device *dev,
		struct dma_iova_state *state, size_t offset, size_t size,
		enum dma_data_direction dir)
{
	size_t have = dma_iova_size(state);

	if (likely(valid_dma_direction(dir) && size <= have &&
		   offset <= have - size))
		return true;
	dma_iova_warn(dev, have, offset, size, dir);
	return false;
}

/* Trace and check one link */
static inline void dma_iova_linked(struct device *dev, phys_addr_t phys,
		dma_addr_t addr, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	if (!(attrs & DMA_ATTR_MMIO))
		kmsan_handle_dma(phys, size, dir);
	trace_dma_iova_link(dev, phys, addr, size, dir, attrs);
	debug_dma_link_iova(dev, phys, size, attrs);
}

/**
 * dma_iova_try_alloc - allocate a range of IOVA, where the device has any
 * @dev:	device that is going to access the range
 * @state:	set up by this function, whatever is in it
 * @phys:	physical address of the first byte that is going to be linked
 * @size:	length of the range in bytes
 *
 * Only the offset of @phys in the IOMMU's granule matters: the DMA address,
 * which is in @state->addr, has the same. A caller that is going to link whole
 * granules can pass 0.
 *
 * The range is given back by dma_iova_destroy(), or by dma_iova_free() if
 * nothing is linked.
 *
 * Context: Any context, interrupts included. Does not sleep.
 *
 * Return: %true, or %false, with all of @state zero, where
 *
 * * the device has no IOMMU that the DMA API drives by itself;
 * * the device wants buffers more aligned than the IOMMU's granule;
 * * @size is zero, or there is no IOVA of that size to be had.
 *
 * The caller then maps each of its segments with dma_map_phys().
 */
bool dma_iova_try_alloc(struct device *dev, struct dma_iova_state *state,
		phys_addr_t phys, size_t size)
{
	*state = (struct dma_iova_state) {};
	if (!use_dma_iommu(dev) || unlikely(!dev->dma_mask || !size))
		return false;
	if (!iommu_dma_iova_alloc(dev, state, phys, size))
		return false;

	trace_dma_iova_alloc(dev, state->addr, size);
	debug_dma_alloc_iova(dev, state->addr, size);
	return true;
}
EXPORT_SYMBOL_GPL(dma_iova_try_alloc);

/**
 * dma_iova_free - give back a range of IOVA that has nothing linked
 * @dev:	device that the range was allocated for
 * @state:	as dma_iova_try_alloc() set it up; all zero on return
 *
 * Does nothing if there is no range in @state.
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
void dma_iova_free(struct device *dev, struct dma_iova_state *state)
{
	if (!dma_use_iova(state))
		return;
	trace_dma_iova_free(dev, state->addr, dma_iova_size(state));
	debug_dma_free_iova(dev, state->addr, dma_iova_size(state));
	iommu_dma_iova_free(dev, state);
	*state = (struct dma_iova_state) {};
}
EXPORT_SYMBOL_GPL(dma_iova_free);

/**
 * dma_iova_link - let a part of a range of IOVA lead to physical addresses
 * @dev:	device that the range was allocated for
 * @state:	the range
 * @phys:	physical address of the first byte
 * @offset:	where in the range it is to appear, in bytes
 * @size:	length in bytes
 * @dir:	direction of the transfers
 * @attrs:	DMA_ATTR_* flags, %DMA_ATTR_MMIO if @phys is not memory
 *
 * The device finds the byte at @phys at @state->addr + @offset, after
 * dma_iova_sync(). @phys and that address need the same offset in the IOMMU's
 * granule. The link may begin and end within a granule; other links must be in
 * other granules.
 *
 * From here on what is said of memory and of %DMA_ATTR_MMIO at dma_map_phys()
 * applies. If the device must not see the rest of a granule, or cannot share
 * it, that one granule bounces.
 *
 * Context: Any context, interrupts included. Does not sleep.
 *
 * Return: 0 or a negative error code. Then nothing of this link is there, and
 * what has been linked before is as it was.
 *
 * * -EINVAL: the offsets in the granule differ, or a link made before has the
 *   first granule already; @size is zero; @phys + @size wraps; @attrs has a
 *   flag that is no attribute; with a warning, @dir is no direction or the range
 *   does not have @size bytes at @offset
 * * -EOPNOTSUPP: %DMA_ATTR_CC_SHARED; %DMA_ATTR_REQUIRE_COHERENT, and the device
 *   is not coherent or this would have to be bounced
 * * -EREMOTEIO: this is a peer's memory, and would have to be bounced
 * * -ENOMEM: no bounce slots, or no memory for page tables. May work later
 * * others: by the driver of the IOMMU
 */
int dma_iova_link(struct device *dev, struct dma_iova_state *state,
		phys_addr_t phys, size_t offset, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
	int ret;

	if (!dma_iova_args_valid(dev, state, offset, size, dir))
		return -EINVAL;
	if (unlikely(!size || phys + size - 1 < phys))
		return -EINVAL;
	ret = dma_attrs_refused(dev, attrs);
	if (ret)
		return ret;

	ret = iommu_dma_iova_link(dev, state, phys, offset, size, dir, attrs);
	if (ret)
		return ret;

	dma_iova_linked(dev, phys, state->addr + offset, size, dir, attrs);
	return 0;
}
EXPORT_SYMBOL_GPL(dma_iova_link);

/**
 * dma_iova_link_vec - link several ranges of physical addresses at once
 * @dev:	device that the range of IOVA was allocated for
 * @state:	the range of IOVA
 * @vec:	ranges of physical addresses, in the order of their DMA addresses.
 *		Not needed any more on return
 * @nr:		how many of them, at least one
 * @offset:	where in the range of IOVA the first is to appear, in bytes
 * @dir:	direction of the transfers
 * @attrs:	DMA_ATTR_* flags, %DMA_ATTR_MMIO if none of it is memory
 *
 * The same as dma_iova_link() for each element of @vec, each at the offset where
 * the one before ends, in one pass over the page table where the driver of the
 * IOMMU can do it. Only the start of the first and the end of the last may be
 * within a granule.
 *
 * Context: Any context, interrupts included. Does not sleep.
 *
 * Return: 0 or a negative error code, as of dma_iova_link(). Then none of @vec is
 * linked, and what has been linked before is as it was.
 */
int dma_iova_link_vec(struct device *dev, struct dma_iova_state *state,
		const struct phys_vec *vec, unsigned int nr, size_t offset,
		enum dma_data_direction dir, unsigned long attrs)
{
	dma_addr_t addr;
	unsigned int i;
	size_t size = 0;
	int ret;

	for (i = 0; i < nr; i++) {
		if (unlikely(!vec[i].len ||
			     vec[i].paddr + vec[i].len - 1 < vec[i].paddr ||
			     check_add_overflow(size, vec[i].len, &size)))
			return -EINVAL;
	}
	if (unlikely(!size))
		return -EINVAL;
	if (!dma_iova_args_valid(dev, state, offset, size, dir))
		return -EINVAL;
	ret = dma_attrs_refused(dev, attrs);
	if (ret)
		return ret;

	ret = iommu_dma_iova_link_vec(dev, state, vec, nr, offset, dir, attrs);
	if (ret)
		return ret;

	/* Skip the walk if neither tracing nor dma-debug is enabled */
	if (!DMA_IS_CHECKED && !trace_dma_iova_link_enabled())
		return 0;
	addr = state->addr + offset;
	for (i = 0; i < nr; addr += vec[i++].len)
		dma_iova_linked(dev, vec[i].paddr, addr, vec[i].len, dir,
				attrs);
	return 0;
}
EXPORT_SYMBOL_GPL(dma_iova_link_vec);

/**
 * dma_iova_sync - make links known to the hardware
 * @dev:	device that the range was allocated for
 * @state:	the range
 * @offset:	where in the range the links begin, in bytes
 * @size:	length of them all in bytes
 *
 * To be called between linking and letting the device at it, once for all links
 * that adjoin each other.
 *
 * Context: Any context, interrupts included. Does not sleep.
 *
 * Return: 0, or a negative error code from the driver of the IOMMU. All links
 * are still there then, for the caller to unlink. -EINVAL, with a warning, if
 * the range does not have @size bytes at @offset.
 */
int dma_iova_sync(struct device *dev, struct dma_iova_state *state,
		size_t offset, size_t size)
{
	if (!dma_iova_args_valid(dev, state, offset, size, DMA_BIDIRECTIONAL))
		return -EINVAL;
	if (unlikely(!size))
		return 0;
	return iommu_dma_iova_sync(dev, state, offset, size);
}
EXPORT_SYMBOL_GPL(dma_iova_sync);

/**
 * dma_iova_unlink - undo links, and keep the range of IOVA
 * @dev:	device that the range was allocated for
 * @state:	the range
 * @offset:	where in the range the links begin, in bytes
 * @size:	length of them all in bytes
 * @dir:	direction, as it was linked
 * @attrs:	DMA_ATTR_* flags; %DMA_ATTR_MMIO as it was linked
 *
 * The links must adjoin each other, and may be partial granules only at the two
 * ends of what is unlinked at once. The device must have finished with them,
 * and has lost access on return, in lazy mode as well, so that something else
 * can be linked there.
 *
 * Memory is then the CPU's again and holds what the device wrote, unless @attrs
 * has %DMA_ATTR_SKIP_CPU_SYNC. The only sync before that is
 * dma_iova_sync_vec_for_cpu(), after the device has finished with the range.
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
void dma_iova_unlink(struct device *dev, struct dma_iova_state *state,
		size_t offset, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	if (!dma_iova_args_valid(dev, state, offset, size, dir))
		return;
	if (unlikely(!size))
		return;
	trace_dma_iova_unlink(dev, state->addr + offset, size, dir, attrs);
	iommu_dma_iova_unlink(dev, state, offset, size, dir, attrs, NULL, 0);
}
EXPORT_SYMBOL_GPL(dma_iova_unlink);

static void __dma_iova_destroy(struct device *dev, struct dma_iova_state *state,
		size_t mapped_len, enum dma_data_direction dir,
		unsigned long attrs, const struct phys_vec *vec,
		unsigned int nr)
{
	if (!dma_iova_args_valid(dev, state, 0, mapped_len, dir))
		return;
	if (!mapped_len) {
		dma_iova_free(dev, state);
		return;
	}
	trace_dma_iova_unlink(dev, state->addr, mapped_len, dir, attrs);
	trace_dma_iova_free(dev, state->addr, dma_iova_size(state));
	debug_dma_free_iova(dev, state->addr, dma_iova_size(state));
	iommu_dma_iova_destroy(dev, state, mapped_len, dir, attrs, vec, nr);
	*state = (struct dma_iova_state) {};
}

/**
 * dma_iova_destroy - undo links from the start on, and give back the range
 * @dev:	device that the range was allocated for
 * @state:	the range; all zero on return
 * @mapped_len:	length of what is linked in bytes, from the start of the range
 * @dir:	direction, as it was linked
 * @attrs:	DMA_ATTR_* flags; %DMA_ATTR_MMIO as it was linked
 *
 * Unlinks as dma_iova_unlink(); @mapped_len may be zero. In lazy
 * mode the device may keep its access for a while, as with dma_unmap_phys().
 * Does nothing if there is no range in @state.
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
void dma_iova_destroy(struct device *dev, struct dma_iova_state *state,
		size_t mapped_len, enum dma_data_direction dir,
		unsigned long attrs)
{
	if (dma_use_iova(state))
		__dma_iova_destroy(dev, state, mapped_len, dir, attrs, NULL, 0);
}
EXPORT_SYMBOL_GPL(dma_iova_destroy);

static size_t phys_vec_bytes(const struct phys_vec *vec, unsigned int nr)
{
	size_t bytes = 0;

	while (nr--)
		bytes += vec++->len;
	return bytes;
}

#ifdef CONFIG_DMA_API_DEBUG
/* Whether [addr, end) leads to @phys: its first byte and its last */
static bool dma_iova_leads_to(struct device *dev, dma_addr_t addr,
		dma_addr_t end, phys_addr_t phys)
{
	size_t last = end - addr - 1;
	phys_addr_t found;

	if (addr >= end)
		return true;
	found = iommu_dma_to_phys(dev, addr);
	if (found == phys && iommu_dma_to_phys(dev, addr + last) == phys + last)
		return true;
	/* Not linked: the unlink says so */
	if (found)
		debug_dma_stale_state(dev, addr, last + 1, phys, found);
	return false;
}

/*
 * Compare @vec with the page table. Granules at the two ends that are not whole
 * may be bounced, and are looked up in any case.
 */
bool dma_iova_check_vec(struct device *dev, struct dma_iova_state *state,
		const struct phys_vec *vec, unsigned int nr, size_t offset)
{
	unsigned long granule = dma_get_merge_boundary(dev) + 1;
	dma_addr_t addr = state->addr + offset, first, end;
	dma_addr_t low = addr, high = addr + phys_vec_bytes(vec, nr);
	unsigned int i;

	KUNIT_STATIC_STUB_REDIRECT(dma_iova_check_vec, dev, state, vec, nr,
				   offset);
	if (!debug_dma_active())
		return true;
	if (state->__size & DMA_IOVA_USE_SWIOTLB) {
		low = ALIGN(low, granule);
		high = ALIGN_DOWN(high, granule);
	}
	for (i = 0; i < nr; i++, addr = end) {
		end = addr + vec[i].len;
		first = max(addr, low);
		if (!dma_iova_leads_to(dev, first, min(end, high),
				       vec[i].paddr + (first - addr)))
			return false;
	}
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(dma_iova_check_vec);
#endif

/**
 * dma_iova_unlink_vec - undo links to known physical addresses
 * @dev:	device that the range of IOVA was allocated for
 * @state:	the range of IOVA
 * @vec:	ranges of physical addresses, as they were linked, in the order
 *		of their DMA addresses
 * @nr:		how many of them
 * @offset:	where in the range of IOVA the first is, in bytes
 * @dir:	direction, as it was linked
 * @attrs:	DMA_ATTR_* flags; %DMA_ATTR_MMIO as it was linked
 *
 * dma_iova_unlink() without a walk of the page table for each granule, if the
 * device is not coherent. It does not matter by how many calls the links were
 * made. @vec must be right: caches are maintained for it.
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
void dma_iova_unlink_vec(struct device *dev, struct dma_iova_state *state,
		const struct phys_vec *vec, unsigned int nr, size_t offset,
		enum dma_data_direction dir, unsigned long attrs)
{
	size_t size = phys_vec_bytes(vec, nr);

	if (!dma_iova_args_valid(dev, state, offset, size, dir))
		return;
	if (unlikely(!size))
		return;
	if (!dma_iova_check_vec(dev, state, vec, nr, offset))
		vec = NULL;
	trace_dma_iova_unlink(dev, state->addr + offset, size, dir, attrs);
	iommu_dma_iova_unlink(dev, state, offset, size, dir, attrs, vec, nr);
}
EXPORT_SYMBOL_GPL(dma_iova_unlink_vec);

/**
 * dma_iova_destroy_vec - undo all links to known physical addresses, and give
 *	back the range
 * @dev:	device that the range of IOVA was allocated for
 * @state:	the range of IOVA; all zero on return
 * @vec:	all that is linked, in the order of the DMA addresses from the
 *		start of the range on
 * @nr:		how many of them
 * @dir:	direction, as it was linked
 * @attrs:	DMA_ATTR_* flags; %DMA_ATTR_MMIO as it was linked
 *
 * dma_iova_destroy() as dma_iova_unlink_vec() is dma_iova_unlink().
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
void dma_iova_destroy_vec(struct device *dev, struct dma_iova_state *state,
		const struct phys_vec *vec, unsigned int nr,
		enum dma_data_direction dir, unsigned long attrs)
{
	size_t size = phys_vec_bytes(vec, nr);

	if (!dma_use_iova(state))
		return;
	if (!dma_iova_check_vec(dev, state, vec, nr, 0))
		vec = NULL;
	__dma_iova_destroy(dev, state, size, dir, attrs, vec, nr);
}
EXPORT_SYMBOL_GPL(dma_iova_destroy_vec);

/**
 * dma_iova_wants_vec - is the physical address of links of use at unlink?
 * @dev:	device that the range of IOVA was allocated for
 * @state:	the range of IOVA
 *
 * Context: Any context.
 *
 * Return: %true if dma_iova_unlink() has to find out what is linked.
 */
bool dma_iova_wants_vec(struct device *dev, struct dma_iova_state *state)
{
	return dma_use_iova(state) && !dev_is_dma_coherent(dev);
}
EXPORT_SYMBOL_GPL(dma_iova_wants_vec);

/**
 * dma_iova_sync_vec_for_cpu - give linked memory to the CPU before unlinking
 * @dev:	device that the range of IOVA was allocated for
 * @state:	the range of IOVA
 * @vec:	ranges of physical addresses, as they were linked
 * @nr:		how many of them
 * @offset:	where in the range of IOVA the first is, in bytes
 * @dir:	direction, as it was linked
 *
 * For a range with more elements than the caller has room for: all of them are
 * synced, in as many calls as needed, and dma_iova_destroy() is then called with
 * %DMA_ATTR_SKIP_CPU_SYNC. The device must have finished with the whole range.
 *
 * Context: Any context, interrupts included. Does not sleep.
 *
 * Return: %false if nothing was done, and that must be left to
 * dma_iova_destroy(): some of the range is bounced, or @vec is wrong.
 */
bool dma_iova_sync_vec_for_cpu(struct device *dev, struct dma_iova_state *state,
		const struct phys_vec *vec, unsigned int nr, size_t offset,
		enum dma_data_direction dir)
{
	unsigned int i;

	if (state->__size & DMA_IOVA_USE_SWIOTLB ||
	    !dma_iova_args_valid(dev, state, offset, phys_vec_bytes(vec, nr),
				 dir) ||
	    !dma_iova_check_vec(dev, state, vec, nr, offset))
		return false;
	if (!dev_is_dma_coherent(dev))
		for (i = 0; i < nr; i++)
			arch_sync_dma_for_cpu(vec[i].paddr, vec[i].len, dir);
	return true;
}
EXPORT_SYMBOL_GPL(dma_iova_sync_vec_for_cpu);
