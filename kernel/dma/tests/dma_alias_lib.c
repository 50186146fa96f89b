// SPDX-License-Identifier: GPL-2.0
/*
 * Owners of scattered mappings, see dma_alias_kunit.h.
 */
#include <linux/gfp.h>
#include <linux/io.h>
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
