// SPDX-License-Identifier: GPL-2.0
/*
 * A DMA engine for tests, made of QEMU's edu device: channels that copy memory
 *
 * Machines that QEMU emulates have no engine that copies memory, so code that uses
 * one, such as ntb_transport with use_dma=1, cannot be tested there. An edu device
 * copies from any bus address to its own buffer, and from there to any other,
 * through whatever IOMMU the machine has. Each 4095 bytes take 0.2 s. There are two
 * channels, for users that want one for each direction. They take turns.
 *
 * The device belongs to drivers/misc/edu.c. Others must not use it while a copy
 * is under way, as there is only one buffer.
 */
#include <linux/edu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "virt-dma.h"

static unsigned int device;
module_param(device, uint, 0444);
MODULE_PARM_DESC(device, "Which of the edu devices, in bus order (default 0)");

#define EDU_DMA_CHANNELS	2

struct edu_dma {
	struct dma_device	dma;
	struct virt_dma_chan	vc[EDU_DMA_CHANNELS];
	struct edu		*edu;
	struct work_struct	work;
};

struct edu_dma_desc {
	struct virt_dma_desc	vd;
	dma_addr_t		src, dst;
	size_t			len;
};

/* There is one */
static struct edu_dma *edu_dma;

static struct edu_dma_desc *to_edu_dma_desc(struct virt_dma_desc *vd)
{
	return container_of(vd, struct edu_dma_desc, vd);
}

static int edu_dma_copy(struct edu_dma_desc *d)
{
	size_t done, len;
	int ret = 0;

	for (done = 0; done < d->len && !ret; done += len) {
		len = min_t(size_t, d->len - done, EDU_BUF_SIZE);
		ret = edu_dma_to_device(edu_dma->edu, d->src + done, 0, len);
		if (!ret)
			ret = edu_dma_from_device(edu_dma->edu, d->dst + done, 0,
						  len);
	}
	return ret;
}

static struct virt_dma_desc *edu_dma_next(struct virt_dma_chan *vc)
{
	struct virt_dma_desc *vd;
	unsigned long flags;

	spin_lock_irqsave(&vc->lock, flags);
	vd = vchan_next_desc(vc);
	if (vd)
		list_del(&vd->node);
	spin_unlock_irqrestore(&vc->lock, flags);
	return vd;
}

/* The next copy of a channel; false if there is none */
static bool edu_dma_run(struct virt_dma_chan *vc)
{
	struct virt_dma_desc *vd = edu_dma_next(vc);
	unsigned long flags;

	if (!vd)
		return false;
	if (edu_dma_copy(to_edu_dma_desc(vd)))
		vd->tx_result.result = DMA_TRANS_ABORTED;
	dma_descriptor_unmap(&vd->tx);
	spin_lock_irqsave(&vc->lock, flags);
	vchan_cookie_complete(vd);
	spin_unlock_irqrestore(&vc->lock, flags);
	return true;
}

static void edu_dma_work(struct work_struct *work)
{
	bool more;
	int i;

	do {
		more = false;
		for (i = 0; i < EDU_DMA_CHANNELS; i++)
			more |= edu_dma_run(&edu_dma->vc[i]);
	} while (more);
}

static void edu_dma_free_desc(struct virt_dma_desc *vd)
{
	/* If it never ran */
	dma_descriptor_unmap(&vd->tx);
	kfree(to_edu_dma_desc(vd));
}

static struct dma_async_tx_descriptor *
edu_dma_prep_memcpy(struct dma_chan *chan, dma_addr_t dst, dma_addr_t src,
		    size_t len, unsigned long flags)
{
	struct edu_dma_desc *d = kzalloc(sizeof(*d), GFP_NOWAIT);

	if (!d)
		return NULL;
	d->src = src;
	d->dst = dst;
	d->len = len;
	return vchan_tx_prep(to_virt_chan(chan), &d->vd, flags);
}

static void edu_dma_issue_pending(struct dma_chan *chan)
{
	struct virt_dma_chan *vc = to_virt_chan(chan);
	unsigned long flags;

	spin_lock_irqsave(&vc->lock, flags);
	if (vchan_issue_pending(vc))
		schedule_work(&edu_dma->work);
	spin_unlock_irqrestore(&vc->lock, flags);
}

static int edu_dma_terminate_all(struct dma_chan *chan)
{
	struct virt_dma_chan *vc = to_virt_chan(chan);
	unsigned long flags;
	LIST_HEAD(head);

	spin_lock_irqsave(&vc->lock, flags);
	vchan_get_all_descriptors(vc, &head);
	spin_unlock_irqrestore(&vc->lock, flags);
	vchan_dma_desc_free_list(vc, &head);
	return 0;
}

static void edu_dma_synchronize(struct dma_chan *chan)
{
	flush_work(&edu_dma->work);
	vchan_synchronize(to_virt_chan(chan));
}

static void edu_dma_free_chan_resources(struct dma_chan *chan)
{
	edu_dma_synchronize(chan);
	vchan_free_chan_resources(to_virt_chan(chan));
}

static void edu_dma_setup(struct dma_device *dma)
{
	int i;

	dma_cap_set(DMA_MEMCPY, dma->cap_mask);
	dma_cap_set(DMA_PRIVATE, dma->cap_mask);
	dma->dev = &edu_pdev(edu_dma->edu)->dev;
	dma->directions = BIT(DMA_MEM_TO_MEM);
	dma->residue_granularity = DMA_RESIDUE_GRANULARITY_DESCRIPTOR;
	dma->device_prep_dma_memcpy = edu_dma_prep_memcpy;
	dma->device_issue_pending = edu_dma_issue_pending;
	dma->device_tx_status = dma_cookie_status;
	dma->device_terminate_all = edu_dma_terminate_all;
	dma->device_synchronize = edu_dma_synchronize;
	dma->device_free_chan_resources = edu_dma_free_chan_resources;
	INIT_LIST_HEAD(&dma->channels);
	for (i = 0; i < EDU_DMA_CHANNELS; i++) {
		edu_dma->vc[i].desc_free = edu_dma_free_desc;
		vchan_init(&edu_dma->vc[i], dma);
	}
}

static int __init edu_dma_init(void)
{
	int ret;

	edu_dma = kzalloc(sizeof(*edu_dma), GFP_KERNEL);
	if (!edu_dma)
		return -ENOMEM;
	edu_dma->edu = edu_get(device);
	if (IS_ERR(edu_dma->edu)) {
		ret = PTR_ERR(edu_dma->edu);
		goto err_free;
	}
	INIT_WORK(&edu_dma->work, edu_dma_work);
	edu_dma_setup(&edu_dma->dma);
	ret = dma_async_device_register(&edu_dma->dma);
	if (ret)
		goto err_put;

	/* Not the driver of the device, which was put there */
	edu_dma->dma.owner = THIS_MODULE;
	return 0;

err_put:
	edu_put(edu_dma->edu);
err_free:
	kfree(edu_dma);
	return ret;
}
module_init(edu_dma_init);

static void __exit edu_dma_exit(void)
{
	int i;

	dma_async_device_unregister(&edu_dma->dma);
	flush_work(&edu_dma->work);
	for (i = 0; i < EDU_DMA_CHANNELS; i++)
		tasklet_kill(&edu_dma->vc[i].task);
	edu_put(edu_dma->edu);
	kfree(edu_dma);
}
module_exit(edu_dma_exit);

MODULE_DESCRIPTION("DMA engine for tests, made of QEMU's edu device");
MODULE_LICENSE("GPL");
