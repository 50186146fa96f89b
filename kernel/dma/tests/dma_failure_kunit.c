// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of unwinding: every step of a sequence of maps is made to fail in
 * turn, until the sequence passes.
 *
 * The sequence maps by each kind of call, keeps all mappings at once, syncs what
 * it has, and unmaps it. There are five ways to make a step fail: an allocation
 * (fault injection counts down current->fail_nth), a granule in the IOMMU's page
 * table, an IOMMU that cannot be told what is in that, an IOVA that is not
 * there, and a bounce slot that is not there. After each run, whatever failed,
 * nothing may be left, and the next run has to find all that this one had.
 *
 * The mappings are DMA_TO_DEVICE: dma-debug tracks the cache lines of others in
 * a radix tree, and disables itself when that has no memory.
 */
#include <linux/fault-inject.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <kunit/dma.h>

enum failure_step {
	STEP_PHYS,
	STEP_PAGE,
	STEP_RESOURCE,
	STEP_SG,
	STEPS
};

#define SEGMENTS	4

struct failure_run {
	struct dma_world *w;
	struct dma_mapping m[STEP_SG];
	struct scatterlist sg[SEGMENTS];
	bool mapped[STEPS];
	unsigned int failed[STEPS];	/* over all runs */
};

static struct failure_run *failure_create(struct kunit *test, enum dma_kind kind)
{
	struct failure_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);
	struct dma_world *w = dma_world_create(test, kind);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, run);
	run->w = w;
	for (i = 0; i < STEP_SG; i++) {
		run->m[i].dev = w->dev;
		run->m[i].phys = w->phys + 3 * PAGE_SIZE * i + 2040;
		run->m[i].size = 2060;
		run->m[i].dir = DMA_TO_DEVICE;
		run->m[i].attrs = DMA_ATTR_NO_WARN;
	}
	run->m[STEP_RESOURCE].phys = dma_hole(test) + 2040;

	/* Not next to each other, so that each is mapped by itself */
	sg_init_table(run->sg, SEGMENTS);
	for (i = 0; i < SEGMENTS; i++)
		sg_set_buf(&run->sg[i], w->cpu + (15 - i) * PAGE_SIZE + 100 * i,
			   300 + i);
	return run;
}

static const struct dma_call *failure_call(enum failure_step step)
{
	return step == STEP_RESOURCE ? &dma_call_resource : &dma_calls[step];
}

/* Returns true if all of it worked. Leaves nothing mapped either way. */
static bool failure_sequence(struct failure_run *run)
{
	struct device *dev = run->m[0].dev;
	bool all = true;
	int i;

	for (i = 0; i < STEP_SG; i++) {
		failure_call(i)->map(&run->m[i]);
		run->mapped[i] = !dma_map_failed(&run->m[i]);
	}
	run->mapped[STEP_SG] = dma_map_sg_attrs(dev, run->sg, SEGMENTS,
						DMA_TO_DEVICE, DMA_ATTR_NO_WARN);

	if (run->mapped[STEP_SG]) {
		dma_sync_sg_for_device(dev, run->sg, SEGMENTS, DMA_TO_DEVICE);
		dma_unmap_sg(dev, run->sg, SEGMENTS, DMA_TO_DEVICE);
	}
	for (i = 0; i < STEP_SG; i++) {
		if (!run->mapped[i])
			continue;
		if (i != STEP_RESOURCE)
			failure_call(i)->sync_for_device(&run->m[i]);
		failure_call(i)->unmap(&run->m[i]);
	}

	for (i = 0; i < STEPS; i++) {
		run->failed[i] += !run->mapped[i];
		all &= run->mapped[i];
	}
	return all;
}

static void failure_expect_each_failed(struct failure_run *run, bool resource)
{
	struct kunit *test = run->w->test;

	KUNIT_EXPECT_GT(test, run->failed[STEP_PHYS], 0);
	KUNIT_EXPECT_GT(test, run->failed[STEP_PAGE], 0);
	KUNIT_EXPECT_GT(test, run->failed[STEP_SG], 0);
	if (resource)
		KUNIT_EXPECT_GT(test, run->failed[STEP_RESOURCE], 0);
	else
		KUNIT_EXPECT_EQ(test, run->failed[STEP_RESOURCE], 0);
}

#define IOVAS	64

static void failure_set_iovas(struct dma_world *w, u64 granules)
{
	/* The first granule is never used */
	mock_iommu_set_aperture(w->iommu,
				((granules + 1) << w->iommu->shift) - 1);
}

/* How many granules of IOVA space are there to be had? */
static unsigned int failure_free_iovas(struct dma_world *w, struct device *dev)
{
	dma_addr_t addr[IOVAS + 1];
	unsigned int n, i;

	for (n = 0; n <= IOVAS; n++) {
		addr[n] = dma_map_resource(dev, dma_hole(w->test) + n, 1,
					   DMA_TO_DEVICE, 0);
		if (dma_mapping_error(dev, addr[n]))
			break;
	}
	for (i = 0; i < n; i++)
		dma_unmap_resource(dev, addr[i], 1, DMA_TO_DEVICE, 0);
	return n;
}

static const enum dma_kind failure_kinds[] = {
	DMA_KIND_IOMMU_2K, DMA_KIND_IOMMU, DMA_KIND_UNTRUSTED,
};

KUNIT_ARRAY_PARAM(failure_kind, failure_kinds, dma_kind_desc);

static struct failure_run *failure_param(struct kunit *test)
{
	struct failure_run *run;

	run = failure_create(test, *(const enum dma_kind *)test->param_value);
	failure_set_iovas(run->w, IOVAS);
	return run;
}

static void failure_expect_clean(struct failure_run *run)
{
	struct dma_world *w = run->w;

	dma_world_expect_idle(w);
	if (w->iommu)
		KUNIT_EXPECT_EQ(w->test, IOVAS, failure_free_iovas(w, w->dev));
}

/* Each granule of the page table */
static void failure_table(struct kunit *test)
{
	struct failure_run *run = failure_param(test);
	struct mock_domain *mock = run->w->iommu;
	bool passed;
	int step;

	for (step = 0; step < 1000; step++) {
		mock->failed = false;
		mock->fail_after = step;
		passed = failure_sequence(run);
		mock->fail_after = -1;
		failure_expect_clean(run);
		KUNIT_EXPECT_EQ(test, passed, !mock->failed);
		if (passed)
			break;
		KUNIT_EXPECT_TRUE(test, failure_sequence(run));
	}
	failure_expect_each_failed(run, true);
	KUNIT_EXPECT_GT(test, step, 4);
}

/* The page table has it, but the hardware cannot be told */
static void failure_sync(struct kunit *test)
{
	struct failure_run *run = failure_param(test);

	run->w->iommu->sync_error = -EIO;
	KUNIT_EXPECT_FALSE(test, failure_sequence(run));
	run->w->iommu->sync_error = 0;
	failure_expect_clean(run);
	KUNIT_EXPECT_TRUE(test, failure_sequence(run));
}

/* Each allocation that may fail */
#if defined(CONFIG_FAULT_INJECTION) && defined(CONFIG_FAILSLAB)
/* Returns how much was left of the count: not 0 after the last allocation */
static unsigned int failure_sequence_alloc(struct failure_run *run,
					   unsigned int step)
{
	unsigned int left;

	current->fail_nth = step;
	failure_sequence(run);
	left = current->fail_nth;
	current->fail_nth = 0;
	failure_expect_clean(run);
	return left;
}

static void failure_alloc(struct kunit *test)
{
	struct failure_run *run = failure_param(test);
	unsigned int round, left, step;

	/* The second time, what the IOVA allocator caches is not allocated */
	for (round = 0; round < 2; round++) {
		for (step = 1, left = 0; step < 1000 && !left; step++) {
			left = failure_sequence_alloc(run, step);
			KUNIT_EXPECT_TRUE(test, failure_sequence(run));
		}
		KUNIT_EXPECT_GT(test, left, 0);
	}
	failure_expect_each_failed(run, true);
}
#else
static void failure_alloc(struct kunit *test)
{
	kunit_skip(test, "needs CONFIG_FAILSLAB");
}
#endif

/* IOVA space for nothing, for one granule, for two, ... */
static void failure_iova(struct kunit *test)
{
	struct failure_run *run = failure_create(test, DMA_KIND_IOMMU_2K);
	struct dma_world *w = run->w;
	unsigned int granules;
	bool passed = false;

	for (granules = 1; granules < IOVAS && !passed; granules++) {
		failure_set_iovas(w, granules);
		passed = failure_sequence(run);
		dma_world_expect_idle(w);
		KUNIT_EXPECT_EQ(test, granules, failure_free_iovas(w, w->dev));
	}
	KUNIT_EXPECT_TRUE(test, passed);
	failure_expect_each_failed(run, true);
}

static const enum dma_kind slot_kinds[] = {
	DMA_KIND_BOUNCE, DMA_KIND_UNTRUSTED,
};

KUNIT_ARRAY_PARAM(slot_kind, slot_kinds, dma_kind_desc);

/* Another device, that takes slots of the same pool */
struct slot_holder {
	struct dma_mapping m[DMA_POOL_SLOTS];
	size_t slots;
};

static void slot_holder_take(struct slot_holder *holder, struct dma_world *w,
			     struct device *dev, size_t slots)
{
	struct dma_mapping *m;

	for (holder->slots = 0; holder->slots < slots; holder->slots++) {
		m = &holder->m[holder->slots];
		*m = (struct dma_mapping) {
			.dev	= dev,
			.phys	= w->phys,
			.size	= IO_TLB_SIZE,
			.dir	= DMA_TO_DEVICE,
		};
		dma_calls[0].map(m);
		KUNIT_ASSERT_FALSE(w->test, dma_map_failed(m));
	}
}

static void slot_holder_give(struct slot_holder *holder)
{
	while (holder->slots)
		dma_calls[0].unmap(&holder->m[--holder->slots]);
}

/*
 * One slot to be had, two, ... A large page of the IOMMU is many slots, and one
 * more or less of them makes no difference.
 */
static void failure_slots(struct kunit *test)
{
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;
	struct failure_run *run = failure_create(test, kind);
	struct device *other = dma_device_create(test);
	struct slot_holder *holder;
	struct dma_world *w = run->w;
	size_t step = dma_kind_has_iommu(kind) ? PAGE_SIZE / SZ_4K : 1, slots;
	bool passed = false;

	holder = kunit_kzalloc(test, sizeof(*holder), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, holder);
	other->dma_io_tlb_mem = w->tlb;
	w->tlb->force_bounce = true;

	for (slots = 0; slots < DMA_POOL_SLOTS && !passed; slots += step) {
		slot_holder_take(holder, w, other, DMA_POOL_SLOTS - slots);
		passed = failure_sequence(run);
		KUNIT_EXPECT_EQ(test, DMA_POOL_SLOTS - slots,
				dma_bounce_used(w->tlb));
		slot_holder_give(holder);
		dma_world_expect_idle(w);
		KUNIT_EXPECT_TRUE(test, failure_sequence(run));
	}
	KUNIT_EXPECT_TRUE(test, passed);
	/* MMIO needs no slot */
	failure_expect_each_failed(run, false);
}

/*
 * The scatterlist itself is as it was, so that the driver can go on with it: a
 * bounced one, mapped when there is no slot, and then without bouncing.
 */
static void failure_scatterlist_intact(struct kunit *test)
{
	struct failure_run *run = failure_param(test);
	struct scatterlist copy[SEGMENTS];
	struct dma_world *w = run->w;
	int i, step;

	memcpy(copy, run->sg, sizeof(copy));
	for (step = 0; step < SEGMENTS; step++) {
		w->iommu->fail_after = step;
		KUNIT_EXPECT_EQ(test, 0, dma_map_sg(w->dev, run->sg, SEGMENTS,
						    DMA_TO_DEVICE));
		for (i = 0; i < SEGMENTS; i++) {
			KUNIT_EXPECT_EQ(test, copy[i].offset, run->sg[i].offset);
			KUNIT_EXPECT_EQ(test, copy[i].length, run->sg[i].length);
			KUNIT_EXPECT_PTR_EQ(test, sg_page(&copy[i]),
					    sg_page(&run->sg[i]));
		}
	}
	w->iommu->fail_after = -1;
	failure_expect_clean(run);
}

static struct kunit_case dma_failure_cases[] = {
	KUNIT_CASE_PARAM(failure_table, failure_kind_gen_params),
	KUNIT_CASE_PARAM(failure_sync, failure_kind_gen_params),
	KUNIT_CASE_PARAM(failure_alloc, failure_kind_gen_params),
	KUNIT_CASE(failure_iova),
	KUNIT_CASE_PARAM(failure_slots, slot_kind_gen_params),
	KUNIT_CASE_PARAM(failure_scatterlist_intact, failure_kind_gen_params),
	{}
};

static struct kunit_suite dma_failure_suite = {
	.name		= "dma_failure",
	.test_cases	= dma_failure_cases,
};

kunit_test_suite(dma_failure_suite);
