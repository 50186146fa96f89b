// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of two-step mappings that fail: in each granule of the page table,
 * each allocation and each bounce slot in turn, and in the sync. Ranges linked
 * before must be intact, and nothing else may be left.
 */
#include <linux/fault-inject.h>
#include <linux/sched.h>
#include "dma_iova_kunit.h"

KUNIT_ARRAY_PARAM(plan, plan_params, plan_param_desc);

/* Only those that bounce */
static const void *untrusted_gen_params(const void *prev, char *desc)
{
	const struct plan_param *p = prev;

	do
		p = plan_gen_params(p, desc);
	while (p && !p->untrusted);
	return p;
}

/* Link once, and check that only the linked ranges are left */
static void plan_attempt(struct iova_plan *plan, plan_link_fn link, bool *passed)
{
	struct dma_world *w = plan->w;
	struct kunit *test = w->test;
	struct iova_plan first = *plan;
	size_t linked;
	int ret;

	memcpy(w->cpu, w->pattern_cpu, DMA_AREA_SIZE);
	linked = link(plan, &ret);
	*passed = !ret;
	w->iommu->fail_after = -1;

	/* Exactly the linked ranges are there */
	first.state = plan->state;
	first.size = 0;
	first.granules = 0;
	for (first.nr = 0; first.size < linked; first.nr++) {
		struct phys_vec *vec = &first.vec[first.nr];

		first.size += vec->len;
		first.granules += DIV_ROUND_UP((vec->paddr & (plan->granule - 1)) +
					       vec->len, plan->granule);
	}
	KUNIT_EXPECT_EQ(test, linked, first.size);
	KUNIT_EXPECT_EQ(test, first.granules, w->iommu->mapped);
	if (linked) {
		plan_gather(&first, w->want, w->pattern_cpu);
		KUNIT_EXPECT_TRUE(test, dma_world_read(w, plan->state.addr,
						       w->got, linked));
		plan_expect_mem(test, w->got, w->want, linked, "device reads");
		dma_iova_unlink(w->dev, &plan->state, 0, linked, plan->dir,
				plan->attrs);
	}
	plan_expect_mem(test, w->cpu, w->pattern_cpu, DMA_AREA_SIZE,
			"memory after");
	KUNIT_EXPECT_EQ(test, 0, w->iommu->mapped);
}

/* Each granule of the page table */
static void iova_failure_table(struct kunit *test)
{
	struct dma_world *w = plan_world(test, test->param_value);
	struct iova_plan *plan = plan_create(w, BOTH);
	bool passed;
	int i, step;

	for (i = 0; i < ARRAY_SIZE(plan_link_fns); i++) {
		KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
		for (step = 0; step <= plan->granules; step++) {
			w->iommu->fail_after = step;
			plan_attempt(plan, plan_link_fns[i], &passed);
			KUNIT_EXPECT_EQ(test, passed, step == plan->granules);
			if (w->tlb)
				KUNIT_EXPECT_EQ(test, 0,
						dma_bounce_used(w->tlb));
		}
		dma_iova_free(w->dev, &plan->state);
		dma_world_expect_idle(w);
		plan_run(plan, plan_link_fns[i], false);
	}
}

/* Each allocation that may fail */
static void iova_failure_alloc(struct kunit *test)
{
#if defined(CONFIG_FAULT_INJECTION) && defined(CONFIG_FAILSLAB)
	struct dma_world *w = plan_world(test, test->param_value);
	struct iova_plan *plan = plan_create(w, BOTH);
	unsigned int left, step, failed;
	bool passed;
	int i;

	for (i = 0; i < ARRAY_SIZE(plan_link_fns); i++) {
		failed = 0;
		for (step = 1, left = 0; step < 1000 && !left; step++) {
			current->fail_nth = step;
			passed = plan_alloc(plan);
			if (passed)
				plan_attempt(plan, plan_link_fns[i], &passed);
			left = current->fail_nth;
			current->fail_nth = 0;
			failed += !passed;
			dma_iova_free(w->dev, &plan->state);
			dma_world_expect_idle(w);
		}
		KUNIT_EXPECT_GT(test, left, 0);
		KUNIT_EXPECT_GT(test, failed, 0);
		plan_run(plan, plan_link_fns[i], false);
	}
#else
	kunit_skip(test, "needs CONFIG_FAILSLAB");
#endif
}

/* No bounce slot, one, two, ... */
static void iova_failure_slots(struct kunit *test)
{
	struct dma_world *w = plan_world(test, test->param_value);
	struct iova_plan *plan = plan_create(w, BOTH);
	struct device *other = dma_device_create(test);
	struct dma_mapping *taken;
	size_t n, slots;
	bool passed;
	int i;

	taken = kunit_kcalloc(test, IO_TLB_SEGSIZE, sizeof(*taken), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, taken);
	for (n = 0; n < IO_TLB_SEGSIZE; n++)
		taken[n] = (struct dma_mapping) {
			.dev	= other,
			.phys	= w->phys + PAGE_SIZE,
			.size	= IO_TLB_SIZE,
			.dir	= DMA_TO_DEVICE,
		};
	other->dma_io_tlb_mem = w->tlb;
	w->tlb->force_bounce = true;

	for (i = 0; i < ARRAY_SIZE(plan_link_fns); i++) {
		KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
		for (slots = 0; slots <= plan_slots(plan); slots++) {
			for (n = slots; n < IO_TLB_SEGSIZE; n++) {
				dma_calls[0].map(&taken[n]);
				KUNIT_ASSERT_FALSE(test,
						   dma_map_failed(&taken[n]));
			}
			plan_attempt(plan, plan_link_fns[i], &passed);
			KUNIT_EXPECT_EQ(test, IO_TLB_SEGSIZE - slots,
					dma_bounce_used(w->tlb));
			KUNIT_EXPECT_TRUE(test, !passed ||
					  slots >= plan_slots(plan));
			for (n = slots; n < IO_TLB_SEGSIZE; n++)
				dma_calls[0].unmap(&taken[n]);
		}
		dma_iova_free(w->dev, &plan->state);
		dma_world_expect_idle(w);
		plan_run(plan, plan_link_fns[i], false);
	}
}

/* A failed sync leaves everything to the caller */
static void iova_failure_sync(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_512);
	struct iova_plan *plan = plan_create(w, BOTH);
	int ret;

	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	plan_link_each(plan, &ret);
	KUNIT_ASSERT_EQ(test, 0, ret);
	w->iommu->syncs = 0;
	w->iommu->sync_error = -EIO;
	KUNIT_EXPECT_EQ(test, -EIO, dma_iova_sync(w->dev, &plan->state, 0,
						  plan->size));
	KUNIT_EXPECT_EQ(test, plan->granules, w->iommu->mapped);

	/* Once more, and this is what the driver of the IOMMU gets to see */
	w->iommu->sync_error = 0;
	KUNIT_EXPECT_EQ(test, 0, dma_iova_sync(w->dev, &plan->state, 0,
					       plan->size));
	KUNIT_EXPECT_EQ(test, 2, w->iommu->syncs);
	KUNIT_EXPECT_EQ(test, ALIGN_DOWN(plan->state.addr, SZ_512),
			w->iommu->sync_start);
	KUNIT_EXPECT_EQ(test, plan->granules * SZ_512, w->iommu->sync_size);
	KUNIT_EXPECT_EQ(test, 0, dma_iova_sync(w->dev, &plan->state, 0, 0));
	KUNIT_EXPECT_EQ(test, 2, w->iommu->syncs);
	plan_destroy(plan, plan->size);
	dma_world_expect_idle(w);
}

static struct kunit_case dma_iova_fail_cases[] = {
	KUNIT_CASE_PARAM(iova_failure_table, plan_gen_params),
	KUNIT_CASE_PARAM(iova_failure_alloc, plan_gen_params),
	KUNIT_CASE_PARAM(iova_failure_slots, untrusted_gen_params),
	KUNIT_CASE(iova_failure_sync),
	{}
};

static struct kunit_suite dma_iova_fail_suite = {
	.name		= "dma_iova_fail",
	.test_cases	= dma_iova_fail_cases,
};

kunit_test_suite(dma_iova_fail_suite);
