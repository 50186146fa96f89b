/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the suites of the two-step IOVA calls.
 *
 * A *plan* is a list of segments of the world's area, which are linked into one
 * range of IOVA, one by one or all at once. The device must find them there in
 * a row, and nothing else. The tests look up the page table themselves, and so
 * also find a byte that the device can see without need.
 */
#ifndef _KERNEL_DMA_TESTS_DMA_IOVA_KUNIT_H
#define _KERNEL_DMA_TESTS_DMA_IOVA_KUNIT_H

#include <linux/dma-mapping.h>
#include <kunit/dma.h>

/* Calls of .map_vec, which the mock IOMMU has only if it is set */
extern unsigned int mock_vecs;
void mock_set_vec(struct mock_domain *mock, bool vec);

/* An IOMMU for ranges of many GiB, never accessed */
struct mock_domain *dma_large_create(struct kunit *test, bool vec,
				     struct device **dev);
bool dma_large_idle(void);

#define PLAN_MAX	20

struct iova_plan {
	struct dma_world *w;
	size_t granule;
	struct phys_vec vec[PLAN_MAX];
	unsigned int nr;
	size_t size;
	unsigned int granules;
	struct dma_iova_state state;
	enum dma_data_direction dir;
	unsigned long attrs;
};

enum plan_shape { WHOLE, HEAD, TAIL, BOTH, WITHIN, PLAN_SHAPES };

extern const char * const plan_shape_names[PLAN_SHAPES];

/* The device and the IOMMU that a plan runs on */
struct plan_param {
	enum dma_kind kind;
	bool untrusted;
	bool noncoherent;
	bool vec_op;		/* the IOMMU maps several ranges at once */
	unsigned int min_align;	/* the device's min_align_mask, in granules */
};

#define PLAN_PARAMS	11
extern const struct plan_param plan_params[PLAN_PARAMS];
void plan_param_desc(const struct plan_param *p, char *desc);

struct dma_world *plan_world(struct kunit *test, const struct plan_param *p);
struct iova_plan *plan_create(struct dma_world *w, enum plan_shape shape);
void plan_add(struct iova_plan *plan, int at, int at_bytes, int len,
	      int len_bytes);

static inline size_t plan_offset(const struct iova_plan *plan, unsigned int i)
{
	return plan->vec[i].paddr - plan->w->phys;
}

/* Return the number of bytes that were linked */
typedef size_t (*plan_link_fn)(struct iova_plan *plan, int *ret);

size_t plan_link_each(struct iova_plan *plan, int *ret);
size_t plan_link_vec(struct iova_plan *plan, int *ret);

/* One by one, all at once, and the first by itself before the others */
#define PLAN_LINKS	3
extern const plan_link_fn plan_link_fns[PLAN_LINKS];

bool plan_alloc(struct iova_plan *plan);
void plan_destroy(struct iova_plan *plan, size_t linked);
unsigned long plan_slots(const struct iova_plan *plan);
void plan_gather(struct iova_plan *plan, u8 *to, const u8 *area);
void plan_expect_mem(struct kunit *test, const u8 *a, const u8 *b, size_t len,
		     const char *what);
void plan_run(struct iova_plan *plan, plan_link_fn link, bool unlink);

#endif /* _KERNEL_DMA_TESTS_DMA_IOVA_KUNIT_H */
