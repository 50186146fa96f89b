// SPDX-License-Identifier: GPL-2.0
/*
 * Owners of scattered mappings, and targets of aliases, see dma_alias_kunit.h.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include "dma_alias_kunit.h"

static void alias_free_block(void *data)
{
	free_pages((unsigned long)data, get_order(ALIAS_BLOCK));
}

/* Behind an IOMMU with a granule of 1 << @shift bytes, or of none if it is 0 */
struct alias_owner *alias_owner_create(struct kunit *test, unsigned int shift)
{
	struct alias_owner *o = kunit_kzalloc(test, sizeof(*o), GFP_KERNEL);
	void *block = (void *)__get_free_pages(GFP_KERNEL,
					       get_order(ALIAS_BLOCK));

	KUNIT_ASSERT_NOT_NULL(test, o);
	KUNIT_ASSERT_NOT_NULL(test, block);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, alias_free_block,
						  block));
	o->test = test;
	o->phys = virt_to_phys(block);
	if (shift)
		o->iommu = mock_iommu_create(test, shift, DMA_BIT_MASK(36),
					     &o->dev);
	else
		o->dev = dma_device_create(test);
	return o;
}

void alias_owner_add(struct alias_owner *o, size_t offset, size_t len)
{
	KUNIT_ASSERT_LT(o->test, o->nr, ALIAS_MAX);
	KUNIT_ASSERT_LE(o->test, offset + len, ALIAS_BLOCK);
	o->vec[o->nr++] = (struct phys_vec) { o->phys + offset, len };
	o->size += len;
}

/* Separate pieces, none of which adjoins the one before */
void alias_owner_add_single(struct alias_owner *o, unsigned int nr, size_t len)
{
	unsigned int total = ALIAS_BLOCK / len, i;

	for (i = 0; i < nr; i++)
		alias_owner_add(o, (i * (total / 2 - 1) + 5) % total * len, len);
}

/* Runs of granules, some of which adjoin the one before */
void alias_owner_add_runs(struct alias_owner *o, unsigned int nr,
			  size_t granule, struct rnd_state *rnd)
{
	unsigned int total = ALIAS_BLOCK / granule;
	unsigned int at = 0, len = 0;

	while (nr--) {
		at += len;
		if (prandom_u32_state(rnd) % 4 || at > total - 8)
			at = prandom_u32_state(rnd) % (total - 8);
		len = 1 + prandom_u32_state(rnd) % 8;
		alias_owner_add(o, at * granule, len * granule);
	}
}

static void alias_owner_unmap_action(void *data)
{
	struct alias_owner *o = data;

	if (o->iommu)
		dma_iova_destroy(o->dev, &o->state, o->size, DMA_BIDIRECTIONAL,
				 o->attrs);
	else
		dma_unmap_phys(o->dev, o->addr, o->size, DMA_BIDIRECTIONAL,
			       o->attrs);
}

/* It is unmapped after the case, if not by the case */
void alias_owner_map(struct alias_owner *o)
{
	struct kunit *test = o->test;

	if (o->iommu) {
		KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(o->dev, &o->state,
							   o->vec[0].paddr,
							   o->size));
		KUNIT_ASSERT_EQ(test, 0,
				dma_iova_link_vec(o->dev, &o->state, o->vec,
						  o->nr, 0, DMA_BIDIRECTIONAL,
						  o->attrs));
		o->addr = o->state.addr;
	} else {
		KUNIT_ASSERT_EQ(test, 1, o->nr);
		o->addr = dma_map_phys(o->dev, o->vec[0].paddr, o->size,
				       DMA_BIDIRECTIONAL, o->attrs);
		KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(o->dev, o->addr));
	}
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test,
						  alias_owner_unmap_action, o));
}

void alias_owner_unmap(struct alias_owner *o)
{
	kunit_release_action(o->test, alias_owner_unmap_action, o);
}

/* The physical address of a byte of the mapping */
phys_addr_t alias_owner_at(const struct alias_owner *o, size_t offset)
{
	const struct phys_vec *vec = o->vec;

	for (; offset >= vec->len; vec++)
		offset -= vec->len;
	return vec->paddr + offset;
}

unsigned int alias_owner_ranges(const struct alias_owner *o)
{
	unsigned int i, n = 1;

	for (i = 1; i < o->nr; i++)
		n += o->vec[i].paddr != o->vec[i - 1].paddr + o->vec[i - 1].len;
	return n;
}

/* As alias_owner_create() */
struct alias_target alias_target_create(struct kunit *test, unsigned int shift)
{
	struct alias_target t = {};

	if (shift)
		t.iommu = mock_iommu_create(test, shift, DMA_BIT_MASK(36),
					    &t.dev);
	else
		t.dev = dma_device_create(test);
	return t;
}

bool alias_lookup(const struct alias_target *t, dma_addr_t addr,
		  phys_addr_t *phys)
{
	if (t->iommu)
		return mock_iommu_lookup(t->iommu, addr,
					 IOMMU_READ | IOMMU_WRITE, phys);
	*phys = addr;
	return true;
}

/* The first byte of each 512, and the last byte of all */
void alias_expect_bytes(struct alias_owner *o, struct alias_target *t,
			struct dma_alias *alias, size_t offset, size_t size)
{
	phys_addr_t phys = 0;
	size_t at, next;

	for (at = 0; at < size; at = next) {
		KUNIT_ASSERT_TRUE(o->test, alias_lookup(t, alias->addr + at,
							&phys));
		KUNIT_ASSERT_EQ(o->test, alias_owner_at(o, offset + at), phys);
		next = at + SZ_512;
		if (next >= size && at != size - 1)
			next = size - 1;
	}
}

/* Map and unmap an alias of a part of the owner's mapping */
void alias_run_span(struct alias_owner *o, struct alias_target *t,
		    size_t offset, size_t size)
{
	struct kunit *test = o->test;
	struct dma_alias alias;

	KUNIT_ASSERT_EQ(test, 0,
			dma_alias_map(&alias, t->dev, o->dev, o->addr + offset,
				      size, DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_TRUE(test, dma_alias_is_mapped(&alias));
	KUNIT_EXPECT_LE(test, alias.addr + size - 1, *t->dev->dma_mask);
	alias_expect_bytes(o, t, &alias, offset, size);
	dma_alias_unmap(&alias);
	KUNIT_EXPECT_FALSE(test, dma_alias_is_mapped(&alias));
	if (t->iommu)
		KUNIT_EXPECT_EQ(test, 0, t->iommu->mapped);
}

void alias_run(struct alias_owner *o, struct alias_target *t)
{
	alias_run_span(o, t, 0, o->size);
}

/* @alias is what dma_alias_map() left, after it was full of rubbish */
void alias_expect_error(struct alias_owner *o, struct alias_target *t,
			int error)
{
	struct dma_alias alias;

	memset(&alias, 0x5a, sizeof(alias));
	KUNIT_EXPECT_EQ(o->test, error,
			dma_alias_map(&alias, t->dev, o->dev, o->addr, o->size,
				      DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_FALSE(o->test, dma_alias_is_mapped(&alias));
	KUNIT_EXPECT_EQ(o->test, 0, alias.addr);
	KUNIT_EXPECT_EQ(o->test, 0, alias.__size);
	KUNIT_EXPECT_FALSE(o->test, dma_use_iova(&alias.__iova));
	if (t->iommu && t->iommu != o->iommu)
		KUNIT_EXPECT_EQ(o->test, 0, t->iommu->mapped);
	dma_alias_unmap(&alias);
}
