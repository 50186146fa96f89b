/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by dma-iommu.c and dma-iommu-iova.c
 */
#ifndef __DMA_IOMMU_PRIV_H
#define __DMA_IOMMU_PRIV_H

#include <linux/iommu.h>
#include <linux/iova.h>
#include <linux/jump_label.h>

enum iommu_dma_cookie_type {
	IOMMU_DMA_IOVA_COOKIE,
	IOMMU_DMA_MSI_COOKIE,
};

enum iommu_dma_queue_type {
	IOMMU_DMA_OPTS_PER_CPU_QUEUE,
	IOMMU_DMA_OPTS_SINGLE_QUEUE,
};

struct iommu_dma_options {
	enum iommu_dma_queue_type qt;
	size_t		fq_size;
	unsigned int	fq_timeout;
};

struct iommu_dma_cookie {
	enum iommu_dma_cookie_type	type;
	union {
		/* Full allocator for IOMMU_DMA_IOVA_COOKIE */
		struct {
			struct iova_domain	iovad;
			/* Flush queue */
			union {
				struct iova_fq	*single_fq;
				struct iova_fq	__percpu *percpu_fq;
			};
			/* Number of TLB flushes that have been started */
			atomic64_t		fq_flush_start_cnt;
			/* Number of TLB flushes that have been finished */
			atomic64_t		fq_flush_finish_cnt;
			/* Timer to regularily empty the flush queues */
			struct timer_list	fq_timer;
			/* 1 when timer is active, 0 when not */
			atomic_t		fq_timer_on;
		};
		/* Trivial linear page allocator for IOMMU_DMA_MSI_COOKIE */
		dma_addr_t		msi_iova;
	};
	struct list_head		msi_page_list;

	/* Domain for flush queue callback; NULL if flush queue not in use */
	struct iommu_domain		*fq_domain;
	/* Options for dma-iommu use */
	struct iommu_dma_options	options;
	struct mutex			mutex;
};

DECLARE_STATIC_KEY_FALSE(iommu_deferred_attach_enabled);

bool dev_is_untrusted(struct device *dev);

bool dev_use_swiotlb(struct device *dev, size_t size,
			    enum dma_data_direction dir);

int dma_info_to_prot(enum dma_data_direction dir, bool coherent,
		     unsigned long attrs);

dma_addr_t iommu_dma_alloc_iova(struct iommu_domain *domain,
		size_t size, u64 dma_limit, struct device *dev);

void iommu_dma_free_iova(struct iommu_dma_cookie *cookie,
		dma_addr_t iova, size_t size, struct iommu_iotlb_gather *gather);

phys_addr_t iommu_dma_map_swiotlb(struct device *dev, phys_addr_t phys,
		size_t skip, size_t size, enum dma_data_direction dir,
		unsigned long attrs);

void iommu_dma_unmap_failed(struct device *dev,
		dma_addr_t iova, size_t size, size_t unmapped,
		struct iommu_iotlb_gather *gather);

#endif /* __DMA_IOMMU_PRIV_H */
