// SPDX-License-Identifier: GPL-2.0
/*
 * A client of an NTB: memory that the peer reaches through a window belongs to
 * the device that the peer's accesses come through, which the client asks for.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/ntb.h>

#define WINDOW	0

static int client_probe(struct ntb_client *client, struct ntb_dev *ntb)
{
	resource_size_t align, size_align, size_max;
	struct device *dev = ntb_get_dma_dev(ntb);
	dma_addr_t addr;
	size_t size;
	void *mem;
	int ret;

	ret = ntb_mw_get_align(ntb, NTB_DEF_PEER_IDX, WINDOW, &align,
			       &size_align, &size_max);
	if (ret)
		return ret;
	size = max_t(size_t, PAGE_SIZE, max(align, size_align));
	if (size > size_max)
		return -EINVAL;
	/* Rounded up to a power of two of pages, and aligned to that */
	mem = dma_alloc_coherent(dev, size, &addr, GFP_KERNEL);
	if (!mem)
		return -ENOMEM;
	ret = IS_ALIGNED(addr, align) ?
		ntb_mw_set_trans(ntb, NTB_DEF_PEER_IDX, WINDOW, addr, size) :
		-EINVAL;
	dev_info(&ntb->dev, "window of %zu bytes at %pad of %s: %d\n", size,
		 &addr, dev_name(dev), ret);
	if (!ret)
		ntb_mw_clear_trans(ntb, NTB_DEF_PEER_IDX, WINDOW);
	dma_free_coherent(dev, size, mem, addr);
	return ret;
}

static void client_remove(struct ntb_client *client, struct ntb_dev *ntb)
{
}

static struct ntb_client sample_client = {
	.ops = {
		.probe	= client_probe,
		.remove	= client_remove,
	},
};
module_ntb_client(sample_client);

MODULE_DESCRIPTION("DMA sample: a client of an NTB");
MODULE_LICENSE("GPL");
