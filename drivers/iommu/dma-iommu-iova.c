// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two-step mapping behind an IOMMU: a range of IOVA is allocated first, then
 * physical ranges are linked to spans of it, one after the other. The calls are
 * those of kernel/dma/iova.c, which describes what drivers may rely on; all else
 * of the DMA API for IOMMUs is in dma-iommu.c.
 */
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/iommu-dma.h>
#include <linux/iova.h>
#include <linux/minmax.h>
#include <linux/swiotlb.h>

#include "dma-iommu-priv.h"

/*
 * A range of IOVA that is linked to. An address in it may be anywhere in a
 * granule, and so may its end, but page table entries are for whole granules.
 * Any of the three spans may be empty. A head and a tail are within one granule
 * each, and are what is bounced, if anything is.
 */
struct iova_spans {
	size_t head;
	size_t whole;
	size_t tail;
};

static struct iova_spans iova_split(struct iova_domain *iovad, dma_addr_t addr,
		size_t size)
{
	size_t off = iova_offset(iovad, addr);
	struct iova_spans spans = {};

	if (off)
		spans.head = min_t(size_t, iovad->granule - off, size);
	spans.tail = iova_offset(iovad, size - spans.head);
	spans.whole = size - spans.head - spans.tail;
	return spans;
}

bool iommu_dma_iova_alloc(struct device *dev, struct dma_iova_state *state,
		phys_addr_t phys, size_t size)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	size_t iova_off = iova_offset(iovad, phys);
	size_t iova_len = iova_align(iovad, size + iova_off);
	dma_addr_t iova;

	/* No range is so large that rounding it up makes it small */
	if (unlikely(iova_len < size))
		return false;

	if (static_branch_unlikely(&iommu_deferred_attach_enabled) &&
	    iommu_deferred_attach(dev, domain))
		return false;

	/* As in __iommu_dma_map(), which is where the caller comes next */
	if (unlikely(dma_get_min_align_mask(dev) > iova_mask(iovad)))
		return false;

	iova = iommu_dma_alloc_iova(domain, iova_len, dma_get_mask(dev), dev);
	if (!iova)
		return false;

	state->addr = iova + iova_off;
	state->__size = size;
	return true;
}

static void __iommu_dma_iova_free(struct device *dev,
		struct dma_iova_state *state, struct iommu_iotlb_gather *gather)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);
	struct iommu_dma_cookie *cookie = domain->iova_cookie;
	struct iova_domain *iovad = &cookie->iovad;
	size_t iova_off = iova_offset(iovad, state->addr);

	iommu_dma_free_iova(cookie, state->addr - iova_off,
			    iova_align(iovad, dma_iova_size(state) + iova_off),
			    gather);
}

void iommu_dma_iova_free(struct device *dev, struct dma_iova_state *state)
{
	__iommu_dma_iova_free(dev, state, NULL);
}

/* Maps all granules that the range touches */
static int iommu_dma_iova_link_whole(struct device *dev, dma_addr_t addr,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	bool coherent = dev_is_dma_coherent(dev);
	size_t iova_off = iova_offset(iovad, addr);

	if (!coherent && !(attrs & (DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_MMIO)))
		arch_sync_dma_for_device(phys, size, dir);

	return iommu_map_nosync(domain, addr - iova_off, phys - iova_off,
				iova_align(iovad, size + iova_off),
				dma_info_to_prot(dir, coherent, attrs),
				GFP_ATOMIC);
}

/* Maps a bounce buffer in place of a granule of which not all is the caller's */
static int iommu_dma_iova_link_edge(struct device *dev, dma_addr_t addr,
		phys_addr_t phys, size_t size, enum dma_data_direction dir,
		unsigned long attrs)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	size_t iova_off = iova_offset(iovad, addr);
	phys_addr_t tlb;
	int ret;

	if (!dma_phys_can_bounce(phys))
		return -EREMOTEIO;
	if (attrs & DMA_ATTR_REQUIRE_COHERENT)
		return -EOPNOTSUPP;

	tlb = iommu_dma_map_swiotlb(dev, phys, iova_off, size, dir, attrs);
	if (tlb == (phys_addr_t)DMA_MAPPING_ERROR)
		return -ENOMEM;

	/* Old data in the bounce buffer must leave memory, too */
	ret = iommu_dma_iova_link_whole(dev, addr - iova_off, tlb - iova_off,
					iovad->granule, dir,
					attrs & ~DMA_ATTR_SKIP_CPU_SYNC);
	if (ret)
		swiotlb_tbl_unmap_single(dev, tlb - iova_off, iovad->granule,
					 dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
	return ret;
}

/* Gives back the bounce buffer of a granule, if it is one */
static void iommu_dma_iova_unlink_edge(struct device *dev,
		struct iova_domain *iovad, phys_addr_t granule, size_t offset,
		size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		swiotlb_sync_single_for_cpu(dev, granule + offset, size, dir);
	swiotlb_tbl_unmap_single(dev, granule, iovad->granule, dir,
				 attrs | DMA_ATTR_SKIP_CPU_SYNC);
}

static void iommu_dma_iova_sync_for_cpu(struct iommu_domain *domain,
		dma_addr_t addr, size_t size, enum dma_data_direction dir)
{
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	phys_addr_t phys;
	size_t len;

	for (; size; addr += len, size -= len) {
		len = min_t(size_t, size,
			    iovad->granule - iova_offset(iovad, addr));
		phys = iommu_iova_to_phys(domain, addr);
		/* Not linked: the unmap that follows says so */
		if (unlikely(!phys))
			return;
		arch_sync_dma_for_cpu(phys, len, dir);
	}
}

/* The same for @size bytes of @vec, from @skip on: no look at the page table */
static void iova_vec_sync_for_cpu(const struct phys_vec *vec, unsigned int nr,
		size_t skip, size_t size, enum dma_data_direction dir)
{
	size_t len;

	for (; nr && size; vec++, nr--) {
		if (skip >= vec->len) {
			skip -= vec->len;
			continue;
		}
		len = min(vec->len - skip, size);
		arch_sync_dma_for_cpu(vec->paddr + skip, len, dir);
		size -= len;
		skip = 0;
	}
}

/* Bounced granules are at @head_phys and @tail_phys, if not 0, and not at @vec */
static void iova_spans_sync_for_cpu(struct iova_spans spans, size_t iova_off,
		phys_addr_t head_phys, phys_addr_t tail_phys,
		const struct phys_vec *vec, unsigned int nr,
		enum dma_data_direction dir)
{
	if (head_phys)
		arch_sync_dma_for_cpu(head_phys + iova_off, spans.head, dir);
	iova_vec_sync_for_cpu(vec, nr, spans.head, spans.whole, dir);
	if (tail_phys)
		arch_sync_dma_for_cpu(tail_phys, spans.tail, dir);
}

/*
 * False if not all of it was linked: then nothing else must be freed, either.
 * @vec is what was linked, or NULL to look that up.
 */
static bool __iommu_dma_iova_unlink(struct device *dev,
		struct dma_iova_state *state, size_t offset, size_t size,
		enum dma_data_direction dir, unsigned long attrs,
		const struct phys_vec *vec, unsigned int nr,
		struct iommu_iotlb_gather *gather)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	dma_addr_t addr = state->addr + offset;
	size_t iova_off = iova_offset(iovad, addr);
	size_t iova_len = iova_align(iovad, size + iova_off);
	phys_addr_t head_phys = 0, tail_phys = 0;
	struct iova_spans spans = { .whole = size };
	size_t unmapped;

	if (unlikely(state->__size & DMA_IOVA_USE_SWIOTLB)) {
		spans = iova_split(iovad, addr, size);
		if (spans.head)
			head_phys = iommu_iova_to_phys(domain, addr - iova_off);
		if (spans.tail)
			tail_phys = iommu_iova_to_phys(domain,
					addr + size - spans.tail);
	}

	if (!dev_is_dma_coherent(dev) &&
	    !(attrs & (DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_MMIO))) {
		if (vec)
			iova_spans_sync_for_cpu(spans, iova_off, head_phys,
						tail_phys, vec, nr, dir);
		else
			iommu_dma_iova_sync_for_cpu(domain, addr, size, dir);
	}

	unmapped = iommu_unmap_fast(domain, addr - iova_off, iova_len, gather);
	if (unlikely(unmapped != iova_len)) {
		iommu_dma_unmap_failed(dev, addr - iova_off, iova_len, unmapped,
				       gather);
		return false;
	}
	if (!gather->queued)
		iommu_iotlb_sync(domain, gather);

	/*
	 * Only now: the device must not write to a buffer that is given back.
	 * In lazy mode it still can, as after any unmap.
	 */
	if (unlikely(head_phys))
		iommu_dma_iova_unlink_edge(dev, iovad, head_phys, iova_off,
					   spans.head, dir, attrs);
	if (unlikely(tail_phys))
		iommu_dma_iova_unlink_edge(dev, iovad, tail_phys, 0,
					   spans.tail, dir, attrs);
	return true;
}

void iommu_dma_iova_unlink(struct device *dev, struct dma_iova_state *state,
		size_t offset, size_t size, enum dma_data_direction dir,
		unsigned long attrs, const struct phys_vec *vec,
		unsigned int nr)
{
	struct iommu_iotlb_gather gather;

	iommu_iotlb_gather_init(&gather);
	__iommu_dma_iova_unlink(dev, state, offset, size, dir, attrs, vec, nr,
				&gather);
}

void iommu_dma_iova_destroy(struct device *dev, struct dma_iova_state *state,
		size_t mapped_len, enum dma_data_direction dir,
		unsigned long attrs, const struct phys_vec *vec,
		unsigned int nr)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);
	struct iommu_iotlb_gather gather;

	iommu_iotlb_gather_init(&gather);
	gather.queued = READ_ONCE(domain->iova_cookie->fq_domain);
	if (likely(__iommu_dma_iova_unlink(dev, state, 0, mapped_len, dir, attrs,
					   vec, nr, &gather)))
		__iommu_dma_iova_free(dev, state, &gather);
}

static int iommu_dma_iova_link_bounced(struct device *dev,
		struct dma_iova_state *state, phys_addr_t phys, size_t offset,
		size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);
	dma_addr_t addr = state->addr + offset;
	struct iova_spans spans = iova_split(&domain->iova_cookie->iovad, addr,
					     size);
	size_t done = 0;
	int ret;

	state->__size |= DMA_IOVA_USE_SWIOTLB;

	if (spans.head) {
		ret = iommu_dma_iova_link_edge(dev, addr, phys, spans.head, dir,
					       attrs);
		if (ret)
			return ret;
		done = spans.head;
	}

	if (spans.whole) {
		ret = iommu_dma_iova_link_whole(dev, addr + done, phys + done,
						spans.whole, dir, attrs);
		if (ret)
			goto out_unlink;
		done += spans.whole;
	}

	if (spans.tail) {
		ret = iommu_dma_iova_link_edge(dev, addr + done, phys + done,
					       spans.tail, dir, attrs);
		if (ret)
			goto out_unlink;
	}
	return 0;

out_unlink:
	if (done)
		iommu_dma_iova_unlink(dev, state, offset, done, dir,
				      attrs | DMA_ATTR_SKIP_CPU_SYNC, NULL, 0);
	return ret;
}

/*
 * Whether @phys can be linked at @offset: each byte has to be where it is in a
 * granule, and the rest of the first granule may be part of an earlier link.
 */
static bool iova_can_link(struct iommu_domain *domain,
		struct dma_iova_state *state, size_t offset, phys_addr_t phys)
{
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	dma_addr_t addr = state->addr + offset;

	if (unlikely(iova_offset(iovad, addr ^ phys)))
		return false;
	if (likely(!offset || !iova_offset(iovad, addr)))
		return true;
	return !iommu_iova_to_phys(domain, addr - iova_offset(iovad, addr));
}

int iommu_dma_iova_link(struct device *dev, struct dma_iova_state *state,
		phys_addr_t phys, size_t offset, size_t size,
		enum dma_data_direction dir, unsigned long attrs)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	dma_addr_t addr = state->addr + offset;

	if (!iova_can_link(domain, state, offset, phys))
		return -EINVAL;

	if (!(attrs & DMA_ATTR_MMIO) && iova_offset(iovad, phys | size) &&
	    dev_use_swiotlb(dev, size, dir))
		return iommu_dma_iova_link_bounced(dev, state, phys, offset,
						   size, dir, attrs);

	return iommu_dma_iova_link_whole(dev, addr, phys, size, dir, attrs);
}

/* Whether all ends are on granules, but for the very first and the very last */
static bool iova_vec_aligned(struct iova_domain *iovad,
		const struct phys_vec *vec, unsigned int nr)
{
	unsigned long inner = 0;
	unsigned int i;

	for (i = 1; i < nr; i++)
		inner |= (vec[i - 1].paddr + vec[i - 1].len) | vec[i].paddr;
	return !iova_offset(iovad, inner);
}

/* Only the outer ends can be partial, and have to bounce for that */
static __always_inline bool iova_vec_bounces(struct device *dev,
		struct iova_domain *iovad, const struct phys_vec *vec,
		unsigned int nr, enum dma_data_direction dir)
{
	const struct phys_vec *last = &vec[nr - 1];

	return iova_offset(iovad, vec->paddr | (last->paddr + last->len)) &&
	       (dev_use_swiotlb(dev, vec->len, dir) ||
		dev_use_swiotlb(dev, last->len, dir));
}

/* True if @dev finds at an IOVA what @other finds there */
bool iommu_dma_shares_domain(struct device *dev, struct device *other)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);

	if (domain != iommu_get_dma_domain(other))
		return false;
	return !static_branch_unlikely(&iommu_deferred_attach_enabled) ||
	       !iommu_deferred_attach(dev, domain);
}

static int iommu_dma_iova_link_each(struct device *dev,
		struct dma_iova_state *state, const struct phys_vec *vec,
		unsigned int nr, size_t offset, enum dma_data_direction dir,
		unsigned long attrs)
{
	size_t done = 0;
	unsigned int i;
	int ret;

	for (i = 0; i < nr; i++) {
		ret = iommu_dma_iova_link(dev, state, vec[i].paddr,
					  offset + done, vec[i].len, dir,
					  attrs);
		if (ret)
			goto out_unlink;
		done += vec[i].len;
	}
	return 0;

out_unlink:
	if (done)
		iommu_dma_iova_unlink(dev, state, offset, done, dir,
				      attrs | DMA_ATTR_SKIP_CPU_SYNC, NULL, 0);
	return ret;
}

int iommu_dma_iova_link_vec(struct device *dev, struct dma_iova_state *state,
		const struct phys_vec *vec, unsigned int nr, size_t offset,
		enum dma_data_direction dir, unsigned long attrs)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	dma_addr_t addr = state->addr + offset;
	bool coherent = dev_is_dma_coherent(dev);
	unsigned int i;

	if (!iova_vec_aligned(iovad, vec, nr) ||
	    !iova_can_link(domain, state, offset, vec->paddr))
		return -EINVAL;

	if (!(attrs & DMA_ATTR_MMIO) &&
	    iova_vec_bounces(dev, iovad, vec, nr, dir))
		return iommu_dma_iova_link_each(dev, state, vec, nr, offset,
						dir, attrs);

	if (!coherent && !(attrs & (DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_MMIO)))
		for (i = 0; i < nr; i++)
			arch_sync_dma_for_device(vec[i].paddr, vec[i].len, dir);

	return iommu_map_vec_nosync(domain, addr - iova_offset(iovad, addr),
				    vec, nr,
				    dma_info_to_prot(dir, coherent, attrs),
				    GFP_ATOMIC);
}

/*
 * Link what is mapped for another device, which is the one to sync it and to
 * bounce it. So nothing is bounced here, not even what is too small for a device
 * that is not coherent: -EOPNOTSUPP if @dev is not trusted with all of the first
 * and the last granule.
 */
int iommu_dma_iova_link_alias(struct device *dev, struct dma_iova_state *state,
		const struct phys_vec *vec, unsigned int nr, size_t offset,
		enum dma_data_direction dir, unsigned long attrs)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	const struct phys_vec *last = &vec[nr - 1];
	dma_addr_t addr = state->addr + offset;

	if (!iova_vec_aligned(iovad, vec, nr) ||
	    !iova_can_link(domain, state, offset, vec->paddr))
		return -EINVAL;

	if (!(attrs & DMA_ATTR_MMIO) && dev_is_untrusted(dev) &&
	    iova_offset(iovad, vec->paddr | (last->paddr + last->len)))
		return -EOPNOTSUPP;

	return iommu_map_vec_nosync(domain, addr - iova_offset(iovad, addr),
				    vec, nr,
				    dma_info_to_prot(dir,
						     dev_is_dma_coherent(dev),
						     attrs),
				    GFP_ATOMIC);
}

int iommu_dma_iova_sync(struct device *dev, struct dma_iova_state *state,
		size_t offset, size_t size)
{
	struct iommu_domain *domain = iommu_get_dma_domain(dev);
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	dma_addr_t addr = state->addr + offset;
	size_t iova_off = iova_offset(iovad, addr);

	return iommu_sync_map(domain, addr - iova_off,
			      iova_align(iovad, size + iova_off));
}
