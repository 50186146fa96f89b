// SPDX-License-Identifier: GPL-2.0
/*
 * Receives Ethernet frames of the local experimental type on an interface and
 * writes what follows their headers to standard output:
 *
 *	ntb_frames INTERFACE FRAMES SECONDS
 *
 * It says "ready" on standard error when it listens, and fails if the frames do
 * not come in time. Or it sends so many frames, each with a payload of LENGTH bytes
 * from standard input, or of zeros when that has ended:
 *
 *	ntb_frames -s INTERFACE FRAMES LENGTH
 *
 * Or it is the host that receives what ntb_netdev sent. Standard input is the ring of
 * SLOTS slots of SIZE bytes in the host's memory, and FIRST the number of the first
 * frame that the host has not read. It writes the payloads of the frames from there
 * on to standard output, and the number of the next one to standard error:
 *
 *	ntb_frames -r SLOTS SIZE FIRST
 */
#include <arpa/inet.h>
#include <endian.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#define FRAME_TYPE	0x88b5

/* The header of frames that are sent */
static const unsigned char header[ETH_HLEN] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 2,
	FRAME_TYPE >> 8, FRAME_TYPE & 0xff,
};

/* Not by if_nametoindex(), which needs sockets of other families */
static int bind_to(const char *interface)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(FRAME_TYPE),
	};
	struct ifreq ifr = {};
	int fd;

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", interface);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || ioctl(fd, SIOCGIFINDEX, &ifr)) {
		perror(interface);
		exit(1);
	}
	addr.sll_ifindex = ifr.ifr_ifindex;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		perror("bind");
		exit(1);
	}
	return fd;
}

/* One frame's payload to standard output; how much, or -1 when there is none */
static int copy_frame(int fd, int ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char frame[65536];
	ssize_t len;

	if (ms <= 0 || poll(&poll_fd, 1, ms) <= 0)
		return -1;
	len = recv(fd, frame, sizeof(frame), 0);
	if (len < ETH_HLEN)
		return -1;
	len -= ETH_HLEN;
	return write(STDOUT_FILENO, frame + ETH_HLEN, len) == len ? 0 : -1;
}

static int send_frames(const char *interface, int frames, size_t len)
{
	int fd = bind_to(interface);
	unsigned char frame[2048];

	if (len > sizeof(frame) - ETH_HLEN)
		return 2;
	memcpy(frame, header, ETH_HLEN);
	for (; frames; frames--) {
		memset(frame + ETH_HLEN, 0, len);
		if (!fread(frame + ETH_HLEN, 1, len, stdin) && ferror(stdin))
			return 1;
		if (send(fd, frame, ETH_HLEN + len, 0) < 0) {
			perror("send");
			return 1;
		}
	}
	return 0;
}

/* ntb_transport writes this to the end of a slot, little endian */
struct slot_end {
	uint32_t number;
	uint32_t len;
	uint32_t flags;
};

#define SLOT_DONE	1

static int read_ring(unsigned int slots, size_t size, uint32_t first)
{
	unsigned char *ring = calloc(slots, size), *slot;
	struct slot_end end;
	uint32_t n, len;

	if (!ring || size < sizeof(end) || fread(ring, size, slots, stdin) != slots) {
		fprintf(stderr, "no ring\n");
		return 1;
	}
	for (n = first; n < first + slots; n++) {
		slot = ring + n % slots * size;
		memcpy(&end, slot + size - sizeof(end), sizeof(end));
		if (le32toh(end.flags) != SLOT_DONE || le32toh(end.number) != n)
			break;
		len = le32toh(end.len);
		if (len > size - sizeof(end)) {
			fprintf(stderr, "frame %u has %u bytes\n", n, len);
			return 1;
		}
		/* There can be others, of the network stack */
		if (len >= ETH_HLEN && !memcmp(slot, header, ETH_HLEN))
			fwrite(slot + ETH_HLEN, 1, len - ETH_HLEN, stdout);
	}
	free(ring);
	fprintf(stderr, "%u\n", n);
	return 0;
}

int main(int argc, char **argv)
{
	int fd, frames, wanted;
	time_t end;

	if (argc == 5 && !strcmp(argv[1], "-s"))
		return send_frames(argv[2], atoi(argv[3]), atoi(argv[4]));
	if (argc == 5 && !strcmp(argv[1], "-r"))
		return read_ring(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
	if (argc != 4) {
		fprintf(stderr,
			"usage: %s INTERFACE FRAMES SECONDS\n"
			"       %s -s INTERFACE FRAMES LENGTH\n"
			"       %s -r SLOTS SIZE FIRST\n",
			argv[0], argv[0], argv[0]);
		return 2;
	}
	fd = bind_to(argv[1]);
	wanted = atoi(argv[2]);
	end = time(NULL) + atoi(argv[3]);
	fprintf(stderr, "ready\n");

	for (frames = 0; frames < wanted; frames++)
		if (copy_frame(fd, (end - time(NULL)) * 1000) < 0)
			break;
	fprintf(stderr, "%d of %d frames\n", frames, wanted);
	return frames < wanted;
}
