// SPDX-License-Identifier: GPL-2.0
/*
 * The calls that are told where a mapping leads, for the KUnit tests of the DMA
 * mapping core.
 */
#include <kunit/dma.h>
#include <kunit/static_stub.h>
#include "state.h"

static void call_map(struct dma_mapping *m, struct dma_map_state *state)
{
	m->addr = dma_map_phys_state(m->dev, m->phys, m->size, m->dir, m->attrs,
				     state);
	if (dma_mapping_error(m->dev, m->addr))
		m->addr = DMA_MAPPING_ERROR;
}

static void call_unmap(struct dma_mapping *m, struct dma_map_state *state)
{
	dma_unmap_phys_state(m->dev, m->addr, m->size, m->dir, m->attrs, state);
}

static void call_sync(struct dma_mapping *m, size_t offset, size_t size,
		      bool for_cpu, struct dma_map_state *state)
{
	if (for_cpu)
		dma_sync_state_for_cpu(m->dev, m->addr + offset, size, m->dir,
				       state);
	else
		dma_sync_state_for_device(m->dev, m->addr + offset, size,
					  m->dir, state);
}

/* A mapping whose state was kept */

static void state_map(struct dma_mapping *m)
{
	memset(&m->state, 0xff, sizeof(m->state));
	call_map(m, &m->state);
}

static void state_unmap(struct dma_mapping *m)
{
	call_unmap(m, &m->state);
}

static void state_sync_span(struct dma_mapping *m, size_t offset, size_t size,
			    bool for_cpu)
{
	call_sync(m, offset, size, for_cpu, &m->state);
}

/* ... or lost */

static void empty_map(struct dma_mapping *m)
{
	call_map(m, &m->state);
	m->state = (struct dma_map_state) {};
}

static void null_map(struct dma_mapping *m)
{
	call_map(m, NULL);
}

static void null_unmap(struct dma_mapping *m)
{
	call_unmap(m, NULL);
}

static void null_sync_span(struct dma_mapping *m, size_t offset, size_t size,
			   bool for_cpu)
{
	call_sync(m, offset, size, for_cpu, NULL);
}

/* A mapping by the plain call, with the source at hand */

static void source_unmap(struct dma_mapping *m)
{
	dma_unmap_phys_from(m->dev, m->addr, m->phys, m->size, m->dir,
			    m->attrs);
}

static void source_sync_span(struct dma_mapping *m, size_t offset, size_t size,
			     bool for_cpu)
{
	if (for_cpu)
		dma_sync_phys_for_cpu(m->dev, m->addr + offset,
				      m->phys + offset, size, m->dir, m->attrs);
	else
		dma_sync_phys_for_device(m->dev, m->addr + offset,
					 m->phys + offset, size, m->dir,
					 m->attrs);
}

/* A driver that is converted in part */

static void plain_unmap(struct dma_mapping *m)
{
	dma_unmap_phys(m->dev, m->addr, m->size, m->dir, m->attrs);
}

static void plain_sync_span(struct dma_mapping *m, size_t offset, size_t size,
			    bool for_cpu)
{
	if (for_cpu)
		dma_sync_single_for_cpu(m->dev, m->addr + offset, size, m->dir);
	else
		dma_sync_single_for_device(m->dev, m->addr + offset, size,
					   m->dir);
}

#define STATE_SYNC(_name)						\
static void _name##_sync_for_cpu(struct dma_mapping *m)		\
{									\
	_name##_sync_span(m, 0, m->size, true);				\
}									\
static void _name##_sync_for_device(struct dma_mapping *m)		\
{									\
	_name##_sync_span(m, 0, m->size, false);			\
}

STATE_SYNC(state)
STATE_SYNC(null)
STATE_SYNC(source)
STATE_SYNC(plain)

#define STATE_CALL(_name, _m, _u, _s)					\
	{								\
		.name			= _name,			\
		.map			= _m##_map,			\
		.unmap			= _u##_unmap,			\
		.sync_for_cpu		= _s##_sync_for_cpu,		\
		.sync_for_device	= _s##_sync_for_device,		\
		.sync_span		= _s##_sync_span,		\
	}

const struct dma_call dma_state_calls[DMA_STATE_CALLS] = {
	STATE_CALL("source", null, source, source),
	STATE_CALL("state", state, state, state),
	STATE_CALL("empty state", empty, state, state),
	STATE_CALL("no state", null, null, null),
	STATE_CALL("state, plain unmap", state, plain, state),
	STATE_CALL("state, plain sync", state, state, plain),
};

#ifdef CONFIG_DMA_API_DEBUG
static void state_believe(struct device *dev, dma_addr_t addr, size_t size,
			  enum dma_data_direction dir,
			  const phys_addr_t *source,
			  struct dma_map_state *state)
{
}

#ifdef CONFIG_IOMMU_DMA
static bool iova_believe(struct device *dev, struct dma_iova_state *state,
			 const struct phys_vec *vec, unsigned int nr,
			 size_t offset)
{
	return true;
}
#endif
#endif

/**
 * dma_state_trust() - have states believed, as without CONFIG_DMA_API_DEBUG
 * @test: test that counts what is looked up
 */
void dma_state_trust(struct kunit *test)
{
#ifdef CONFIG_DMA_API_DEBUG
	kunit_activate_static_stub(test, dma_state_check, state_believe);
#ifdef CONFIG_IOMMU_DMA
	kunit_activate_static_stub(test, dma_iova_check_vec, iova_believe);
#endif
#endif
}
