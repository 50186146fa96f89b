// SPDX-License-Identifier: GPL-2.0
/*
 * Mapping of requests for DMA, by physical address.
 *
 * A request's memory is a list of bvecs, in one or more bios. A *segment* is
 * what the device is given of it as one piece: as much as is contiguous in
 * memory, of one bvec or of several, and as the queue's limits allow. The same
 * holds for the metadata. There are never more segments than the block layer
 * has counted in blk_rq_nr_phys_segments(), or in nr_integrity_segments.
 *
 * A driver takes one segment after the other and writes its address into its
 * own descriptors. There are three ways to map them:
 *
 * - Memory of a peer that the device reaches by bus address is not mapped.
 * - Behind an IOMMU, all segments can become one range of IOVA, of which the
 *   IOMMU has to be told once. Inside of such a range a segment can only begin
 *   and end where a page of the IOMMU does. One segment alone gains nothing.
 * - Each segment by itself, by dma_map_phys(). Where that does nothing but to
 *   return the address it was given, it need not be called for each.
 */
#include <linux/blk-integrity.h>
#include <linux/blk-mq-dma.h>
#include "blk.h"

/* ---- the segments of a request */

struct blk_segment {
	phys_addr_t phys;
	u32 len;
	struct page *page;	/* that it begins in, or before */
};

static __always_inline void blk_map_iter_set(struct blk_map_iter *it,
		const struct bio_vec *bv, u32 done)
{
	it->bv = bv;
	it->phys = bvec_phys(bv) + done;
	it->len = min(bv->bv_len - done, it->left);
}

static void blk_map_iter_set_bvecs(struct blk_map_iter *it,
		const struct bio_vec *bvecs, struct bvec_iter iter)
{
	it->left = iter.bi_size;
	it->len = 0;
	if (it->left)
		blk_map_iter_set(it, &bvecs[iter.bi_idx], iter.bi_bvec_done);
}

static void blk_map_iter_set_bio(struct blk_map_iter *it, struct bio *bio)
{
	it->bio = bio;
	if (!it->is_integrity)
		blk_map_iter_set_bvecs(it, bio->bi_io_vec, bio->bi_iter);
	else if (bio_integrity(bio))
		blk_map_iter_set_bvecs(it, bio_integrity(bio)->bip_vec,
				       bio_integrity(bio)->bip_iter);
}

/* Skip empty bvecs and empty bios. The length is 0 only at the end. */
static void blk_map_iter_skip_empty(struct blk_map_iter *it)
{
	while (!it->len) {
		if (it->left)
			blk_map_iter_set(it, it->bv + 1, 0);
		else if (it->bio && it->bio->bi_next)
			blk_map_iter_set_bio(it, it->bio->bi_next);
		else
			return;
	}
}

/* Can leave the iterator at an empty bvec, or at the end of a bio */
static __always_inline void blk_map_iter_advance(struct blk_map_iter *it,
		u32 len)
{
	it->left -= len;
	if (len < it->len) {
		it->phys += len;
		it->len -= len;
	} else if (likely(it->left)) {
		blk_map_iter_set(it, it->bv + 1, 0);
	} else {
		it->len = 0;
	}
}

/* Can the bvec at the iterator, which is next in memory, extend the segment? */
static bool blk_segment_mergeable(struct request_queue *q,
		const struct blk_map_iter *it, struct page *page,
		phys_addr_t phys, u32 len, u32 more)
{
	unsigned long offset = it->phys - page_to_phys(it->bv->bv_page);
	struct bio_vec a, b;

	bvec_set_page(&a, page, len, phys - page_to_phys(page));
	bvec_set_page(&b, it->bv->bv_page + (offset >> PAGE_SHIFT), more,
		      offset_in_page(offset));
	return biovec_phys_mergeable(q, &a, &b);
}

/*
 * Extend a segment of @len bytes by the bvecs that follow it in memory, also in
 * the next bio, as far as the limits of the queue allow.
 */
static noinline u32 blk_segment_extend(struct request_queue *q,
		struct blk_map_iter *it, struct page *page, phys_addr_t phys,
		u32 len)
{
	u32 max, more;

	for (;;) {
		blk_map_iter_skip_empty(it);
		if (!it->len || phys + len != it->phys)
			return len;
		max = get_max_segment_size(&q->limits, phys, U32_MAX);
		if (max <= len)
			return len;
		more = min(it->len, max - len);
		if (!blk_segment_mergeable(q, it, page, phys, len, more))
			return len;
		len += more;
		blk_map_iter_advance(it, more);
	}
}

/*
 * Return the next segment, or one of length 0 at the end of the request.
 *
 * This is the one rule for data and metadata: a segment takes all that is
 * contiguous in memory and within the limits of the queue. No other way to cut
 * the same memory has fewer segments, so there are never more than the block
 * layer has counted: for data it cuts each bvec by itself, and for metadata it
 * merges whole pages.
 *
 * A bvec within a page needs no look at the limits, none is below that.
 */
static __always_inline struct blk_segment
blk_map_iter_next(struct request *req, struct blk_map_iter *it)
{
	struct blk_segment seg = { .phys = it->phys, .len = it->len };

	if (unlikely(!seg.len))
		return seg;
	seg.page = it->bv->bv_page;
	if (offset_in_page(seg.phys) + seg.len > PAGE_SIZE)
		seg.len = get_max_segment_size(&req->q->limits, seg.phys,
					       seg.len);
	blk_map_iter_advance(it, seg.len);
	if (unlikely(!it->len || seg.phys + seg.len == it->phys))
		seg.len = blk_segment_extend(req->q, it, seg.page, seg.phys,
					     seg.len);
	return seg;
}

/* The data of a request, from its start on */
static void blk_map_iter_start(struct blk_map_iter *it, struct request *req)
{
	*it = (struct blk_map_iter) {};
	if (req->rq_flags & RQF_SPECIAL_PAYLOAD)
		blk_map_iter_set_bvecs(it, &req->special_vec,
			(struct bvec_iter) { .bi_size = req->special_vec.bv_len });
	else if (req->bio && !bio_no_advance_iter(req->bio))
		blk_map_iter_set_bio(it, req->bio);
	blk_map_iter_skip_empty(it);
}

/* Its metadata */
static void blk_map_iter_start_integrity(struct blk_map_iter *it,
		struct request *req)
{
	*it = (struct blk_map_iter) { .is_integrity = true };
	if (blk_integrity_rq(req) && req->bio)
		blk_map_iter_set_bio(it, req->bio);
	blk_map_iter_skip_empty(it);
}

/* ---- mapping them */

/* There is no next segment after a failure */
static bool blk_dma_fail(struct blk_dma_iter *iter, blk_status_t status)
{
	iter->status = status;
	iter->iter.len = 0;
	iter->iter.left = 0;
	iter->iter.bio = NULL;
	return false;
}

/*
 * The P2P type of the first segment decides how the whole request is mapped
 * and unmapped. The block layer does not mix memory of different kinds
 * in a request, but nothing stops a caller of blk_rq_append_bio() from doing
 * so, and mistaking a peer's address for ordinary memory would be fatal.
 */
static __always_inline bool blk_dma_is_same_kind(struct blk_dma_iter *iter,
		const struct blk_segment *seg)
{
	struct dev_pagemap *pgmap = NULL;

	if (is_pci_p2pdma_page(seg->page))
		pgmap = seg->page->pgmap;
	if (likely(pgmap == iter->p2pdma.pgmap))
		return true;
	return blk_dma_fail(iter, BLK_STS_INVAL);
}

static noinline bool blk_dma_map_one(struct request *req,
		struct device *dma_dev, struct blk_dma_iter *iter,
		phys_addr_t phys)
{
	if (iter->p2pdma.map == PCI_P2PDMA_MAP_BUS_ADDR) {
		iter->addr = pci_p2pdma_bus_addr_map(iter->p2pdma.mem, phys);
		iter->iter.unmapped = true;
		return true;
	}

	/* The request is tried again, there is nothing to complain of */
	iter->addr = dma_map_phys(dma_dev, phys, iter->len, rq_dma_dir(req),
				  blk_dma_attrs(iter->p2pdma.map) |
				  DMA_ATTR_NO_WARN);
	iter->iter.unmapped = false;
	iter->source = phys;
	if (dma_mapping_error(dma_dev, iter->addr))
		return blk_dma_fail(iter, BLK_STS_RESOURCE);
	return true;
}

static __always_inline bool blk_dma_map_segment(struct request *req,
		struct device *dma_dev, struct blk_dma_iter *iter,
		const struct blk_segment *seg)
{
	if (!blk_dma_is_same_kind(iter, seg))
		return false;
	iter->len = seg->len;
	/* The limit is exclusive, and 0 if all memory has to be mapped */
	if (seg->phys + seg->len - 1 >= iter->iter.unmapped_limit)
		return blk_dma_map_one(req, dma_dev, iter, seg->phys);
	iter->addr = seg->phys;
	iter->iter.unmapped = true;
	return true;
}

static __always_inline bool blk_dma_map_next(struct request *req,
		struct device *dma_dev, struct blk_dma_iter *iter)
{
	struct blk_segment seg = blk_map_iter_next(req, &iter->iter);

	return seg.len && blk_dma_map_segment(req, dma_dev, iter, &seg);
}

/* ---- ... as one range of IOVA */

static size_t blk_map_iter_bytes(struct request *req,
		const struct blk_map_iter *it)
{
	size_t bytes = 0;
	struct bio *bio;

	if (!it->is_integrity)
		return blk_rq_payload_bytes(req);
	for (bio = req->bio; bio; bio = bio->bi_next)
		if (bio_integrity(bio))
			bytes += bio_integrity(bio)->bip_iter.bi_size;
	return bytes;
}

/*
 * Do all segments but the first begin, and all but the last end, where a page
 * of the IOMMU does? The virtual boundary of the queue can say so of the data.
 */
static bool blk_segments_aligned(struct request *req, struct blk_map_iter it,
		unsigned long granule_mask)
{
	phys_addr_t end = 0, inner = 0;
	struct blk_segment seg;

	if (!it.is_integrity &&
	    (queue_virt_boundary(req->q) & granule_mask) == granule_mask)
		return true;

	for (;;) {
		seg = blk_map_iter_next(req, &it);
		if (!seg.len)
			return !(inner & granule_mask);
		if (end)
			inner |= end | seg.phys;
		end = seg.phys + seg.len;
	}
}

/*
 * The range will be one segment for the device, and has to be within the limits
 * for one. It is aligned to its size rounded up to a power of two, and so does
 * not cross a boundary that is at least as far from the next.
 */
static bool blk_can_map_iova(struct request *req, struct device *dma_dev,
		struct blk_map_iter *it, size_t bytes)
{
	unsigned long mask = dma_get_merge_boundary(dma_dev);

	if (!mask || bytes > queue_max_segment_size(req->q) ||
	    roundup_pow_of_two(bytes + mask) - 1 >
	    queue_segment_boundary(req->q))
		return false;
	return blk_segments_aligned(req, *it, mask);
}

/* So many segments are linked in one pass over the page table */
#define BLK_DMA_VECS	16

/* Links some of the segments, from @next on, and moves that to the next one */
static int blk_dma_link_some(struct request *req, struct device *dma_dev,
		struct dma_iova_state *state, struct blk_dma_iter *iter,
		struct blk_segment *next, size_t *linked)
{
	struct blk_segment seg = *next;
	struct phys_vec vecs[BLK_DMA_VECS];
	unsigned int nr = 0;
	size_t bytes = 0;
	int error;

	while (nr < BLK_DMA_VECS) {
		vecs[nr].paddr = seg.phys;
		vecs[nr].len = seg.len;
		nr++;
		bytes += seg.len;
		seg = blk_map_iter_next(req, &iter->iter);
		if (!seg.len || !blk_dma_is_same_kind(iter, &seg))
			break;
	}
	*next = seg;

	error = dma_iova_link_vec(dma_dev, state, vecs, nr, *linked,
				  rq_dma_dir(req),
				  blk_dma_attrs(iter->p2pdma.map) |
				  DMA_ATTR_NO_WARN);
	if (!error)
		*linked += bytes;
	return error;
}

static bool blk_dma_map_iova(struct request *req, struct device *dma_dev,
		struct dma_iova_state *state, struct blk_dma_iter *iter,
		struct blk_segment *seg)
{
	size_t linked = 0;
	int error;

	do {
		error = blk_dma_link_some(req, dma_dev, state, iter, seg,
					  &linked);
	} while (!error && seg->len && iter->status == BLK_STS_OK);

	/* The bios have fewer bytes than the request? */
	if (!error && linked != dma_iova_size(state))
		error = -EIO;
	if (!error && iter->status == BLK_STS_OK)
		error = dma_iova_sync(dma_dev, state, 0, linked);
	if (error && iter->status == BLK_STS_OK)
		blk_dma_fail(iter, errno_to_blk_status(error));
	if (iter->status != BLK_STS_OK) {
		dma_iova_destroy(dma_dev, state, linked, rq_dma_dir(req),
				 blk_dma_attrs(iter->p2pdma.map) |
				 DMA_ATTR_SKIP_CPU_SYNC);
		return false;
	}

	iter->addr = state->addr;
	iter->len = linked;
	return true;
}

/* ---- unmapping a range of IOVA, with the segments that it leads to */

/* The next segments, at most BLK_DMA_VECS. Adds their length to @bytes. */
static unsigned int blk_dma_next_vecs(struct request *req,
		struct blk_map_iter *it, struct phys_vec *vecs, size_t *bytes)
{
	struct blk_segment seg;
	unsigned int nr = 0;

	while (nr < BLK_DMA_VECS) {
		seg = blk_map_iter_next(req, it);
		if (!seg.len)
			break;
		vecs[nr].paddr = seg.phys;
		vecs[nr].len = seg.len;
		nr++;
		*bytes += seg.len;
	}
	return nr;
}

/* ---- what drivers call */

/* For a request without a segment: it must not have any bytes either */
static blk_status_t blk_dma_status_empty(struct request *req,
		const struct blk_map_iter *it)
{
	if (req->bio && (it->is_integrity || !bio_no_advance_iter(req->bio)) &&
	    blk_map_iter_bytes(req, it))
		return BLK_STS_IOERR;
	return BLK_STS_OK;
}

static bool blk_dma_map_start(struct request *req, struct device *dma_dev,
		struct dma_iova_state *state, struct blk_dma_iter *iter,
		unsigned int nr_segments)
{
	struct blk_map_iter first = iter->iter;
	struct blk_segment seg;
	size_t bytes;

	*state = (struct dma_iova_state) {};
	iter->status = BLK_STS_OK;
	iter->p2pdma = (struct pci_p2pdma_map_state) {};
	seg = blk_map_iter_next(req, &iter->iter);
	if (unlikely(!seg.len))
		return blk_dma_fail(iter, blk_dma_status_empty(req, &first));

	iter->p2pdma.map = pci_p2pdma_state(&iter->p2pdma, dma_dev, seg.page);
	switch (iter->p2pdma.map) {
	case PCI_P2PDMA_MAP_NONE:
	case PCI_P2PDMA_MAP_THRU_HOST_BRIDGE:
		break;
	case PCI_P2PDMA_MAP_BUS_ADDR:
		return blk_dma_map_segment(req, dma_dev, iter, &seg);
	default:
		return blk_dma_fail(iter, BLK_STS_TARGET);
	}

	if (nr_segments > 1) {
		bytes = blk_map_iter_bytes(req, &first);
		if (blk_can_map_iova(req, dma_dev, &first, bytes) &&
		    dma_iova_try_alloc(dma_dev, state, seg.phys, bytes))
			return blk_dma_map_iova(req, dma_dev, state, iter,
						&seg);
		if (iter->p2pdma.map == PCI_P2PDMA_MAP_NONE)
			iter->iter.unmapped_limit = dma_unmapped_limit(dma_dev);
	}
	return blk_dma_map_segment(req, dma_dev, iter, &seg);
}

/**
 * blk_rq_dma_map_iter_start() - map the first segment of a request for DMA
 * @req: request to map
 * @dma_dev: device that will access its memory
 * @state: what blk_rq_dma_unmap() will need, kept by the driver until then
 * @iter: what the step has mapped
 *
 * Maps the first segment of the data of @req, or all of it as one range of IOVA
 * where there is an IOMMU and the segments fit its pages. The driver puts
 * &blk_dma_iter.addr and &blk_dma_iter.len into its descriptors, and calls
 * blk_rq_dma_map_iter_next() for the next segment until that returns false.
 *
 * Sets all of @state and @iter, whatever they held. A request whose memory has
 * been mapped must have it unmapped before it is completed or mapped again; see
 * blk_rq_dma_unmap() for what a driver remembers for this.
 *
 * Context: Any context. Does not sleep.
 *
 * Return: True if something was mapped. If false, nothing was, and
 * &blk_dma_iter.status says why:
 *
 * * %BLK_STS_OK: the request has no data;
 * * %BLK_STS_IOERR: it has data, but no memory for it in its bios;
 * * %BLK_STS_TARGET: it has memory of a peer that @dma_dev cannot reach;
 * * %BLK_STS_INVAL: it mixes memory of a peer with other memory;
 * * %BLK_STS_RESOURCE: for lack of IOVA space, bounce buffers, or memory for
 *   page tables. That may work later;
 * * another one: the IOMMU's driver cannot do it, for any other reason.
 */
bool blk_rq_dma_map_iter_start(struct request *req, struct device *dma_dev,
		struct dma_iova_state *state, struct blk_dma_iter *iter)
{
	blk_map_iter_start(&iter->iter, req);
	return blk_dma_map_start(req, dma_dev, state, iter,
				 blk_rq_nr_phys_segments(req));
}
EXPORT_SYMBOL_GPL(blk_rq_dma_map_iter_start);

/**
 * blk_rq_dma_map_iter_next() - map the next segment of a request for DMA
 * @req: request to map
 * @dma_dev: device that will access its memory
 * @iter: as the step before has left it
 *
 * Context: Any context. Does not sleep.
 *
 * Return: True if a segment was mapped. If false, none was, and
 * &blk_dma_iter.status is %BLK_STS_OK if this is the end of the request. With
 * any other status, see blk_rq_dma_map_iter_start(), the driver has to unmap
 * what was mapped by the steps before. Any further call returns false too, and
 * leaves the status as it is.
 */
bool blk_rq_dma_map_iter_next(struct request *req, struct device *dma_dev,
		struct blk_dma_iter *iter)
{
	return blk_dma_map_next(req, dma_dev, iter);
}
EXPORT_SYMBOL_GPL(blk_rq_dma_map_iter_next);

/*
 * For blk_rq_dma_unmap() and blk_rq_integrity_dma_unmap(). The range has @len
 * bytes. If the request has not as many, some of it has been completed, and
 * what was mapped has to be looked up in the page table.
 */
void blk_rq_dma_destroy(struct request *req, struct device *dma_dev,
		struct dma_iova_state *state, size_t len, unsigned long attrs,
		bool is_integrity)
{
	enum dma_data_direction dir = rq_dma_dir(req);
	struct phys_vec vecs[BLK_DMA_VECS];
	size_t done = 0, bytes = 0;
	struct blk_map_iter it;
	unsigned int nr = 0;

	if (is_integrity)
		blk_map_iter_start_integrity(&it, req);
	else
		blk_map_iter_start(&it, req);
	if (!(attrs & DMA_ATTR_MMIO) && blk_map_iter_bytes(req, &it) == len)
		nr = blk_dma_next_vecs(req, &it, vecs, &bytes);
	if (nr && bytes == len) {
		dma_iova_destroy_vec(dma_dev, state, vecs, nr, dir, attrs);
		return;
	}

	while (nr && dma_iova_sync_vec_for_cpu(dma_dev, state, vecs, nr, done,
					       dir)) {
		done = bytes;
		nr = blk_dma_next_vecs(req, &it, vecs, &bytes);
	}
	if (done == len)
		attrs |= DMA_ATTR_SKIP_CPU_SYNC;
	dma_iova_destroy(dma_dev, state, len, dir, attrs);
}
EXPORT_SYMBOL_GPL(blk_rq_dma_destroy);

#ifdef CONFIG_BLK_DEV_INTEGRITY
/**
 * blk_rq_integrity_dma_map_iter_start() - map the first segment of a request's
 *	metadata for DMA
 * @req: request to map
 * @dma_dev: device that will access its metadata
 * @state: what blk_rq_integrity_dma_unmap() will need, not the one of the data
 * @iter: what the step has mapped
 *
 * blk_rq_dma_map_iter_start() for the integrity metadata of @req, which
 * blk_rq_integrity_dma_unmap() unmaps. The memory that it is in may be of another
 * kind than that of the data.
 *
 * Context: Any context. Does not sleep.
 *
 * Return: As blk_rq_dma_map_iter_start(). %BLK_STS_OK with nothing mapped if
 * @req has no metadata.
 */
bool blk_rq_integrity_dma_map_iter_start(struct request *req,
		struct device *dma_dev, struct dma_iova_state *state,
		struct blk_dma_iter *iter)
{
	blk_map_iter_start_integrity(&iter->iter, req);
	return blk_dma_map_start(req, dma_dev, state, iter,
				 req->nr_integrity_segments);
}
EXPORT_SYMBOL_GPL(blk_rq_integrity_dma_map_iter_start);

/**
 * blk_rq_integrity_dma_map_iter_next() - map the next segment of a request's
 *	metadata for DMA
 * @req: request to map
 * @dma_dev: device that will access its metadata
 * @iter: as the step before has left it
 *
 * Context: Any context. Does not sleep.
 *
 * Return: As blk_rq_dma_map_iter_next().
 */
bool blk_rq_integrity_dma_map_iter_next(struct request *req,
		struct device *dma_dev, struct blk_dma_iter *iter)
{
	return blk_dma_map_next(req, dma_dev, iter);
}
EXPORT_SYMBOL_GPL(blk_rq_integrity_dma_map_iter_next);
#endif /* CONFIG_BLK_DEV_INTEGRITY */
