// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of DMA_ATTR_MMIO: what is mapped is no memory that the kernel may
 * bounce, flush, or find a struct page for, whatever the device.
 */
#include <linux/iommu.h>
#include <linux/mm.h>
#include <kunit/dma.h>

static const enum dma_kind mmio_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_RANGES, DMA_KIND_BOUNCE, DMA_KIND_OPS,
	DMA_KIND_IOMMU_512, DMA_KIND_IOMMU_2K, DMA_KIND_IOMMU,
	DMA_KIND_UNTRUSTED,
};

KUNIT_ARRAY_PARAM(mmio_kind, mmio_kinds, dma_kind_desc);

static struct dma_world *mmio_world(struct kunit *test)
{
	return dma_world_create(test, *(const enum dma_kind *)test->param_value);
}

/* The address that the device has to put on the bus for @phys */
static bool mmio_expect_reaches(struct dma_world *w, dma_addr_t addr,
				phys_addr_t phys, size_t size, int prot)
{
	phys_addr_t first = addr, last = addr + size - 1;

	if (w->iommu && !(mock_iommu_lookup(w->iommu, first, prot, &first) &&
			  mock_iommu_lookup(w->iommu, last, prot, &last)))
		return false;
#ifdef CONFIG_ARCH_HAS_DMA_OPS
	if (w->kind == DMA_KIND_OPS) {
		first -= DMA_OPS_WINDOW;
		last -= DMA_OPS_WINDOW;
	}
#endif
	return first == phys && last == phys + size - 1;
}

/* Any size, at any place, to anywhere: it succeeds, and uses no slot */
static void mmio_maps(struct kunit *test)
{
	static const struct dma_span spans[] = {
		{ 0, 1 }, { 1, 1 }, { 0x7ff, 2 }, { 5, 0x1000 }, { 0xfff, 0x1002 },
		{ 0, 0x10000 }, { 0x123, 0x90000 },
	};
	struct dma_world *w = mmio_world(test);
	phys_addr_t phys = dma_hole(test);
	struct dma_mapping m = { .dev = w->dev };
	int i;

	for (i = 0; i < ARRAY_SIZE(spans); i++) {
		m.phys = phys + spans[i].offset;
		m.size = spans[i].size;
		for (m.dir = 0; m.dir < DMA_NONE; m.dir++) {
			dma_call_resource.map(&m);
			KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
			KUNIT_EXPECT_TRUE(test,
					  mmio_expect_reaches(w, m.addr, m.phys,
							      m.size,
							      IOMMU_MMIO));
			if (w->tlb)
				KUNIT_EXPECT_EQ(test, 0, dma_bounce_used(w->tlb));
			dma_call_resource.unmap(&m);
		}
	}
	dma_world_expect_idle(w);
}

/* No cache maintenance and no KMSAN at map or unmap */
static void mmio_has_no_maintenance(struct kunit *test)
{
	struct dma_world *w = mmio_world(test);
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= dma_hole(test) + 0x1ff0,
		.size	= 0x60,
	};

	dma_world_set_noncoherent(w);
	dma_counts_start(test);
	for (m.dir = 0; m.dir < DMA_NONE; m.dir++) {
		dma_call_resource.map(&m);
		KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
		dma_call_resource.unmap(&m);
	}
	KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device);
	KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
	KUNIT_EXPECT_EQ(test, 0, dma_counts.kmsan);
}

/* The same for memory that is said to be MMIO: the attribute decides */
static void mmio_ram_has_no_maintenance(struct kunit *test)
{
	struct dma_world *w = mmio_world(test);
	dma_addr_t addr;

	dma_world_set_noncoherent(w);
#ifdef CONFIG_DMA_API_DEBUG
	dma_debug_count_start(test);
#endif
	dma_counts_start(test);
	addr = dma_map_phys(w->dev, w->phys + 9, 20, DMA_BIDIRECTIONAL,
			    DMA_ATTR_MMIO);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	if (w->tlb)
		KUNIT_EXPECT_EQ(test, 0, dma_bounce_used(w->tlb));
	dma_unmap_phys(w->dev, addr, 20, DMA_BIDIRECTIONAL, DMA_ATTR_MMIO);
	KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device + dma_counts.for_cpu);
	KUNIT_EXPECT_EQ(test, 0, dma_counts.kmsan);
	dma_world_expect_idle(w);
}

/* dma_map_resource() is dma_map_phys() with the attribute */
static void mmio_resource_is_phys(struct kunit *test)
{
	struct dma_world *w = mmio_world(test);
	phys_addr_t phys = dma_hole(test) + 0x345;
	dma_addr_t addr;

#ifdef CONFIG_DMA_API_DEBUG
	dma_debug_count_start(test);
#endif
	addr = dma_map_resource(w->dev, phys, 0x2000, DMA_FROM_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	dma_unmap_phys(w->dev, addr, 0x2000, DMA_FROM_DEVICE, DMA_ATTR_MMIO);
	dma_world_expect_idle(w);

	addr = dma_map_phys(w->dev, phys, 0x2000, DMA_FROM_DEVICE, DMA_ATTR_MMIO);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	dma_unmap_resource(w->dev, addr, 0x2000, DMA_FROM_DEVICE, 0);
	dma_world_expect_idle(w);
#ifdef CONFIG_DMA_API_DEBUG
	KUNIT_EXPECT_EQ(test, 0, dma_debug_reports());
#endif
}

/* A page is no MMIO: refused, and an unmap with it leaves the mapping alone */
static void mmio_page_refused(struct kunit *test)
{
	struct dma_world *w = mmio_world(test);
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + 3,
		.size	= 200,
		.dir	= DMA_TO_DEVICE,
		.attrs	= DMA_ATTR_MMIO,
	};
	struct sg_table sgt = { .sgl = &m.sg, .orig_nents = 1 };
	int i;

	for (i = 1; i < DMA_CALLS; i++) {
		dma_calls[i].map(&m);
		KUNIT_EXPECT_TRUE_MSG(test, dma_map_failed(&m), "%s",
				      dma_calls[i].name);
	}
	KUNIT_EXPECT_EQ(test, -EINVAL, dma_map_sgtable(w->dev, &sgt, m.dir,
						       m.attrs));
	dma_world_expect_idle(w);

	for (i = 1; i < DMA_CALLS; i++) {
		unsigned long slots, granules;

		m.attrs = 0;
		dma_calls[i].map(&m);
		KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
		slots = w->tlb ? dma_bounce_used(w->tlb) : 0;
		granules = w->iommu ? w->iommu->mapped : 0;
		m.attrs = DMA_ATTR_MMIO;
		dma_calls[i].unmap(&m);
		KUNIT_EXPECT_TRUE(test, dma_world_has_entries(w, 1));
		if (w->tlb)
			KUNIT_EXPECT_EQ(test, slots, dma_bounce_used(w->tlb));
		if (w->iommu)
			KUNIT_EXPECT_EQ(test, granules, w->iommu->mapped);
		m.attrs = 0;
		dma_calls[i].unmap(&m);
		dma_world_expect_idle(w);
	}
}

struct mmio_range_case {
	s64 offset;	/* in a range of DMA_AREA_BORDER */
	size_t size;
	bool translated;
};

static const struct mmio_range_case mmio_range_cases[] = {
	{ 0, 1, true },
	{ 0, DMA_AREA_BORDER, true },
	{ 5, DMA_AREA_BORDER - 5, true },
	{ DMA_AREA_BORDER - 1, 1, true },
	{ 5, DMA_AREA_BORDER - 4, false },
	{ 0, DMA_AREA_BORDER + 1, false },
	{ DMA_AREA_BORDER - 1, 2, false },
	{ -1, 1, false },
	{ -1, 2, false },
	{ -1, DMA_AREA_BORDER + 2, false },
	{ DMA_AREA_SIZE, 1, false },
};

static void mmio_range_desc(const struct mmio_range_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%lld+%zu", c->offset, c->size);
}

KUNIT_ARRAY_PARAM(mmio_range, mmio_range_cases, mmio_range_desc);

/*
 * Translated by a range that covers all of it, else not at all. The device's two
 * ranges are next to each other, so leaving one is not leaving both.
 */
static void mmio_range_map(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_RANGES);
	struct bus_dma_region *map = (void *)w->dev->dma_range_map;
	const struct mmio_range_case *c = test->param_value;
	phys_addr_t phys = dma_hole(test) + DMA_AREA_SIZE;
	dma_addr_t addr;

	map[1].cpu_start = phys;
	map[2].cpu_start = phys + DMA_AREA_BORDER;
	phys += c->offset;
	addr = dma_map_resource(w->dev, phys, c->size, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	if (c->translated)
		KUNIT_EXPECT_EQ(test, map[1].dma_start + c->offset, addr);
	else
		KUNIT_EXPECT_EQ(test, phys, addr);
	dma_unmap_resource(w->dev, addr, c->size, DMA_TO_DEVICE, 0);
	dma_world_expect_idle(w);
}

/* A range that puts the address at the end of the bus, where it would wrap */
static void mmio_wraps_behind_range(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_RANGES);
	struct bus_dma_region *map = (void *)w->dev->dma_range_map;
	phys_addr_t phys = dma_hole(test);
	dma_addr_t addr;

	map[1].cpu_start = phys;
	map[1].dma_start = -(dma_addr_t)SZ_8K;
	addr = dma_map_resource(w->dev, phys, SZ_8K - 1, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	KUNIT_EXPECT_EQ(test, -(dma_addr_t)SZ_8K, addr);
	dma_unmap_resource(w->dev, addr, SZ_8K - 1, DMA_TO_DEVICE, 0);

	dma_log_start(test);
	addr = dma_map_resource(w->dev, phys, SZ_8K + 1, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	KUNIT_EXPECT_EQ(test, 1, dma_log_count("ffe000+8193 overflow"));
	dma_log_expect_overflow(test, 1);
	dma_world_expect_idle(w);
}

/* Unmap has no use for the physical address */
static void mmio_unmap_does_not_walk(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	dma_addr_t addr;

	dma_world_set_noncoherent(w);
	addr = dma_map_resource(w->dev, dma_hole(test) + 1, 0x3000,
				DMA_BIDIRECTIONAL, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	w->iommu->walks = 0;
	dma_unmap_resource(w->dev, addr, 0x3000, DMA_BIDIRECTIONAL, 0);
	KUNIT_EXPECT_EQ(test, 0, w->iommu->walks);
	dma_world_expect_idle(w);
}

/* MMIO that the device cannot reach fails, even with a bounce pool at hand */
static void mmio_out_of_reach(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	dma_addr_t addr;

	*w->dev->dma_mask = DMA_BIT_MASK(28);
	dma_log_start(test);
	addr = dma_map_resource(w->dev, dma_hole(test) + 1, 64, DMA_TO_DEVICE,
				DMA_ATTR_NO_WARN);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	dma_log_expect_overflow(test, 0);
	addr = dma_map_resource(w->dev, dma_hole(test) + 1, 64, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	KUNIT_EXPECT_EQ(test, 1,
			dma_log_count("(mask fffffff, bus limit 0, phys "));
	dma_log_expect_overflow(test, 1);
	dma_world_expect_idle(w);
}

static struct kunit_case dma_mmio_cases[] = {
	KUNIT_CASE_PARAM(mmio_maps, mmio_kind_gen_params),
	KUNIT_CASE_PARAM(mmio_has_no_maintenance, mmio_kind_gen_params),
	KUNIT_CASE_PARAM(mmio_ram_has_no_maintenance, mmio_kind_gen_params),
	KUNIT_CASE_PARAM(mmio_resource_is_phys, mmio_kind_gen_params),
	KUNIT_CASE_PARAM(mmio_page_refused, mmio_kind_gen_params),
	KUNIT_CASE_PARAM(mmio_range_map, mmio_range_gen_params),
	KUNIT_CASE(mmio_wraps_behind_range),
	KUNIT_CASE(mmio_unmap_does_not_walk),
	KUNIT_CASE(mmio_out_of_reach),
	{}
};

static struct kunit_suite dma_mmio_suite = {
	.name		= "dma_mmio",
	.test_cases	= dma_mmio_cases,
};

kunit_test_suite(dma_mmio_suite);
