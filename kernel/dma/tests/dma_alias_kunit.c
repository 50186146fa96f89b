// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of aliases. The property to check is always the same: at each
 * place of an alias the device finds the physical address that the owner finds
 * there, and at the end nothing is left. All else is refused.
 */
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/pci.h>
#include "dma_alias_kunit.h"

/* Every owner with every target */

struct alias_pair {
	unsigned int owner;	/* log2 of the granules, or 0 */
	unsigned int target;
};

static const struct alias_pair alias_pairs[] = {
	{ 0, 0 }, { 0, 9 }, { 0, 11 }, { 0, PAGE_SHIFT },
	{ 9, 0 }, { 9, 9 }, { 9, 11 }, { 9, PAGE_SHIFT },
	{ PAGE_SHIFT, 0 }, { PAGE_SHIFT, 9 }, { PAGE_SHIFT, PAGE_SHIFT },
};

static void alias_pair_desc(const struct alias_pair *p, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "granules of %u and %u",
		 p->owner ? 1U << p->owner : 0, p->target ? 1U << p->target : 0);
}

KUNIT_ARRAY_PARAM(alias_pair, alias_pairs, alias_pair_desc);

/* One range: any offset, and any part of it */
static void alias_offsets(struct kunit *test)
{
	static const size_t at[] = { 0, 1, 511, 512, 2049, PAGE_SIZE - 1 };
	static const size_t len[] = { 1, 513, PAGE_SIZE, 3 * PAGE_SIZE + 7 };
	const struct alias_pair *p = test->param_value;
	struct alias_owner *o = alias_owner_create(test, p->owner);
	struct alias_target t = alias_target_create(test, p->target);
	int i, j, k;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		for (j = 0; j < ARRAY_SIZE(len); j++) {
			o->nr = 0;
			o->size = 0;
			alias_owner_add(o, at[i], len[j]);
			alias_owner_map(o);
			alias_run(o, &t);
			for (k = 0; k < ARRAY_SIZE(at); k++)
				if (at[k] < o->size)
					alias_run_span(o, &t, at[k],
						       o->size - at[k]);
			alias_owner_unmap(o);
		}
	}
}

/* Whether the ranges begin and end on granules, but for the outer two ends */
static bool alias_is_aligned(const struct alias_owner *o, unsigned int shift)
{
	phys_addr_t end, inner = 0;
	unsigned int i;

	for (i = 1; i < o->nr; i++) {
		end = o->vec[i - 1].paddr + o->vec[i - 1].len;
		if (end != o->vec[i].paddr)
			inner |= end | o->vec[i].paddr;
	}
	return !(inner & (BIT(shift) - 1));
}

/* Many ranges, which only an IOMMU can make one, if its granule is not larger */
static void alias_scattered(struct kunit *test)
{
	const struct alias_pair *p = test->param_value;
	size_t granule = p->owner ? BIT(p->owner) : PAGE_SIZE;
	struct alias_owner *o = alias_owner_create(test, p->owner);
	struct alias_target t = alias_target_create(test, p->target);
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 17);
	for (i = 0; i < 20; i++) {
		o->nr = 0;
		o->size = 0;
		alias_owner_add_runs(o, p->owner ? 2 + i * 3 : 1, granule, &rnd);
		o->vec[0].paddr += i;
		o->vec[0].len -= i;
		o->vec[o->nr - 1].len -= 2 * i;
		o->size -= 3 * i;
		alias_owner_map(o);
		if (alias_owner_ranges(o) == 1 ||
		    (p->target && alias_is_aligned(o, p->target)))
			alias_run(o, &t);
		else
			alias_expect_error(o, &t, p->target ? -EINVAL : -ENXIO);
		alias_owner_unmap(o);
	}
}

/*
 * Many ranges that fit, and one more that does not, where the next batch begins:
 * at another offset in the granule, or in the middle of one that is taken
 */
static void alias_batch_border(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, 9);
	struct alias_target t = alias_target_create(test, 11);
	unsigned int nr, cut;

	for (nr = 1; nr < 40; nr++) {
		for (cut = 0; cut < 2; cut++) {
			o->nr = 0;
			o->size = 0;
			alias_owner_add_single(o, nr + 1, SZ_2K);
			o->vec[nr].paddr += SZ_512;
			o->vec[nr].len = SZ_512;
			o->vec[nr - 1].len -= cut * 3 * SZ_512;
			o->size -= (1 + cut) * 3 * SZ_512;
			alias_owner_map(o);
			alias_expect_error(o, &t, -EINVAL);
			alias_owner_unmap(o);
		}
	}
}

/* 2 MiB in single pages: one look-up for each page, and one range of IOVA */
static void alias_single_pages(struct kunit *test)
{
	unsigned int pages = min_t(int, ALIAS_MAX, ALIAS_BLOCK / PAGE_SIZE);
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);
	struct alias_target t = alias_target_create(test, PAGE_SHIFT);
	struct dma_alias alias;

	alias_owner_add_single(o, pages, PAGE_SIZE);
	alias_owner_map(o);
	o->iommu->walks = 0;
	t.iommu->walks = 0;
	t.iommu->syncs = 0;
	KUNIT_ASSERT_EQ(test, 0, dma_alias_map(&alias, t.dev, o->dev, o->addr,
					       o->size, DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_EQ(test, pages, o->iommu->walks);
	KUNIT_EXPECT_EQ(test, pages, t.iommu->mapped);
	KUNIT_EXPECT_EQ(test, 1, t.iommu->syncs);
	KUNIT_EXPECT_EQ(test, o->size, t.iommu->sync_size);
	alias_expect_bytes(o, &t, &alias, 0, o->size);
	dma_alias_unmap(&alias);
	KUNIT_EXPECT_EQ(test, pages, o->iommu->walks);
	KUNIT_EXPECT_EQ(test, 0, t.iommu->walks);
	KUNIT_EXPECT_EQ(test, 0, t.iommu->mapped);
}

/* The direction is the alias's own */
static void alias_direction(struct kunit *test)
{
	static const int prot[] = {
		[DMA_BIDIRECTIONAL] = IOMMU_READ | IOMMU_WRITE,
		[DMA_TO_DEVICE] = IOMMU_READ,
		[DMA_FROM_DEVICE] = IOMMU_WRITE,
	};
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);
	struct alias_target t = alias_target_create(test, PAGE_SHIFT);
	struct dma_alias alias;
	int dir;

	alias_owner_add(o, 0, PAGE_SIZE);
	alias_owner_map(o);
	for (dir = 0; dir < DMA_NONE; dir++) {
		KUNIT_ASSERT_EQ(test, 0,
				dma_alias_map(&alias, t.dev, o->dev, o->addr,
					      o->size, dir));
		KUNIT_EXPECT_EQ(test, prot[dir] | IOMMU_CACHE,
				t.iommu->last_prot);
		dma_alias_unmap(&alias);
	}
}

/* Nothing to do */

static void alias_same_device(struct kunit *test)
{
	static const enum dma_kind kinds[] = {
		DMA_KIND_DIRECT, DMA_KIND_RANGES, DMA_KIND_BOUNCE, DMA_KIND_OPS,
		DMA_KIND_IOMMU,
	};
	struct dma_alias alias;
	int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct dma_world *w = dma_world_create(test, kinds[i]);

		KUNIT_EXPECT_EQ(test, 0, dma_alias_map(&alias, w->dev, w->dev,
						       77, 7, DMA_TO_DEVICE));
		KUNIT_EXPECT_EQ(test, 77, alias.addr);
		dma_alias_unmap(&alias);
	}
}

static void alias_same_domain(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);
	struct alias_target t = { .iommu = o->iommu };
	unsigned long mapped;
	struct dma_alias alias;

	t.dev = mock_iommu_untrusted(test, o->dev);
	t.dev->dma_io_tlb_mem = NULL;
	alias_owner_add_single(o, 20, PAGE_SIZE);
	o->vec[0].paddr += 5;
	o->vec[0].len -= 5;
	o->size -= 5;
	alias_owner_map(o);
	mapped = o->iommu->mapped;
	o->iommu->walks = 0;
	KUNIT_ASSERT_EQ(test, 0, dma_alias_map(&alias, t.dev, o->dev, o->addr,
					       o->size, DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_EQ(test, o->addr, alias.addr);
	dma_alias_unmap(&alias);
	KUNIT_EXPECT_EQ(test, 0, o->iommu->walks);
	KUNIT_EXPECT_EQ(test, mapped, o->iommu->mapped);
}

/* Out of reach, so it is mapped once more in the same domain */
static void alias_same_domain_mask(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);
	struct alias_target t = { .iommu = o->iommu };
	unsigned long mapped;
	struct dma_alias alias;

	t.dev = mock_iommu_untrusted(test, o->dev);
	to_pci_dev(t.dev)->untrusted = false;
	t.dev->dma_io_tlb_mem = NULL;
	alias_owner_add_single(o, 20, PAGE_SIZE);
	alias_owner_map(o);
	mapped = o->iommu->mapped;
	*t.dev->dma_mask = DMA_BIT_MASK(24);
	KUNIT_ASSERT_GT(test, o->addr, *t.dev->dma_mask);
	KUNIT_ASSERT_EQ(test, 0, dma_alias_map(&alias, t.dev, o->dev, o->addr,
					       o->size, DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_LE(test, alias.addr + o->size - 1, *t.dev->dma_mask);
	KUNIT_EXPECT_EQ(test, 2 * mapped, o->iommu->mapped);
	alias_expect_bytes(o, &t, &alias, 0, o->size);
	dma_alias_unmap(&alias);
	KUNIT_EXPECT_EQ(test, mapped, o->iommu->mapped);
	t.dev->bus_dma_limit = SZ_2G;
	*t.dev->dma_mask = DMA_BIT_MASK(64);
	KUNIT_ASSERT_EQ(test, 0, dma_alias_map(&alias, t.dev, o->dev, o->addr,
					       o->size, DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_LE(test, alias.addr + o->size - 1, SZ_2G);
	dma_alias_unmap(&alias);
}

/* Reach */

static void alias_masks(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);
	struct alias_target direct = alias_target_create(test, 0);
	struct alias_target t = alias_target_create(test, PAGE_SHIFT);
	struct alias_target narrow = alias_target_create(test, PAGE_SHIFT);

	alias_owner_add(o, 3, 4 * PAGE_SIZE);
	alias_owner_map(o);
	*direct.dev->dma_mask = o->vec[0].paddr + o->size - 1;
	alias_run(o, &direct);
	*direct.dev->dma_mask = o->vec[0].paddr + o->size - 2;
	alias_expect_error(o, &direct, -ENXIO);
	*direct.dev->dma_mask = DMA_BIT_MASK(64);
	direct.dev->bus_dma_limit = o->vec[0].paddr + o->size - 2;
	alias_expect_error(o, &direct, -ENXIO);

	*t.dev->dma_mask = DMA_BIT_MASK(20);
	alias_run(o, &t);
	/* Not after a success: a range that is cached would be used again */
	*narrow.dev->dma_mask = 2 * PAGE_SIZE - 1;
	alias_expect_error(o, &narrow, -ENOMEM);
}

static void alias_clear_ranges(void *data)
{
	((struct device *)data)->dma_range_map = NULL;
}

/* Two windows of the target, and memory in the first, in both, and in none */
static void alias_windows(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);
	struct device *dev = dma_device_create(test);
	struct bus_dma_region *map;
	struct dma_alias alias;

	map = kunit_kcalloc(test, 3, sizeof(*map), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, map);
	map[0] = (struct bus_dma_region) { o->phys, SZ_256M, SZ_64K };
	map[1] = (struct bus_dma_region) { o->phys + SZ_64K, SZ_1G, SZ_64K };
	dev->dma_range_map = map;
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, alias_clear_ranges,
						  dev));

	alias_owner_add(o, 77, SZ_256K);
	alias_owner_map(o);
	KUNIT_EXPECT_EQ(test, 0, dma_alias_map(&alias, dev, o->dev, o->addr,
					       SZ_64K - 77, DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, SZ_256M + 77, alias.addr);
	dma_alias_unmap(&alias);
	KUNIT_EXPECT_EQ(test, 0, dma_alias_map(&alias, dev, o->dev,
					       o->addr + SZ_64K, SZ_64K - 77,
					       DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, SZ_1G + 77, alias.addr);
	dma_alias_unmap(&alias);
	KUNIT_EXPECT_EQ(test, -ENXIO,
			dma_alias_map(&alias, dev, o->dev, o->addr,
				      SZ_64K - 76, DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, -ENXIO,
			dma_alias_map(&alias, dev, o->dev, o->addr + SZ_128K,
				      SZ_4K, DMA_TO_DEVICE));
}

/* Refused aliases */

static void alias_coherence(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);
	struct alias_target targets[] = {
		alias_target_create(test, PAGE_SHIFT),
		alias_target_create(test, 0),
		{ mock_iommu_untrusted(test, o->dev), o->iommu },
	};
	struct dma_alias alias;
	int i;

	alias_owner_add(o, 0, PAGE_SIZE);
	alias_owner_map(o);
	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		struct alias_target *t = &targets[i];

		if (!dma_device_set_coherent(t->dev, false))
			kunit_skip(test, "needs CONFIG_DMA_KUNIT_STUBS");
		alias_expect_error(o, t, -EOPNOTSUPP);
		dma_device_set_coherent(o->dev, false);
		dma_device_set_coherent(t->dev, true);
		alias_expect_error(o, t, -EOPNOTSUPP);

		/* Neither is: caches are the owner's business */
		dma_device_set_coherent(t->dev, false);
		dma_counts_start(test);
		KUNIT_EXPECT_EQ(test, 0,
				dma_alias_map(&alias, t->dev, o->dev, o->addr,
					      o->size, DMA_BIDIRECTIONAL));
		dma_alias_unmap(&alias);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device);
		KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
		dma_device_set_coherent(o->dev, true);
	}
}

/* An alias may be small where neither is: it is not that which needs syncing */
static void alias_noncoherent_spans(struct kunit *test)
{
	static const struct dma_span spans[] = {
		{ 77, 100 }, { 0, 3 }, { PAGE_SIZE - 3, 6 },
		{ PAGE_SIZE - 3, PAGE_SIZE }, { 0, PAGE_SIZE + 3 },
	};
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);
	struct alias_target t = alias_target_create(test, PAGE_SHIFT);
	int i;

	alias_owner_add_single(o, 2, PAGE_SIZE);
	alias_owner_map(o);
	if (!dma_device_set_coherent(o->dev, false) ||
	    !dma_device_set_coherent(t.dev, false))
		kunit_skip(test, "needs CONFIG_DMA_KUNIT_STUBS");
	dma_counts_start(test);
	for (i = 0; i < ARRAY_SIZE(spans); i++)
		alias_run_span(o, &t, spans[i].offset, spans[i].size);
	KUNIT_EXPECT_EQ(test, 0, dma_counts.for_device);
	KUNIT_EXPECT_EQ(test, 0, dma_counts.for_cpu);
	KUNIT_EXPECT_FALSE(test, dma_has_bounced(t.dev));
	dma_device_set_coherent(o->dev, true);
}

static void alias_ops(struct kunit *test)
{
#ifdef CONFIG_ARCH_HAS_DMA_OPS
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	struct device *dev = dma_device_create(test);
	struct dma_alias alias;

	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			dma_alias_map(&alias, dev, w->dev, DMA_OPS_WINDOW, 1,
				      DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			dma_alias_map(&alias, w->dev, dev, w->phys, 1,
				      DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, 0, dma_ops_log.maps);
#else
	kunit_skip(test, "needs CONFIG_ARCH_HAS_DMA_OPS");
#endif
}

/* It may see whole granules only, and an alias does not bounce the others */
static void alias_untrusted(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, 9);
	struct alias_target t = alias_target_create(test, 9);
	struct io_tlb_mem *tlb = dma_bounce_create(test, IO_TLB_SEGSIZE,
						   GFP_DMA32);
	static const size_t at[][2] = {
		{ 0, 1024 }, { 1, 511 }, { 0, 511 }, { 1, 510 }, { 77, 1024 },
	};
	int i;

	t.dev = mock_iommu_untrusted(test, t.dev);
	t.dev->dma_io_tlb_mem = tlb;
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		o->nr = 0;
		o->size = 0;
		alias_owner_add(o, at[i][0], at[i][1]);
		alias_owner_map(o);
		if (i)
			alias_expect_error(o, &t, -EOPNOTSUPP);
		else
			alias_run(o, &t);
		alias_owner_unmap(o);
	}
	KUNIT_EXPECT_EQ(test, 0, dma_bounce_used(tlb));
	KUNIT_EXPECT_FALSE(test, dma_has_bounced(t.dev));
}

static void alias_hole(struct kunit *test)
{
	struct alias_owner *o = alias_owner_create(test, PAGE_SHIFT);
	struct alias_target t = alias_target_create(test, PAGE_SHIFT);
	struct alias_target direct = alias_target_create(test, 0);
	size_t last = 39 * PAGE_SIZE;

	/* In the last of several batches */
	alias_owner_add_single(o, 40, PAGE_SIZE);
	alias_owner_map(o);
	dma_iova_unlink(o->dev, &o->state, last, PAGE_SIZE, DMA_BIDIRECTIONAL,
			0);
	alias_expect_error(o, &t, -EFAULT);
	KUNIT_EXPECT_EQ(test, 0, dma_iova_link(o->dev, &o->state,
					       o->vec[39].paddr, last, PAGE_SIZE,
					       DMA_BIDIRECTIONAL, 0));
	alias_run(o, &t);
	alias_expect_error(o, &direct, -ENXIO);
}

static void alias_args(struct kunit *test)
{
	struct device *a = dma_device_create(test), *b = dma_device_create(test);
	struct dma_alias alias;
	u64 *mask = a->dma_mask;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			dma_alias_map(&alias, a, b, 0, 0, DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			dma_alias_map(&alias, a, b, DMA_MAPPING_ERROR, 1,
				      DMA_TO_DEVICE));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			dma_alias_map(&alias, a, a, DMA_MAPPING_ERROR - 1, 3,
				      DMA_TO_DEVICE));
	dma_expect_report(test, 1, "DMA direction 3 is invalid");
	KUNIT_EXPECT_EQ(test, -EINVAL,
			dma_alias_map(&alias, a, b, 0, 1, DMA_NONE));
	a->dma_mask = NULL;
	dma_expect_report(test, 1, "device has no DMA mask");
	KUNIT_EXPECT_EQ(test, -EINVAL,
			dma_alias_map(&alias, a, b, 0, 1, DMA_TO_DEVICE));
	dma_expect_report(test, 1, "device has no DMA mask");
	KUNIT_EXPECT_EQ(test, -EINVAL,
			dma_alias_map(&alias, b, a, 0, 1, DMA_TO_DEVICE));
	a->dma_mask = mask;
}

/* The alias leads to the bounce buffer, where the owner reads and writes */
static void alias_bounced(struct kunit *test)
{
	static const enum dma_kind kinds[] = {
		DMA_KIND_BOUNCE, DMA_KIND_UNTRUSTED,
	};
	struct alias_target targets[] = {
		alias_target_create(test, 9), alias_target_create(test, 0),
	};
	int i, j;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct dma_world *w = dma_world_create(test, kinds[i]);
		struct dma_mapping m = {
			.dev	= w->dev,
			.phys	= w->phys + 77,
			.size	= 500,
			.dir	= DMA_BIDIRECTIONAL,
		};
		unsigned long used;

		memcpy(w->cpu, w->pattern_cpu, DMA_AREA_SIZE);
		dma_calls[0].map(&m);
		KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
		used = dma_bounce_used(w->tlb);
		KUNIT_ASSERT_GT(test, used, 0);
		for (j = 0; j < ARRAY_SIZE(targets); j++) {
			struct dma_alias alias;
			phys_addr_t phys = 0;

			KUNIT_ASSERT_EQ(test, 0,
					dma_alias_map(&alias, targets[j].dev,
						      w->dev, m.addr, m.size,
						      DMA_BIDIRECTIONAL));
			KUNIT_EXPECT_EQ(test, used, dma_bounce_used(w->tlb));
			KUNIT_ASSERT_TRUE(test, alias_lookup(&targets[j],
							     alias.addr,
							     &phys));
			KUNIT_EXPECT_NE(test, m.phys, phys);
			KUNIT_EXPECT_EQ(test, *(u8 *)phys_to_virt(phys),
					w->pattern_cpu[77]);
			*(u8 *)phys_to_virt(phys) = 0xa5 + j;
			KUNIT_EXPECT_TRUE(test, dma_world_read(w, m.addr,
							       w->got, 1));
			KUNIT_EXPECT_EQ(test, 0xa5 + j, w->got[0]);
			*(u8 *)phys_to_virt(phys) = w->pattern_cpu[77];
			dma_alias_unmap(&alias);
		}
		dma_calls[0].unmap(&m);
		dma_world_expect_idle(w);
	}
}

static struct kunit_case dma_alias_cases[] = {
	KUNIT_CASE_PARAM(alias_offsets, alias_pair_gen_params),
	KUNIT_CASE_PARAM(alias_scattered, alias_pair_gen_params),
	KUNIT_CASE(alias_batch_border),
	KUNIT_CASE(alias_single_pages),
	KUNIT_CASE(alias_direction),
	KUNIT_CASE(alias_same_device),
	KUNIT_CASE(alias_same_domain),
	KUNIT_CASE(alias_same_domain_mask),
	KUNIT_CASE(alias_masks),
	KUNIT_CASE(alias_windows),
	KUNIT_CASE(alias_coherence),
	KUNIT_CASE(alias_noncoherent_spans),
	KUNIT_CASE(alias_ops),
	KUNIT_CASE(alias_untrusted),
	KUNIT_CASE(alias_hole),
	KUNIT_CASE(alias_args),
	KUNIT_CASE(alias_bounced),
	{}
};

static struct kunit_suite dma_alias_suite = {
	.name		= "dma_alias",
	.test_cases	= dma_alias_cases,
};

kunit_test_suite(dma_alias_suite);
