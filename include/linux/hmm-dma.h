/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of a process, mapped for a device page by page as it is faulted in */
#ifndef _LINUX_HMM_DMA_H
#define _LINUX_HMM_DMA_H

#include <linux/dma-mapping.h>

struct pci_p2pdma_map_state;

/**
 * struct hmm_dma_map - what hmm_range_fault() finds, and where it is for a device
 * @state: one range of IOVA for all entries, or zero
 * @pfn_list: for &hmm_range.hmm_pfns
 * @dma_list: DMA address of each entry that is mapped, %NULL if nothing needs it
 * @dma_entry_size: length of what an entry maps in bytes
 */
struct hmm_dma_map {
	struct dma_iova_state state;
	unsigned long *pfn_list;
	dma_addr_t *dma_list;
	size_t dma_entry_size;
};

int hmm_dma_map_alloc(struct device *dev, struct hmm_dma_map *map,
		      size_t nr_entries, size_t dma_entry_size);
void hmm_dma_map_free(struct device *dev, struct hmm_dma_map *map);
dma_addr_t hmm_dma_map_pfn(struct device *dev, struct hmm_dma_map *map,
			   size_t idx,
			   struct pci_p2pdma_map_state *p2pdma_state);
bool hmm_dma_unmap_pfn(struct device *dev, struct hmm_dma_map *map, size_t idx);

#endif /* _LINUX_HMM_DMA_H */
