// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of transfers to and from mapped requests, for each kind of
 * device: every layout and limit, random requests, memory at physical address 0
 * and at the end of the device's reach.
 */
#include <linux/prandom.h>
#include "blk_mq_dma_kunit.h"

KUNIT_ARRAY_PARAM(kind, blk_kinds, dma_kind_desc);

static void blk_dma_transfer(struct kunit *test)
{
	blk_req_transfers(test, false);
}

/*
 * Random requests: bvecs of any size and place that do not overlap, and no more
 * of them than there are bounce slots for, however they are split.
 */
static void blk_dma_random(struct kunit *test)
{
	static const struct part bio_end = BIO_END, no_part = NO_PART;
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;
	struct dma_world *w = dma_world_create(test, kind);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;
	unsigned int round, n, bios, at, unit;
	struct part parts[MAX_VECS];
	struct rnd_state rnd;
	enum req_op op;

	prandom_seed_state(&rnd, 5);
	for (round = 0; round < 150; round++) {
		unit = 1 << (prandom_u32_state(&rnd) % 13);
		at = 0;
		bios = 0;
		n = 0;
		do {
			u32 r = prandom_u32_state(&rnd);
			u32 len = (r % 9000 / unit + 1) * unit;

			/* Every other one continues the one before */
			if (r & BIT(16))
				at += (r >> 20) % 16 * unit;
			if (at + len > DMA_AREA_SIZE)
				break;
			parts[n].offset = at;
			parts[n++].len = len;
			at += len;
			if ((r & BIT(17)) && ++bios < MAX_BIOS - 1)
				parts[n++] = bio_end;
		} while (n < 12);
		parts[n] = no_part;
		if (!at)
			continue;

		blk_req_set_limits(t, &blk_limits[round %
						  ARRAY_SIZE(blk_limits)]);
		op = round & 1 ? REQ_OP_WRITE : REQ_OP_READ;
		blk_req_build(t, parts, op);
		if (!blk_req_has_virt_boundary(t))
			t->q.limits.virt_boundary_mask = 0;
		blk_req_transfer(t, m, op);
		KUNIT_EXPECT_EQ(test, m->is_range, blk_req_expect_iova(t));
		if (kind == DMA_KIND_DIRECT)
			blk_req_expect_segments(t, m);
	}
}

/* The bytes at physical address 0 are mapped as all others are */
static void blk_dma_transfer_address_0(struct kunit *test)
{
	static const struct part parts[] = { { 0, 1 }, { SZ_8K, 1 }, NO_PART };
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;
	struct dma_world *w = dma_world_create(test, kind);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;
	unsigned int len, nr;

	if (!pfn_valid(0) || kind == DMA_KIND_OPS)
		kunit_skip(test, "there is no memory at address 0");
	blk_req_set_limits(t, &blk_limits[1]);
	for (len = 1; len <= 2; len++) {
		for (nr = 1; nr <= 2; nr++) {
			blk_req_build(t, nr == 1 ? parts + 1 : parts,
				      REQ_OP_WRITE);
			bvec_set_page(&t->bvecs[0], pfn_to_page(0), len, 0);
			t->bios[0].bi_iter.bi_size = nr - 1 + len;
			t->rq.__data_len = nr - 1 + len;
			blk_req_map(t, m);
			KUNIT_EXPECT_EQ(test, m->error, 0);
			KUNIT_EXPECT_EQ(test, m->nr, nr);
			if (kind != DMA_KIND_DIRECT)
				KUNIT_EXPECT_TRUE(test, m->steps[0].unmap);
			blk_req_unmap(t, m);
			dma_world_expect_idle(w);
		}
	}
}

/*
 * The device reaches the first 16K. Segments that end beyond are bounced, and
 * others, which need not be mapped, lie between them.
 */
static void blk_dma_transfer_reach(struct kunit *test)
{
	static const struct part parts[] = {
		{ 0, SZ_4K }, { SZ_16K, SZ_4K }, { SZ_4K, SZ_2K },
		{ 15 * SZ_1K, SZ_2K }, { SZ_8K, SZ_4K }, { SZ_32K, 512 },
		{ SZ_8K - 512, 512 }, NO_PART
	};
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;
	phys_addr_t limit = w->phys + SZ_16K - 1, phys;
	unsigned int i;

	if (w->tlb->defpool.end > w->phys)
		kunit_skip(test, "the bounce buffers are above the memory");
	w->tlb->force_bounce = false;
	*w->dev->dma_mask = limit;
	if (dma_unmapped_limit(w->dev))
		KUNIT_EXPECT_EQ(test, dma_unmapped_limit(w->dev), limit + 1);
	blk_req_set_limits(t, &blk_limits[1]);
	blk_req_build(t, parts, REQ_OP_READ);
	blk_req_transfer(t, m, REQ_OP_READ);
	KUNIT_ASSERT_EQ(test, m->nr, t->nr_parts);
	for (i = 0; i < m->nr; i++) {
		phys = w->phys + parts[i].offset;
		KUNIT_EXPECT_EQ_MSG(test, m->steps[i].addr == phys,
				    phys + parts[i].len - 1 <= limit,
				    "segment %u", i);
		/* A segment that was not mapped needs no unmap */
		if (dma_unmapped_limit(w->dev))
			KUNIT_EXPECT_EQ_MSG(test, m->steps[i].unmap,
					    m->steps[i].addr != phys,
					    "segment %u", i);
	}
	blk_req_build(t, parts, REQ_OP_WRITE);
	blk_req_transfer(t, m, REQ_OP_WRITE);
}

/*
 * A request is unmapped without a look at the page table, though caches are
 * maintained: but for what may be bounced, which in a range of IOVA is in two
 * granules, and if the request has been completed in part.
 */
static void unmap_walks(struct kunit *test, bool integrity)
{
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;
	struct dma_world *w = dma_world_create(test, kind);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;
	unsigned int i, may_bounce, ranges = 0, segments = 0;

	if (!w->iommu)
		kunit_skip(test, "there is no page table");
	dma_world_set_noncoherent(w);
	dma_state_trust(test);
	t->integrity = integrity;
	blk_req_set_limits(t, &blk_limits[1]);
	for (i = 0; i < ARRAY_SIZE(blk_layouts); i++) {
		blk_req_build(t, blk_layouts[i].parts, REQ_OP_READ);
		blk_req_map(t, m);
		w->iommu->walks = 0;
		blk_req_unmap(t, m);
		may_bounce = m->is_range ? 2 : m->nr;
		KUNIT_EXPECT_LE_MSG(test, w->iommu->walks,
				    kind == DMA_KIND_UNTRUSTED ? may_bounce : 0,
				    "%s", blk_layouts[i].name);
		if (!m->is_range) {
			segments += m->nr;
			continue;
		}
		ranges++;

		blk_req_map(t, m);
		w->iommu->walks = 0;
		t->rq.bio = t->rq.bio->bi_next;
		if (!integrity)
			t->rq.__data_len--;
		blk_req_unmap(t, m);
		KUNIT_EXPECT_NE_MSG(test, w->iommu->walks, 0, "%s",
				    blk_layouts[i].name);
		dma_world_expect_idle(w);
	}
	KUNIT_EXPECT_GT(test, ranges, 0);
	KUNIT_EXPECT_GT(test, segments, 0);
}

static void blk_dma_unmap_walks(struct kunit *test)
{
	unmap_walks(test, false);
}

static void blk_dma_unmap_walks_integrity(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_BLK_DEV_INTEGRITY))
		kunit_skip(test, "needs CONFIG_BLK_DEV_INTEGRITY");
	unmap_walks(test, true);
}

/* The transfers, with a CPU cache in between */
static void blk_dma_transfer_cached(struct kunit *test)
{
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;
	struct dma_world *w = dma_world_create(test, kind);
	struct test_request *t = blk_req_create(test, w);
	unsigned int i, op;

	if (kind == DMA_KIND_OPS)
		kunit_skip(test, "dma_map_ops maintain caches by themselves");
	dma_shadow_create(w);
	blk_req_set_limits(t, &blk_limits[1]);
	for (i = 0; i < ARRAY_SIZE(blk_layouts); i++) {
		for (op = 0; op < 4; op++) {
			t->integrity = op & 2 &&
				       IS_ENABLED(CONFIG_BLK_DEV_INTEGRITY);
			blk_req_build(t, blk_layouts[i].parts,
				      op & 1 ? REQ_OP_WRITE : REQ_OP_READ);
			blk_req_transfer(t, &t->mapping,
					 op & 1 ? REQ_OP_WRITE : REQ_OP_READ);
			KUNIT_EXPECT_EQ_MSG(test, dma_shadow_errors(w), 0, "%s",
					    blk_layouts[i].name);
		}
	}
}

/* A bus address is not a mapping, whatever the device needs for those */
static void blk_dma_unmap_bus_addr(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	struct test_request *t = blk_req_create(test, w);
	struct dma_iova_state state = {};

	blk_req_build(t, blk_layouts[0].parts, REQ_OP_READ);
	KUNIT_EXPECT_FALSE(test, blk_rq_dma_unmap(&t->rq, w->dev, &state,
						  t->bytes,
						  PCI_P2PDMA_MAP_NONE));
	KUNIT_EXPECT_TRUE(test, blk_rq_dma_unmap(&t->rq, w->dev, &state,
						 t->bytes,
						 PCI_P2PDMA_MAP_BUS_ADDR));
}

static struct kunit_case blk_mq_dma_cases[] = {
	KUNIT_CASE_PARAM(blk_dma_transfer, kind_gen_params),
	KUNIT_CASE_PARAM(blk_dma_random, kind_gen_params),
	KUNIT_CASE_PARAM(blk_dma_transfer_address_0, kind_gen_params),
	KUNIT_CASE(blk_dma_transfer_reach),
	KUNIT_CASE(blk_dma_unmap_bus_addr),
	KUNIT_CASE_PARAM(blk_dma_unmap_walks, kind_gen_params),
	KUNIT_CASE_PARAM(blk_dma_unmap_walks_integrity, kind_gen_params),
	KUNIT_CASE_PARAM(blk_dma_transfer_cached, kind_gen_params),
	{}
};

static struct kunit_suite blk_mq_dma_suite = {
	.name = "blk_mq_dma",
	.test_cases = blk_mq_dma_cases,
};

kunit_test_suite(blk_mq_dma_suite);
