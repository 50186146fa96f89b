// SPDX-License-Identifier: GPL-2.0
/*
 * wire IF1 IF2 MTU [patient]: frames from each of two network cards to the other one, of all sizes
 * up to the MTU, made of memory in several ways, and TCP that the card cuts into segments. Data
 * that arrives is compared with what was sent.
 *
 * A frame that is lost is a failure, or if patient, sent again: then cards may go down and come up,
 * and memory may be short. There are fewer frames then.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define BURST		16
#define MAX_FRAME	16384
#define BLOCK		(4 * MAX_FRAME)
#define PATIENCE	100		/* seconds */
#define CHECKSUM	(offsetof(struct frame, udp.check))
/* Data in one IP packet */
#define MAX_STREAM	(65535 - sizeof(struct iphdr) - sizeof(struct tcphdr))

/*
 * flat: in one piece. paged: all but the headers in pages. summed: as well, and the card makes the
 * checksum. mapped: in the pages of a ring that is shared with the kernel, anywhere in them.
 */
enum way { FLAT, PAGED, SUMMED, MAPPED, WAYS };
static const char *const way_names[] = { "flat", "paged", "summed", "mapped" };

struct headers {
	struct ether_header eth;
	struct iphdr ip;
} __attribute__((packed));

struct frame {
	struct headers h;
	struct udphdr udp;
	uint32_t number;
	uint8_t data[];
} __attribute__((packed));

/* All data at once as it is sent, a piece of it as it arrives */
struct segment {
	struct headers h;
	struct tcphdr tcp;
	uint8_t data[];
} __attribute__((packed));

static struct card {
	const char *name;
	int index;
	uint8_t mac[6];
	int receives, sends[WAYS];
	uint8_t *ring;
	unsigned int slot;
} cards[2];

static uint8_t noise[2 * MAX_FRAME + 65536];
static int patient;
static unsigned int lost;
static unsigned long frames, bytes;

static void die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

static int may_pass(void)
{
	return patient && (errno == ENETDOWN || errno == ENOBUFS || errno == EAGAIN ||
			   errno == ENOMEM || errno == ENXIO);
}

static int open_socket(const struct card *c, int protocol)
{
	struct sockaddr_ll a = {
		.sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = c->index,
	};
	int s = socket(AF_PACKET, SOCK_RAW, 0);

	if (s < 0 || bind(s, (void *)&a, sizeof(a)))
		die(c->name);
	return s;
}

static void option(int s, int level, int name, const void *value, socklen_t size)
{
	if (setsockopt(s, level, name, value, size))
		die("setsockopt");
}

/* if_nametoindex() needs UNIX or INET sockets. */
static int index_of(const char *name)
{
	int s = socket(AF_PACKET, SOCK_RAW, 0);
	struct ifreq r = {};

	strncpy(r.ifr_name, name, IFNAMSIZ - 1);
	if (s < 0 || ioctl(s, SIOCGIFINDEX, &r))
		die(name);
	close(s);
	return r.ifr_ifindex;
}

static void open_card(struct card *c, const char *name)
{
	struct tpacket_req ring = {
		.tp_block_size = BLOCK, .tp_block_nr = 4,
		.tp_frame_size = MAX_FRAME, .tp_frame_nr = BURST,
	};
	struct timeval wait = { .tv_usec = 200000 };
	int version = TPACKET_V2, on = 1, room = 4 << 20;
	struct ifreq r = {};

	c->name = name;
	c->index = index_of(name);
	c->receives = open_socket(c, ETHERTYPE_IP);
	option(c->receives, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	option(c->receives, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	strncpy(r.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(c->receives, SIOCGIFHWADDR, &r))
		die(name);
	memcpy(c->mac, r.ifr_hwaddr.sa_data, sizeof(c->mac));

	c->sends[FLAT] = open_socket(c, 0);
	c->sends[PAGED] = open_socket(c, 0);
	option(c->sends[PAGED], SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on));
	c->sends[SUMMED] = c->sends[PAGED];
	c->sends[MAPPED] = open_socket(c, 0);
	option(c->sends[MAPPED], SOL_PACKET, PACKET_VERSION, &version, sizeof(version));
	option(c->sends[MAPPED], SOL_PACKET, PACKET_TX_HAS_OFF, &on, sizeof(on));
	option(c->sends[MAPPED], SOL_PACKET, PACKET_TX_RING, &ring, sizeof(ring));
	c->ring = mmap(NULL, BURST * MAX_FRAME, PROT_READ | PROT_WRITE, MAP_SHARED,
		       c->sends[MAPPED], 0);
	if (c->ring == MAP_FAILED)
		die("ring");
}

static uint32_t add(uint32_t sum, const void *data, size_t size)
{
	const uint8_t *b = data;

	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? b[i] : b[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* The checksum of UDP and TCP covers this too. The IP addresses, which it has as well, are 0. */
static uint32_t pseudo_header(uint8_t protocol, size_t size)
{
	uint16_t words[] = { htons(protocol), htons(size) };

	return add(0, words, sizeof(words));
}

static int has_right_checksum(const struct headers *h)
{
	size_t size = ntohs(h->ip.tot_len) - sizeof(h->ip);

	return add(pseudo_header(h->ip.protocol, size), h + 1, size) == 0xffff;
}

static void make_headers(struct headers *h, const struct card *from, const struct card *to,
			 uint8_t protocol, size_t size)
{
	memset(h, 0, sizeof(*h));
	memcpy(h->eth.ether_dhost, to->mac, sizeof(to->mac));
	memcpy(h->eth.ether_shost, from->mac, sizeof(from->mac));
	h->eth.ether_type = htons(ETHERTYPE_IP);
	h->ip.version = 4;
	h->ip.ihl = 5;
	h->ip.ttl = 1;
	h->ip.protocol = protocol;
	h->ip.tot_len = htons(size - sizeof(h->eth));
}

/* The same for the same number */
static void make_frame(struct frame *f, const struct card *from, const struct card *to,
		       uint32_t number, size_t size)
{
	size_t udp_size = size - offsetof(struct frame, udp);

	make_headers(&f->h, from, to, IPPROTO_UDP, size);
	memset(&f->udp, 0, sizeof(f->udp));
	f->udp.len = htons(udp_size);
	f->udp.check = htons(pseudo_header(IPPROTO_UDP, udp_size));
	f->number = number;
	memcpy(f->data, noise + number * 257 % MAX_FRAME, size - sizeof(*f));
}

static int send_vnet(int s, struct virtio_net_hdr *h, const void *f, size_t size)
{
	struct iovec iov[] = { { h, sizeof(*h) }, { (void *)f, size } };

	return writev(s, iov, 2) == (ssize_t)(size + sizeof(*h)) ? 0 : -1;
}

static int send_paged(const struct card *c, const struct frame *f, size_t size, enum way way)
{
	struct virtio_net_hdr h = { .hdr_len = sizeof(*f) };

	if (way == SUMMED) {
		h.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		h.csum_start = offsetof(struct frame, udp);
		h.csum_offset = offsetof(struct udphdr, check);
	}
	return send_vnet(c->sends[way], &h, f, size);
}

static int send_mapped(struct card *c, const struct frame *f, size_t size)
{
	struct tpacket2_hdr *h = (void *)(c->ring + c->slot * MAX_FRAME);

	if (h->tp_status != TP_STATUS_AVAILABLE && h->tp_status != TP_STATUS_WRONG_FORMAT) {
		errno = ENOBUFS;
		return -1;
	}
	h->tp_mac = h->tp_net = TPACKET2_HDRLEN + c->slot * 331 % 4096;
	h->tp_len = size;
	memcpy((uint8_t *)h + h->tp_mac, f, size);
	h->tp_status = TP_STATUS_SEND_REQUEST;
	c->slot = (c->slot + 1) % BURST;
	return send(c->sends[MAPPED], NULL, 0, 0) < 0 ? -1 : 0;
}

static void send_frame(struct card *c, const struct frame *f, size_t size, enum way way)
{
	int rc;

	if (way == FLAT)
		rc = send(c->sends[way], f, size, 0) == (ssize_t)size ? 0 : -1;
	else if (way == MAPPED)
		rc = send_mapped(c, f, size);
	else
		rc = send_paged(c, f, size, way);
	if (rc && !may_pass())
		die(way_names[way]);
}

static void compare(const uint8_t *got, const uint8_t *sent, size_t size, enum way way)
{
	if (way == SUMMED && !has_right_checksum((const struct headers *)got)) {
		printf("%s frame of %zu: wrong checksum\n", way_names[way], size);
		exit(1);
	}
	for (size_t i = 0; i < size; i++) {
		if (got[i] == sent[i] || (way == SUMMED && i - CHECKSUM < 2))
			continue;
		printf("%s frame of %zu: byte %zu is %02x instead of %02x\n", way_names[way], size,
		       i, got[i], sent[i]);
		exit(1);
	}
}

struct burst {
	struct card *from, *to;
	enum way way;
	uint32_t first;
	unsigned int nr;
	size_t sizes[BURST];
	int arrived[BURST];
};

static void send_burst(const struct burst *b)
{
	static uint8_t buffer[MAX_FRAME];
	struct frame *f = (void *)buffer;

	for (unsigned int i = 0; i < b->nr; i++) {
		if (b->arrived[i])
			continue;
		make_frame(f, b->from, b->to, b->first + i, b->sizes[i]);
		send_frame(b->from, f, b->sizes[i], b->way);
	}
}

/* Its length, or less than 0 if no more come */
static ssize_t receive(const struct card *c, uint8_t got[MAX_FRAME])
{
	ssize_t n = recv(c->receives, got, MAX_FRAME, 0);

	if (n < 0 && errno != EAGAIN && !may_pass())
		die("receive");
	return n;
}

/* False if no more come */
static int receive_frame(struct burst *b)
{
	static uint8_t got[MAX_FRAME], sent[MAX_FRAME];
	const struct frame *f = (void *)got;
	ssize_t n = receive(b->to, got);
	unsigned int i;

	if (n < 0)
		return 0;
	i = n < (ssize_t)sizeof(*f) || f->h.ip.protocol != IPPROTO_UDP ? BURST :
		f->number - b->first;
	if (i >= b->nr)		/* one that was sent twice */
		return 1;
	if ((size_t)n != b->sizes[i]) {
		printf("%zd bytes instead of %zu\n", n, b->sizes[i]);
		exit(1);
	}
	make_frame((void *)sent, b->from, b->to, f->number, n);
	compare(got, sent, n, b->way);
	b->arrived[i] = 1;
	return 1;
}

static int has_arrived(const struct burst *b)
{
	for (unsigned int i = 0; i < b->nr; i++)
		if (!b->arrived[i])
			return 0;
	return 1;
}

static void exchange(struct burst *b)
{
	time_t end = time(NULL) + PATIENCE;

	send_burst(b);
	while (!has_arrived(b)) {
		if (receive_frame(b))
			continue;
		if (patient) {
			send_burst(b);
			lost++;
		}
		if (time(NULL) > end) {
			printf("%s to %s, %s: frames up to %zu bytes do not arrive\n",
			       b->from->name, b->to->name, way_names[b->way],
			       b->sizes[b->nr - 1]);
			exit(1);
		}
	}
	for (unsigned int i = 0; i < b->nr; i++)
		bytes += b->sizes[i];
	frames += b->nr;
	b->first += b->nr;
	b->nr = 0;
	memset(b->arrived, 0, sizeof(b->arrived));
}

static int is_near(size_t size, size_t limit)
{
	return size + 6 >= limit && size < limit + 6;
}

/* One by one around the sizes up to which the driver copies what it has received */
static size_t next_size(size_t size)
{
	if (!patient && (is_near(size, 128) || is_near(size, 256)))
		return size + 1;
	return size + (size < 320 ? 10 : size < 1600 ? 71 : 181) * (patient ? 4 : 1);
}

static void all_sizes(struct card *from, struct card *to, enum way way, size_t most)
{
	static uint32_t number;
	struct burst b = { .from = from, .to = to, .way = way, .first = number };

	for (size_t size = ETHER_MIN_LEN - ETHER_CRC_LEN; size < most; size = next_size(size)) {
		b.sizes[b.nr++] = size;
		if (b.nr == BURST)
			exchange(&b);
	}
	b.sizes[b.nr++] = most;
	exchange(&b);
	number = b.first;
}

/*
 * Data of TCP, without a connection, that the card cuts into segments of mss bytes. QEMU does since
 * 8.0; before that, it makes fragments of IP of about that size.
 */
struct stream {
	struct card *from, *to;
	uint16_t id;		/* of IP, of the first segment */
	size_t size, mss, arrived;
	uint8_t has[65536];
};

#define MAX_SEGMENTS	512

static void send_stream(const struct stream *s)
{
	static uint8_t buffer[sizeof(struct segment) + 65536];
	struct virtio_net_hdr h = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.hdr_len = sizeof(struct segment), .gso_size = s->mss,
		.csum_start = offsetof(struct segment, tcp),
		.csum_offset = offsetof(struct tcphdr, check),
	};
	struct segment *f = (void *)buffer;
	size_t size = sizeof(*f) + s->size;

	make_headers(&f->h, s->from, s->to, IPPROTO_TCP, size);
	f->h.ip.id = htons(s->id);
	memset(&f->tcp, 0, sizeof(f->tcp));
	f->tcp.doff = sizeof(f->tcp) / 4;
	f->tcp.ack = 1;
	f->tcp.check = htons(pseudo_header(IPPROTO_TCP, size - sizeof(f->h)));
	memcpy(f->data, noise + s->size % MAX_FRAME, s->size);
	if (send_vnet(s->from->sends[PAGED], &h, f, size) && !may_pass())
		die("stream");
}

static void check_segment(struct stream *s, const struct segment *f)
{
	size_t size = ntohs(f->h.ip.tot_len) - sizeof(f->h.ip);
	unsigned int fragment = ntohs(f->h.ip.frag_off);
	const void *data = &f->tcp;
	size_t offset;
	int is_right = add(0, &f->h.ip, sizeof(f->h.ip)) == 0xffff;

	if (fragment & IP_OFFMASK) {
		offset = (fragment & IP_OFFMASK) * 8 - sizeof(f->tcp);
	} else {
		offset = ntohl(f->tcp.seq);
		size -= sizeof(f->tcp);
		data = f->data;
	}
	if (!(fragment & (IP_OFFMASK | IP_MF)))
		is_right &= has_right_checksum(&f->h) && size <= s->mss;
	if (!is_right || offset >= s->size || size > s->size - offset ||
	    memcmp(data, noise + s->size % MAX_FRAME + offset, size)) {
		printf("%zu bytes at %zu of %zu, mss %zu: wrong %s\n", size, offset, s->size,
		       s->mss, is_right ? "data" : "headers");
		exit(1);
	}
	s->arrived += s->has[offset] ? 0 : size;
	frames += !s->has[offset];
	s->has[offset] = 1;
}

/* False if no more come */
static int receive_segment(struct stream *s)
{
	static uint8_t got[MAX_FRAME];
	const struct segment *f = (void *)got;
	ssize_t n = receive(s->to, got);

	if (n < 0)
		return 0;
	if (n >= (ssize_t)sizeof(*f) && f->h.ip.protocol == IPPROTO_TCP &&
	    (uint16_t)(ntohs(f->h.ip.id) - s->id) < MAX_SEGMENTS)
		check_segment(s, f);
	return 1;
}

static void exchange_stream(struct card *from, struct card *to, size_t size, size_t mss)
{
	static struct stream s;
	static uint16_t id;
	time_t end = time(NULL) + PATIENCE;

	s = (struct stream) {
		.from = from, .to = to, .id = id, .size = size, .mss = mss,
	};
	id += MAX_SEGMENTS;
	send_stream(&s);
	while (s.arrived < size) {
		if (receive_segment(&s))
			continue;
		if (patient) {
			send_stream(&s);
			lost++;
		}
		if (time(NULL) > end) {
			printf("%s to %s: %zu of %zu bytes arrived, mss %zu\n", from->name,
			       to->name, s.arrived, size, mss);
			exit(1);
		}
	}
	bytes += size;
}

static void all_streams(struct card *from, struct card *to, size_t mtu)
{
	size_t most = mtu - sizeof(struct iphdr) - sizeof(struct tcphdr);

	exchange_stream(from, to, most + 1, most);
	exchange_stream(from, to, 20000, most);
	exchange_stream(from, to, MAX_STREAM, most);
	exchange_stream(from, to, 10000, 200);
}

int main(int argc, char **argv)
{
	size_t most;

	if (argc < 4)
		return 2;
	most = atoi(argv[3]) + sizeof(struct ether_header);
	patient = argc > 4;
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = random() >> 8;
	open_card(&cards[0], argv[1]);
	open_card(&cards[1], argv[2]);
	for (enum way way = 0; way < WAYS; way++) {
		all_sizes(&cards[0], &cards[1], way, most);
		all_sizes(&cards[1], &cards[0], way, most);
	}
	all_streams(&cards[0], &cards[1], atoi(argv[3]));
	all_streams(&cards[1], &cards[0], atoi(argv[3]));
	printf("%lu frames, %lu bytes, %u bursts sent again\n", frames, bytes, lost);
	return 0;
}
