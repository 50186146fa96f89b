/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mainline's declarations of what samples/dma/ calls, as of MAINLINE: 618, 619
 * or 700, which is 7.x. make check compiles each sample against each: after the
 * kernel's headers, whose names are those of mainline from here on. These
 * declare; nothing is linked or run. Written by hand, from what the headers say:
 *
 * [1] include/linux/dma-mapping.h of 7.x (with DMA_ATTR_REQUIRE_COHERENT).
 *     What 6.16 has of it reads the same in torvalds/linux before 6.18.
 *     dma_map_phys(), dma_unmap_phys() and DMA_ATTR_MMIO are there from 6.18 on
 * [2] include/linux/blk-mq-dma.h, torvalds/linux at d57447ffb5fa: 6.18
 * [3] include/linux/blk-mq-dma.h, torvalds/linux at 37f0c7a8df7a: 6.19
 * [4] include/linux/blk-mq-dma.h of 7.x
 * [5] include/linux/dma-map-ops.h of 7.x, and the patches that added map_phys
 *     and removed map_page, which are both in 6.19
 * [6] include/linux/types.h: the patch that moved struct phys_vec to it; 7.x
 * [7] include/linux/ntb.h: the patch that added ntb_get_dma_dev(); 7.x
 *
 * Compared with what was built from those versions, in trixie-backports of
 * November 2026:
 *
 * - BTF of Debian's kernels 6.18.12 and 6.19.14, linux-image-6.18.12+deb13 and
 *   linux-binary-6.19.14+deb13: each function here that is not inline is the
 *   same, the structures have these members, and the attributes these bits in
 *   the format of the trace events. (Bit 11, IGNORE_CACHELINES in 7.x, is
 *   CACHE_CLEAN in those of 6.19.)
 * - linux-headers-7.3.4+deb13-amd64: all of samples/dma compiles against them
 */
#include <linux/version.h>

#undef DMA_PHYS_BACKPORT
#undef LINUX_VERSION_CODE
#if MAINLINE == 618
#define LINUX_VERSION_CODE KERNEL_VERSION(6, 18, 0)
#elif MAINLINE == 619
#define LINUX_VERSION_CODE KERNEL_VERSION(6, 19, 0)
#else
#define LINUX_VERSION_CODE KERNEL_VERSION(7, 0, 0)
#endif

/* ---- <linux/dma-mapping.h> [1] */

#undef DMA_ATTR_WEAK_ORDERING
#define DMA_ATTR_WEAK_ORDERING		(1UL << 1)
#undef DMA_ATTR_WRITE_COMBINE
#define DMA_ATTR_WRITE_COMBINE		(1UL << 2)
#undef DMA_ATTR_SKIP_CPU_SYNC
#define DMA_ATTR_SKIP_CPU_SYNC		(1UL << 5)
#undef DMA_ATTR_NO_WARN
#define DMA_ATTR_NO_WARN		(1UL << 8)
#undef DMA_ATTR_MMIO
#define DMA_ATTR_MMIO			(1UL << 10)
#undef DMA_ATTR_DEBUGGING_IGNORE_CACHELINES
#undef DMA_ATTR_REQUIRE_COHERENT
#undef DMA_ATTR_CC_SHARED
#if MAINLINE >= 700
#define DMA_ATTR_DEBUGGING_IGNORE_CACHELINES (1UL << 11)
#define DMA_ATTR_REQUIRE_COHERENT	(1UL << 12)
#define DMA_ATTR_CC_SHARED		(1UL << 13)
#endif

struct mainline_dma_iova_state {
	dma_addr_t addr;
	u64 __size;
};
#define dma_iova_state mainline_dma_iova_state

int mainline_dma_mapping_error(struct device *dev, dma_addr_t dma_addr);
#define dma_mapping_error mainline_dma_mapping_error

dma_addr_t mainline_dma_map_phys(struct device *dev, phys_addr_t phys,
		size_t size, enum dma_data_direction dir, unsigned long attrs);
#undef dma_map_phys
#define dma_map_phys mainline_dma_map_phys
void mainline_dma_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
		enum dma_data_direction dir, unsigned long attrs);
#undef dma_unmap_phys
#define dma_unmap_phys mainline_dma_unmap_phys

dma_addr_t mainline_dma_map_resource(struct device *dev, phys_addr_t phys_addr,
		size_t size, enum dma_data_direction dir, unsigned long attrs);
#define dma_map_resource mainline_dma_map_resource
void mainline_dma_unmap_resource(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir, unsigned long attrs);
#define dma_unmap_resource mainline_dma_unmap_resource

int mainline_dma_map_sgtable(struct device *dev, struct sg_table *sgt,
		enum dma_data_direction dir, unsigned long attrs);
#define dma_map_sgtable mainline_dma_map_sgtable
void mainline_dma_unmap_sgtable(struct device *dev, struct sg_table *sgt,
		enum dma_data_direction dir, unsigned long attrs);
#define dma_unmap_sgtable mainline_dma_unmap_sgtable

dma_addr_t mainline_dma_map_single_attrs(struct device *dev, void *ptr,
		size_t size, enum dma_data_direction dir, unsigned long attrs);
#undef dma_map_single
#define dma_map_single(d, a, s, r) mainline_dma_map_single_attrs(d, a, s, r, 0)
void mainline_dma_unmap_single_attrs(struct device *dev, dma_addr_t addr,
		size_t size, enum dma_data_direction dir, unsigned long attrs);
#undef dma_unmap_single
#define dma_unmap_single(d, a, s, r) \
	mainline_dma_unmap_single_attrs(d, a, s, r, 0)

void *mainline_dma_alloc_coherent(struct device *dev, size_t size,
		dma_addr_t *dma_handle, gfp_t gfp);
#define dma_alloc_coherent mainline_dma_alloc_coherent
void mainline_dma_free_coherent(struct device *dev, size_t size,
		void *cpu_addr, dma_addr_t dma_handle);
#define dma_free_coherent mainline_dma_free_coherent

int mainline_dma_set_mask_and_coherent(struct device *dev, u64 mask);
#define dma_set_mask_and_coherent mainline_dma_set_mask_and_coherent
int mainline_dma_coerce_mask_and_coherent(struct device *dev, u64 mask);
#define dma_coerce_mask_and_coherent mainline_dma_coerce_mask_and_coherent
bool mainline_dma_need_unmap(struct device *dev);
#define dma_need_unmap mainline_dma_need_unmap

bool mainline_dma_use_iova(struct dma_iova_state *state);
#define dma_use_iova mainline_dma_use_iova
bool mainline_dma_iova_try_alloc(struct device *dev,
		struct dma_iova_state *state, phys_addr_t phys, size_t size);
#define dma_iova_try_alloc mainline_dma_iova_try_alloc
void mainline_dma_iova_destroy(struct device *dev,
		struct dma_iova_state *state, size_t mapped_len,
		enum dma_data_direction dir, unsigned long attrs);
#define dma_iova_destroy mainline_dma_iova_destroy
int mainline_dma_iova_sync(struct device *dev, struct dma_iova_state *state,
		size_t offset, size_t size);
#define dma_iova_sync mainline_dma_iova_sync
int mainline_dma_iova_link(struct device *dev, struct dma_iova_state *state,
		phys_addr_t phys, size_t offset, size_t size,
		enum dma_data_direction dir, unsigned long attrs);
#define dma_iova_link mainline_dma_iova_link

/* ---- <linux/types.h> [6] */

#if MAINLINE >= 700
struct mainline_phys_vec {
	phys_addr_t	paddr;
	size_t		len;
};
#endif
#define phys_vec mainline_phys_vec

/* ---- <linux/dma-map-ops.h> [5]: what a sample sets */

struct mainline_dma_map_ops {
#if MAINLINE == 618
	dma_addr_t (*map_page)(struct device *dev, struct page *page,
			unsigned long offset, size_t size,
			enum dma_data_direction dir, unsigned long attrs);
	void (*unmap_page)(struct device *dev, dma_addr_t dma_handle,
			size_t size, enum dma_data_direction dir,
			unsigned long attrs);
#else
	dma_addr_t (*map_phys)(struct device *dev, phys_addr_t phys,
			size_t size, enum dma_data_direction dir,
			unsigned long attrs);
	void (*unmap_phys)(struct device *dev, dma_addr_t dma_handle,
			size_t size, enum dma_data_direction dir,
			unsigned long attrs);
#endif
};
#define dma_map_ops mainline_dma_map_ops
void mainline_set_dma_ops(struct device *dev,
		const struct dma_map_ops *dma_ops);
#define set_dma_ops mainline_set_dma_ops

/* ---- <linux/blk-mq-dma.h> [2] [3] [4] */

#ifdef _LINUX_BLK_MQ_DMA_H
struct mainline_blk_dma_iter {
	dma_addr_t			addr;
	u32				len;
	struct {
		enum pci_p2pdma_map_type map;
	} p2pdma;
	blk_status_t			status;
};
#define blk_dma_iter mainline_blk_dma_iter

bool mainline_blk_rq_dma_map_iter_start(struct request *req,
		struct device *dma_dev, struct dma_iova_state *state,
		struct blk_dma_iter *iter);
#define blk_rq_dma_map_iter_start mainline_blk_rq_dma_map_iter_start
#if MAINLINE < 700
bool mainline_blk_rq_dma_map_iter_next(struct request *req,
		struct device *dma_dev, struct dma_iova_state *state,
		struct blk_dma_iter *iter);
#else
bool mainline_blk_rq_dma_map_iter_next(struct request *req,
		struct device *dma_dev, struct blk_dma_iter *iter);
#endif
#define blk_rq_dma_map_iter_next mainline_blk_rq_dma_map_iter_next
#if MAINLINE == 618
bool mainline_blk_rq_dma_unmap(struct request *req, struct device *dma_dev,
		struct dma_iova_state *state, size_t mapped_len);
#else
bool mainline_blk_rq_dma_unmap(struct request *req, struct device *dma_dev,
		struct dma_iova_state *state, size_t mapped_len,
		enum pci_p2pdma_map_type map);
#endif
#define blk_rq_dma_unmap mainline_blk_rq_dma_unmap
#endif

/* ---- <linux/ntb.h> [7] */

#if defined(_NTB_H_) && MAINLINE >= 700
struct device *mainline_ntb_get_dma_dev(struct ntb_dev *ntb);
#define ntb_get_dma_dev mainline_ntb_get_dma_dev
#endif
