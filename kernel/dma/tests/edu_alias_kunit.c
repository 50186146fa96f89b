// SPDX-License-Identifier: GPL-2.0
/*
 * Aliases that two of QEMU's edu devices use: one writes through the address
 * that the memory was allocated or mapped with, the other reads through the
 * alias. Behind an IOMMU, each has a domain of its own.
 *
 * A fault that the IOMMU must report is announced in the log, right before it is
 * provoked, by a line "expect-report: N REGEX" for the test harness.
 */
#include <linux/delay.h>
#include <linux/dma-alias.h>
#include <linux/iommu.h>
#include <linux/iommu-dma.h>
#include <linux/string.h>
#include "edu_kunit.h"

/* Across the border of two pages, which need not be next to each other */
#define ALIAS_SIZE	(4 * PAGE_SIZE)
#define ALIAS_AT	(2 * PAGE_SIZE - 1000)
#define ALIAS_LEN	3000

static void edu_alias_unmap_action(void *alias)
{
	dma_alias_unmap(alias);
}

/* It is unmapped after the case, if not by the case */
static int edu_alias_map(struct kunit *test, struct dma_alias *alias,
			 struct edu *edu, struct edu *owner, dma_addr_t addr,
			 size_t size)
{
	int ret = dma_alias_map(alias, edu_dev(edu), edu_dev(owner), addr, size,
				DMA_BIDIRECTIONAL);

	if (ret)
		return ret;
	return kunit_add_action_or_reset(test, edu_alias_unmap_action, alias);
}

static void edu_alias_unmap(struct kunit *test, struct dma_alias *alias)
{
	kunit_release_action(test, edu_alias_unmap_action, alias);
}

/* Memory of a device, in single pages where its IOMMU makes them one */
struct edu_alias_mem {
	struct device	*dev;
	void		*mem;
	dma_addr_t	addr;
};

static void edu_alias_free(void *data)
{
	struct edu_alias_mem *m = data;

	dma_free_attrs(m->dev, ALIAS_SIZE, m->mem, m->addr,
		       DMA_ATTR_ALLOC_SINGLE_PAGES);
}

static dma_addr_t edu_alias_alloc(struct kunit *test, struct edu *edu)
{
	struct edu_alias_mem *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->dev = edu_dev(edu);
	m->mem = dma_alloc_attrs(m->dev, ALIAS_SIZE, &m->addr, GFP_KERNEL,
				 DMA_ATTR_ALLOC_SINGLE_PAGES);
	KUNIT_ASSERT_NOT_NULL(test, m->mem);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, edu_alias_free, m));
	return m->addr;
}

/* @from writes data at one address, @to reads it at the other */
static void edu_alias_copy(struct kunit *test, struct edu *from,
			   dma_addr_t from_addr, struct edu *to,
			   dma_addr_t to_addr, size_t len)
{
	struct edu_region *src = edu_region(test, LOW);
	struct edu_region *dst = edu_region(test, LOW);

	edu_region_fill(src);
	edu_load(test, from, src, len);
	KUNIT_ASSERT_EQ(test, 0, edu_dma_from_device(from, from_addr, 0, len));
	KUNIT_ASSERT_EQ(test, 0, edu_dma_to_device(to, to_addr, 0, len));
	edu_store(test, to, dst, len);
	edu_region_want(dst, 0, src->mem, len);
	edu_region_check(test, dst);
}

/* Memory that the narrow device can reach, both ways */
static void edu_test_alias(struct kunit *test)
{
	struct edu *owner = edu_pick(test, NARROW);
	struct edu *other = edu_pick(test, WIDE);
	dma_addr_t addr = edu_alias_alloc(test, owner);
	struct dma_alias alias;

	KUNIT_ASSERT_EQ(test, 0, edu_alias_map(test, &alias, other, owner, addr,
					       ALIAS_SIZE));
	edu_alias_copy(test, owner, addr + ALIAS_AT, other,
		       alias.addr + ALIAS_AT, ALIAS_LEN);
	edu_alias_copy(test, other, alias.addr + 5, owner, addr + 5, 100);
	edu_alias_unmap(test, &alias);
}

/*
 * A buffer that the narrow device reaches by an IOMMU, or if the wide one has it
 * bounced: then both use the bounce buffer
 */
static void edu_test_alias_buffer(struct kunit *test)
{
	struct edu *owner = edu_pick(test, WIDE);
	struct edu *other = edu_pick(test, NARROW);
	struct edu_region *r = edu_region(test, HIGH);
	struct edu_map *m = edu_map(test, owner, r, 0, PAGE_SIZE,
				    DMA_BIDIRECTIONAL);
	struct dma_alias alias;
	int ret;

	ret = edu_alias_map(test, &alias, other, owner, m->addr, PAGE_SIZE);
	if (!use_dma_iommu(edu_dev(other)) && !m->bounced) {
		KUNIT_EXPECT_EQ(test, -ENXIO, ret);
		return;
	}
	KUNIT_ASSERT_EQ(test, 0, ret);
	KUNIT_EXPECT_LE(test, alias.addr + PAGE_SIZE - 1, edu_mask(other));
	edu_alias_copy(test, owner, m->addr + 77, other, alias.addr + 77, 1000);
	edu_alias_copy(test, other, alias.addr, owner, m->addr, 2000);
	edu_alias_unmap(test, &alias);
}

/* The other device has lost access, and the owner has not */
static void edu_test_alias_unmapped(struct kunit *test)
{
	struct edu *other = edu_pick_strict(test);
	struct edu *owner = edu_pick(test, NARROW);
	struct edu_region *secret = edu_region(test, LOW);
	struct edu_region *dst = edu_region(test, LOW);
	struct dma_alias alias;
	dma_addr_t addr;

	if (iommu_get_domain_for_dev(edu_dev(owner)) ==
	    iommu_get_domain_for_dev(edu_dev(other)))
		kunit_skip(test, "the devices share an IOMMU domain");
	addr = edu_alias_alloc(test, owner);
	KUNIT_ASSERT_EQ(test, 0, edu_alias_map(test, &alias, other, owner, addr,
					       ALIAS_SIZE));
	edu_alias_copy(test, owner, addr, other, alias.addr, 4);
	edu_alias_unmap(test, &alias);

	edu_region_fill(secret);
	edu_load(test, owner, secret, 4);
	KUNIT_ASSERT_EQ(test, 0, edu_dma_from_device(owner, addr, 0, 4));
	/* VT-d's driver reports only the first of the faults of five seconds */
	msleep(5500);
	edu_announce_fault(test, other);
	KUNIT_ASSERT_EQ(test, 0, edu_dma_to_device(other, alias.addr, 0, 4));
	edu_await_fault();
	edu_store(test, other, dst, 4);
	KUNIT_EXPECT_TRUE(test, memcmp(dst->mem, secret->mem, 4));
	edu_alias_copy(test, owner, addr, owner, addr, 4);
}

static struct kunit_case edu_alias_cases[] = {
	KUNIT_CASE(edu_test_alias),
	KUNIT_CASE(edu_test_alias_buffer),
	KUNIT_CASE(edu_test_alias_unmapped),
	{ }
};

static struct kunit_suite edu_alias_suite = {
	.name = "dma_edu_alias",
	.suite_init = edu_kunit_suite_init,
	.init = edu_kunit_init,
	.test_cases = edu_alias_cases,
};

kunit_test_suite(edu_alias_suite);
