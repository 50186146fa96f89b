// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of ntb_transport. Part of ntb_transport.c, as what they test is
 * static there.
 */
#include <kunit/device.h>
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/dma-map-ops.h>

#include "ntb_transport_kunit_fakes.c"
#include "ntb_transport_kunit_windows.c"
#include "ntb_transport_kunit_rx.c"
#include "ntb_transport_kunit_link.c"
#include "ntb_transport_kunit_msi.c"
#include "ntb_transport_kunit_random.c"

static void ntk_add_device(struct kunit *test, int index, const char *name)
{
	struct device *dev = kunit_device_register(test, name);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	ntk->dev[index] = dev;
	set_dma_ops(dev, &ntk_dma_ops);
	KUNIT_ASSERT_EQ(test, 0,
			dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(64)));
}

static void ntk_free_entries(void *unused)
{
	struct ntb_transport_qp *qp = &ntk->qp;
	struct ntb_queue_entry *entry;

	while ((entry = ntb_list_rm(&qp->ntb_rx_q_lock, &qp->rx_free_q)))
		kfree(entry);
	while ((entry = ntb_list_rm(&qp->ntb_tx_free_q_lock, &qp->tx_free_q)))
		kfree(entry);
	KUNIT_EXPECT_TRUE(ntk->test, list_empty(&qp->rx_pend_q));
	KUNIT_EXPECT_TRUE(ntk->test, list_empty(&qp->rx_post_q));
}

static void ntk_init_qp(struct kunit *test)
{
	struct ntb_transport_qp *qp = &ntk->qp;

	qp->transport = &ntk->nt;
	qp->ndev = &ntk->ntb;
	qp->qp_bit = 1;
	qp->rx_info = (void __iomem *)&ntk->rx_info;
	qp->rx_handler = ntk_rx_handler;
	qp->client_ready = true;
	spin_lock_init(&qp->ntb_rx_q_lock);
	spin_lock_init(&qp->ntb_tx_free_q_lock);
	INIT_LIST_HEAD(&qp->rx_post_q);
	INIT_LIST_HEAD(&qp->rx_pend_q);
	INIT_LIST_HEAD(&qp->rx_free_q);
	INIT_LIST_HEAD(&qp->tx_free_q);
	INIT_DELAYED_WORK(&qp->link_work, ntb_qp_link_work);
	tasklet_init(&qp->rxc_db_work, ntb_transport_rxc_db, (unsigned long)qp);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, ntk_free_entries,
							   NULL));
}

static void ntk_destroy_wq(void *unused)
{
	use_dma = false;
	cancel_delayed_work_sync(&ntk->copy_work);
	cancel_delayed_work_sync(&ntk->nt.link_work);
	cancel_delayed_work_sync(&ntk->qp.link_work);
	tasklet_kill(&ntk->qp.rxc_db_work);
	destroy_workqueue(ntk->nt.link_wq);
}

static void ntk_init_nt(struct kunit *test)
{
	struct ntb_transport_ctx *nt = &ntk->nt;

	nt->ndev = &ntk->ntb;
	mutex_init(&nt->mw_lock);
	mutex_init(&nt->qp_links_lock);
	nt->mw_vec = &ntk->mw;
	nt->mw_count = 1;
	nt->qp_vec = &ntk->qp;
	nt->qp_count = 1;
	nt->qp_bitmap = 1;
	INIT_DELAYED_WORK(&nt->link_work, ntb_transport_link_work);
	nt->link_wq = alloc_ordered_workqueue("ntk", 0);
	KUNIT_ASSERT_NOT_NULL(test, nt->link_wq);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, ntk_destroy_wq,
							   NULL));
}

static int ntk_init(struct kunit *test)
{
	ntk = kunit_kzalloc(test, sizeof(*ntk), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ntk);
	ntk->test = test;
	ntk->buf = kunit_kzalloc(test, NTK_PACKET, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ntk->buf);
	ntk_add_device(test, NTK_WINDOW, "ntk-window");
	ntk_add_device(test, NTK_OTHER, "ntk-other");
	kunit_activate_static_stub(test, dma_alias_map, ntk_alias_map);
	kunit_activate_static_stub(test, dma_alias_unmap, ntk_alias_unmap);

	ntk->ntb.dev.parent = ntk->dev[NTK_OTHER];
	ntk->ntb.dev.init_name = "ntk";
	ntk->ntb.ops = &ntk_ops;
	ntk->pdev.dev.init_name = "ntk-pci";
	ntk->ntb.pdev = &ntk->pdev;
	ntk->link = true;
	ntk->nr_spads = NTK_NR_SPADS;
	INIT_DELAYED_WORK(&ntk->copy_work, ntk_copy);
	ntk_init_qp(test);
	ntk_init_nt(test);
	return 0;
}

static struct kunit_case ntk_cases[] = {
	KUNIT_CASE(ntk_test_dma_dev_parent),
	KUNIT_CASE(ntk_test_dma_dev_named),
	KUNIT_CASE(ntk_test_dma_dev_reference),
	KUNIT_CASE_PARAM(ntk_test_window, ntk_window_gen_params),
	KUNIT_CASE(ntk_test_window_twice),
	KUNIT_CASE(ntk_test_window_not_cleared),
	KUNIT_CASE(ntk_test_rx_cpu),
	KUNIT_CASE(ntk_test_rx_same),
	KUNIT_CASE(ntk_test_rx_other),
	KUNIT_CASE_PARAM(ntk_test_rx_refused, ntk_refused_gen_params),
	KUNIT_CASE(ntk_test_rx_refused_once),
	KUNIT_CASE(ntk_test_rx_no_buffer),
	KUNIT_CASE(ntk_test_rx_late),
	KUNIT_CASE(ntk_test_rx_second_ring),
	KUNIT_CASE(ntk_test_rx_copy_fails),
	KUNIT_CASE_PARAM(ntk_test_rx_late_copy, ntk_engine_gen_params),
	KUNIT_CASE_PARAM(ntk_test_rx_late_release, ntk_engine_gen_params),
	KUNIT_CASE_PARAM(ntk_test_rx_stuck, ntk_engine_gen_params),
	KUNIT_CASE_PARAM(ntk_test_rx_stuck_release, ntk_engine_gen_params),
	KUNIT_CASE(ntk_test_rx_detached),
	KUNIT_CASE(ntk_test_rx_acked),
	KUNIT_CASE_PARAM(ntk_test_rx_header, ntk_header_gen_params),
	KUNIT_CASE(ntk_test_tx_room),
	KUNIT_CASE_PARAM(ntk_test_tx_late_copy, ntk_engine_gen_params),
	KUNIT_CASE(ntk_test_tx_down),
	KUNIT_CASE(ntk_test_tx_down_no_link),
	KUNIT_CASE_PARAM(ntk_test_peer_size, ntk_size_gen_params),
	KUNIT_CASE_PARAM(ntk_test_peer_spad, ntk_spad_gen_params),
	KUNIT_CASE(ntk_test_link_up_down),
	KUNIT_CASE(ntk_test_link_up_twice),
	KUNIT_CASE(ntk_test_link_flaps),
	KUNIT_CASE(ntk_test_link_flaps_up),
	KUNIT_CASE(ntk_test_link_no_ring),
	KUNIT_CASE(ntk_test_link_bad_peer),
	KUNIT_CASE(ntk_test_qp_link_down_frame),
	KUNIT_CASE(ntk_test_qp_not_ready),
	KUNIT_CASE(ntk_test_qp_freed),
	KUNIT_CASE_PARAM(ntk_test_msi_peer, ntk_msi_gen_params),
	KUNIT_CASE(ntk_test_msi_no_window),
	KUNIT_CASE(ntk_test_msi_no_vector),
	KUNIT_CASE(ntk_test_msi_doorbell),
	KUNIT_CASE_SLOW(ntk_test_random_peer),
	KUNIT_CASE_SLOW(ntk_test_random_ring),
	{ }
};

static struct kunit_suite ntk_suite = {
	.name = "ntb_transport",
	.init = ntk_init,
	.test_cases = ntk_cases,
};

kunit_test_suite(ntk_suite);
