// SPDX-License-Identifier: GPL-2.0
/*
 * The physical ranges behind a mapping, and a mapping of one device made visible
 * to another.
 *
 * Terms:
 *
 * Owner
 *	The device that the memory was allocated or mapped for.
 * Alias
 *	A DMA address of another device that leads to the same memory.
 * Piece
 *	The unit of a look-up: a granule of an IOMMU, a range of a
 *	dma_range_map, or all of a mapping that is not translated.
 * Range
 *	Pieces that are next to each other in DMA addresses and in physical
 *	addresses.
 *
 * Invariants:
 *
 * - An alias leads to exactly the bytes that the owner's address leads to. If
 *   that is a bounce buffer, it leads to the bounce buffer.
 * - It takes no part in who owns the memory: nothing is bounced, no cache is
 *   maintained, and if it needed either to be right, it is refused.
 * - It is one contiguous range of DMA addresses.
 * - Memory stays memory and MMIO stays MMIO: the page tables do not tell which
 *   it is, so the physical address has to.
 * - An alias that fails leaves nothing behind.
 */
#include <linux/dma-alias.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/export.h>
#include <linux/iommu-dma.h>
#include <linux/minmax.h>
#include <linux/swiotlb.h>
#include <trace/events/dma.h>
#include <kunit/static_stub.h>
#include "debug.h"
#include "direct.h"
#include "mapping.h"

/* Ranges that are linked at once, and that need not be kept for that */
#define DMA_ALIAS_BATCH	16

/* A walk along a mapping. The piece at hand is the start of the next range. */
struct dma_walk {
	struct device *dev;
	dma_addr_t addr;	/* after the piece at hand */
	size_t size;		/* from there on */
	struct phys_vec piece;	/* its length is 0 if there is none */
};

static int dma_iommu_piece(struct device *dev, dma_addr_t addr,
		struct phys_vec *piece)
{
	size_t granule = iommu_dma_granule(dev);

	piece->paddr = iommu_dma_to_phys(dev, addr);
	piece->len = min_t(size_t, piece->len, granule - (addr & (granule - 1)));
	return piece->paddr ? 0 : -EFAULT;
}

/*
 * An address outside of all ranges is that of a peer's registers, which
 * dma_direct_map_mmio() does not translate, or leads nowhere.
 */
static int dma_ranges_piece(struct device *dev, dma_addr_t addr,
		struct phys_vec *piece)
{
	const struct bus_dma_region *m;

	for (m = dev->dma_range_map; m->size; m++) {
		u64 offset = addr - m->dma_start;

		if (addr < m->dma_start || offset >= m->size)
			continue;
		piece->paddr = m->cpu_start + offset;
		piece->len = min_t(u64, piece->len, m->size - offset);
		return 0;
	}

	piece->paddr = addr;
	piece->len = min_t(size_t, piece->len, PAGE_SIZE - offset_in_page(addr));
	if (piece->paddr != addr || dma_phys_can_bounce(piece->paddr))
		return -EFAULT;
	return 0;
}

static int dma_direct_piece(struct device *dev, dma_addr_t addr,
		struct phys_vec *piece)
{
	if (IS_ENABLED(CONFIG_ARCH_HAS_PHYS_TO_DMA))
		piece->len = min_t(size_t, piece->len,
				   PAGE_SIZE - offset_in_page(addr));
	else if (dev->dma_range_map)
		return dma_ranges_piece(dev, addr, piece);
	piece->paddr = dma_to_phys(dev, addr);
	return 0;
}

/* The piece at the start of the @piece->len bytes at @addr */
static int dma_piece(struct device *dev, dma_addr_t addr,
		struct phys_vec *piece)
{
	if (dma_coherent_to_phys(dev, addr, piece))
		return 0;
	if (use_dma_iommu(dev))
		return dma_iommu_piece(dev, addr, piece);
	return dma_direct_piece(dev, addr, piece);
}

/*
 * Struct dma_map_ops do not tell where an address leads. If they are bypassed,
 * they must be for streaming and for coherent mappings alike, as the address
 * can be of either.
 */
static bool dma_can_tell_phys(struct device *dev)
{
	const struct dma_map_ops *ops = get_dma_ops(dev);

	return use_dma_iommu(dev) ||
	       (dma_map_direct(dev, ops) && dma_alloc_direct(dev, ops));
}

static int dma_walk_start(struct dma_walk *walk, struct device *dev,
		dma_addr_t addr, size_t size)
{
	*walk = (struct dma_walk) { .dev = dev, .addr = addr, .size = size };
	if (!dma_args_valid(dev, DMA_BIDIRECTIONAL))
		return -EINVAL;
	if (!size || addr == DMA_MAPPING_ERROR || addr + size - 1 < addr)
		return -EINVAL;
	return dma_can_tell_phys(dev) ? 0 : -EOPNOTSUPP;
}

/* Have a piece at hand. False at the end, or with @ret set. */
static bool dma_walk_look(struct dma_walk *walk, int *ret)
{
	*ret = 0;
	if (walk->piece.len)
		return true;
	if (!walk->size)
		return false;
	walk->piece.len = walk->size;
	*ret = dma_piece(walk->dev, walk->addr, &walk->piece);
	if (*ret)
		return false;
	walk->addr += walk->piece.len;
	walk->size -= walk->piece.len;
	return true;
}

static bool dma_walk_is_done(const struct dma_walk *walk)
{
	return !walk->piece.len && !walk->size;
}

/*
 * The next ranges, @nr of them or up to the end. No range is continued in the
 * next call, and no piece is looked up twice.
 */
static int dma_walk_next(struct dma_walk *walk, struct phys_vec *vec,
		unsigned int nr)
{
	unsigned int n = 0;
	int ret;

	while (dma_walk_look(walk, &ret)) {
		if (n && vec[n - 1].paddr + vec[n - 1].len == walk->piece.paddr)
			vec[n - 1].len += walk->piece.len;
		else if (n < nr)
			vec[n++] = walk->piece;
		else
			break;
		walk->piece.len = 0;
	}
	return ret ?: n;
}

/**
 * dma_addr_to_phys_vec - find the physical ranges behind a mapping
 * @dev:	device that the mapping was made for
 * @addr:	DMA address of the first byte, anywhere in the mapping
 * @size:	length in bytes
 * @vec:	filled with the ranges, in the order of their DMA addresses
 * @nr:		number of elements that @vec has room for
 *
 * The mapping may be of any kind: memory that was allocated by
 * dma_alloc_coherent(), a streaming mapping, linked IOVA, registers. It has to
 * stay while the result is in use, and must not be changed meanwhile. Behind a
 * mapping that is bounced is the bounce buffer. A bus address of peer-to-peer
 * memory (sg_dma_is_bus_address()) is not a mapping.
 *
 * Ranges that adjoin each other are one. Without an IOMMU there is one range,
 * unless the device has several DMA windows. An IOMMU's page table is looked up
 * once for each granule.
 *
 * Context: Any context, interrupts included. Does not sleep.
 *
 * Return: The number of ranges, at least one, or a negative error code. Then the
 * content of @vec is undefined.
 *
 * * -ENOSPC: there are more than @nr ranges
 * * -EFAULT: some of it is not mapped
 * * -EOPNOTSUPP: the device has struct dma_map_ops
 * * -EINVAL: @size is zero, @addr + @size wraps, or, with a warning, the device
 *   has no DMA mask
 */
int dma_addr_to_phys_vec(struct device *dev, dma_addr_t addr, size_t size,
		struct phys_vec *vec, unsigned int nr)
{
	struct dma_walk walk;
	int ret;

	ret = dma_walk_start(&walk, dev, addr, size);
	if (ret)
		return ret;
	ret = dma_walk_next(&walk, vec, nr);
	if (ret >= 0 && !dma_walk_is_done(&walk))
		return -ENOSPC;
	return ret;
}
EXPORT_SYMBOL_GPL(dma_addr_to_phys_vec);

/* True if @dev finds at @addr what @owner finds there, and can reach it */
static bool dma_alias_is_shared(struct device *dev, struct device *owner,
		dma_addr_t addr, size_t size)
{
	if (dev == owner)
		return true;
	return use_dma_iommu(dev) && use_dma_iommu(owner) &&
	       addr + size - 1 <= dma_direct_limit(dev) &&
	       iommu_dma_shares_domain(dev, owner);
}

/* Get the attributes to map @vec. -EOPNOTSUPP if its two ends differ. */
static int dma_alias_kind(const struct phys_vec *vec, unsigned long *attrs)
{
	bool is_memory = dma_phys_can_bounce(vec->paddr);

	if (is_memory != dma_phys_can_bounce(vec->paddr + vec->len - 1))
		return -EOPNOTSUPP;
	*attrs = DMA_ATTR_SKIP_CPU_SYNC | (is_memory ? 0 : DMA_ATTR_MMIO);
	return 0;
}

/* Whether the owner has memory that is not encrypted, as the CPU's is */
static bool dma_alias_is_decrypted(struct device *owner, dma_addr_t addr,
		phys_addr_t phys)
{
	return !use_dma_iommu(owner) && addr != phys_to_dma(owner, phys) &&
	       addr == phys_to_dma_unencrypted(owner, phys);
}

/*
 * A restricted pool, which does not grow, is all that @dev must reach, as there
 * is no IOMMU. swiotlb_find_pool() only knows it after @dev has bounced.
 */
static bool dma_alias_is_restricted(struct device *dev,
		const struct phys_vec *vec)
{
#ifdef CONFIG_DMA_RESTRICTED_POOL
	const struct io_tlb_mem *mem = dev->dma_io_tlb_mem;

	return mem && mem->for_alloc &&
	       (vec->paddr < mem->defpool.start ||
		vec->paddr + vec->len > mem->defpool.end);
#else
	return false;
#endif
}

/* A range of memory that @dev reaches in one piece, or DMA_MAPPING_ERROR */
static dma_addr_t dma_alias_direct_addr(struct device *dev,
		const struct phys_vec *vec, bool is_decrypted)
{
	phys_addr_t last = vec->paddr + vec->len - 1;
	dma_addr_t addr, end;

	if (is_decrypted) {
		addr = phys_to_dma_unencrypted(dev, vec->paddr);
		end = phys_to_dma_unencrypted(dev, last);
	} else {
		addr = phys_to_dma(dev, vec->paddr);
		end = phys_to_dma(dev, last);
	}
	if (end - addr != vec->len - 1 || !dma_capable(dev, addr, vec->len, true))
		return DMA_MAPPING_ERROR;
	return addr;
}

static int dma_alias_direct(struct dma_alias *alias, struct device *dev,
		struct dma_walk *walk)
{
	dma_addr_t start = walk->addr;
	struct phys_vec vec;
	int ret;

	ret = dma_walk_next(walk, &vec, 1);
	if (ret < 0)
		return ret;
	if (!dma_walk_is_done(walk))
		return -ENXIO;
	ret = dma_alias_kind(&vec, &alias->__attrs);
	if (ret)
		return ret;

	if (alias->__attrs & DMA_ATTR_MMIO) {
		alias->addr = dma_direct_map_mmio(dev, vec.paddr, vec.len,
						  DMA_ATTR_NO_WARN);
	} else {
		if (dma_alias_is_restricted(dev, &vec))
			return -EOPNOTSUPP;
		alias->addr = dma_alias_direct_addr(dev, &vec,
				dma_alias_is_decrypted(walk->dev, start,
						       vec.paddr));
	}
	return alias->addr == DMA_MAPPING_ERROR ? -ENXIO : 0;
}

static void dma_alias_unlink(struct dma_alias *alias, struct device *dev,
		size_t linked, enum dma_data_direction dir)
{
	if (linked)
		iommu_dma_iova_destroy(dev, &alias->__iova, linked, dir,
				       alias->__attrs, NULL, 0);
	else
		iommu_dma_iova_free(dev, &alias->__iova);
}

/* Link a batch at @offset. Returns its length in bytes. */
static ssize_t dma_alias_link_batch(struct dma_alias *alias, struct device *dev,
		const struct phys_vec *vec, unsigned int nr, size_t offset,
		enum dma_data_direction dir)
{
	unsigned long attrs = 0;
	size_t size = 0;
	unsigned int i;
	int ret;

	for (i = 0; i < nr; i++) {
		ret = dma_alias_kind(&vec[i], &attrs);
		if (ret || attrs != alias->__attrs)
			return -EOPNOTSUPP;
		size += vec[i].len;
	}
	ret = iommu_dma_iova_link_alias(dev, &alias->__iova, vec, nr, offset,
					dir, attrs);
	if (ret)
		return ret;
	return size;
}

/* The ranges have to be whole granules, but for the first start and last end */
static int dma_alias_link(struct dma_alias *alias, struct device *dev,
		struct dma_walk *walk, enum dma_data_direction dir)
{
	size_t size = walk->size, done = 0;
	struct phys_vec vec[DMA_ALIAS_BATCH];
	dma_addr_t start = walk->addr;
	ssize_t ret;
	int nr;

	nr = dma_walk_next(walk, vec, DMA_ALIAS_BATCH);
	if (nr < 0)
		return nr;
	if (dma_alias_is_decrypted(walk->dev, start, vec->paddr))
		return -EOPNOTSUPP;
	ret = dma_alias_kind(vec, &alias->__attrs);
	if (ret)
		return ret;
	if (!iommu_dma_iova_alloc(dev, &alias->__iova, vec->paddr, size))
		return -ENOMEM;

	do {
		ret = dma_alias_link_batch(alias, dev, vec, nr, done, dir);
		if (ret < 0)
			goto out_unlink;
		done += ret;
		nr = dma_walk_next(walk, vec, DMA_ALIAS_BATCH);
	} while (nr > 0);

	ret = nr ?: iommu_dma_iova_sync(dev, &alias->__iova, 0, size);
	if (ret)
		goto out_unlink;
	alias->addr = alias->__iova.addr;
	return 0;

out_unlink:
	dma_alias_unlink(alias, dev, done, dir);
	return ret;
}

static int dma_alias_make(struct dma_alias *alias, struct device *dev,
		struct device *owner, dma_addr_t addr, size_t size,
		enum dma_data_direction dir)
{
	struct dma_walk walk;
	int ret;

	if (!size || addr == DMA_MAPPING_ERROR || addr + size - 1 < addr)
		return -EINVAL;
	if (dev != owner &&
	    dev_is_dma_coherent(dev) != dev_is_dma_coherent(owner))
		return -EOPNOTSUPP;
	if (dma_alias_is_shared(dev, owner, addr, size)) {
		alias->addr = addr;
		return 0;
	}

	ret = dma_walk_start(&walk, owner, addr, size);
	if (ret)
		return ret;
	if (use_dma_iommu(dev))
		return dma_alias_link(alias, dev, &walk, dir);
	if (dma_map_direct(dev, get_dma_ops(dev)))
		return dma_alias_direct(alias, dev, &walk);
	return -EOPNOTSUPP;
}

/**
 * dma_alias_map - make a mapping of one device visible to another
 * @alias:	set up by this function, whatever is in it
 * @dev:	device that is going to access the memory
 * @owner:	device that the memory was allocated or mapped for
 * @addr:	DMA address of @owner, anywhere in that mapping
 * @size:	length in bytes
 * @dir:	direction of the transfers of @dev. @owner must have access at least
 *		as wide
 *
 * @dev finds at @alias->addr the bytes that @owner finds at @addr, in one
 * contiguous range of DMA addresses, however scattered they are. The memory
 * remains @owner's: it must not be freed or unmapped before dma_alias_unmap(),
 * and CPU access to it is synced by @owner's mapping alone. @alias must live
 * until dma_alias_unmap().
 *
 * Nothing is done if both devices are in one IOMMU domain or are the same: the
 * alias is @addr. Nothing is mapped, either, if @dev has no IOMMU. Otherwise,
 * the page table of @owner's IOMMU is looked up once for each granule, and the
 * memory is mapped for @dev.
 *
 * Registers that were mapped with %DMA_ATTR_MMIO are mapped so for @dev, too. It
 * is up to the caller that one device can reach the other's registers.
 *
 * Context: Any context, interrupts included. Does not sleep.
 *
 * Return: 0 or a negative error code. Then @alias is all zero, nothing is
 * mapped, and the caller has to do without, for example by copying.
 *
 * * -EOPNOTSUPP: one device is cache coherent and the other is not; one of them
 *   has struct dma_map_ops; @dev is only trusted with whole granules, or has a
 *   restricted pool, and the memory would have to be bounced; it is partly
 *   memory and partly registers
 * * -ENXIO: @dev has no IOMMU, and the memory is in several ranges or out of its
 *   reach
 * * -EINVAL: the granule of @dev's IOMMU is larger than the ranges allow; @size
 *   is zero, @addr + @size wraps, or, with a warning, a device has no DMA mask
 *   or @dir is no direction
 * * -EFAULT: @owner has some of it not mapped
 * * -ENOMEM: no range of IOVA in @dev's reach, or no memory for page tables. May
 *   work later
 * * others: by the driver of the IOMMU
 */
int dma_alias_map(struct dma_alias *alias, struct device *dev,
		struct device *owner, dma_addr_t addr, size_t size,
		enum dma_data_direction dir)
{
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(dma_alias_map, alias, dev, owner, addr, size,
				   dir);
	*alias = (struct dma_alias) {};
	if (!dma_args_valid(dev, dir) || !dma_args_valid(owner, dir))
		return -EINVAL;
	ret = dma_alias_make(alias, dev, owner, addr, size, dir);
	if (ret) {
		*alias = (struct dma_alias) {};
		return ret;
	}

	alias->__dev = dev;
	alias->__size = size;
	alias->__dir = dir;
	trace_dma_alias_map(dev, owner, addr, alias->addr, size, dir);
	debug_dma_alias_map(dev, alias->addr, size, dir, owner, addr);
	return 0;
}
EXPORT_SYMBOL_GPL(dma_alias_map);

/**
 * dma_alias_unmap - end an alias
 * @alias:	set up by dma_alias_map(). Does nothing if it is all zero
 *
 * The device must have finished with the memory. It has lost access on return,
 * or in lazy mode a little later, unless the alias is the owner's address.
 *
 * CONFIG_DMA_API_DEBUG reports a second unmap, an owner that frees the memory
 * below an alias, and a driver that leaves one behind.
 *
 * Context: Any context, interrupts included. Does not sleep.
 */
void dma_alias_unmap(struct dma_alias *alias)
{
	struct device *dev = alias->__dev;

	KUNIT_STATIC_STUB_REDIRECT(dma_alias_unmap, alias);
	/* An alias that was never mapped has no size */
	if (alias->__size)
		debug_dma_alias_unmap(dev, alias->addr, alias->__size,
				      alias->__dir);
	if (!dev)
		return;
	trace_dma_alias_unmap(dev, alias->addr, alias->__size, alias->__dir,
			      alias->__attrs);
	if (dma_use_iova(&alias->__iova))
		dma_alias_unlink(alias, dev, alias->__size, alias->__dir);
	alias->__dev = NULL;
}
EXPORT_SYMBOL_GPL(dma_alias_unmap);
