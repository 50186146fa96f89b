// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses that an IOMMU must refuse to QEMU's edu device: against the direction
 * of a mapping, after its unmap and, if it is untrusted, around it.
 *
 * Faults that the IOMMU must report are announced in the log, right before they
 * are provoked, by a line "expect-report: N REGEX" for the test harness.
 */
#include <linux/iommu.h>
#include <linux/string.h>
#include "edu_kunit.h"

/* An aligned word is what makes one report, and not one for each part of it */
#define EDU_FAULT_AT	(PAGE_SIZE + 8)
#define EDU_FAULT_LEN	4

static void edu_expect_not_read(struct kunit *test, struct edu *edu,
				const u8 *secret, size_t len)
{
	struct edu_region *r = edu_region(test, LOW);
	size_t i;

	edu_store(test, edu, r, len);
	for (i = 0; i < len && r->mem[i] != secret[i]; i++)
		;
	KUNIT_EXPECT_EQ_MSG(test, i, len, "the device has byte %zu", i);
}

static void edu_test_no_write_to_device(struct kunit *test)
{
	struct edu *edu = edu_pick_iommu(test);
	struct edu_region *r = edu_region(test, HIGH);
	struct edu_map *m;

	edu_region_fill(r);
	edu_load(test, edu, r, EDU_FAULT_LEN);
	m = edu_map(test, edu, r, EDU_FAULT_AT, EDU_FAULT_LEN, DMA_TO_DEVICE);
	edu_announce_fault(test, edu);
	edu_write(test, m, 0, EDU_FAULT_LEN);
	edu_await_fault();
	edu_unmap(test, m);
	edu_region_check(test, r);
}

/* VT-d's driver and Arm's page tables let a device read all that it may write */
static struct edu *edu_pick_write_only(struct kunit *test)
{
	struct edu *edu = edu_pick_iommu(test);

	if (edu_iommu_is(edu, "dmar") || edu_iommu_is(edu, "smmu"))
		kunit_skip(test, "this IOMMU has no mappings that are write only");
	return edu;
}

static void edu_test_no_read_from_device(struct kunit *test)
{
	struct edu *edu = edu_pick_write_only(test);
	struct edu_region *guard = edu_region(test, LOW);
	struct edu_region *r = edu_region(test, HIGH);
	struct edu_map *m;

	edu_load(test, edu, guard, EDU_FAULT_LEN);
	edu_region_fill(r);
	m = edu_map(test, edu, r, EDU_FAULT_AT, EDU_FAULT_LEN, DMA_FROM_DEVICE);
	edu_announce_fault(test, edu);
	edu_read(test, m, 0, EDU_FAULT_LEN);
	edu_await_fault();
	edu_unmap(test, m);
	edu_expect_not_read(test, edu, r->mem + EDU_FAULT_AT, EDU_FAULT_LEN);
}

/* It has read there before the unmap, so the IOMMU knew the way by heart */
static void edu_test_no_read_after_unmap(struct kunit *test)
{
	struct edu *edu = edu_pick_strict(test);
	struct edu_region *r = edu_region(test, HIGH);
	struct edu_map *m;

	edu_region_fill(r);
	m = edu_map(test, edu, r, EDU_FAULT_AT, EDU_FAULT_LEN, DMA_TO_DEVICE);
	edu_read(test, m, 0, EDU_FAULT_LEN);
	edu_unmap(test, m);

	edu_region_guard(r);
	edu_announce_fault(test, edu);
	edu_read(test, m, 0, EDU_FAULT_LEN);
	edu_await_fault();
	edu_expect_not_read(test, edu, r->mem + EDU_FAULT_AT, EDU_FAULT_LEN);
}

static void edu_test_no_write_after_unmap(struct kunit *test)
{
	struct edu *edu = edu_pick_strict(test);
	struct edu_region *src = edu_region(test, LOW);
	struct edu_region *r = edu_region(test, HIGH);
	struct edu_map *m;

	edu_region_fill(src);
	edu_load(test, edu, src, EDU_FAULT_LEN);
	m = edu_map(test, edu, r, EDU_FAULT_AT, EDU_FAULT_LEN, DMA_FROM_DEVICE);
	edu_write(test, m, 0, EDU_FAULT_LEN);
	edu_unmap(test, m);
	edu_region_want(r, EDU_FAULT_AT, src->mem, EDU_FAULT_LEN);
	edu_region_check(test, r);

	edu_region_guard(r);
	edu_announce_fault(test, edu);
	edu_write(test, m, 0, EDU_FAULT_LEN);
	edu_await_fault();
	edu_region_check(test, r);
}

/* ---- an untrusted device ---- */

static const struct edu_untrusted_param {
	const char	*desc;
	unsigned int	min_align_mask;
} edu_untrusted_params[] = {
	{ "from the beginning of a page", 0 },
	{ "offset kept", SZ_4K - 1 },
};

KUNIT_ARRAY_PARAM_DESC(edu_untrusted, edu_untrusted_params, desc);

static void edu_min_align_action(void *dev)
{
	dma_set_min_align_mask(dev, 0);
}

static struct edu *edu_pick_untrusted_aligned(struct kunit *test)
{
	const struct edu_untrusted_param *p = test->param_value;
	struct edu *edu = edu_pick_untrusted(test);

	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test,
							   edu_min_align_action,
							   edu_dev(edu)));
	dma_set_min_align_mask(edu_dev(edu), p->min_align_mask);
	return edu;
}

#define EDU_ODD_AT	0x123
#define EDU_ODD_LEN	0x456

/* How much of the page that the device can reach is before what it should */
static size_t edu_padding(struct kunit *test, struct edu_map *m)
{
	const struct edu_untrusted_param *p = test->param_value;
	size_t padding = m->addr & (SZ_4K - 1);

	KUNIT_EXPECT_EQ(test, padding, EDU_ODD_AT & p->min_align_mask);
	return padding;
}

/* It reads nothing but zeroes in the page around the mapping */
static void edu_test_untrusted_read(struct kunit *test)
{
	struct edu *edu = edu_pick_untrusted_aligned(test);
	struct edu_region *src = edu_region(test, HIGH);
	struct edu_region *dst = edu_region(test, LOW);
	struct edu_map *m;
	size_t padding;

	edu_region_fill(src);
	m = edu_map(test, edu, src, PAGE_SIZE + EDU_ODD_AT, EDU_ODD_LEN,
		    DMA_TO_DEVICE);
	padding = edu_padding(test, m);
	edu_read(test, m, -padding, EDU_BUF_SIZE);
	edu_unmap(test, m);

	edu_store(test, edu, dst, EDU_BUF_SIZE);
	memset(dst->want, 0, EDU_BUF_SIZE);
	edu_region_want(dst, padding, src->mem + PAGE_SIZE + EDU_ODD_AT,
			EDU_ODD_LEN);
	edu_region_check(test, dst);
}

/* Its writes around the mapping go nowhere */
static void edu_test_untrusted_write(struct kunit *test)
{
	struct edu *edu = edu_pick_untrusted_aligned(test);
	struct edu_region *src = edu_region(test, LOW);
	struct edu_region *dst = edu_region(test, HIGH);
	struct edu_map *m;
	size_t padding;

	edu_region_fill(src);
	edu_load(test, edu, src, EDU_BUF_SIZE);
	m = edu_map(test, edu, dst, PAGE_SIZE + EDU_ODD_AT, EDU_ODD_LEN,
		    DMA_FROM_DEVICE);
	padding = edu_padding(test, m);
	edu_write(test, m, -padding, EDU_BUF_SIZE);
	edu_unmap(test, m);

	edu_region_want(dst, PAGE_SIZE + EDU_ODD_AT, src->mem + padding,
			EDU_ODD_LEN);
	edu_region_check(test, dst);
}

static struct kunit_case edu_iommu_cases[] = {
	KUNIT_CASE(edu_test_no_write_to_device),
	KUNIT_CASE(edu_test_no_read_from_device),
	KUNIT_CASE(edu_test_no_read_after_unmap),
	KUNIT_CASE(edu_test_no_write_after_unmap),
	KUNIT_CASE_PARAM(edu_test_untrusted_read, edu_untrusted_gen_params),
	KUNIT_CASE_PARAM(edu_test_untrusted_write, edu_untrusted_gen_params),
	{ }
};

static struct kunit_suite edu_iommu_suite = {
	.name = "dma_edu_iommu",
	.suite_init = edu_kunit_suite_init,
	.init = edu_kunit_init,
	.test_cases = edu_iommu_cases,
};

kunit_test_suite(edu_iommu_suite);
