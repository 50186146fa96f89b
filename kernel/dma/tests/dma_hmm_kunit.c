// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of hmm_dma_map_pfn(): the entries are the test's, as if
 * hmm_range_fault() had found them.
 */
#include <linux/hmm.h>
#include <linux/hmm-dma.h>
#include <linux/pci-p2pdma.h>
#include <kunit/dma.h>

#define ENTRIES		6

static const enum dma_kind hmm_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_OPS, DMA_KIND_IOMMU_512, DMA_KIND_IOMMU_2K,
	DMA_KIND_IOMMU, DMA_KIND_UNTRUSTED,
};

KUNIT_ARRAY_PARAM(hmm_kind, hmm_kinds, dma_kind_desc);

static struct dma_world *hmm_world(struct kunit *test)
{
	return dma_world_create(test, *(const enum dma_kind *)test->param_value);
}

/* Backwards in the area, so that entries that adjoin lead to pages that do not */
static phys_addr_t hmm_phys(struct dma_world *w, struct hmm_dma_map *map, int i)
{
	return w->phys + (ENTRIES - 1 - i) * map->dma_entry_size;
}

static void hmm_fault(struct dma_world *w, struct hmm_dma_map *map)
{
	int i;

	for (i = 0; i < ENTRIES; i++)
		map->pfn_list[i] = PHYS_PFN(hmm_phys(w, map, i)) |
				   HMM_PFN_VALID | HMM_PFN_WRITE;
}

static bool hmm_entry_is(struct dma_world *w, struct hmm_dma_map *map, int i,
			 unsigned long flags)
{
	return map->pfn_list[i] == (PHYS_PFN(hmm_phys(w, map, i)) |
				    HMM_PFN_VALID | HMM_PFN_WRITE | flags);
}

static void hmm_map_and_unmap(struct dma_world *w, size_t size)
{
	struct pci_p2pdma_map_state p2p = {};
	struct kunit *test = w->test;
	dma_addr_t addr[ENTRIES];
	struct hmm_dma_map map;
	u8 byte;
	int i;

	KUNIT_ASSERT_EQ(test, 0,
			hmm_dma_map_alloc(w->dev, &map,
					  ENTRIES * size / PAGE_SIZE, size));
	hmm_fault(w, &map);
	for (i = 0; i < ENTRIES; i++) {
		KUNIT_EXPECT_FALSE(test, hmm_dma_unmap_pfn(w->dev, &map, i));
		w->cpu[(ENTRIES - 1 - i) * size + 5] = 0x40 + i;
	}
	for (i = 0; i < ENTRIES; i++) {
		addr[i] = hmm_dma_map_pfn(w->dev, &map, i, &p2p);
		KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr[i]));
		KUNIT_EXPECT_TRUE(test, hmm_entry_is(w, &map, i,
						     HMM_PFN_DMA_MAPPED));
	}
	/* Each is where it belongs, and a second time changes nothing */
	for (i = 0; i < ENTRIES; i++) {
		KUNIT_EXPECT_EQ(test, addr[i],
				hmm_dma_map_pfn(w->dev, &map, i, &p2p));
		KUNIT_EXPECT_TRUE(test, dma_world_read(w, addr[i] + 5, &byte, 1));
		KUNIT_EXPECT_EQ(test, 0x40 + i, byte);
	}
	/* In any order, once, and again */
	KUNIT_EXPECT_TRUE(test, hmm_dma_unmap_pfn(w->dev, &map, 3));
	KUNIT_EXPECT_FALSE(test, hmm_dma_unmap_pfn(w->dev, &map, 3));
	KUNIT_EXPECT_TRUE(test, hmm_entry_is(w, &map, 3, 0));
	addr[3] = hmm_dma_map_pfn(w->dev, &map, 3, &p2p);
	KUNIT_EXPECT_TRUE(test, dma_world_read(w, addr[3] + 5, &byte, 1));
	KUNIT_EXPECT_EQ(test, 0x43, byte);
	for (i = ENTRIES - 1; i >= 0; i--)
		KUNIT_EXPECT_TRUE(test, hmm_dma_unmap_pfn(w->dev, &map, i));
	hmm_dma_map_free(w->dev, &map);
	dma_world_expect_idle(w);
}

static void hmm_transfer(struct kunit *test)
{
	struct dma_world *w = hmm_world(test);

	hmm_map_and_unmap(w, PAGE_SIZE);
	hmm_map_and_unmap(w, 2 * PAGE_SIZE);
}

/* Nothing is bounced, and nothing is left where that would be needed */
static void hmm_bounce(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	struct pci_p2pdma_map_state p2p = {};
	struct hmm_dma_map map;

	KUNIT_ASSERT_EQ(test, 0, hmm_dma_map_alloc(w->dev, &map, ENTRIES,
						   PAGE_SIZE));
	hmm_fault(w, &map);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR,
			hmm_dma_map_pfn(w->dev, &map, 0, &p2p));
	KUNIT_EXPECT_TRUE(test, hmm_entry_is(w, &map, 0, 0));
	hmm_dma_map_free(w->dev, &map);
	dma_world_expect_idle(w);
}

static void hmm_refused(struct kunit *test)
{
	struct dma_world *w = hmm_world(test);
	struct hmm_dma_map map;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			hmm_dma_map_alloc(w->dev, &map, SIZE_MAX, PAGE_SIZE));
	if (!dma_device_set_coherent(w->dev, false))
		kunit_skip(test, "all devices are coherent");
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			hmm_dma_map_alloc(w->dev, &map, ENTRIES, PAGE_SIZE));
	dma_world_expect_idle(w);
}

/* No memory for a page table, or none when the hardware is told */
static void hmm_fails(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	struct pci_p2pdma_map_state p2p = {};
	struct hmm_dma_map map;
	dma_addr_t addr;
	int after;

	KUNIT_ASSERT_EQ(test, 0, hmm_dma_map_alloc(w->dev, &map, ENTRIES,
						   PAGE_SIZE));
	hmm_fault(w, &map);
	for (after = 0; after < 100; after++) {
		w->iommu->fail_after = after;
		w->iommu->failed = false;
		addr = hmm_dma_map_pfn(w->dev, &map, 1, &p2p);
		w->iommu->fail_after = -1;
		if (!w->iommu->failed)
			break;
		KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
		KUNIT_EXPECT_TRUE(test, hmm_entry_is(w, &map, 1, 0));
		KUNIT_EXPECT_EQ(test, 0, w->iommu->mapped);
	}
	KUNIT_EXPECT_EQ(test, PAGE_SIZE / SZ_2K, after);
	KUNIT_EXPECT_TRUE(test, hmm_dma_unmap_pfn(w->dev, &map, 1));

	w->iommu->sync_error = -EIO;
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR,
			hmm_dma_map_pfn(w->dev, &map, 1, &p2p));
	w->iommu->sync_error = 0;
	KUNIT_EXPECT_EQ(test, 0, w->iommu->mapped);
	hmm_dma_map_free(w->dev, &map);
	dma_world_expect_idle(w);
}

static struct kunit_case dma_hmm_cases[] = {
	KUNIT_CASE_PARAM(hmm_transfer, hmm_kind_gen_params),
	KUNIT_CASE(hmm_bounce),
	KUNIT_CASE_PARAM(hmm_refused, hmm_kind_gen_params),
	KUNIT_CASE(hmm_fails),
	{}
};

static struct kunit_suite dma_hmm_suite = {
	.name		= "dma_hmm",
	.test_cases	= dma_hmm_cases,
};

kunit_test_suite(dma_hmm_suite);
