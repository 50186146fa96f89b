// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of aliases where a device has a pool of its own: a coherent one,
 * whose DMA addresses the platform chooses, or a restricted one, which is all
 * that the device must reach.
 */
#include <linux/mm.h>
#include "dma_alias_kunit.h"

#define POOL_ADDR	((dma_addr_t)SZ_512M)
#define POOL_SIZE	(4 * PAGE_SIZE)

/* Declaring a pool is not exported */
#if defined(CONFIG_DMA_DECLARE_COHERENT) && defined(CONFIG_64BIT) && !defined(MODULE)
#define POOL_COHERENT
#endif

#ifdef POOL_COHERENT
static void pool_release(void *dev)
{
	dma_release_coherent_memory(dev);
}

/*
 * 384 GiB: neither memory nor devices are there, on any machine that is tested,
 * and it can be mapped. Nothing reads or writes it.
 */
static phys_addr_t pool_declare(struct kunit *test, struct device *dev)
{
	phys_addr_t hole = (phys_addr_t)(3ULL << 37);

	KUNIT_ASSERT_FALSE(test, pfn_valid(PHYS_PFN(hole)));
	KUNIT_ASSERT_EQ(test, 0,
			dma_declare_coherent_memory(dev, hole, POOL_ADDR,
						    POOL_SIZE));
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, pool_release, dev));
	return hole;
}

static const struct dma_span pool_spans[] = {
	{ 0, POOL_SIZE }, { 0, 1 }, { 77, 1000 }, { PAGE_SIZE - 1, PAGE_SIZE },
	{ POOL_SIZE - 1, 1 },
};
#endif

static void pool_coherent(struct kunit *test)
{
#ifdef POOL_COHERENT
	struct device *owner = dma_device_create(test);
	phys_addr_t hole = pool_declare(test, owner);
	struct device *dev = dma_device_create(test);
	struct dma_alias alias;
	struct phys_vec vec;
	int i;

	for (i = 0; i < ARRAY_SIZE(pool_spans); i++) {
		const struct dma_span *s = &pool_spans[i];
		dma_addr_t addr = POOL_ADDR + s->offset;

		KUNIT_ASSERT_EQ(test, 1, dma_addr_to_phys_vec(owner, addr,
							      s->size, &vec,
							      1));
		KUNIT_EXPECT_EQ(test, hole + s->offset, vec.paddr);
		KUNIT_EXPECT_EQ(test, s->size, vec.len);
		KUNIT_ASSERT_EQ(test, 0, dma_alias_map(&alias, dev, owner, addr,
						       s->size, DMA_TO_DEVICE));
		KUNIT_EXPECT_EQ(test, hole + s->offset, alias.addr);
		dma_alias_unmap(&alias);
	}
#else
	kunit_skip(test, "needs CONFIG_DMA_DECLARE_COHERENT, 64 bits, and a built-in test");
#endif
}

/* Before and after the pool is other memory */
static void pool_coherent_edges(struct kunit *test)
{
#ifdef POOL_COHERENT
	struct device *owner = dma_device_create(test);
	phys_addr_t hole = pool_declare(test, owner);
	dma_addr_t end = POOL_ADDR + POOL_SIZE;
	struct phys_vec vec[2];

	KUNIT_ASSERT_EQ(test, 1, dma_addr_to_phys_vec(owner, POOL_ADDR - 1, 1,
						      vec, 2));
	KUNIT_EXPECT_EQ(test, POOL_ADDR - 1, vec[0].paddr);
	KUNIT_ASSERT_EQ(test, 2, dma_addr_to_phys_vec(owner, end - 3, 10, vec,
						      2));
	KUNIT_EXPECT_EQ(test, hole + POOL_SIZE - 3, vec[0].paddr);
	KUNIT_EXPECT_EQ(test, 3, vec[0].len);
	KUNIT_EXPECT_EQ(test, end, vec[1].paddr);
	KUNIT_EXPECT_EQ(test, 7, vec[1].len);
#else
	kunit_skip(test, "needs CONFIG_DMA_DECLARE_COHERENT, 64 bits, and a built-in test");
#endif
}

/* Memory elsewhere is refused, and what the owner has in the pool is not */
static void pool_restricted(struct kunit *test)
{
#ifdef CONFIG_DMA_RESTRICTED_POOL
	struct device *owner = dma_device_create(test);
	struct device *dev = dma_device_create(test);
	struct alias_owner *o = alias_owner_create(test, 0);
	struct io_tlb_mem *tlb = dma_bounce_create(test, IO_TLB_SEGSIZE, 0);
	struct dma_alias alias;
	dma_addr_t addr;

	tlb->for_alloc = true;
	tlb->force_bounce = true;
	dev->dma_io_tlb_mem = tlb;
	alias_owner_add(o, 3, PAGE_SIZE);
	alias_owner_map(o);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			dma_alias_map(&alias, dev, o->dev, o->addr, o->size,
				      DMA_TO_DEVICE));
	KUNIT_EXPECT_FALSE(test, dma_alias_is_mapped(&alias));

	owner->dma_io_tlb_mem = tlb;
	addr = dma_map_phys(owner, o->phys + 77, 500, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(owner, addr));
	KUNIT_EXPECT_EQ(test, 0, dma_alias_map(&alias, dev, owner, addr, 500,
					       DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, addr, alias.addr);
	dma_alias_unmap(&alias);
	dma_unmap_phys(owner, addr, 500, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 0, dma_bounce_used(tlb));
#else
	kunit_skip(test, "needs CONFIG_DMA_RESTRICTED_POOL");
#endif
}

static struct kunit_case dma_alias_pool_cases[] = {
	KUNIT_CASE(pool_coherent),
	KUNIT_CASE(pool_coherent_edges),
	KUNIT_CASE(pool_restricted),
	{}
};

static struct kunit_suite dma_alias_pool_suite = {
	.name		= "dma_alias_pool",
	.test_cases	= dma_alias_pool_cases,
};

kunit_test_suite(dma_alias_pool_suite);
