// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of memory that has a struct page and is not the kernel's: devdax,
 * pmem and fsdax, which are memory to DMA, and a peer's, which is not.
 *
 * The test makes such pages of its own, of physical addresses that are unused.
 * RAM has to be there to transfer anything: the kernel has to be kept from using
 * some, with mem= on its command line, and dma_zone_device.ram= tells the test
 * where it is. Without that only the tests run that do not touch the memory.
 */
#include <linux/ioport.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <kunit/dma.h>

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "dma_zone_device."

/* The area and what a test may compute an address from, on both sides of it */
#define REGION_SIZE	SZ_4M
#define REGION_AREA	SZ_2M

static unsigned long long ram;
module_param(ram, ullong, 0444);
MODULE_PARM_DESC(ram, "physical address of 4 MiB that nothing uses");

struct zone_device {
	struct dma_world *w;
	struct dev_pagemap pgmap;
	struct resource *res;
	u8 *old_cpu;
};

static void region_release(void *data)
{
	struct zone_device *z = data;

	release_mem_region(z->res->start, resource_size(z->res));
}

static void region_unmap(void *data)
{
	struct zone_device *z = data;

	z->w->cpu = z->old_cpu;
	z->w->phys = virt_to_phys(z->old_cpu);
	memunmap_pages(&z->pgmap);
}

/* 4 MiB below a power of two, as high as the linear map allows */
static struct resource *region_find(void)
{
	struct range limit = mhp_get_pluggable_range(true);
	struct resource *res = NULL;
	u64 end;

	for (end = BIT_ULL(ilog2(limit.end)); end > SZ_4G && !res; end >>= 1)
		res = request_mem_region(end - REGION_SIZE, REGION_SIZE,
					 "dma-kunit");
	return res;
}

/* Have the area of a world be in ZONE_DEVICE */
static struct dma_world *zone_device_world(struct kunit *test,
					   enum dma_kind kind,
					   enum memory_type type, bool need_ram)
{
	struct dma_world *w = dma_world_create(test, kind);
	struct zone_device *z = kunit_kzalloc(test, sizeof(*z), GFP_KERNEL);
	void *mem;

	KUNIT_ASSERT_NOT_NULL(test, z);
	if (need_ram && !ram)
		kunit_skip(test, "needs mem= and dma_zone_device.ram=");
	z->w = w;
	z->res = ram ? request_mem_region(ram, REGION_SIZE, "dma-kunit") :
		       region_find();
	KUNIT_ASSERT_NOT_NULL(test, z->res);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, region_release, z));

	z->pgmap.type = type;
	z->pgmap.nr_range = 1;
	z->pgmap.range.start = z->res->start;
	z->pgmap.range.end = z->res->end;
	mem = memremap_pages(&z->pgmap, NUMA_NO_NODE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mem);
	z->old_cpu = w->cpu;
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, region_unmap, z));
	w->cpu = mem + REGION_AREA;
	w->phys = z->res->start + REGION_AREA;
	return w;
}

struct zone_device_case {
	const char *name;
	enum dma_kind kind;
	enum memory_type type;
	bool noncoherent;
};

static const struct zone_device_case transfer_cases[] = {
	{ "devdax, direct", DMA_KIND_DIRECT, MEMORY_DEVICE_GENERIC, false },
	{ "devdax, direct, not coherent", DMA_KIND_DIRECT,
	  MEMORY_DEVICE_GENERIC, true },
	{ "devdax, bounce", DMA_KIND_BOUNCE, MEMORY_DEVICE_GENERIC, false },
	{ "devdax, bounce, not coherent", DMA_KIND_BOUNCE,
	  MEMORY_DEVICE_GENERIC, true },
	{ "devdax, iommu, not coherent", DMA_KIND_IOMMU, MEMORY_DEVICE_GENERIC,
	  true },
	{ "devdax, untrusted", DMA_KIND_UNTRUSTED, MEMORY_DEVICE_GENERIC, false },
	{ "devdax, untrusted, not coherent", DMA_KIND_UNTRUSTED,
	  MEMORY_DEVICE_GENERIC, true },
	{ "fsdax, direct", DMA_KIND_DIRECT, MEMORY_DEVICE_FS_DAX, false },
	{ "fsdax, bounce", DMA_KIND_BOUNCE, MEMORY_DEVICE_FS_DAX, false },
	{ "fsdax, untrusted", DMA_KIND_UNTRUSTED, MEMORY_DEVICE_FS_DAX, false },
};

static void zone_device_desc(const struct zone_device_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(transfer, transfer_cases, zone_device_desc);

/* It is mapped, read, written and bounced like any other memory */
static void zone_device_transfer(struct kunit *test)
{
	const struct zone_device_case *c = test->param_value;
	struct dma_world *w = zone_device_world(test, c->kind, c->type, true);
	int i, j;

	if (c->noncoherent)
		dma_world_set_noncoherent(w);
	for (i = 0; i < DMA_CALLS; i++) {
		/* On arm64 dma_map_single() is not for such an address */
		if (!strcmp(dma_calls[i].name, "single") &&
		    !virt_addr_valid(w->cpu))
			continue;
		for (j = 0; j < DMA_SPANS; j += 3) {
			/* kmalloc() memory of this size would be bounced */
			if (!w->tlb &&
			    dma_kmalloc_needs_bounce(w->dev, dma_spans[j].size,
						     DMA_FROM_DEVICE))
				continue;
			dma_kunit_transfer_all_dirs(w, &dma_calls[i],
						    &dma_spans[j]);
		}
	}
}

static const struct zone_device_case sync_cases[] = {
	{ "devdax, direct", DMA_KIND_DIRECT, MEMORY_DEVICE_GENERIC, true },
	{ "devdax, iommu", DMA_KIND_IOMMU, MEMORY_DEVICE_GENERIC, true },
	{ "fsdax, direct", DMA_KIND_DIRECT, MEMORY_DEVICE_FS_DAX, true },
	{ "fsdax, iommu", DMA_KIND_IOMMU, MEMORY_DEVICE_FS_DAX, true },
};

KUNIT_ARRAY_PARAM(sync, sync_cases, zone_device_desc);

/* Map, each sync and unmap maintain the cache, once, where the memory is */
static void zone_device_maintenance(struct kunit *test)
{
	const struct zone_device_case *c = test->param_value;
	struct dma_world *w = zone_device_world(test, c->kind, c->type, false);

	dma_kunit_maintenance(w, 100, 300);
}

#ifdef CONFIG_PCI_P2PDMA
static const struct zone_device_case peer_cases[] = {
	{ "peer, bounce", DMA_KIND_BOUNCE, MEMORY_DEVICE_PCI_P2PDMA, false },
	{ "peer, untrusted", DMA_KIND_UNTRUSTED, MEMORY_DEVICE_PCI_P2PDMA,
	  false },
};

KUNIT_ARRAY_PARAM(peer, peer_cases, zone_device_desc);

/* A peer's memory is not copied: what would have to be bounced fails */
static void zone_device_peer(struct kunit *test)
{
	const struct zone_device_case *c = test->param_value;
	struct dma_world *w = zone_device_world(test, c->kind, c->type, false);
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + 100,
		.size	= 300,
		.dir	= DMA_TO_DEVICE,
		.attrs	= DMA_ATTR_NO_WARN,
	};

	dma_calls[0].map(&m);
	KUNIT_EXPECT_TRUE(test, dma_map_failed(&m));
	dma_calls[1].map(&m);
	KUNIT_EXPECT_TRUE(test, dma_map_failed(&m));
	dma_world_expect_idle(w);
}
#endif

static struct kunit_case dma_zone_device_cases[] = {
	KUNIT_CASE_PARAM(zone_device_transfer, transfer_gen_params),
	KUNIT_CASE_PARAM(zone_device_maintenance, sync_gen_params),
#ifdef CONFIG_PCI_P2PDMA
	KUNIT_CASE_PARAM(zone_device_peer, peer_gen_params),
#endif
	{}
};

static struct kunit_suite dma_zone_device_suite = {
	.name		= "dma_zone_device",
	.test_cases	= dma_zone_device_cases,
};

kunit_test_suite(dma_zone_device_suite);
