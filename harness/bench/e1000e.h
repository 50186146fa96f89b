/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Put before drivers/net/ethernet/intel/e1000e/netdev.c of the base and of the series: what a frame
 * costs that driver, without the stack. An MTU written to /sys/module/e1000e/parameters/bench sends
 * frames from the first card to the second, and puts the figures in the kernel's log:
 *
 *   e1000e_tx   map: e1000_xmit_frame(); unmap: e1000_clean_tx_irq()
 *   e1000e_rx   map: a new buffer, its memory as well; unmap: the rest of the card's clean_rx()
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include "rounds.h"

/* Where the driver hands frames to the stack */
static struct sk_buff_head bench_received;
#define napi_gro_receive(napi, skb)	__skb_queue_tail(&bench_received, skb)

/* At the end of the driver, see below: the card after that of DEV, and the steps of a frame */
static struct device *bench_next_card(struct device *dev);
static void bench_send(struct net_device *netdev, struct sk_buff *skb);
static void bench_clean_sent(struct net_device *netdev);
static int bench_receive(struct net_device *netdev, u64 *refilling);

static int bench_up(struct net_device *netdev, unsigned int mtu)
{
	int error = 0;

	rtnl_lock();
	if (netdev->mtu != mtu)
		error = dev_set_mtu(netdev, mtu);
	if (!error && !(netdev->flags & IFF_UP))
		error = dev_open(netdev, NULL);
	rtnl_unlock();
	return error ?: netif_carrier_ok(netdev) ? 0 : -EAGAIN;
}

/* The first round is to have all memory that is needed allocated */
static int bench_frames(struct net_device *near, struct net_device *far, unsigned int size)
{
	static u64 times[4][BENCH_ROUNDS + 1];
	struct sk_buff *skb = alloc_skb(size, GFP_KERNEL);
	int received = BENCH_COUNT;
	unsigned long flags;
	u64 t[4];

	if (!skb)
		return -ENOMEM;
	memset(skb_put(skb, size), 0xff, size);
	for (int round = 0; round <= BENCH_ROUNDS && received == BENCH_COUNT; round++) {
		local_irq_save(flags);
		t[0] = ktime_get_ns();
		for (int i = 0; i < BENCH_COUNT; i++)
			bench_send(near, skb_get(skb));
		t[1] = ktime_get_ns();
		bench_clean_sent(near);
		t[2] = ktime_get_ns();
		received = bench_receive(far, &times[2][round]);
		t[3] = ktime_get_ns();
		local_irq_restore(flags);
		times[0][round] = t[1] - t[0];
		times[1][round] = t[2] - t[1];
		times[3][round] = t[3] - t[2] - times[2][round];
		__skb_queue_purge(&bench_received);
	}
	kfree_skb(skb);
	if (received != BENCH_COUNT)
		return -EIO;
	bench_print("e1000e_tx", size, 1, "map", times[0] + 1);
	bench_print("e1000e_tx", size, 1, "unmap", times[1] + 1);
	bench_print("e1000e_rx", size, 1, "map", times[2] + 1);
	bench_print("e1000e_rx", size, 1, "unmap", times[3] + 1);
	return 0;
}

/*
 * Frames copied on receipt, and frames that fill a buffer. With a large MTU one is split: the first
 * 128 bytes, and pages. If it ends in the first page, that page is copied from, and stays mapped.
 */
static int bench_set(const char *val, const struct kernel_param *kp)
{
	struct device *near_dev = bench_next_card(NULL), *far_dev = bench_next_card(near_dev);
	struct net_device *near, *far;
	unsigned int mtu;
	int error;

	if (!far_dev)
		return -ENODEV;
	near = pci_get_drvdata(to_pci_dev(near_dev));
	far = pci_get_drvdata(to_pci_dev(far_dev));
	__skb_queue_head_init(&bench_received);
	error = kstrtouint(val, 0, &mtu) ?: bench_up(near, mtu) ?: bench_up(far, mtu);
	if (!error)
		error = bench_frames(near, far, mtu > ETH_DATA_LEN ? 300 : ETH_ZLEN);
	return error ?: bench_frames(near, far, mtu + ETH_HLEN);
}

static const struct kernel_param_ops bench_ops = { .set = bench_set };
module_param_cb(bench, &bench_ops, NULL, 0200);

/* Only known at the end of the driver, where this stands */
#undef module_exit
#define module_exit(fn)									\
	__exitcall(fn);									\
	static struct device *bench_next_card(struct device *dev)			\
	{										\
		struct device *next = driver_find_next_device(&e1000_driver.driver, dev);	\
											\
		put_device(next);							\
		return next;								\
	}										\
	static void bench_send(struct net_device *netdev, struct sk_buff *skb)		\
	{										\
		e1000_xmit_frame(skb, netdev);						\
	}										\
	static void bench_clean_sent(struct net_device *netdev)				\
	{										\
		struct e1000_adapter *adapter = netdev_priv(netdev);			\
											\
		e1000_clean_tx_irq(adapter->tx_ring);					\
	}										\
	static void (*bench_refill)(struct e1000_ring *ring, int count, gfp_t gfp);	\
	static u64 bench_refilling;							\
	static void bench_timed_refill(struct e1000_ring *ring, int count, gfp_t gfp)	\
	{										\
		u64 start = ktime_get_ns();						\
											\
		bench_refill(ring, count, gfp);						\
		bench_refilling += ktime_get_ns() - start;				\
	}										\
	static int bench_receive(struct net_device *netdev, u64 *refilling)		\
	{										\
		struct e1000_adapter *adapter = netdev_priv(netdev);			\
		int received = 0;							\
											\
		bench_refill = adapter->alloc_rx_buf;					\
		bench_refilling = 0;							\
		adapter->alloc_rx_buf = bench_timed_refill;				\
		adapter->clean_rx(adapter->rx_ring, &received, BENCH_COUNT);		\
		adapter->alloc_rx_buf = bench_refill;					\
		*refilling = bench_refilling;						\
		return received;							\
	}
