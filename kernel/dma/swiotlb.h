/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Internals of the bounce buffer allocator, for swiotlb.c and its tests.
 */
#ifndef _KERNEL_DMA_SWIOTLB_H
#define _KERNEL_DMA_SWIOTLB_H

#include <linux/swiotlb.h>

/**
 * struct io_tlb_slot - IO TLB slot descriptor
 * @orig_addr:	The original address that corresponds to the start of the slot.
 * @alloc_size:	Size of the allocated buffer, from the start of the slot.
 * @list:	The free list describing the number of free entries available
 *		from each index.
 * @pad_slots:	Number of preceding padding slots. Valid only in the first
 *		allocated non-padding slot.
 */
struct io_tlb_slot {
	phys_addr_t orig_addr;
	size_t alloc_size;
	unsigned short list;
	unsigned short pad_slots;
};

/**
 * struct io_tlb_area - IO TLB memory area descriptor
 *
 * This is a single area with a single lock.
 *
 * @used:	The number of used IO TLB block.
 * @index:	The slot index to start searching in this area for next round.
 * @lock:	The lock to protect the above data structures in the map and
 *		unmap calls.
 */
struct io_tlb_area {
	unsigned long used;
	unsigned int index;
	spinlock_t lock;
};

#endif /* _KERNEL_DMA_SWIOTLB_H */
