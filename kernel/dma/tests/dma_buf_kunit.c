// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of dma_buf_phys_vec_to_sgt(): the importer's device finds each
 * byte of the ranges in its place, by whichever way it reaches the exporter.
 */
#include <linux/dma-buf-mapping.h>
#include <linux/dma-resv.h>
#include <linux/iommu.h>
#include <linux/pci-p2pdma.h>
#include <kunit/dma.h>
#include <kunit/static_stub.h>
#include "dma_iova_kunit.h"

#define BUF_VECS	4
#define BUF_BUS_OFFSET	(-(u64)SZ_256M)
#define BUF_DIR		DMA_BIDIRECTIONAL

/* An importer of which the test says how it reaches the exporter */
struct buf_world {
	struct dma_buf dmabuf;
	struct dma_resv resv;
	struct dma_buf_attachment attach;
	struct p2pdma_provider provider;
	struct phys_vec vec[BUF_VECS];
	unsigned int nr;
	size_t size;
};

static enum pci_p2pdma_map_type buf_type;

static enum pci_p2pdma_map_type buf_map_type(struct p2pdma_provider *provider,
					     struct device *dev)
{
	return buf_type;
}

static void buf_fini(void *resv)
{
	dma_resv_fini(resv);
}

static struct buf_world *buf_create(struct kunit *test, struct device *dev,
				    enum pci_p2pdma_map_type type)
{
	struct buf_world *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	dma_resv_init(&b->resv);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, buf_fini,
							   &b->resv));
	b->dmabuf.resv = &b->resv;
	b->attach.dmabuf = &b->dmabuf;
	b->attach.dev = dev;
	b->provider.bus_offset = BUF_BUS_OFFSET;
	buf_type = type;
	kunit_activate_static_stub(test, pci_p2pdma_map_type, buf_map_type);
	return b;
}

static void buf_add(struct buf_world *b, phys_addr_t phys, size_t len)
{
	b->vec[b->nr++] = (struct phys_vec) { phys, len };
	b->size += len;
}

static struct sg_table *buf_map(struct buf_world *b)
{
	struct sg_table *sgt;

	dma_resv_lock(&b->resv, NULL);
	sgt = dma_buf_phys_vec_to_sgt(&b->attach, &b->provider, b->vec, b->nr,
				      b->size, BUF_DIR);
	dma_resv_unlock(&b->resv);
	return sgt;
}

static void buf_unmap(struct buf_world *b, struct sg_table *sgt)
{
	dma_resv_lock(&b->resv, NULL);
	dma_buf_free_sgt(&b->attach, sgt, BUF_DIR);
	dma_resv_unlock(&b->resv);
}

/* Physical address of the importer's @addr */
static phys_addr_t buf_lookup(struct buf_world *b, dma_addr_t addr)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(b->attach.dev);

	if (buf_type == PCI_P2PDMA_MAP_BUS_ADDR)
		return addr - BUF_BUS_OFFSET;
	return domain ? iommu_iova_to_phys(domain, addr) : addr;
}

/* The physical address of the byte at @offset, by the list */
static phys_addr_t buf_at(struct buf_world *b, struct sg_table *sgt,
			  size_t offset)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (offset < sg_dma_len(sg))
			return buf_lookup(b, sg_dma_address(sg) + offset);
		offset -= sg_dma_len(sg);
	}
	return PHYS_ADDR_MAX;
}

static void buf_expect(struct kunit *test, struct buf_world *b,
		       struct sg_table *sgt)
{
	size_t total = 0, offset = 0;
	struct scatterlist *sg;
	unsigned int i;

	/* There are no pages to be found */
	KUNIT_EXPECT_EQ(test, 0, sgt->orig_nents);
	for_each_sgtable_dma_sg(sgt, sg, i) {
		KUNIT_EXPECT_NE(test, 0, sg_dma_len(sg));
		total += sg_dma_len(sg);
	}
	KUNIT_EXPECT_EQ(test, b->size, total);
	for (i = 0; i < b->nr; offset += b->vec[i++].len) {
		KUNIT_EXPECT_EQ_MSG(test, b->vec[i].paddr,
				    buf_at(b, sgt, offset), "%u", i);
		KUNIT_EXPECT_EQ_MSG(test, b->vec[i].paddr + b->vec[i].len / 2,
				    buf_at(b, sgt, offset + b->vec[i].len / 2),
				    "%u", i);
		KUNIT_EXPECT_EQ_MSG(test, b->vec[i].paddr + b->vec[i].len - 1,
				    buf_at(b, sgt, offset + b->vec[i].len - 1),
				    "%u", i);
	}
}

struct buf_case {
	const char *name;
	unsigned int nr;
	struct dma_span at[BUF_VECS];
	bool inner;		/* ranges meet within a granule */
};

static const struct buf_case buf_cases[] = {
	{ "one", 1, { { PAGE_SIZE, PAGE_SIZE } } },
	{ "one, unaligned", 1, { { 700, 5000 } } },
	{ "three apart", 3, {
		{ 0, PAGE_SIZE }, { 4 * PAGE_SIZE, 2 * PAGE_SIZE },
		{ 2 * PAGE_SIZE, PAGE_SIZE } } },
	{ "the same one twice", 2, { { 0, PAGE_SIZE }, { 0, PAGE_SIZE } } },
	{ "unaligned outside", 3, {
		{ 100, PAGE_SIZE - 100 }, { 4 * PAGE_SIZE, PAGE_SIZE },
		{ 8 * PAGE_SIZE, 17 } } },
	{ "unaligned inside", 2, {
		{ 0, 100 }, { 4 * PAGE_SIZE + 100, PAGE_SIZE } }, true },
	{ "four, unaligned", 4, {
		{ 1, 2 }, { PAGE_SIZE + 3, 4 }, { 2 * PAGE_SIZE + 5, 6 },
		{ 4 * PAGE_SIZE + 7, 2 * PAGE_SIZE } }, true },
};

static void buf_case_desc(const struct buf_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(buf_case, buf_cases, buf_case_desc);

static const enum dma_kind buf_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_BOUNCE, DMA_KIND_IOMMU_512, DMA_KIND_IOMMU_2K,
	DMA_KIND_IOMMU, DMA_KIND_UNTRUSTED,
};

static struct buf_world *buf_create_case(struct kunit *test, struct dma_world *w,
					 enum pci_p2pdma_map_type type)
{
	const struct buf_case *c = test->param_value;
	struct buf_world *b = buf_create(test, w->dev, type);
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		buf_add(b, dma_hole(test) + c->at[i].offset, c->at[i].size);
	return b;
}

static void buf_ways(struct kunit *test)
{
	static const enum pci_p2pdma_map_type types[] = {
		PCI_P2PDMA_MAP_BUS_ADDR, PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	};
	const struct buf_case *c = test->param_value;
	struct dma_world *w;
	struct buf_world *b;
	struct sg_table *sgt;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(buf_kinds); i++) {
		w = dma_world_create(test, buf_kinds[i]);
		for (j = 0; j < ARRAY_SIZE(types); j++) {
			b = buf_create_case(test, w, types[j]);
			sgt = buf_map(b);
			KUNIT_ASSERT_NOT_ERR_OR_NULL(test, sgt);
			buf_expect(test, b, sgt);
			if (!j)
				KUNIT_EXPECT_TRUE(test,
						  dma_world_has_entries(w, 0));
			/* One range of IOVA, where there can be */
			KUNIT_EXPECT_EQ(test, sgt->nents,
					j && w->iommu && !c->inner ? 1 : c->nr);
			buf_unmap(b, sgt);
			dma_world_expect_idle(w);
		}
	}
}

/* Nothing stays after a failure */
static void buf_fails(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	struct buf_world *b;
	struct sg_table *sgt;
	int after;

	for (after = 0; after < 1000; after++) {
		b = buf_create_case(test, w, PCI_P2PDMA_MAP_THRU_HOST_BRIDGE);
		w->iommu->fail_after = after;
		w->iommu->failed = false;
		sgt = buf_map(b);
		w->iommu->fail_after = -1;
		if (!w->iommu->failed)
			break;
		KUNIT_EXPECT_TRUE_MSG(test, IS_ERR(sgt), "%d", after);
		dma_world_expect_idle(w);
	}
	KUNIT_EXPECT_GT(test, after, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, sgt);
	buf_unmap(b, sgt);
	dma_world_expect_idle(w);
}

static void buf_args(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU);
	struct buf_world *b = buf_create(test, w->dev,
					 PCI_P2PDMA_MAP_THRU_HOST_BRIDGE);
	phys_addr_t phys = dma_hole(test);
	const struct {
		struct phys_vec vec[2];
		unsigned int nr;
		size_t size;
	} bad[] = {
		{ { }, 0, 0 },
		{ { { phys, 0 } }, 1, 0 },
		{ { { phys, SZ_4K }, { phys, 0 } }, 2, SZ_4K },
		{ { { phys, SZ_4K } }, 1, SZ_8K },
		{ { { phys, SZ_8K } }, 1, SZ_4K },
		{ { { PHYS_ADDR_MAX - SZ_4K + 1, SZ_8K } }, 1, SZ_8K },
		{ { { phys, SIZE_MAX }, { phys, SZ_8K + 1 } }, 2, SZ_8K },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memcpy(b->vec, bad[i].vec, sizeof(bad[i].vec));
		b->nr = bad[i].nr;
		b->size = bad[i].size;
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL, PTR_ERR(buf_map(b)), "%d", i);
		dma_world_expect_idle(w);
	}
	b = buf_create(test, w->dev, PCI_P2PDMA_MAP_NOT_SUPPORTED);
	buf_add(b, phys, SZ_4K);
	KUNIT_EXPECT_EQ(test, -EINVAL, PTR_ERR(buf_map(b)));
	dma_world_expect_idle(w);
}

#ifdef CONFIG_64BIT
#define GIB(n)	((size_t)(n) * SZ_1G)

struct buf_large {
	const char *name;
	unsigned int nr;
	size_t len[BUF_VECS];
	unsigned int each, all;		/* entries */
};

static const struct buf_large buf_larges[] = {
	{ "2 GiB", 1, { GIB(2) }, 1, 1 },
	{ "2 GiB and a page", 1, { GIB(2) + PAGE_SIZE }, 2, 2 },
	{ "4 GiB less a byte", 1, { GIB(4) - 1 }, 2, 2 },
	{ "4 GiB", 1, { GIB(4) }, 2, 2 },
	{ "5 GiB", 1, { GIB(5) }, 3, 3 },
	{ "9 GiB", 1, { GIB(9) }, 5, 5 },
	{ "9 GiB and a byte", 1, { GIB(9) + 1 }, 5, 5 },
	{ "4, 5 and 9 GiB", 3, { GIB(4), GIB(5), GIB(9) }, 10, 9 },
	{ "a page, 4 GiB, a page", 3, { PAGE_SIZE, GIB(4), PAGE_SIZE }, 4, 3 },
};

static void buf_large_desc(const struct buf_large *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(buf_large, buf_larges, buf_large_desc);

static void buf_try_large(struct kunit *test, struct device *dev,
			  enum pci_p2pdma_map_type type, unsigned int nents)
{
	const struct buf_large *c = test->param_value;
	struct buf_world *b = buf_create(test, dev, type);
	struct sg_table *sgt;
	unsigned int i;

	/* Backwards, so that none adjoins the next */
	for (i = 0; i < c->nr; i++)
		buf_add(b, dma_hole(test) + (c->nr - i) * GIB(32), c->len[i]);
	sgt = buf_map(b);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, sgt);
	KUNIT_EXPECT_EQ(test, nents, sgt->nents);
	buf_expect(test, b, sgt);
	buf_unmap(b, sgt);
}

static void buf_large(struct kunit *test)
{
	const struct buf_large *c = test->param_value;
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct device *dev;
	int vec;

	buf_try_large(test, w->dev, PCI_P2PDMA_MAP_BUS_ADDR, c->each);
	buf_try_large(test, w->dev, PCI_P2PDMA_MAP_THRU_HOST_BRIDGE, c->each);
	dma_world_expect_idle(w);
	for (vec = 0; vec < 2; vec++) {
		dma_large_create(test, vec, &dev);
		buf_try_large(test, dev, PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
			      c->all);
		KUNIT_EXPECT_TRUE(test, dma_large_idle());
	}
}
#endif

static struct kunit_case dma_buf_cases[] = {
	KUNIT_CASE_PARAM(buf_ways, buf_case_gen_params),
	KUNIT_CASE_PARAM(buf_fails, buf_case_gen_params),
	KUNIT_CASE(buf_args),
#ifdef CONFIG_64BIT
	KUNIT_CASE_PARAM(buf_large, buf_large_gen_params),
#endif
	{}
};

static struct kunit_suite dma_buf_suite = {
	.name		= "dma_buf_mapping",
	.test_cases	= dma_buf_cases,
};

kunit_test_suite(dma_buf_suite);
