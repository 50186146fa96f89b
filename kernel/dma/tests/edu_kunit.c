// SPDX-License-Identifier: GPL-2.0
/*
 * DMA that really happens: QEMU's edu device copies the bytes.
 *
 * A case maps memory, or the registers of a device, and lets the device read or
 * write there. What is in memory at the end is compared to an image of what
 * should be there, with all the bytes around it: so an address that is right
 * but for a page, a length that is off by one and a copy back that is missing
 * all look the same.
 *
 * Two devices are of use. The wide one is that with the larger DMA mask, and
 * most cases use only that. The narrow one, if there is one, cannot reach most
 * of memory, and so bounces where there is no IOMMU. Every map is checked for
 * whether it bounced as it should, in whatever case it is made.
 *
 * Faults that the IOMMU must report are announced in the log, right before they
 * are provoked, by a line "expect-report: N REGEX" for the test harness.
 *
 * A transfer takes 100 ms, so there are tables of chosen rows and no loops.
 */
#include <linux/device/driver.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/hash.h>
#include <linux/iommu.h>
#include <linux/iommu-dma.h>
#include <linux/scatterlist.h>
#include <linux/string.h>
#include "edu_kunit.h"

/* ---- the devices ---- */

enum edu_which { WIDE, NARROW, NR_EDU };

struct edu_ctx {
	struct edu	*edu[NR_EDU];
	struct device	*dev;		/* any of them: the pool is shared */
	long		slots;		/* in use when the case began */
	u64		wide_mask;
};

/* Bounce slots in use, 0 where they are not counted */
static long edu_slots(struct device *dev)
{
#if defined(CONFIG_SWIOTLB) && defined(CONFIG_DEBUG_FS)
	if (dev->dma_io_tlb_mem)
		return atomic_long_read(&dev->dma_io_tlb_mem->total_used);
#endif
	return 0;
}

static struct edu *edu_pick(struct kunit *test, enum edu_which which)
{
	struct edu_ctx *ctx = test->priv;
	struct edu *edu = ctx->edu[which];

	if (!edu)
		kunit_skip(test, "no second edu device with a smaller mask");
	if (!use_dma_iommu(edu_dev(edu)) && edu_mask(edu) < DMA_BIT_MASK(32) &&
	    !edu_has_pool(edu_dev(edu), edu_mask(edu)))
		kunit_skip(test, "no bounce buffers in reach of the device");
	return edu;
}

static struct edu *edu_pick_iommu(struct kunit *test)
{
	struct edu *edu = edu_pick(test, WIDE);

	if (!use_dma_iommu(edu_dev(edu)))
		kunit_skip(test, "the device is not behind an IOMMU");
	return edu;
}

/* The IOMMU forgets a mapping at once, and not some time after its unmap */
static struct edu *edu_pick_strict(struct kunit *test)
{
	struct edu *edu = edu_pick_iommu(test);

	if (iommu_get_domain_for_dev(edu_dev(edu))->type != IOMMU_DOMAIN_DMA)
		kunit_skip(test, "the IOMMU is not in strict mode");
	return edu;
}

/* ---- memory ---- */

enum edu_place { LOW, HIGH };

#define EDU_REGION_ORDER	2
#define EDU_REGION_SIZE		(PAGE_SIZE << EDU_REGION_ORDER)

/* Some memory, and the image of what should be in it at the end of the case */
struct edu_region {
	u8		*mem;
	u8		*want;
	size_t		size;
};

/* No byte of data is ever the same as one of a guard, and none is 0 or 0xff */
static u8 edu_data_byte(u32 seed, size_t i)
{
	return 1 + hash_32(seed * 0x10001 + i, 31) % 127;
}

static u8 edu_guard_byte(size_t i)
{
	return 0x80 + hash_32(i, 31) % 127;
}

/* Other data at each call: what was left behind by the last is found out */
static void edu_fill_data(u8 *buf, size_t len)
{
	static u32 seed;
	size_t i;

	seed++;
	for (i = 0; i < len; i++)
		buf[i] = edu_data_byte(seed, i);
}

static void edu_fill_guard(u8 *buf, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = edu_guard_byte(i);
}

static void edu_region_want(struct edu_region *r, size_t offset, const u8 *data,
			    size_t len)
{
	memcpy(r->want + offset, data, len);
}

static void edu_region_fill(struct edu_region *r)
{
	edu_fill_data(r->mem, r->size);
	edu_region_want(r, 0, r->mem, r->size);
}

static void edu_region_guard(struct edu_region *r)
{
	edu_fill_guard(r->mem, r->size);
	edu_region_want(r, 0, r->mem, r->size);
}

static size_t edu_first_diff(const u8 *a, const u8 *b, size_t len)
{
	size_t i;

	for (i = 0; i < len && a[i] == b[i]; i++)
		;
	return i;
}

static void edu_region_check(struct kunit *test, struct edu_region *r)
{
	size_t diff = edu_first_diff(r->mem, r->want, r->size);

	KUNIT_EXPECT_EQ_MSG(test, diff, r->size,
			    "byte %#zx is %#x and not %#x", diff,
			    diff < r->size ? r->mem[diff] : 0,
			    diff < r->size ? r->want[diff] : 0);
}

static phys_addr_t edu_region_phys(struct edu_region *r, size_t offset)
{
	return virt_to_phys(r->mem) + offset;
}

static void edu_free_mem(void *mem)
{
	free_pages((unsigned long)mem, EDU_REGION_ORDER);
}

static u8 *edu_alloc_mem(struct kunit *test, enum edu_place place)
{
	gfp_t gfp = place == LOW ? GFP_KERNEL | GFP_DMA32 : GFP_KERNEL;
	void *mem = (void *)__get_free_pages(gfp, EDU_REGION_ORDER);

	KUNIT_ASSERT_NOT_NULL(test, mem);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, edu_free_mem,
							   mem));
	if (place == HIGH && virt_to_phys(mem) < SZ_4G)
		kunit_skip(test, "no memory above 4 GiB");
	return mem;
}

/* Full of guard bytes */
static struct edu_region *edu_region(struct kunit *test, enum edu_place place)
{
	struct edu_region *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->size = EDU_REGION_SIZE;
	r->mem = edu_alloc_mem(test, place);
	r->want = kunit_kmalloc(test, r->size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r->want);
	edu_region_guard(r);
	return r;
}

/* ---- the mapping calls ---- */

struct edu_call {
	const char	*name;
	dma_addr_t	(*map)(struct device *dev, phys_addr_t phys, size_t len,
			       enum dma_data_direction dir);
	void		(*unmap)(struct device *dev, dma_addr_t addr,
				 size_t len, enum dma_data_direction dir);
	bool		mmio;
};

static dma_addr_t edu_map_phys(struct device *dev, phys_addr_t phys, size_t len,
			       enum dma_data_direction dir)
{
	return dma_map_phys(dev, phys, len, dir, 0);
}

static void edu_unmap_phys(struct device *dev, dma_addr_t addr, size_t len,
			   enum dma_data_direction dir)
{
	dma_unmap_phys(dev, addr, len, dir, 0);
}

static void edu_unmap_phys_nosync(struct device *dev, dma_addr_t addr,
				  size_t len, enum dma_data_direction dir)
{
	dma_unmap_phys(dev, addr, len, dir, DMA_ATTR_SKIP_CPU_SYNC);
}

static dma_addr_t edu_map_page(struct device *dev, phys_addr_t phys, size_t len,
			       enum dma_data_direction dir)
{
	return dma_map_page(dev, pfn_to_page(PHYS_PFN(phys)),
			    offset_in_page(phys), len, dir);
}

static void edu_unmap_page(struct device *dev, dma_addr_t addr, size_t len,
			   enum dma_data_direction dir)
{
	dma_unmap_page(dev, addr, len, dir);
}

static dma_addr_t edu_map_single(struct device *dev, phys_addr_t phys,
				 size_t len, enum dma_data_direction dir)
{
	return dma_map_single(dev, phys_to_virt(phys), len, dir);
}

static void edu_unmap_single(struct device *dev, dma_addr_t addr, size_t len,
			     enum dma_data_direction dir)
{
	dma_unmap_single(dev, addr, len, dir);
}

static dma_addr_t edu_map_mmio(struct device *dev, phys_addr_t phys, size_t len,
			       enum dma_data_direction dir)
{
	return dma_map_phys(dev, phys, len, dir, DMA_ATTR_MMIO);
}

static void edu_unmap_mmio(struct device *dev, dma_addr_t addr, size_t len,
			   enum dma_data_direction dir)
{
	dma_unmap_phys(dev, addr, len, dir, DMA_ATTR_MMIO);
}

static dma_addr_t edu_map_resource(struct device *dev, phys_addr_t phys,
				   size_t len, enum dma_data_direction dir)
{
	return dma_map_resource(dev, phys, len, dir, 0);
}

static void edu_unmap_resource(struct device *dev, dma_addr_t addr, size_t len,
			       enum dma_data_direction dir)
{
	dma_unmap_resource(dev, addr, len, dir, 0);
}

static const struct edu_call call_phys = {
	"phys", edu_map_phys, edu_unmap_phys
};

static const struct edu_call call_phys_nosync = {
	"phys without a copy back", edu_map_phys, edu_unmap_phys_nosync
};

static const struct edu_call call_page = {
	"page", edu_map_page, edu_unmap_page
};

static const struct edu_call call_single = {
	"single", edu_map_single, edu_unmap_single
};

static const struct edu_call call_mmio = {
	"phys with DMA_ATTR_MMIO", edu_map_mmio, edu_unmap_mmio, true
};

static const struct edu_call call_resource = {
	"resource", edu_map_resource, edu_unmap_resource, true
};

/* ---- a mapping ---- */

/* One that is not unmapped by the case is unmapped after it */
struct edu_map {
	struct edu		*edu;
	const struct edu_call	*call;
	dma_addr_t		addr;
	size_t			len;
	enum dma_data_direction	dir;
	bool			bounced;
};

/* Where a bus address leads to */
static phys_addr_t edu_target(struct device *dev, dma_addr_t addr)
{
	if (use_dma_iommu(dev))
		return iommu_iova_to_phys(iommu_get_domain_for_dev(dev), addr);
	return dma_to_phys(dev, addr);
}

static bool edu_must_bounce(struct device *dev, const struct edu_call *call,
			    phys_addr_t phys, size_t len,
			    enum dma_data_direction dir)
{
	/* Memory that the device writes may share a line of the cache */
	bool shared = dma_kmalloc_needs_bounce(dev, len, dir);

	if (call->mmio)
		return false;
	if (use_dma_iommu(dev))
		return (to_pci_dev(dev)->untrusted || shared) &&
		       offset_in_page(phys | len);
	return is_swiotlb_force_bounce(dev) || shared ||
	       phys + len - 1 > dma_get_mask(dev);
}

static void edu_unmap_action(void *data)
{
	struct edu_map *m = data;

	m->call->unmap(edu_dev(m->edu), m->addr, m->len, m->dir);
}

static struct edu_map *edu_map_by(struct kunit *test, struct edu *edu,
				  const struct edu_call *call, phys_addr_t phys,
				  size_t len, enum dma_data_direction dir)
{
	struct edu_map *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	struct device *dev = edu_dev(edu);
	long slots = edu_slots(dev);

	KUNIT_ASSERT_NOT_NULL(test, m);
	*m = (struct edu_map){ edu, call, 0, len, dir };
	m->addr = call->map(dev, phys, len, dir);
	KUNIT_ASSERT_EQ(test, 0, dma_mapping_error(dev, m->addr));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test,
							   edu_unmap_action,
							   m));

	m->bounced = edu_target(dev, m->addr) != phys;
	KUNIT_EXPECT_EQ(test, m->bounced,
			edu_must_bounce(dev, call, phys, len, dir));
	KUNIT_EXPECT_LE(test, m->addr + len - 1, dma_get_mask(dev));
	if (IS_ENABLED(CONFIG_DEBUG_FS))
		KUNIT_EXPECT_EQ(test, m->bounced, edu_slots(dev) > slots);
	return m;
}

static struct edu_map *edu_map(struct kunit *test, struct edu *edu,
			       struct edu_region *r, size_t offset, size_t len,
			       enum dma_data_direction dir)
{
	return edu_map_by(test, edu, &call_phys, edu_region_phys(r, offset),
			  len, dir);
}

static void edu_unmap(struct kunit *test, struct edu_map *m)
{
	kunit_release_action(test, edu_unmap_action, m);
}

/* The device reads or writes len bytes from offset into the mapping on */
static void edu_read(struct kunit *test, struct edu_map *m, size_t offset,
		     size_t len)
{
	KUNIT_ASSERT_EQ(test, 0, edu_dma_to_device(m->edu, m->addr + offset, 0,
						   len));
}

static void edu_write(struct kunit *test, struct edu_map *m, size_t offset,
		      size_t len)
{
	KUNIT_ASSERT_EQ(test, 0, edu_dma_from_device(m->edu, m->addr + offset,
						     0, len));
}

/* Puts data into the device's buffer, or gets out what is in it */
static void edu_load(struct kunit *test, struct edu *edu, struct edu_region *r,
		     size_t len)
{
	struct edu_map *m = edu_map(test, edu, r, 0, len, DMA_TO_DEVICE);

	edu_read(test, m, 0, len);
	edu_unmap(test, m);
}

static void edu_store(struct kunit *test, struct edu *edu, struct edu_region *r,
		      size_t len)
{
	struct edu_map *m = edu_map(test, edu, r, 0, len, DMA_FROM_DEVICE);

	edu_write(test, m, 0, len);
	edu_unmap(test, m);
}

/* ---- memory, every boundary ---- */

struct edu_copy_param {
	const char	*desc;
	enum edu_which	which;
	enum edu_place	from, to;
	size_t		offset;		/* from a page boundary */
	size_t		len;
};

static const struct edu_copy_param edu_copy_params[] = {
	{ "one byte, first of a page", WIDE, HIGH, LOW, 0, 1 },
	{ "one byte, last of a page", WIDE, LOW, HIGH, PAGE_SIZE - 1, 1 },
	{ "two bytes of two pages", WIDE, HIGH, HIGH, PAGE_SIZE - 1, 2 },
	{ "to the end of a page", WIDE, LOW, HIGH, 1, EDU_BUF_SIZE },
	{ "across a bounce slot", WIDE, HIGH, LOW, SZ_2K - 1, 3 },
	{ "odd, across a page", WIDE, HIGH, HIGH, PAGE_SIZE - 1021, 2043 },
	{ "all of the buffer", WIDE, LOW, LOW, 0, EDU_BUF_SIZE },
	{ "all of it, odd", WIDE, HIGH, HIGH, PAGE_SIZE - 1365, EDU_BUF_SIZE },
	{ "narrow, one byte", NARROW, HIGH, HIGH, PAGE_SIZE - 1, 1 },
	{ "narrow, two pages", NARROW, LOW, HIGH, PAGE_SIZE - 1, 2 },
	{ "narrow, all", NARROW, HIGH, LOW, PAGE_SIZE - 1365, EDU_BUF_SIZE },
};

KUNIT_ARRAY_PARAM_DESC(edu_copy, edu_copy_params, desc);

/* Both mapped by the same call, through the end of the device's buffer */
static void edu_copy(struct kunit *test, struct edu *edu,
		     const struct edu_call *call, struct edu_region *src,
		     struct edu_region *dst, size_t offset, size_t len)
{
	unsigned int where = EDU_BUF_SIZE - len;
	struct edu_map *m;

	edu_region_fill(src);
	m = edu_map_by(test, edu, call, edu_region_phys(src, offset), len,
		       DMA_TO_DEVICE);
	KUNIT_ASSERT_EQ(test, 0, edu_dma_to_device(edu, m->addr, where, len));
	edu_unmap(test, m);

	m = edu_map_by(test, edu, call, edu_region_phys(dst, offset), len,
		       DMA_FROM_DEVICE);
	KUNIT_ASSERT_EQ(test, 0, edu_dma_from_device(edu, m->addr, where, len));
	edu_unmap(test, m);

	edu_region_want(dst, offset, src->mem + offset, len);
	edu_region_check(test, src);
	edu_region_check(test, dst);
}

static void edu_test_copy(struct kunit *test)
{
	const struct edu_copy_param *p = test->param_value;
	struct edu *edu = edu_pick(test, p->which);

	edu_copy(test, edu, &call_phys, edu_region(test, p->from),
		 edu_region(test, p->to), PAGE_SIZE + p->offset, p->len);
}

/* ---- every call ---- */

struct edu_call_param {
	const char		*desc;
	enum edu_which		which;
	const struct edu_call	*call;
};

static const struct edu_call_param edu_call_params[] = {
	{ "page", WIDE, &call_page },
	{ "single", WIDE, &call_single },
	{ "phys", WIDE, &call_phys },
	{ "narrow, page", NARROW, &call_page },
	{ "narrow, single", NARROW, &call_single },
	{ "narrow, phys", NARROW, &call_phys },
};

KUNIT_ARRAY_PARAM_DESC(edu_call, edu_call_params, desc);

static void edu_test_call(struct kunit *test)
{
	const struct edu_call_param *p = test->param_value;
	struct edu *edu = edu_pick(test, p->which);

	edu_copy(test, edu, p->call, edu_region(test, HIGH),
		 edu_region(test, LOW), 2 * PAGE_SIZE - 77, 333);
}

/* ---- scatterlists ---- */

/* The first two meet at a page boundary, where an IOMMU makes them one */
static const struct edu_seg {
	enum edu_place	place;
	size_t		offset;
	size_t		len;
} edu_segs[] = {
	{ LOW, PAGE_SIZE - 96, 96 },
	{ LOW, PAGE_SIZE, 512 },
	{ HIGH, PAGE_SIZE + 1, 1 },
	{ HIGH, 2 * PAGE_SIZE - 100, 700 },
	{ LOW, 3 * PAGE_SIZE - 1, 1000 },
};

#define EDU_NR_SEGS	ARRAY_SIZE(edu_segs)

struct edu_sg {
	struct edu_region	*region[2];
	struct scatterlist	sgl[EDU_NR_SEGS];
	struct device		*dev;
	enum dma_data_direction	dir;
};

static struct edu_sg *edu_sg(struct kunit *test, struct edu *edu,
			     enum dma_data_direction dir)
{
	struct edu_sg *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->dev = edu_dev(edu);
	s->dir = dir;
	s->region[LOW] = edu_region(test, LOW);
	s->region[HIGH] = edu_region(test, HIGH);
	sg_init_table(s->sgl, EDU_NR_SEGS);
	for (i = 0; i < EDU_NR_SEGS; i++)
		sg_set_buf(&s->sgl[i], s->region[edu_segs[i].place]->mem +
			   edu_segs[i].offset, edu_segs[i].len);
	return s;
}

static void edu_sg_unmap_action(void *data)
{
	struct edu_sg *s = data;

	dma_unmap_sg(s->dev, s->sgl, EDU_NR_SEGS, s->dir);
}

/* Maps, moves each segment that the device sees, and unmaps */
static void edu_sg_transfer(struct kunit *test, struct edu *edu,
			    struct edu_sg *s)
{
	struct scatterlist *sg;
	unsigned int where = 0;
	int i, n, ret;

	n = dma_map_sg(s->dev, s->sgl, EDU_NR_SEGS, s->dir);
	KUNIT_ASSERT_GT(test, n, 0);
	ret = kunit_add_action_or_reset(test, edu_sg_unmap_action, s);
	KUNIT_ASSERT_EQ(test, 0, ret);
	for_each_sg(s->sgl, sg, n, i) {
		if (s->dir == DMA_TO_DEVICE)
			ret = edu_dma_to_device(edu, sg_dma_address(sg), where,
						sg_dma_len(sg));
		else
			ret = edu_dma_from_device(edu, sg_dma_address(sg),
						  where, sg_dma_len(sg));
		KUNIT_ASSERT_EQ(test, 0, ret);
		where += sg_dma_len(sg);
	}
	kunit_release_action(test, edu_sg_unmap_action, s);
}

static void edu_sg_check(struct kunit *test, struct edu_sg *s)
{
	edu_region_check(test, s->region[LOW]);
	edu_region_check(test, s->region[HIGH]);
}

static void edu_test_sg(struct kunit *test)
{
	const enum edu_which *which = test->param_value;
	struct edu *edu = edu_pick(test, *which);
	struct edu_sg *src = edu_sg(test, edu, DMA_TO_DEVICE);
	struct edu_sg *dst = edu_sg(test, edu, DMA_FROM_DEVICE);
	int i;

	edu_region_fill(src->region[LOW]);
	edu_region_fill(src->region[HIGH]);
	for (i = 0; i < EDU_NR_SEGS; i++)
		edu_region_want(dst->region[edu_segs[i].place],
				edu_segs[i].offset, sg_virt(&src->sgl[i]),
				edu_segs[i].len);

	edu_sg_transfer(test, edu, src);
	edu_sg_transfer(test, edu, dst);
	edu_sg_check(test, src);
	edu_sg_check(test, dst);
}

static const enum edu_which edu_which_params[] = { WIDE, NARROW };

static void edu_which_desc(const enum edu_which *which, char *desc)
{
	strscpy(desc, *which == WIDE ? "wide" : "narrow", KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(edu_which, edu_which_params, edu_which_desc);

/* ---- more than the device takes in one transfer ---- */

/* The device is at both ends of a mapping of several pages */
static void edu_test_large(struct kunit *test)
{
	const enum edu_which *which = test->param_value;
	struct edu *edu = edu_pick(test, *which);
	struct edu_region *r = edu_region(test, HIGH);
	size_t len = r->size - 2 * 9;
	struct edu_map *m;

	edu_region_fill(r);
	m = edu_map(test, edu, r, 9, len, DMA_BIDIRECTIONAL);
	edu_read(test, m, len - 99, 99);
	edu_write(test, m, 0, 99);
	edu_unmap(test, m);

	edu_region_want(r, 9, r->want + 9 + len - 99, 99);
	edu_region_check(test, r);
}

/* ---- sync ---- */

static struct edu *edu_pick_untrusted(struct kunit *test)
{
	struct edu *edu = edu_pick_iommu(test);

	edu_set_untrusted(test, edu);
	return edu;
}

struct edu_sync_param {
	const char	*desc;
	enum edu_which	which;
	bool		untrusted;
};

static const struct edu_sync_param edu_sync_params[] = {
	{ "wide", WIDE },
	{ "narrow", NARROW },
	{ "untrusted", WIDE, true },
};

KUNIT_ARRAY_PARAM_DESC(edu_sync, edu_sync_params, desc);

static struct edu *edu_pick_sync(struct kunit *test)
{
	const struct edu_sync_param *p = test->param_value;

	return p->untrusted ? edu_pick_untrusted(test) :
			      edu_pick(test, p->which);
}

/*
 * The device reads the CPU's changes after a sync for the device, the CPU
 * reads what the device has written after a sync for the CPU, and of a bounced
 * mapping only that.
 */
static void edu_test_sync(struct kunit *test)
{
	struct edu *edu = edu_pick_sync(test);
	struct edu_region *r = edu_region(test, HIGH);
	size_t offset = PAGE_SIZE - 1001, len = 3003;
	u8 *mem = r->mem + offset;
	u8 *data = kunit_kmalloc(test, len, GFP_KERNEL);
	struct edu_map *m;

	KUNIT_ASSERT_NOT_NULL(test, data);
	edu_fill_data(mem, len);
	memcpy(data, mem, len);
	m = edu_map(test, edu, r, offset, len, DMA_BIDIRECTIONAL);

	/* The CPU writes 600 bytes, and the device reads all */
	edu_fill_data(mem + 701, 600);
	memcpy(data + 701, mem + 701, 600);
	dma_sync_single_range_for_device(edu_dev(edu), m->addr, 701, 600,
					 DMA_BIDIRECTIONAL);
	edu_read(test, m, 0, len);

	/* The device writes all of that, and the CPU looks at 1500 bytes */
	edu_region_guard(r);
	edu_write(test, m, 0, len);
	dma_sync_single_range_for_cpu(edu_dev(edu), m->addr, 51, 1500,
				      DMA_BIDIRECTIONAL);
	if (m->bounced)
		edu_region_want(r, offset + 51, data + 51, 1500);
	else
		edu_region_want(r, offset, data, len);
	edu_region_check(test, r);

	edu_unmap(test, m);
	edu_region_want(r, offset, data, len);
	edu_region_check(test, r);
}

/* Bytes that the device did not write are still there after the unmap */
static void edu_test_partial_write(struct kunit *test)
{
	struct edu *edu = edu_pick_sync(test);
	struct edu_region *src = edu_region(test, LOW);
	struct edu_region *dst = edu_region(test, HIGH);
	struct edu_map *m;

	edu_region_fill(src);
	edu_load(test, edu, src, 100);
	m = edu_map(test, edu, dst, 33, 3000, DMA_FROM_DEVICE);
	edu_write(test, m, 1234, 100);
	edu_unmap(test, m);

	edu_region_want(dst, 33 + 1234, src->mem, 100);
	edu_region_check(test, dst);
}

/* DMA_ATTR_SKIP_CPU_SYNC at unmap leaves what was synced before, and no more */
static void edu_test_skip_sync(struct kunit *test)
{
	struct edu *edu = edu_pick_sync(test);
	struct edu_region *src = edu_region(test, LOW);
	struct edu_region *dst = edu_region(test, HIGH);
	struct edu_map *m;

	edu_region_fill(src);
	edu_load(test, edu, src, 1000);
	m = edu_map_by(test, edu, &call_phys_nosync, edu_region_phys(dst, 55),
		       1000, DMA_FROM_DEVICE);
	edu_write(test, m, 0, 1000);
	dma_sync_single_for_cpu(edu_dev(edu), m->addr, 500, DMA_FROM_DEVICE);
	edu_unmap(test, m);

	edu_region_want(dst, 55, src->mem, m->bounced ? 500 : 1000);
	edu_region_check(test, dst);
}

/* ---- bounce buffers ---- */

static void edu_mask_action(void *data)
{
	struct edu_ctx *ctx = data;

	dma_set_mask(edu_dev(ctx->edu[WIDE]), ctx->wide_mask);
}

/* For the rest of the case */
static void edu_set_mask_32(struct kunit *test, struct edu *edu)
{
	int ret;

	if (edu_mask(edu) <= DMA_BIT_MASK(32))
		return;
	ret = kunit_add_action_or_reset(test, edu_mask_action, test->priv);
	KUNIT_ASSERT_EQ(test, 0, ret);
	ret = dma_set_mask(edu_dev(edu), DMA_BIT_MASK(32));
	KUNIT_ASSERT_EQ(test, 0, ret);
}

/* The wide device bounces, too, if it is driven as if it were one of 32 bits */
static struct edu *edu_pick_bouncing(struct kunit *test)
{
	const enum edu_which *which = test->param_value;
	struct edu *edu = edu_pick(test, *which);

	if (use_dma_iommu(edu_dev(edu)))
		kunit_skip(test, "an IOMMU reaches all of memory");
	if (!edu_has_pool(edu_dev(edu), edu_mask(edu)))
		kunit_skip(test, "there are no bounce buffers");
	edu_set_mask_32(test, edu);
	return edu;
}

/* 2047 bytes before a page is one byte into a slot */
static void edu_test_bounce(struct kunit *test)
{
	struct edu *edu = edu_pick_bouncing(test);
	struct edu_region *src = edu_region(test, HIGH);
	struct edu_region *dst = edu_region(test, HIGH);

	KUNIT_ASSERT_TRUE(test, edu_must_bounce(edu_dev(edu), &call_phys,
						edu_region_phys(src, 0), 1,
						DMA_TO_DEVICE));
	edu_copy(test, edu, &call_phys, src, dst, 2 * PAGE_SIZE - 2047,
		 EDU_BUF_SIZE);
}

static void edu_test_bounce_slots(struct kunit *test)
{
	struct edu *edu = edu_pick_bouncing(test);
	struct edu_region *r = edu_region(test, HIGH);
	struct device *dev = edu_dev(edu);
	long slots = edu_slots(dev);
	struct edu_map *m;

	if (!IS_ENABLED(CONFIG_DEBUG_FS))
		kunit_skip(test, "slots are not counted without DEBUG_FS");
	m = edu_map(test, edu, r, PAGE_SIZE, 3 * IO_TLB_SIZE - 1,
		    DMA_TO_DEVICE);
	KUNIT_EXPECT_EQ(test, 3, edu_slots(dev) - slots);
	edu_unmap(test, m);
	KUNIT_EXPECT_EQ(test, 0, edu_slots(dev) - slots);
}

/* ---- registers ---- */

struct edu_mmio_param {
	const char		*desc;
	const struct edu_call	*call;
	bool			peer;		/* or its own */
	bool			untrusted;
};

static const struct edu_mmio_param edu_mmio_params[] = {
	{ "phys, own BAR", &call_mmio },
	{ "phys, BAR of a peer", &call_mmio, true },
	{ "resource, BAR of a peer", &call_resource, true },
	{ "phys, untrusted", &call_mmio, false, true },
};

KUNIT_ARRAY_PARAM_DESC(edu_mmio, edu_mmio_params, desc);

static struct edu_map *edu_map_reg(struct kunit *test, struct edu *edu,
				   struct edu *target, unsigned int reg,
				   enum dma_data_direction dir)
{
	const struct edu_mmio_param *p = test->param_value;
	phys_addr_t bar = pci_resource_start(edu_pdev(target), 0);

	return edu_map_by(test, edu, p->call, bar + reg, sizeof(u32), dir);
}

static struct edu *edu_pick_mmio(struct kunit *test)
{
	const struct edu_mmio_param *p = test->param_value;
	struct edu *edu = p->untrusted ? edu_pick_untrusted(test) :
					 edu_pick(test, WIDE);

	if (!use_dma_iommu(edu_dev(edu)) &&
	    pci_resource_end(edu_pdev(edu), 0) > edu_mask(edu))
		kunit_skip(test, "a BAR is out of the device's reach");
	return edu;
}

/* The device reads the id register of another, and then writes and reads one */
static void edu_test_mmio(struct kunit *test)
{
	const struct edu_mmio_param *p = test->param_value;
	struct edu *edu = edu_pick_mmio(test);
	struct edu *target = p->peer ? edu_pick(test, NARROW) : edu;
	struct edu_region *r = edu_region(test, LOW);
	__le32 *val = (__le32 *)r->mem;
	struct edu_map *m;

	m = edu_map_reg(test, edu, target, EDU_REG_ID, DMA_TO_DEVICE);
	edu_read(test, m, 0, sizeof(*val));
	edu_unmap(test, m);
	edu_store(test, edu, r, sizeof(*val));
	KUNIT_EXPECT_EQ(test, le32_to_cpu(*val), EDU_ID);

	edu_writel(target, 0, EDU_REG_LIVE);
	m = edu_map_reg(test, edu, target, EDU_REG_LIVE, DMA_BIDIRECTIONAL);
	edu_write(test, m, 0, sizeof(*val));
	KUNIT_EXPECT_EQ(test, edu_readl(target, EDU_REG_LIVE), ~EDU_ID);
	edu_read(test, m, 0, sizeof(*val));
	edu_unmap(test, m);
	edu_store(test, edu, r, sizeof(*val));
	KUNIT_EXPECT_EQ(test, le32_to_cpu(*val), ~EDU_ID);
}

/* ---- what the IOMMU must not let through ---- */

/* An aligned word is what makes one report, and not one for each part of it */
#define EDU_FAULT_AT	(PAGE_SIZE + 8)
#define EDU_FAULT_LEN	4

static void edu_expect_not_read(struct kunit *test, struct edu *edu,
				const u8 *secret, size_t len)
{
	struct edu_region *r = edu_region(test, LOW);
	size_t i;

	edu_store(test, edu, r, len);
	for (i = 0; i < len && r->mem[i] != secret[i]; i++)
		;
	KUNIT_EXPECT_EQ_MSG(test, i, len, "the device has byte %zu", i);
}

static void edu_test_no_write_to_device(struct kunit *test)
{
	struct edu *edu = edu_pick_iommu(test);
	struct edu_region *r = edu_region(test, HIGH);
	struct edu_map *m;

	edu_region_fill(r);
	edu_load(test, edu, r, EDU_FAULT_LEN);
	m = edu_map(test, edu, r, EDU_FAULT_AT, EDU_FAULT_LEN, DMA_TO_DEVICE);
	edu_announce_fault(test, edu);
	edu_write(test, m, 0, EDU_FAULT_LEN);
	edu_await_fault();
	edu_unmap(test, m);
	edu_region_check(test, r);
}

static bool edu_iommu_is(struct edu *edu, const char *prefix)
{
#ifdef CONFIG_IOMMU_API
	return strstarts(dev_name(edu_dev(edu)->iommu->iommu_dev->dev), prefix);
#else
	return false;
#endif
}

/* VT-d's driver and Arm's page tables let a device read all that it may write */
static struct edu *edu_pick_write_only(struct kunit *test)
{
	struct edu *edu = edu_pick_iommu(test);

	if (edu_iommu_is(edu, "dmar") || edu_iommu_is(edu, "smmu"))
		kunit_skip(test, "this IOMMU has no mappings that are write only");
	return edu;
}

static void edu_test_no_read_from_device(struct kunit *test)
{
	struct edu *edu = edu_pick_write_only(test);
	struct edu_region *guard = edu_region(test, LOW);
	struct edu_region *r = edu_region(test, HIGH);
	struct edu_map *m;

	edu_load(test, edu, guard, EDU_FAULT_LEN);
	edu_region_fill(r);
	m = edu_map(test, edu, r, EDU_FAULT_AT, EDU_FAULT_LEN, DMA_FROM_DEVICE);
	edu_announce_fault(test, edu);
	edu_read(test, m, 0, EDU_FAULT_LEN);
	edu_await_fault();
	edu_unmap(test, m);
	edu_expect_not_read(test, edu, r->mem + EDU_FAULT_AT, EDU_FAULT_LEN);
}

/* It has read there before the unmap, so the IOMMU knew the way by heart */
static void edu_test_no_read_after_unmap(struct kunit *test)
{
	struct edu *edu = edu_pick_strict(test);
	struct edu_region *r = edu_region(test, HIGH);
	struct edu_map *m;

	edu_region_fill(r);
	m = edu_map(test, edu, r, EDU_FAULT_AT, EDU_FAULT_LEN, DMA_TO_DEVICE);
	edu_read(test, m, 0, EDU_FAULT_LEN);
	edu_unmap(test, m);

	edu_region_guard(r);
	edu_announce_fault(test, edu);
	edu_read(test, m, 0, EDU_FAULT_LEN);
	edu_await_fault();
	edu_expect_not_read(test, edu, r->mem + EDU_FAULT_AT, EDU_FAULT_LEN);
}

static void edu_test_no_write_after_unmap(struct kunit *test)
{
	struct edu *edu = edu_pick_strict(test);
	struct edu_region *src = edu_region(test, LOW);
	struct edu_region *r = edu_region(test, HIGH);
	struct edu_map *m;

	edu_region_fill(src);
	edu_load(test, edu, src, EDU_FAULT_LEN);
	m = edu_map(test, edu, r, EDU_FAULT_AT, EDU_FAULT_LEN, DMA_FROM_DEVICE);
	edu_write(test, m, 0, EDU_FAULT_LEN);
	edu_unmap(test, m);
	edu_region_want(r, EDU_FAULT_AT, src->mem, EDU_FAULT_LEN);
	edu_region_check(test, r);

	edu_region_guard(r);
	edu_announce_fault(test, edu);
	edu_write(test, m, 0, EDU_FAULT_LEN);
	edu_await_fault();
	edu_region_check(test, r);
}

static const struct edu_unmap_param {
	const char	*desc;
	size_t		offset;
	size_t		len;
} edu_unmap_params[] = {
	{ "one page", 9, 100 },
	{ "two pages", 9, PAGE_SIZE },
	{ "all of a table", PAGE_SIZE, SZ_2M },
	{ "two tables", PAGE_SIZE + 9, SZ_2M },
	{ "a large page and a small one", 9, SZ_2M },
};

KUNIT_ARRAY_PARAM_DESC(edu_unmap, edu_unmap_params, desc);

/* The IOMMU's driver says how much there was to unmap: nothing, if nothing */
static void edu_test_unmap_nothing(struct kunit *test)
{
	const struct edu_unmap_param *p = test->param_value;
	struct edu *edu = edu_pick_iommu(test);
	struct iommu_domain *domain = iommu_get_domain_for_dev(edu_dev(edu));
	u8 *mem = kunit_kmalloc(test, SZ_4M, GFP_KERNEL);
	struct edu_map *m;
	unsigned long iova;
	size_t size;

	KUNIT_ASSERT_NOT_NULL(test, mem);
	m = edu_map_by(test, edu, &call_phys, virt_to_phys(mem) + p->offset,
		       p->len, DMA_BIDIRECTIONAL);
	iova = ALIGN_DOWN(m->addr, PAGE_SIZE);
	size = ALIGN(m->addr + p->len, PAGE_SIZE) - iova;
	KUNIT_EXPECT_NE(test, 0, iommu_iova_to_phys(domain, iova));
	KUNIT_EXPECT_NE(test, 0, iommu_iova_to_phys(domain, iova + size - 1));
	edu_unmap(test, m);
	KUNIT_EXPECT_EQ(test, 0, iommu_iova_to_phys(domain, iova));
	KUNIT_EXPECT_EQ(test, 0, iommu_iova_to_phys(domain, iova + size - 1));
	KUNIT_EXPECT_EQ(test, 0, iommu_unmap(domain, iova, size));
}

/*
 * ... and what is mapped up to the first gap, with nothing behind it gone. This
 * is in a table with an entry for a page of ours, and where there is no table.
 */
static void edu_test_unmap_to_gap(struct kunit *test)
{
	struct edu *edu = edu_pick_iommu(test);
	struct iommu_domain *domain = iommu_get_domain_for_dev(edu_dev(edu));
	unsigned long iova[] = { 0, SZ_4M + SZ_2M - PAGE_SIZE }, pages = 4, i, n;
	u8 *mem = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);
	struct edu_map *m;

	KUNIT_ASSERT_NOT_NULL(test, mem);
	m = edu_map_by(test, edu, &call_phys, virt_to_phys(mem), PAGE_SIZE,
		       DMA_BIDIRECTIONAL);
	/* Below all that is given out from the top */
	iova[0] = m->addr - 64 * PAGE_SIZE;
	for (n = 0; n < ARRAY_SIZE(iova); n++) {
		if (iommu_iova_to_phys(domain, iova[n]))
			continue;
		/* Page by page: virtio-iommu does not split */
		for (i = 0; i < pages; i++)
			KUNIT_ASSERT_EQ(test, 0,
					iommu_map(domain,
						  iova[n] + i * PAGE_SIZE,
						  virt_to_phys(mem), PAGE_SIZE,
						  IOMMU_READ, GFP_KERNEL));
		KUNIT_EXPECT_EQ(test, PAGE_SIZE,
				iommu_unmap(domain, iova[n] + PAGE_SIZE,
					    PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, 0, iommu_unmap(domain,
						     iova[n] + PAGE_SIZE,
						     3 * PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, PAGE_SIZE,
				iommu_unmap(domain, iova[n], pages * PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, 0, iommu_iova_to_phys(domain, iova[n]));
		KUNIT_EXPECT_NE(test, 0,
				iommu_iova_to_phys(domain,
						   iova[n] + 2 * PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, 2 * PAGE_SIZE,
				iommu_unmap(domain, iova[n] + 2 * PAGE_SIZE,
					    2 * PAGE_SIZE));
		KUNIT_EXPECT_EQ(test, 0, iommu_unmap(domain, iova[n], SZ_2M));
	}
	edu_unmap(test, m);
}

/* ---- an untrusted device ---- */

static const struct edu_untrusted_param {
	const char	*desc;
	unsigned int	min_align_mask;
} edu_untrusted_params[] = {
	{ "from the beginning of a page", 0 },
	{ "offset kept", SZ_4K - 1 },
};

KUNIT_ARRAY_PARAM_DESC(edu_untrusted, edu_untrusted_params, desc);

static void edu_min_align_action(void *dev)
{
	dma_set_min_align_mask(dev, 0);
}

static struct edu *edu_pick_untrusted_aligned(struct kunit *test)
{
	const struct edu_untrusted_param *p = test->param_value;
	struct edu *edu = edu_pick_untrusted(test);

	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test,
							   edu_min_align_action,
							   edu_dev(edu)));
	dma_set_min_align_mask(edu_dev(edu), p->min_align_mask);
	return edu;
}

#define EDU_ODD_AT	0x123
#define EDU_ODD_LEN	0x456

/* How much of the page that the device can reach is before what it should */
static size_t edu_padding(struct kunit *test, struct edu_map *m)
{
	const struct edu_untrusted_param *p = test->param_value;
	size_t padding = m->addr & (SZ_4K - 1);

	KUNIT_EXPECT_EQ(test, padding, EDU_ODD_AT & p->min_align_mask);
	return padding;
}

/* It reads nothing but zeroes in the page around the mapping */
static void edu_test_untrusted_read(struct kunit *test)
{
	struct edu *edu = edu_pick_untrusted_aligned(test);
	struct edu_region *src = edu_region(test, HIGH);
	struct edu_region *dst = edu_region(test, LOW);
	struct edu_map *m;
	size_t padding;

	edu_region_fill(src);
	m = edu_map(test, edu, src, PAGE_SIZE + EDU_ODD_AT, EDU_ODD_LEN,
		    DMA_TO_DEVICE);
	padding = edu_padding(test, m);
	edu_read(test, m, -padding, EDU_BUF_SIZE);
	edu_unmap(test, m);

	edu_store(test, edu, dst, EDU_BUF_SIZE);
	memset(dst->want, 0, EDU_BUF_SIZE);
	edu_region_want(dst, padding, src->mem + PAGE_SIZE + EDU_ODD_AT,
			EDU_ODD_LEN);
	edu_region_check(test, dst);
}

/* Its writes around the mapping go nowhere */
static void edu_test_untrusted_write(struct kunit *test)
{
	struct edu *edu = edu_pick_untrusted_aligned(test);
	struct edu_region *src = edu_region(test, LOW);
	struct edu_region *dst = edu_region(test, HIGH);
	struct edu_map *m;
	size_t padding;

	edu_region_fill(src);
	edu_load(test, edu, src, EDU_BUF_SIZE);
	m = edu_map(test, edu, dst, PAGE_SIZE + EDU_ODD_AT, EDU_ODD_LEN,
		    DMA_FROM_DEVICE);
	padding = edu_padding(test, m);
	edu_write(test, m, -padding, EDU_BUF_SIZE);
	edu_unmap(test, m);

	edu_region_want(dst, PAGE_SIZE + EDU_ODD_AT, src->mem + padding,
			EDU_ODD_LEN);
	edu_region_check(test, dst);
}

/* ---- the driver ---- */

static const struct edu_bounds_param {
	const char	*desc;
	unsigned int	offset;
	size_t		len;
} edu_bounds_params[] = {
	{ "nothing", 0, 0 },
	{ "one too many", 0, EDU_BUF_SIZE + 1 },
	{ "past the end", EDU_BUF_SIZE, 1 },
	{ "across the end", EDU_BUF_SIZE - 1, 2 },
	{ "an offset that wraps", UINT_MAX, 2 },
	{ "a length that wraps", 1, SIZE_MAX },
};

KUNIT_ARRAY_PARAM_DESC(edu_bounds, edu_bounds_params, desc);

/* QEMU would abort */
static void edu_test_bounds(struct kunit *test)
{
	const struct edu_bounds_param *p = test->param_value;
	struct edu *edu = edu_pick(test, WIDE);

	KUNIT_EXPECT_EQ(test, -EINVAL, edu_dma_to_device(edu, 0, p->offset,
							 p->len));
	KUNIT_EXPECT_EQ(test, -EINVAL, edu_dma_from_device(edu, 0, p->offset,
							   p->len));
}

static void edu_test_get(struct kunit *test)
{
	struct edu *edu = edu_get(UINT_MAX);

	KUNIT_EXPECT_PTR_EQ(test, edu, ERR_PTR(-ENODEV));
}

/* ---- the suite ---- */

static void edu_slots_action(void *data)
{
	struct kunit *test = data;
	struct edu_ctx *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, ctx->slots, edu_slots(ctx->dev));
}

/* Keeps the device with the largest mask, and that with the smallest */
static void edu_keep(struct edu_ctx *ctx, struct edu *edu)
{
	if (!ctx->edu[WIDE]) {
		ctx->edu[WIDE] = edu;
	} else if (edu_mask(edu) > edu_mask(ctx->edu[WIDE])) {
		ctx->edu[NARROW] = ctx->edu[NARROW] ?: ctx->edu[WIDE];
		ctx->edu[WIDE] = edu;
	} else if (!ctx->edu[NARROW] ||
		   edu_mask(edu) < edu_mask(ctx->edu[NARROW])) {
		ctx->edu[NARROW] = edu;
	}
}

static int edu_find_all(struct kunit *test, struct edu_ctx *ctx)
{
	struct edu *edu;
	unsigned int i;

	for (i = 0; (edu = edu_kunit_get(test, i)) != ERR_PTR(-ENODEV); i++) {
		if (edu == ERR_PTR(-ENOMEM))
			return -ENOMEM;
		if (!IS_ERR(edu))
			edu_keep(ctx, edu);
	}
	return 0;
}

static int edu_test_init(struct kunit *test)
{
	struct edu_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	int ret;

	if (!ctx)
		return -ENOMEM;
	test->priv = ctx;
	ret = edu_find_all(test, ctx);
	if (ret)
		return ret;
	if (!ctx->edu[WIDE])
		kunit_skip(test, "no edu device: start QEMU with -device edu");
	ctx->dev = edu_dev(ctx->edu[WIDE]);
	ctx->slots = edu_slots(ctx->dev);
	ctx->wide_mask = edu_mask(ctx->edu[WIDE]);
	return kunit_add_action_or_reset(test, edu_slots_action, test);
}

/*
 * All devices share the pool. A case that leaks slots can be detected only
 * after those probed at boot, disks above all, have done their first I/O.
 */
static int edu_test_suite_init(struct kunit_suite *suite)
{
	unsigned long end = jiffies + 10 * HZ;
	struct edu *edu = edu_get(0);
	long slots, before = -1;
	int quiet = 0;

	if (IS_ERR(edu))
		return 0;
	wait_for_device_probe();
	for (; quiet < 50 && time_before(jiffies, end); before = slots) {
		msleep(20);
		slots = edu_slots(edu_dev(edu));
		quiet = slots == before ? quiet + 1 : 0;
	}
	edu_put(edu);
	return 0;
}

static struct kunit_case edu_test_cases[] = {
	KUNIT_CASE_PARAM(edu_test_copy, edu_copy_gen_params),
	KUNIT_CASE_PARAM(edu_test_call, edu_call_gen_params),
	KUNIT_CASE_PARAM(edu_test_sg, edu_which_gen_params),
	KUNIT_CASE_PARAM(edu_test_large, edu_which_gen_params),
	KUNIT_CASE_PARAM(edu_test_sync, edu_sync_gen_params),
	KUNIT_CASE_PARAM(edu_test_partial_write, edu_sync_gen_params),
	KUNIT_CASE_PARAM(edu_test_skip_sync, edu_sync_gen_params),
	KUNIT_CASE_PARAM(edu_test_bounce, edu_which_gen_params),
	KUNIT_CASE_PARAM(edu_test_bounce_slots, edu_which_gen_params),
	KUNIT_CASE_PARAM(edu_test_mmio, edu_mmio_gen_params),
	KUNIT_CASE(edu_test_no_write_to_device),
	KUNIT_CASE(edu_test_no_read_from_device),
	KUNIT_CASE(edu_test_no_read_after_unmap),
	KUNIT_CASE(edu_test_no_write_after_unmap),
	KUNIT_CASE_PARAM(edu_test_unmap_nothing, edu_unmap_gen_params),
	KUNIT_CASE(edu_test_unmap_to_gap),
	KUNIT_CASE_PARAM(edu_test_untrusted_read, edu_untrusted_gen_params),
	KUNIT_CASE_PARAM(edu_test_untrusted_write, edu_untrusted_gen_params),
	KUNIT_CASE_PARAM(edu_test_bounds, edu_bounds_gen_params),
	KUNIT_CASE(edu_test_get),
	{ }
};

static struct kunit_suite edu_test_suite = {
	.name = "dma_edu",
	.suite_init = edu_test_suite_init,
	.init = edu_test_init,
	.test_cases = edu_test_cases,
};

kunit_test_suite(edu_test_suite);

MODULE_DESCRIPTION("KUnit tests of DMA by QEMU's edu device");
MODULE_LICENSE("GPL");
