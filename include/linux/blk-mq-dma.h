/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_BLK_MQ_DMA_H
#define _LINUX_BLK_MQ_DMA_H

#include <linux/blk-mq.h>
#include <linux/dma-map-state.h>
#include <linux/dma-mapping.h>
#include <linux/pci-p2pdma.h>

/* Where in a request an iterator is, private to the block layer */
struct blk_map_iter {
	const struct bio_vec	*bv;
	phys_addr_t		phys;
	u32			len;	/* of the bvec from @phys on, 0 at the end */
	u32			left;	/* of the bio, with these */
	struct bio		*bio;
	bool			is_integrity;
	bool			unmapped;	/* what the last step has found */
	phys_addr_t		unmapped_limit;	/* dma_unmapped_limit(), or 0 */
};

/**
 * struct blk_dma_iter - what a driver maps a request with, one step at a time
 * @addr: DMA address that the step has mapped
 * @len: number of bytes at @addr
 * @p2pdma: how the device reaches the memory of the request, which is all of
 *	one kind; blk_rq_dma_unmap() wants to know @p2pdma.map
 * @status: why a step has mapped nothing, %BLK_STS_OK at the end of the request
 * @source: physical address of what the step has mapped, if
 *	blk_dma_iter_need_unmap() says %true of it
 * @iter: private
 *
 * It need not outlive the last step.
 */
struct blk_dma_iter {
	dma_addr_t			addr;
	u32				len;
	struct pci_p2pdma_map_state	p2pdma;
	blk_status_t			status;
	phys_addr_t			source;
	struct blk_map_iter		iter;
};

bool blk_rq_dma_map_iter_start(struct request *req, struct device *dma_dev,
		struct dma_iova_state *state, struct blk_dma_iter *iter);
bool blk_rq_dma_map_iter_next(struct request *req, struct device *dma_dev,
		struct blk_dma_iter *iter);

/**
 * blk_rq_dma_map_coalesce() - is the request one range of DMA addresses?
 * @state: as blk_rq_dma_map_iter_start() has set it
 *
 * Return: true if the first step has mapped the whole request as one range of
 * IOVA, and the next one will only say that this is the end.
 */
static inline bool blk_rq_dma_map_coalesce(struct dma_iova_state *state)
{
	return dma_use_iova(state);
}

/**
 * blk_dma_iter_need_unmap() - does the driver have to remember this step?
 * @dma_dev: device that is being mapped for
 * @state: as blk_rq_dma_map_iter_start() has set it
 * @iter: as the step has left it
 *
 * To be asked right after the step. Another one, or another request, may turn
 * the answer from no to yes, but only for what is mapped from then on.
 *
 * Return: true if what this step has mapped will have to be unmapped by itself,
 * after blk_rq_dma_unmap() has returned false.
 */
static inline bool blk_dma_iter_need_unmap(struct device *dma_dev,
		struct dma_iova_state *state, const struct blk_dma_iter *iter)
{
	return !iter->iter.unmapped && !dma_use_iova(state) &&
		dma_need_unmap(dma_dev);
}

/* Attributes of dma_map_phys() and its kin for a segment of that type */
static inline unsigned long blk_dma_attrs(enum pci_p2pdma_map_type type)
{
	return type == PCI_P2PDMA_MAP_THRU_HOST_BRIDGE ? DMA_ATTR_MMIO : 0;
}

void blk_rq_dma_destroy(struct request *req, struct device *dma_dev,
		struct dma_iova_state *state, size_t mapped_len,
		unsigned long attrs, bool is_integrity);

static inline bool __blk_rq_dma_unmap(struct request *req,
		struct device *dma_dev, struct dma_iova_state *state,
		size_t mapped_len, enum pci_p2pdma_map_type type,
		bool is_integrity)
{
	if (type == PCI_P2PDMA_MAP_BUS_ADDR)
		return true;
	if (!dma_use_iova(state))
		return !dma_need_unmap(dma_dev);

	if (dma_iova_wants_vec(dma_dev, state))
		blk_rq_dma_destroy(req, dma_dev, state, mapped_len,
				   blk_dma_attrs(type), is_integrity);
	else
		dma_iova_destroy(dma_dev, state, mapped_len, rq_dma_dir(req),
				 blk_dma_attrs(type));
	return true;
}

/**
 * blk_rq_dma_unmap() - unmap all data of a request, where that can be done at
 *	once
 * @req: request that was mapped
 * @dma_dev: device that it was mapped for
 * @state: as it was when the request was mapped
 * @mapped_len: number of bytes that were mapped
 * @type: &blk_dma_iter.p2pdma.map as it was when the request was mapped
 *
 * The device must have finished with all that was mapped, and @req must not have
 * been completed, not even in part: its bios say what was mapped. Use
 * blk_rq_integrity_dma_unmap() for metadata, which is not in them.
 *
 * A false return does not mean that every step of this request has to be
 * unmapped: it is enough to remember those that blk_dma_iter_need_unmap(), or
 * dma_need_unmap() right after the step, said so of. Those made before the
 * answer changed need no unmap then either.
 *
 * Context: Any context. Does not sleep.
 *
 * Return: True if there is nothing left to unmap. False if the driver has to
 * call dma_unmap_phys() for the address and length of each step that it has
 * remembered, with %DMA_ATTR_MMIO if @type is
 * %PCI_P2PDMA_MAP_THRU_HOST_BRIDGE, or dma_unmap_phys_from() if it remembered
 * &blk_dma_iter.source, too.
 */
static inline bool blk_rq_dma_unmap(struct request *req, struct device *dma_dev,
		struct dma_iova_state *state, size_t mapped_len,
		enum pci_p2pdma_map_type type)
{
	return __blk_rq_dma_unmap(req, dma_dev, state, mapped_len, type,
				  false);
}

/**
 * blk_rq_integrity_dma_unmap() - unmap all metadata of a request, where that can
 *	be done at once
 * @req: request whose metadata was mapped
 * @dma_dev: device that it was mapped for
 * @state: as it was when the metadata was mapped
 * @mapped_len: number of bytes that were mapped
 * @type: &blk_dma_iter.p2pdma.map as it was when the metadata was mapped
 *
 * blk_rq_dma_unmap() for what blk_rq_integrity_dma_map_iter_start() has mapped.
 *
 * Context: Any context. Does not sleep.
 *
 * Return: As blk_rq_dma_unmap().
 */
static inline bool blk_rq_integrity_dma_unmap(struct request *req,
		struct device *dma_dev, struct dma_iova_state *state,
		size_t mapped_len, enum pci_p2pdma_map_type type)
{
	return __blk_rq_dma_unmap(req, dma_dev, state, mapped_len, type,
				  true);
}

#endif /* _LINUX_BLK_MQ_DMA_H */
