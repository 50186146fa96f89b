// SPDX-License-Identifier: GPL-2.0
/*
 * Calls for the semantic patches of the series to find and convert: dma_map_phys.cocci those with
 * "phys", dma_unmap_source.cocci those with "source", neither those with "-". It is never
 * compiled.
 */
#include <linux/module.h>

/* ---- pairs of one member */

void page_map(struct a *d, struct page *page)
{
	d->page = dma_map_page(dev, page, 16, size, dir);	/* phys */
}

void page_unmap(struct a *d)
{
	dma_unmap_page(dev, d->page, size, dir);		/* phys */
}

void single_map(struct a *d, int i)
{
	d->ring[i].single = dma_map_single(dev, data(), size, dir);	/* phys */
	if (dma_mapping_error(dev, d->ring[i].single))
		d->ring[i].single = 0;
}

void single_unmap(struct a *d, int n)
{
	dma_unmap_single(dev, d->ring[n].single, size, dir);	/* phys */
}

/* Headers and pages: both kinds of map, both kinds of unmap */
void both_map(struct a *d, skb_frag_t *frag)
{
	d->both = dma_map_single(dev, data(), size, dir);	/* phys */
	d->both = skb_frag_dma_map(dev, frag, 0, size, dir);
}

void both_unmap(struct a *d)
{
	if (d->is_page)
		dma_unmap_page(dev, d->both, size, dir);	/* phys */
	else
		dma_unmap_single(dev, d->both, size, dir);	/* phys */
}

/* By way of a variable, which other functions use for other things */
int copied_map(struct a *d)
{
	dma_addr_t addr = 0;

	addr = dma_map_single(dev, data(), size, dir);		/* phys */
	if (dma_mapping_error(dev, addr))
		return -EIO;
	d->copied = addr;
	return 0;
}

void copied_unmap(struct a *d, dma_addr_t addr)
{
	addr = other();
	dma_unmap_single(dev, d->copied, size, dir);		/* phys */
}

void in_a_variable(void)
{
	dma_addr_t addr;

	addr = dma_map_page(dev, page(), 0, size, dir);		/* phys */
	dma_unmap_page(dev, addr, size, dir);			/* phys */
}

/* ---- no pairs */

void never_unmapped(struct a *d)
{
	d->forgotten = dma_map_page(dev, page(), 0, size, dir);	/* - */
}

void never_mapped(struct a *d)
{
	dma_unmap_page(dev, d->unknown, size, dir);		/* - */
}

void of_two_kinds(struct a *d)
{
	d->mixed = dma_map_page(dev, page(), 0, size, dir);	/* - */
	dma_unmap_single(dev, d->mixed, size, dir);		/* - */
}

void frag_as_single(struct a *d, skb_frag_t *frag)
{
	d->frag = dma_map_single(dev, data(), size, dir);	/* - */
	d->frag = skb_frag_dma_map(dev, frag, 0, size, dir);
	dma_unmap_single(dev, d->frag, size, dir);		/* - */
}

/* Not each of its addresses is from a map. */
void assigned(struct a *d)
{
	d->assigned = dma_map_page(dev, page(), 0, size, dir);	/* - */
	d->assigned = other();
	dma_unmap_page(dev, d->assigned, size, dir);		/* - */
}

void moved_on(struct a *d)
{
	dma_addr_t addr;

	addr = dma_map_page(dev, page(), 0, size, dir);		/* - */
	addr = addr + 16;
	d->moved_on = addr;
	dma_unmap_page(dev, d->moved_on, size, dir);		/* - */
}

void copied_from_elsewhere(struct a *d, dma_addr_t addr)
{
	d->elsewhere = dma_map_page(dev, page(), 0, size, dir);	/* - */
	d->elsewhere = addr;
	dma_unmap_page(dev, d->elsewhere, size, dir);		/* - */
}

/* ---- sources */

void buffer_map(struct b *d)
{
	d->buffer_dma = dma_map_single(dev, d->buffer, size, dir);	/* phys */
}

void buffer_use(struct b *d)
{
	dma_sync_single_for_cpu(dev, d->buffer_dma, size, dir);	/* source */
	dma_sync_single_for_device(dev, d->buffer_dma, size, dir);	/* source */
	dma_unmap_single(dev, d->buffer_dma, size, dir);	/* phys source */
}

void buffer_lost(struct b *d)
{
	d->buffer = other();
	dma_unmap_single(dev, d->buffer_dma, size, dir);	/* phys */
}

void page_kept(struct b *d, struct page *p)
{
	d->kept = p;
	d->kept_dma = dma_map_page(dev, p, 0, size, dir);	/* phys */
}

void page_freed(struct b *d)
{
	dma_unmap_page(dev, d->kept_dma, size, dir);		/* phys source */
}

/* The offset in the page is not in scope. */
void offset_kept(struct b *d)
{
	d->part_dma = dma_map_page(dev, d->part, offset, size, dir);	/* phys */
}

void offset_lost(struct b *d)
{
	dma_unmap_page(dev, d->part_dma, size, dir);		/* phys */
}

void skb_map(struct b *d)
{
	d->skb_dma = dma_map_single(dev, d->skb->data, size, dir);	/* phys */
}

void skb_unmap(struct b *d)
{
	dma_unmap_single(dev, d->skb_dma, size, dir);		/* phys source */
}

void skb_moves(struct b *d)
{
	skb_reserve(d->skb, 2);
	dma_unmap_single(dev, d->skb_dma, size, dir);		/* phys */
}

void two_buffers(struct b *d)
{
	d->two_dma = dma_map_single(dev, d->first, size, dir);	/* phys */
	d->two_dma = dma_map_single(dev, d->second, size, dir);	/* phys */
}

void two_unmapped(struct b *d)
{
	dma_unmap_single(dev, d->two_dma, size, dir);		/* phys */
}

void source_in_scope(void *buf)
{
	dma_addr_t addr;

	addr = dma_map_single(dev, buf, size, dir);		/* phys */
	dma_sync_single_for_cpu(dev, addr, size, dir);		/* source */
	dma_unmap_single(dev, addr, size, dir);			/* phys source */
}

void source_replaced(void *buf)
{
	dma_addr_t addr;

	addr = dma_map_single(dev, buf, size, dir);		/* phys */
	buf = other();
	dma_unmap_single(dev, addr, size, dir);			/* phys */
}

/* ---- what changes the source of a variable, in any way */

void changed_in_a_loop(void *buf)
{
	dma_addr_t addr;

	addr = dma_map_single(dev, buf, size, dir);	/* - */
	while (more()) {
		dma_sync_single_for_cpu(dev, addr, size, dir);	/* - */
		buf = next(buf);
	}
}

void given_away(void *buf)
{
	dma_addr_t addr;

	addr = dma_map_single(dev, buf, size, dir);	/* phys */
	get_another(&buf);
	dma_unmap_single(dev, addr, size, dir);	/* phys */
}

void swapped(void *buf, void *other)
{
	dma_addr_t addr;

	addr = dma_map_single(dev, buf, size, dir);	/* phys */
	swap(buf, other);
	dma_unmap_single(dev, addr, size, dir);	/* phys */
}

void iterated(struct list_head *h)
{
	dma_addr_t addr;
	struct x *e;

	addr = dma_map_single(dev, e->ibuf, size, dir);	/* phys */
	list_for_each_entry(e, h, list)
		foo(e);
	dma_unmap_single(dev, addr, size, dir);	/* phys */
}

void member_moves(struct c *c)
{
	dma_addr_t addr;

	addr = dma_map_single(dev, c->mptr, size, dir);	/* phys */
	c->mptr += size;
	dma_unmap_single(dev, addr, size, dir);	/* phys */
}

void index_counts(struct c *c)
{
	dma_addr_t addr;

	addr = dma_map_single(dev, c->bufs[c->nn], size, dir);	/* phys */
	c->nn++;
	dma_unmap_single(dev, addr, size, dir);	/* phys */
}

void index_counted_first(int i)
{
	dma_addr_t addr;

	addr = dma_map_single(dev, bufs[i], size, dir);	/* phys */
	++i;
	dma_unmap_single(dev, addr, size, dir);	/* phys */
}

void index_or(int i)
{
	dma_addr_t addr;

	addr = dma_map_single(dev, bufs[i], size, dir);	/* phys */
	i |= 1;
	dma_unmap_single(dev, addr, size, dir);	/* phys */
}

void element_assigned(void)
{
	dma_addr_t addr;

	addr = dma_map_single(dev, lbufs[0], size, dir);	/* phys */
	lbufs[0] = other();
	dma_unmap_single(dev, addr, size, dir);	/* phys */
}

void member_of_a_structure(struct c c)
{
	dma_addr_t addr;

	addr = dma_map_single(dev, c.ptr2, size, dir);	/* phys */
	c.ptr2 = other();
	dma_unmap_single(dev, addr, size, dir);	/* phys */
}

void mapped_by_the_caller(dma_addr_t addr, void *buf)
{
	if (!addr)
		addr = dma_map_single(dev, buf, size, dir);	/* phys */
	dma_unmap_single(dev, addr, size, dir);	/* phys */
}

/* ---- what changes the buffer, the address or the descriptor */

void descriptor_of_a_call(struct b *d)
{
	dma_unmap_single(dev, next_desc(r)->buffer_dma, size, dir);	/* phys */
}

void descriptor_counts(struct b *d)
{
	dma_unmap_single(dev, (d++)->buffer_dma, size, dir);	/* phys */
}

void buffer_moves(struct b *d)
{
	d->buffer += 16;
	dma_unmap_single(dev, d->buffer_dma, size, dir);	/* phys */
}

void buffer_given_away(struct b *d)
{
	refill(&d->buffer);
	dma_unmap_single(dev, d->buffer_dma, size, dir);	/* phys */
}

void buffer_swapped(struct b *d)
{
	swap(d->buffer, x);
	dma_unmap_single(dev, d->buffer_dma, size, dir);	/* phys */
}

void embedded_map(struct b *d)
{
	d->embedded_dma = dma_map_single(dev, d->embedded, size, dir);	/* - */
}

void embedded_assigned(struct r *r)
{
	r->emb.embedded_dma = other_addr;
}

void embedded_unmap(struct b *d)
{
	dma_unmap_single(dev, d->embedded_dma, size, dir);	/* - */
}

void address_map(struct b *d)
{
	d->third_dma = dma_map_single(dev, d->third, size, dir);	/* phys */
}

void address_given_away(struct r *r)
{
	x = dma_alloc_coherent(dev, size, &r->third_dma, GFP_KERNEL);
}

void address_unmap(struct b *d)
{
	dma_unmap_single(dev, d->third_dma, size, dir);	/* phys */
}
