// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of DMA_ATTR_*: each call with each of the bits there are. A bit
 * that is no attribute, or that cannot be honoured, is refused by every call
 * that maps, and nothing is mapped then.
 */
#include <linux/bitops.h>
#include <kunit/dma.h>
#include <kunit/static_stub.h>
#include "mapping.h"

#define OFFSET		7
#define SIZE		300

static const enum dma_kind attrs_kinds[] = {
	DMA_KIND_DIRECT, DMA_KIND_RANGES, DMA_KIND_BOUNCE, DMA_KIND_OPS,
	DMA_KIND_IOMMU_512, DMA_KIND_IOMMU, DMA_KIND_UNTRUSTED,
};

KUNIT_ARRAY_PARAM(attrs_kind, attrs_kinds, dma_kind_desc);

static struct dma_world *attrs_world(struct kunit *test)
{
	return dma_world_create(test, *(const enum dma_kind *)test->param_value);
}

static const struct dma_call *attrs_call(int i)
{
	return i < DMA_CALLS ? &dma_calls[i] : &dma_call_resource;
}

/* Written down once more, and not taken from the code under test */
static bool attrs_is_known(unsigned int bit)
{
	return bit < 14 && bit != 0 && bit != 3;
}

static bool attrs_is_mmio(int call, unsigned long attrs)
{
	return attrs & DMA_ATTR_MMIO || call == DMA_CALLS;
}

/* Whether a mapping with @attrs is to be had for a coherent device */
static bool attrs_allow(struct dma_world *w, int call, unsigned long attrs)
{
	/* By page, kernel address or scatterlist there is only memory */
	if (attrs & DMA_ATTR_MMIO && call > 0 && call < DMA_CALLS)
		return false;
	if (attrs & DMA_ATTR_CC_SHARED)
		return false;
	if (attrs & DMA_ATTR_REQUIRE_COHERENT)
		return attrs_is_mmio(call, attrs) || !w->tlb;
	return true;
}

static void attrs_try(struct dma_world *w, int call, unsigned long attrs,
		      bool allowed)
{
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + OFFSET,
		.size	= SIZE,
		.dir	= DMA_TO_DEVICE,
		.attrs	= attrs | DMA_ATTR_NO_WARN,
	};

	/* Only what may be mapped so: dma-debug reports RAM as MMIO */
	if (allowed && attrs_is_mmio(call, attrs))
		m.phys = dma_hole(w->test) + OFFSET;
	attrs_call(call)->map(&m);
	KUNIT_EXPECT_EQ_MSG(w->test, allowed, !dma_map_failed(&m),
			    "%s, attrs %lx", attrs_call(call)->name, attrs);
	if (!dma_map_failed(&m))
		attrs_call(call)->unmap(&m);
	dma_world_expect_idle(w);
}

static void attrs_each_bit(struct kunit *test)
{
	struct dma_world *w = attrs_world(test);
	unsigned int bit;
	int call;

	for (call = 0; call <= DMA_CALLS; call++)
		for (bit = 0; bit < BITS_PER_LONG; bit++)
			attrs_try(w, call, BIT(bit), attrs_is_known(bit) &&
				  attrs_allow(w, call, BIT(bit)));
}

/* One that is known does not hide one that is not */
static void attrs_pairs(struct kunit *test)
{
	struct dma_world *w = attrs_world(test);
	unsigned int known, other;
	int call;

	for (call = 0; call <= DMA_CALLS; call++)
		for (known = 0; known < 14; known++)
			for (other = 0; other < 16; other++)
				attrs_try(w, call, BIT(known) | BIT(other),
					  attrs_is_known(known) &&
					  attrs_is_known(other) &&
					  attrs_allow(w, call, BIT(known) |
						      BIT(other)));
}

static void attrs_not_coherent(struct kunit *test)
{
	struct dma_world *w = attrs_world(test);
	int call;

	if (!dma_device_set_coherent(w->dev, false))
		kunit_skip(test, "all devices are coherent");
	for (call = 0; call <= DMA_CALLS; call++)
		attrs_try(w, call, DMA_ATTR_REQUIRE_COHERENT, false);
}

/* An unmap releases what there is: it cannot fail */
static void attrs_unmap(struct kunit *test)
{
	struct dma_world *w = attrs_world(test);
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + OFFSET,
		.size	= SIZE,
		.dir	= DMA_TO_DEVICE,
	};
	unsigned int bit;

	for (bit = 0; bit < BITS_PER_LONG; bit++) {
		if (attrs_is_known(bit))
			continue;
		m.attrs = 0;
		dma_calls[0].map(&m);
		KUNIT_ASSERT_FALSE(test, dma_map_failed(&m));
		m.attrs = BIT(bit);
		dma_calls[0].unmap(&m);
		dma_world_expect_idle(w);
	}
}

struct attrs_error {
	const char *name;
	enum dma_kind kind;
	unsigned long attrs;
	int error;
};

#define COHERENT	DMA_ATTR_REQUIRE_COHERENT

/* dma_map_sgtable() for coherent devices */
static const struct attrs_error attrs_sg_errors[] = {
	{ "bit 0", DMA_KIND_DIRECT, BIT(0), -EINVAL },
	{ "bit 3", DMA_KIND_DIRECT, BIT(3), -EINVAL },
	{ "bit 14", DMA_KIND_DIRECT, BIT(14), -EINVAL },
	{ "bit 14, ops", DMA_KIND_OPS, BIT(14), -EINVAL },
	{ "bit 14, IOMMU", DMA_KIND_IOMMU, BIT(14), -EINVAL },
	{ "MMIO", DMA_KIND_DIRECT, DMA_ATTR_MMIO, -EINVAL },
	{ "MMIO and coherent", DMA_KIND_DIRECT, DMA_ATTR_MMIO | COHERENT,
	  -EINVAL },
	{ "coherent", DMA_KIND_DIRECT, COHERENT, 0 },
	{ "coherent, IOMMU", DMA_KIND_IOMMU, COHERENT, 0 },
	{ "coherent, bounced", DMA_KIND_BOUNCE, COHERENT, -EOPNOTSUPP },
	{ "coherent, untrusted", DMA_KIND_UNTRUSTED, COHERENT, -EIO },
	{ "shared", DMA_KIND_DIRECT, DMA_ATTR_CC_SHARED, -EOPNOTSUPP },
	{ "shared, bounced", DMA_KIND_BOUNCE, DMA_ATTR_CC_SHARED, -EOPNOTSUPP },
	{ "shared, ops", DMA_KIND_OPS, DMA_ATTR_CC_SHARED, -EOPNOTSUPP },
	{ "shared, IOMMU", DMA_KIND_IOMMU, DMA_ATTR_CC_SHARED, -EOPNOTSUPP },
};

static void attrs_error_desc(const struct attrs_error *e, char *desc)
{
	strscpy(desc, e->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(attrs_sg_error, attrs_sg_errors, attrs_error_desc);

static void attrs_sgtable(struct kunit *test)
{
	const struct attrs_error *e = test->param_value;
	struct dma_world *w = dma_world_create(test, e->kind);
	unsigned long attrs = e->attrs | DMA_ATTR_NO_WARN;
	struct scatterlist sg;
	struct sg_table sgt = { .sgl = &sg, .orig_nents = 1, .nents = 1 };

	sg_init_one(&sg, w->cpu + OFFSET, SIZE);
	KUNIT_EXPECT_EQ(test, e->error,
			dma_map_sgtable(w->dev, &sgt, DMA_TO_DEVICE, attrs));
	if (!e->error)
		dma_unmap_sgtable(w->dev, &sgt, DMA_TO_DEVICE, attrs);
	dma_world_expect_idle(w);
}

static void attrs_sgtable_not_coherent(struct kunit *test)
{
	struct dma_world *w = attrs_world(test);
	struct scatterlist sg;
	struct sg_table sgt = { .sgl = &sg, .orig_nents = 1, .nents = 1 };

	if (!dma_device_set_coherent(w->dev, false))
		kunit_skip(test, "all devices are coherent");
	sg_init_one(&sg, w->cpu + OFFSET, SIZE);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			dma_map_sgtable(w->dev, &sgt, DMA_TO_DEVICE, COHERENT));
	dma_world_expect_idle(w);
}

/* dma_iova_link() and dma_iova_link_vec() */
static const struct attrs_error attrs_iova_errors[] = {
	{ "bit 0", DMA_KIND_IOMMU, BIT(0), -EINVAL },
	{ "bit 14", DMA_KIND_IOMMU, BIT(14), -EINVAL },
	{ "bit 14 and MMIO", DMA_KIND_IOMMU, BIT(14) | DMA_ATTR_MMIO, -EINVAL },
	{ "shared", DMA_KIND_IOMMU, DMA_ATTR_CC_SHARED, -EOPNOTSUPP },
	{ "coherent", DMA_KIND_IOMMU, COHERENT, 0 },
	{ "coherent, untrusted", DMA_KIND_UNTRUSTED, COHERENT, -EOPNOTSUPP },
	{ "coherent MMIO, untrusted", DMA_KIND_UNTRUSTED,
	  COHERENT | DMA_ATTR_MMIO, 0 },
};

KUNIT_ARRAY_PARAM(attrs_iova_error, attrs_iova_errors, attrs_error_desc);

static void attrs_iova(struct kunit *test)
{
	const struct attrs_error *e = test->param_value;
	struct dma_world *w = dma_world_create(test, e->kind);
	unsigned long attrs = e->attrs | DMA_ATTR_NO_WARN;
	struct phys_vec vec = { w->phys + OFFSET, SIZE };
	struct dma_iova_state state;
	size_t linked;
	int i, ret;

	if (attrs & DMA_ATTR_MMIO)
		vec.paddr = dma_hole(test) + OFFSET;
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_TRUE(test, dma_iova_try_alloc(w->dev, &state,
							   vec.paddr, SIZE));
		if (i)
			ret = dma_iova_link_vec(w->dev, &state, &vec, 1, 0,
						DMA_TO_DEVICE, attrs);
		else
			ret = dma_iova_link(w->dev, &state, vec.paddr, 0, SIZE,
					    DMA_TO_DEVICE, attrs);
		KUNIT_EXPECT_EQ_MSG(test, e->error, ret, "%d", i);
		linked = ret ? 0 : SIZE;
		dma_iova_destroy(w->dev, &state, linked, DMA_TO_DEVICE, attrs);
		dma_world_expect_idle(w);
	}
}

static void attrs_alloc(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_DIRECT);
	unsigned int bit;
	dma_addr_t addr;
	void *cpu;

	for (bit = 0; bit < BITS_PER_LONG; bit++) {
		/* This one is refused with a warning */
		if (BIT(bit) == DMA_ATTR_MMIO)
			continue;
		cpu = dma_alloc_attrs(w->dev, PAGE_SIZE, &addr, GFP_KERNEL,
				      BIT(bit));
		KUNIT_EXPECT_EQ_MSG(test, !!cpu, attrs_is_known(bit) &&
				    BIT(bit) != DMA_ATTR_CC_SHARED,
				    "bit %u", bit);
		if (cpu)
			dma_free_attrs(w->dev, PAGE_SIZE, cpu, addr, BIT(bit));
	}
}

/* A confidential guest, as far as the direct mapping is concerned */
static bool attrs_can_share(struct device *dev)
{
	return true;
}

static void attrs_shared(struct kunit *test)
{
	static const unsigned long with[] = {
		0, DMA_ATTR_SKIP_CPU_SYNC, COHERENT,
	};
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	struct dma_mapping m = {
		.dev	= w->dev,
		.phys	= w->phys + OFFSET,
		.size	= SIZE,
		.dir	= DMA_TO_DEVICE,
	};
	int call, i;

	kunit_activate_static_stub(test, dma_direct_can_share, attrs_can_share);
	for (call = 0; call < DMA_CALLS; call++) {
		for (i = 0; i < ARRAY_SIZE(with); i++) {
			m.attrs = DMA_ATTR_CC_SHARED | with[i];
			dma_calls[call].map(&m);
			KUNIT_EXPECT_EQ_MSG(test, m.addr,
				phys_to_dma_unencrypted(w->dev, m.phys),
				"%s, attrs %lx", dma_calls[call].name, m.attrs);
			KUNIT_EXPECT_EQ(test, 0, dma_bounce_used(w->tlb));
			dma_calls[call].unmap(&m);
			dma_world_expect_idle(w);
		}
	}
	/* All else is bounced as before */
	m.attrs = 0;
	dma_calls[0].map(&m);
	KUNIT_EXPECT_EQ(test, 1, dma_bounce_used(w->tlb));
	dma_calls[0].unmap(&m);
	dma_world_expect_idle(w);
}

/* Shared memory out of reach is refused */
static void attrs_shared_out_of_reach(struct kunit *test)
{
	struct dma_world *w = dma_world_create(test, DMA_KIND_BOUNCE);
	phys_addr_t phys = PHYS_ADDR_MAX - SIZE / 2;
	int i;

	kunit_activate_static_stub(test, dma_direct_can_share, attrs_can_share);
	for (i = 0; i < 2; i++) {
		dma_log_start(test);
		KUNIT_EXPECT_EQ(test, DMA_MAPPING_ERROR,
				dma_map_phys(w->dev, phys, SIZE, DMA_TO_DEVICE,
					     DMA_ATTR_CC_SHARED |
					     (i ? DMA_ATTR_NO_WARN : 0)));
		dma_log_expect_overflow(test, !i);
	}
	dma_world_expect_idle(w);
}

static struct kunit_case dma_attrs_cases[] = {
	KUNIT_CASE_PARAM(attrs_each_bit, attrs_kind_gen_params),
	KUNIT_CASE_PARAM(attrs_pairs, attrs_kind_gen_params),
	KUNIT_CASE_PARAM(attrs_not_coherent, attrs_kind_gen_params),
	KUNIT_CASE_PARAM(attrs_unmap, attrs_kind_gen_params),
	KUNIT_CASE_PARAM(attrs_sgtable, attrs_sg_error_gen_params),
	KUNIT_CASE_PARAM(attrs_sgtable_not_coherent, attrs_kind_gen_params),
	KUNIT_CASE_PARAM(attrs_iova, attrs_iova_error_gen_params),
	KUNIT_CASE(attrs_alloc),
	KUNIT_CASE(attrs_shared),
	KUNIT_CASE(attrs_shared_out_of_reach),
	{}
};

static struct kunit_suite dma_attrs_suite = {
	.name		= "dma_attrs",
	.test_cases	= dma_attrs_cases,
};

kunit_test_suite(dma_attrs_suite);
