// SPDX-License-Identifier: GPL-2.0
/*
 * Bounce buffers and syncs, with QEMU's edu device: what bounces, how much, and
 * when it is copied.
 */
#include <linux/dma-mapping.h>
#include <linux/iommu-dma.h>
#include <linux/swiotlb.h>
#include "edu_kunit.h"

/* ---- sync ---- */

static void edu_unmap_phys_nosync(struct device *dev, dma_addr_t addr,
				  size_t len, enum dma_data_direction dir)
{
	dma_unmap_phys(dev, addr, len, dir, DMA_ATTR_SKIP_CPU_SYNC);
}

static const struct edu_call call_phys_nosync = {
	"phys without a copy back", edu_map_phys, edu_unmap_phys_nosync
};

struct edu_sync_param {
	const char	*desc;
	enum edu_which	which;
	bool		untrusted;
};

static const struct edu_sync_param edu_sync_params[] = {
	{ "wide", WIDE },
	{ "narrow", NARROW },
	{ "untrusted", WIDE, true },
};

KUNIT_ARRAY_PARAM_DESC(edu_sync, edu_sync_params, desc);

static struct edu *edu_pick_sync(struct kunit *test)
{
	const struct edu_sync_param *p = test->param_value;

	return p->untrusted ? edu_pick_untrusted(test) :
			      edu_pick(test, p->which);
}

/*
 * The device reads the CPU's changes after a sync for the device, the CPU
 * reads what the device has written after a sync for the CPU, and of a bounced
 * mapping only that.
 */
static void edu_test_sync(struct kunit *test)
{
	struct edu *edu = edu_pick_sync(test);
	struct edu_region *r = edu_region(test, HIGH);
	size_t offset = PAGE_SIZE - 1001, len = 3003;
	u8 *mem = r->mem + offset;
	u8 *data = kunit_kmalloc(test, len, GFP_KERNEL);
	struct edu_map *m;

	KUNIT_ASSERT_NOT_NULL(test, data);
	edu_fill_data(mem, len);
	memcpy(data, mem, len);
	m = edu_map(test, edu, r, offset, len, DMA_BIDIRECTIONAL);

	/* The CPU writes 600 bytes, and the device reads all */
	edu_fill_data(mem + 701, 600);
	memcpy(data + 701, mem + 701, 600);
	dma_sync_single_range_for_device(edu_dev(edu), m->addr, 701, 600,
					 DMA_BIDIRECTIONAL);
	edu_read(test, m, 0, len);

	/* The device writes all of that, and the CPU looks at 1500 bytes */
	edu_region_guard(r);
	edu_write(test, m, 0, len);
	dma_sync_single_range_for_cpu(edu_dev(edu), m->addr, 51, 1500,
				      DMA_BIDIRECTIONAL);
	if (m->bounced)
		edu_region_want(r, offset + 51, data + 51, 1500);
	else
		edu_region_want(r, offset, data, len);
	edu_region_check(test, r);

	edu_unmap(test, m);
	edu_region_want(r, offset, data, len);
	edu_region_check(test, r);
}

/* Bytes that the device did not write are still there after the unmap */
static void edu_test_partial_write(struct kunit *test)
{
	struct edu *edu = edu_pick_sync(test);
	struct edu_region *src = edu_region(test, LOW);
	struct edu_region *dst = edu_region(test, HIGH);
	struct edu_map *m;

	edu_region_fill(src);
	edu_load(test, edu, src, 100);
	m = edu_map(test, edu, dst, 33, 3000, DMA_FROM_DEVICE);
	edu_write(test, m, 1234, 100);
	edu_unmap(test, m);

	edu_region_want(dst, 33 + 1234, src->mem, 100);
	edu_region_check(test, dst);
}

/* DMA_ATTR_SKIP_CPU_SYNC at unmap leaves what was synced before, and no more */
static void edu_test_skip_sync(struct kunit *test)
{
	struct edu *edu = edu_pick_sync(test);
	struct edu_region *src = edu_region(test, LOW);
	struct edu_region *dst = edu_region(test, HIGH);
	struct edu_map *m;

	edu_region_fill(src);
	edu_load(test, edu, src, 1000);
	m = edu_map_by(test, edu, &call_phys_nosync, edu_region_phys(dst, 55),
		       1000, DMA_FROM_DEVICE);
	edu_write(test, m, 0, 1000);
	dma_sync_single_for_cpu(edu_dev(edu), m->addr, 500, DMA_FROM_DEVICE);
	edu_unmap(test, m);

	edu_region_want(dst, 55, src->mem, m->bounced ? 500 : 1000);
	edu_region_check(test, dst);
}

/* ---- bounce buffers ---- */

static const enum edu_which edu_which_params[] = { WIDE, NARROW };

static void edu_which_desc(const enum edu_which *which, char *desc)
{
	strscpy(desc, *which == WIDE ? "wide" : "narrow", KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(edu_which, edu_which_params, edu_which_desc);

static void edu_mask_action(void *data)
{
	struct edu_ctx *ctx = data;

	dma_set_mask(edu_dev(ctx->edu[WIDE]), ctx->wide_mask);
}

/* For the rest of the case */
static void edu_set_mask_32(struct kunit *test, struct edu *edu)
{
	int ret;

	if (edu_mask(edu) <= DMA_BIT_MASK(32))
		return;
	ret = kunit_add_action_or_reset(test, edu_mask_action, test->priv);
	KUNIT_ASSERT_EQ(test, 0, ret);
	ret = dma_set_mask(edu_dev(edu), DMA_BIT_MASK(32));
	KUNIT_ASSERT_EQ(test, 0, ret);
}

/* The wide device bounces, too, if it is driven as if it were one of 32 bits */
static struct edu *edu_pick_bouncing(struct kunit *test)
{
	const enum edu_which *which = test->param_value;
	struct edu *edu = edu_pick(test, *which);

	if (use_dma_iommu(edu_dev(edu)))
		kunit_skip(test, "an IOMMU reaches all of memory");
	if (!edu_has_pool(edu_dev(edu), edu_mask(edu)))
		kunit_skip(test, "there are no bounce buffers");
	edu_set_mask_32(test, edu);
	return edu;
}

/* 2047 bytes before a page is one byte into a slot */
static void edu_test_bounce(struct kunit *test)
{
	struct edu *edu = edu_pick_bouncing(test);
	struct edu_region *src = edu_region(test, HIGH);
	struct edu_region *dst = edu_region(test, HIGH);

	KUNIT_ASSERT_TRUE(test, edu_must_bounce(edu_dev(edu), &edu_call_phys,
						edu_region_phys(src, 0), 1,
						DMA_TO_DEVICE));
	edu_copy(test, edu, &edu_call_phys, src, dst, 2 * PAGE_SIZE - 2047,
		 EDU_BUF_SIZE);
}

static void edu_test_bounce_slots(struct kunit *test)
{
	struct edu *edu = edu_pick_bouncing(test);
	struct edu_region *r = edu_region(test, HIGH);
	struct device *dev = edu_dev(edu);
	long slots = edu_slots(dev);
	struct edu_map *m;

	if (!IS_ENABLED(CONFIG_DEBUG_FS))
		kunit_skip(test, "slots are not counted without DEBUG_FS");
	m = edu_map(test, edu, r, PAGE_SIZE, 3 * IO_TLB_SIZE - 1,
		    DMA_TO_DEVICE);
	KUNIT_EXPECT_EQ(test, 3, edu_slots(dev) - slots);
	edu_unmap(test, m);
	KUNIT_EXPECT_EQ(test, 0, edu_slots(dev) - slots);
}

static struct kunit_case edu_bounce_cases[] = {
	KUNIT_CASE_PARAM(edu_test_sync, edu_sync_gen_params),
	KUNIT_CASE_PARAM(edu_test_partial_write, edu_sync_gen_params),
	KUNIT_CASE_PARAM(edu_test_skip_sync, edu_sync_gen_params),
	KUNIT_CASE_PARAM(edu_test_bounce, edu_which_gen_params),
	KUNIT_CASE_PARAM(edu_test_bounce_slots, edu_which_gen_params),
	{ }
};

static struct kunit_suite edu_bounce_suite = {
	.name = "dma_edu_bounce",
	.suite_init = edu_kunit_suite_init,
	.init = edu_kunit_init,
	.test_cases = edu_bounce_cases,
};

kunit_test_suite(edu_bounce_suite);
