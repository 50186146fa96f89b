// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of unmapping what is not mapped, for each page table format that
 * the kernel has.
 *
 * The contract is that of unmap_pages() in struct iommu_domain_ops: an unmap
 * returns how many bytes were mapped from its address on, up to the first gap,
 * and nothing behind the gap goes away. A large page is unmapped as a whole, or
 * split, or stays; it is never torn down by an unmap of its middle. And as a
 * table may outlive the pages in it, a large page can be mapped over it.
 */
#include <linux/io-pgtable.h>
#include <linux/iommu.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <kunit/device.h>
#include <kunit/test.h>

#ifdef CONFIG_AMD_IOMMU
#include "amd/amd_iommu_types.h"
#endif

/* Where the tests map, and what: aligned to the largest page */
#define TEST_IOVA	((unsigned long)SZ_2G)
#define TEST_PHYS	SZ_1G

struct pgtable_format {
	const char *name;
	enum io_pgtable_fmt fmt;
	unsigned long pgsizes;
	unsigned int bits;
};

static const struct pgtable_format pgtable_formats[] = {
#ifdef CONFIG_IOMMU_IO_PGTABLE_LPAE
	{ "arm_64_s1_4k", ARM_64_LPAE_S1, SZ_4K | SZ_2M | SZ_1G, 48 },
	{ "arm_64_s1_16k", ARM_64_LPAE_S1, SZ_16K | SZ_32M, 48 },
	{ "arm_64_s1_64k", ARM_64_LPAE_S1, SZ_64K | SZ_512M, 48 },
	{ "arm_64_s2_4k", ARM_64_LPAE_S2, SZ_4K | SZ_2M | SZ_1G, 40 },
	{ "arm_32_s1", ARM_32_LPAE_S1, SZ_4K | SZ_2M | SZ_1G, 32 },
	{ "arm_32_s2", ARM_32_LPAE_S2, SZ_4K | SZ_2M | SZ_1G, 32 },
	{ "arm_mali", ARM_MALI_LPAE, SZ_4K | SZ_2M | SZ_1G, 48 },
#endif
#ifdef CONFIG_IOMMU_IO_PGTABLE_ARMV7S
	{ "arm_v7s", ARM_V7S, SZ_4K | SZ_64K | SZ_1M | SZ_16M, 32 },
#endif
#ifdef CONFIG_IOMMU_IO_PGTABLE_DART
	{ "dart", APPLE_DART, SZ_16K, 36 },
	{ "dart2", APPLE_DART2, SZ_16K, 36 },
#endif
#ifdef CONFIG_AMD_IOMMU
	{ "amd_v1", AMD_IOMMU_V1, SZ_4K | SZ_32K | SZ_2M, 64 },
	{ "amd_v2", AMD_IOMMU_V2, SZ_4K | SZ_2M | SZ_1G, 48 },
#endif
};

static void pgtable_format_desc(const struct pgtable_format *format, char *desc)
{
	strscpy(desc, format->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pgtable_format, pgtable_formats, pgtable_format_desc);

struct pgtable {
	struct kunit *test;
	struct io_pgtable_ops *ops;
	size_t page;		/* the smallest */
	size_t large;		/* the next, or 0 */
};

static void pgtable_free(void *ops)
{
	free_io_pgtable_ops(ops);
}

static struct io_pgtable_ops *pgtable_alloc(struct kunit *test,
					    const struct pgtable_format *format)
{
	struct io_pgtable_cfg *cfg;
	void *cookie = test;

	cfg = kunit_kzalloc(test, sizeof(*cfg), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, cfg);
#ifdef CONFIG_AMD_IOMMU
	/* The page table is part of the domain, and finds itself by this */
	if (format->fmt == AMD_IOMMU_V1 || format->fmt == AMD_IOMMU_V2) {
		struct protection_domain *domain;

		domain = kunit_kzalloc(test, sizeof(*domain), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, domain);
		spin_lock_init(&domain->lock);
		INIT_LIST_HEAD(&domain->dev_list);
		INIT_LIST_HEAD(&domain->dev_data_list);
		xa_init(&domain->iommu_array);
		cfg = &domain->iop.pgtbl.cfg;
		cfg->amd.nid = NUMA_NO_NODE;
		cookie = domain;
	}
#endif
	cfg->pgsize_bitmap = format->pgsizes;
	cfg->ias = format->bits;
	cfg->oas = min(format->bits, 40);
	cfg->coherent_walk = true;
	cfg->iommu_dev = kunit_device_register(test, "io-pgtable-kunit");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, cfg->iommu_dev);
	return alloc_io_pgtable_ops(format->fmt, cfg, cookie);
}

static struct pgtable pgtable_create(struct kunit *test)
{
	const struct pgtable_format *format = test->param_value;
	unsigned long pgsizes = format->pgsizes;
	struct pgtable t = { .test = test };

	t.page = BIT(__ffs(pgsizes));
	pgsizes &= ~t.page;
	t.large = pgsizes ? BIT(__ffs(pgsizes)) : 0;
	t.ops = pgtable_alloc(test, format);
	if (!t.ops)
		kunit_skip(test, "the format cannot be used here");
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, pgtable_free, t.ops));
	return t;
}

static phys_addr_t pgtable_phys(unsigned long iova)
{
	return iova - TEST_IOVA + TEST_PHYS;
}

/* As iommu_map() does: a format may do less than it is asked for in one call */
static void pgtable_map(struct pgtable *t, unsigned long iova, size_t pgsize,
			size_t count)
{
	size_t size = pgsize * count, done = 0, mapped;

	while (done < size) {
		mapped = 0;
		KUNIT_ASSERT_EQ(t->test, 0,
				t->ops->map_pages(t->ops, iova + done,
						  pgtable_phys(iova + done),
						  pgsize, (size - done) / pgsize,
						  IOMMU_READ | IOMMU_WRITE |
						  IOMMU_CACHE, GFP_KERNEL,
						  &mapped));
		KUNIT_ASSERT_GT(t->test, mapped, 0);
		done += mapped;
	}
}

/* As iommu_unmap() does */
static size_t pgtable_unmap(struct pgtable *t, unsigned long iova,
			    size_t pgsize, size_t count)
{
	size_t size = pgsize * count, done = 0, unmapped;
	struct iommu_iotlb_gather gather;

	iommu_iotlb_gather_init(&gather);
	while (done < size) {
		if (!IS_ALIGNED(iova + done, pgsize) || size - done < pgsize)
			pgsize = t->page;
		unmapped = t->ops->unmap_pages(t->ops, iova + done, pgsize,
					       (size - done) / pgsize, &gather);
		if (!unmapped)
			break;
		done += unmapped;
	}
	return done;
}

static void pgtable_expect(struct pgtable *t, unsigned long iova, bool mapped)
{
	KUNIT_EXPECT_EQ_MSG(t->test, mapped ? pgtable_phys(iova) : 0,
			    t->ops->iova_to_phys(t->ops, iova),
			    "IOVA 0x%lx", iova);
}

static void unmap_never_mapped(struct kunit *test)
{
	struct pgtable t = pgtable_create(test);

	/* With no table for it, and with one */
	KUNIT_EXPECT_EQ(test, 0, pgtable_unmap(&t, TEST_IOVA, t.page, 1));
	KUNIT_EXPECT_EQ(test, 0, pgtable_unmap(&t, TEST_IOVA, t.page, 3));
	pgtable_map(&t, TEST_IOVA + 4 * t.page, t.page, 1);
	KUNIT_EXPECT_EQ(test, 0, pgtable_unmap(&t, TEST_IOVA, t.page, 1));
	KUNIT_EXPECT_EQ(test, 0, pgtable_unmap(&t, TEST_IOVA, t.page, 3));
	/* Pages behind a gap belong to another mapping */
	KUNIT_EXPECT_EQ(test, 0, pgtable_unmap(&t, TEST_IOVA, t.page, 5));
	pgtable_expect(&t, TEST_IOVA + 4 * t.page, true);
	KUNIT_EXPECT_EQ(test, t.page,
			pgtable_unmap(&t, TEST_IOVA + 4 * t.page, t.page, 1));
}

/* DMA_MAPPING_ERROR is the address that drivers unmap most often by mistake */
static void unmap_out_of_range(struct kunit *test)
{
	const struct pgtable_format *format = test->param_value;
	struct pgtable t = pgtable_create(test);
	unsigned int bits = min(format->bits, 40);
	unsigned long last = GENMASK(bits - 1, 0) & ~(t.page - 1);

	if (bits >= BITS_PER_LONG)
		kunit_skip(test, "no address is out of range");

	/* Where the address leads to, if the bits that are too many are lost */
	pgtable_map(&t, TEST_IOVA, t.page, 1);
	if (format->bits == bits)
		pgtable_map(&t, last, t.page, 1);
	KUNIT_EXPECT_EQ(test, 0,
			pgtable_unmap(&t, ~0UL & ~(t.page - 1), t.page, 1));
	KUNIT_EXPECT_EQ(test, 0, pgtable_unmap(&t, TEST_IOVA | BIT(62),
					       t.page, 1));
	pgtable_expect(&t, TEST_IOVA, true);
	if (format->bits == bits)
		pgtable_expect(&t, last, true);
}

static void unmap_twice(struct kunit *test)
{
	struct pgtable t = pgtable_create(test);
	int n;

	for (n = 1; n < 4; n++) {
		pgtable_map(&t, TEST_IOVA, t.page, n);
		pgtable_expect(&t, TEST_IOVA, true);
		KUNIT_EXPECT_EQ(test, n * t.page,
				pgtable_unmap(&t, TEST_IOVA, t.page, n));
		pgtable_expect(&t, TEST_IOVA, false);
		KUNIT_EXPECT_EQ(test, 0,
				pgtable_unmap(&t, TEST_IOVA, t.page, n));
	}
}

static void unmap_longer_than_mapped(struct kunit *test)
{
	struct pgtable t = pgtable_create(test);
	int n;

	for (n = 1; n < 4; n++) {
		pgtable_map(&t, TEST_IOVA, t.page, n);
		pgtable_map(&t, TEST_IOVA + (n + 1) * t.page, t.page, 1);
		KUNIT_EXPECT_EQ(test, n * t.page,
				pgtable_unmap(&t, TEST_IOVA, t.page, n + 2));
		pgtable_expect(&t, TEST_IOVA, false);
		pgtable_expect(&t, TEST_IOVA + (n - 1) * t.page, false);
		pgtable_expect(&t, TEST_IOVA + (n + 1) * t.page, true);
		KUNIT_EXPECT_EQ(test, t.page,
				pgtable_unmap(&t, TEST_IOVA + (n + 1) * t.page,
					      t.page, 1));
	}
}

/* The unmap of as much as a table is for, of which only a part is mapped */
static void unmap_table_with_gap(struct kunit *test)
{
	struct pgtable t = pgtable_create(test);
	unsigned long pages;

	if (!t.large)
		kunit_skip(test, "the format has one page size");
	pages = t.large / t.page;

	/* The table stays when its last page is unmapped: it is empty then */
	pgtable_map(&t, TEST_IOVA, t.page, 1);
	KUNIT_EXPECT_EQ(test, t.page, pgtable_unmap(&t, TEST_IOVA, t.page, 1));
	KUNIT_EXPECT_EQ(test, 0, pgtable_unmap(&t, TEST_IOVA, t.large, 1));

	pgtable_map(&t, TEST_IOVA + t.page, t.page, 1);
	KUNIT_EXPECT_EQ(test, 0, pgtable_unmap(&t, TEST_IOVA, t.large, 1));
	pgtable_expect(&t, TEST_IOVA + t.page, true);

	pgtable_map(&t, TEST_IOVA, t.page, 1);
	pgtable_map(&t, TEST_IOVA + 3 * t.page, t.page, 1);
	KUNIT_EXPECT_EQ(test, 2 * t.page,
			pgtable_unmap(&t, TEST_IOVA, t.large, 1));
	pgtable_expect(&t, TEST_IOVA, false);
	pgtable_expect(&t, TEST_IOVA + t.page, false);
	pgtable_expect(&t, TEST_IOVA + 3 * t.page, true);
	KUNIT_EXPECT_EQ(test, t.page,
			pgtable_unmap(&t, TEST_IOVA + 3 * t.page, t.page, 1));

	/* A full one, and half of the next */
	pgtable_map(&t, TEST_IOVA, t.page, pages + pages / 2);
	KUNIT_EXPECT_EQ(test, (pages + pages / 2) * t.page,
			pgtable_unmap(&t, TEST_IOVA, t.large, 2));
	pgtable_expect(&t, TEST_IOVA, false);
	pgtable_expect(&t, TEST_IOVA + t.large + t.large / 2 - t.page, false);
	KUNIT_EXPECT_EQ(test, 0, pgtable_unmap(&t, TEST_IOVA, t.large, 2));
}

/* Split, or refused; but what is said is true, and nothing else goes away */
static void unmap_middle_of_large(struct kunit *test)
{
	struct pgtable t = pgtable_create(test);
	unsigned long iova;
	size_t unmapped;

	if (!t.large)
		kunit_skip(test, "the format has one page size");

	iova = TEST_IOVA + t.large / 2;
	pgtable_map(&t, TEST_IOVA, t.large, 1);
	pgtable_expect(&t, iova, true);
	unmapped = pgtable_unmap(&t, iova, t.page, 1);
	KUNIT_EXPECT_TRUE(test, !unmapped || unmapped == t.page);
	pgtable_expect(&t, TEST_IOVA, true);
	pgtable_expect(&t, iova - t.page, true);
	pgtable_expect(&t, iova, !unmapped);
	pgtable_expect(&t, iova + t.page, true);
}

/* A range may end in a large page, which goes as a whole then, or is split */
static void unmap_start_of_large(struct kunit *test)
{
	struct pgtable t = pgtable_create(test);
	size_t unmapped;

	if (!t.large)
		kunit_skip(test, "the format has one page size");

	pgtable_map(&t, TEST_IOVA, t.large, 1);
	pgtable_map(&t, TEST_IOVA + 2 * t.large, t.large, 1);
	unmapped = pgtable_unmap(&t, TEST_IOVA, t.page, 1);
	KUNIT_EXPECT_TRUE(test, !unmapped || unmapped == t.page ||
			  unmapped == t.large);
	pgtable_expect(&t, TEST_IOVA, !unmapped);
	pgtable_expect(&t, TEST_IOVA + t.page, unmapped < t.large);
	pgtable_expect(&t, TEST_IOVA + 2 * t.large, true);
}

/* A table stays when its last page is unmapped, and gives way to a large page */
static void map_large_over_empty_table(struct kunit *test)
{
	const struct pgtable_format *format = test->param_value;
	struct pgtable t = pgtable_create(test);
	unsigned long sizes = format->pgsizes & ~t.page;
	unsigned long large, last;

	if (!t.large)
		kunit_skip(test, "the format has one page size");

	for (; sizes; sizes &= ~large) {
		large = BIT(__ffs(sizes));
		last = large - t.page;
		pgtable_map(&t, TEST_IOVA, t.page, 1);
		pgtable_map(&t, TEST_IOVA + last, t.page, 1);
		KUNIT_EXPECT_EQ(test, t.page,
				pgtable_unmap(&t, TEST_IOVA, t.page, 1));
		KUNIT_EXPECT_EQ(test, t.page,
				pgtable_unmap(&t, TEST_IOVA + last, t.page, 1));

		pgtable_map(&t, TEST_IOVA, large, 2);
		pgtable_expect(&t, TEST_IOVA, true);
		pgtable_expect(&t, TEST_IOVA + large + last, true);
		KUNIT_EXPECT_EQ(test, 2 * large,
				pgtable_unmap(&t, TEST_IOVA, large, 2));
		pgtable_expect(&t, TEST_IOVA, false);
	}
}

static struct kunit_case io_pgtable_cases[] = {
	KUNIT_CASE_PARAM(unmap_never_mapped, pgtable_format_gen_params),
	KUNIT_CASE_PARAM(unmap_out_of_range, pgtable_format_gen_params),
	KUNIT_CASE_PARAM(unmap_twice, pgtable_format_gen_params),
	KUNIT_CASE_PARAM(unmap_longer_than_mapped, pgtable_format_gen_params),
	KUNIT_CASE_PARAM(unmap_table_with_gap, pgtable_format_gen_params),
	KUNIT_CASE_PARAM(unmap_middle_of_large, pgtable_format_gen_params),
	KUNIT_CASE_PARAM(unmap_start_of_large, pgtable_format_gen_params),
	KUNIT_CASE_PARAM(map_large_over_empty_table, pgtable_format_gen_params),
	{}
};

static struct kunit_suite io_pgtable_suite = {
	.name		= "io_pgtable",
	.test_cases	= io_pgtable_cases,
};

kunit_test_suite(io_pgtable_suite);

MODULE_DESCRIPTION("KUnit tests of unmapping what is not mapped");
MODULE_LICENSE("GPL");
