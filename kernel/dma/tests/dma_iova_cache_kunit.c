// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of cache maintenance and bounce buffers in two-step mappings: for
 * memory and not for registers, no earlier than after the flush, and without a
 * walk of the page table where neither is needed.
 */
#include <linux/iommu.h>
#include "dma_iova_kunit.h"

KUNIT_ARRAY_PARAM(plan, plan_params, plan_param_desc);

/* Registers: never bounced, never cached, and mapped as what they are */
static void iova_mmio(struct kunit *test)
{
	const struct plan_param *p = test->param_value;
	struct dma_world *w = plan_world(test, p);
	phys_addr_t hole = dma_hole(test), got;
	size_t granule = BIT(w->iommu->shift);
	struct dma_iova_state s;
	struct phys_vec vec[2] = {
		{ .paddr = hole + 1, .len = granule - 1 },
		{ .paddr = hole + 4 * granule, .len = 77 },
	};
	int i;

	if (p->noncoherent)
		dma_counts_start(test);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s, hole + 1,
							   granule + 76));
		if (i) {
			KUNIT_EXPECT_EQ(test, 0, dma_iova_link_vec(w->dev, &s,
					vec, 2, 0, DMA_FROM_DEVICE,
					DMA_ATTR_MMIO));
		} else {
			KUNIT_EXPECT_EQ(test, 0, dma_iova_link(w->dev, &s,
					vec[0].paddr, 0, vec[0].len,
					DMA_FROM_DEVICE, DMA_ATTR_MMIO));
			KUNIT_EXPECT_EQ(test, 0, dma_iova_link(w->dev, &s,
					vec[1].paddr, vec[0].len, vec[1].len,
					DMA_FROM_DEVICE, DMA_ATTR_MMIO));
		}
		KUNIT_EXPECT_EQ(test, IOMMU_MMIO | IOMMU_WRITE,
				w->iommu->last_prot);
		KUNIT_EXPECT_TRUE(test, mock_iommu_lookup(w->iommu, s.addr,
							  IOMMU_WRITE, &got));
		KUNIT_EXPECT_EQ(test, hole + 1, got);
		KUNIT_EXPECT_TRUE(test,
				  mock_iommu_lookup(w->iommu,
						    s.addr + granule + 75,
						    IOMMU_WRITE, &got));
		KUNIT_EXPECT_EQ(test, hole + 4 * granule + 76, got);
		w->iommu->walks = 0;
		dma_iova_destroy(w->dev, &s, granule + 76, DMA_FROM_DEVICE,
				 DMA_ATTR_MMIO);
		KUNIT_EXPECT_EQ(test, 0, w->iommu->walks);
	}
	if (p->noncoherent) {
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.kmsan);
	}
	dma_world_expect_idle(w);
}

/* A peer's memory is not for the CPU to copy. There is no page to tell by. */
static void iova_no_bounce_of_holes(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	phys_addr_t hole = dma_hole(test);
	struct phys_vec vec[2] = {
		{ .paddr = w->phys + 100, .len = PAGE_SIZE - 100 },
		{ .paddr = hole, .len = 100 },
	};
	struct dma_iova_state s;

	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &s, 100, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, -EREMOTEIO,
			dma_iova_link(w->dev, &s, hole + 100, 0, 10,
				      DMA_TO_DEVICE, 0));
	KUNIT_EXPECT_EQ(test, -EREMOTEIO,
			dma_iova_link_vec(w->dev, &s, vec, 2, 0, DMA_TO_DEVICE,
					  0));
	dma_iova_free(w->dev, &s);
	dma_world_expect_idle(w);
}

/* Cache maintenance for what is memory, and not for what is around it */
static void iova_noncoherent(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	struct iova_plan *plan = plan_create(w, BOTH);
	int i, ret;

	dma_world_set_noncoherent(w);
	for (i = 0; i < ARRAY_SIZE(plan_link_fns); i++) {
		dma_counts_start(test);
		KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
		plan_link_fns[i](plan, &ret);
		KUNIT_ASSERT_EQ(test, 0, ret);
		KUNIT_EXPECT_EQ(test, plan->nr, dma_counts.for_device);
		KUNIT_EXPECT_EQ(test, plan->nr, dma_counts.kmsan);
		KUNIT_EXPECT_EQ(test, plan->vec[plan->nr - 1].paddr,
				dma_counts.phys);
		KUNIT_EXPECT_EQ(test, plan->vec[plan->nr - 1].len,
				dma_counts.size);
		KUNIT_EXPECT_EQ(test, 0, w->iommu->last_prot & IOMMU_CACHE);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
		plan_destroy(plan, plan->size);
		KUNIT_EXPECT_EQ(test, plan->granules, dma_counts.for_cpu);
		KUNIT_EXPECT_EQ(test, 77, dma_counts.size);

		plan->attrs = DMA_ATTR_SKIP_CPU_SYNC;
		dma_counts_start(test);
		KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
		plan_link_fns[i](plan, &ret);
		KUNIT_ASSERT_EQ(test, 0, ret);
		w->iommu->walks = 0;
		plan_destroy(plan, plan->size);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
		KUNIT_EXPECT_EQ(test, 0, w->iommu->walks);
		plan->attrs = 0;
	}
	dma_world_expect_idle(w);
}

/*
 * All of a bounce buffer that a device can read is written back: a driver may
 * have done that to its own memory, but not to the copy of it.
 */
static void iova_noncoherent_bounce(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	struct iova_plan *plan = plan_create(w, WITHIN);
	int ret;

	dma_world_set_noncoherent(w);
	dma_counts_start(test);
	plan->attrs = DMA_ATTR_SKIP_CPU_SYNC;
	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	plan_link_each(plan, &ret);
	KUNIT_ASSERT_EQ(test, 0, ret);
	KUNIT_EXPECT_EQ(test, 1, dma_counts.for_device);
	KUNIT_EXPECT_EQ(test, plan->granule, dma_counts.size);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(dma_counts.phys, plan->granule));
	plan->attrs = 0;
	plan_destroy(plan, plan->size);
	KUNIT_EXPECT_EQ(test, 1, dma_counts.for_cpu);
	KUNIT_EXPECT_EQ(test, plan->size, dma_counts.size);
	dma_world_expect_idle(w);
}

/* A coherent, trusted device pays for no walk of the page table */
static void iova_no_walks(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU);
	struct iova_plan *plan = plan_create(w, BOTH);
	int ret;

	w->iommu->walks = 0;
	mock_set_vec(w->iommu, true);
	mock_vecs = 0;
	w->iommu->syncs = 0;
	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	plan_link_vec(plan, &ret);
	KUNIT_ASSERT_EQ(test, 0, ret);
	KUNIT_EXPECT_EQ(test, 0, w->iommu->syncs);
	KUNIT_EXPECT_EQ(test, 0, dma_iova_sync(w->dev, &plan->state, 0,
					       plan->size));
	plan_destroy(plan, plan->size);
	KUNIT_EXPECT_EQ(test, 0, w->iommu->walks);
	KUNIT_EXPECT_EQ(test, 1, mock_vecs);
	KUNIT_EXPECT_EQ(test, 1, w->iommu->syncs);
	dma_world_expect_idle(w);
}

/* Without a copy back, but not without giving the bounce buffers back */
static void iova_skip_sync(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	struct iova_plan *plan = plan_create(w, BOTH);
	u8 byte = 0xa5;
	int ret;

	memcpy(w->cpu, w->pattern_cpu, DMA_AREA_SIZE);
	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	plan_link_each(plan, &ret);
	KUNIT_ASSERT_EQ(test, 0, ret);
	dma_world_write(w, plan->state.addr, &byte, 1);
	dma_world_write(w, plan->state.addr + plan->size - 1, &byte, 1);
	plan->attrs = DMA_ATTR_SKIP_CPU_SYNC;
	plan_destroy(plan, plan->size);
	plan_expect_mem(test, w->cpu, w->pattern_cpu, DMA_AREA_SIZE,
			"memory after");
	dma_world_expect_idle(w);
}

struct late_write {
	struct iova_plan *plan;
	unsigned int flushes;
};

/* As long as there was no flush, the device still has its translations */
static void late_write(void *data)
{
	struct late_write *late = data;
	struct io_tlb_mem *tlb = late->plan->w->tlb;

	late->flushes++;
	KUNIT_EXPECT_EQ(late->plan->w->test, plan_slots(late->plan),
			dma_bounce_used(tlb));
	memset(tlb->defpool.vaddr, 0xa5, IO_TLB_SEGSIZE << IO_TLB_SHIFT);
}

/* A bounce buffer is neither released nor copied back before the flush */
static void iova_flush_before_free(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	struct iova_plan *plan = plan_create(w, WITHIN);
	struct late_write late = { .plan = plan };
	int ret;

	memcpy(w->cpu, w->pattern_cpu, DMA_AREA_SIZE);
	KUNIT_ASSERT_TRUE(test, plan_alloc(plan));
	plan_link_each(plan, &ret);
	KUNIT_ASSERT_EQ(test, 0, ret);
	w->iommu->on_flush_data = &late;
	w->iommu->on_flush = late_write;
	plan_destroy(plan, plan->size);
	w->iommu->on_flush = NULL;
	KUNIT_EXPECT_EQ(test, 1, late.flushes);

	memcpy(w->want, w->pattern_cpu, DMA_AREA_SIZE);
	memset(w->want + plan_offset(plan, 0), 0xa5, plan->size);
	plan_expect_mem(test, w->cpu, w->want, DMA_AREA_SIZE, "memory after");
	dma_world_expect_idle(w);
}

static struct kunit_case dma_iova_cache_cases[] = {
	KUNIT_CASE_PARAM(iova_mmio, plan_gen_params),
	KUNIT_CASE(iova_no_bounce_of_holes),
	KUNIT_CASE(iova_noncoherent),
	KUNIT_CASE(iova_noncoherent_bounce),
	KUNIT_CASE(iova_no_walks),
	KUNIT_CASE(iova_skip_sync),
	KUNIT_CASE(iova_flush_before_free),
	{}
};

static struct kunit_suite dma_iova_cache_suite = {
	.name		= "dma_iova_cache",
	.test_cases	= dma_iova_cache_cases,
};

kunit_test_suite(dma_iova_cache_suite);
