// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of memory windows, and of ntb_get_dma_dev() */

/* ---- the device for DMA ---- */

static void ntk_test_dma_dev_parent(struct kunit *test)
{
	ntk->ntb.ops = &ntk_ops_plain;
	KUNIT_EXPECT_PTR_EQ(test, ntb_get_dma_dev(&ntk->ntb),
			    ntk->dev[NTK_OTHER]);
}

static void ntk_test_dma_dev_named(struct kunit *test)
{
	int i;

	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_PTR_EQ(test, ntb_get_dma_dev(&ntk->ntb),
				    ntk->dev[NTK_WINDOW]);
}

static unsigned int ntk_refs(int dev)
{
	return kref_read(&ntk->dev[dev]->kobj.kref);
}

/* No reference comes with the answer; a window has one for as long as it is */
static void ntk_test_dma_dev_reference(struct kunit *test)
{
	unsigned int refs = ntk_refs(NTK_WINDOW);

	ntb_get_dma_dev(&ntk->ntb);
	KUNIT_EXPECT_EQ(test, refs, ntk_refs(NTK_WINDOW));
	KUNIT_ASSERT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	KUNIT_EXPECT_EQ(test, refs + 1, ntk_refs(NTK_WINDOW));
	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	KUNIT_EXPECT_EQ(test, refs, ntk_refs(NTK_WINDOW));
}

/* ---- windows ---- */

static const struct ntk_window_param {
	const char	*desc;
	size_t		misalign;
	unsigned long	fail_allocs;
	bool		fail_set;
	int		ret;
	unsigned int	allocs;		/* attempts */
	bool		use_dma;
} ntk_window_params[] = {
	{ "aligned", 0, 0, false, 0, 1 },
	{ "a page off", PAGE_SIZE, 0, false, 0, 2 },
	{ "a page short", NTK_ALIGN - PAGE_SIZE, 0, false, 0, 2 },
	{ "first allocation fails", 0, BIT(0), false, 0, 2 },
	{ "first fails, second a page off", PAGE_SIZE, BIT(0), false, 0, 2 },
	{ "both fail", 0, BIT(0) | BIT(1), false, -ENOMEM, 2 },
	{ "a page off, second fails", PAGE_SIZE, BIT(1), false, -ENOMEM, 2 },
	{ "no translation", 0, 0, true, -EIO, 1 },
	{ "a page off, no translation", PAGE_SIZE, 0, true, -EIO, 2 },
	{ "for DMA", 0, 0, false, 0, 1, true },
	{ "for DMA, a page off", PAGE_SIZE, 0, false, 0, 2, true },
	{ "for DMA, both fail", 0, BIT(0) | BIT(1), false, -ENOMEM, 2, true },
};

KUNIT_ARRAY_PARAM_DESC(ntk_window, ntk_window_params, desc);

/* The kernel sees at virt_addr what the peer writes to the beginning */
static void ntk_check_window(struct kunit *test)
{
	struct ntb_transport_mw *mw = &ntk->mw;

	KUNIT_EXPECT_EQ(test, ntk->trans, mw->dma_addr);
	KUNIT_EXPECT_PTR_EQ(test, mw->virt_addr,
			    ntk->mem.buf + (ntk->trans - ntk->mem.addr));
	KUNIT_EXPECT_PTR_EQ(test, ntk->mem.dev, ntk->dev[NTK_WINDOW]);
}

static void ntk_check_no_window(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, ntk->mem.buf);
	KUNIT_EXPECT_NULL(test, ntk->mw.virt_addr);
	KUNIT_EXPECT_EQ(test, ntk->mw.xlat_size, 0);
	KUNIT_EXPECT_EQ(test, ntk->trans, 0);
}

static void ntk_test_window(struct kunit *test)
{
	const struct ntk_window_param *p = test->param_value;
	unsigned int refs = ntk_refs(NTK_WINDOW);

	ntk->misalign = p->misalign;
	ntk->fail_allocs = p->fail_allocs;
	ntk->fail_set = p->fail_set;
	use_dma = p->use_dma;
	KUNIT_EXPECT_EQ(test, p->ret, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	KUNIT_EXPECT_EQ(test, p->allocs, ntk->allocs);
	if (!p->ret)
		ntk_check_window(test);
	else
		ntk_check_no_window(test);

	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	ntk_check_no_window(test);
	KUNIT_EXPECT_EQ(test, refs, ntk_refs(NTK_WINDOW));

	/* And after a failure the next time is as good as the first */
	ntk->allocs = 0;
	ntk->misalign = 0;
	ntk->fail_allocs = 0;
	ntk->fail_set = false;
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	ntk_check_no_window(test);
}

static void ntk_test_window_twice(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	KUNIT_EXPECT_EQ(test, 1, ntk->allocs);
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE / 2));
	KUNIT_EXPECT_EQ(test, 2, ntk->allocs);
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, -EINVAL, ntb_set_mw(&ntk->nt, 0, 0));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	ntk_check_no_window(test);
}

/* While the peer can reach the buffer it is not freed, but can be used again */
static void ntk_test_window_not_cleared(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	ntk->fail_clear = true;
	KUNIT_EXPECT_EQ(test, -EIO, ntb_free_mw(&ntk->nt, 0));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, -EIO, ntb_set_mw(&ntk->nt, 0, NTK_SIZE / 2));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, 1, ntk->allocs);
	KUNIT_EXPECT_EQ(test, 1, ntk->set_calls);

	ntk->fail_clear = false;
	KUNIT_EXPECT_EQ(test, 0, ntb_set_mw(&ntk->nt, 0, NTK_SIZE / 2));
	ntk_check_window(test);
	KUNIT_EXPECT_EQ(test, 0, ntb_free_mw(&ntk->nt, 0));
	ntk_check_no_window(test);
}
