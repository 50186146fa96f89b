// SPDX-License-Identifier: GPL-2.0
/*
 * Unmaps of what is not mapped, on the IOMMU that QEMU's edu device is behind:
 * its driver must return how much it has unmapped, up to the first gap.
 */
#include <linux/iommu.h>
#include "edu_kunit.h"

static const struct edu_unmap_param {
	const char	*desc;
	size_t		offset;
	size_t		len;
} edu_unmap_params[] = {
	{ "one page", 9, 100 },
	{ "two pages", 9, PAGE_SIZE },
	{ "all of a table", PAGE_SIZE, SZ_2M },
	{ "two tables", PAGE_SIZE + 9, SZ_2M },
	{ "a large page and a small one", 9, SZ_2M },
};

KUNIT_ARRAY_PARAM_DESC(edu_unmap, edu_unmap_params, desc);

/* The IOMMU's driver says how much there was to unmap: nothing, if nothing */
static void edu_test_unmap_nothing(struct kunit *test)
{
	const struct edu_unmap_param *p = test->param_value;
	struct edu *edu = edu_pick_iommu(test);
	struct iommu_domain *domain = iommu_get_domain_for_dev(edu_dev(edu));
	u8 *mem = kunit_kmalloc(test, SZ_4M, GFP_KERNEL);
	struct edu_map *m;
	unsigned long iova;
	size_t size;

	KUNIT_ASSERT_NOT_NULL(test, mem);
	m = edu_map_by(test, edu, &edu_call_phys, virt_to_phys(mem) + p->offset,
		       p->len, DMA_BIDIRECTIONAL);
	iova = ALIGN_DOWN(m->addr, PAGE_SIZE);
	size = ALIGN(m->addr + p->len, PAGE_SIZE) - iova;
	KUNIT_EXPECT_NE(test, 0, iommu_iova_to_phys(domain, iova));
	KUNIT_EXPECT_NE(test, 0, iommu_iova_to_phys(domain, iova + size - 1));
	edu_unmap(test, m);
	KUNIT_EXPECT_EQ(test, 0, iommu_iova_to_phys(domain, iova));
	KUNIT_EXPECT_EQ(test, 0, iommu_iova_to_phys(domain, iova + size - 1));
	KUNIT_EXPECT_EQ(test, 0, iommu_unmap(domain, iova, size));
}

/*
 * ... and what is mapped up to the first gap, with nothing behind it gone. This
 * is in a table with an entry for a page of ours, and where there is no table.
 */
static void edu_test_unmap_to_gap(struct kunit *test)
{
	struct edu *edu = edu_pick_iommu(test);
	struct iommu_domain *domain = iommu_get_domain_for_dev(edu_dev(edu));
	unsigned long iova[] = { 0, SZ_4M + SZ_2M - PAGE_SIZE }, pages = 4, i, n;
	u8 *mem = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);
	struct edu_map *m;

	KUNIT_ASSERT_NOT_NULL(test, mem);
	m = edu_map_by(test, edu, &edu_call_phys, virt_to_phys(mem), PAGE_SIZE,
		       DMA_BIDIRECTIONAL);
	/* Below all that is given out from the top */
	iova[0] = m->addr - 64 * PAGE_SIZE;
	for (n = 0; n < ARRAY_SIZE(iova); n++) {
		if (iommu_iova_to_phys(domain, iova[n]))
			continue;
		/* Page by page: virtio-iommu does not split */
		for (i = 0; i < pages; i++)
			KUNIT_ASSERT_EQ(test, 0,
					iommu_map(domain,
						  iova[n] + i * PAGE_SIZE,
						  virt_to_phys(mem), PAGE_SIZE,
						  IOMMU_READ, GFP_KERNEL));
		KUNIT_EXPECT_EQ(test, PAGE_SIZE,
				iommu_unmap(domain, iova[n] + PAGE_SIZE,
					    PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, 0, iommu_unmap(domain,
						     iova[n] + PAGE_SIZE,
						     3 * PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, PAGE_SIZE,
				iommu_unmap(domain, iova[n], pages * PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, 0, iommu_iova_to_phys(domain, iova[n]));
		KUNIT_EXPECT_NE(test, 0,
				iommu_iova_to_phys(domain,
						   iova[n] + 2 * PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, 2 * PAGE_SIZE,
				iommu_unmap(domain, iova[n] + 2 * PAGE_SIZE,
					    2 * PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, 0, iommu_unmap(domain, iova[n], SZ_2M));
	}
	edu_unmap(test, m);
}

static struct kunit_case edu_unmap_cases[] = {
	KUNIT_CASE_PARAM(edu_test_unmap_nothing, edu_unmap_gen_params),
	KUNIT_CASE(edu_test_unmap_to_gap),
	{ }
};

static struct kunit_suite edu_unmap_suite = {
	.name = "dma_edu_unmap",
	.suite_init = edu_kunit_suite_init,
	.init = edu_kunit_init,
	.test_cases = edu_unmap_cases,
};

kunit_test_suite(edu_unmap_suite);
