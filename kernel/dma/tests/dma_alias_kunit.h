/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the suites of what is behind a mapping, and of aliases of it.
 *
 * An *owner* is a device that has mapped parts of a block of memory, in any
 * order, into one range of DMA addresses. A *target* is a device that an alias
 * is made for.
 */
#ifndef _KERNEL_DMA_TESTS_DMA_ALIAS_KUNIT_H
#define _KERNEL_DMA_TESTS_DMA_ALIAS_KUNIT_H

#include <linux/dma-alias.h>
#include <linux/prandom.h>
#include <kunit/dma.h>

#define ALIAS_BLOCK	SZ_2M
#define ALIAS_MAX	512

struct alias_owner {
	struct kunit *test;
	phys_addr_t phys;		/* of the block */
	struct phys_vec vec[ALIAS_MAX];	/* what is mapped */
	unsigned int nr;
	size_t size;
	struct device *dev;
	struct mock_domain *iommu;	/* or NULL */
	unsigned long attrs;
	struct dma_iova_state state;
	dma_addr_t addr;
};

struct alias_owner *alias_owner_create(struct kunit *test, unsigned int shift);
void alias_owner_add(struct alias_owner *o, size_t offset, size_t len);
void alias_owner_add_single(struct alias_owner *o, unsigned int nr, size_t len);
void alias_owner_add_runs(struct alias_owner *o, unsigned int nr,
			  size_t granule, struct rnd_state *rnd);
void alias_owner_map(struct alias_owner *o);
void alias_owner_unmap(struct alias_owner *o);
phys_addr_t alias_owner_at(const struct alias_owner *o, size_t offset);
unsigned int alias_owner_ranges(const struct alias_owner *o);

struct alias_target {
	struct device *dev;
	struct mock_domain *iommu;	/* or NULL */
};

struct alias_target alias_target_create(struct kunit *test, unsigned int shift);
bool alias_lookup(const struct alias_target *t, dma_addr_t addr,
		  phys_addr_t *phys);
void alias_expect_bytes(struct alias_owner *o, struct alias_target *t,
			struct dma_alias *alias, size_t offset, size_t size);
void alias_run_span(struct alias_owner *o, struct alias_target *t,
		    size_t offset, size_t size);
void alias_run(struct alias_owner *o, struct alias_target *t);
void alias_expect_error(struct alias_owner *o, struct alias_target *t,
			int error);

#endif /* _KERNEL_DMA_TESTS_DMA_ALIAS_KUNIT_H */
