// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of DMA by a disk: what a disk writes from memory at one offset is
 * read back into other memory at another offset, and compared.
 *
 * The driver of the disk maps the memory, by whatever the machine has: so the
 * suite runs on every architecture, with NVMe, SCSI or virtio. It checks what
 * was mapped, too: where the device has dma_map_ops, by a copy of them that
 * calls the originals, else by the trace events.
 *
 * The disks that dma_disk_kunit.dev= names are overwritten.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/delay.h>
#include <linux/device/driver.h>
#include <linux/dma-map-ops.h>
#include <linux/highmem.h>
#include <linux/iommu-dma.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/swiotlb.h>
#include <kunit/test.h>
#include <trace/events/dma.h>
#include <xen/xen.h>

static char *disk_names[2];
static unsigned int disk_count;
module_param_array_named(dev, disk_names, charp, &disk_count, 0444);
MODULE_PARM_DESC(dev, "Disks to test, such as nvme0n1,sda. THEIR DATA IS LOST");

static unsigned int align;
module_param(align, uint, 0444);
MODULE_PARM_DESC(align, "Alignment of memory, in bytes (default: the disk's)");

static unsigned int mask_bits;
module_param(mask_bits, uint, 0444);
MODULE_PARM_DESC(mask_bits, "DMA mask of the disk (default: its driver's)");

static unsigned long long window_start;
module_param(window_start, ullong, 0444);
MODULE_PARM_DESC(window_start, "First DMA address of the IOMMU");

static unsigned long long window_end = U64_MAX;
module_param(window_end, ullong, 0444);
MODULE_PARM_DESC(window_end, "Last DMA address of the IOMMU");

struct disk {
	struct file *file;
	struct block_device *bdev;
	struct device *dev;			/* does the DMA */
	const struct dma_map_ops *ops;		/* its own, or NULL */
	struct dma_map_ops recording;
	unsigned int align;
	u64 bytes;
};

static struct disk disks[ARRAY_SIZE(disk_names)];

/* ---- what was mapped ---- */

static struct {
	struct device *dev;
	atomic_t mappings;
	atomic_t translated;	/* to another page */
	atomic_t outside;	/* of the window */
	atomic_t shifted;	/* not the byte that was meant */
	atomic_long_t bytes[DMA_NONE];
} mapped;

static void mapped_add(struct device *dev, phys_addr_t phys, dma_addr_t addr,
		       size_t size, enum dma_data_direction dir)
{
	if (dev != mapped.dev || addr == DMA_MAPPING_ERROR)
		return;
	atomic_inc(&mapped.mappings);
	atomic_long_add(size, &mapped.bytes[dir]);
	if (addr >> PAGE_SHIFT != phys >> PAGE_SHIFT)
		atomic_inc(&mapped.translated);
	if (addr < window_start || addr + size - 1 > window_end)
		atomic_inc(&mapped.outside);
	/* The smallest page that an IOMMU maps */
	if ((addr ^ phys) % SZ_4K)
		atomic_inc(&mapped.shifted);
}

/* A DMA segment can be several of the list, of which it has the first's start */
static void mapped_add_sg(struct device *dev, struct scatterlist *sgl, int ents,
			  enum dma_data_direction dir)
{
	struct scatterlist *sg, *from = sgl;
	size_t left;
	int i;

	for_each_sg(sgl, sg, ents, i) {
		mapped_add(dev, sg_phys(from), sg_dma_address(sg),
			   sg_dma_len(sg), dir);
		for (left = sg_dma_len(sg); left; from = sg_next(from))
			left -= min_t(size_t, left, from->length);
	}
}

#ifdef CONFIG_ARCH_HAS_DMA_OPS
static const struct dma_map_ops *own_ops(struct device *dev)
{
	return container_of(get_dma_ops(dev), struct disk, recording)->ops;
}

static dma_addr_t recording_map_phys(struct device *dev, phys_addr_t phys,
				     size_t size, enum dma_data_direction dir,
				     unsigned long attrs)
{
	dma_addr_t addr = own_ops(dev)->map_phys(dev, phys, size, dir, attrs);

	mapped_add(dev, phys, addr, size, dir);
	return addr;
}

static int recording_map_sg(struct device *dev, struct scatterlist *sgl,
			    int nents, enum dma_data_direction dir,
			    unsigned long attrs)
{
	int ents = own_ops(dev)->map_sg(dev, sgl, nents, dir, attrs);

	if (ents > 0)
		mapped_add_sg(dev, sgl, ents, dir);
	return ents;
}

static bool record_ops(struct disk *disk)
{
	disk->ops = get_dma_ops(disk->dev);
	if (!disk->ops)
		return false;
	disk->recording = *disk->ops;
	disk->recording.map_phys = recording_map_phys;
	disk->recording.map_sg = recording_map_sg;
	set_dma_ops(disk->dev, &disk->recording);
	return true;
}
#else
static bool record_ops(struct disk *disk)
{
	return false;
}
#endif

#ifdef CONFIG_TRACEPOINTS
static void probe_map_phys(void *unused, struct device *dev, phys_addr_t phys,
			   dma_addr_t addr, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	mapped_add(dev, phys, addr, size, dir);
}

static void probe_map_sg(void *unused, struct device *dev,
			 struct scatterlist *sgl, int nents, int ents,
			 enum dma_data_direction dir, unsigned long attrs)
{
	mapped_add_sg(dev, sgl, ents, dir);
}

static int record_events(void)
{
	return register_trace_dma_map_phys(probe_map_phys, NULL) ?:
	       register_trace_dma_map_sg(probe_map_sg, NULL) ?:
	       register_trace_dma_iova_link(probe_map_phys, NULL);
}

static void record_events_stop(void)
{
	unregister_trace_dma_map_phys(probe_map_phys, NULL);
	unregister_trace_dma_map_sg(probe_map_sg, NULL);
	unregister_trace_dma_iova_link(probe_map_phys, NULL);
	tracepoint_synchronize_unregister();
}
#else
static int record_events(void)
{
	return -EOPNOTSUPP;
}

static void record_events_stop(void)
{
}
#endif

static void mapped_start(struct disk *disk)
{
	memset(&mapped, 0, sizeof(mapped));
	mapped.dev = disk->dev;
}

/* At least the memory of the test was mapped, and all of it as it should be */
static void mapped_expect(struct kunit *test, struct disk *disk, size_t size)
{
	int mappings = atomic_read(&mapped.mappings);

	KUNIT_EXPECT_GE(test, atomic_long_read(&mapped.bytes[DMA_TO_DEVICE]),
			(long)size);
	KUNIT_EXPECT_GE(test, atomic_long_read(&mapped.bytes[DMA_FROM_DEVICE]),
			(long)size);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&mapped.outside));
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&mapped.shifted));
	/*
	 * An IOMMU can map a page to its own address, but rarely does. Xen on
	 * Arm has dom0's memory where dom0 thinks it is.
	 */
	if ((disk->ops && (!xen_domain() || xen_pv_domain())) ||
	    use_dma_iommu(disk->dev))
		KUNIT_EXPECT_GT(test, 2 * atomic_read(&mapped.translated),
				mappings);
	mapped.dev = NULL;
}

/* ---- memory ---- */

#define BUF_ORDER	4
#define BUF_PAGES	BIT(BUF_ORDER)
#define BUF_SIZE	(BUF_PAGES * PAGE_SIZE)
#define GUARD		0xa5

/* Pages of memory, in their order or with no two neighbours in it */
struct buf {
	struct page *pages;
	unsigned int stride;
};

static struct page *buf_page(const struct buf *buf, unsigned int i)
{
	return buf->pages + i * buf->stride % BUF_PAGES;
}

static void buf_free(void *pages)
{
	__free_pages(pages, BUF_ORDER);
}

static void buf_init(struct kunit *test, struct buf *buf, bool scattered)
{
	/* High memory, where there is some */
	buf->pages = alloc_pages(GFP_HIGHUSER, BUF_ORDER);
	KUNIT_ASSERT_NOT_NULL(test, buf->pages);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, buf_free,
							   buf->pages));
	buf->stride = scattered ? 7 : 1;
}

/* Byte @pos of a buffer that has @size bytes of data from @offset on */
static u8 buf_byte(size_t pos, size_t offset, size_t size, u8 seed)
{
	if (pos < offset || pos >= offset + size)
		return GUARD;
	pos -= offset;
	return (seed + pos * 5 + (pos >> 8) * 3 + (pos >> 16)) & 0x7f;
}

static void buf_fill(const struct buf *buf, size_t offset, size_t size, u8 seed)
{
	unsigned int i, j;
	u8 *bytes;

	for (i = 0; i < BUF_PAGES; i++) {
		bytes = kmap_local_page(buf_page(buf, i));
		for (j = 0; j < PAGE_SIZE; j++)
			bytes[j] = buf_byte(i * PAGE_SIZE + j, offset, size,
					    seed);
		kunmap_local(bytes);
		flush_dcache_page(buf_page(buf, i));
	}
}

/* Return: the position of the first byte that is wrong, or BUF_SIZE */
static size_t buf_check(const struct buf *buf, size_t offset, size_t size,
			u8 seed)
{
	size_t wrong = BUF_SIZE;
	unsigned int i, j;
	u8 *bytes;

	for (i = 0; i < BUF_PAGES && wrong == BUF_SIZE; i++) {
		bytes = kmap_local_page(buf_page(buf, i));
		for (j = 0; j < PAGE_SIZE && wrong == BUF_SIZE; j++) {
			if (bytes[j] != buf_byte(i * PAGE_SIZE + j, offset,
						 size, seed))
				wrong = i * PAGE_SIZE + j;
		}
		kunmap_local(bytes);
	}
	return wrong;
}

/* ---- transfers ---- */

static int disk_io(struct disk *disk, blk_opf_t op, const struct buf *buf,
		   size_t offset, size_t size)
{
	struct bio *bio = bio_alloc(disk->bdev, BUF_PAGES, op, GFP_KERNEL);
	size_t len;
	int ret;

	bio->bi_iter.bi_sector = SZ_1M >> SECTOR_SHIFT;
	for (; size; offset += len, size -= len) {
		len = min(size, PAGE_SIZE - offset_in_page(offset));
		__bio_add_page(bio, buf_page(buf, offset / PAGE_SIZE), len,
			       offset_in_page(offset));
	}
	ret = submit_bio_wait(bio);
	bio_put(bio);
	return ret;
}

static void disk_transfer(struct kunit *test, struct disk *disk, bool scattered,
			  size_t offset, size_t size)
{
	static u8 seed;
	struct buf from, to;
	size_t to_offset;

	/* One request: two of them could share a cache line */
	size = min_t(size_t, size, queue_max_bytes(bdev_get_queue(disk->bdev)));
	offset = round_up(offset, disk->align);
	to_offset = round_down(2 * PAGE_SIZE - offset_in_page(offset),
			       disk->align);
	buf_init(test, &from, scattered);
	buf_init(test, &to, scattered);
	buf_fill(&from, offset, size, ++seed);
	buf_fill(&to, 0, 0, 0);

	mapped_start(disk);
	KUNIT_EXPECT_EQ(test, 0,
			disk_io(disk, REQ_OP_WRITE, &from, offset, size));
	KUNIT_EXPECT_EQ(test, 0,
			disk_io(disk, REQ_OP_READ, &to, to_offset, size));
	mapped_expect(test, disk, size);
	KUNIT_EXPECT_EQ_MSG(test, BUF_SIZE,
			    buf_check(&from, offset, size, seed),
			    "what was written has changed in memory");
	KUNIT_EXPECT_EQ_MSG(test, BUF_SIZE,
			    buf_check(&to, to_offset, size, seed),
			    "read to %zu what was written from %zu, %zu bytes",
			    to_offset, offset, size);
	disk->bytes += 2 * size;
	kunit_release_action(test, buf_free, to.pages);
	kunit_release_action(test, buf_free, from.pages);
}

struct disk_span {
	size_t offset;
	size_t size;
};

/* Offsets are rounded up to the alignment of the disk; sizes are of sectors. */
static const struct disk_span disk_spans[] = {
	{ 0, 512 },
	{ 1, 512 },
	{ 3, 1024 },
	{ 511, 512 },
	{ PAGE_SIZE - 512, 512 },
	{ PAGE_SIZE - 508, 512 },
	{ PAGE_SIZE - 257, 512 },
	{ PAGE_SIZE - 4, 512 },
	{ PAGE_SIZE - 7, PAGE_SIZE },
	{ 0, PAGE_SIZE },
	{ 5, PAGE_SIZE },
	{ 4095, 4096 },
	{ PAGE_SIZE / 2 + 1, 2 * PAGE_SIZE },
	{ 9, 3 * PAGE_SIZE + 512 },
	{ PAGE_SIZE - 1024, 2 * PAGE_SIZE + 1536 },
	{ 0, 8 * PAGE_SIZE },
	{ PAGE_SIZE - 12, 8 * PAGE_SIZE + 512 },
};

static void disk_span_desc(const struct disk_span *span, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%zu+%zu", span->offset,
		 span->size);
}

KUNIT_ARRAY_PARAM(disk_span, disk_spans, disk_span_desc);

static void disk_contiguous(struct kunit *test)
{
	const struct disk_span *span = test->param_value;
	int i;

	for (i = 0; i < disk_count; i++)
		disk_transfer(test, &disks[i], false, span->offset, span->size);
}

static void disk_scattered(struct kunit *test)
{
	const struct disk_span *span = test->param_value;
	int i;

	for (i = 0; i < disk_count; i++)
		disk_transfer(test, &disks[i], true, span->offset, span->size);
}

static void disk_random(struct kunit *test)
{
	struct rnd_state rnd;
	size_t offset, size;
	int i;

	prandom_seed_state(&rnd, 17);
	for (i = 0; i < 50; i++) {
		offset = prandom_u32_state(&rnd) % (2 * PAGE_SIZE);
		size = 1 + prandom_u32_state(&rnd) % (4 * PAGE_SIZE);
		disk_transfer(test, &disks[i % disk_count], i & 2, offset,
			      round_up(size, SECTOR_SIZE));
	}
}

/* ---- the disks ---- */

/* Return: the disk's device, after a while in which it can be found */
static struct device *disk_find(const char *name)
{
	struct device *dev;
	int i;

	wait_for_device_probe();
	for (i = 0; i < 100; i++) {
		dev = class_find_device_by_name(&block_class, name);
		if (dev)
			return dev;
		msleep(100);
	}
	return NULL;
}

/* The nearest device above the disk that can do DMA */
static struct device *disk_dma_dev(struct device *dev)
{
	while (dev && !dev->dma_mask)
		dev = dev->parent;
	return dev;
}

static int disk_open(struct disk *disk, const char *name)
{
	struct device *dev = disk_find(name);
	int ret = 0;

	if (!dev)
		return -ENODEV;
	disk->dev = disk_dma_dev(dev);
	disk->file = bdev_file_open_by_dev(dev->devt,
					   BLK_OPEN_READ | BLK_OPEN_WRITE,
					   disk, NULL);
	put_device(dev);
	if (IS_ERR(disk->file)) {
		ret = PTR_ERR(disk->file);
		disk->file = NULL;
		return ret;
	}
	disk->bdev = file_bdev(disk->file);
	disk->align = align ?: bdev_dma_alignment(disk->bdev) + 1;
	if (!disk->dev)
		return -ENODEV;
	if (mask_bits)
		ret = dma_set_mask(disk->dev, DMA_BIT_MASK(mask_bits));
	return ret;
}

static bool recording_events;

static int disk_suite_init(struct kunit_suite *suite)
{
	int i, ret;

	for (i = 0; i < disk_count; i++) {
		ret = disk_open(&disks[i], disk_names[i]);
		if (!ret && !record_ops(&disks[i]) && !recording_events) {
			ret = record_events();
			recording_events = !ret;
		}
		if (ret) {
			pr_err("dma_disk: %s: error %d\n", disk_names[i], ret);
			return ret;
		}
	}
	return 0;
}

static void disk_provider(const struct disk *disk, char *name, size_t size)
{
	if (disk->ops)
		snprintf(name, size, "%ps", disk->ops);
	else if (use_dma_iommu(disk->dev))
		strscpy(name, "iommu", size);
	else if (is_swiotlb_force_bounce(disk->dev))
		strscpy(name, "swiotlb", size);
	else
		strscpy(name, "direct", size);
}

static void disk_suite_exit(struct kunit_suite *suite)
{
	struct disk *disk;
	char name[64];

	for (disk = disks; disk < disks + disk_count && disk->file; disk++) {
		disk_provider(disk, name, sizeof(name));
		kunit_info(suite, "%s: %s, %llu bytes\n",
			   disk->bdev->bd_disk->disk_name, name, disk->bytes);
#ifdef CONFIG_ARCH_HAS_DMA_OPS
		if (disk->ops)
			set_dma_ops(disk->dev, disk->ops);
#endif
		bdev_fput(disk->file);
	}
	if (recording_events)
		record_events_stop();
}

static int disk_init(struct kunit *test)
{
	if (!disk_count)
		kunit_skip(test, "dma_disk_kunit.dev= names no disk");
	return 0;
}

static struct kunit_case disk_cases[] = {
	KUNIT_CASE_PARAM(disk_contiguous, disk_span_gen_params),
	KUNIT_CASE_PARAM(disk_scattered, disk_span_gen_params),
	KUNIT_CASE(disk_random),
	{}
};

static struct kunit_suite disk_suite = {
	.name		= "dma_disk",
	.suite_init	= disk_suite_init,
	.suite_exit	= disk_suite_exit,
	.init		= disk_init,
	.test_cases	= disk_cases,
};

kunit_test_suite(disk_suite);

MODULE_DESCRIPTION("KUnit tests of DMA by a disk");
MODULE_LICENSE("GPL");
