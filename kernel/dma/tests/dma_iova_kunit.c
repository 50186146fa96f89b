// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of mapping in two steps, with the mock IOMMU of dma_kunit_iommu.c:
 * segments of any bounds, for all kinds of devices, arrive where they should, can
 * be replaced, and dma_need_unmap() tells whether an unmap is needed at all.
 */
#include "dma_iova_kunit.h"

/* ---- one segment, as a way to map among others ---- */

static struct dma_iova_state call_state;

static bool iova_call_begin(struct dma_mapping *m)
{
	m->addr = DMA_MAPPING_ERROR;
	return dma_iova_try_alloc(m->dev, &call_state, m->phys, m->size);
}

static void iova_call_end(struct dma_mapping *m, int ret, size_t linked)
{
	if (!ret)
		ret = dma_iova_sync(m->dev, &call_state, 0, m->size);
	if (!ret)
		m->addr = call_state.addr;
	else
		dma_iova_destroy(m->dev, &call_state, linked, m->dir, m->attrs);
}

static void iova_call_map(struct dma_mapping *m)
{
	int ret;

	if (!iova_call_begin(m))
		return;
	ret = dma_iova_link(m->dev, &call_state, m->phys, 0, m->size, m->dir,
			    m->attrs);
	iova_call_end(m, ret, ret ? 0 : m->size);
}

/* Cut where pages of the CPU end, which are granules of the IOMMU, too */
static void iova_call_map_vec(struct dma_mapping *m)
{
	struct phys_vec vec[DMA_AREA_SIZE / PAGE_SIZE];
	size_t done = 0;
	int ret, n;

	if (!iova_call_begin(m))
		return;
	for (n = 0; done < m->size; n++) {
		vec[n].paddr = m->phys + done;
		vec[n].len = min_t(size_t, m->size - done, PAGE_SIZE -
				   offset_in_page(vec[n].paddr));
		done += vec[n].len;
	}
	ret = dma_iova_link_vec(m->dev, &call_state, vec, n, 0, m->dir, m->attrs);
	iova_call_end(m, ret, ret ? 0 : m->size);
}

static void iova_call_unmap(struct dma_mapping *m)
{
	dma_iova_destroy(m->dev, &call_state, m->size, m->dir, m->attrs);
}

static const struct dma_call iova_calls[] = {
	{ .name = "link", .map = iova_call_map, .unmap = iova_call_unmap },
	{ .name = "vec", .map = iova_call_map_vec, .unmap = iova_call_unmap },
};

KUNIT_ARRAY_PARAM(dma_span, dma_spans, dma_span_desc);

static void iova_transfer(struct kunit *test)
{
	enum dma_kind kind;
	int i;

	for (kind = DMA_KIND_IOMMU_512; kind < DMA_KINDS; kind++) {
		struct dma_world *w = dma_world_create(test, kind);

		for (i = 0; i < ARRAY_SIZE(iova_calls); i++)
			dma_kunit_transfer_all_dirs(w, &iova_calls[i],
						    test->param_value);
	}
}

KUNIT_ARRAY_PARAM(plan, plan_params, plan_param_desc);

static void iova_plans(struct kunit *test)
{
	struct dma_world *w = plan_world(test, test->param_value);
	enum plan_shape shape;
	int i;

	for (shape = 0; shape < PLAN_SHAPES; shape++) {
		struct iova_plan *plan = plan_create(w, shape);

		kunit_info(test, "%s\n", plan_shape_names[shape]);
		for (i = 0; i < ARRAY_SIZE(plan_link_fns); i++) {
			plan_run(plan, plan_link_fns[i], false);
			plan_run(plan, plan_link_fns[i], true);
		}
	}
}

/* Another thing can be linked where one was unlinked */
static void iova_relink(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_512);
	struct dma_iova_state s;
	u8 byte;
	int i;

	for (i = 0; i < 3; i++)
		w->cpu[i * SZ_512] = i;
	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s, 0, 3 * SZ_512));
	for (i = 0; i < 3; i++)
		KUNIT_ASSERT_EQ(test, 0,
				dma_iova_link(w->dev, &s, w->phys + i * SZ_512,
					      i * SZ_512, SZ_512, DMA_TO_DEVICE,
					      0));
	dma_iova_unlink(w->dev, &s, SZ_512, SZ_512, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_FALSE(test, dma_world_read(w, s.addr + SZ_512, &byte, 1));
	KUNIT_ASSERT_EQ(test, 0, dma_iova_link(w->dev, &s, w->phys + 2 * SZ_512,
					       SZ_512, SZ_512, DMA_TO_DEVICE,
					       0));
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, dma_world_read(w, s.addr + i * SZ_512,
						       &byte, 1));
		KUNIT_EXPECT_EQ(test, byte, i ? 2 : 0);
	}

	/* Less than all of the range */
	dma_iova_unlink(w->dev, &s, 2 * SZ_512, SZ_512, DMA_TO_DEVICE, 0);
	dma_iova_destroy(w->dev, &s, 2 * SZ_512, DMA_TO_DEVICE, 0);
	dma_world_expect_idle(w);
}

/* ---- whether an unmap is needed ---- */

static void iova_need_unmap(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	bool always = IS_ENABLED(CONFIG_DMA_API_DEBUG);
	u64 *mask = w->dev->dma_mask;
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + 5,
		.size	= 100,
		.dir	= DMA_TO_DEVICE,
	};

	KUNIT_EXPECT_EQ(test, always, dma_need_unmap(w->dev));
	dma_calls[0].map(&m);
	KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
	KUNIT_EXPECT_EQ(test, always, dma_need_unmap(w->dev));
	dma_calls[0].unmap(&m);

	w->dev->dma_mask = NULL;
	KUNIT_EXPECT_TRUE(test, dma_need_unmap(w->dev));
	w->dev->dma_mask = mask;

	/* One buffer is enough, and dma_set_mask() does not forget it */
	w->tlb = dma_bounce_create(test, IO_TLB_SEGSIZE, GFP_DMA32);
	w->dev->dma_io_tlb_mem = w->tlb;
	KUNIT_EXPECT_FALSE(test, w->dev->dma_bounced);
	w->tlb->force_bounce = true;
	dma_calls[0].map(&m);
	w->tlb->force_bounce = false;
	KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
	KUNIT_EXPECT_TRUE(test, dma_need_unmap(w->dev));
	KUNIT_EXPECT_TRUE(test, w->dev->dma_bounced);
	dma_set_mask(w->dev, DMA_BIT_MASK(64));
	KUNIT_EXPECT_TRUE(test, w->dev->dma_bounced);
	dma_calls[0].unmap(&m);
	dma_world_expect_idle(w);

	w = dma_world_create(test, DMA_KIND_IOMMU);
	KUNIT_EXPECT_TRUE(test, dma_need_unmap(w->dev));
}

static void iova_need_unmap_noncoherent(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);

	dma_world_set_noncoherent(w);
	KUNIT_EXPECT_TRUE(test, dma_need_unmap(w->dev));
}

static struct kunit_case dma_iova_cases[] = {
	KUNIT_CASE_PARAM(iova_transfer, dma_span_gen_params),
	KUNIT_CASE_PARAM(iova_plans, plan_gen_params),
	KUNIT_CASE(iova_relink),
	KUNIT_CASE(iova_need_unmap),
	KUNIT_CASE(iova_need_unmap_noncoherent),
	{}
};

static struct kunit_suite dma_iova_suite = {
	.name		= "dma_iova",
	.test_cases	= dma_iova_cases,
};

kunit_test_suite(dma_iova_suite);
