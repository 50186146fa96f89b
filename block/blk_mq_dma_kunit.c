// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests for the mapping of requests for DMA.
 *
 * Requests are built by hand, of parts of the memory of a *world* (see
 * include/kunit/dma.h), and mapped as a driver would map them. Two things
 * are checked. The segments: put one after the other they are the memory of
 * the request; each is within the queue's limits; there are no more than the
 * block layer counts; and no two neighbours could have been one. And the DMA
 * addresses: what the device reads and writes there is the memory of the
 * request, and after the unmap nothing is left mapped.
 */
#include <linux/bio.h>
#include <linux/blk-integrity.h>
#include <linux/blk-mq-dma.h>
#include <linux/prandom.h>
#include <kunit/dma.h>
#include "blk.h"

#define MAX_VECS	48
#define MAX_BIOS	8

/*
 * A part of the world's memory, as a bvec. At BIO_END the next bio begins. A
 * bvec of length 0 is EMPTY.
 */
struct part {
	u32 offset;
	u32 len;
};

#define BIO_END		{ 0, 0 }
#define EMPTY		{ 42, 0 }
#define NO_PART		{ U32_MAX, 0 }
#define IS_BIO_END(p)	(!(p)->len && (p)->offset != 42)

struct layout {
	const char *name;
	struct part parts[MAX_VECS];
};

/* A NO_PART is put after the last one */
static const struct layout layouts[] = {
	{ "a page", { { 0, SZ_4K }, NO_PART } },
	{ "a few bytes", { { 1021, 20 }, NO_PART } },
	{ "64K", { { 0, SZ_64K }, NO_PART } },
	{ "64K less a byte at each end", { { 1, SZ_64K - 2 }, NO_PART } },
	{ "pages apart", {
		{ 0, SZ_4K }, { SZ_8K, SZ_4K }, { SZ_16K, SZ_4K },
		{ 24 * SZ_1K, SZ_4K }, NO_PART } },
	{ "pages backwards", {
		{ 12 * SZ_1K, SZ_4K }, { SZ_8K, SZ_4K }, { SZ_4K, SZ_4K },
		{ 0, SZ_4K }, NO_PART } },
	{ "adjacent in a bio", {
		{ 0, SZ_4K }, { SZ_4K, SZ_4K }, { SZ_8K, SZ_4K }, NO_PART } },
	{ "adjacent bios", {
		{ 0, SZ_4K }, BIO_END, { SZ_4K, SZ_4K }, BIO_END,
		{ SZ_8K, SZ_4K }, NO_PART } },
	{ "adjacent, then apart", {
		{ 0, SZ_4K }, { SZ_4K, SZ_4K }, BIO_END, { SZ_16K, SZ_4K },
		BIO_END, { 20 * SZ_1K, SZ_8K }, NO_PART } },
	{ "empty bios", {
		{ 0, SZ_4K }, BIO_END, BIO_END, BIO_END, { SZ_8K, SZ_4K },
		BIO_END, NO_PART } },
	{ "head and tail", {
		{ SZ_4K - 512, 512 }, { SZ_8K, SZ_4K }, { SZ_16K, 512 },
		NO_PART } },
	{ "short head and tail", {
		{ SZ_4K - 3, 3 }, { SZ_16K, 5 }, NO_PART } },
	{ "sectors apart", {
		{ 0, 512 }, { 1024, 512 }, { 2048, 512 }, BIO_END,
		{ 3072, 512 }, { SZ_4K, 512 }, NO_PART } },
	{ "more sectors than are linked at once", {
		{ 0, 512 }, { 1024, 512 }, { 2048, 512 }, { 3072, 512 },
		{ 4096, 512 }, { 5120, 512 }, { 6144, 512 }, { 7168, 512 },
		{ 8192, 512 }, { 9216, 512 }, { 10240, 512 }, { 11264, 512 },
		{ 12288, 512 }, { 13312, 512 }, { 14336, 512 }, { 15360, 512 },
		{ 16384, 512 }, { 17408, 512 }, { 18432, 512 }, { 19456, 512 },
		{ 32768, 512 }, { 33792, 512 }, { 34816, 512 }, { 30720, 512 },
		NO_PART } },
	{ "2K apart", {
		{ 0, SZ_2K }, { SZ_4K, SZ_2K }, { SZ_8K, SZ_2K }, NO_PART } },
	{ "gaps", {
		{ 0, 100 }, { 200, 100 }, { 5000, 4000 }, { 20001, 7 },
		NO_PART } },
	{ "sizes around a page", {
		{ 0, SZ_4K - 1 }, { SZ_8K, SZ_4K }, { SZ_16K, SZ_4K + 1 },
		{ SZ_32K, SZ_8K + 1 }, NO_PART } },
	{ "adjacent, unaligned", {
		{ 10, 1000 }, { 1010, 3086 }, { SZ_4K, 1 }, BIO_END,
		{ SZ_4K + 1, 9000 }, NO_PART } },
	{ "one page of metadata after another, unaligned", {
		{ SZ_2K, SZ_2K }, { SZ_4K, SZ_8K }, { 12 * SZ_1K, SZ_2K },
		NO_PART } },
	{ "contiguous, a page, two and one", {
		{ 0, SZ_4K }, { SZ_4K, SZ_8K }, { 12 * SZ_1K, SZ_4K },
		NO_PART } },
	{ "contiguous, three pages and two, twice", {
		{ 0, 12 * SZ_1K }, { 12 * SZ_1K, SZ_8K }, BIO_END,
		{ 20 * SZ_1K, 12 * SZ_1K }, { SZ_32K, SZ_8K }, NO_PART } },
	{ "empty bvec first", { EMPTY, { 0, SZ_4K }, NO_PART } },
	{ "empty bvecs first", {
		EMPTY, EMPTY, { SZ_8K, SZ_8K }, { 0, SZ_4K }, NO_PART } },
	{ "empty bvecs in the middle", {
		{ 0, SZ_4K }, EMPTY, { SZ_8K, SZ_4K }, EMPTY, EMPTY,
		{ SZ_16K, SZ_4K }, NO_PART } },
	{ "empty bvecs between contiguous ones", {
		{ 0, SZ_4K }, EMPTY, { SZ_4K, SZ_4K }, BIO_END, EMPTY,
		{ SZ_8K, SZ_4K }, NO_PART } },
	{ "empty bvecs last", {
		{ 0, SZ_4K }, { SZ_8K, SZ_4K }, EMPTY, EMPTY, NO_PART } },
	{ "empty bvecs at the ends of bios", {
		EMPTY, { 0, SZ_4K }, EMPTY, BIO_END, EMPTY, { SZ_8K, SZ_4K },
		EMPTY, BIO_END, EMPTY, BIO_END, EMPTY, { SZ_16K, SZ_4K },
		NO_PART } },
	{ "long ones", {
		{ 0, SZ_16K }, { 20 * SZ_1K, SZ_16K }, { 40 * SZ_1K, SZ_16K },
		NO_PART } },
};

struct limits {
	const char *name;
	unsigned int max_segment_size;
	unsigned long boundary;
	unsigned long virt_boundary;
};

/* The first has the limits of NVMe */
static const struct limits all_limits[] = {
	{ "none but pages", UINT_MAX, U32_MAX, SZ_4K - 1 },
	{ "none", UINT_MAX, ULONG_MAX, 0 },
	{ "a page", SZ_4K, ULONG_MAX, 0 },
	{ "a page and one", SZ_4K + 1, ULONG_MAX, 0 },
	{ "8K", SZ_8K, ULONG_MAX, 0 },
	{ "a boundary at 4K", UINT_MAX, SZ_4K - 1, 0 },
	{ "a boundary at 16K", UINT_MAX, SZ_16K - 1, 0 },
	{ "6K, a boundary at 16K", 6 * SZ_1K, SZ_16K - 1, 0 },
	{ "no gaps but at sectors", UINT_MAX, ULONG_MAX, 511 },
};

/* State that a driver keeps of a request, and a bit more for the checks */
struct test_mapping {
	struct dma_iova_state state;
	enum pci_p2pdma_map_type type;
	int error;
	bool is_range;		/* of IOVA; the state forgets it */
	unsigned int nr;
	unsigned int bytes;
	struct {
		dma_addr_t addr;
		u32 len;
		bool unmap;
	} steps[MAX_VECS * 4];
};

/* A request of parts of a world's memory */
struct test_request {
	struct kunit *test;
	struct dma_world *w;
	struct request rq;
	struct request_queue q;
	struct bio *bios;			/* MAX_BIOS */
	struct bio_vec bvecs[MAX_VECS];
	unsigned int nr_vecs;
	struct part parts[MAX_VECS];		/* without those of no length */
	unsigned int nr_parts;
	unsigned int bytes;
	unsigned int count;			/* of segments */
	bool integrity;
	struct bio_integrity_payload *bips;	/* MAX_BIOS */
	u8 *list;				/* two copies of its memory */
	struct test_mapping mapping;
};

/* ---- reports of dma-debug */

/*
 * Two segments in one cache line are worth a report where a driver has its
 * buffers so, and what is tested here.
 */
#ifdef CONFIG_DMA_API_DEBUG
static void debug_count_start(struct kunit *test)
{
	if (!dma_debug_is_off())
		dma_debug_count_start(test);
}

static unsigned int debug_reports(void)
{
	return dma_debug_reports();
}
#else
static void debug_count_start(struct kunit *test)
{
}

static unsigned int debug_reports(void)
{
	return 0;
}
#endif

/* ---- making them */

static struct test_request *request_create(struct kunit *test,
					   struct dma_world *w)
{
	struct test_request *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	debug_count_start(test);
	t->test = test;
	t->w = w;
	t->bios = kunit_kcalloc(test, MAX_BIOS, sizeof(*t->bios), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->bios);
	t->bips = kunit_kcalloc(test, MAX_BIOS, sizeof(*t->bips), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->bips);
	t->list = kunit_kzalloc(test, 2 * DMA_AREA_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->list);
	return t;
}

static void request_set_limits(struct test_request *t, const struct limits *l)
{
	t->q.limits.max_segment_size = l->max_segment_size;
	t->q.limits.seg_boundary_mask = l->boundary;
	t->q.limits.virt_boundary_mask = l->virt_boundary;
}

/* The memory is the data of the bio, or its metadata */
static void request_end_bio(struct test_request *t, struct bio *bio,
			    unsigned int vec, unsigned int size)
{
	struct bio_integrity_payload *bip = &t->bips[bio - t->bios];

	bio->bi_iter.bi_size = t->integrity ? 0 : size;
	bio->bi_io_vec = &t->bvecs[vec];
	if (t->integrity) {
		bio->bi_opf |= REQ_INTEGRITY;
#ifdef CONFIG_BLK_DEV_INTEGRITY
		bio->bi_integrity = bip;
#endif
		bip->bip_vec = &t->bvecs[vec];
		bip->bip_iter.bi_size = size;
	}
}

/* How many segments the block layer counts */
static unsigned int request_count(struct test_request *t)
{
#ifdef CONFIG_BLK_DEV_INTEGRITY
	if (t->integrity)
		return blk_rq_count_integrity_sg(&t->q, t->rq.bio);
#endif
	return blk_recalc_rq_segments(&t->rq);
}

static void request_build(struct test_request *t, const struct part *parts,
			  enum req_op op)
{
	unsigned int nr_bios = 0, vec = 0, size = 0;
	const struct part *p;

	memset(t->bios, 0, MAX_BIOS * sizeof(*t->bios));
	memset(t->bips, 0, MAX_BIOS * sizeof(*t->bips));
	memset(&t->rq, 0, sizeof(t->rq));
	t->nr_vecs = 0;
	t->nr_parts = 0;
	t->bytes = 0;
	for (p = parts; ; p++) {
		if (!IS_BIO_END(p)) {
			phys_addr_t phys = t->w->phys + p->offset;

			bvec_set_page(&t->bvecs[t->nr_vecs++],
				      pfn_to_page(PHYS_PFN(phys)), p->len,
				      offset_in_page(phys));
			if (p->len)
				t->parts[t->nr_parts++] = *p;
			t->bytes += p->len;
			size += p->len;
			continue;
		}
		if (nr_bios)
			t->bios[nr_bios - 1].bi_next = &t->bios[nr_bios];
		request_end_bio(t, &t->bios[nr_bios++], vec, size);
		vec = t->nr_vecs;
		size = 0;
		if (p->offset == U32_MAX)
			break;
	}

	t->rq.q = &t->q;
	t->rq.bio = t->bios;
	/* Metadata is not as long as the data */
	t->rq.__data_len = t->integrity ? SECTOR_SIZE : t->bytes;
	t->rq.cmd_flags = op | (t->integrity ? REQ_INTEGRITY : 0);
	t->count = request_count(t);
	t->rq.nr_phys_segments = t->integrity ? 1 : t->count;
	t->rq.nr_integrity_segments = t->integrity ? t->count : 0;
}

/* ---- being the driver */

static bool map_step(struct test_request *t, struct test_mapping *m,
		     struct blk_dma_iter *iter, bool first)
{
	struct device *dev = t->w->dev;

	if (t->integrity)
		return first ?
			blk_rq_integrity_dma_map_iter_start(&t->rq, dev,
							    &m->state, iter) :
			blk_rq_integrity_dma_map_iter_next(&t->rq, dev, iter);
	return first ?
		blk_rq_dma_map_iter_start(&t->rq, dev, &m->state, iter) :
		blk_rq_dma_map_iter_next(&t->rq, dev, iter);
}

/* Nothing that is left of another request may matter */
static void request_map(struct test_request *t, struct test_mapping *m)
{
	struct blk_dma_iter iter;

	memset(m, 0xa5, sizeof(*m));
	memset(&iter, 0xa5, sizeof(iter));
	m->nr = 0;
	m->bytes = 0;
	while (map_step(t, m, &iter, !m->nr)) {
		KUNIT_ASSERT_LT(t->test, m->nr, ARRAY_SIZE(m->steps));
		m->steps[m->nr].addr = iter.addr;
		m->steps[m->nr].len = iter.len;
		m->steps[m->nr].unmap = blk_dma_iter_need_unmap(t->w->dev,
								&m->state,
								&iter);
		m->bytes += iter.len;
		m->nr++;
	}
	m->type = iter.p2pdma.map;
	m->error = blk_status_to_errno(iter.status);
	/* This was the end, whatever the reason */
	KUNIT_EXPECT_FALSE(t->test, map_step(t, m, &iter, false));
	KUNIT_EXPECT_EQ(t->test, m->error, blk_status_to_errno(iter.status));
	m->is_range = dma_use_iova(&m->state);
	if (m->is_range)
		KUNIT_EXPECT_EQ(t->test, dma_iova_size(&m->state), m->bytes);
}

static void request_unmap(struct test_request *t, struct test_mapping *m)
{
	unsigned int i;

	if (blk_rq_dma_unmap(&t->rq, t->w->dev, &m->state, m->bytes, m->type))
		return;
	for (i = 0; i < m->nr; i++)
		if (m->steps[i].unmap)
			dma_unmap_phys(t->w->dev, m->steps[i].addr,
				       m->steps[i].len, rq_dma_dir(&t->rq), 0);
}

/* ---- what has to be */

/* Where in memory a byte of the request is */
static u32 request_offset(const struct test_request *t, u32 byte)
{
	const struct part *p = t->parts;

	for (; byte >= p->len; p++)
		byte -= p->len;
	return p->offset + byte;
}

static bool within_limits(const struct test_request *t, phys_addr_t phys,
			  u32 len)
{
	const struct queue_limits *lim = &t->q.limits;

	return len <= lim->max_segment_size &&
		(phys | lim->seg_boundary_mask) ==
		((phys + len - 1) | lim->seg_boundary_mask);
}

/* On a direct mapping, where the DMA address is the physical one */
static void expect_segments(struct test_request *t,
			    const struct test_mapping *m)
{
	struct kunit *test = t->test;
	u32 byte = 0, i, j, len;
	phys_addr_t phys;

	KUNIT_EXPECT_EQ(test, m->error, 0);
	KUNIT_EXPECT_EQ(test, m->bytes, t->bytes);
	KUNIT_EXPECT_LE(test, m->nr, t->count);
	for (i = 0; i < m->nr; i++, byte += len) {
		phys = m->steps[i].addr;
		len = m->steps[i].len;
		for (j = 0; j < len; j++)
			if (phys + j != t->w->phys +
					request_offset(t, byte + j))
				break;
		KUNIT_ASSERT_EQ_MSG(test, j, len, "wrong memory in segment %u",
				    i);
		KUNIT_EXPECT_TRUE_MSG(test, within_limits(t, phys, len),
				      "segment %u of %u bytes", i, len);
		/* The next byte must not have fit. KMSAN has none merged. */
		if (byte + len == t->bytes || IS_ENABLED(CONFIG_KMSAN) ||
		    m->steps[i + 1].addr != phys + len)
			continue;
		KUNIT_EXPECT_FALSE_MSG(test, within_limits(t, phys, len + 1),
				       "segments %u and %u", i, i + 1);
	}
}

/*
 * May the request be one range of IOVA? Wherever memory is not contiguous, a
 * page of the IOMMU has to end, and another one to begin.
 */
static bool expect_iova(const struct test_request *t)
{
	unsigned long granule, boundary = t->q.limits.seg_boundary_mask;
	u32 i, end, start;

	if (!t->w->iommu || t->count < 2 ||
	    t->bytes > t->q.limits.max_segment_size)
		return false;
	granule = BIT(t->w->iommu->shift);
	/* The worst case for where the range begins */
	if (roundup_pow_of_two(t->bytes + granule - 1) - 1 > boundary)
		return false;
	for (i = 1; i < t->nr_parts; i++) {
		end = t->parts[i - 1].offset + t->parts[i - 1].len;
		start = t->parts[i].offset;
		if (end != start && (end % granule || start % granule))
			return false;
	}
	return true;
}

/* Has a driver with a virtual boundary such requests at all? */
static bool fits_virt_boundary(const struct test_request *t)
{
	unsigned long mask = t->q.limits.virt_boundary_mask;
	u32 i;

	for (i = 1; i < t->nr_parts; i++)
		if ((t->parts[i].offset |
		     (t->parts[i - 1].offset + t->parts[i - 1].len)) & mask)
			return false;
	return true;
}

static void request_copy(const struct test_request *t, u8 *list, u8 *area,
			 bool to_area)
{
	const struct part *p;

	for (p = t->parts; p < t->parts + t->nr_parts; list += p->len, p++) {
		if (to_area)
			memcpy(area + p->offset, list, p->len);
		else
			memcpy(list, area + p->offset, p->len);
	}
}

/* Are parts of two bvecs in one cache line? */
static bool shares_cache_line(const struct test_request *t)
{
	const struct part *p, *q;

	for (p = t->parts; p < t->parts + t->nr_parts; p++)
		for (q = t->parts; q < p; q++)
			if (round_down(p->offset, L1_CACHE_BYTES) <
			    round_up(q->offset + q->len, L1_CACHE_BYTES) &&
			    round_down(q->offset, L1_CACHE_BYTES) <
			    round_up(p->offset + p->len, L1_CACHE_BYTES))
				return true;
	return false;
}

/* The device reads or writes all of the request where it is mapped */
static void expect_transfer(struct test_request *t, struct test_mapping *m,
			    enum req_op op)
{
	struct dma_world *w = t->w;
	struct kunit *test = t->test;
	u8 *list = t->list, *want = w->want;
	unsigned int reports = debug_reports();
	u32 done = 0, i;

	memcpy(w->cpu, w->pattern_cpu, DMA_AREA_SIZE);
	memcpy(want, w->pattern_cpu, DMA_AREA_SIZE);
	memset(list, 0, t->bytes);

	request_map(t, m);
	KUNIT_ASSERT_EQ(test, m->error, 0);
	KUNIT_EXPECT_EQ(test, m->bytes, t->bytes);
	if (op == REQ_OP_READ) {
		request_copy(t, list, w->pattern_device, false);
		request_copy(t, list, want, true);
	}
	for (i = 0; i < m->nr; done += m->steps[i++].len) {
		if (op == REQ_OP_READ)
			KUNIT_EXPECT_TRUE(test,
					  dma_world_write(w, m->steps[i].addr,
							  list + done,
							  m->steps[i].len));
		else
			KUNIT_EXPECT_TRUE(test,
					  dma_world_read(w, m->steps[i].addr,
							 list + done,
							 m->steps[i].len));
	}
	if (op == REQ_OP_WRITE) {
		request_copy(t, list + DMA_AREA_SIZE, want, false);
		KUNIT_EXPECT_EQ(test, 0, memcmp(list, list + DMA_AREA_SIZE,
						t->bytes));
	}
	request_unmap(t, m);
	KUNIT_EXPECT_EQ(test, 0, memcmp(w->cpu, want, DMA_AREA_SIZE));
	dma_world_expect_idle(w);
	if (!shares_cache_line(t))
		KUNIT_EXPECT_EQ(test, debug_reports(), reports);
	cond_resched();
}

/* ---- segments */

static void layout_desc(const struct layout *l, char *desc)
{
	strscpy(desc, l->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(layout, layouts, layout_desc);

static void segments_layout(struct kunit *test, bool integrity)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = request_create(test, w);
	struct test_mapping *m = &t->mapping;
	const struct layout *l = test->param_value;
	int i;

	t->integrity = integrity;
	for (i = 0; i < ARRAY_SIZE(all_limits); i++) {
		request_set_limits(t, &all_limits[i]);
		request_build(t, l->parts, REQ_OP_WRITE);
		request_map(t, m);
		expect_segments(t, m);
		request_unmap(t, m);
		dma_world_expect_idle(w);
	}
}

static void blk_dma_segments(struct kunit *test)
{
	segments_layout(test, false);
}

static void blk_dma_segments_integrity(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_BLK_DEV_INTEGRITY))
		kunit_skip(test, "needs CONFIG_BLK_DEV_INTEGRITY");
	segments_layout(test, true);
}

/* A bio that was split begins and ends inside of bvecs */
static void blk_dma_segments_split_bio(struct kunit *test)
{
	static const struct part parts[] = {
		{ 0, SZ_8K }, { SZ_8K, SZ_8K }, BIO_END,
		{ SZ_16K, SZ_8K }, NO_PART
	};
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = request_create(test, w);
	struct test_mapping *m = &t->mapping;

	if (IS_ENABLED(CONFIG_KMSAN))
		kunit_skip(test, "KMSAN has no segments merged");
	request_set_limits(t, &all_limits[1]);
	request_build(t, parts, REQ_OP_WRITE);
	t->bios[0].bi_iter.bi_bvec_done = 512;
	t->bios[0].bi_iter.bi_size -= 512 + 1024;
	t->bios[1].bi_iter.bi_bvec_done = 100;
	t->bios[1].bi_iter.bi_size -= 200;
	t->rq.__data_len -= 512 + 1024 + 200;
	request_map(t, m);
	KUNIT_EXPECT_EQ(test, m->nr, 2);
	KUNIT_EXPECT_EQ(test, m->steps[0].addr, w->phys + 512);
	KUNIT_EXPECT_EQ(test, m->steps[0].len, SZ_16K - 512 - 1024);
	KUNIT_EXPECT_EQ(test, m->steps[1].addr, w->phys + SZ_16K + 100);
	KUNIT_EXPECT_EQ(test, m->steps[1].len, SZ_8K - 200);
	request_unmap(t, m);

	/* What is cut off the second begins where the first one ends */
	t->bios[1].bi_io_vec = &t->bvecs[1];
	t->bios[1].bi_iter.bi_bvec_done = SZ_8K - 1024;
	t->bios[1].bi_iter.bi_size = 1024;
	t->rq.__data_len = SZ_16K - 512;
	request_map(t, m);
	KUNIT_EXPECT_EQ(test, m->nr, 1);
	KUNIT_EXPECT_EQ(test, m->steps[0].len, SZ_16K - 512);
	request_unmap(t, m);

	/* What is cut off the first may be bvecs */
	t->bios[0].bi_next = NULL;
	t->bios[0].bi_iter.bi_idx = 1;
	t->bios[0].bi_iter.bi_size = SZ_8K - 512;
	t->rq.__data_len = SZ_8K - 512;
	request_map(t, m);
	KUNIT_EXPECT_EQ(test, m->nr, 1);
	KUNIT_EXPECT_EQ(test, m->steps[0].addr, w->phys + SZ_8K + 512);
	KUNIT_EXPECT_EQ(test, m->steps[0].len, SZ_8K - 512);
	request_unmap(t, m);
	dma_world_expect_idle(w);
}

static void blk_dma_segments_special(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = request_create(test, w);
	struct test_mapping *m = &t->mapping;

	request_set_limits(t, &all_limits[0]);
	request_build(t, layouts[0].parts, REQ_OP_DISCARD);
	t->rq.rq_flags |= RQF_SPECIAL_PAYLOAD;
	bvec_set_page(&t->rq.special_vec,
		      pfn_to_page(PHYS_PFN(w->phys + SZ_32K)), 128, 16);
	request_map(t, m);
	KUNIT_EXPECT_EQ(test, m->error, 0);
	KUNIT_EXPECT_EQ(test, m->nr, 1);
	KUNIT_EXPECT_EQ(test, m->steps[0].addr, w->phys + SZ_32K + 16);
	KUNIT_EXPECT_EQ(test, m->steps[0].len, 128);
	request_unmap(t, m);
	dma_world_expect_idle(w);
}

static void blk_dma_segments_none(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = request_create(test, w);
	struct test_mapping *m = &t->mapping;

	request_set_limits(t, &all_limits[0]);
	request_build(t, layouts[0].parts, REQ_OP_DRV_OUT);
	t->integrity = true;
	request_map(t, m);
	KUNIT_EXPECT_EQ(test, m->error, 0);
	KUNIT_EXPECT_EQ(test, m->nr, 0);
	KUNIT_EXPECT_FALSE(test, m->is_range);

	t->integrity = false;
	t->rq.bio = NULL;
	t->rq.__data_len = 0;
	request_map(t, m);
	KUNIT_EXPECT_EQ(test, m->error, 0);
	KUNIT_EXPECT_EQ(test, m->nr, 0);
	KUNIT_EXPECT_FALSE(test, m->is_range);
	dma_world_expect_idle(w);
}

/* A request without memory for its bytes is an error, and not the end */
static void blk_dma_segments_no_memory(struct kunit *test)
{
	static const struct {
		struct part parts[4];
		bool has_bios;
		unsigned int bytes;
		int error;
	} cases[] = {
		{ { NO_PART },			true,  SZ_4K, -EIO },
		{ { BIO_END, NO_PART },		true,  SZ_4K, -EIO },
		{ { EMPTY, NO_PART },		true,  SZ_4K, -EIO },
		{ { EMPTY, BIO_END, EMPTY, NO_PART }, true, 512, -EIO },
		{ { NO_PART },			true,  0, 0 },
		{ { EMPTY, NO_PART },		true,  0, 0 },
		{ { NO_PART },			false, 0, 0 },
	};
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = request_create(test, w);
	struct test_mapping *m = &t->mapping;
	int i;

	request_set_limits(t, &all_limits[0]);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		request_build(t, cases[i].parts, REQ_OP_WRITE);
		t->rq.nr_phys_segments = 1;
		t->rq.__data_len = cases[i].bytes;
		if (!cases[i].has_bios)
			t->rq.bio = NULL;
		request_map(t, m);
		KUNIT_EXPECT_EQ_MSG(test, m->error, cases[i].error, "case %d",
				    i);
		KUNIT_EXPECT_EQ(test, m->nr, 0);
		dma_world_expect_idle(w);
	}
}

/* Operations whose bios have a size, but no memory */
static void blk_dma_segments_no_data(struct kunit *test)
{
	static const enum req_op ops[] = {
		REQ_OP_DISCARD, REQ_OP_SECURE_ERASE, REQ_OP_WRITE_ZEROES
	};
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = request_create(test, w);
	struct test_mapping *m = &t->mapping;
	int i;

	request_set_limits(t, &all_limits[0]);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		request_build(t, layouts[0].parts, ops[i]);
		t->bios[0].bi_opf = ops[i];
		t->bios[0].bi_io_vec = NULL;
		request_map(t, m);
		KUNIT_EXPECT_EQ(test, m->error, 0);
		KUNIT_EXPECT_EQ(test, m->nr, 0);
	}
}

/*
 * Protection information asks for memory that is aligned to its interval, and
 * what the driver asked for is there again when it is gone.
 */
static void blk_dma_alignment(struct kunit *test)
{
	static const struct {
		unsigned int driver;
		enum blk_integrity_checksum csum;
		unsigned int block;
		unsigned int want;
	} cases[] = {
		{ 3,		BLK_INTEGRITY_CSUM_NONE,  512,	 3 },
		{ 3,		BLK_INTEGRITY_CSUM_CRC,   512,	 511 },
		{ 3,		BLK_INTEGRITY_CSUM_CRC,   SZ_4K, SZ_4K - 1 },
		{ 3,		BLK_INTEGRITY_CSUM_IP,    512,	 511 },
		{ 3,		BLK_INTEGRITY_CSUM_CRC64, SZ_4K, SZ_4K - 1 },
		{ SZ_2K - 1,	BLK_INTEGRITY_CSUM_CRC,   512,	 SZ_2K - 1 },
		{ 511,		BLK_INTEGRITY_CSUM_CRC,   512,	 511 },
	};
	struct queue_limits lim, top;
	int i;

	if (!IS_ENABLED(CONFIG_BLK_DEV_INTEGRITY))
		kunit_skip(test, "needs CONFIG_BLK_DEV_INTEGRITY");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		lim = (struct queue_limits) {
			.dma_alignment = cases[i].driver,
			.logical_block_size = cases[i].block,
			.integrity.csum_type = cases[i].csum,
			.integrity.tuple_size = 8,
		};
		KUNIT_ASSERT_EQ(test, blk_set_default_limits(&lim), 0);
		KUNIT_EXPECT_EQ_MSG(test, blk_lim_dma_alignment(&lim),
				    cases[i].want, "case %d", i);

		/* A device on top has no profile of its own */
		blk_set_stacking_limits(&top);
		blk_stack_limits(&top, &lim, 0);
		KUNIT_EXPECT_GE(test, blk_lim_dma_alignment(&top),
				cases[i].want);

		lim.integrity = (struct blk_integrity) {};
		KUNIT_ASSERT_EQ(test, blk_set_default_limits(&lim), 0);
		KUNIT_EXPECT_EQ_MSG(test, blk_lim_dma_alignment(&lim),
				    cases[i].driver, "without it, case %d", i);
	}
}

/* ---- transfers */

static const enum dma_kind kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_BOUNCE, DMA_KIND_OPS, DMA_KIND_IOMMU_512,
	DMA_KIND_IOMMU_2K, DMA_KIND_IOMMU, DMA_KIND_UNTRUSTED,
};

static void kind_desc(const enum dma_kind *kind, char *desc)
{
	strscpy(desc, dma_kind_names[*kind], KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(kind, kinds, kind_desc);

/* The bytes at physical address 0 are mapped as all others are */
static void blk_dma_transfer_address_0(struct kunit *test)
{
	static const struct part parts[] = { { 0, 1 }, { SZ_8K, 1 }, NO_PART };
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;
	struct dma_world *w = dma_world_create(test, kind);
	struct test_request *t = request_create(test, w);
	struct test_mapping *m = &t->mapping;
	unsigned int len, nr;

	if (!pfn_valid(0) || kind == DMA_KIND_OPS)
		kunit_skip(test, "there is no memory at address 0");
	request_set_limits(t, &all_limits[1]);
	for (len = 1; len <= 2; len++) {
		for (nr = 1; nr <= 2; nr++) {
			request_build(t, nr == 1 ? parts + 1 : parts,
				      REQ_OP_WRITE);
			bvec_set_page(&t->bvecs[0], pfn_to_page(0), len, 0);
			t->bios[0].bi_iter.bi_size = nr - 1 + len;
			t->rq.__data_len = nr - 1 + len;
			request_map(t, m);
			KUNIT_EXPECT_EQ(test, m->error, 0);
			KUNIT_EXPECT_EQ(test, m->nr, nr);
			if (kind != DMA_KIND_DIRECT)
				KUNIT_EXPECT_TRUE(test, m->steps[0].unmap);
			request_unmap(t, m);
			dma_world_expect_idle(w);
		}
	}
}

static void transfer_layouts(struct kunit *test, bool integrity)
{
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;
	struct dma_world *w = dma_world_create(test, kind);
	struct test_request *t = request_create(test, w);
	struct test_mapping *m = &t->mapping;
	unsigned int i, j, ranges = 0;
	enum req_op op;

	t->integrity = integrity;
	for (i = 0; i < ARRAY_SIZE(layouts); i++) {
		for (j = 0; j < ARRAY_SIZE(all_limits); j++) {
			request_set_limits(t, &all_limits[j]);
			op = (i + j) % 2 ? REQ_OP_WRITE : REQ_OP_READ;
			request_build(t, layouts[i].parts, op);
			if (!fits_virt_boundary(t))
				continue;
			expect_transfer(t, m, op);
			KUNIT_EXPECT_EQ_MSG(test, m->is_range, expect_iova(t),
					    "a range of IOVA? %s, limits %s",
					    layouts[i].name,
					    all_limits[j].name);
			if (m->is_range) {
				KUNIT_EXPECT_EQ(test, m->nr, 1);
				ranges++;
			}
		}
	}
	if (w->iommu)
		KUNIT_EXPECT_GT(test, ranges, 0);
}

static void blk_dma_transfer(struct kunit *test)
{
	transfer_layouts(test, false);
}

static void blk_dma_transfer_integrity(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_BLK_DEV_INTEGRITY))
		kunit_skip(test, "needs CONFIG_BLK_DEV_INTEGRITY");
	transfer_layouts(test, true);
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
	struct test_request *t = request_create(test, w);
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

		request_set_limits(t, &all_limits[round %
						  ARRAY_SIZE(all_limits)]);
		op = round & 1 ? REQ_OP_WRITE : REQ_OP_READ;
		request_build(t, parts, op);
		if (!fits_virt_boundary(t))
			t->q.limits.virt_boundary_mask = 0;
		expect_transfer(t, m, op);
		KUNIT_EXPECT_EQ(test, m->is_range, expect_iova(t));
		if (kind == DMA_KIND_DIRECT)
			expect_segments(t, m);
	}
}

/*
 * The device reaches the first 16K, and what is beyond is bounced, or begins
 * within them and ends beyond. What need not be mapped lies between what must.
 */
static void blk_dma_transfer_reach(struct kunit *test)
{
	static const struct part parts[] = {
		{ 0, SZ_4K }, { SZ_16K, SZ_4K }, { SZ_4K, SZ_2K },
		{ 15 * SZ_1K, SZ_2K }, { SZ_8K, SZ_4K }, { SZ_32K, 512 },
		{ SZ_8K - 512, 512 }, NO_PART
	};
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	struct test_request *t = request_create(test, w);
	struct test_mapping *m = &t->mapping;
	phys_addr_t limit = w->phys + SZ_16K - 1, phys;
	unsigned int i;

	if (w->tlb->defpool.end > w->phys)
		kunit_skip(test, "the bounce buffers are above the memory");
	w->tlb->force_bounce = false;
	*w->dev->dma_mask = limit;
	if (dma_unmapped_limit(w->dev))
		KUNIT_EXPECT_EQ(test, dma_unmapped_limit(w->dev), limit + 1);
	request_set_limits(t, &all_limits[1]);
	request_build(t, parts, REQ_OP_READ);
	expect_transfer(t, m, REQ_OP_READ);
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
	request_build(t, parts, REQ_OP_WRITE);
	expect_transfer(t, m, REQ_OP_WRITE);
}

/* A bus address is not a mapping, whatever the device needs for those */
static void blk_dma_unmap_bus_addr(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_OPS);
	struct test_request *t = request_create(test, w);
	struct dma_iova_state state = {};

	request_build(t, layouts[0].parts, REQ_OP_READ);
	KUNIT_EXPECT_FALSE(test, blk_rq_dma_unmap(&t->rq, w->dev, &state,
						  t->bytes,
						  PCI_P2PDMA_MAP_NONE));
	KUNIT_EXPECT_TRUE(test, blk_rq_dma_unmap(&t->rq, w->dev, &state,
						 t->bytes,
						 PCI_P2PDMA_MAP_BUS_ADDR));
}

/* ---- failures */

static const struct layout *pages_apart = &layouts[4];

/* The driver knows why, and unmaps what it was given */
static void expect_failed(struct test_request *t, struct test_mapping *m,
			  int error)
{
	struct kunit *test = t->test;

	KUNIT_EXPECT_EQ(test, m->error, error);
	KUNIT_EXPECT_LT(test, m->bytes, t->bytes);
	request_unmap(t, m);
}

/* ... and that was nothing, as all was to be one range */
static void expect_no_range(struct test_request *t, struct test_mapping *m,
			    int error)
{
	struct kunit *test = t->test;

	expect_failed(t, m, error);
	KUNIT_EXPECT_EQ(test, m->nr, 0);
	KUNIT_EXPECT_FALSE(test, m->is_range);
	dma_world_expect_idle(t->w);
}

/* A request for a world that has an IOMMU */
static struct test_request *request_create_iommu(struct kunit *test)
{
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;

	if (!dma_kind_has_iommu(kind))
		kunit_skip(test, "has no IOMMU");
	return request_create(test, dma_world_create(test, kind));
}

/* An IOMMU page that cannot be mapped, each one of a request in turn */
static void blk_dma_fail_iommu(struct kunit *test)
{
	struct test_request *t = request_create_iommu(test);
	struct mock_domain *iommu = t->w->iommu;
	struct test_mapping *m = &t->mapping;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(layouts); i++) {
		request_set_limits(t, &all_limits[1]);
		request_build(t, layouts[i].parts, REQ_OP_READ);
		for (n = 0; ; n++) {
			iommu->fail_after = n;
			iommu->failed = false;
			request_map(t, m);
			iommu->fail_after = -1;
			if (!iommu->failed)
				break;
			expect_failed(t, m, -ENOMEM);
			KUNIT_EXPECT_FALSE(test, m->is_range);
			dma_world_expect_idle(t->w);
		}
		KUNIT_EXPECT_EQ(test, m->error, 0);
		KUNIT_EXPECT_GT(test, n, 0);
		request_unmap(t, m);
		dma_world_expect_idle(t->w);
		expect_transfer(t, m, REQ_OP_READ);
	}
}

/* No room for a range, and none for the first segment either */
static void blk_dma_fail_iova(struct kunit *test)
{
	struct test_request *t = request_create_iommu(test);
	struct test_mapping *m = &t->mapping;

	request_set_limits(t, &all_limits[0]);
	request_build(t, pages_apart->parts, REQ_OP_READ);
	mock_iommu_set_aperture(t->w->iommu, 0);
	request_map(t, m);
	expect_no_range(t, m, -ENOMEM);
	mock_iommu_set_aperture(t->w->iommu, DMA_BIT_MASK(36));
	expect_transfer(t, m, REQ_OP_READ);
}

/* All is linked, and the IOMMU does not take it in; only some may later */
static void blk_dma_fail_sync(struct kunit *test)
{
	static const int errors[] = { -ENOMEM, -EIO };
	struct test_request *t = request_create_iommu(test);
	struct test_mapping *m = &t->mapping;
	unsigned int i;

	request_set_limits(t, &all_limits[0]);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		request_build(t, pages_apart->parts, REQ_OP_READ);
		t->w->iommu->sync_error = errors[i];
		request_map(t, m);
		t->w->iommu->sync_error = 0;
		expect_no_range(t, m, errors[i]);
		expect_transfer(t, m, REQ_OP_READ);
	}
}

/* Bounce slots that run out, after each segment in turn */
static void blk_dma_fail_bounce(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	struct test_request *t = request_create(test, w);
	struct test_mapping *m = &t->mapping;
	unsigned int n, free, used;
	dma_addr_t *full;

	full = kunit_kcalloc(test, DMA_POOL_SLOTS, sizeof(*full), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, full);
	request_set_limits(t, &all_limits[0]);
	request_build(t, pages_apart->parts, REQ_OP_READ);
	for (free = 0; free < 4; free++) {
		used = DMA_POOL_SLOTS / 2 - free;
		for (n = 0; n < used; n++)
			full[n] = dma_map_phys(w->dev, w->phys + SZ_32K, SZ_4K,
					       DMA_TO_DEVICE, 0);
		request_map(t, m);
		KUNIT_EXPECT_EQ(test, m->nr, free);
		expect_failed(t, m, -ENOMEM);
		KUNIT_EXPECT_EQ(test, dma_bounce_used(w->tlb), 2 * used);
		while (n--)
			dma_unmap_phys(w->dev, full[n], SZ_4K, DMA_TO_DEVICE,
				       0);
		dma_world_expect_idle(w);
	}
	expect_transfer(t, m, REQ_OP_READ);
}

/*
 * Memory of a peer in the middle of a request. It is not mapped, nor even
 * looked at: a page that only says what it is will do.
 */
static void blk_dma_fail_mixed(struct kunit *test)
{
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;
	struct dma_world *w = dma_world_create(test, kind);
	struct test_request *t = request_create(test, w);
	struct test_mapping *m = &t->mapping;
	struct dev_pagemap *pgmap;
	struct page *page;

	if (!IS_ENABLED(CONFIG_PCI_P2PDMA))
		kunit_skip(test, "needs CONFIG_PCI_P2PDMA");
	page = kunit_kzalloc(test, sizeof(*page), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	pgmap = kunit_kzalloc(test, sizeof(*pgmap), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pgmap);
	pgmap->type = MEMORY_DEVICE_PCI_P2PDMA;
#ifdef CONFIG_ZONE_DEVICE
	set_page_zone(page, ZONE_DEVICE);
#endif
	page->pgmap = pgmap;
	KUNIT_ASSERT_TRUE(test, is_pci_p2pdma_page(page));

	request_set_limits(t, &all_limits[0]);
	request_build(t, pages_apart->parts, REQ_OP_WRITE);
	t->bvecs[2].bv_page = page;
	request_map(t, m);
	KUNIT_EXPECT_EQ(test, m->error, -EINVAL);
	KUNIT_EXPECT_EQ(test, m->nr, w->iommu ? 0 : 2);
	request_unmap(t, m);
	dma_world_expect_idle(w);

	/* It will never work, whatever fails besides */
	if (!w->iommu)
		return;
	w->iommu->fail_after = 0;
	request_map(t, m);
	w->iommu->fail_after = -1;
	KUNIT_EXPECT_EQ(test, m->error, -EINVAL);
	dma_world_expect_idle(w);
}

static struct kunit_case blk_mq_dma_cases[] = {
	KUNIT_CASE_PARAM(blk_dma_segments, layout_gen_params),
	KUNIT_CASE_PARAM(blk_dma_segments_integrity, layout_gen_params),
	KUNIT_CASE(blk_dma_segments_split_bio),
	KUNIT_CASE(blk_dma_segments_special),
	KUNIT_CASE(blk_dma_segments_none),
	KUNIT_CASE(blk_dma_segments_no_memory),
	KUNIT_CASE(blk_dma_segments_no_data),
	KUNIT_CASE(blk_dma_alignment),
	KUNIT_CASE_PARAM(blk_dma_transfer, kind_gen_params),
	KUNIT_CASE_PARAM(blk_dma_transfer_integrity, kind_gen_params),
	KUNIT_CASE_PARAM(blk_dma_random, kind_gen_params),
	KUNIT_CASE_PARAM(blk_dma_transfer_address_0, kind_gen_params),
	KUNIT_CASE(blk_dma_transfer_reach),
	KUNIT_CASE(blk_dma_unmap_bus_addr),
	KUNIT_CASE_PARAM(blk_dma_fail_iommu, kind_gen_params),
	KUNIT_CASE_PARAM(blk_dma_fail_iova, kind_gen_params),
	KUNIT_CASE_PARAM(blk_dma_fail_sync, kind_gen_params),
	KUNIT_CASE(blk_dma_fail_bounce),
	KUNIT_CASE_PARAM(blk_dma_fail_mixed, kind_gen_params),
	{}
};

static struct kunit_suite blk_mq_dma_suite = {
	.name = "blk_mq_dma",
	.test_cases = blk_mq_dma_cases,
};

kunit_test_suite(blk_mq_dma_suite);

MODULE_DESCRIPTION("KUnit tests for the mapping of requests for DMA");
MODULE_LICENSE("GPL");
