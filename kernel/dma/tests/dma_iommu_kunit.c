// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of dma-iommu, with the mock IOMMU of dma_kunit_iommu.c.
 */
#include <linux/iommu.h>
#include <linux/iommu-dma.h>
#include <linux/mm.h>
#include <linux/ratelimit.h>
#include <kunit/dma.h>

KUNIT_ARRAY_PARAM(dma_span, dma_spans, dma_span_desc);

static void iommu_transfer_kind(struct kunit *test, enum dma_kind kind)
{
	struct dma_world *w = dma_world_create(test, kind);
	int i;

	for (i = 0; i < DMA_CALLS; i++)
		dma_kunit_transfer_all_dirs(w, &dma_calls[i], test->param_value);
}

static void iommu_transfer(struct kunit *test)
{
	iommu_transfer_kind(test, DMA_KIND_IOMMU);
}

static void iommu_transfer_2k(struct kunit *test)
{
	iommu_transfer_kind(test, DMA_KIND_IOMMU_2K);
}

static void iommu_transfer_512(struct kunit *test)
{
	iommu_transfer_kind(test, DMA_KIND_IOMMU_512);
}

static void iommu_transfer_untrusted(struct kunit *test)
{
	iommu_transfer_kind(test, DMA_KIND_UNTRUSTED);
}

/* Offset in the granule kept, exactly the granules that are touched mapped */
static void iommu_granules(struct kunit *test)
{
	const struct dma_span *span = test->param_value;
	enum dma_kind kind;

	for (kind = DMA_KIND_IOMMU_512; kind <= DMA_KIND_IOMMU; kind++) {
		struct dma_world *w = dma_world_create(test, kind);
		size_t granule = BIT(w->iommu->shift);
		size_t first = span->offset / granule;
		size_t last = (span->offset + span->size - 1) / granule;
		dma_addr_t addr;

		addr = dma_map_phys(w->dev, w->phys + span->offset, span->size,
				    DMA_TO_DEVICE, 0);
		KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
		KUNIT_EXPECT_EQ(test, span->offset % granule, addr % granule);
		KUNIT_EXPECT_EQ(test, last - first + 1, w->iommu->mapped);
		dma_unmap_phys(w->dev, addr, span->size, DMA_TO_DEVICE, 0);
		dma_world_expect_idle(w);
	}
}

struct prot_case {
	enum dma_data_direction dir;
	unsigned long attrs;
	bool noncoherent;
	int prot;
};

static const struct prot_case prot_cases[] = {
	{ DMA_TO_DEVICE, 0, false, IOMMU_READ | IOMMU_CACHE },
	{ DMA_FROM_DEVICE, 0, false, IOMMU_WRITE | IOMMU_CACHE },
	{ DMA_BIDIRECTIONAL, 0, false, IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE },
	{ DMA_TO_DEVICE, 0, true, IOMMU_READ },
	{ DMA_FROM_DEVICE, 0, true, IOMMU_WRITE },
	{ DMA_BIDIRECTIONAL, 0, true, IOMMU_READ | IOMMU_WRITE },
	{ DMA_TO_DEVICE, DMA_ATTR_PRIVILEGED, false,
	  IOMMU_READ | IOMMU_CACHE | IOMMU_PRIV },
	{ DMA_TO_DEVICE, DMA_ATTR_MMIO, false, IOMMU_READ | IOMMU_MMIO },
	{ DMA_FROM_DEVICE, DMA_ATTR_MMIO, false, IOMMU_WRITE | IOMMU_MMIO },
	{ DMA_BIDIRECTIONAL, DMA_ATTR_MMIO, false,
	  IOMMU_READ | IOMMU_WRITE | IOMMU_MMIO },
	{ DMA_BIDIRECTIONAL, DMA_ATTR_MMIO, true,
	  IOMMU_READ | IOMMU_WRITE | IOMMU_MMIO },
	{ DMA_TO_DEVICE, DMA_ATTR_MMIO | DMA_ATTR_PRIVILEGED, false,
	  IOMMU_READ | IOMMU_MMIO | IOMMU_PRIV },
};

static void prot_case_desc(const struct prot_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "direction %d, attributes %#lx%s",
		 c->dir, c->attrs, c->noncoherent ? ", not coherent" : "");
}

KUNIT_ARRAY_PARAM(prot_case, prot_cases, prot_case_desc);

static void iommu_prot(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	const struct prot_case *c = test->param_value;
	phys_addr_t phys = w->phys;
	dma_addr_t addr;

	if (c->noncoherent)
		dma_world_set_noncoherent(w);
	if (c->attrs & DMA_ATTR_MMIO)
		phys = dma_hole(test);
	addr = dma_map_phys(w->dev, phys + 2049, 4096, c->dir, c->attrs);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	KUNIT_EXPECT_EQ(test, c->prot, w->iommu->last_prot);
	dma_unmap_phys(w->dev, addr, 4096, c->dir, c->attrs);
	dma_world_expect_idle(w);
}

/* Cache maintenance for the memory, not for the IOVA */
static void iommu_noncoherent(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU);

	dma_kunit_maintenance(w, 2049, 5000);
}

/* Where in its slot the data lies: the bits of its address that must stay */
static const unsigned int padding_masks[] = { 0, 0x3f, 0x7ff };

static void padding_mask_desc(const unsigned int *mask, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "min_align_mask %#x", *mask);
}

KUNIT_ARRAY_PARAM(padding_mask, padding_masks, padding_mask_desc);

/* An untrusted device reads zeroes before and after its buffer */
static void iommu_untrusted_padding(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	const unsigned int *mask = test->param_value;
	u8 *granule = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	size_t offset;
	dma_addr_t addr;

	KUNIT_ASSERT_NOT_NULL(test, granule);
	dma_set_min_align_mask(w->dev, *mask);
	memset(w->cpu, 0xee, DMA_AREA_SIZE);
	memset(w->tlb->defpool.vaddr, 0xee, IO_TLB_SEGSIZE << IO_TLB_SHIFT);
	addr = dma_map_phys(w->dev, w->phys + 1900, 50, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	offset = offset_in_page(addr);
	KUNIT_EXPECT_EQ(test, 1900 & *mask, offset);
	KUNIT_EXPECT_TRUE(test, dma_world_read(w, addr - offset, granule,
					       PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0xee, granule[offset]);
	KUNIT_EXPECT_EQ(test, 0xee, granule[offset + 49]);
	memset(granule + offset, 0, 50);
	KUNIT_EXPECT_NULL(test, memchr_inv(granule, 0, PAGE_SIZE));
	dma_unmap_phys(w->dev, addr, 50, DMA_TO_DEVICE, 0);
	dma_world_expect_idle(w);
}

/* A scatterlist is one range of IOVA, each byte of it where it belongs */
static void iommu_scatterlist(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU_2K);
	struct scatterlist sg[5], *s;
	u8 want[5], got[5];
	int i, nents;

	memset(w->cpu, 0, DMA_AREA_SIZE);
	sg_init_table(sg, ARRAY_SIZE(sg));
	for (i = 0; i < ARRAY_SIZE(sg); i++) {
		sg_set_buf(&sg[i], w->cpu + (ARRAY_SIZE(sg) - i) * 2 * PAGE_SIZE +
			   7 * i, 3000 + i);
		want[i] = i + 1;
		*(u8 *)sg_virt(&sg[i]) = want[i];
	}
	nents = dma_map_sg(w->dev, sg, ARRAY_SIZE(sg), DMA_TO_DEVICE);
	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(sg), nents);
	for_each_sg(sg, s, nents, i)
		KUNIT_EXPECT_TRUE(test, dma_world_read(w, sg_dma_address(s),
						       &got[i], 1));
	KUNIT_EXPECT_MEMEQ(test, got, want, sizeof(want));
	dma_unmap_sg(w->dev, sg, ARRAY_SIZE(sg), DMA_TO_DEVICE);
	dma_world_expect_idle(w);
}

/* The last granule that the aperture has, and the first that it has not */
static void iommu_aperture_full(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU);
	struct mock_domain *mock;
	dma_addr_t addr[4];
	struct device *dev;
	int i;

	mock = mock_iommu_create(test, 11, 4 * SZ_2K - 1, &dev);
	/* Granule 0 is never handed out */
	for (i = 0; i < 4; i++) {
		addr[i] = dma_map_phys(dev, w->phys + 1 + i * SZ_2K, 10,
				       DMA_TO_DEVICE, 0);
		KUNIT_EXPECT_EQ(test, i == 3, !!dma_mapping_error(dev, addr[i]));
	}
	KUNIT_EXPECT_EQ(test, 3, mock->mapped);
	for (i = 0; i < 3; i++)
		dma_unmap_phys(dev, addr[i], 10, DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, 0, mock->mapped);
	dma_world_expect_idle(w);
}

/* The mask limits the IOVA, not the physical address */
static void iommu_mask(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU);
	dma_addr_t addr;

	*w->dev->dma_mask = DMA_BIT_MASK(PAGE_SHIFT + 4);
	addr = dma_map_phys(w->dev, w->phys + 3, 100, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	KUNIT_EXPECT_LE(test, addr + 99, DMA_BIT_MASK(PAGE_SHIFT + 4));
	dma_unmap_phys(w->dev, addr, 100, DMA_TO_DEVICE, 0);
	addr = dma_map_phys(w->dev, w->phys + 3, DMA_AREA_SIZE - 3,
			    DMA_TO_DEVICE, 0);
	KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR, addr);
	dma_world_expect_idle(w);
}

struct walk_case {
	enum dma_kind kind;
	bool noncoherent;
	unsigned long attrs;
	unsigned int walks;
};

static const struct walk_case walk_cases[] = {
	{ DMA_KIND_IOMMU, false, 0, 0 },
	{ DMA_KIND_IOMMU, false, DMA_ATTR_SKIP_CPU_SYNC, 0 },
	{ DMA_KIND_IOMMU, true, 0, 1 },
	{ DMA_KIND_IOMMU, true, DMA_ATTR_SKIP_CPU_SYNC, 0 },
	{ DMA_KIND_UNTRUSTED, false, 0, 1 },
	{ DMA_KIND_UNTRUSTED, false, DMA_ATTR_SKIP_CPU_SYNC, 1 },
};

static void walk_case_desc(const struct walk_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s, attributes %#lx",
		 dma_kind_names[c->kind], c->noncoherent ? ", not coherent" : "",
		 c->attrs);
}

KUNIT_ARRAY_PARAM(walk_case, walk_cases, walk_case_desc);

/* An unmap asks for the physical address if a cache or a slot depends on it */
static void iommu_unmap_walks(struct kunit *test)
{
	const struct walk_case *c = test->param_value;
	struct dma_world *w = dma_world_create(test, c->kind);
	dma_addr_t addr;

	if (c->noncoherent)
		dma_world_set_noncoherent(w);
	addr = dma_map_phys(w->dev, w->phys + 77, 200, DMA_FROM_DEVICE, c->attrs);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	w->iommu->walks = 0;
	dma_unmap_phys(w->dev, addr, 200, DMA_FROM_DEVICE, c->attrs);
	KUNIT_EXPECT_EQ(test, c->walks, w->iommu->walks);
	dma_world_expect_idle(w);
}

/* ---- unmaps of what is not mapped ---- */

#define UNMAP_REPORT	"unmap of IOVA 0x[0-9a-f]+[+][0-9]+: [0-9]+ bytes were mapped"

/* From here on dma-iommu prints as many reports as it is limited to: one */
static void unmap_arm_report(void)
{
	ratelimit_state_init(&iommu_dma_unmap_rs, iommu_dma_unmap_rs.interval,
			     iommu_dma_unmap_rs.burst);
}

/* Lines printed, and lines that the rate limit has kept off the log */
static void unmap_check_report(struct kunit *test, int printed, int missed)
{
	KUNIT_EXPECT_EQ(test, printed, iommu_dma_unmap_rs.printed);
	KUNIT_EXPECT_EQ(test, missed, iommu_dma_unmap_rs.missed);
}

enum unmap_mistake {
	UNMAP_TWICE,
	UNMAP_NEVER,		/* an address that was never mapped */
	UNMAP_LONGER,		/* more than was mapped: there is a gap behind */
	UNMAP_BOUNCED,		/* the same, of a few bytes that can be bounced */
	UNMAP_MIDDLE,		/* of a large page */
};

struct unmap_case {
	const char *name;
	enum unmap_mistake mistake;
	enum mock_style style;
	enum dma_kind kind;
	bool noncoherent;
};

#define UNMAP_STYLES(_name, _mistake)					\
	{ _name ", to a gap", _mistake, MOCK_TO_GAP, DMA_KIND_IOMMU },	\
	{ _name ", 2k", _mistake, MOCK_TO_GAP, DMA_KIND_IOMMU_2K },	\
	{ _name ", page by page", _mistake, MOCK_ONE_PAGE,		\
	  DMA_KIND_IOMMU },						\
	{ _name ", large pages", _mistake, MOCK_WHOLE_LEAF,		\
	  DMA_KIND_IOMMU },						\
	{ _name ", all or nothing", _mistake, MOCK_ALL_OR_NOTHING,	\
	  DMA_KIND_IOMMU },						\
	{ _name ", not coherent", _mistake, MOCK_TO_GAP, DMA_KIND_IOMMU,	\
	  true },							\
	{ _name ", untrusted", _mistake, MOCK_TO_GAP, DMA_KIND_UNTRUSTED }

/*
 * An unmap of the middle of a mapping of small pages is not among them: the page
 * table cannot tell it from the unmap of a mapping of its own. dma-debug can.
 */
static const struct unmap_case unmap_cases[] = {
	UNMAP_STYLES("twice", UNMAP_TWICE),
	UNMAP_STYLES("never mapped", UNMAP_NEVER),
	UNMAP_STYLES("longer", UNMAP_LONGER),
	{ "longer, bounced", UNMAP_BOUNCED, MOCK_TO_GAP, DMA_KIND_UNTRUSTED },
	{ "middle, large pages", UNMAP_MIDDLE, MOCK_WHOLE_LEAF, DMA_KIND_IOMMU },
	/* Where the address is looked up, even a driver that lies is found out */
	{ "twice, lies, not coherent", UNMAP_TWICE, MOCK_LIES, DMA_KIND_IOMMU,
	  true },
	{ "twice, lies, untrusted", UNMAP_TWICE, MOCK_LIES, DMA_KIND_UNTRUSTED },
	{ "never mapped, lies, not coherent", UNMAP_NEVER, MOCK_LIES,
	  DMA_KIND_IOMMU, true },
};

static void unmap_case_desc(const struct unmap_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(unmap_case, unmap_cases, unmap_case_desc);

/* In the one direction in which no small buffer bounces for the cache's sake */
static void unmap_map(struct dma_world *w, const struct dma_call *call,
		      struct dma_mapping *m, size_t offset, size_t size)
{
	*m = (struct dma_mapping) {
		.dev	= w->dev,
		.phys	= w->phys + offset,
		.size	= size,
		.dir	= DMA_TO_DEVICE,
	};
	call->map(m);
	KUNIT_ASSERT_FALSE(w->test, dma_map_failed(m));
}

/* The next unmap of @m is for this */
static void unmap_aim(struct dma_mapping *m, dma_addr_t addr, size_t size)
{
	m->addr = addr;
	m->size = size;
	sg_dma_address(&m->sg) = addr;
	sg_dma_len(&m->sg) = size;
}

/* All at once they must not share a byte, nor lead anywhere else */
static void unmap_expect_disjoint(struct dma_world *w, struct dma_mapping *other)
{
	static const size_t sizes[] = { 1, 1, 2, 3, 4, 8, 1, 2 };
	struct dma_mapping m[ARRAY_SIZE(sizes) + 1];
	struct kunit *test = w->test;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		unmap_map(w, &dma_calls[0], &m[i], 2 * PAGE_SIZE,
			  sizes[i] * PAGE_SIZE);
	m[i] = *other;
	for (i = 0; i < ARRAY_SIZE(m); i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_TRUE(test,
					  m[i].addr + m[i].size <= m[j].addr ||
					  m[j].addr + m[j].size <= m[i].addr);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		dma_calls[0].unmap(&m[i]);
}

/* Addresses are given out from the top: a gap behind the next */
static void unmap_longer(struct dma_world *w, const struct dma_call *call,
			 size_t offset, size_t size)
{
	unsigned long slots = 0;
	struct dma_mapping m, gap;

	unmap_map(w, &dma_calls[0], &gap, 4 * PAGE_SIZE, 8 * PAGE_SIZE);
	unmap_map(w, call, &m, offset, size);
	KUNIT_ASSERT_EQ(w->test, gap.addr,
			ALIGN_DOWN(m.addr, PAGE_SIZE) + PAGE_SIZE);
	dma_calls[0].unmap(&gap);
	if (w->tlb)
		slots = dma_bounce_used(w->tlb);
	unmap_aim(&m, m.addr, 3 * PAGE_SIZE);
	call->unmap(&m);
	/* The bounce slots of other mappings are still in use */
	if (w->tlb)
		KUNIT_EXPECT_EQ(w->test, slots, dma_bounce_used(w->tlb));
}

static void unmap_by_mistake(struct dma_world *w, const struct dma_call *call,
			     enum unmap_mistake mistake)
{
	struct dma_mapping m;
	dma_addr_t addr;

	switch (mistake) {
	case UNMAP_TWICE:
		unmap_map(w, call, &m, 9, 100);
		addr = m.addr;
		call->unmap(&m);
		unmap_aim(&m, addr, 100);
		call->unmap(&m);
		break;
	case UNMAP_NEVER:
		unmap_map(w, call, &m, 9, 100);
		call->unmap(&m);
		unmap_aim(&m, 0x1234500, 100);
		call->unmap(&m);
		break;
	case UNMAP_LONGER:
		unmap_longer(w, call, 2 * PAGE_SIZE, PAGE_SIZE);
		break;
	case UNMAP_BOUNCED:
		unmap_longer(w, call, 9, 100);
		break;
	case UNMAP_MIDDLE:
		unmap_map(w, call, &m, 4 * PAGE_SIZE, 4 * PAGE_SIZE);
		addr = m.addr;
		unmap_aim(&m, addr + PAGE_SIZE, PAGE_SIZE);
		call->unmap(&m);
		KUNIT_EXPECT_EQ(w->test, 6, w->iommu->mapped);
		unmap_aim(&m, addr, 4 * PAGE_SIZE);
		call->unmap(&m);
		break;
	}
}

static void unmap_mistake_by(struct dma_world *w, const struct dma_call *call,
			     const struct unmap_case *c)
{
	static const u8 want[] = { 1, 2, 3, 4 };
	struct kunit *test = w->test;
	struct dma_mapping other;
	u8 got[sizeof(want)];

	if (c->noncoherent)
		dma_world_set_noncoherent(w);
	w->iommu->style = c->style;
	mock_iommu_add_pgsize(w->iommu, 4);
	memcpy(w->cpu + PAGE_SIZE - 1, want, sizeof(want));
	unmap_map(w, &dma_calls[0], &other, PAGE_SIZE - 1, sizeof(want));

	unmap_arm_report();
	unmap_by_mistake(w, call, c->mistake);
	unmap_check_report(test, 1, 0);

	KUNIT_EXPECT_TRUE(test, dma_world_read(w, other.addr, got, sizeof(got)));
	KUNIT_EXPECT_MEMEQ(test, got, want, sizeof(want));
	unmap_expect_disjoint(w, &other);
	dma_calls[0].unmap(&other);
	unmap_check_report(test, 1, 0);
}

/*
 * By every call: one line in the log, no IOVA that two mappings share, and the
 * other mappings are still there.
 */
static void iommu_unmap_mistake(struct kunit *test)
{
	const struct unmap_case *c = test->param_value;
	int i;

#ifdef CONFIG_DMA_API_DEBUG
	dma_debug_count_start(test);
#endif
	dma_expect_report(test, DMA_CALLS - (c->style == MOCK_LIES),
			  UNMAP_REPORT);
	for (i = 0; i < DMA_CALLS; i++) {
		/* A scatterlist knows its addresses, and nothing is looked up */
		if (c->style == MOCK_LIES && i == DMA_CALLS - 1)
			continue;
		unmap_mistake_by(dma_world_create(test, c->kind), &dma_calls[i],
				 c);
	}
}

/* As many as a driver unmaps after a surprise removal, and one line */
static void iommu_unmap_flood(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU);
	int i;

#ifdef CONFIG_DMA_API_DEBUG
	dma_debug_count_start(test);
#endif
	dma_expect_report(test, 1, UNMAP_REPORT);
	unmap_arm_report();
	for (i = 0; i < 1000; i++)
		dma_unmap_phys(w->dev, 0x1234500 + i * PAGE_SIZE, 100,
			       DMA_TO_DEVICE, 0);
	unmap_check_report(test, 1, 999);
	unmap_arm_report();
	dma_world_expect_idle(w);
}

/* A mapping whose address would be the error that there is not */
static void iommu_last_page(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_IOMMU);
	struct mock_domain *mock;
	unsigned int shift;
	struct device *dev;
	phys_addr_t phys, last;
	dma_addr_t addr;

	for (shift = 9; shift <= PAGE_SHIFT; shift++) {
		last = w->phys + BIT(shift) - 1;
		mock = mock_iommu_create(test, shift, U64_MAX, &dev);
		addr = dma_map_phys(dev, last, 1, DMA_TO_DEVICE, 0);
		KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(dev, addr));
		KUNIT_EXPECT_TRUE(test, mock_iommu_lookup(mock, addr, IOMMU_READ,
							  &phys));
		KUNIT_EXPECT_EQ(test, last, phys);
		dma_unmap_phys(dev, addr, 1, DMA_TO_DEVICE, 0);
		KUNIT_EXPECT_EQ(test, 0, mock->mapped);
	}
	dma_world_expect_idle(w);
}

static struct kunit_case dma_iommu_cases[] = {
	KUNIT_CASE_PARAM(iommu_transfer, dma_span_gen_params),
	KUNIT_CASE_PARAM(iommu_transfer_2k, dma_span_gen_params),
	KUNIT_CASE_PARAM(iommu_transfer_512, dma_span_gen_params),
	KUNIT_CASE_PARAM(iommu_transfer_untrusted, dma_span_gen_params),
	KUNIT_CASE_PARAM(iommu_granules, dma_span_gen_params),
	KUNIT_CASE_PARAM(iommu_prot, prot_case_gen_params),
	KUNIT_CASE(iommu_noncoherent),
	KUNIT_CASE_PARAM(iommu_untrusted_padding, padding_mask_gen_params),
	KUNIT_CASE(iommu_scatterlist),
	KUNIT_CASE(iommu_aperture_full),
	KUNIT_CASE(iommu_mask),
	KUNIT_CASE_PARAM(iommu_unmap_walks, walk_case_gen_params),
	KUNIT_CASE_PARAM(iommu_unmap_mistake, unmap_case_gen_params),
	KUNIT_CASE(iommu_unmap_flood),
	KUNIT_CASE(iommu_last_page),
	{}
};

static struct kunit_suite dma_iommu_suite = {
	.name		= "dma_iommu",
	.test_cases	= dma_iommu_cases,
};

kunit_test_suite(dma_iommu_suite);
