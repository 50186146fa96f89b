// SPDX-License-Identifier: GPL-2.0
/*
 * Memory, mappings and transfers for the suites that use QEMU's edu device, see
 * edu_kunit.h.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/device/driver.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/hash.h>
#include <linux/iommu.h>
#include <linux/iommu-dma.h>
#include <linux/string.h>
#include <linux/swiotlb.h>
#include "edu_kunit.h"

/* ---- the devices ---- */

static void edu_put_action(void *edu)
{
	edu_put(edu);
}

/* edu_get(), and the device is put after the case */
struct edu *edu_kunit_get(struct kunit *test, unsigned int index)
{
	struct edu *edu = edu_get(index);
	int ret;

	if (IS_ERR(edu))
		return edu;
	ret = kunit_add_action_or_reset(test, edu_put_action, edu);
	return ret ? ERR_PTR(ret) : edu;
}

/* Bounce slots are taken from the first pool, even if that is out of reach */
bool edu_has_pool(struct device *dev, u64 mask)
{
#ifdef CONFIG_SWIOTLB
	return dev->dma_io_tlb_mem && dev->dma_io_tlb_mem->nslabs &&
	       dev->dma_io_tlb_mem->defpool.end - 1 <= mask;
#else
	return false;
#endif
}

/* Bounce slots in use, 0 where they are not counted */
long edu_slots(struct device *dev)
{
#if defined(CONFIG_SWIOTLB) && defined(CONFIG_DEBUG_FS)
	if (dev->dma_io_tlb_mem)
		return atomic_long_read(&dev->dma_io_tlb_mem->total_used);
#endif
	return 0;
}

struct edu *edu_pick(struct kunit *test, enum edu_which which)
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

struct edu *edu_pick_iommu(struct kunit *test)
{
	struct edu *edu = edu_pick(test, WIDE);

	if (!use_dma_iommu(edu_dev(edu)))
		kunit_skip(test, "the device is not behind an IOMMU");
	return edu;
}

/* The IOMMU forgets a mapping at once, and not some time after its unmap */
struct edu *edu_pick_strict(struct kunit *test)
{
	struct edu *edu = edu_pick_iommu(test);

	if (iommu_get_domain_for_dev(edu_dev(edu))->type != IOMMU_DOMAIN_DMA)
		kunit_skip(test, "the IOMMU is not in strict mode");
	return edu;
}

static void edu_trust_action(void *pdev)
{
	((struct pci_dev *)pdev)->untrusted = false;
}

/* For the rest of the case, as a device behind Thunderbolt is */
void edu_set_untrusted(struct kunit *test, struct edu *edu)
{
	struct pci_dev *pdev = edu_pdev(edu);

	if (!edu_has_pool(&pdev->dev, U64_MAX))
		kunit_skip(test, "no bounce buffers for an untrusted device");
	pdev->untrusted = true;
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test,
							   edu_trust_action,
							   pdev));
}

struct edu *edu_pick_untrusted(struct kunit *test)
{
	struct edu *edu = edu_pick_iommu(test);

	edu_set_untrusted(test, edu);
	return edu;
}

/* Whether the IOMMU's own device has a name that starts with @prefix */
bool edu_iommu_is(struct edu *edu, const char *prefix)
{
#ifdef CONFIG_IOMMU_API
	return strstarts(dev_name(edu_dev(edu)->iommu->iommu_dev->dev), prefix);
#else
	return false;
#endif
}

/* Tell the test harness, in the log, to expect the next report of a fault */
void edu_announce_fault(struct kunit *test, struct edu *edu)
{
	/* QEMU's AMD IOMMU stops the access without reporting it */
	if (edu_iommu_is(edu, "ivhd"))
		return;
	kunit_info(test,
		   "expect-report: 1 DMAR: \\[DMA (Read|Write)|page fault from EP|arm-smmu.*event 0x\n");
}

/* The report comes by an interrupt of its own */
void edu_await_fault(void)
{
	msleep(50);
}

/* ---- memory ---- */

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
void edu_fill_data(u8 *buf, size_t len)
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

void edu_region_want(struct edu_region *r, size_t offset, const u8 *data,
		     size_t len)
{
	memcpy(r->want + offset, data, len);
}

void edu_region_fill(struct edu_region *r)
{
	edu_fill_data(r->mem, r->size);
	edu_region_want(r, 0, r->mem, r->size);
}

void edu_region_guard(struct edu_region *r)
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

void edu_region_check(struct kunit *test, struct edu_region *r)
{
	size_t diff = edu_first_diff(r->mem, r->want, r->size);

	KUNIT_EXPECT_EQ_MSG(test, diff, r->size,
			    "byte %#zx is %#x and not %#x", diff,
			    diff < r->size ? r->mem[diff] : 0,
			    diff < r->size ? r->want[diff] : 0);
}

phys_addr_t edu_region_phys(struct edu_region *r, size_t offset)
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
struct edu_region *edu_region(struct kunit *test, enum edu_place place)
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

/* ---- a mapping ---- */

dma_addr_t edu_map_phys(struct device *dev, phys_addr_t phys, size_t len,
			enum dma_data_direction dir)
{
	return dma_map_phys(dev, phys, len, dir, 0);
}

static void edu_unmap_phys(struct device *dev, dma_addr_t addr, size_t len,
			   enum dma_data_direction dir)
{
	dma_unmap_phys(dev, addr, len, dir, 0);
}

const struct edu_call edu_call_phys = {
	"phys", edu_map_phys, edu_unmap_phys
};

/* Where a bus address leads to */
static phys_addr_t edu_target(struct device *dev, dma_addr_t addr)
{
	if (use_dma_iommu(dev))
		return iommu_iova_to_phys(iommu_get_domain_for_dev(dev), addr);
	return dma_to_phys(dev, addr);
}

bool edu_must_bounce(struct device *dev, const struct edu_call *call,
		     phys_addr_t phys, size_t len, enum dma_data_direction dir)
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

struct edu_map *edu_map_by(struct kunit *test, struct edu *edu,
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

struct edu_map *edu_map(struct kunit *test, struct edu *edu,
			struct edu_region *r, size_t offset, size_t len,
			enum dma_data_direction dir)
{
	return edu_map_by(test, edu, &edu_call_phys, edu_region_phys(r, offset),
			  len, dir);
}

void edu_unmap(struct kunit *test, struct edu_map *m)
{
	kunit_release_action(test, edu_unmap_action, m);
}

/* The device reads or writes len bytes from offset into the mapping on */
void edu_read(struct kunit *test, struct edu_map *m, size_t offset, size_t len)
{
	KUNIT_ASSERT_EQ(test, 0, edu_dma_to_device(m->edu, m->addr + offset, 0,
						   len));
}

void edu_write(struct kunit *test, struct edu_map *m, size_t offset, size_t len)
{
	KUNIT_ASSERT_EQ(test, 0, edu_dma_from_device(m->edu, m->addr + offset,
						     0, len));
}

/* Puts data into the device's buffer, or gets out what is in it */
void edu_load(struct kunit *test, struct edu *edu, struct edu_region *r,
	      size_t len)
{
	struct edu_map *m = edu_map(test, edu, r, 0, len, DMA_TO_DEVICE);

	edu_read(test, m, 0, len);
	edu_unmap(test, m);
}

void edu_store(struct kunit *test, struct edu *edu, struct edu_region *r,
	       size_t len)
{
	struct edu_map *m = edu_map(test, edu, r, 0, len, DMA_FROM_DEVICE);

	edu_write(test, m, 0, len);
	edu_unmap(test, m);
}

/* Both mapped by the same call, through the end of the device's buffer */
void edu_copy(struct kunit *test, struct edu *edu, const struct edu_call *call,
	      struct edu_region *src, struct edu_region *dst, size_t offset,
	      size_t len)
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

int edu_kunit_init(struct kunit *test)
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
int edu_kunit_suite_init(struct kunit_suite *suite)
{
	unsigned long end = jiffies + 10 * HZ;
	static bool settled;
	long slots, before = -1;
	struct edu *edu;
	int quiet = 0;

	if (settled)
		return 0;
	edu = edu_get(0);
	if (IS_ERR(edu))
		return 0;
	wait_for_device_probe();
	for (; quiet < 50 && time_before(jiffies, end); before = slots) {
		msleep(20);
		slots = edu_slots(edu_dev(edu));
		quiet = slots == before ? quiet + 1 : 0;
	}
	edu_put(edu);
	settled = true;
	return 0;
}

MODULE_DESCRIPTION("KUnit tests of DMA by QEMU's edu device");
MODULE_LICENSE("GPL");
