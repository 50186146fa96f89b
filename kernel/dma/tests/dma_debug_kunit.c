// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of dma-debug: exactly one report for each misuse, none for a
 * driver that does as it should, and no entry left behind.
 */
#include <linux/device/bus.h>
#include <linux/device/driver.h>
#include <linux/dma-alias.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <asm/sections.h>
#include <kunit/dma.h>

#define OFFSET	0x123
#define SIZE	0x45

static dma_addr_t debug_map(struct dma_world *w, phys_addr_t phys, size_t size,
			    enum dma_data_direction dir, unsigned long attrs)
{
	dma_addr_t addr = dma_map_phys(w->dev, phys, size, dir, attrs);

	KUNIT_ASSERT_EQ(w->test, 0, dma_mapping_error(w->dev, addr));
	return addr;
}

static void debug_map_and_unmap(struct dma_world *w, phys_addr_t phys,
				size_t size, unsigned long attrs)
{
	dma_addr_t addr = debug_map(w, phys, size, DMA_TO_DEVICE, attrs);

	dma_unmap_phys(w->dev, addr, size, DMA_TO_DEVICE, attrs);
}

/* Misuse, and what is none */

static void debug_good(struct dma_world *w)
{
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + OFFSET,
		.size	= SIZE,
	};
	int i;

	for (i = 0; i < DMA_CALLS; i++) {
		for (m.dir = 0; m.dir < DMA_NONE; m.dir++) {
			dma_calls[i].map(&m);
			dma_calls[i].sync_for_cpu(&m);
			dma_calls[i].sync_for_device(&m);
			dma_calls[i].unmap(&m);
		}
	}
}

static void debug_good_mmio(struct dma_world *w)
{
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= dma_hole(w->test) + OFFSET,
		.size	= SIZE,
	};

	for (m.dir = 0; m.dir < DMA_NONE; m.dir++) {
		dma_call_resource.map(&m);
		dma_call_resource.unmap(&m);
	}
}

static void debug_good_partial_sync(struct dma_world *w)
{
	dma_addr_t addr = debug_map(w, w->phys + OFFSET, 3 * PAGE_SIZE,
				    DMA_BIDIRECTIONAL, 0);

	dma_sync_single_for_cpu(w->dev, addr + 2 * PAGE_SIZE, PAGE_SIZE,
				DMA_BIDIRECTIONAL);
	dma_unmap_phys(w->dev, addr, 3 * PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
}

static void debug_unmap_without_mmio(struct dma_world *w)
{
	dma_addr_t addr = debug_map(w, dma_hole(w->test) + OFFSET, SIZE,
				    DMA_TO_DEVICE, DMA_ATTR_MMIO);

	dma_unmap_phys(w->dev, addr, SIZE, DMA_TO_DEVICE, 0);
}

static void debug_unmap_with_mmio(struct dma_world *w)
{
	dma_addr_t addr = debug_map(w, w->phys + OFFSET, SIZE, DMA_TO_DEVICE, 0);

	dma_unmap_phys(w->dev, addr, SIZE, DMA_TO_DEVICE, DMA_ATTR_MMIO);
}

static void debug_unmap_page_of_resource(struct dma_world *w)
{
	dma_addr_t addr = debug_map(w, dma_hole(w->test) + OFFSET, SIZE,
				    DMA_TO_DEVICE, DMA_ATTR_MMIO);

	dma_unmap_page(w->dev, addr, SIZE, DMA_TO_DEVICE);
}

/* Only DMA_ATTR_MMIO has to be the same */
static void debug_unmap_other_attrs(struct dma_world *w)
{
	dma_addr_t addr = debug_map(w, w->phys + OFFSET, SIZE, DMA_TO_DEVICE,
				    DMA_ATTR_WEAK_ORDERING);

	dma_unmap_phys(w->dev, addr, SIZE, DMA_TO_DEVICE,
		       DMA_ATTR_SKIP_CPU_SYNC);
}

static void debug_double_unmap(struct dma_world *w)
{
	dma_addr_t addr = debug_map(w, w->phys + OFFSET, SIZE, DMA_TO_DEVICE, 0);

	dma_unmap_phys(w->dev, addr, SIZE, DMA_TO_DEVICE, 0);
	dma_unmap_phys(w->dev, addr, SIZE, DMA_TO_DEVICE, 0);
}

static void debug_unmap_error(struct dma_world *w)
{
	dma_unmap_phys(w->dev, DMA_MAPPING_ERROR, SIZE, DMA_TO_DEVICE, 0);
}

static void debug_unmap_at_offset(struct dma_world *w)
{
	dma_addr_t addr = debug_map(w, w->phys + OFFSET, SIZE, DMA_TO_DEVICE, 0);

	dma_unmap_phys(w->dev, addr - OFFSET, SIZE, DMA_TO_DEVICE, 0);
	dma_unmap_phys(w->dev, addr, SIZE, DMA_TO_DEVICE, 0);
}

static void debug_unmap_size(struct dma_world *w)
{
	dma_addr_t addr = debug_map(w, w->phys + OFFSET, SIZE, DMA_TO_DEVICE, 0);

	dma_unmap_phys(w->dev, addr, SIZE - 1, DMA_TO_DEVICE, 0);
}

static void debug_unmap_direction(struct dma_world *w)
{
	dma_addr_t addr = debug_map(w, w->phys + OFFSET, SIZE, DMA_TO_DEVICE, 0);

	dma_unmap_phys(w->dev, addr, SIZE, DMA_FROM_DEVICE, 0);
}

static void debug_unmap_function(struct dma_world *w)
{
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + OFFSET,
		.size	= SIZE,
		.dir	= DMA_TO_DEVICE,
	};

	dma_calls[DMA_CALLS - 1].map(&m);
	dma_unmap_phys(w->dev, m.addr, SIZE, DMA_TO_DEVICE, 0);
}

static void debug_error_unchecked(struct dma_world *w)
{
	dma_addr_t addr = dma_map_phys(w->dev, w->phys + OFFSET, SIZE,
				       DMA_TO_DEVICE, 0);

	dma_unmap_phys(w->dev, addr, SIZE, DMA_TO_DEVICE, 0);
}

static phys_addr_t debug_phys_of(void *addr)
{
	if (is_vmalloc_addr(addr))
		return page_to_phys(vmalloc_to_page(addr)) + offset_in_page(addr);
	return virt_to_phys(addr);
}

static void debug_stack(struct dma_world *w)
{
	u8 buf[16];

	debug_map_and_unmap(w, debug_phys_of(buf) + 3, 1, 0);
}

static void debug_stack_sg(struct dma_world *w)
{
	struct scatterlist sg;
	u8 buf[16];

	sg_init_table(&sg, 1);
	sg_set_page(&sg, pfn_to_page(PHYS_PFN(debug_phys_of(buf))), 1,
		    offset_in_page(debug_phys_of(buf)));
	dma_map_sg(w->dev, &sg, 1, DMA_TO_DEVICE);
	dma_unmap_sg(w->dev, &sg, 1, DMA_TO_DEVICE);
}

#ifndef MODULE
static void debug_text(struct dma_world *w)
{
	debug_map_and_unmap(w, __pa_symbol(_stext) + OFFSET, SIZE, 0);
}

static void debug_text_end(struct dma_world *w)
{
	debug_map_and_unmap(w, __pa_symbol(_etext) - 1, SIZE, 0);
}

static void debug_rodata(struct dma_world *w)
{
	debug_map_and_unmap(w, __pa_symbol(__start_rodata) + OFFSET, SIZE, 0);
}

static void debug_rodata_end(struct dma_world *w)
{
	debug_map_and_unmap(w, __pa_symbol(__end_rodata) - 1, 1, 0);
}

static void debug_after_rodata(struct dma_world *w)
{
	debug_map_and_unmap(w, __pa_symbol(__end_rodata), SIZE, 0);
}

/* The kernel image is in reserved pages: no RAM to the page allocator */
static void debug_reserved_as_mmio(struct dma_world *w)
{
	debug_map_and_unmap(w, __pa_symbol(_stext) + OFFSET, SIZE, DMA_ATTR_MMIO);
}
#endif

static void debug_ram_as_mmio(struct dma_world *w)
{
	debug_map_and_unmap(w, w->phys + OFFSET, SIZE, DMA_ATTR_MMIO);
}

static void debug_ram_as_resource(struct dma_world *w)
{
	dma_addr_t addr = dma_map_resource(w->dev, w->phys + OFFSET,
					   3 * PAGE_SIZE, DMA_FROM_DEVICE, 0);

	KUNIT_EXPECT_EQ(w->test, 0, dma_mapping_error(w->dev, addr));
	dma_unmap_resource(w->dev, addr, 3 * PAGE_SIZE, DMA_FROM_DEVICE, 0);
}

static void debug_zero_size(struct dma_world *w)
{
	debug_map_and_unmap(w, w->phys + OFFSET, 0, 0);
}

static void debug_zero_size_page(struct dma_world *w)
{
	dma_addr_t addr = dma_map_single(w->dev, w->cpu + OFFSET, 0,
					 DMA_TO_DEVICE);

	KUNIT_EXPECT_EQ(w->test, 0, dma_mapping_error(w->dev, addr));
	dma_unmap_single(w->dev, addr, 0, DMA_TO_DEVICE);
}

static void debug_zero_size_resource(struct dma_world *w)
{
	debug_map_and_unmap(w, dma_hole(w->test) + OFFSET, 0, DMA_ATTR_MMIO);
}

/* A failed mapping leaves no entry that an unmap or a leak check finds */
static void debug_failed_resource(struct dma_world *w)
{
	dma_addr_t addr;

	*w->dev->dma_mask = DMA_BIT_MASK(28);
	addr = dma_map_resource(w->dev, dma_hole(w->test) + OFFSET, SIZE,
				DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_NE(w->test, 0, dma_mapping_error(w->dev, addr));
	KUNIT_EXPECT_TRUE(w->test, dma_world_has_entries(w, 0));
}

/* Two mappings of a cache line, at once */
static void debug_overlap(struct dma_world *w, phys_addr_t phys,
			  enum dma_data_direction dir, unsigned long attrs)
{
	dma_addr_t first = debug_map(w, phys, SIZE, dir, attrs);
	dma_addr_t second = debug_map(w, phys + 1, SIZE, dir, attrs);

	dma_unmap_phys(w->dev, second, SIZE, dir, attrs);
	dma_unmap_phys(w->dev, first, SIZE, dir, attrs);
}

static void debug_overlap_from_device(struct dma_world *w)
{
	debug_overlap(w, w->phys + 0x140, DMA_FROM_DEVICE, 0);
}

static void debug_overlap_to_device(struct dma_world *w)
{
	debug_overlap(w, w->phys + 0x140, DMA_TO_DEVICE, 0);
}

static void debug_overlap_mmio(struct dma_world *w)
{
	debug_overlap(w, dma_hole(w->test) + 0x140, DMA_FROM_DEVICE,
		      DMA_ATTR_MMIO);
}

/* MMIO in the same cache line does not take the line of a mapping of memory */
static void debug_overlap_mmio_and_memory(struct dma_world *w)
{
	phys_addr_t phys = w->phys + 0x140;
	dma_addr_t ram, mmio;

	mmio = debug_map(w, phys, SIZE, DMA_FROM_DEVICE, DMA_ATTR_MMIO);
	ram = debug_map(w, phys, SIZE, DMA_FROM_DEVICE, 0);
	dma_unmap_phys(w->dev, mmio, SIZE, DMA_FROM_DEVICE, DMA_ATTR_MMIO);
	dma_unmap_phys(w->dev, ram, SIZE, DMA_FROM_DEVICE, 0);
}

/* Two mappings of a cache line, of which each has attributes of its own */
static void debug_overlap_attrs(struct dma_world *w, unsigned long first,
				unsigned long second)
{
	phys_addr_t phys = w->phys + 0x140;
	dma_addr_t a = debug_map(w, phys, SIZE, DMA_FROM_DEVICE, first);
	dma_addr_t b = debug_map(w, phys + 1, SIZE, DMA_FROM_DEVICE, second);

	dma_unmap_phys(w->dev, a, SIZE, DMA_FROM_DEVICE, first);
	dma_unmap_phys(w->dev, b, SIZE, DMA_FROM_DEVICE, second);
}

static void debug_overlap_intended(struct dma_world *w)
{
	debug_overlap_attrs(w, DMA_ATTR_DEBUGGING_IGNORE_CACHELINES,
			    DMA_ATTR_DEBUGGING_IGNORE_CACHELINES);
}

static void debug_overlap_coherent(struct dma_world *w)
{
	debug_overlap_attrs(w, DMA_ATTR_REQUIRE_COHERENT,
			    DMA_ATTR_DEBUGGING_IGNORE_CACHELINES);
}

static void debug_overlap_first_intended(struct dma_world *w)
{
	debug_overlap_attrs(w, DMA_ATTR_DEBUGGING_IGNORE_CACHELINES, 0);
}

static void debug_overlap_second_intended(struct dma_world *w)
{
	debug_overlap_attrs(w, 0, DMA_ATTR_DEBUGGING_IGNORE_CACHELINES);
}

/* More of them than are counted, which warns of others */
static void debug_overlap_many(struct dma_world *w)
{
	const unsigned long attrs = DMA_ATTR_DEBUGGING_IGNORE_CACHELINES;
	dma_addr_t addrs[12];
	int i;

	for (i = 0; i < ARRAY_SIZE(addrs); i++)
		addrs[i] = debug_map(w, w->phys + 0x140 + i, SIZE,
				     DMA_FROM_DEVICE, attrs);
	for (i = 0; i < ARRAY_SIZE(addrs); i++)
		dma_unmap_phys(w->dev, addrs[i], SIZE, DMA_FROM_DEVICE, attrs);
	/* The line is free again */
	debug_overlap_attrs(w, attrs, attrs);
}

static void debug_sync_unmapped(struct dma_world *w)
{
	dma_sync_single_for_cpu(w->dev, w->phys + OFFSET, SIZE, DMA_FROM_DEVICE);
}

static void debug_sync_past_end(struct dma_world *w)
{
	dma_addr_t addr = debug_map(w, w->phys + OFFSET, SIZE, DMA_FROM_DEVICE,
				    0);

	dma_sync_single_for_cpu(w->dev, addr + 1, SIZE, DMA_FROM_DEVICE);
	dma_unmap_phys(w->dev, addr, SIZE, DMA_FROM_DEVICE, 0);
}

/* A sync has no attributes, and would maintain the caches of MMIO */
static void debug_sync_mmio(struct dma_world *w, bool for_cpu, size_t offset)
{
	dma_addr_t addr = debug_map(w, dma_hole(w->test) + OFFSET, SIZE,
				    DMA_BIDIRECTIONAL, DMA_ATTR_MMIO);

	if (for_cpu)
		dma_sync_single_for_cpu(w->dev, addr + offset, SIZE - offset,
					DMA_BIDIRECTIONAL);
	else
		dma_sync_single_for_device(w->dev, addr + offset, SIZE - offset,
					   DMA_BIDIRECTIONAL);
	dma_unmap_phys(w->dev, addr, SIZE, DMA_BIDIRECTIONAL, DMA_ATTR_MMIO);
}

static void debug_sync_mmio_for_cpu(struct dma_world *w)
{
	debug_sync_mmio(w, true, 0);
}

static void debug_sync_mmio_for_device(struct dma_world *w)
{
	debug_sync_mmio(w, false, 0);
}

static void debug_sync_mmio_span(struct dma_world *w)
{
	debug_sync_mmio(w, true, 5);
}

struct debug_case {
	const char *name;
	unsigned int reports;
	void (*run)(struct dma_world *w);
};

#define DEBUG_CASE(_name, _reports)	{ #_name, _reports, debug_##_name }

static const struct debug_case debug_cases[] = {
	DEBUG_CASE(good, 0),
	DEBUG_CASE(good_mmio, 0),
	DEBUG_CASE(good_partial_sync, 0),
	DEBUG_CASE(unmap_without_mmio, 1),
	DEBUG_CASE(unmap_with_mmio, 1),
	DEBUG_CASE(unmap_page_of_resource, 1),
	DEBUG_CASE(unmap_other_attrs, 0),
	DEBUG_CASE(double_unmap, 1),
	DEBUG_CASE(unmap_error, 1),
	DEBUG_CASE(unmap_at_offset, 1),
	DEBUG_CASE(unmap_size, 1),
	DEBUG_CASE(unmap_direction, 1),
	DEBUG_CASE(unmap_function, 1),
	DEBUG_CASE(error_unchecked, 1),
	DEBUG_CASE(stack, 1),
	DEBUG_CASE(stack_sg, 1),
#ifndef MODULE
	DEBUG_CASE(text, 1),
	DEBUG_CASE(text_end, 1),
	DEBUG_CASE(rodata, 1),
	DEBUG_CASE(rodata_end, 1),
	DEBUG_CASE(after_rodata, 0),
	DEBUG_CASE(reserved_as_mmio, 0),
#endif
	DEBUG_CASE(ram_as_mmio, 1),
	DEBUG_CASE(ram_as_resource, 1),
	DEBUG_CASE(zero_size, 1),
	DEBUG_CASE(zero_size_page, 1),
	DEBUG_CASE(zero_size_resource, 1),
	DEBUG_CASE(failed_resource, 0),
	DEBUG_CASE(overlap_from_device, 1),
	DEBUG_CASE(overlap_to_device, 0),
	DEBUG_CASE(overlap_mmio, 0),
	/* One is for RAM that is mapped as MMIO */
	DEBUG_CASE(overlap_mmio_and_memory, 1),
	DEBUG_CASE(overlap_intended, 0),
	DEBUG_CASE(overlap_coherent, 0),
	DEBUG_CASE(overlap_first_intended, 1),
	DEBUG_CASE(overlap_second_intended, 1),
	DEBUG_CASE(overlap_many, 0),
	DEBUG_CASE(sync_unmapped, 1),
	DEBUG_CASE(sync_past_end, 1),
	DEBUG_CASE(sync_mmio_for_cpu, 1),
	DEBUG_CASE(sync_mmio_for_device, 1),
	DEBUG_CASE(sync_mmio_span, 1),
};

static void debug_case_desc(const struct debug_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(debug_case, debug_cases, debug_case_desc);

static void debug_reports(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	const struct debug_case *c = test->param_value;

	dma_debug_count_start(test);
	c->run(w);
	KUNIT_EXPECT_EQ(test, c->reports, dma_debug_reports());
	dma_world_expect_idle(w);
}

/* The cases that are repeated behind an IOMMU */
static const struct debug_case debug_iommu_cases[] = {
	DEBUG_CASE(good, 0),
	DEBUG_CASE(good_mmio, 0),
	DEBUG_CASE(good_partial_sync, 0),
	DEBUG_CASE(unmap_without_mmio, 1),
	DEBUG_CASE(unmap_with_mmio, 1),
	DEBUG_CASE(unmap_other_attrs, 0),
	DEBUG_CASE(unmap_direction, 1),
	DEBUG_CASE(error_unchecked, 1),
	DEBUG_CASE(stack, 1),
	DEBUG_CASE(ram_as_mmio, 1),
	DEBUG_CASE(overlap_from_device, 1),
	DEBUG_CASE(overlap_mmio, 0),
};

KUNIT_ARRAY_PARAM(debug_iommu_case, debug_iommu_cases, debug_case_desc);

static void debug_iommu_reports(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	const struct debug_case *c = test->param_value;

	dma_debug_count_start(test);
	c->run(w);
	KUNIT_EXPECT_EQ(test, c->reports, dma_debug_reports());
	dma_world_expect_idle(w);
}

/* A driver that forgets a mapping, on a bus that dma-debug watches */

#ifdef MODULE
static struct device *debug_bus_device(struct kunit *test)
{
	kunit_skip(test, "dma_debug_add_bus() is not exported");
	return NULL;
}
#else
static const struct bus_type debug_bus = {
	.name	= "dma-kunit",
};

static struct device_driver debug_driver = {
	.name	= "dma-kunit-leaky",
	.bus	= &debug_bus,
};

static void debug_device_release(struct device *dev)
{
	kfree(dev);
}

static struct device *debug_bus_device(struct kunit *test)
{
	static bool registered;
	struct device *dev;

	/* dma-debug never lets go of a bus */
	if (!registered) {
		KUNIT_ASSERT_EQ(test, 0, bus_register(&debug_bus));
		KUNIT_ASSERT_EQ(test, 0, driver_register(&debug_driver));
		dma_debug_add_bus(&debug_bus);
		registered = true;
	}

	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	device_initialize(dev);
	dev->bus = &debug_bus;
	dev->release = debug_device_release;
	dev->coherent_dma_mask = DMA_BIT_MASK(64);
	dev->dma_mask = &dev->coherent_dma_mask;
#ifdef CONFIG_SWIOTLB
	dev->dma_io_tlb_mem = NULL;
#endif
	KUNIT_ASSERT_EQ(test, 0, dev_set_name(dev, "dma-kunit-leak"));
	KUNIT_ASSERT_EQ(test, 0, device_add(dev));
	KUNIT_ASSERT_PTR_EQ(test, &debug_driver, dev->driver);
	return dev;
}
#endif

static void debug_leak(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct device *dev = debug_bus_device(test);
	dma_addr_t addr;

	dma_debug_count_start(test);
	addr = dma_map_phys(dev, w->phys + OFFSET, SIZE, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 0, dma_mapping_error(dev, addr));
	device_release_driver(dev);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());

	dma_unmap_phys(dev, addr, SIZE, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 0, device_attach(dev) - 1);
	device_unregister(dev);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());
}

/* The owner is another device, whose mapping is not the driver's to unmap */
static void debug_leak_alias(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct device *dev = debug_bus_device(test);
	struct dma_alias alias;
	dma_addr_t addr;

	dma_device_set_coherent(dev, true);
	dma_debug_count_start(test);
	addr = debug_map(w, w->phys + OFFSET, SIZE, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 0, dma_alias_map(&alias, dev, w->dev, addr, SIZE,
					       DMA_TO_DEVICE));
	device_release_driver(dev);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());

	dma_alias_unmap(&alias);
	dma_unmap_phys(w->dev, addr, SIZE, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 0, device_attach(dev) - 1);
	device_unregister(dev);
	KUNIT_EXPECT_EQ(test, 1, dma_debug_reports());
}

static struct kunit_case dma_debug_test_cases[] = {
	KUNIT_CASE_PARAM(debug_reports, debug_case_gen_params),
	KUNIT_CASE_PARAM(debug_iommu_reports, debug_iommu_case_gen_params),
	KUNIT_CASE(debug_leak),
	KUNIT_CASE(debug_leak_alias),
	{}
};

static struct kunit_suite dma_debug_suite = {
	.name		= "dma_debug",
	.test_cases	= dma_debug_test_cases,
};

kunit_test_suite(dma_debug_suite);
