// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of aliases that fail: in each granule of the page table, each
 * allocation, and in the sync. And of those that a driver forgets, unmaps twice,
 * or leaves behind when the memory goes: dma-debug reports each of them once.
 */
#include <linux/fault-inject.h>
#include <linux/sched.h>
#include "dma_alias_kunit.h"
#include "debug.h"

/* More than are linked at once */
#define FAIL_GRANULES	40

struct alias_fail {
	struct kunit *test;
	struct alias_owner *o;
	struct device *dev;
	struct mock_domain *iommu;
	struct dma_alias alias;
	u32 debug_used;
};

static struct alias_fail *alias_fail_create(struct kunit *test)
{
	struct alias_fail *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->test = test;
	f->o = alias_owner_create(test, PAGE_SHIFT);
	f->iommu = mock_iommu_create(test, PAGE_SHIFT, DMA_BIT_MASK(36), &f->dev);
	alias_owner_add_single(f->o, FAIL_GRANULES, PAGE_SIZE);
	alias_owner_map(f->o);
	f->debug_used = dma_debug_used();
	return f;
}

static int alias_fail_map(struct alias_fail *f)
{
	return dma_alias_map(&f->alias, f->dev, f->o->dev, f->o->addr,
			     f->o->size, DMA_TO_DEVICE);
}

/* To count those of a device takes long: only if the sum is another */
static bool alias_fail_has_entry(struct alias_fail *f)
{
#ifdef CONFIG_DMA_API_DEBUG
	return dma_debug_used() != f->debug_used && !dma_debug_is_off() &&
	       dma_debug_count_entries(f->dev);
#else
	return false;
#endif
}

/* Nothing is left, and the next attempt has all that this one had */
static void alias_fail_expect_idle(struct alias_fail *f)
{
	KUNIT_EXPECT_EQ(f->test, 0, f->iommu->mapped);
	KUNIT_EXPECT_FALSE(f->test, dma_alias_is_mapped(&f->alias));
	KUNIT_EXPECT_EQ(f->test, FAIL_GRANULES, f->o->iommu->mapped);
	KUNIT_EXPECT_FALSE(f->test, alias_fail_has_entry(f));
}

static void alias_failure_table(struct kunit *test)
{
	struct alias_fail *f = alias_fail_create(test);
	int step, ret;

	for (step = 0; step <= FAIL_GRANULES; step++) {
		f->iommu->fail_after = step;
		ret = alias_fail_map(f);
		f->iommu->fail_after = -1;
		KUNIT_EXPECT_EQ(test, step < FAIL_GRANULES ? -ENOMEM : 0, ret);
		if (!ret)
			dma_alias_unmap(&f->alias);
		alias_fail_expect_idle(f);
	}
}

static void alias_failure_alloc(struct kunit *test)
{
#if defined(CONFIG_FAULT_INJECTION) && defined(CONFIG_FAILSLAB)
	struct alias_fail *f = alias_fail_create(test);
	unsigned int left = 0, step, failed = 0;
	int ret;

	for (step = 1; step < 1000 && !left; step++) {
		current->fail_nth = step;
		ret = alias_fail_map(f);
		left = current->fail_nth;
		current->fail_nth = 0;
		if (!ret)
			dma_alias_unmap(&f->alias);
		else
			KUNIT_EXPECT_EQ(test, -ENOMEM, ret);
		failed += !!ret;
		alias_fail_expect_idle(f);
	}
	KUNIT_EXPECT_GT(test, left, 0);
	/* At least the IOVA's, and that of a table */
	KUNIT_EXPECT_GE(test, failed, 2);
#else
	kunit_skip(test, "needs CONFIG_FAILSLAB");
#endif
}

static void alias_failure_sync(struct kunit *test)
{
	struct alias_fail *f = alias_fail_create(test);

	f->iommu->sync_error = -EIO;
	KUNIT_EXPECT_EQ(test, -EIO, alias_fail_map(f));
	f->iommu->sync_error = 0;
	alias_fail_expect_idle(f);
	KUNIT_EXPECT_EQ(test, 0, alias_fail_map(f));
	dma_alias_unmap(&f->alias);
	alias_fail_expect_idle(f);
}

/* Each attempt leaves the IOVA to the next. It is aligned to its size. */
static void alias_failure_iova(struct kunit *test)
{
	dma_addr_t end = (roundup_pow_of_two(FAIL_GRANULES) + FAIL_GRANULES) *
			 PAGE_SIZE;
	struct alias_fail *f = alias_fail_create(test);
	int i;

	mock_iommu_set_aperture(f->iommu, end - 1);
	for (i = 0; i < 10; i++) {
		f->iommu->fail_after = i;
		KUNIT_EXPECT_EQ(test, -ENOMEM, alias_fail_map(f));
		f->iommu->fail_after = -1;
		KUNIT_EXPECT_EQ(test, 0, alias_fail_map(f));
		dma_alias_unmap(&f->alias);
	}
	alias_fail_expect_idle(f);
	mock_iommu_set_aperture(f->iommu, end - PAGE_SIZE - 1);
	KUNIT_EXPECT_EQ(test, -ENOMEM, alias_fail_map(f));
	alias_fail_expect_idle(f);
}

#ifdef CONFIG_DMA_API_DEBUG
/* The owners of a mapping that a driver frees, or not, before the alias */
struct alias_debug {
	struct dma_world *w;
	struct device *dev;
	struct dma_mapping m;
	struct dma_alias alias;
};

static struct alias_debug *alias_debug_create(struct kunit *test,
					      enum dma_kind kind)
{
	struct alias_debug *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, d);
	d->w = dma_world_create(test, kind);
	d->dev = dma_device_create(test);
	dma_debug_count_start(test);
	d->m = (struct dma_mapping) {
		.dev	= d->w->dev,
		.phys	= d->w->phys + PAGE_SIZE,
		.size	= 2 * PAGE_SIZE,
		.dir	= DMA_TO_DEVICE,
	};
	return d;
}

static void alias_debug_map(struct alias_debug *d, size_t offset, size_t size)
{
	KUNIT_ASSERT_EQ(d->w->test, 0,
			dma_alias_map(&d->alias, d->dev, d->w->dev,
				      d->m.addr + offset, size, DMA_TO_DEVICE));
}

static const enum dma_kind alias_debug_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_BOUNCE, DMA_KIND_IOMMU,
};

KUNIT_ARRAY_PARAM(alias_debug, alias_debug_kinds, dma_kind_desc);

/* By each call, as that is what an owner may use */
static void alias_teardown(struct kunit *test)
{
	const enum dma_kind *kind = test->param_value;
	struct alias_debug *d = alias_debug_create(test, *kind);
	unsigned int reports = 0;
	int i;

	for (i = 0; i < DMA_CALLS; i++) {
		const struct dma_call *call = &dma_calls[i];

		/* The alias first */
		call->map(&d->m);
		alias_debug_map(d, 77, PAGE_SIZE);
		dma_alias_unmap(&d->alias);
		call->unmap(&d->m);
		KUNIT_EXPECT_EQ(test, reports, dma_debug_reports());

		/* The memory first: one report, and none at the alias's unmap */
		call->map(&d->m);
		alias_debug_map(d, 77, PAGE_SIZE);
		call->unmap(&d->m);
		KUNIT_EXPECT_EQ(test, ++reports, dma_debug_reports());
		dma_alias_unmap(&d->alias);
		KUNIT_EXPECT_EQ(test, reports, dma_debug_reports());
		dma_world_expect_idle(d->w);
	}
}

/* Memory that was allocated, or linked to a range of IOVA */

struct alias_memory {
	struct device *dev;
	size_t size;
	dma_addr_t addr;
	void *cpu;		/* or a page */
	phys_addr_t phys;	/* to link */
	struct dma_iova_state state;
};

static bool coherent_get(struct alias_memory *m)
{
	m->cpu = dma_alloc_coherent(m->dev, m->size, &m->addr, GFP_KERNEL);
	return m->cpu;
}

static void coherent_put(struct alias_memory *m)
{
	dma_free_coherent(m->dev, m->size, m->cpu, m->addr);
}

static bool pages_get(struct alias_memory *m)
{
	m->cpu = dma_alloc_pages(m->dev, m->size, &m->addr, DMA_BIDIRECTIONAL,
				 GFP_KERNEL);
	return m->cpu;
}

static void pages_put(struct alias_memory *m)
{
	dma_free_pages(m->dev, m->size, m->cpu, m->addr, DMA_BIDIRECTIONAL);
}

static bool iova_get(struct alias_memory *m)
{
	if (!dma_iova_try_alloc(m->dev, &m->state, m->phys, m->size))
		return false;
	m->addr = m->state.addr;
	return !dma_iova_link(m->dev, &m->state, m->phys, 0, m->size,
			      DMA_BIDIRECTIONAL, 0) &&
	       !dma_iova_sync(m->dev, &m->state, 0, m->size);
}

static void iova_put(struct alias_memory *m)
{
	dma_iova_destroy(m->dev, &m->state, m->size, DMA_BIDIRECTIONAL, 0);
}

static const struct alias_memory_kind {
	const char *name;
	enum dma_kind kind;
	bool (*get)(struct alias_memory *m);
	void (*put)(struct alias_memory *m);
} alias_memory_kinds[] = {
	{ "coherent, direct", DMA_KIND_DIRECT, coherent_get, coherent_put },
	{ "coherent, IOMMU", DMA_KIND_IOMMU, coherent_get, coherent_put },
	{ "pages, direct", DMA_KIND_DIRECT, pages_get, pages_put },
	{ "pages, IOMMU", DMA_KIND_IOMMU, pages_get, pages_put },
	{ "linked IOVA", DMA_KIND_IOMMU, iova_get, iova_put },
};

KUNIT_ARRAY_PARAM_DESC(alias_memory, alias_memory_kinds, name);

/* The alias first, the memory first, and the memory first once more */
static void alias_teardown_memory(struct kunit *test)
{
	const struct alias_memory_kind *kind = test->param_value;
	struct alias_debug *d = alias_debug_create(test, kind->kind);
	struct alias_memory m = {
		.dev	= d->w->dev,
		.size	= 2 * PAGE_SIZE,
		.phys	= d->w->phys,
	};
	int i;

	m.dev->coherent_dma_mask = *m.dev->dma_mask;
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_TRUE(test, kind->get(&m));
		d->m.addr = m.addr;
		/* The pages behind an IOMMU need not be neighbours */
		alias_debug_map(d, 77, PAGE_SIZE - 77);
		if (!i)
			dma_alias_unmap(&d->alias);
		kind->put(&m);
		KUNIT_EXPECT_EQ(test, i, dma_debug_reports());
		if (i)
			dma_alias_unmap(&d->alias);
	}
	KUNIT_EXPECT_EQ(test, 2, dma_debug_reports());
	dma_world_expect_idle(d->w);
}

/*
 * An alias over all segments of a list is reported with the first that goes,
 * and not once more with each other
 */
static void alias_teardown_sg(struct kunit *test)
{
	struct alias_debug *d = alias_debug_create(test, DMA_KIND_DIRECT);
	struct scatterlist sg[3];
	int i;

	sg_init_table(sg, ARRAY_SIZE(sg));
	for (i = 0; i < ARRAY_SIZE(sg); i++)
		sg_set_page(&sg[i], virt_to_page(d->w->cpu + i * PAGE_SIZE),
			    PAGE_SIZE, 0);
	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(sg),
			dma_map_sg(d->w->dev, sg, ARRAY_SIZE(sg),
				   DMA_BIDIRECTIONAL));
	d->m.addr = sg_dma_address(sg);
	alias_debug_map(d, 0, ARRAY_SIZE(sg) * PAGE_SIZE);
	dma_unmap_sg(d->w->dev, sg, ARRAY_SIZE(sg), DMA_BIDIRECTIONAL);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());
	dma_alias_unmap(&d->alias);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());
	dma_world_expect_idle(d->w);
}

/* A report for each alias of the mapping that is freed, none for another mapping's */
static void alias_teardown_near(struct kunit *test)
{
	const enum dma_kind *kind = test->param_value;
	struct alias_debug *d = alias_debug_create(test, *kind);
	struct dma_mapping near = d->m;
	struct dma_alias last;

	near.phys = d->w->phys + 3 * PAGE_SIZE;
	dma_calls[0].map(&d->m);
	dma_calls[0].map(&near);
	alias_debug_map(d, 0, d->m.size);
	KUNIT_EXPECT_EQ(test, 0, dma_alias_map(&last, d->dev, d->w->dev,
					       d->m.addr + d->m.size - 1, 1,
					       DMA_TO_DEVICE));
	dma_calls[0].unmap(&near);
	KUNIT_EXPECT_EQ(test, 0, dma_debug_reports());
	dma_calls[0].unmap(&d->m);
	KUNIT_EXPECT_EQ(test, 2, dma_debug_reports());
	dma_alias_unmap(&last);
	dma_alias_unmap(&d->alias);
	KUNIT_EXPECT_EQ(test, 2, dma_debug_reports());
	dma_world_expect_idle(d->w);
}

/* An alias of the next mapping, and one of both, the second of which goes first */
static void alias_teardown_next(struct kunit *test)
{
	struct alias_debug *d = alias_debug_create(test, DMA_KIND_DIRECT);
	struct dma_mapping next = d->m;

	next.phys += d->m.size;
	dma_calls[0].map(&d->m);
	dma_calls[0].map(&next);
	alias_debug_map(d, d->m.size, 1);
	dma_calls[0].unmap(&d->m);
	KUNIT_EXPECT_EQ(test, 0, dma_debug_reports());
	dma_alias_unmap(&d->alias);

	dma_calls[0].map(&d->m);
	alias_debug_map(d, 1, d->m.size);
	dma_calls[0].unmap(&next);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());
	dma_calls[0].unmap(&d->m);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());
	dma_alias_unmap(&d->alias);
	dma_world_expect_idle(d->w);
}

static void alias_unmapped_twice(struct kunit *test)
{
	const enum dma_kind *kind = test->param_value;
	struct alias_debug *d = alias_debug_create(test, *kind);
	struct dma_alias copy;

	dma_calls[0].map(&d->m);
	alias_debug_map(d, 0, PAGE_SIZE);
	dma_alias_unmap(&d->alias);
	dma_alias_unmap(&d->alias);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());

	/* An address of the device's own is no alias */
	alias_debug_map(d, 0, PAGE_SIZE);
	copy = d->alias;
	copy.__size--;
	copy.__iova = (struct dma_iova_state) {};
	dma_alias_unmap(&copy);
	KUNIT_EXPECT_EQ(test, 2, dma_debug_reports());
	copy = d->alias;
	copy.__dir = DMA_FROM_DEVICE;
	copy.__iova = (struct dma_iova_state) {};
	dma_alias_unmap(&copy);
	KUNIT_EXPECT_EQ(test, 3, dma_debug_reports());
	dma_alias_unmap(&d->alias);

	/* Nothing was ever mapped */
	memset(&d->alias, 0, sizeof(d->alias));
	dma_alias_unmap(&d->alias);
	KUNIT_EXPECT_EQ(test, 3, dma_debug_reports());
	dma_calls[0].unmap(&d->m);
	dma_world_expect_idle(d->w);
}

/* The device has a mapping of its own at the same address, and syncs it */
static void alias_and_mapping(struct kunit *test)
{
	struct alias_debug *d = alias_debug_create(test, DMA_KIND_DIRECT);
	struct dma_mapping own;

	dma_calls[0].map(&d->m);
	own = d->m;
	own.dev = d->dev;
	dma_calls[0].map(&own);
	alias_debug_map(d, 0, d->m.size);
	KUNIT_EXPECT_EQ(test, own.addr, d->alias.addr);
	dma_calls[0].sync_for_device(&own);
	dma_calls[0].unmap(&own);
	KUNIT_EXPECT_EQ(test, 0, dma_debug_reports());

	/* The alias is not for syncing */
	dma_calls[0].sync_for_device(&own);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());
	dma_alias_unmap(&d->alias);
	dma_calls[0].unmap(&d->m);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());
	dma_world_expect_idle(d->w);
}

/* One that is left behind is among the device's entries, and in the dump */
static void alias_listed(struct kunit *test)
{
	struct alias_debug *d = alias_debug_create(test, DMA_KIND_DIRECT);
	char line[64];

	dma_calls[0].map(&d->m);
	alias_debug_map(d, 0, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_count_entries(d->dev));
	dma_log_start(test);
	debug_dma_dump_mappings(d->dev);
	debug_dma_dump_mappings(d->w->dev);
	/* Not its */
	debug_dma_dump_mappings(dma_device_create(test));
	snprintf(line, sizeof(line), "alias D=%llx L=%lx DMA_TO_DEVICE of %s",
		 (u64)d->alias.addr, PAGE_SIZE, dev_name(d->w->dev));
	KUNIT_EXPECT_EQ(test, 2, dma_log_count(line));

	dma_calls[0].unmap(&d->m);
	debug_dma_dump_mappings(d->dev);
	KUNIT_EXPECT_EQ(test, 1, dma_log_count("DMA_TO_DEVICE of (freed)"));
	dma_alias_unmap(&d->alias);
	KUNIT_EXPECT_EQ(test, 0, dma_debug_count_entries(d->dev));
	dma_world_expect_idle(d->w);
}
#endif

static struct kunit_case dma_alias_fail_cases[] = {
	KUNIT_CASE(alias_failure_table),
	KUNIT_CASE(alias_failure_alloc),
	KUNIT_CASE(alias_failure_sync),
	KUNIT_CASE(alias_failure_iova),
#ifdef CONFIG_DMA_API_DEBUG
	KUNIT_CASE_PARAM(alias_teardown, alias_debug_gen_params),
	KUNIT_CASE_PARAM(alias_teardown_memory, alias_memory_gen_params),
	KUNIT_CASE(alias_teardown_sg),
	KUNIT_CASE_PARAM(alias_teardown_near, alias_debug_gen_params),
	KUNIT_CASE(alias_teardown_next),
	KUNIT_CASE_PARAM(alias_unmapped_twice, alias_debug_gen_params),
	KUNIT_CASE(alias_and_mapping),
	KUNIT_CASE(alias_listed),
#endif
	{}
};

static struct kunit_suite dma_alias_fail_suite = {
	.name		= "dma_alias_fail",
	.test_cases	= dma_alias_fail_cases,
};

kunit_test_suite(dma_alias_fail_suite);
