// SPDX-License-Identifier: GPL-2.0
/*
 * DMA by QEMU's edu device with every mapping call: memory across each
 * boundary, scatterlists, mappings longer than a transfer, and registers.
 */
#include <linux/dma-mapping.h>
#include <linux/iommu-dma.h>
#include <linux/scatterlist.h>
#include <linux/string.h>
#include "edu_kunit.h"

/* ---- the mapping calls ---- */

static dma_addr_t edu_map_page(struct device *dev, phys_addr_t phys, size_t len,
			       enum dma_data_direction dir)
{
	return dma_map_page(dev, pfn_to_page(PHYS_PFN(phys)),
			    offset_in_page(phys), len, dir);
}

static void edu_unmap_page(struct device *dev, dma_addr_t addr, size_t len,
			   enum dma_data_direction dir)
{
	dma_unmap_page(dev, addr, len, dir);
}

static dma_addr_t edu_map_single(struct device *dev, phys_addr_t phys,
				 size_t len, enum dma_data_direction dir)
{
	return dma_map_single(dev, phys_to_virt(phys), len, dir);
}

static void edu_unmap_single(struct device *dev, dma_addr_t addr, size_t len,
			     enum dma_data_direction dir)
{
	dma_unmap_single(dev, addr, len, dir);
}

static dma_addr_t edu_map_mmio(struct device *dev, phys_addr_t phys, size_t len,
			       enum dma_data_direction dir)
{
	return dma_map_phys(dev, phys, len, dir, DMA_ATTR_MMIO);
}

static void edu_unmap_mmio(struct device *dev, dma_addr_t addr, size_t len,
			   enum dma_data_direction dir)
{
	dma_unmap_phys(dev, addr, len, dir, DMA_ATTR_MMIO);
}

static dma_addr_t edu_map_resource(struct device *dev, phys_addr_t phys,
				   size_t len, enum dma_data_direction dir)
{
	return dma_map_resource(dev, phys, len, dir, 0);
}

static void edu_unmap_resource(struct device *dev, dma_addr_t addr, size_t len,
			       enum dma_data_direction dir)
{
	dma_unmap_resource(dev, addr, len, dir, 0);
}

static const struct edu_call call_page = {
	"page", edu_map_page, edu_unmap_page
};

static const struct edu_call call_single = {
	"single", edu_map_single, edu_unmap_single
};

static const struct edu_call call_mmio = {
	"phys with DMA_ATTR_MMIO", edu_map_mmio, edu_unmap_mmio, true
};

static const struct edu_call call_resource = {
	"resource", edu_map_resource, edu_unmap_resource, true
};

/* ---- memory, every boundary ---- */

struct edu_copy_param {
	const char	*desc;
	enum edu_which	which;
	enum edu_place	from, to;
	size_t		offset;		/* from a page boundary */
	size_t		len;
};

static const struct edu_copy_param edu_copy_params[] = {
	{ "one byte, first of a page", WIDE, HIGH, LOW, 0, 1 },
	{ "one byte, last of a page", WIDE, LOW, HIGH, PAGE_SIZE - 1, 1 },
	{ "two bytes of two pages", WIDE, HIGH, HIGH, PAGE_SIZE - 1, 2 },
	{ "to the end of a page", WIDE, LOW, HIGH, 1, EDU_BUF_SIZE },
	{ "across a bounce slot", WIDE, HIGH, LOW, SZ_2K - 1, 3 },
	{ "odd, across a page", WIDE, HIGH, HIGH, PAGE_SIZE - 1021, 2043 },
	{ "all of the buffer", WIDE, LOW, LOW, 0, EDU_BUF_SIZE },
	{ "all of it, odd", WIDE, HIGH, HIGH, PAGE_SIZE - 1365, EDU_BUF_SIZE },
	{ "narrow, one byte", NARROW, HIGH, HIGH, PAGE_SIZE - 1, 1 },
	{ "narrow, two pages", NARROW, LOW, HIGH, PAGE_SIZE - 1, 2 },
	{ "narrow, all", NARROW, HIGH, LOW, PAGE_SIZE - 1365, EDU_BUF_SIZE },
};

KUNIT_ARRAY_PARAM_DESC(edu_copy, edu_copy_params, desc);

static void edu_test_copy(struct kunit *test)
{
	const struct edu_copy_param *p = test->param_value;
	struct edu *edu = edu_pick(test, p->which);

	edu_copy(test, edu, &edu_call_phys, edu_region(test, p->from),
		 edu_region(test, p->to), PAGE_SIZE + p->offset, p->len);
}

/* ---- every call ---- */

struct edu_call_param {
	const char		*desc;
	enum edu_which		which;
	const struct edu_call	*call;
};

static const struct edu_call_param edu_call_params[] = {
	{ "page", WIDE, &call_page },
	{ "single", WIDE, &call_single },
	{ "phys", WIDE, &edu_call_phys },
	{ "narrow, page", NARROW, &call_page },
	{ "narrow, single", NARROW, &call_single },
	{ "narrow, phys", NARROW, &edu_call_phys },
};

KUNIT_ARRAY_PARAM_DESC(edu_call, edu_call_params, desc);

static void edu_test_call(struct kunit *test)
{
	const struct edu_call_param *p = test->param_value;
	struct edu *edu = edu_pick(test, p->which);

	edu_copy(test, edu, p->call, edu_region(test, HIGH),
		 edu_region(test, LOW), 2 * PAGE_SIZE - 77, 333);
}

/* ---- scatterlists ---- */

/* The first two meet at a page boundary, where an IOMMU makes them one */
static const struct edu_seg {
	enum edu_place	place;
	size_t		offset;
	size_t		len;
} edu_segs[] = {
	{ LOW, PAGE_SIZE - 96, 96 },
	{ LOW, PAGE_SIZE, 512 },
	{ HIGH, PAGE_SIZE + 1, 1 },
	{ HIGH, 2 * PAGE_SIZE - 100, 700 },
	{ LOW, 3 * PAGE_SIZE - 1, 1000 },
};

#define EDU_NR_SEGS	ARRAY_SIZE(edu_segs)

struct edu_sg {
	struct edu_region	*region[2];
	struct scatterlist	sgl[EDU_NR_SEGS];
	struct device		*dev;
	enum dma_data_direction	dir;
};

static struct edu_sg *edu_sg(struct kunit *test, struct edu *edu,
			     enum dma_data_direction dir)
{
	struct edu_sg *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->dev = edu_dev(edu);
	s->dir = dir;
	s->region[LOW] = edu_region(test, LOW);
	s->region[HIGH] = edu_region(test, HIGH);
	sg_init_table(s->sgl, EDU_NR_SEGS);
	for (i = 0; i < EDU_NR_SEGS; i++)
		sg_set_buf(&s->sgl[i], s->region[edu_segs[i].place]->mem +
			   edu_segs[i].offset, edu_segs[i].len);
	return s;
}

static void edu_sg_unmap_action(void *data)
{
	struct edu_sg *s = data;

	dma_unmap_sg(s->dev, s->sgl, EDU_NR_SEGS, s->dir);
}

/* Maps, moves each segment that the device sees, and unmaps */
static void edu_sg_transfer(struct kunit *test, struct edu *edu,
			    struct edu_sg *s)
{
	struct scatterlist *sg;
	unsigned int where = 0;
	int i, n, ret;

	n = dma_map_sg(s->dev, s->sgl, EDU_NR_SEGS, s->dir);
	KUNIT_ASSERT_GT(test, n, 0);
	ret = kunit_add_action_or_reset(test, edu_sg_unmap_action, s);
	KUNIT_ASSERT_EQ(test, 0, ret);
	for_each_sg(s->sgl, sg, n, i) {
		if (s->dir == DMA_TO_DEVICE)
			ret = edu_dma_to_device(edu, sg_dma_address(sg), where,
						sg_dma_len(sg));
		else
			ret = edu_dma_from_device(edu, sg_dma_address(sg),
						  where, sg_dma_len(sg));
		KUNIT_ASSERT_EQ(test, 0, ret);
		where += sg_dma_len(sg);
	}
	kunit_release_action(test, edu_sg_unmap_action, s);
}

static void edu_sg_check(struct kunit *test, struct edu_sg *s)
{
	edu_region_check(test, s->region[LOW]);
	edu_region_check(test, s->region[HIGH]);
}

static void edu_test_sg(struct kunit *test)
{
	const enum edu_which *which = test->param_value;
	struct edu *edu = edu_pick(test, *which);
	struct edu_sg *src = edu_sg(test, edu, DMA_TO_DEVICE);
	struct edu_sg *dst = edu_sg(test, edu, DMA_FROM_DEVICE);
	int i;

	edu_region_fill(src->region[LOW]);
	edu_region_fill(src->region[HIGH]);
	for (i = 0; i < EDU_NR_SEGS; i++)
		edu_region_want(dst->region[edu_segs[i].place],
				edu_segs[i].offset, sg_virt(&src->sgl[i]),
				edu_segs[i].len);

	edu_sg_transfer(test, edu, src);
	edu_sg_transfer(test, edu, dst);
	edu_sg_check(test, src);
	edu_sg_check(test, dst);
}

static const enum edu_which edu_which_params[] = { WIDE, NARROW };

static void edu_which_desc(const enum edu_which *which, char *desc)
{
	strscpy(desc, *which == WIDE ? "wide" : "narrow", KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(edu_which, edu_which_params, edu_which_desc);

/* ---- more than the device takes in one transfer ---- */

/* The device is at both ends of a mapping of several pages */
static void edu_test_large(struct kunit *test)
{
	const enum edu_which *which = test->param_value;
	struct edu *edu = edu_pick(test, *which);
	struct edu_region *r = edu_region(test, HIGH);
	size_t len = r->size - 2 * 9;
	struct edu_map *m;

	edu_region_fill(r);
	m = edu_map(test, edu, r, 9, len, DMA_BIDIRECTIONAL);
	edu_read(test, m, len - 99, 99);
	edu_write(test, m, 0, 99);
	edu_unmap(test, m);

	edu_region_want(r, 9, r->want + 9 + len - 99, 99);
	edu_region_check(test, r);
}

/* ---- registers ---- */

struct edu_mmio_param {
	const char		*desc;
	const struct edu_call	*call;
	bool			peer;		/* or its own */
	bool			untrusted;
};

static const struct edu_mmio_param edu_mmio_params[] = {
	{ "phys, own BAR", &call_mmio },
	{ "phys, BAR of a peer", &call_mmio, true },
	{ "resource, BAR of a peer", &call_resource, true },
	{ "phys, untrusted", &call_mmio, false, true },
};

KUNIT_ARRAY_PARAM_DESC(edu_mmio, edu_mmio_params, desc);

static struct edu_map *edu_map_reg(struct kunit *test, struct edu *edu,
				   struct edu *target, unsigned int reg,
				   enum dma_data_direction dir)
{
	const struct edu_mmio_param *p = test->param_value;
	phys_addr_t bar = pci_resource_start(edu_pdev(target), 0);

	return edu_map_by(test, edu, p->call, bar + reg, sizeof(u32), dir);
}

static struct edu *edu_pick_mmio(struct kunit *test)
{
	const struct edu_mmio_param *p = test->param_value;
	struct edu *edu = p->untrusted ? edu_pick_untrusted(test) :
					 edu_pick(test, WIDE);

	if (!use_dma_iommu(edu_dev(edu)) &&
	    pci_resource_end(edu_pdev(edu), 0) > edu_mask(edu))
		kunit_skip(test, "a BAR is out of the device's reach");
	return edu;
}

/* The device reads the id register of another, and then writes and reads one */
static void edu_test_mmio(struct kunit *test)
{
	const struct edu_mmio_param *p = test->param_value;
	struct edu *edu = edu_pick_mmio(test);
	struct edu *target = p->peer ? edu_pick(test, NARROW) : edu;
	struct edu_region *r = edu_region(test, LOW);
	__le32 *val = (__le32 *)r->mem;
	struct edu_map *m;

	m = edu_map_reg(test, edu, target, EDU_REG_ID, DMA_TO_DEVICE);
	edu_read(test, m, 0, sizeof(*val));
	edu_unmap(test, m);
	edu_store(test, edu, r, sizeof(*val));
	KUNIT_EXPECT_EQ(test, le32_to_cpu(*val), EDU_ID);

	edu_writel(target, 0, EDU_REG_LIVE);
	m = edu_map_reg(test, edu, target, EDU_REG_LIVE, DMA_BIDIRECTIONAL);
	edu_write(test, m, 0, sizeof(*val));
	KUNIT_EXPECT_EQ(test, edu_readl(target, EDU_REG_LIVE), ~EDU_ID);
	edu_read(test, m, 0, sizeof(*val));
	edu_unmap(test, m);
	edu_store(test, edu, r, sizeof(*val));
	KUNIT_EXPECT_EQ(test, le32_to_cpu(*val), ~EDU_ID);
}

static struct kunit_case edu_cases[] = {
	KUNIT_CASE_PARAM(edu_test_copy, edu_copy_gen_params),
	KUNIT_CASE_PARAM(edu_test_call, edu_call_gen_params),
	KUNIT_CASE_PARAM(edu_test_sg, edu_which_gen_params),
	KUNIT_CASE_PARAM(edu_test_large, edu_which_gen_params),
	KUNIT_CASE_PARAM(edu_test_mmio, edu_mmio_gen_params),
	{ }
};

static struct kunit_suite edu_suite = {
	.name = "dma_edu",
	.suite_init = edu_kunit_suite_init,
	.init = edu_kunit_init,
	.test_cases = edu_cases,
};

kunit_test_suite(edu_suite);
