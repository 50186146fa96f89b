// SPDX-License-Identifier: GPL-2.0
/*
 * A range of IOVA with linked memory, accessed by QEMU's edu device.
 *
 * Three segments that are not next to each other in memory are, for the device:
 * the first begins and the last ends within a page. It copies across the borders
 * between them, from the segments of one area to those of another, of which all
 * bytes are then compared with what should be there.
 *
 * A fault that the IOMMU must report is announced in the log, right before it is
 * provoked, by a line "expect-report: N REGEX" for the test harness.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/iommu-dma.h>
#include <linux/prandom.h>
#include "edu_kunit.h"

#define AREA_ORDER	2
#define AREA_SIZE	(PAGE_SIZE << AREA_ORDER)

static const struct {
	size_t offset;		/* in the area */
	size_t len;
} segments[] = {
	{ 2 * PAGE_SIZE + 300, PAGE_SIZE - 300 },
	{ 0, PAGE_SIZE },
	{ 3 * PAGE_SIZE, 777 },
};

#define SEGMENTS	ARRAY_SIZE(segments)
#define SEGMENTS_LEN	(2 * PAGE_SIZE - 300 + 777)

struct iova_ctx {
	struct edu *edu;
	struct device *dev;
	struct dma_iova_state state;
	size_t linked;
	enum dma_data_direction dir;
};

static void iova_destroy(void *data)
{
	struct iova_ctx *ctx = data;

	dma_iova_destroy(ctx->dev, &ctx->state, ctx->linked, ctx->dir, 0);
}

/* Pick the largest mask: another device may not reach any IOVA */
static int iova_init(struct kunit *test)
{
	struct iova_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	struct edu *edu;
	int i;

	if (!ctx)
		return -ENOMEM;
	for (i = 0; !IS_ERR(edu = edu_kunit_get(test, i)); i++)
		if (!ctx->edu || edu_mask(edu) > edu_mask(ctx->edu))
			ctx->edu = edu;
	if (!ctx->edu)
		kunit_skip(test, "no edu device");
	ctx->dev = edu_dev(ctx->edu);
	if (!use_dma_iommu(ctx->dev))
		kunit_skip(test, "the device is not behind an IOMMU");
	test->priv = ctx;
	return 0;
}

static void iova_free_area(void *area)
{
	free_pages((unsigned long)area, AREA_ORDER);
}

static u8 *iova_area(struct kunit *test, u32 seed)
{
	u8 *area = (u8 *)__get_free_pages(GFP_KERNEL, AREA_ORDER);
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, iova_free_area,
							   area));
	prandom_seed_state(&rnd, seed);
	prandom_bytes_state(&rnd, area, AREA_SIZE);
	return area;
}

static void iova_link(struct kunit *test, u8 *area, bool each)
{
	struct iova_ctx *ctx = test->priv;
	struct phys_vec vec[SEGMENTS];
	int i;

	for (i = 0; i < SEGMENTS; i++) {
		vec[i].paddr = virt_to_phys(area) + segments[i].offset;
		vec[i].len = segments[i].len;
	}
	for (i = 0; each && i < SEGMENTS; i++) {
		KUNIT_ASSERT_EQ(test, 0,
				dma_iova_link(ctx->dev, &ctx->state,
					      vec[i].paddr, ctx->linked,
					      vec[i].len, ctx->dir, 0));
		ctx->linked += vec[i].len;
	}
	if (!each) {
		KUNIT_ASSERT_EQ(test, 0,
				dma_iova_link_vec(ctx->dev, &ctx->state, vec,
						  SEGMENTS, 0, ctx->dir, 0));
		ctx->linked = SEGMENTS_LEN;
	}
}

static void iova_map(struct kunit *test, u8 *area, enum dma_data_direction dir,
		     bool each)
{
	struct iova_ctx *ctx = test->priv;
	phys_addr_t first = virt_to_phys(area) + segments[0].offset;

	ctx->dir = dir;
	ctx->linked = 0;
	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(ctx->dev, &ctx->state, first,
						   SEGMENTS_LEN));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, iova_destroy,
							   ctx));
	iova_link(test, area, each);
	KUNIT_ASSERT_EQ(test, 0, dma_iova_sync(ctx->dev, &ctx->state, 0,
					       SEGMENTS_LEN));
}

static void iova_unmap(struct kunit *test)
{
	kunit_release_action(test, iova_destroy, test->priv);
}

/* The byte of an area that the device sees at this place */
static size_t iova_byte(size_t at)
{
	int i;

	for (i = 0; at >= segments[i].len; i++)
		at -= segments[i].len;
	return segments[i].offset + at;
}

struct iova_param {
	const char *desc;
	bool each;
	bool untrusted;
	size_t at;		/* what the device copies */
	size_t len;
};

static const struct iova_param iova_params[] = {
	{ "each, beginning", true, false, 0, EDU_BUF_SIZE },
	{ "each, end", true, false, SEGMENTS_LEN - 3000, 3000 },
	{ "at once, beginning", false, false, 0, EDU_BUF_SIZE },
	{ "at once, end", false, false, SEGMENTS_LEN - 3000, 3000 },
	{ "untrusted, each, beginning", true, true, 0, EDU_BUF_SIZE },
	{ "untrusted, each, end", true, true, SEGMENTS_LEN - 3000, 3000 },
	{ "untrusted, at once, beginning", false, true, 0, EDU_BUF_SIZE },
	{ "untrusted, at once, end", false, true, SEGMENTS_LEN - 3000, 3000 },
};

KUNIT_ARRAY_PARAM_DESC(iova, iova_params, desc);

static void edu_iova_copy(struct kunit *test)
{
	const struct iova_param *p = test->param_value;
	u8 *src = iova_area(test, 1), *dst = iova_area(test, 2);
	u8 *want = kunit_kmalloc(test, AREA_SIZE, GFP_KERNEL);
	struct iova_ctx *ctx = test->priv;
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, want);
	memcpy(want, dst, AREA_SIZE);
	for (i = p->at; i < p->at + p->len; i++)
		want[iova_byte(i)] = src[iova_byte(i)];
	if (p->untrusted)
		edu_set_untrusted(test, ctx->edu);

	iova_map(test, src, DMA_TO_DEVICE, p->each);
	KUNIT_ASSERT_EQ(test, 0, edu_dma_to_device(ctx->edu,
						   ctx->state.addr + p->at, 0,
						   p->len));
	iova_unmap(test);
	iova_map(test, dst, DMA_FROM_DEVICE, p->each);
	KUNIT_ASSERT_EQ(test, 0, edu_dma_from_device(ctx->edu,
						     ctx->state.addr + p->at, 0,
						     p->len));
	iova_unmap(test);

	for (i = 0; i < AREA_SIZE && dst[i] == want[i]; i++)
		;
	KUNIT_EXPECT_EQ(test, i, AREA_SIZE);
}

/*
 * Unlinked memory is gone at once, in lazy mode, too, as something else can be
 * linked there. The device has read from it before, so the IOMMU knew the way.
 */
static void edu_iova_unlinked(struct kunit *test)
{
	u8 *src = iova_area(test, 1), *dst = iova_area(test, 2);
	struct iova_ctx *ctx = test->priv;
	size_t first = segments[0].len;
	dma_addr_t addr;

	iova_map(test, src, DMA_TO_DEVICE, false);
	addr = ctx->state.addr + first + 8;
	KUNIT_ASSERT_EQ(test, 0, edu_dma_to_device(ctx->edu, addr, 0, 4));
	dma_iova_unlink(ctx->dev, &ctx->state, first, ctx->linked - first,
			ctx->dir, 0);
	ctx->linked = first;

	memset(src, 0x5a, AREA_SIZE);
	/* VT-d's driver reports only the first of the faults of five seconds */
	msleep(5500);
	edu_announce_fault(test, ctx->edu);
	KUNIT_ASSERT_EQ(test, 0, edu_dma_to_device(ctx->edu, addr, 0, 4));
	edu_await_fault();
	iova_unmap(test);

	iova_map(test, dst, DMA_FROM_DEVICE, false);
	KUNIT_ASSERT_EQ(test, 0, edu_dma_from_device(ctx->edu, ctx->state.addr,
						     0, 4));
	iova_unmap(test);
	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(dst + segments[0].offset, 0x5a,
					       4));
}

static struct kunit_case iova_cases[] = {
	KUNIT_CASE_PARAM(edu_iova_copy, iova_gen_params),
	KUNIT_CASE(edu_iova_unlinked),
	{}
};

static struct kunit_suite iova_suite = {
	.name		= "dma_edu_iova",
	.init		= iova_init,
	.test_cases	= iova_cases,
};

kunit_test_suite(iova_suite);
