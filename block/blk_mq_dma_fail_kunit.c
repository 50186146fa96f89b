// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of mappings of requests that fail: the driver gets the right
 * status and all that it has to unmap, and nothing stays mapped.
 */
#include <linux/memremap.h>
#include <linux/mm.h>
#include "blk_mq_dma_kunit.h"

KUNIT_ARRAY_PARAM(kind, blk_kinds, dma_kind_desc);

/* Pages with gaps, where gaps are allowed only between pages: one range, if any */
static const struct part pages_apart[] = {
	{ 0, PAGE_SIZE }, { 2 * PAGE_SIZE, PAGE_SIZE },
	{ 4 * PAGE_SIZE, PAGE_SIZE }, { 6 * PAGE_SIZE, PAGE_SIZE }, NO_PART
};

static const struct limits whole_pages = {
	"none but pages", UINT_MAX, U32_MAX, PAGE_SIZE - 1
};

/* The driver knows why, and unmaps what it was given */
static void expect_failed(struct test_request *t, struct test_mapping *m,
			  int error)
{
	struct kunit *test = t->test;

	KUNIT_EXPECT_EQ(test, m->error, error);
	KUNIT_EXPECT_LT(test, m->bytes, t->bytes);
	blk_req_unmap(t, m);
}

/* ... and that was nothing, as all was to be one range */
static void expect_no_range(struct test_request *t, struct test_mapping *m,
			    int error)
{
	struct kunit *test = t->test;

	expect_failed(t, m, error);
	KUNIT_EXPECT_EQ(test, m->nr, 0);
	KUNIT_EXPECT_FALSE(test, m->is_range);
	dma_world_expect_idle(t->w);
}

/* A request for a world that has an IOMMU */
static struct test_request *request_create_iommu(struct kunit *test)
{
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;

	if (!dma_kind_has_iommu(kind))
		kunit_skip(test, "has no IOMMU");
	return blk_req_create(test, dma_world_create(test, kind));
}

/* An IOMMU page that cannot be mapped, each one of a request in turn */
static void blk_dma_fail_iommu(struct kunit *test)
{
	struct test_request *t = request_create_iommu(test);
	struct mock_domain *iommu = t->w->iommu;
	struct test_mapping *m = &t->mapping;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(blk_layouts); i++) {
		blk_req_set_limits(t, &blk_limits[1]);
		blk_req_build(t, blk_layouts[i].parts, REQ_OP_READ);
		for (n = 0; ; n++) {
			iommu->fail_after = n;
			iommu->failed = false;
			blk_req_map(t, m);
			iommu->fail_after = -1;
			if (!iommu->failed)
				break;
			expect_failed(t, m, -ENOMEM);
			KUNIT_EXPECT_FALSE(test, m->is_range);
			dma_world_expect_idle(t->w);
		}
		KUNIT_EXPECT_EQ(test, m->error, 0);
		KUNIT_EXPECT_GT(test, n, 0);
		blk_req_unmap(t, m);
		dma_world_expect_idle(t->w);
		blk_req_transfer(t, m, REQ_OP_READ);
	}
}

/* No room for a range, and none for the first segment either */
static void blk_dma_fail_iova(struct kunit *test)
{
	struct test_request *t = request_create_iommu(test);
	struct test_mapping *m = &t->mapping;

	blk_req_set_limits(t, &whole_pages);
	blk_req_build(t, pages_apart, REQ_OP_READ);
	mock_iommu_set_aperture(t->w->iommu, 0);
	blk_req_map(t, m);
	expect_no_range(t, m, -ENOMEM);
	/* The allocator remembers that 32 bits had no room, until one is freed */
	if (!IS_ENABLED(CONFIG_ARCH_DMA_ADDR_T_64BIT))
		return;
	mock_iommu_set_aperture(t->w->iommu, DMA_BIT_MASK(36));
	blk_req_transfer(t, m, REQ_OP_READ);
}

/* All is linked, and the IOMMU does not take it in; only some may later */
static void blk_dma_fail_sync(struct kunit *test)
{
	static const int errors[] = { -ENOMEM, -EIO };
	struct test_request *t = request_create_iommu(test);
	struct test_mapping *m = &t->mapping;
	unsigned int i;

	blk_req_set_limits(t, &whole_pages);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		blk_req_build(t, pages_apart, REQ_OP_READ);
		t->w->iommu->sync_error = errors[i];
		blk_req_map(t, m);
		t->w->iommu->sync_error = 0;
		expect_no_range(t, m, errors[i]);
		blk_req_transfer(t, m, REQ_OP_READ);
	}
}

/* Bounce slots that run out, after each segment in turn */
static void blk_dma_fail_bounce(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;
	unsigned int n, free, used, slots = PAGE_SIZE >> IO_TLB_SHIFT;
	dma_addr_t *full;

	full = kunit_kcalloc(test, DMA_POOL_SLOTS, sizeof(*full), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, full);
	blk_req_set_limits(t, &whole_pages);
	blk_req_build(t, pages_apart, REQ_OP_READ);
	for (free = 0; free < 4; free++) {
		used = DMA_POOL_SLOTS / slots - free;
		for (n = 0; n < used; n++)
			full[n] = dma_map_phys(w->dev, w->phys + 8 * PAGE_SIZE,
					       PAGE_SIZE, DMA_TO_DEVICE, 0);
		blk_req_map(t, m);
		KUNIT_EXPECT_EQ(test, m->nr, free);
		expect_failed(t, m, -ENOMEM);
		KUNIT_EXPECT_EQ(test, dma_bounce_used(w->tlb), slots * used);
		while (n--)
			dma_unmap_phys(w->dev, full[n], PAGE_SIZE,
				       DMA_TO_DEVICE, 0);
		dma_world_expect_idle(w);
	}
	blk_req_transfer(t, m, REQ_OP_READ);
}

/*
 * Memory of a peer in the middle of a request. It is not mapped, nor even
 * looked at: a page that only says what it is will do.
 */
static void blk_dma_fail_mixed(struct kunit *test)
{
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;
	struct dma_world *w = dma_world_create(test, kind);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;
	struct dev_pagemap *pgmap;
	struct page *page;

	if (!IS_ENABLED(CONFIG_PCI_P2PDMA))
		kunit_skip(test, "needs CONFIG_PCI_P2PDMA");
	page = kunit_kzalloc(test, sizeof(*page), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	pgmap = kunit_kzalloc(test, sizeof(*pgmap), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pgmap);
	pgmap->type = MEMORY_DEVICE_PCI_P2PDMA;
#ifdef CONFIG_ZONE_DEVICE
	set_page_zone(page, ZONE_DEVICE);
#endif
	page->pgmap = pgmap;
	KUNIT_ASSERT_TRUE(test, is_pci_p2pdma_page(page));

	blk_req_set_limits(t, &whole_pages);
	blk_req_build(t, pages_apart, REQ_OP_WRITE);
	t->bvecs[2].bv_page = page;
	blk_req_map(t, m);
	KUNIT_EXPECT_EQ(test, m->error, -EINVAL);
	KUNIT_EXPECT_EQ(test, m->nr, w->iommu ? 0 : 2);
	blk_req_unmap(t, m);
	dma_world_expect_idle(w);

	/* It will never work, whatever fails besides */
	if (!w->iommu)
		return;
	w->iommu->fail_after = 0;
	blk_req_map(t, m);
	w->iommu->fail_after = -1;
	KUNIT_EXPECT_EQ(test, m->error, -EINVAL);
	dma_world_expect_idle(w);
}

static struct kunit_case blk_mq_dma_fail_cases[] = {
	KUNIT_CASE_PARAM(blk_dma_fail_iommu, kind_gen_params),
	KUNIT_CASE_PARAM(blk_dma_fail_iova, kind_gen_params),
	KUNIT_CASE_PARAM(blk_dma_fail_sync, kind_gen_params),
	KUNIT_CASE(blk_dma_fail_bounce),
	KUNIT_CASE_PARAM(blk_dma_fail_mixed, kind_gen_params),
	{}
};

static struct kunit_suite blk_mq_dma_fail_suite = {
	.name = "blk_mq_dma_fail",
	.test_cases = blk_mq_dma_fail_cases,
};

kunit_test_suite(blk_mq_dma_fail_suite);
