// SPDX-License-Identifier: GPL-2.0
/*
 * A block driver that maps its requests with the block layer's iterator: a disk
 * of seven sectors, which are in the buffer of an edu device. Behind an IOMMU a
 * request can be one range; otherwise the device gets it a segment at a time.
 */
#include <linux/blk-mq.h>
#include <linux/blk-mq-dma.h>
#include <linux/version.h>
#include "edu.h"

#define SECTORS		7	/* QEMU aborts if all of the buffer is copied */

/* Arguments that came and went in mainline */
#if !defined(DMA_PHYS_BACKPORT) && LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#define iterator_next(req, dev, state, iter) \
	blk_rq_dma_map_iter_next(req, dev, state, iter)
#else
#define iterator_next(req, dev, state, iter) \
	blk_rq_dma_map_iter_next(req, dev, iter)
#endif
#if !defined(DMA_PHYS_BACKPORT) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define iterator_unmap_all(req, dev, state, len, type) \
	blk_rq_dma_unmap(req, dev, state, len)
#else
#define iterator_unmap_all(req, dev, state, len, type) \
	blk_rq_dma_unmap(req, dev, state, len, type)
#endif

struct iterator_disk {
	struct device *dev;
	void __iomem *regs;
	struct blk_mq_tag_set tags;
	struct gendisk *disk;
};

struct iterator_request {
	struct dma_iova_state state;
	enum pci_p2pdma_map_type type;
	size_t mapped;
	unsigned int nr;
	bool need_unmap;
	struct {
		dma_addr_t addr;
		u32 len;
	} segments[SECTORS];
};

static void iterator_unmap(struct request *req, struct device *dev)
{
	struct iterator_request *r = blk_mq_rq_to_pdu(req);
	unsigned int i;

	if (iterator_unmap_all(req, dev, &r->state, r->mapped, r->type) ||
	    !r->need_unmap)
		return;
	for (i = 0; i < r->nr; i++)
		dma_unmap_phys(dev, r->segments[i].addr, r->segments[i].len,
			       rq_dma_dir(req),
			       r->type == PCI_P2PDMA_MAP_THRU_HOST_BRIDGE ?
			       DMA_ATTR_MMIO : 0);
}

static blk_status_t iterator_map(struct request *req, struct device *dev)
{
	struct iterator_request *r = blk_mq_rq_to_pdu(req);
	struct blk_dma_iter iter;

	r->nr = 0;
	r->mapped = 0;
	if (!blk_rq_dma_map_iter_start(req, dev, &r->state, &iter))
		return iter.status;
	r->type = iter.p2pdma.map;
	do {
		r->segments[r->nr].addr = iter.addr;
		r->segments[r->nr++].len = iter.len;
		r->mapped += iter.len;
	} while (r->nr < SECTORS && iterator_next(req, dev, &r->state, &iter));
	/* Only now is the answer final */
	r->need_unmap = dma_need_unmap(dev);
	if (iter.status == BLK_STS_OK && r->mapped < blk_rq_payload_bytes(req))
		iter.status = BLK_STS_IOERR;
	if (iter.status != BLK_STS_OK)
		iterator_unmap(req, dev);
	return iter.status;
}

/* With an interrupt, this would start the first segment and return */
static int iterator_transfer(struct iterator_disk *d, struct request *req)
{
	struct iterator_request *r = blk_mq_rq_to_pdu(req);
	u64 at = EDU_BUFFER + blk_rq_pos(req) * SECTOR_SIZE;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < r->nr && !ret; at += r->segments[i++].len) {
		if (req_op(req) == REQ_OP_READ)
			ret = edu_run(d->regs, at, r->segments[i].addr,
				      r->segments[i].len, EDU_DMA_TO_MEMORY);
		else
			ret = edu_run(d->regs, r->segments[i].addr, at,
				      r->segments[i].len, 0);
	}
	return ret;
}

static blk_status_t iterator_queue_rq(struct blk_mq_hw_ctx *hctx,
				      const struct blk_mq_queue_data *bd)
{
	struct iterator_disk *d = hctx->queue->queuedata;
	struct request *req = bd->rq;
	blk_status_t status;
	int ret;

	if (req_op(req) != REQ_OP_READ && req_op(req) != REQ_OP_WRITE)
		return BLK_STS_NOTSUPP;
	blk_mq_start_request(req);
	status = iterator_map(req, d->dev);
	if (status != BLK_STS_OK)
		return status;
	ret = iterator_transfer(d, req);
	iterator_unmap(req, d->dev);
	blk_mq_end_request(req, errno_to_blk_status(ret));
	return BLK_STS_OK;
}

static const struct blk_mq_ops iterator_mq_ops = {
	.queue_rq = iterator_queue_rq,
};

static const struct block_device_operations iterator_fops = {
	.owner = THIS_MODULE,
};

static int iterator_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct queue_limits lim = { .max_segments = SECTORS };
	struct iterator_disk *d;
	int ret;

	d = devm_kzalloc(&pdev->dev, sizeof(*d), GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	d->dev = &pdev->dev;
	d->regs = edu_enable(pdev);
	if (!d->regs)
		return -ENOMEM;
	d->tags.ops = &iterator_mq_ops;
	d->tags.nr_hw_queues = 1;
	d->tags.queue_depth = 1;	/* the device has one buffer */
	d->tags.numa_node = NUMA_NO_NODE;
	d->tags.cmd_size = sizeof(struct iterator_request);
	d->tags.flags = BLK_MQ_F_BLOCKING;
	ret = blk_mq_alloc_tag_set(&d->tags);
	if (ret)
		return ret;
	d->disk = blk_mq_alloc_disk(&d->tags, &lim, d);
	if (IS_ERR(d->disk)) {
		ret = PTR_ERR(d->disk);
		goto out_tags;
	}
	snprintf(d->disk->disk_name, sizeof(d->disk->disk_name), "dmaiter%x",
		 pci_dev_id(pdev));
	d->disk->fops = &iterator_fops;
	set_capacity(d->disk, SECTORS);
	pci_set_drvdata(pdev, d);
	ret = device_add_disk(d->dev, d->disk, NULL);
	if (!ret)
		return 0;
	put_disk(d->disk);
out_tags:
	blk_mq_free_tag_set(&d->tags);
	return ret;
}

static void iterator_remove(struct pci_dev *pdev)
{
	struct iterator_disk *d = pci_get_drvdata(pdev);

	del_gendisk(d->disk);
	put_disk(d->disk);
	blk_mq_free_tag_set(&d->tags);
}

static struct pci_driver iterator_driver = {
	.name		= KBUILD_MODNAME,
	.id_table	= edu_ids,
	.probe		= iterator_probe,
	.remove		= iterator_remove,
};
module_pci_driver(iterator_driver);

MODULE_DESCRIPTION("DMA sample: requests of the block layer");
MODULE_LICENSE("GPL");
