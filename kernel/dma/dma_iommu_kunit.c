// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of dma-iommu, with the mock IOMMU of dma_kunit_iommu.c.
 */
#include <linux/iommu.h>
#include <linux/mm.h>
#include "dma_kunit.h"

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
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + 2049,
		.size	= 5000,
		.dir	= DMA_BIDIRECTIONAL,
	};
	int i;

	dma_world_set_noncoherent(w);
	for (i = 0; i < DMA_CALLS; i++) {
		dma_counts_start(test);
		dma_calls[i].map(&m);
		KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
		KUNIT_EXPECT_EQ(test, 1, dma_counts.for_device);
		KUNIT_EXPECT_EQ(test, m.phys, dma_counts.phys);
		dma_counts.phys = 0;
		dma_calls[i].sync_for_cpu(&m);
		KUNIT_EXPECT_EQ(test, 1, dma_counts.for_cpu);
		KUNIT_EXPECT_EQ(test, m.phys, dma_counts.phys);
		dma_calls[i].sync_for_device(&m);
		KUNIT_EXPECT_EQ(test, 2, dma_counts.for_device);
		dma_counts.phys = 0;
		dma_calls[i].unmap(&m);
		KUNIT_EXPECT_EQ(test, 2, dma_counts.for_cpu);
		KUNIT_EXPECT_EQ(test, m.phys, dma_counts.phys);
		KUNIT_EXPECT_EQ(test, m.size, dma_counts.size);
	}
	dma_world_expect_idle(w);
}

/* Where in its slot the data lies: the bits of its address that must stay */
static const unsigned int padding_masks[] = { 0, 0x3f, 0x7ff };

static void padding_mask_desc(const unsigned int *mask, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "min_align_mask %#x", *mask);
}

KUNIT_ARRAY_PARAM(padding_mask, padding_masks, padding_mask_desc);

/* What an untrusted device can see before and after its buffer is zero */
static void iommu_untrusted_padding(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_UNTRUSTED);
	const unsigned int *mask = test->param_value;
	u8 *granule = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	size_t offset;
	dma_addr_t addr;

	KUNIT_ASSERT_NOT_NULL(test, granule);
	w->dev->dma_parms = kunit_kzalloc(test, sizeof(*w->dev->dma_parms),
					  GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, w->dev->dma_parms);
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

	*w->dev->dma_mask = DMA_BIT_MASK(16);
	addr = dma_map_phys(w->dev, w->phys + 3, 100, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr));
	KUNIT_EXPECT_LE(test, addr + 99, DMA_BIT_MASK(16));
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

static const enum dma_kind unmap_kinds[] = {
	DMA_KIND_IOMMU, DMA_KIND_UNTRUSTED,
};

static void unmap_kind_desc(const enum dma_kind *kind, char *desc)
{
	strscpy(desc, dma_kind_names[*kind], KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(unmap_kind, unmap_kinds, unmap_kind_desc);

/* Reported, with or without a walk, and no IOVA is given to two mappings */
static void iommu_unmap_twice(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test,
					       *(enum dma_kind *)test->param_value);
	dma_addr_t addr[2];
	int i;

#ifdef CONFIG_DMA_API_DEBUG
	dma_debug_count_start(test);
#endif
	addr[0] = dma_map_phys(w->dev, w->phys + 9, 100, DMA_TO_DEVICE, 0);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr[0]));
	dma_unmap_phys(w->dev, addr[0], 100, DMA_TO_DEVICE, 0);
	dma_expect_report(test, 1, "WARNING: .*iommu_dma_unmap");
	dma_unmap_phys(w->dev, addr[0], 100, DMA_TO_DEVICE, 0);

	for (i = 0; i < 2; i++) {
		addr[i] = dma_map_phys(w->dev, w->phys + i * PAGE_SIZE, 100,
				       DMA_TO_DEVICE, 0);
		KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(w->dev, addr[i]));
	}
	KUNIT_EXPECT_NE(test, addr[0], addr[1]);
	for (i = 0; i < 2; i++)
		dma_unmap_phys(w->dev, addr[i], 100, DMA_TO_DEVICE, 0);
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
	KUNIT_CASE_PARAM(iommu_unmap_twice, unmap_kind_gen_params),
	{}
};

static struct kunit_suite dma_iommu_suite = {
	.name		= "dma_iommu",
	.test_cases	= dma_iommu_cases,
};

kunit_test_suite(dma_iommu_suite);
