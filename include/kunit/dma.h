/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the KUnit tests of the DMA mapping core.
 *
 * A *world* is a device that exists only in a test, the way its DMA addresses
 * lead to memory, and one area of memory to map. The test plays both sides: as
 * the driver it maps, syncs and unmaps, as the device it reads and writes
 * through the DMA address that it was given. The test itself translates that
 * address, by its own table of ranges, its own bounce pool or its own IOMMU
 * page table, and not by the code under test. The property to
 * check is then always the same: the byte that the device gets is the byte that
 * was meant, and no other byte changes.
 *
 * Nothing here depends on the machine. The same tests run with and without an
 * IOMMU, and under swiotlb=force: a world replaces the device's bounce pool.
 */
#ifndef _KUNIT_DMA_H
#define _KUNIT_DMA_H

#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-map-state.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/minmax.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/swiotlb.h>
#include <linux/xarray.h>
#include <kunit/test.h>

/* Memory to map: physically contiguous, aligned to its size */
#define DMA_AREA_SIZE		((size_t)16 * PAGE_SIZE)
/* Where the two ranges of a dma_range_map meet in it */
#define DMA_AREA_BORDER		(DMA_AREA_SIZE / 2)
/* The longest mapping that can be bounced, and all of the area if it can */
#define DMA_BOUNCE_MAX		((size_t)IO_TLB_SEGSIZE << IO_TLB_SHIFT)
#define DMA_SPAN_MAX		MIN(DMA_AREA_SIZE, DMA_BOUNCE_MAX)
/* The bounce pool of a world, with room for a few mappings of whole pages */
#define DMA_POOL_SLOTS							\
	MAX((size_t)IO_TLB_SEGSIZE, 2 * DMA_AREA_SIZE >> IO_TLB_SHIFT)

enum dma_kind {
	DMA_KIND_DIRECT,	/* the physical address is the DMA address */
	DMA_KIND_RANGES,	/* translated by a dma_range_map */
	DMA_KIND_BOUNCE,	/* every mapping is bounced */
	DMA_KIND_OPS,		/* dma_map_ops that record their calls */
	DMA_KIND_IOMMU_512,	/* IOMMU with a page smaller than the CPU's */
	DMA_KIND_IOMMU_2K,	/* ... smaller, too */
	DMA_KIND_IOMMU,		/* ... as large */
	DMA_KIND_UNTRUSTED,	/* IOMMU, unaligned mappings are bounced */
	DMA_KINDS
};

extern const char * const dma_kind_names[DMA_KINDS];

/* For KUNIT_ARRAY_PARAM() */
static inline void dma_kind_desc(const enum dma_kind *kind, char *desc)
{
	strscpy(desc, dma_kind_names[*kind], KUNIT_PARAM_DESC_SIZE);
}

struct mock_domain;

struct dma_world {
	struct kunit *test;
	enum dma_kind kind;
	struct device *dev;
	struct io_tlb_mem *tlb;
	struct mock_domain *iommu;
	u8 *cpu;
	phys_addr_t phys;
	u8 *pattern_cpu;		/* what each side writes at an offset */
	u8 *pattern_device;
	u8 *want;			/* to compare with */
	u8 *got;
	u32 debug_used;		/* entries of dma-debug, of all devices */
	struct dma_shadow *shadow;	/* CPU cache, or NULL */
};

struct dma_world *dma_world_create(struct kunit *test, enum dma_kind kind);
struct dma_world *dma_world_create_limited(struct kunit *test);
void dma_world_set_align(struct dma_world *w, unsigned int min_align_mask);
void dma_world_set_noncoherent(struct dma_world *w);
bool dma_world_bounces(const struct dma_world *w, size_t offset, size_t size);
bool dma_world_crosses(const struct dma_world *w, size_t offset, size_t size);
bool dma_world_read(struct dma_world *w, dma_addr_t addr, void *buf, size_t len);
bool dma_world_write(struct dma_world *w, dma_addr_t addr, const void *buf,
		     size_t len);
bool dma_world_has_entries(struct dma_world *w, unsigned int n);
void dma_world_expect_idle(struct dma_world *w);
bool dma_kind_has_iommu(enum dma_kind kind);

/* One mapping, by whichever call */
struct dma_mapping {
	struct device *dev;
	phys_addr_t phys;
	size_t size;
	enum dma_data_direction dir;
	unsigned long attrs;
	dma_addr_t addr;
	struct scatterlist sg;
	struct dma_map_state state;
	struct dma_iova_state iova;
};

struct dma_call {
	const char *name;
	void (*map)(struct dma_mapping *m);
	void (*unmap)(struct dma_mapping *m);
	void (*sync_for_cpu)(struct dma_mapping *m);
	void (*sync_for_device)(struct dma_mapping *m);
	/* of a part, or NULL */
	void (*sync_span)(struct dma_mapping *m, size_t offset, size_t size,
			  bool for_cpu);
};

/* phys, page, page with an offset beyond it, single, one-segment scatterlist */
#define DMA_CALLS	5
extern const struct dma_call dma_calls[DMA_CALLS];
extern const struct dma_call dma_call_resource;

/* By source address, state, empty state, %NULL, and each with the plain calls */
#define DMA_STATE_CALLS	6
extern const struct dma_call dma_state_calls[DMA_STATE_CALLS];
void dma_state_trust(struct kunit *test);

/* There may be a gap behind the members, so memcmp() does not do. */
static inline bool dma_state_same(const struct dma_map_state *a,
				  const struct dma_map_state *b)
{
	return a->__delta == b->__delta && a->__where == b->__where;
}

static inline bool dma_map_failed(const struct dma_mapping *m)
{
	return m->addr == DMA_MAPPING_ERROR;
}

struct dma_span {
	size_t offset;
	size_t size;
};

#define DMA_SPANS	24
extern const struct dma_span dma_spans[DMA_SPANS];
void dma_span_desc(const struct dma_span *span, char *desc);

void dma_kunit_transfer(struct dma_world *w, const struct dma_call *call,
			const struct dma_span *span,
			enum dma_data_direction dir);
void dma_kunit_transfer_all_dirs(struct dma_world *w,
				 const struct dma_call *call,
				 const struct dma_span *span);

/* Calls of the hooks that CONFIG_DMA_KUNIT_STUBS provides */
struct dma_counts {
	unsigned int for_device;
	unsigned int for_cpu;
	unsigned int kmsan;
	phys_addr_t phys;	/* of the latest */
	size_t size;
};

extern struct dma_counts dma_counts;
void dma_counts_start(struct kunit *test);
void dma_kunit_maintenance(struct dma_world *w, size_t offset, size_t size);

/* A CPU cache that only maintenance keeps coherent */
void dma_shadow_create(struct dma_world *w);
bool dma_shadow_access(struct dma_world *w, phys_addr_t phys, void *buf,
		       size_t len, bool write);
unsigned int dma_shadow_errors(struct dma_world *w);
unsigned int dma_shadow_calls(struct dma_world *w);
void dma_shadow_drop(struct dma_world *w, unsigned int call);

/* A private bounce pool */
struct io_tlb_mem *dma_bounce_create(struct kunit *test, unsigned long nslabs,
				     gfp_t gfp);
unsigned long dma_bounce_used(const struct io_tlb_mem *mem);

struct device *dma_device_create(struct kunit *test);
bool dma_device_set_coherent(struct device *dev, bool coherent);
/* Enough for what the tests map in it, and as much memory again before it */
#define DMA_HOLE_SIZE		MAX(SZ_1M, 4 * DMA_AREA_SIZE)
phys_addr_t dma_hole(struct kunit *test);

/*
 * Announce N kernel warnings that match a regular expression, up to the end of
 * the test case. The harness that reads the log fails every other one. Warnings
 * that fire once per boot are armed again, where the test is built in: then the
 * number is exact, and not "at most".
 */
#define dma_expect_report(test, n, regex)				\
	kunit_info(test, "expect-report: %s%d %s\n",			\
		   dma_rearm_warnings() ? "" : "0-", n, regex)
bool dma_rearm_warnings(void);

/*
 * The kernel log, for messages that are no reports. Counting starts with the
 * rate limit of dma_warn_overflow() unused: 10 lines.
 */
void dma_log_start(struct kunit *test);
unsigned int dma_log_count(const char *text);
void dma_log_expect_overflow(struct kunit *test, unsigned int n);

/* dma-debug: reports and entries, silently and exactly */
#ifdef CONFIG_DMA_API_DEBUG
void dma_debug_count_start(struct kunit *test);
unsigned int dma_debug_reports(void);
u32 dma_debug_used(void);
bool dma_debug_is_off(void);
#else
static inline u32 dma_debug_used(void)
{
	return 0;
}
#endif

/* How the driver of an IOMMU unmaps: as some real ones do, or have done */
enum mock_style {
	MOCK_TO_GAP,		/* up to the first gap, as Arm's, s390, Sprd */
	MOCK_ONE_PAGE,		/* the same, a page a call, as Exynos, sun50i */
	MOCK_WHOLE_LEAF,	/* and a large page as a whole, as VT-d, AMD */
	MOCK_ALL_OR_NOTHING,	/* nothing if there is a gap, as virtio-iommu had */
	MOCK_STYLES,
	MOCK_LIES = MOCK_STYLES, /* counts what is not mapped, as AMD's had */
};

extern const char * const mock_style_names[MOCK_STYLES];

/* The mock IOMMU */
struct mock_domain {
#ifdef CONFIG_IOMMU_API
	struct iommu_domain domain;
#endif
	struct xarray ptes;		/* by IOVA, in granules */
	unsigned int shift;
	enum mock_style style;
	unsigned long mapped;		/* granules */
	unsigned int walks;		/* calls of iova_to_phys() */
	unsigned int last_prot;
	size_t last_pgsize;		/* that was mapped with .map_pages */
	unsigned int syncs;		/* calls of .iotlb_sync_map */
	dma_addr_t sync_start;		/* of the latest */
	size_t sync_size;
	int sync_error;
	void (*on_flush)(void *data);	/* the last moment of what is unmapped */
	void *on_flush_data;
	int fail_after;			/* granules, once; -1: never */
	bool failed;
};

#if IS_ENABLED(CONFIG_IOMMU_DMA) && IS_ENABLED(CONFIG_SWIOTLB) && \
	!defined(MODULE)
#define DMA_HAS_MOCK_IOMMU
struct mock_domain *mock_iommu_create(struct kunit *test, unsigned int shift,
				      u64 aperture_end, struct device **dev);
bool mock_iommu_lookup(struct mock_domain *mock, dma_addr_t iova, int prot,
		       phys_addr_t *phys);
void mock_iommu_set_aperture(struct mock_domain *mock, u64 end);
void mock_iommu_add_pgsize(struct mock_domain *mock, unsigned int granules);
struct device *mock_iommu_untrusted(struct kunit *test, struct device *dev);
#else
static inline struct mock_domain *
mock_iommu_create(struct kunit *test, unsigned int shift, u64 aperture_end,
		  struct device **dev)
{
	kunit_skip(test, "the mock IOMMU needs dma-iommu and a built-in test");
	return NULL;
}

static inline bool mock_iommu_lookup(struct mock_domain *mock, dma_addr_t iova,
				     int prot, phys_addr_t *phys)
{
	return false;
}

static inline void mock_iommu_set_aperture(struct mock_domain *mock, u64 end)
{
}

static inline struct device *mock_iommu_untrusted(struct kunit *test,
						  struct device *dev)
{
	return NULL;
}
#endif

/* Recording operations */
#ifdef CONFIG_ARCH_HAS_DMA_OPS
struct dma_ops_log {
	unsigned int maps;
	unsigned int unmaps;
	unsigned long attrs;
	enum dma_data_direction dir;
};

/* Added to a physical address, in what a dma_addr_t can hold */
#define DMA_OPS_WINDOW							\
	((dma_addr_t)BIT_ULL(sizeof(dma_addr_t) > 4 ? 44 : 30))
extern struct dma_ops_log dma_ops_log;
extern const struct dma_map_ops dma_ops_phys;
#endif

#endif /* _KUNIT_DMA_H */
