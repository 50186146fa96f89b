// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DMA mappings of the pages that hmm_range_fault() finds.
 *
 * CPU and device access the pages at the same time, and nobody syncs them. So
 * they are mapped with DMA_ATTR_REQUIRE_COHERENT: nothing is bounced.
 *
 * The flags HMM_PFN_DMA_MAPPED, HMM_PFN_P2PDMA and HMM_PFN_P2PDMA_BUS of an entry
 * say how it is mapped. The caller's lock, which orders its invalidate() and
 * what follows mmu_interval_read_retry(), protects the entries. hmm_range_fault()
 * runs without it, and writes the entries while others map and unmap them.
 */
#include <linux/bitops.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/hmm-dma.h>
#include <linux/hmm.h>
#include <linux/overflow.h>
#include <linux/pci-p2pdma.h>
#include <linux/slab.h>

/**
 * hmm_dma_map_alloc - allocate what the pages of a range need to be mapped
 * @dev:	device that is going to access them
 * @map:	set up by this function, whatever is in it
 * @nr_entries:	length of the range in pages
 * @dma_entry_size: length of what an entry maps in bytes, a multiple of a page
 *
 * Context: Process context. May sleep.
 *
 * Return: 0; -ENOMEM; -EINVAL if the range is too short or too long; -EOPNOTSUPP
 * if the device needs CPU caches to be maintained or cannot reach all memory.
 */
int hmm_dma_map_alloc(struct device *dev, struct hmm_dma_map *map,
		      size_t nr_entries, size_t dma_entry_size)
{
	size_t size;

	*map = (struct hmm_dma_map) { .dma_entry_size = dma_entry_size };
	if (check_mul_overflow(nr_entries, PAGE_SIZE, &size) ||
	    WARN_ON_ONCE(!dma_entry_size || size < dma_entry_size))
		return -EINVAL;
	if (!dev_is_dma_coherent(dev) || dma_addressing_limited(dev))
		return -EOPNOTSUPP;

	map->pfn_list = kvcalloc(nr_entries, sizeof(*map->pfn_list),
				 GFP_KERNEL | __GFP_NOWARN);
	if (!map->pfn_list)
		return -ENOMEM;

	/* A granule of the IOMMU must not be of two entries */
	if (dma_get_merge_boundary(dev) < dma_entry_size &&
	    dma_iova_try_alloc(dev, &map->state, 0, size))
		return 0;
	if (!dma_need_unmap(dev))
		return 0;

	map->dma_list = kvcalloc(nr_entries, sizeof(*map->dma_list),
				 GFP_KERNEL | __GFP_NOWARN);
	if (map->dma_list)
		return 0;
	kvfree(map->pfn_list);
	return -ENOMEM;
}
EXPORT_SYMBOL_GPL(hmm_dma_map_alloc);

/**
 * hmm_dma_map_free - release what hmm_dma_map_alloc() allocated
 * @dev:	device, as it was allocated
 * @map:	the map, all of whose entries are unmapped
 *
 * Context: Process context. May sleep.
 */
void hmm_dma_map_free(struct device *dev, struct hmm_dma_map *map)
{
	dma_iova_free(dev, &map->state);
	kvfree(map->pfn_list);
	kvfree(map->dma_list);
}
EXPORT_SYMBOL_GPL(hmm_dma_map_free);

static unsigned long hmm_dma_attrs(unsigned long pfn)
{
	return pfn & HMM_PFN_P2PDMA ? DMA_ATTR_MMIO : DMA_ATTR_REQUIRE_COHERENT;
}

static dma_addr_t hmm_dma_link(struct device *dev, struct hmm_dma_map *map,
			       size_t idx, phys_addr_t phys,
			       unsigned long attrs)
{
	size_t size = map->dma_entry_size, offset = idx * size;

	if (dma_iova_link(dev, &map->state, phys, offset, size,
			  DMA_BIDIRECTIONAL, attrs))
		return DMA_MAPPING_ERROR;
	if (dma_iova_sync(dev, &map->state, offset, size)) {
		dma_iova_unlink(dev, &map->state, offset, size,
				DMA_BIDIRECTIONAL, attrs);
		return DMA_MAPPING_ERROR;
	}
	return map->state.addr + offset;
}

/**
 * hmm_dma_map_pfn - map an entry for DMA
 * @dev:	device that is going to access the page
 * @map:	map that the entry is in
 * @idx:	index of the entry, which has %HMM_PFN_VALID
 * @p2pdma_state: remembers how @dev reaches the memory of a peer; zeroed before
 *		the first use
 *
 * An entry that is mapped already stays so.
 *
 * Context: Any context, under the caller's lock of the entries.
 *
 * Return: The DMA address, or DMA_MAPPING_ERROR: the page is a peer's that
 * cannot be reached, would have to be bounced, or there is no memory.
 */
dma_addr_t hmm_dma_map_pfn(struct device *dev, struct hmm_dma_map *map,
			   size_t idx,
			   struct pci_p2pdma_map_state *p2pdma_state)
{
	unsigned long *pfn = &map->pfn_list[idx], flags = HMM_PFN_DMA_MAPPED;
	phys_addr_t phys = hmm_pfn_to_phys(*pfn);
	dma_addr_t addr;

	if (WARN_ON_ONCE(!(*pfn & HMM_PFN_VALID)))
		return DMA_MAPPING_ERROR;

	switch (pci_p2pdma_state(p2pdma_state, dev, hmm_pfn_to_page(*pfn))) {
	case PCI_P2PDMA_MAP_NONE:
		break;
	case PCI_P2PDMA_MAP_THRU_HOST_BRIDGE:
		flags |= HMM_PFN_P2PDMA;
		break;
	case PCI_P2PDMA_MAP_BUS_ADDR:
		set_mask_bits(pfn, 0, flags | HMM_PFN_P2PDMA_BUS);
		return pci_p2pdma_bus_addr_map(p2pdma_state->mem, phys);
	default:
		return DMA_MAPPING_ERROR;
	}

	if (dma_use_iova(&map->state)) {
		if (*pfn & HMM_PFN_DMA_MAPPED)
			return map->state.addr + idx * map->dma_entry_size;
		addr = hmm_dma_link(dev, map, idx, phys, hmm_dma_attrs(flags));
	} else {
		if (*pfn & HMM_PFN_DMA_MAPPED && map->dma_list)
			return map->dma_list[idx];
		addr = dma_map_phys(dev, phys, map->dma_entry_size,
				    DMA_BIDIRECTIONAL, hmm_dma_attrs(flags));
	}
	if (dma_mapping_error(dev, addr))
		return DMA_MAPPING_ERROR;

	if (map->dma_list)
		map->dma_list[idx] = addr;
	set_mask_bits(pfn, 0, flags);
	return addr;
}
EXPORT_SYMBOL_GPL(hmm_dma_map_pfn);

/**
 * hmm_dma_unmap_pfn - end the mapping of an entry
 * @dev:	device that the page was mapped for
 * @map:	map that the entry is in
 * @idx:	index of the entry
 *
 * The device must have finished with the page.
 *
 * Context: Any context, under the caller's lock of the entries.
 *
 * Return: %false if the entry was not mapped.
 */
bool hmm_dma_unmap_pfn(struct device *dev, struct hmm_dma_map *map, size_t idx)
{
	const unsigned long mapped = HMM_PFN_VALID | HMM_PFN_DMA_MAPPED;
	unsigned long pfn = READ_ONCE(map->pfn_list[idx]);
	size_t size = map->dma_entry_size;

	if ((pfn & mapped) != mapped)
		return false;

	if (pfn & HMM_PFN_P2PDMA_BUS)
		; /* Nothing was mapped */
	else if (dma_use_iova(&map->state))
		dma_iova_unlink(dev, &map->state, idx * size, size,
				DMA_BIDIRECTIONAL, hmm_dma_attrs(pfn));
	else if (map->dma_list)
		dma_unmap_phys(dev, map->dma_list[idx], size,
			       DMA_BIDIRECTIONAL, hmm_dma_attrs(pfn));

	set_mask_bits(&map->pfn_list[idx], HMM_PFN_DMA_FLAGS, 0);
	return true;
}
EXPORT_SYMBOL_GPL(hmm_dma_unmap_pfn);
