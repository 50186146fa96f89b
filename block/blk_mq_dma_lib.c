// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that are built by hand, mapped as a driver would map them, and
 * compared with what the device reads and writes: see blk_mq_dma_kunit.h.
 */
#include <linux/bio.h>
#include <linux/blk-integrity.h>
#include "blk_mq_dma_kunit.h"
#include "blk.h"

/* A NO_PART is put after the last one */
const struct layout blk_layouts[BLK_LAYOUTS] = {
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

/*
 * The first has the limits of NVMe. Segments and boundaries are a page at least:
 * the block layer relies on it.
 */
const struct limits blk_limits[BLK_LIMITS] = {
	{ "none but pages", UINT_MAX, U32_MAX, SZ_4K - 1 },
	{ "none", UINT_MAX, ULONG_MAX, 0 },
	{ "a page", PAGE_SIZE, ULONG_MAX, 0 },
	{ "a page and one", PAGE_SIZE + 1, ULONG_MAX, 0 },
	{ "two pages", 2 * PAGE_SIZE, ULONG_MAX, 0 },
	{ "a boundary at a page", UINT_MAX, PAGE_SIZE - 1, 0 },
	{ "a boundary at four", UINT_MAX, 4 * PAGE_SIZE - 1, 0 },
	{ "a page and a half, a boundary at four", 3 * PAGE_SIZE / 2,
	  4 * PAGE_SIZE - 1, 0 },
	{ "no gaps but at sectors", UINT_MAX, ULONG_MAX, 511 },
};

void blk_layout_desc(const struct layout *l, char *desc)
{
	strscpy(desc, l->name, KUNIT_PARAM_DESC_SIZE);
}

const enum dma_kind blk_kinds[BLK_KINDS] = {
	DMA_KIND_DIRECT, DMA_KIND_BOUNCE, DMA_KIND_OPS, DMA_KIND_IOMMU_512,
	DMA_KIND_IOMMU_2K, DMA_KIND_IOMMU, DMA_KIND_UNTRUSTED,
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

struct test_request *blk_req_create(struct kunit *test, struct dma_world *w)
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

void blk_req_set_limits(struct test_request *t, const struct limits *l)
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

void blk_req_build(struct test_request *t, const struct part *parts,
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

/* State left by another request must not matter */
void blk_req_map(struct test_request *t, struct test_mapping *m)
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
		if (m->steps[m->nr].unmap)
			m->steps[m->nr].source = iter.source;
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

static bool request_unmap_all(struct test_request *t, struct test_mapping *m)
{
	if (t->integrity)
		return blk_rq_integrity_dma_unmap(&t->rq, t->w->dev, &m->state,
						  m->bytes, m->type);
	return blk_rq_dma_unmap(&t->rq, t->w->dev, &m->state, m->bytes,
				m->type);
}

void blk_req_unmap(struct test_request *t, struct test_mapping *m)
{
	unsigned int i;

	if (request_unmap_all(t, m))
		return;
	for (i = 0; i < m->nr; i++)
		if (m->steps[i].unmap)
			dma_unmap_phys_from(t->w->dev, m->steps[i].addr,
					    m->steps[i].source,
					    m->steps[i].len,
					    rq_dma_dir(&t->rq), 0);
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
void blk_req_expect_segments(struct test_request *t,
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
bool blk_req_expect_iova(const struct test_request *t)
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
bool blk_req_has_virt_boundary(const struct test_request *t)
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
void blk_req_transfer(struct test_request *t, struct test_mapping *m,
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

	blk_req_map(t, m);
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
	blk_req_unmap(t, m);
	KUNIT_EXPECT_EQ(test, 0, memcmp(w->cpu, want, DMA_AREA_SIZE));
	dma_world_expect_idle(w);
	if (!shares_cache_line(t))
		KUNIT_EXPECT_EQ(test, debug_reports(), reports);
	cond_resched();
}

/* ---- all blk_layouts */

/* The segments of a layout, within each of the limits */
void blk_req_segments(struct kunit *test, bool integrity)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;
	const struct layout *l = test->param_value;
	int i;

	t->integrity = integrity;
	for (i = 0; i < ARRAY_SIZE(blk_limits); i++) {
		blk_req_set_limits(t, &blk_limits[i]);
		blk_req_build(t, l->parts, REQ_OP_WRITE);
		blk_req_map(t, m);
		blk_req_expect_segments(t, m);
		blk_req_unmap(t, m);
		dma_world_expect_idle(w);
	}
}

/* Transfers of each layout, within each of the limits */
void blk_req_transfers(struct kunit *test, bool integrity)
{
	enum dma_kind kind = *(const enum dma_kind *)test->param_value;
	struct dma_world *w = dma_world_create(test, kind);
	struct test_request *t = blk_req_create(test, w);
	struct test_mapping *m = &t->mapping;
	unsigned int i, j, ranges = 0;
	enum req_op op;

	t->integrity = integrity;
	for (i = 0; i < ARRAY_SIZE(blk_layouts); i++) {
		for (j = 0; j < ARRAY_SIZE(blk_limits); j++) {
			blk_req_set_limits(t, &blk_limits[j]);
			op = (i + j) % 2 ? REQ_OP_WRITE : REQ_OP_READ;
			blk_req_build(t, blk_layouts[i].parts, op);
			if (!blk_req_has_virt_boundary(t))
				continue;
			blk_req_transfer(t, m, op);
			KUNIT_EXPECT_EQ_MSG(test, m->is_range,
					    blk_req_expect_iova(t),
					    "a range of IOVA? %s, limits %s",
					    blk_layouts[i].name,
					    blk_limits[j].name);
			if (m->is_range) {
				KUNIT_EXPECT_EQ(test, m->nr, 1);
				ranges++;
			}
		}
	}
	if (w->iommu)
		KUNIT_EXPECT_GT(test, ranges, 0);
}

MODULE_DESCRIPTION("KUnit tests for the mapping of requests for DMA");
MODULE_LICENSE("GPL");
