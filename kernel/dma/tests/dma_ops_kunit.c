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

/* The optional operations for a known target */

static struct ops_known_log {
	unsigned int finds;
	unsigned int finds_source;	/* of these, with a source */
	unsigned int unmaps;
	unsigned int for_cpu;
	unsigned int for_device;
	phys_addr_t target;
	size_t size;
} ops_known_log;

static void known_log(phys_addr_t target, size_t size)
{
	ops_known_log.target = target;
	ops_known_log.size = size;
}

static phys_addr_t known_find_target(struct device *dev, dma_addr_t addr,
				     const phys_addr_t *source,
				     struct io_tlb_pool **pool)
{
	ops_known_log.finds++;
	ops_known_log.finds_source += !!source;
	*pool = NULL;
	return addr - DMA_OPS_WINDOW;
}

static void known_unmap_target(struct device *dev, dma_addr_t addr,
			       phys_addr_t target, struct io_tlb_pool *pool,
			       size_t size, enum dma_data_direction dir,
			       unsigned long attrs)
{
	ops_known_log.unmaps++;
	known_log(target, size);
	dma_ops_log.attrs = attrs;
}

static void known_sync_for_cpu(struct device *dev, dma_addr_t addr,
			       phys_addr_t target, struct io_tlb_pool *pool,
			       size_t size, enum dma_data_direction dir)
{
	ops_known_log.for_cpu++;
	known_log(target, size);
}

static void known_sync_for_device(struct device *dev, dma_addr_t addr,
				  phys_addr_t target, struct io_tlb_pool *pool,
				  size_t size, enum dma_data_direction dir)
{
	ops_known_log.for_device++;
	known_log(target, size);
}

static const struct dma_map_ops ops_known = {
	.map_phys		= ops_map_phys,
	.unmap_phys		= ops_unmap_phys,
	.find_target		= known_find_target,
	.unmap_target		= known_unmap_target,
	.sync_target_for_cpu	= known_sync_for_cpu,
	.sync_target_for_device	= known_sync_for_device,
};

struct ops_known_case {
	unsigned int call;		/* in dma_state_calls */
	bool without;			/* has not the operations */
	bool bounced;			/* the device has, before */
	unsigned int finds;		/* by map, two syncs and unmap */
	unsigned int finds_source;
	unsigned int syncs;		/* told the target, in each direction */
	unsigned int unmaps;		/* told the target */
};

static const struct ops_known_case ops_known_cases[] = {
	{ 0, false, false, 0, 0, 1, 1 },
	{ 0, false, true, 3, 3, 1, 1 },
	{ 0, true, false },
	{ 0, true, true },
	{ 1, false, false, 0, 0, 1, 1 },
	{ 1, false, true, 1, 1, 1, 1 },
	{ 1, true, false },
	{ 1, true, true },
	{ 2, false, false },
	{ 3, false, false },
	{ 4, false, false, 0, 0, 1, 0 },
	{ 5, false, false, 0, 0, 0, 1 },
};

static void ops_known_desc(const struct ops_known_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s%s",
		 dma_state_calls[c->call].name,
		 c->without ? ", without operations" : "",
		 c->bounced ? ", has bounced" : "");
}

KUNIT_ARRAY_PARAM(ops_known, ops_known_cases, ops_known_desc);

static struct dma_world *ops_known_world(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);

	memset(&ops_known_log, 0, sizeof(ops_known_log));
	set_dma_ops(w->dev, &ops_known);
	dma_state_trust(test);
	return w;
}

static void ops_known_expect(struct kunit *test, unsigned int calls,
			     phys_addr_t target, size_t size)
{
	if (!calls)
		return;
	KUNIT_EXPECT_EQ(test, target, ops_known_log.target);
	KUNIT_EXPECT_EQ(test, size, ops_known_log.size);
}

/* With a source or a state, the target is passed on and not looked up */
static void ops_known_target(struct kunit *test)
{
	const struct ops_known_case *c = test->param_value;
	const struct dma_call *call = &dma_state_calls[c->call];
	struct dma_world *w = ops_known_world(test);
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + 77,
		.size	= 1000,
		.dir	= DMA_BIDIRECTIONAL,
		.attrs	= DMA_ATTR_WEAK_ORDERING,
	};

	if (c->bounced && !IS_ENABLED(CONFIG_SWIOTLB))
		kunit_skip(test, "needs CONFIG_SWIOTLB");
	if (c->without)
		set_dma_ops(w->dev, &dma_ops_phys);
	if (c->bounced)
		dma_set_bounced(w->dev);
	call->map(&m);
	KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
	call->sync_span(&m, 10, 5, true);
	ops_known_expect(test, c->syncs, m.phys + 10, 5);
	call->sync_span(&m, 999, 1, false);
	ops_known_expect(test, c->syncs, m.phys + 999, 1);
	dma_ops_log.attrs = 0;
	call->unmap(&m);
	ops_known_expect(test, c->unmaps, m.phys, m.size);

	KUNIT_EXPECT_EQ(test, c->finds, ops_known_log.finds);
	KUNIT_EXPECT_EQ(test, c->finds_source, ops_known_log.finds_source);
	KUNIT_EXPECT_EQ(test, c->syncs, ops_known_log.for_cpu);
	KUNIT_EXPECT_EQ(test, c->syncs, ops_known_log.for_device);
	KUNIT_EXPECT_EQ(test, c->unmaps, ops_known_log.unmaps);
	KUNIT_EXPECT_EQ(test, 1, ops_known_log.unmaps + dma_ops_log.unmaps);
	KUNIT_EXPECT_EQ(test, m.attrs, dma_ops_log.attrs);
}

/* MMIO by a source or a state: .unmap_phys ends it, once and as MMIO */
static void ops_mmio_cycle(struct dma_world *w, const struct dma_call *call)
{
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= dma_hole(w->test) + 77,
		.size	= 1000,
		.dir	= DMA_BIDIRECTIONAL,
		.attrs	= DMA_ATTR_MMIO,
	};

	call->map(&m);
	KUNIT_ASSERT_FALSE(w->test, dma_map_failed(&m));
	call->sync_for_cpu(&m);
	call->sync_for_device(&m);
	dma_ops_log.attrs = 0;
	call->unmap(&m);
	KUNIT_EXPECT_EQ(w->test, DMA_ATTR_MMIO, dma_ops_log.attrs);
	KUNIT_EXPECT_EQ(w->test, 1, dma_ops_log.unmaps);
}

/* MMIO has no target, and nothing syncs it */
static void ops_known_mmio(struct kunit *test)
{
	int i;

	for (i = 0; i < 2; i++) {
		struct dma_world *w = ops_known_world(test);

		dma_set_bounced(w->dev);
		ops_mmio_cycle(w, &dma_state_calls[i]);
		KUNIT_EXPECT_EQ(test, 0, ops_known_log.finds);
		KUNIT_EXPECT_EQ(test, 0, ops_known_log.for_cpu);
		KUNIT_EXPECT_EQ(test, 0, ops_known_log.for_device);
		KUNIT_EXPECT_EQ(test, 0, ops_known_log.unmaps);
	}
}

/* 16 bytes a descriptor with the operations, nothing without */
static void ops_known_ring(struct kunit *test)
{
	struct dma_world *w = ops_known_world(test);
	struct dma_state_ring ring;

	KUNIT_ASSERT_EQ(test, 0, dma_state_ring_init(&ring, w->dev, 8,
						     GFP_KERNEL));
	KUNIT_ASSERT_NOT_NULL(test, dma_state_at(&ring, 0));
	KUNIT_EXPECT_LE(test, (void *)dma_state_at(&ring, 7) -
			      (void *)dma_state_at(&ring, 0), 7 * 16);
	dma_state_ring_free(&ring);

	set_dma_ops(w->dev, &dma_ops_phys);
	KUNIT_ASSERT_EQ(test, 0, dma_state_ring_init(&ring, w->dev, 8,
						     GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, dma_state_at(&ring, 0));
	dma_state_ring_free(&ring);
}

#ifdef CONFIG_DMA_API_DEBUG
/* The operations say the truth, and a wrong source is reported */
static void ops_known_lie(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	unsigned int before;
	dma_addr_t addr;

	dma_debug_count_start(test);
	memset(&ops_known_log, 0, sizeof(ops_known_log));
	set_dma_ops(w->dev, &ops_known);
	addr = dma_map_phys(w->dev, w->phys + 77, 1000, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	before = dma_debug_reports();
	dma_unmap_phys_from(w->dev, addr, w->phys + PAGE_SIZE, 1000,
			    DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, before + 1, dma_debug_reports());
	KUNIT_EXPECT_EQ(test, 1, ops_known_log.unmaps);
	KUNIT_EXPECT_EQ(test, w->phys + 77, ops_known_log.target);
}

/* As Xen does for a page of another domain */
static phys_addr_t foreign_find_target(struct device *dev, dma_addr_t addr,
				       const phys_addr_t *source,
				       struct io_tlb_pool **pool)
{
	*pool = NULL;
	return source ? *source : PHYS_ADDR_MAX;
}

static const struct dma_map_ops ops_foreign = {
	.map_phys		= ops_map_phys,
	.unmap_phys		= ops_unmap_phys,
	.find_target		= foreign_find_target,
	.unmap_target		= known_unmap_target,
	.sync_target_for_cpu	= known_sync_for_cpu,
	.sync_target_for_device	= known_sync_for_device,
};

/* A right source or state is not reported if only the source tells the target */
static void ops_known_foreign(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	unsigned int before;
	int i;

	memset(&ops_known_log, 0, sizeof(ops_known_log));
	set_dma_ops(w->dev, &ops_foreign);
	dma_debug_count_start(test);
	before = dma_debug_reports();
	for (i = 0; i < 2; i++) {
		struct dma_mapping m = {
			.dev	= w->dev,
			.phys	= w->phys + 77,
			.size	= 1000,
			.dir	= DMA_BIDIRECTIONAL,
		};

		dma_state_calls[i].map(&m);
		KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
		dma_state_calls[i].sync_span(&m, 10, 5, true);
		KUNIT_EXPECT_EQ(test, m.phys + 10, ops_known_log.target);
		dma_state_calls[i].unmap(&m);
		KUNIT_EXPECT_EQ(test, m.phys, ops_known_log.target);
	}
	KUNIT_EXPECT_EQ(test, 2, ops_known_log.unmaps);
	KUNIT_EXPECT_EQ(test, before, dma_debug_reports());
}

/* Operations that cannot tell the target: the source has to be as recorded */
static void ops_unknown_lie(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	phys_addr_t phys = w->phys + 77;
	unsigned int before;
	dma_addr_t addr;
	int lie;

	dma_debug_count_start(test);
	for (lie = 0; lie < 2; lie++) {
		addr = dma_map_phys(w->dev, phys, 1000, DMA_TO_DEVICE, 0);
		KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
		before = dma_debug_reports();
		dma_sync_phys_for_cpu(w->dev, addr + 10, phys + 10 + lie, 5,
				      DMA_TO_DEVICE, 0);
		KUNIT_EXPECT_EQ(test, before + lie, dma_debug_reports());
		dma_sync_phys_for_device(w->dev, addr + 10, phys + 10 + lie, 5,
					 DMA_TO_DEVICE, 0);
		KUNIT_EXPECT_EQ(test, before + 2 * lie, dma_debug_reports());
		dma_unmap_phys_from(w->dev, addr, phys + lie, 1000,
				    DMA_TO_DEVICE, 0);
		KUNIT_EXPECT_EQ(test, before + 3 * lie, dma_debug_reports());
	}

	/* Memory that is said to be registers */
	addr = dma_map_phys(w->dev, phys, 1000, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	before = dma_debug_reports();
	dma_sync_phys_for_cpu(w->dev, addr, phys, 1000, DMA_TO_DEVICE,
			      DMA_ATTR_MMIO);
	KUNIT_EXPECT_EQ(test, before + 1, dma_debug_reports());
	dma_unmap_phys_from(w->dev, addr, phys, 1000, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, before + 1, dma_debug_reports());
	KUNIT_EXPECT_EQ(test, 3, dma_ops_log.unmaps);
}

/* ... and registers are not synced: dma-debug would report a plain sync */
static void ops_unknown_mmio_sync(struct kunit *test)
{
	unsigned int before;
	int i;

	dma_debug_count_start(test);
	for (i = 0; i < 2; i++) {
		before = dma_debug_reports();
		ops_mmio_cycle(dma_world_create(test, DMA_KIND_OPS),
			       &dma_state_calls[i]);
		KUNIT_EXPECT_EQ(test, before, dma_debug_reports());
	}
}
#endif

static struct kunit_case dma_ops_cases[] = {
	KUNIT_CASE_PARAM(ops_transfer, dma_span_gen_params),
	KUNIT_CASE(ops_arguments),
	KUNIT_CASE(ops_mmio),
	KUNIT_CASE(ops_needs_no_page),
	KUNIT_CASE(ops_dummy),
	KUNIT_CASE(ops_empty),
	KUNIT_CASE(ops_only_map),
	KUNIT_CASE_PARAM(ops_known_target, ops_known_gen_params),
	KUNIT_CASE(ops_known_mmio),
	KUNIT_CASE(ops_known_ring),
#ifdef CONFIG_DMA_API_DEBUG
	KUNIT_CASE(ops_known_lie),
	KUNIT_CASE(ops_known_foreign),
	KUNIT_CASE(ops_unknown_lie),
	KUNIT_CASE(ops_unknown_mmio_sync),
#endif
	{}
};

static struct kunit_suite dma_ops_suite = {
	.name		= "dma_ops",
	.test_cases	= dma_ops_cases,
};

kunit_test_suite(dma_ops_suite);
