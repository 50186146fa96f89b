/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory behind a mapping, and a mapping of one device made visible to
 * another. See "Aliases" in Documentation/core-api/dma-api.rst.
 */
#ifndef _LINUX_DMA_ALIAS_H
#define _LINUX_DMA_ALIAS_H

#include <linux/dma-mapping.h>

/**
 * struct dma_alias - a mapping of one device, visible to another
 * @addr: DMA address to give to the other device
 *
 * Set up by dma_alias_map(). All zero if there is none, and the other device
 * has to be given something else.
 */
struct dma_alias {
	dma_addr_t		addr;
	/* private: */
	struct device		*__dev;		/* NULL after the unmap */
	size_t			__size;
	enum dma_data_direction	__dir;
	unsigned long		__attrs;
	struct dma_iova_state	__iova;		/* all zero if nothing is linked */
};

/**
 * dma_alias_is_mapped - whether there is an alias
 * @alias: all zero, or set up by dma_alias_map()
 *
 * Return: %true from dma_alias_map() to dma_alias_unmap().
 */
static inline bool dma_alias_is_mapped(const struct dma_alias *alias)
{
	return alias->__dev;
}

#ifdef CONFIG_HAS_DMA
int dma_alias_map(struct dma_alias *alias, struct device *dev,
		struct device *owner, dma_addr_t addr, size_t size,
		enum dma_data_direction dir);
void dma_alias_unmap(struct dma_alias *alias);
int dma_addr_to_phys_vec(struct device *dev, dma_addr_t addr, size_t size,
		struct phys_vec *vec, unsigned int nr);
#else
static inline int dma_alias_map(struct dma_alias *alias, struct device *dev,
		struct device *owner, dma_addr_t addr, size_t size,
		enum dma_data_direction dir)
{
	*alias = (struct dma_alias) {};
	return -EOPNOTSUPP;
}

static inline void dma_alias_unmap(struct dma_alias *alias)
{
}

static inline int dma_addr_to_phys_vec(struct device *dev, dma_addr_t addr,
		size_t size, struct phys_vec *vec, unsigned int nr)
{
	return -EOPNOTSUPP;
}
#endif /* CONFIG_HAS_DMA */

#endif /* _LINUX_DMA_ALIAS_H */
