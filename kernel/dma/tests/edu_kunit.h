/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DMA that really happens: QEMU's edu device copies the bytes.
 *
 * A case maps memory, or the registers of a device, and lets the device read or
 * write there. It then compares memory with an image of what should be in it,
 * with all the bytes around the buffer. This finds an address that is wrong by
 * a page, a length that is wrong by one and a missing copy back alike.
 *
 * Two devices are of use. The wide one has the larger DMA mask, and most cases
 * use only that. The narrow one, if there is one, cannot reach most of memory,
 * and so bounces where there is no IOMMU. Every map is checked for whether it
 * bounced as it should, in whatever case it is made.
 *
 * A transfer takes 100 ms, so there are tables of chosen rows and no loops.
 */
#ifndef _KERNEL_DMA_TESTS_EDU_KUNIT_H
#define _KERNEL_DMA_TESTS_EDU_KUNIT_H

#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/edu.h>
#include <linux/pci.h>

/* The devices */

enum edu_which { WIDE, NARROW, NR_EDU };

struct edu_ctx {
	struct edu	*edu[NR_EDU];
	struct device	*dev;		/* any of them: the pool is shared */
	long		slots;		/* in use when the case began */
	u64		wide_mask;
};

static inline struct device *edu_dev(struct edu *edu)
{
	return &edu_pdev(edu)->dev;
}

static inline u64 edu_mask(struct edu *edu)
{
	return dma_get_mask(edu_dev(edu));
}

struct edu *edu_kunit_get(struct kunit *test, unsigned int index);
bool edu_has_pool(struct device *dev, u64 mask);
long edu_slots(struct device *dev);
void edu_set_untrusted(struct kunit *test, struct edu *edu);

/* Skip the case if there is no such device */
struct edu *edu_pick(struct kunit *test, enum edu_which which);
struct edu *edu_pick_iommu(struct kunit *test);
struct edu *edu_pick_strict(struct kunit *test);
struct edu *edu_pick_untrusted(struct kunit *test);

bool edu_iommu_is(struct edu *edu, const char *prefix);
void edu_announce_fault(struct kunit *test, struct edu *edu);
void edu_await_fault(void);

/* Memory */

enum edu_place { LOW, HIGH };

#define EDU_REGION_ORDER	2
#define EDU_REGION_SIZE		(PAGE_SIZE << EDU_REGION_ORDER)

/* Some memory, and the image of what should be in it at the end of the case */
struct edu_region {
	u8		*mem;
	u8		*want;
	size_t		size;
};

struct edu_region *edu_region(struct kunit *test, enum edu_place place);
void edu_fill_data(u8 *buf, size_t len);
void edu_region_fill(struct edu_region *r);
void edu_region_guard(struct edu_region *r);
void edu_region_want(struct edu_region *r, size_t offset, const u8 *data,
		     size_t len);
void edu_region_check(struct kunit *test, struct edu_region *r);
phys_addr_t edu_region_phys(struct edu_region *r, size_t offset);

/* Mappings */

struct edu_call {
	const char	*name;
	dma_addr_t	(*map)(struct device *dev, phys_addr_t phys, size_t len,
			       enum dma_data_direction dir);
	void		(*unmap)(struct device *dev, dma_addr_t addr,
				 size_t len, enum dma_data_direction dir);
	bool		mmio;
};

dma_addr_t edu_map_phys(struct device *dev, phys_addr_t phys, size_t len,
			enum dma_data_direction dir);
extern const struct edu_call edu_call_phys;

/* One that is not unmapped by the case is unmapped after it */
struct edu_map {
	struct edu		*edu;
	const struct edu_call	*call;
	dma_addr_t		addr;
	size_t			len;
	enum dma_data_direction	dir;
	bool			bounced;
};

bool edu_must_bounce(struct device *dev, const struct edu_call *call,
		     phys_addr_t phys, size_t len, enum dma_data_direction dir);
struct edu_map *edu_map_by(struct kunit *test, struct edu *edu,
			   const struct edu_call *call, phys_addr_t phys,
			   size_t len, enum dma_data_direction dir);
struct edu_map *edu_map(struct kunit *test, struct edu *edu,
			struct edu_region *r, size_t offset, size_t len,
			enum dma_data_direction dir);
void edu_unmap(struct kunit *test, struct edu_map *m);

/* Transfers */

void edu_read(struct kunit *test, struct edu_map *m, size_t offset, size_t len);
void edu_write(struct kunit *test, struct edu_map *m, size_t offset, size_t len);
void edu_load(struct kunit *test, struct edu *edu, struct edu_region *r,
	      size_t len);
void edu_store(struct kunit *test, struct edu *edu, struct edu_region *r,
	       size_t len);
void edu_copy(struct kunit *test, struct edu *edu, const struct edu_call *call,
	      struct edu_region *src, struct edu_region *dst, size_t offset,
	      size_t len);

/* Shared by all suites of edu */
int edu_kunit_suite_init(struct kunit_suite *suite);
int edu_kunit_init(struct kunit *test);

#endif /* _KERNEL_DMA_TESTS_EDU_KUNIT_H */
