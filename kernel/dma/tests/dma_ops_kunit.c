// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of implementations of struct dma_map_ops.
 *
 * Those here record their calls, and hand out addresses in a window high
 * above memory.
 */
#include <linux/mm.h>
#include <kunit/dma.h>

struct dma_ops_log dma_ops_log;

static dma_addr_t ops_log_map(phys_addr_t phys, enum dma_data_direction dir,
			      unsigned long attrs)
{
	dma_ops_log.dir = dir;
	dma_ops_log.attrs = attrs;
	return phys + DMA_OPS_WINDOW;
}

static dma_addr_t ops_map_phys(struct device *dev, phys_addr_t phys, size_t size,
			       enum dma_data_direction dir, unsigned long attrs)
{
	dma_ops_log.maps++;
	return ops_log_map(phys, dir, attrs);
}

static void ops_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	dma_ops_log.unmaps++;
	dma_ops_log.attrs = attrs;
}

static int ops_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		      enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		sg_dma_address(sg) = ops_log_map(sg_phys(sg), dir, attrs);
		sg_dma_len(sg) = sg->length;
	}
	return nents;
}

const struct dma_map_ops dma_ops_phys = {
	.map_phys	= ops_map_phys,
	.unmap_phys	= ops_unmap_phys,
	.map_sg		= ops_map_sg,
};

KUNIT_ARRAY_PARAM(dma_span, dma_spans, dma_span_desc);

static void ops_transfer(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	int i;

	for (i = 0; i < DMA_CALLS; i++)
		dma_kunit_transfer_all_dirs(w, &dma_calls[i], test->param_value);
	/* All but the scatterlist */
	KUNIT_EXPECT_EQ(test, 3 * (DMA_CALLS - 1), dma_ops_log.maps);
	KUNIT_EXPECT_EQ(test, dma_ops_log.maps, dma_ops_log.unmaps);
}

/* Direction and attributes arrive as they were given */
static void ops_arguments(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	unsigned long attrs = DMA_ATTR_WEAK_ORDERING | DMA_ATTR_SKIP_CPU_SYNC;
	enum dma_data_direction dir;
	dma_addr_t addr;

	for (dir = 0; dir < DMA_NONE; dir++) {
		addr = dma_map_phys(w->dev, w->phys + 3, 5, dir, attrs);
		KUNIT_EXPECT_EQ(test, 0, dma_mapping_error(w->dev, addr));
		KUNIT_EXPECT_EQ(test, dir, dma_ops_log.dir);
		KUNIT_EXPECT_EQ(test, attrs, dma_ops_log.attrs);
		dma_ops_log.attrs = 0;
		dma_unmap_phys(w->dev, addr, 5, dir, attrs);
		KUNIT_EXPECT_EQ(test, attrs, dma_ops_log.attrs);
	}
}

/* .map_phys gets MMIO with the attribute */
static void ops_mmio(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	phys_addr_t phys = dma_hole(test) + 0x123;
	dma_addr_t addr;

	addr = dma_map_resource(w->dev, phys, 9, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	KUNIT_EXPECT_EQ(test, phys + DMA_OPS_WINDOW, addr);
	KUNIT_EXPECT_EQ(test, 1, dma_ops_log.maps);
	KUNIT_EXPECT_EQ(test, DMA_ATTR_MMIO, dma_ops_log.attrs);
	dma_ops_log.attrs = 0;
	dma_unmap_resource(w->dev, addr, 9, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 1, dma_ops_log.unmaps);
	KUNIT_EXPECT_EQ(test, DMA_ATTR_MMIO, dma_ops_log.attrs);
}

/* Memory without a struct page reaches .map_phys */
static void ops_needs_no_page(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	phys_addr_t phys = dma_hole(test) + 1;
	dma_addr_t addr;

	addr = dma_map_phys(w->dev, phys, 9, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	KUNIT_EXPECT_EQ(test, phys + DMA_OPS_WINDOW, addr);
	KUNIT_EXPECT_EQ(test, 1, dma_ops_log.maps);
	dma_unmap_phys(w->dev, addr, 9, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 1, dma_ops_log.unmaps);
}

/* The dummy operations refuse everything, and no more */
static void ops_dummy(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + 1,
		.size	= 2,
		.dir	= DMA_TO_DEVICE,
	};
	int i;

#ifdef MODULE
	kunit_skip(test, "dma_dummy_ops is not exported");
#else
	set_dma_ops(w->dev, &dma_dummy_ops);
#endif
	for (i = 0; i < DMA_CALLS; i++) {
		dma_calls[i].map(&m);
		KUNIT_EXPECT_TRUE(test, dma_map_failed(&m));
	}
	dma_call_resource.map(&m);
	KUNIT_EXPECT_TRUE(test, dma_map_failed(&m));
	dma_world_expect_idle(w);
}

/*
 * A struct dma_map_ops with nothing in it: mappings fail with one warning, all
 * else is ignored, and an unmap of memory warns once as well.
 */
static void ops_empty(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	static const struct dma_map_ops empty;
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + 1,
		.size	= 2,
		.dir	= DMA_TO_DEVICE,
	};
	struct sg_table sgt = { .sgl = &m.sg, .orig_nents = 1 };
	int i;

	set_dma_ops(w->dev, &empty);
	dma_expect_report(test, DMA_CALLS + 1,
			  "struct dma_map_ops has no [.]");
	for (i = 0; i < DMA_CALLS; i++) {
		bool counts = dma_rearm_warnings();

		dma_log_start(test);
		dma_calls[i].map(&m);
		KUNIT_EXPECT_TRUE_MSG(test, dma_map_failed(&m), "%s",
				      dma_calls[i].name);
		dma_calls[i].map(&m);
		KUNIT_EXPECT_TRUE(test, dma_map_failed(&m));
		if (counts)
			KUNIT_EXPECT_EQ(test, 1,
					dma_log_count("struct dma_map_ops has no ."));
	}
	KUNIT_EXPECT_EQ(test, -EINVAL, dma_map_sgtable(w->dev, &sgt, m.dir, 0));

	/* Nor does it map registers */
	dma_log_start(test);
	dma_call_resource.map(&m);
	KUNIT_EXPECT_TRUE(test, dma_map_failed(&m));
	if (dma_rearm_warnings())
		KUNIT_EXPECT_EQ(test, 1,
				dma_log_count("struct dma_map_ops has no ."));
	dma_world_expect_idle(w);
}

static dma_addr_t ops_map_only(struct device *dev, phys_addr_t phys, size_t size,
			       enum dma_data_direction dir, unsigned long attrs)
{
	return phys;
}

/* Whatever but the map is missing: no crash, and the unmap is reported */
static void ops_only_map(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	static const struct dma_map_ops only_map = { .map_phys = ops_map_only };
	bool counts = dma_rearm_warnings();
	dma_addr_t addr;

	set_dma_ops(w->dev, &only_map);
	dma_expect_report(test, 1, "struct dma_map_ops has no [.]unmap_phys");
	dma_log_start(test);
	addr = dma_map_phys(w->dev, w->phys, 9, DMA_BIDIRECTIONAL, 0);
	KUNIT_EXPECT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	dma_sync_single_for_cpu(w->dev, addr, 9, DMA_BIDIRECTIONAL);
	dma_sync_single_for_device(w->dev, addr, 9, DMA_BIDIRECTIONAL);
	KUNIT_EXPECT_EQ(test, 0, dma_log_count("struct dma_map_ops has no ."));
	dma_unmap_phys(w->dev, addr, 9, DMA_BIDIRECTIONAL, 0);
	if (counts)
		KUNIT_EXPECT_EQ(test, 1,
				dma_log_count("struct dma_map_ops has no .unmap_phys"));
	dma_world_expect_idle(w);
}

static struct kunit_case dma_ops_cases[] = {
	KUNIT_CASE_PARAM(ops_transfer, dma_span_gen_params),
	KUNIT_CASE(ops_arguments),
	KUNIT_CASE(ops_mmio),
	KUNIT_CASE(ops_needs_no_page),
	KUNIT_CASE(ops_dummy),
	KUNIT_CASE(ops_empty),
	KUNIT_CASE(ops_only_map),
	{}
};

static struct kunit_suite dma_ops_suite = {
	.name		= "dma_ops",
	.test_cases	= dma_ops_cases,
};

kunit_test_suite(dma_ops_suite);
