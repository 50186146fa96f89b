// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scatterlist of device memory, for an exporter whose buffer is in a BAR.
 *
 * The list has DMA addresses and no pages. They are made according to where
 * exporter and importer are:
 *
 * - below one PCI switch: bus addresses, and nothing is mapped;
 * - across the host bridge, importer behind an IOMMU: all ranges are linked into
 *   one range of IOVA, if they adjoin at the IOMMU's granules;
 * - across the host bridge otherwise: each entry is a mapping of its own.
 */
#include <linux/dma-buf-mapping.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/export.h>
#include <linux/overflow.h>
#include <linux/pci-p2pdma.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/slab.h>

/* An entry has 32 bits for its length. This keeps large pages in one piece. */
#define DMA_BUF_ENTRY_MAX	SZ_2G

/**
 * struct dma_buf_mapping - a list and what has to be undone for it
 * @sgt: the list. Its orig_nents is 0 for the importer: there are no pages
 * @nents: entries that are allocated
 * @nr_mapped: entries that are mappings of their own, from the first on
 * @state: range of IOVA that all entries are in, or zero
 * @size: length of it in bytes
 */
struct dma_buf_mapping {
	struct sg_table sgt;
	unsigned int nents;
	unsigned int nr_mapped;
	struct dma_iova_state state;
	size_t size;
};

static int dma_buf_alloc_entries(struct dma_buf_mapping *m,
				 const struct phys_vec *vec, unsigned int nr)
{
	unsigned int nents = 0, i;
	int ret;

	for (i = 0; i < nr; i++)
		if (check_add_overflow(nents,
				       DIV_ROUND_UP_ULL(vec[i].len,
							DMA_BUF_ENTRY_MAX),
				       &nents))
			return -EINVAL;
	ret = sg_alloc_table(&m->sgt, nents, GFP_KERNEL);
	if (!ret)
		m->nents = nents;
	return ret;
}

/* Fill entries from @sg on, and return the one after them */
static struct scatterlist *dma_buf_fill(struct scatterlist *sg, dma_addr_t addr,
					size_t len)
{
	size_t part;

	for (; len; len -= part, addr += part, sg = sg_next(sg)) {
		part = min_t(size_t, len, DMA_BUF_ENTRY_MAX);
		sg_dma_address(sg) = addr;
		sg_dma_len(sg) = part;
	}
	return sg;
}

static int dma_buf_map_bus(struct dma_buf_mapping *m,
			   struct p2pdma_provider *provider,
			   const struct phys_vec *vec, unsigned int nr)
{
	struct scatterlist *sg;
	unsigned int i;
	int ret;

	ret = dma_buf_alloc_entries(m, vec, nr);
	if (ret)
		return ret;
	for (i = 0, sg = m->sgt.sgl; i < nr; i++)
		sg = dma_buf_fill(sg, pci_p2pdma_bus_addr_map(provider,
							      vec[i].paddr),
				  vec[i].len);
	return 0;
}

static int dma_buf_map_iova(struct dma_buf_mapping *m, struct device *dev,
			    const struct phys_vec *vec, unsigned int nr,
			    enum dma_data_direction dir)
{
	struct phys_vec all = { .len = m->size };
	int ret;

	ret = dma_buf_alloc_entries(m, &all, 1);
	if (ret)
		goto out_free;
	ret = dma_iova_link_vec(dev, &m->state, vec, nr, 0, dir, DMA_ATTR_MMIO);
	if (ret)
		goto out_free;
	ret = dma_iova_sync(dev, &m->state, 0, m->size);
	if (ret)
		goto out_destroy;
	dma_buf_fill(m->sgt.sgl, m->state.addr, m->size);
	return 0;

out_destroy:
	dma_iova_destroy(dev, &m->state, m->size, dir, DMA_ATTR_MMIO);
	return ret;
out_free:
	dma_iova_free(dev, &m->state);
	return ret;
}

static int dma_buf_map_each(struct dma_buf_mapping *m, struct device *dev,
			    const struct phys_vec *vec, unsigned int nr,
			    enum dma_data_direction dir)
{
	struct scatterlist *sg;
	phys_addr_t phys;
	size_t len, part;
	dma_addr_t addr;
	int ret;

	ret = dma_buf_alloc_entries(m, vec, nr);
	if (ret)
		return ret;
	for (sg = m->sgt.sgl; nr; nr--, vec++) {
		phys = vec->paddr;
		for (len = vec->len; len; len -= part, phys += part) {
			part = min_t(size_t, len, DMA_BUF_ENTRY_MAX);
			addr = dma_map_phys(dev, phys, part, dir, DMA_ATTR_MMIO);
			if (dma_mapping_error(dev, addr))
				return -EIO;
			sg = dma_buf_fill(sg, addr, part);
			m->nr_mapped++;
		}
	}
	return 0;
}

static void dma_buf_free_entries(struct dma_buf_mapping *m)
{
	m->sgt.orig_nents = m->nents;
	sg_free_table(&m->sgt);
	m->nents = 0;
}

static int dma_buf_map_mmio(struct dma_buf_mapping *m, struct device *dev,
			    const struct phys_vec *vec, unsigned int nr,
			    enum dma_data_direction dir)
{
	int ret;

	if (dma_iova_try_alloc(dev, &m->state, vec->paddr, m->size)) {
		ret = dma_buf_map_iova(m, dev, vec, nr, dir);
		/* Ranges that meet within a granule cannot be one range */
		if (ret != -EINVAL)
			return ret;
		dma_buf_free_entries(m);
	}
	return dma_buf_map_each(m, dev, vec, nr, dir);
}

static void dma_buf_unmap(struct dma_buf_mapping *m, struct device *dev,
			  enum dma_data_direction dir)
{
	struct scatterlist *sg;
	unsigned int i;

	if (dma_use_iova(&m->state))
		dma_iova_destroy(dev, &m->state, m->size, dir, DMA_ATTR_MMIO);
	for_each_sg(m->sgt.sgl, sg, m->nr_mapped, i)
		dma_unmap_phys(dev, sg_dma_address(sg), sg_dma_len(sg), dir,
			       DMA_ATTR_MMIO);
	dma_buf_free_entries(m);
	kfree(m);
}

static bool dma_buf_vec_valid(const struct phys_vec *vec, size_t nr, size_t size)
{
	size_t total = 0, i;

	if (!nr || nr > UINT_MAX)
		return false;
	for (i = 0; i < nr; i++)
		if (!vec[i].len ||
		    vec[i].paddr + vec[i].len - 1 < vec[i].paddr ||
		    check_add_overflow(total, vec[i].len, &total))
			return false;
	return total == size;
}

/**
 * dma_buf_phys_vec_to_sgt - map ranges of a BAR for an importer
 * @attach:	attachment of the importer, whose device is going to access them
 * @provider:	of pcim_p2pdma_provider(), for the BAR
 * @phys_vec:	physical addresses in the BAR. Not needed any more on return
 * @nr_ranges:	how many of them, at least one
 * @size:	length of all of them in bytes
 * @dir:	direction of the transfers
 *
 * The list has DMA addresses only, in entries of up to 2 GiB, and fewer of them
 * than ranges where an IOMMU makes the ranges one. End it with
 * dma_buf_free_sgt().
 *
 * Context: Process context, with the reservation of the dma-buf locked.
 *
 * Return: The list, or an error pointer.
 *
 * * -EINVAL: the importer's device cannot reach the BAR; a range is empty or
 *   wraps, or they do not add up to @size
 * * -EIO: one of the ranges cannot be mapped
 * * -ENOMEM: no memory for the list or for page tables
 * * others: by the driver of the IOMMU
 */
struct sg_table *dma_buf_phys_vec_to_sgt(struct dma_buf_attachment *attach,
					 struct p2pdma_provider *provider,
					 struct phys_vec *phys_vec,
					 size_t nr_ranges, size_t size,
					 enum dma_data_direction dir)
{
	struct dma_buf_mapping *m;
	int ret;

	if (WARN_ON_ONCE(!attach || !attach->dmabuf || !provider))
		return ERR_PTR(-EINVAL);
	dma_resv_assert_held(attach->dmabuf->resv);
	if (!dma_buf_vec_valid(phys_vec, nr_ranges, size))
		return ERR_PTR(-EINVAL);

	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return ERR_PTR(-ENOMEM);
	m->size = size;

	switch (pci_p2pdma_map_type(provider, attach->dev)) {
	case PCI_P2PDMA_MAP_BUS_ADDR:
		ret = dma_buf_map_bus(m, provider, phys_vec, nr_ranges);
		break;
	case PCI_P2PDMA_MAP_THRU_HOST_BRIDGE:
		ret = dma_buf_map_mmio(m, attach->dev, phys_vec, nr_ranges, dir);
		break;
	default:
		ret = -EINVAL;
	}
	if (ret) {
		dma_buf_unmap(m, attach->dev, dir);
		return ERR_PTR(ret);
	}

	m->sgt.orig_nents = 0;
	return &m->sgt;
}
EXPORT_SYMBOL_NS_GPL(dma_buf_phys_vec_to_sgt, DMA_BUF);

/**
 * dma_buf_free_sgt - end what dma_buf_phys_vec_to_sgt() began
 * @attach:	attachment of the importer, as it was mapped
 * @sgt:	list that dma_buf_phys_vec_to_sgt() returned
 * @dir:	direction, as it was mapped
 *
 * The importer's device must have finished with the memory.
 *
 * Context: Process context, with the reservation of the dma-buf locked.
 */
void dma_buf_free_sgt(struct dma_buf_attachment *attach, struct sg_table *sgt,
		      enum dma_data_direction dir)
{
	dma_resv_assert_held(attach->dmabuf->resv);
	dma_buf_unmap(container_of(sgt, struct dma_buf_mapping, sgt),
		      attach->dev, dir);
}
EXPORT_SYMBOL_NS_GPL(dma_buf_free_sgt, DMA_BUF);
