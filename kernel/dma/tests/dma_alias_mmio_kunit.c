// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of aliases of device registers, which stay registers for the
 * target, and of mappings that have both registers and memory, which have none.
 */
#include <linux/iommu.h>
#include "dma_alias_kunit.h"

static void alias_mmio(struct kunit *test)
{
	struct alias_owner *owners[] = {
		alias_owner_create(test, 0), alias_owner_create(test, 9),
	};
	struct alias_target t = alias_target_create(test, 9);
	struct alias_target direct = alias_target_create(test, 0);
	int i;

	for (i = 0; i < ARRAY_SIZE(owners); i++) {
		struct alias_owner *o = owners[i];

		o->attrs = DMA_ATTR_MMIO;
		o->vec[0] = (struct phys_vec) { dma_hole(test) + 3, 5 * SZ_512 };
		o->nr = 1;
		o->size = o->vec[0].len;
		alias_owner_map(o);
		alias_run(o, &t);
		KUNIT_EXPECT_EQ(test, IOMMU_READ | IOMMU_WRITE | IOMMU_MMIO,
				t.iommu->last_prot);
		alias_run(o, &direct);
		*direct.dev->dma_mask = o->vec[0].paddr;
		alias_expect_error(o, &direct, -ENXIO);
		*direct.dev->dma_mask = DMA_BIT_MASK(64);
	}
}

static void alias_mixed(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);
	struct alias_target t = alias_target_create(test, PAGE_SHIFT);
	phys_addr_t hole = dma_hole(test);
	int i;

	/* The second kind is in the first batch, or in the second */
	for (i = 1; i < 41; i += 39) {
		o->nr = 0;
		o->size = 0;
		alias_owner_add_single(o, i, PAGE_SIZE);
		o->vec[o->nr++] = (struct phys_vec) { hole, PAGE_SIZE };
		o->size += PAGE_SIZE;
		alias_owner_map(o);
		alias_expect_error(o, &t, -EOPNOTSUPP);
		alias_owner_unmap(o);
	}
}

/* One range of both: next to the end of memory */
static void alias_mixed_range(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, 0);
	struct alias_target targets[] = {
		alias_target_create(test, PAGE_SHIFT),
		alias_target_create(test, 0),
	};
	phys_addr_t end = ALIGN(o->phys, SZ_2M);
	struct dma_alias alias;
	int i;

	while (pfn_valid(PHYS_PFN(end)))
		end += SZ_2M;
	while (!pfn_valid(PHYS_PFN(end - 1)))
		end -= PAGE_SIZE;
	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
				dma_alias_map(&alias, targets[i].dev, o->dev,
					      end - PAGE_SIZE, 2 * PAGE_SIZE,
					      DMA_TO_DEVICE));
		KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
				dma_alias_map(&alias, targets[i].dev, o->dev,
					      end - 1, 2, DMA_TO_DEVICE));
	}
}

static struct kunit_case dma_alias_mmio_cases[] = {
	KUNIT_CASE(alias_mmio),
	KUNIT_CASE(alias_mixed),
	KUNIT_CASE(alias_mixed_range),
	{}
};

static struct kunit_suite dma_alias_mmio_suite = {
	.name		= "dma_alias_mmio",
	.test_cases	= dma_alias_mmio_cases,
};

kunit_test_suite(dma_alias_mmio_suite);
