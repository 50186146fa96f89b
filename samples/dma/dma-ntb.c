// SPDX-License-Identifier: GPL-2.0
/*
 * A client of an NTB: memory that the peer reaches through a window belongs to
 * the device that the peer's accesses come through, which the client asks for.
 * When the client goes, it says what text the peer has left in the window.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/ntb.h>
#include <linux/version.h>
#include <linux/workqueue.h>

#if !defined(DMA_PHYS_BACKPORT) && LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#define ntb_get_dma_dev(ntb) (&(ntb)->pdev->dev)
#endif

#define WINDOW	0

/* The only one, as the window is the first one of the only peer */
static struct {
	struct ntb_dev *ntb;
	struct work_struct work;
	struct device *dev;
	size_t size;
	char *mem;		/* NULL if the window leads nowhere */
	dma_addr_t addr;
} client;

/* The limits of a window are not known before the link is up */
static int client_set_window(struct ntb_dev *ntb)
{
	resource_size_t align, size_align, size_max;
	int ret;

	ret = ntb_mw_get_align(ntb, NTB_DEF_PEER_IDX, WINDOW, &align,
			       &size_align, &size_max);
	if (ret)
		return ret;
	client.dev = ntb_get_dma_dev(ntb);
	client.size = max_t(size_t, PAGE_SIZE, max(align, size_align));
	if (client.size > size_max)
		return -EINVAL;
	/* Rounded up to a power of two of pages, and aligned to that */
	client.mem = dma_alloc_coherent(client.dev, client.size, &client.addr,
					GFP_KERNEL);
	if (!client.mem)
		return -ENOMEM;
	ret = IS_ALIGNED(client.addr, align) ?
		ntb_mw_set_trans(ntb, NTB_DEF_PEER_IDX, WINDOW, client.addr,
				 client.size) : -EINVAL;
	if (ret) {
		dma_free_coherent(client.dev, client.size, client.mem,
				  client.addr);
		client.mem = NULL;
	}
	return ret;
}

static void client_work(struct work_struct *work)
{
	struct ntb_dev *ntb = client.ntb;
	int ret;

	if (client.mem || !(ntb_link_is_up(ntb, NULL, NULL) & BIT_ULL(0)))
		return;
	ret = client_set_window(ntb);
	if (ret)
		dev_info(&ntb->dev, "%s: FAIL, error %d\n", KBUILD_MODNAME,
			 ret);
	else
		dev_info(&ntb->dev, "%s: %zu bytes at %pad of %s\n",
			 KBUILD_MODNAME, client.size, &client.addr,
			 dev_name(client.dev));
}

static void client_link_event(void *ctx)
{
	schedule_work(&client.work);
}

static const struct ntb_ctx_ops client_ops = {
	.link_event = client_link_event,
};

static int client_probe(struct ntb_client *self, struct ntb_dev *ntb)
{
	int ret;

	if (client.ntb || client.mem)
		return -EBUSY;
	client.ntb = ntb;
	INIT_WORK(&client.work, client_work);
	ret = ntb_set_ctx(ntb, &client, &client_ops);
	if (ret) {
		client.ntb = NULL;
		return ret;
	}
	ntb_link_enable(ntb, NTB_SPEED_AUTO, NTB_WIDTH_AUTO);
	/* It may be up already */
	ntb_link_event(ntb);
	return 0;
}

static void client_remove(struct ntb_client *self, struct ntb_dev *ntb)
{
	ntb_clear_ctx(ntb);
	cancel_work_sync(&client.work);
	ntb_link_disable(ntb);
	client.ntb = NULL;
	/* If it fails, the peer can still write there: the memory is lost */
	if (!client.mem || ntb_mw_clear_trans(ntb, NTB_DEF_PEER_IDX, WINDOW))
		return;
	dev_info(&ntb->dev, "%s: the peer wrote \"%*pE\"\n", KBUILD_MODNAME,
		 (int)strnlen(client.mem, 64), client.mem);
	dma_free_coherent(client.dev, client.size, client.mem, client.addr);
	client.mem = NULL;
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
