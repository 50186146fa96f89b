// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the trace events of aliases: one for each alias that is mapped,
 * one for each that is unmapped, none for one that is refused, and what they
 * say. The form that user space reads is checked by the selftest
 * dma_map_benchmark.sh.
 */
#include <trace/events/dma.h>
#include "dma_alias_kunit.h"

/* The tracepoints are not exported */
#if defined(CONFIG_TRACEPOINTS) && !defined(MODULE)
#define ALIAS_TRACEPOINTS
#endif

#ifdef ALIAS_TRACEPOINTS
struct alias_events {
	struct device *dev;	/* other devices have aliases, too */
	unsigned int maps;
	unsigned int unmaps;
	/* of the latest */
	struct device *owner;
	dma_addr_t owner_addr;
	dma_addr_t addr;
	size_t size;
	enum dma_data_direction dir;
	unsigned long attrs;
};

static void probe_alias_map(void *data, struct device *dev,
			    struct device *owner, dma_addr_t owner_addr,
			    dma_addr_t addr, size_t size,
			    enum dma_data_direction dir)
{
	struct alias_events *e = data;

	if (dev != e->dev)
		return;
	e->maps++;
	e->owner = owner;
	e->owner_addr = owner_addr;
	e->addr = addr;
	e->size = size;
	e->dir = dir;
}

static void probe_alias_unmap(void *data, struct device *dev, dma_addr_t addr,
			      size_t size, enum dma_data_direction dir,
			      unsigned long attrs)
{
	struct alias_events *e = data;

	if (dev != e->dev)
		return;
	e->unmaps++;
	e->addr = addr;
	e->size = size;
	e->dir = dir;
	e->attrs = attrs;
}

static void alias_events_stop(void *data)
{
	unregister_trace_dma_alias_map(probe_alias_map, data);
	unregister_trace_dma_alias_unmap(probe_alias_unmap, data);
	tracepoint_synchronize_unregister();
}

static struct alias_events *alias_events_start(struct kunit *test,
					       struct device *dev)
{
	struct alias_events *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, e);
	e->dev = dev;
	KUNIT_ASSERT_EQ(test, 0,
			register_trace_dma_alias_map(probe_alias_map, e));
	KUNIT_ASSERT_EQ(test, 0,
			register_trace_dma_alias_unmap(probe_alias_unmap, e));
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, alias_events_stop, e));
	return e;
}
#endif

static const struct alias_trace_case {
	const char *name;
	unsigned int owner;	/* log2 of the granules, or 0 */
	unsigned int target;
	bool same;		/* the target is the owner */
	bool mmio;
	enum dma_data_direction dir;
	unsigned long attrs;	/* in the event of the unmap */
} alias_trace_cases[] = {
	{ "IOMMU to IOMMU", 9, PAGE_SHIFT, .dir = DMA_TO_DEVICE,
	  .attrs = DMA_ATTR_SKIP_CPU_SYNC },
	{ "direct to IOMMU", 0, 9, .dir = DMA_FROM_DEVICE,
	  .attrs = DMA_ATTR_SKIP_CPU_SYNC },
	{ "IOMMU to direct", PAGE_SHIFT, 0, .dir = DMA_BIDIRECTIONAL,
	  .attrs = DMA_ATTR_SKIP_CPU_SYNC },
	{ "registers", 9, 9, .mmio = true, .dir = DMA_TO_DEVICE,
	  .attrs = DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_MMIO },
	{ "the same device", 9, 9, .same = true, .dir = DMA_FROM_DEVICE },
};

KUNIT_ARRAY_PARAM_DESC(alias_trace, alias_trace_cases, name);

static void alias_trace_events(struct kunit *test)
{
#ifdef ALIAS_TRACEPOINTS
	const struct alias_trace_case *c = test->param_value;
	struct alias_owner *o = alias_owner_create(test, c->owner);
	struct device *dev = o->dev;
	struct alias_events *e;
	struct dma_alias alias;

	if (c->same)
		;
	else if (c->target)
		mock_iommu_create(test, c->target, DMA_BIT_MASK(36), &dev);
	else
		dev = dma_device_create(test);

	alias_owner_add(o, 3, 2 * PAGE_SIZE);
	if (c->mmio) {
		o->attrs = DMA_ATTR_MMIO;
		o->vec[0].paddr = dma_hole(test);
	}
	alias_owner_map(o);
	e = alias_events_start(test, dev);
	KUNIT_ASSERT_EQ(test, 0, dma_alias_map(&alias, dev, o->dev, o->addr + 77,
					       PAGE_SIZE, c->dir));
	KUNIT_EXPECT_EQ(test, 1, e->maps);
	KUNIT_EXPECT_PTR_EQ(test, o->dev, e->owner);
	KUNIT_EXPECT_EQ(test, o->addr + 77, e->owner_addr);
	KUNIT_EXPECT_EQ(test, alias.addr, e->addr);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, e->size);
	KUNIT_EXPECT_EQ(test, c->dir, e->dir);
	KUNIT_EXPECT_EQ(test, 0, e->unmaps);

	e->addr = 0;
	e->size = 0;
	e->dir = DMA_NONE;
	dma_alias_unmap(&alias);
	KUNIT_EXPECT_EQ(test, 1, e->unmaps);
	KUNIT_EXPECT_EQ(test, alias.addr, e->addr);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, e->size);
	KUNIT_EXPECT_EQ(test, c->dir, e->dir);
	KUNIT_EXPECT_EQ(test, c->attrs, e->attrs);
	KUNIT_EXPECT_EQ(test, 1, e->maps);
#else
	kunit_skip(test, "needs CONFIG_TRACEPOINTS and a built-in test");
#endif
}

/* Nothing was mapped, so there is nothing to unmap either */
static void alias_trace_refused(struct kunit *test)
{
#ifdef ALIAS_TRACEPOINTS
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);
	struct alias_events *e;
	struct mock_domain *iommu;
	struct dma_alias alias;
	struct device *dev;

	iommu = mock_iommu_create(test, PAGE_SHIFT, DMA_BIT_MASK(36), &dev);
	alias_owner_add_single(o, 2, PAGE_SIZE);
	alias_owner_map(o);
	e = alias_events_start(test, dev);
	iommu->fail_after = 1;
	KUNIT_EXPECT_EQ(test, -ENOMEM, dma_alias_map(&alias, dev, o->dev, o->addr,
						     o->size, DMA_TO_DEVICE));
	iommu->fail_after = -1;
	dma_alias_unmap(&alias);
	KUNIT_EXPECT_EQ(test, -EINVAL, dma_alias_map(&alias, dev, o->dev, o->addr,
						     0, DMA_TO_DEVICE));
	dma_alias_unmap(&alias);
	KUNIT_EXPECT_EQ(test, 0, e->maps);
	KUNIT_EXPECT_EQ(test, 0, e->unmaps);
#else
	kunit_skip(test, "needs CONFIG_TRACEPOINTS and a built-in test");
#endif
}

static struct kunit_case dma_alias_trace_cases[] = {
	KUNIT_CASE_PARAM(alias_trace_events, alias_trace_gen_params),
	KUNIT_CASE(alias_trace_refused),
	{}
};

static struct kunit_suite dma_alias_trace_suite = {
	.name		= "dma_alias_trace",
	.test_cases	= dma_alias_trace_cases,
};

kunit_test_suite(dma_alias_trace_suite);
