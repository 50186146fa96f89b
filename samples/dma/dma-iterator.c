// SPDX-License-Identifier: GPL-2.0
/*
 * A block driver that maps its requests with the block layer's iterator: a disk
 * whose device is there only to be mapped for. What is written is lost and what
 * is read is zero; every request is mapped and unmapped as for hardware.
 */
#include <linux/blk-mq.h>
#include <linux/blk-mq-dma.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#define SEGMENTS	32

struct iterator_request {
	struct dma_iova_state state;
	enum pci_p2pdma_map_type type;
	size_t mapped;
	unsigned int nr;
	bool need_unmap;
	struct {
		dma_addr_t addr;
		u32 len;
	} segments[SEGMENTS];
};

static struct platform_device *iterator_pdev;
static struct gendisk *iterator_disk;

static void iterator_unmap(struct request *req, struct device *dev)
{
	struct iterator_request *r = blk_mq_rq_to_pdu(req);
	unsigned int i;

	if (blk_rq_dma_unmap(req, dev, &r->state, r->mapped, r->type) ||
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
	} while (r->nr < SEGMENTS && blk_rq_dma_map_iter_next(req, dev, &iter));
	/* Only now is the answer final */
	r->need_unmap = dma_need_unmap(dev);
	if (iter.status == BLK_STS_OK && r->mapped < blk_rq_payload_bytes(req))
		iter.status = BLK_STS_IOERR;
	if (iter.status != BLK_STS_OK)
		iterator_unmap(req, dev);
	return iter.status;
}

static blk_status_t iterator_queue_rq(struct blk_mq_hw_ctx *hctx,
				      const struct blk_mq_queue_data *bd)
{
	struct device *dev = &iterator_pdev->dev;
	struct request *req = bd->rq;
	struct req_iterator i;
	blk_status_t status;
	struct bio_vec bv;

	blk_mq_start_request(req);
	status = iterator_map(req, dev);
	if (status != BLK_STS_OK)
		return status;
	/* Here the hardware would be started, and this be its interrupt */
	iterator_unmap(req, dev);
	if (req_op(req) == REQ_OP_READ)
		rq_for_each_segment(bv, req, i)
			memzero_bvec(&bv);
	blk_mq_end_request(req, BLK_STS_OK);
	return BLK_STS_OK;
}

static const struct blk_mq_ops iterator_mq_ops = {
	.queue_rq = iterator_queue_rq,
};

static struct blk_mq_tag_set iterator_tags = {
	.ops		= &iterator_mq_ops,
	.nr_hw_queues	= 1,
	.queue_depth	= 16,
	.numa_node	= NUMA_NO_NODE,
	.cmd_size	= sizeof(struct iterator_request),
};

static const struct block_device_operations iterator_fops = {
	.owner = THIS_MODULE,
};

static int __init iterator_init(void)
{
	struct queue_limits lim = { .max_segments = SEGMENTS };
	int ret;

	iterator_pdev = platform_device_register_simple("dma-iterator", -1,
							NULL, 0);
	if (IS_ERR(iterator_pdev))
		return PTR_ERR(iterator_pdev);
	ret = dma_coerce_mask_and_coherent(&iterator_pdev->dev,
					   DMA_BIT_MASK(64));
	if (ret)
		goto out_pdev;
	ret = blk_mq_alloc_tag_set(&iterator_tags);
	if (ret)
		goto out_pdev;
	iterator_disk = blk_mq_alloc_disk(&iterator_tags, &lim, NULL);
	if (IS_ERR(iterator_disk)) {
		ret = PTR_ERR(iterator_disk);
		goto out_tags;
	}
	strscpy(iterator_disk->disk_name, "dmaiter");
	iterator_disk->fops = &iterator_fops;
	set_capacity(iterator_disk, 2048);
	ret = add_disk(iterator_disk);
	if (!ret)
		return 0;
	put_disk(iterator_disk);
out_tags:
	blk_mq_free_tag_set(&iterator_tags);
out_pdev:
	platform_device_unregister(iterator_pdev);
	return ret;
}
module_init(iterator_init);

static void __exit iterator_exit(void)
{
	del_gendisk(iterator_disk);
	put_disk(iterator_disk);
	blk_mq_free_tag_set(&iterator_tags);
	platform_device_unregister(iterator_pdev);
}
module_exit(iterator_exit);

MODULE_DESCRIPTION("DMA sample: requests of the block layer");
MODULE_LICENSE("GPL");
