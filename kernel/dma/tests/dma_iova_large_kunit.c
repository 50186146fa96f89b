// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of two-step mappings and ranges of physical addresses that are
 * longer than 32 bits can tell, as the BAR of a peer can be.
 *
 * The mock IOMMU has an entry for each granule, which would be millions. Here
 * its page table is replaced by a list of the longest pieces that are contiguous
 * on both sides. The addresses are no memory and are never accessed.
 */
#include <linux/iommu.h>
#include <kunit/dma.h>
#include "dma_iova_kunit.h"

#define LARGE_VECS	3
#define LARGE_PIECES	8

struct large_piece {
	unsigned long iova;
	phys_addr_t phys;
	size_t size;
};

static struct large_piece large_pieces[LARGE_PIECES];
static unsigned int large_nr;
static unsigned int large_vecs;		/* calls of .map_vec */
static size_t large_page;		/* from which on they are not for it */

static int large_add(unsigned long iova, phys_addr_t phys, size_t size)
{
	struct large_piece *p = large_pieces + large_nr - 1;

	if (large_nr && p->iova + p->size == iova &&
	    p->phys + p->size == phys) {
		p->size += size;
		return 0;
	}
	if (large_nr == LARGE_PIECES)
		return -ENOMEM;
	large_pieces[large_nr++] = (struct large_piece) { iova, phys, size };
	return 0;
}

static int large_map_pages(struct iommu_domain *domain, unsigned long iova,
			   phys_addr_t phys, size_t pgsize, size_t pgcount,
			   int prot, gfp_t gfp, size_t *mapped)
{
	int ret = large_add(iova, phys, pgsize * pgcount);

	if (!ret)
		*mapped += pgsize * pgcount;
	return ret;
}

static int large_map_vec(struct iommu_domain *domain, unsigned long iova,
			 const struct phys_vec *vec, unsigned int nr, int prot,
			 gfp_t gfp, size_t *mapped)
{
	size_t granule = BIT(__ffs(domain->pgsize_bitmap)), size;
	phys_addr_t phys;
	int ret;

	large_vecs++;
	for (; nr; nr--, vec++) {
		if (vec->len >= large_page)
			return -EINVAL;
		phys = ALIGN_DOWN(vec->paddr, granule);
		size = ALIGN(vec->paddr + vec->len, granule) - phys;
		ret = large_add(iova + *mapped, phys, size);
		if (ret)
			return ret;
		*mapped += size;
	}
	return 0;
}

static struct large_piece *large_find(unsigned long iova)
{
	struct large_piece *p;

	for (p = large_pieces; p < large_pieces + large_nr; p++)
		if (iova - p->iova < p->size)
			return p;
	return NULL;
}

/* Up to the end of a piece, of which two can be left */
static size_t large_unmap_pages(struct iommu_domain *domain, unsigned long iova,
				size_t pgsize, size_t pgcount,
				struct iommu_iotlb_gather *gather)
{
	struct large_piece *p = large_find(iova), rest;
	size_t before, size;

	if (!p)
		return 0;
	before = iova - p->iova;
	size = min(pgsize * pgcount, p->size - before);
	rest.iova = iova + size;
	rest.phys = p->phys + before + size;
	rest.size = p->size - before - size;
	p->size = before;
	if (!before)
		*p = large_pieces[--large_nr];
	if (rest.size && large_add(rest.iova, rest.phys, rest.size))
		return 0;
	return size;
}

static phys_addr_t large_iova_to_phys(struct iommu_domain *domain,
				      dma_addr_t iova)
{
	struct large_piece *p = large_find(iova);

	return p ? p->phys + (iova - p->iova) : 0;
}

static struct iommu_domain_ops large_ops;
static const struct iommu_domain_ops *large_mock_ops;

static void large_restore(void *data)
{
	struct mock_domain *mock = data;

	mock->domain.ops = large_mock_ops;
}

struct mock_domain *dma_large_create(struct kunit *test, bool vec,
				     struct device **dev)
{
	struct mock_domain *mock;

	mock = mock_iommu_create(test, PAGE_SHIFT, DMA_BIT_MASK(48), dev);
	large_mock_ops = mock->domain.ops;
	large_ops = *large_mock_ops;
	large_ops.map_pages = large_map_pages;
	large_ops.map_vec = vec ? large_map_vec : NULL;
	large_ops.unmap_pages = large_unmap_pages;
	large_ops.iova_to_phys = large_iova_to_phys;
	mock->domain.ops = &large_ops;
	large_nr = 0;
	large_vecs = 0;
	large_page = SIZE_MAX;
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, large_restore, mock));
	return mock;
}

bool dma_large_idle(void)
{
	return !large_nr;
}

/* Where a range is, in steps of 32 GiB, and how it differs from 4 GiB */
struct large_vec {
	int at;
	long offset;
	long len;
};

struct large_case {
	const char *name;
	unsigned int nr;
	struct large_vec vec[LARGE_VECS];
};

#define LARGE_PAGE	((long)PAGE_SIZE)
#define LARGE_2G	((long)SZ_2G)

static const struct large_case large_cases[] = {
	{ "a page less than 4 GiB", 1, { { 0, 0, -LARGE_PAGE } } },
	{ "4 GiB", 1, { { 0, 0, 0 } } },
	{ "4 GiB and a page", 1, { { 0, 0, LARGE_PAGE } } },
	{ "4 GiB and a byte", 1, { { 0, 0, 1 } } },
	{ "4 GiB, unaligned", 1, { { 0, 700, 0 } } },
	{ "8 GiB", 1, { { 0, 0, SZ_4G } } },
	{ "12 GiB less a page, from a page on", 1, {
		{ 0, LARGE_PAGE, 2 * SZ_4G - LARGE_PAGE } } },
	{ "4 GiB twice", 2, { { 0, 0, 0 }, { 2, 0, 0 } } },
	{ "2 GiB, 2 GiB and a page, as one", 2, {
		{ 0, 0, -LARGE_2G }, { 0, LARGE_2G, LARGE_PAGE - LARGE_2G } } },
	{ "3 GiB three times, backwards", 3, {
		{ 2, 0, -SZ_1G }, { 1, 0, -SZ_1G }, { 0, 0, -SZ_1G } } },
	{ "a page, 4 GiB and a page, a page", 3, {
		{ 1, 0, LARGE_PAGE - SZ_4G }, { 0, 0, LARGE_PAGE },
		{ 2, 0, LARGE_PAGE - SZ_4G } } },
	{ "unaligned at both ends", 2, {
		{ 0, LARGE_PAGE - 100, 100 }, { 1, 0, 12345 } } },
};

static void large_case_desc(const struct large_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(large_case, large_cases, large_case_desc);

static size_t large_fill(struct kunit *test, struct phys_vec *vec)
{
	const struct large_case *c = test->param_value;
	size_t total = 0;
	unsigned int i;

	for (i = 0; i < c->nr; i++) {
		vec[i].paddr = dma_hole(test) + c->vec[i].at * (8ULL * SZ_4G) +
			       c->vec[i].offset;
		vec[i].len = SZ_4G + c->vec[i].len;
		total += vec[i].len;
	}
	return total;
}

/* The first and the last byte of each range, and how much there is in all */
static void large_expect(struct kunit *test, struct device *dev,
			 dma_addr_t addr, const struct phys_vec *vec,
			 unsigned int nr)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);
	size_t mapped = 0, offset = 0;
	unsigned int i;

	for (i = 0; i < nr; offset += vec[i++].len) {
		KUNIT_EXPECT_EQ(test, vec[i].paddr,
				iommu_iova_to_phys(domain, addr + offset));
		KUNIT_EXPECT_EQ(test, vec[i].paddr + vec[i].len - 1,
				iommu_iova_to_phys(domain, addr + offset +
						   vec[i].len - 1));
	}
	for (i = 0; i < large_nr; i++)
		mapped += large_pieces[i].size;
	KUNIT_EXPECT_EQ(test, PAGE_ALIGN(offset_in_page(addr) + offset),
			mapped);
}

/* At once, and one after the other */
static int large_link(struct device *dev, struct dma_iova_state *state,
		      const struct phys_vec *vec, unsigned int nr, bool each)
{
	size_t offset = 0;
	unsigned int i;
	int ret = 0;

	if (!each)
		return dma_iova_link_vec(dev, state, vec, nr, 0,
					 DMA_BIDIRECTIONAL, DMA_ATTR_MMIO);
	for (i = 0; i < nr && !ret; offset += vec[i++].len)
		ret = dma_iova_link(dev, state, vec[i].paddr, offset,
				    vec[i].len, DMA_BIDIRECTIONAL,
				    DMA_ATTR_MMIO);
	return ret;
}

static void large_try(struct kunit *test, bool vec_op, bool pages, bool each)
{
	const struct large_case *c = test->param_value;
	struct phys_vec vec[LARGE_VECS];
	struct dma_iova_state state;
	struct mock_domain *mock;
	struct device *dev;
	size_t total, last;

	mock = dma_large_create(test, vec_op, &dev);
	if (pages) {
		large_page = SZ_2M;
		mock_iommu_add_pgsize(mock, SZ_2M >> PAGE_SHIFT);
		mock_iommu_add_pgsize(mock, SZ_1G >> PAGE_SHIFT);
	}
	total = large_fill(test, vec);
	KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(dev, &state, vec[0].paddr,
						   total));
	KUNIT_EXPECT_EQ(test, total, dma_iova_size(&state));
	KUNIT_ASSERT_EQ(test, 0, large_link(dev, &state, vec, c->nr, each));
	KUNIT_EXPECT_EQ(test, 0, dma_iova_sync(dev, &state, 0, total));
	KUNIT_EXPECT_EQ(test, PAGE_ALIGN(offset_in_page(state.addr) + total),
			mock->sync_size);
	if (!pages)
		KUNIT_EXPECT_EQ(test, vec_op && !each, large_vecs);
	large_expect(test, dev, state.addr, vec, c->nr);

	/* Only the last one, and again */
	last = vec[c->nr - 1].len;
	dma_iova_unlink(dev, &state, total - last, last, DMA_BIDIRECTIONAL,
			DMA_ATTR_MMIO);
	if (c->nr > 1)
		large_expect(test, dev, state.addr, vec, c->nr - 1);
	else
		KUNIT_EXPECT_EQ(test, 0, large_nr);
	KUNIT_EXPECT_EQ(test, 0,
			dma_iova_link(dev, &state, vec[c->nr - 1].paddr,
				      total - last, last, DMA_BIDIRECTIONAL,
				      DMA_ATTR_MMIO));
	large_expect(test, dev, state.addr, vec, c->nr);
	dma_iova_destroy(dev, &state, total, DMA_BIDIRECTIONAL, DMA_ATTR_MMIO);
	KUNIT_EXPECT_EQ(test, 0, large_nr);
}

/* With and without .map_vec, and with and without larger pages */
static void iova_large_link(struct kunit *test)
{
	unsigned int way;

	for (way = 0; way < 8; way++)
		large_try(test, way & 1, way & 2, way & 4);
}

/* In one step */
static void iova_large_map(struct kunit *test)
{
	struct phys_vec vec[LARGE_VECS];
	struct mock_domain *mock;
	struct device *dev;
	dma_addr_t addr;

	mock = dma_large_create(test, false, &dev);
	mock_iommu_add_pgsize(mock, SZ_1G >> PAGE_SHIFT);
	large_fill(test, vec);
	addr = dma_map_phys(dev, vec[0].paddr, vec[0].len, DMA_BIDIRECTIONAL,
			    DMA_ATTR_MMIO);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(dev, addr));
	large_expect(test, dev, addr, vec, 1);
	dma_unmap_phys(dev, addr, vec[0].len, DMA_BIDIRECTIONAL, DMA_ATTR_MMIO);
	KUNIT_EXPECT_EQ(test, 0, large_nr);
}

static struct kunit_case dma_iova_large_cases[] = {
	KUNIT_CASE_PARAM(iova_large_link, large_case_gen_params),
	KUNIT_CASE_PARAM(iova_large_map, large_case_gen_params),
	{}
};

static struct kunit_suite dma_iova_large_suite = {
	.name		= "dma_iova_large",
	.test_cases	= dma_iova_large_cases,
};

kunit_test_suite(dma_iova_large_suite);
