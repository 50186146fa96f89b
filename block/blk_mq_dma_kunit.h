/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the suites of the mapping of requests for DMA.
 *
 * Requests are built by hand, of parts of the memory of a *world* (see
 * include/kunit/dma.h), and mapped as a driver would map them. Two things
 * are checked. The segments: put one after the other they are the memory of
 * the request; each is within the queue's limits; there are no more than the
 * block layer counts; and no two neighbours could have been one. And the DMA
 * addresses: what the device reads and writes there is the memory of the
 * request, and after the unmap nothing is left mapped.
 */
#ifndef _BLOCK_BLK_MQ_DMA_KUNIT_H
#define _BLOCK_BLK_MQ_DMA_KUNIT_H

#include <linux/blk-mq-dma.h>
#include <kunit/dma.h>

#define MAX_VECS	48
#define MAX_BIOS	8

/*
 * A part of the world's memory, as a bvec. At BIO_END the next bio begins. A
 * bvec of length 0 is EMPTY.
 */
struct part {
	u32 offset;
	u32 len;
};

#define BIO_END		{ 0, 0 }
#define EMPTY		{ 42, 0 }
#define NO_PART		{ U32_MAX, 0 }
#define IS_BIO_END(p)	(!(p)->len && (p)->offset != 42)

struct layout {
	const char *name;
	struct part parts[MAX_VECS];
};

#define BLK_LAYOUTS		28
extern const struct layout blk_layouts[BLK_LAYOUTS];
void blk_layout_desc(const struct layout *l, char *desc);

struct limits {
	const char *name;
	unsigned int max_segment_size;
	unsigned long boundary;
	unsigned long virt_boundary;
};

#define BLK_LIMITS		9
extern const struct limits blk_limits[BLK_LIMITS];

#define BLK_KINDS		7
extern const enum dma_kind blk_kinds[BLK_KINDS];

/* State that a driver keeps of a request, and a bit more for the checks */
struct test_mapping {
	struct dma_iova_state state;
	enum pci_p2pdma_map_type type;
	int error;
	bool is_range;		/* of IOVA; the state forgets it */
	unsigned int nr;
	unsigned int bytes;
	struct {
		dma_addr_t addr;
		u32 len;
		bool unmap;
		phys_addr_t source;
	} steps[MAX_VECS * 4];
};

/* A request of parts of a world's memory */
struct test_request {
	struct kunit *test;
	struct dma_world *w;
	struct request rq;
	struct request_queue q;
	struct bio *bios;			/* MAX_BIOS */
	struct bio_vec bvecs[MAX_VECS];
	unsigned int nr_vecs;
	struct part parts[MAX_VECS];		/* without those of no length */
	unsigned int nr_parts;
	unsigned int bytes;
	unsigned int count;			/* of segments */
	bool integrity;
	struct bio_integrity_payload *bips;	/* MAX_BIOS */
	u8 *list;				/* two copies of its memory */
	struct test_mapping mapping;
};

struct test_request *blk_req_create(struct kunit *test, struct dma_world *w);
void blk_req_set_limits(struct test_request *t, const struct limits *l);
void blk_req_build(struct test_request *t, const struct part *parts,
		   enum req_op op);
void blk_req_map(struct test_request *t, struct test_mapping *m);
void blk_req_unmap(struct test_request *t, struct test_mapping *m);

/* Checks of a request that was mapped */
void blk_req_expect_segments(struct test_request *t,
			     const struct test_mapping *m);
bool blk_req_expect_iova(const struct test_request *t);
bool blk_req_has_virt_boundary(const struct test_request *t);
void blk_req_transfer(struct test_request *t, struct test_mapping *m,
		      enum req_op op);

void blk_req_segments(struct kunit *test, bool integrity);
void blk_req_transfers(struct kunit *test, bool integrity);

#endif /* _BLOCK_BLK_MQ_DMA_KUNIT_H */
