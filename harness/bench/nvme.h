/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Put before drivers/nvme/host/pci.c of the base and of the series, and before no other pci.c: what
 * it costs that driver to map the data of a request and to unmap it, descriptors and all. A write
 * to /sys/module/nvme/parameters/bench puts the figures in the kernel's log.
 */
#define kmod_nvme 1
#define kmod_pci 0
#if __KBUILD_MODNAME == 1
#undef kmod_nvme
#undef kmod_pci
#include <linux/blk-mq.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include "rounds.h"

#define BENCH_PAGES	32

struct bench_request {
	struct request *req;
	struct bio *bio;
	struct page *pages[BENCH_PAGES];
};

/* At the end of the driver, see below */
static struct request_queue *bench_queue(void);
static blk_status_t bench_map(struct request *req);
static void bench_unmap(struct request *req);

/* Pages of which no two are neighbours */
static int bench_make(struct bench_request *b, struct request_queue *q, unsigned int pages)
{
	b->req = blk_mq_alloc_request(q, REQ_OP_DRV_IN, BLK_MQ_REQ_NOWAIT);
	if (IS_ERR(b->req))
		return PTR_ERR(b->req);
	b->bio = bio_kmalloc(pages, GFP_KERNEL | __GFP_NOFAIL);
	bio_init(b->bio, NULL, b->bio->bi_inline_vecs, pages, REQ_OP_DRV_IN);
	for (unsigned int i = 0; i < pages; i++) {
		b->pages[i] = alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 1);
		__bio_add_page(b->bio, b->pages[i], PAGE_SIZE, 0);
	}
	return blk_rq_append_bio(b->req, b->bio);
}

static void bench_free(struct bench_request *b, unsigned int pages)
{
	for (unsigned int i = 0; i < pages; i++)
		__free_pages(b->pages[i], 1);
	b->req->bio = NULL;
	blk_mq_free_request(b->req);
	kfree(b->bio);
}

/* The first round is to have all memory that is needed allocated */
static int bench_measure(struct bench_request *b, unsigned int pages)
{
	static u64 maps[BENCH_ROUNDS + 1], unmaps[BENCH_ROUNDS + 1];
	blk_status_t status = 0;
	unsigned long flags;
	u64 start, middle;
	unsigned int i;

	for (int round = 0; round <= BENCH_ROUNDS; round++) {
		local_irq_save(flags);
		start = ktime_get_ns();
		for (i = 0; i < BENCH_COUNT && !status; i++)
			status = bench_map(b[i].req);
		middle = ktime_get_ns();
		for (i = 0; i < BENCH_COUNT && !status; i++)
			bench_unmap(b[i].req);
		unmaps[round] = ktime_get_ns() - middle;
		maps[round] = middle - start;
		local_irq_restore(flags);
		if (status)
			return blk_status_to_errno(status);
	}
	bench_print("nvme", PAGE_SIZE, pages, "map", maps + 1);
	bench_print("nvme", PAGE_SIZE, pages, "unmap", unmaps + 1);
	return 0;
}

static int bench_set(const char *val, const struct kernel_param *kp)
{
	static const unsigned int counts[] = { 1, 2, 8, 32 };
	static struct bench_request requests[BENCH_COUNT];
	struct request_queue *q = bench_queue();
	int error = q ? 0 : -EAGAIN;

	for (unsigned int i = 0; i < ARRAY_SIZE(counts) && !error; i++) {
		for (unsigned int n = 0; n < BENCH_COUNT && !error; n++)
			error = bench_make(&requests[n], q, counts[i]);
		if (error)
			break;
		error = bench_measure(requests, counts[i]);
		for (unsigned int n = 0; n < BENCH_COUNT; n++)
			bench_free(&requests[n], counts[i]);
	}
	return error;
}

static const struct kernel_param_ops bench_ops = { .set = bench_set };
module_param_cb(bench, &bench_ops, NULL, 0200);

/* Only known at the end of the driver, where this stands */
#ifdef BENCH_BASE
#define BENCH_MAP	(iod->nr_allocations = -1, iod->sgt.nents = 0, nvme_map_data(dev, req, &iod->cmd))
#else
#define BENCH_MAP	(iod->nr_descriptors = 0, iod->data.nr = 0, nvme_map_data(dev, req))
#endif
#undef module_exit
#define module_exit(fn)									\
	__exitcall(fn);									\
	static struct request_queue *bench_queue(void)					\
	{										\
		struct device *d = driver_find_next_device(&nvme_driver.driver, NULL);	\
		struct nvme_dev *dev = d ? pci_get_drvdata(to_pci_dev(d)) : NULL;	\
		struct nvme_ns *ns = dev ? list_first_entry_or_null(&dev->ctrl.namespaces,	\
								    struct nvme_ns, list) : NULL;	\
											\
		put_device(d);								\
		return ns ? ns->queue : NULL;						\
	}										\
	static blk_status_t bench_map(struct request *req)				\
	{										\
		struct nvme_iod *iod = blk_mq_rq_to_pdu(req);				\
		struct nvme_dev *dev = nvme_to_queue(req)->dev;				\
											\
		return BENCH_MAP;							\
	}										\
	static void bench_unmap(struct request *req)					\
	{										\
		nvme_unmap_data(nvme_to_queue(req)->dev, req);				\
	}
#define nvme_to_queue(req) ((struct nvme_queue *)(req)->mq_hctx->driver_data)
#endif
#undef kmod_nvme
#undef kmod_pci
