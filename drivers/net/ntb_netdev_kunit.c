// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of ntb_netdev: the driver compiled a second time, on a transport
 * that is made up here. Its interface is never registered.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/ntb.h>

#define NNK_MTU		4000

struct nnk {
	struct net_device	*ndev;
	bool			link;
	unsigned int		queries;	/* of it */
	unsigned int		room;		/* free entries */
	unsigned int		sent;
	int			send_ret;
	struct sk_buff		*posted;	/* a buffer to receive to */
	unsigned int		posted_len;
	struct sk_buff		*received;
};

/* The driver's calls have no other way to it */
static struct nnk *nnk;

/* ---- the transport, and the stack ---- */

/* linux/ntb_transport.h comes with the driver, and only once */
struct ntb_transport_qp;

static bool nnk_link_query(struct ntb_transport_qp *qp)
{
	nnk->queries++;
	return nnk->link;
}

static unsigned int nnk_tx_free_entry(struct ntb_transport_qp *qp)
{
	return nnk->link ? nnk->room : 0;
}

static int nnk_tx_enqueue(struct ntb_transport_qp *qp, void *cb, void *data,
			  unsigned int len)
{
	if (nnk->send_ret)
		return nnk->send_ret;
	nnk->sent++;
	kfree_skb(cb);
	return 0;
}

static int nnk_rx_enqueue(struct ntb_transport_qp *qp, void *cb, void *data,
			  unsigned int len)
{
	nnk->posted = cb;
	nnk->posted_len = len;
	return 0;
}

static int nnk_rx(struct sk_buff *skb)
{
	nnk->received = skb;
	return NET_RX_SUCCESS;
}

/* Without a qdisc to schedule */
static void nnk_wake_queue(struct net_device *ndev)
{
	netif_start_queue(ndev);
}

#define ntb_transport_link_query	nnk_link_query
#define ntb_transport_tx_free_entry	nnk_tx_free_entry
#define ntb_transport_tx_enqueue	nnk_tx_enqueue
#define ntb_transport_rx_enqueue	nnk_rx_enqueue
#define netif_rx			nnk_rx
#define netif_wake_queue		nnk_wake_queue
#undef late_initcall
#define late_initcall(fn)		static initcall_t nnk_init_fn __maybe_unused = fn
#undef module_exit
#define module_exit(fn)			static exitcall_t nnk_exit_fn __maybe_unused = fn
#include "ntb_netdev.c"

/* ---- the tests ---- */

static void nnk_free_netdev(void *ndev)
{
	struct ntb_netdev *dev = netdev_priv(ndev);

	timer_delete_sync(&dev->tx_timer);
	free_netdev(ndev);
}

static int nnk_init(struct kunit *test)
{
	struct ntb_netdev *dev;

	nnk = kunit_kzalloc(test, sizeof(*nnk), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nnk);
	nnk->ndev = alloc_etherdev(sizeof(*dev));
	KUNIT_ASSERT_NOT_NULL(test, nnk->ndev);
	nnk->ndev->mtu = NNK_MTU;
	nnk->room = 100;
	nnk->link = true;
	/* The timer fires when a test says so */
	tx_time = 100 * USEC_PER_SEC;
	dev = netdev_priv(nnk->ndev);
	dev->ndev = nnk->ndev;
	timer_setup(&dev->tx_timer, ntb_netdev_tx_timer, 0);
	netif_start_queue(nnk->ndev);
	return kunit_add_action_or_reset(test, nnk_free_netdev, nnk->ndev);
}

static struct sk_buff *nnk_skb(struct kunit *test, unsigned int len)
{
	struct sk_buff *skb = netdev_alloc_skb(nnk->ndev, len);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	return skb;
}

static netdev_tx_t nnk_send(struct kunit *test)
{
	struct sk_buff *skb = nnk_skb(test, 100);
	netdev_tx_t ret;

	skb_put_zero(skb, 100);
	ret = ntb_netdev_start_xmit(skb, nnk->ndev);
	/* The stack keeps it, and tries again */
	if (ret == NETDEV_TX_BUSY)
		kfree_skb(skb);
	return ret;
}

static struct timer_list *nnk_timer(void)
{
	struct ntb_netdev *dev = netdev_priv(nnk->ndev);

	return &dev->tx_timer;
}

/* As if the time had passed */
static void nnk_timer_fires(void)
{
	timer_delete_sync(nnk_timer());
	ntb_netdev_tx_timer(nnk_timer());
}

static void nnk_test_send(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, NETDEV_TX_OK, nnk_send(test));
	KUNIT_EXPECT_EQ(test, 1, nnk->sent);
	KUNIT_EXPECT_FALSE(test, netif_queue_stopped(nnk->ndev));
	KUNIT_EXPECT_FALSE(test, timer_pending(nnk_timer()));
}

static void nnk_test_send_no_room(struct kunit *test)
{
	nnk->room = tx_stop - 1;
	KUNIT_EXPECT_EQ(test, NETDEV_TX_BUSY, nnk_send(test));
	KUNIT_EXPECT_EQ(test, 0, nnk->sent);
	KUNIT_EXPECT_TRUE(test, netif_queue_stopped(nnk->ndev));
	KUNIT_EXPECT_TRUE(test, timer_pending(nnk_timer()));

	nnk_timer_fires();
	KUNIT_EXPECT_TRUE(test, netif_queue_stopped(nnk->ndev));
	KUNIT_EXPECT_TRUE(test, timer_pending(nnk_timer()));

	nnk->room = tx_start;
	nnk_timer_fires();
	KUNIT_EXPECT_FALSE(test, netif_queue_stopped(nnk->ndev));
	KUNIT_EXPECT_FALSE(test, timer_pending(nnk_timer()));
}

static const struct nnk_query_case {
	const char	*name;
	unsigned int	room;
	bool		link;
	bool		stopped;
	unsigned int	sent;		/* queries when a packet is sent */
	unsigned int	done;		/* when it is done */
	unsigned int	timer;		/* when the timer fires */
} nnk_query_cases[] = {
	{ "room", 100, true, false, 0, 0, 0 },
	{ "room for one", 1, true, false, 1, 0, 1 },
	{ "no room", 0, true, false, 1, 0, 1 },
	{ "no link", 100, false, false, 1, 0, 1 },
	{ "stopped, room", 100, true, true, 0, 1, 1 },
	{ "stopped, no link", 100, false, true, 0, 0, 1 },
};

KUNIT_ARRAY_PARAM_DESC(nnk_query, nnk_query_cases, name);

/* The link is asked for only where it decides something, and only once */
static void nnk_test_queries(struct kunit *test)
{
	const struct nnk_query_case *c = test->param_value;
	struct ntb_netdev *dev = netdev_priv(nnk->ndev);

	nnk->room = c->room;
	nnk->link = c->link;
	if (c->stopped)
		netif_stop_queue(nnk->ndev);
	nnk_send(test);
	KUNIT_EXPECT_EQ(test, c->sent, nnk->queries);

	nnk->queries = 0;
	ntb_netdev_tx_handler(dev->qp, nnk->ndev, nnk_skb(test, 100), 100);
	KUNIT_EXPECT_EQ(test, c->done, nnk->queries);

	nnk->queries = 0;
	if (c->stopped)
		netif_stop_queue(nnk->ndev);
	nnk_timer_fires();
	KUNIT_EXPECT_EQ(test, c->timer, nnk->queries);
}

/* The packet is lost, rather than asked about until there is a link */
static void nnk_test_send_no_link(struct kunit *test)
{
	nnk->link = false;
	KUNIT_EXPECT_EQ(test, NETDEV_TX_OK, nnk_send(test));
	KUNIT_EXPECT_EQ(test, 0, nnk->sent);
	KUNIT_EXPECT_EQ(test, 1, nnk->ndev->stats.tx_dropped);
	KUNIT_EXPECT_FALSE(test, timer_pending(nnk_timer()));
}

/* The queue is stopped when the link goes down: only the link wakes it */
static void nnk_test_link_down_stopped(struct kunit *test)
{
	struct ntb_netdev *dev = netdev_priv(nnk->ndev);

	nnk->room = 0;
	KUNIT_EXPECT_EQ(test, NETDEV_TX_BUSY, nnk_send(test));
	KUNIT_EXPECT_TRUE(test, netif_queue_stopped(nnk->ndev));

	nnk->link = false;
	ntb_netdev_event_handler(nnk->ndev, 0);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(nnk->ndev));
	nnk_timer_fires();
	KUNIT_EXPECT_FALSE(test, timer_pending(nnk_timer()));
	/* A packet under way at that time comes back */
	ntb_netdev_tx_handler(dev->qp, nnk->ndev, nnk_skb(test, 100), 0);
	KUNIT_EXPECT_TRUE(test, netif_queue_stopped(nnk->ndev));

	nnk->link = true;
	nnk->room = 100;
	ntb_netdev_event_handler(nnk->ndev, 1);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(nnk->ndev));
	KUNIT_EXPECT_FALSE(test, netif_queue_stopped(nnk->ndev));
}

/* An event that is late: the link is down again */
static void nnk_test_link_up_late(struct kunit *test)
{
	netif_carrier_off(nnk->ndev);
	netif_stop_queue(nnk->ndev);
	nnk->link = false;
	ntb_netdev_event_handler(nnk->ndev, 1);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(nnk->ndev));
	KUNIT_EXPECT_TRUE(test, netif_queue_stopped(nnk->ndev));
}

static const struct nnk_rx_case {
	const char	*name;
	unsigned int	copybreak;
	int		len;
	bool		copied;
} nnk_rx_cases[] = {
	{ "header only", 256, ETH_HLEN, true },
	{ "acknowledgment", 256, 54, true },
	{ "as long as copybreak", 256, 256, true },
	{ "longer than copybreak", 256, 257, false },
	{ "full MTU", 256, NNK_MTU + ETH_HLEN, false },
	{ "no copybreak", 0, 54, false },
	{ "all are copied", NNK_MTU + ETH_HLEN, NNK_MTU + ETH_HLEN, true },
};

KUNIT_ARRAY_PARAM_DESC(nnk_rx, nnk_rx_cases, name);

static void nnk_test_rx(struct kunit *test)
{
	const struct nnk_rx_case *c = test->param_value;
	struct sk_buff *skb = nnk_skb(test, NNK_MTU + ETH_HLEN);
	unsigned int old = copybreak;
	u8 *data;
	int i;

	data = kunit_kmalloc(test, c->len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, data);
	for (i = 0; i < c->len; i++)
		data[i] = i * 7 + 2;
	memcpy(skb->data, data, c->len);

	copybreak = c->copybreak;
	ntb_netdev_rx_handler(NULL, nnk->ndev, skb, c->len);
	copybreak = old;

	KUNIT_EXPECT_EQ(test, c->copied, nnk->posted == skb);
	KUNIT_EXPECT_EQ(test, c->copied, nnk->received != skb);
	KUNIT_EXPECT_EQ(test, NNK_MTU + ETH_HLEN, nnk->posted_len);
	/* The posted skb is empty and has room for a full MTU */
	KUNIT_EXPECT_EQ(test, 0, nnk->posted->len);
	KUNIT_EXPECT_GE(test, skb_tailroom(nnk->posted), NNK_MTU + ETH_HLEN);

	KUNIT_EXPECT_EQ(test, c->len - ETH_HLEN, nnk->received->len);
	KUNIT_EXPECT_EQ(test, 0, memcmp(skb_mac_header(nnk->received), data,
					c->len));
	/* The socket is charged truesize */
	if (c->copied && c->len < 1000)
		KUNIT_EXPECT_LE(test, nnk->received->truesize, 2048);
	KUNIT_EXPECT_EQ(test, 1, nnk->ndev->stats.rx_packets);
	KUNIT_EXPECT_EQ(test, c->len, nnk->ndev->stats.rx_bytes);
	kfree_skb(nnk->received);
	kfree_skb(nnk->posted);
}

/* An error, or a frame without a whole header */
static const int nnk_rx_errors[] = { -EIO, INT_MIN, 0, 1, ETH_HLEN - 1 };

static void nnk_test_rx_error(struct kunit *test)
{
	struct sk_buff *skb = nnk_skb(test, NNK_MTU + ETH_HLEN);
	int i;

	for (i = 0; i < ARRAY_SIZE(nnk_rx_errors); i++) {
		nnk->posted = NULL;
		ntb_netdev_rx_handler(NULL, nnk->ndev, skb, nnk_rx_errors[i]);
		KUNIT_EXPECT_PTR_EQ(test, skb, nnk->posted);
		KUNIT_EXPECT_NULL(test, nnk->received);
		KUNIT_EXPECT_EQ(test, 0, skb->len);
		KUNIT_EXPECT_EQ(test, i + 1, nnk->ndev->stats.rx_errors);
	}
	KUNIT_EXPECT_EQ(test, 0, nnk->ndev->stats.rx_packets);
	kfree_skb(skb);
}

static struct kunit_case nnk_cases[] = {
	KUNIT_CASE(nnk_test_send),
	KUNIT_CASE(nnk_test_send_no_room),
	KUNIT_CASE(nnk_test_send_no_link),
	KUNIT_CASE_PARAM(nnk_test_queries, nnk_query_gen_params),
	KUNIT_CASE(nnk_test_link_down_stopped),
	KUNIT_CASE(nnk_test_link_up_late),
	KUNIT_CASE_PARAM(nnk_test_rx, nnk_rx_gen_params),
	KUNIT_CASE(nnk_test_rx_error),
	{ }
};

static struct kunit_suite nnk_suite = {
	.name = "ntb_netdev_kunit",
	.init = nnk_init,
	.test_cases = nnk_cases,
};

kunit_test_suite(nnk_suite);
