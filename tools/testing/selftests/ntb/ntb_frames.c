// SPDX-License-Identifier: GPL-2.0
/*
 * Receives Ethernet frames of the local experimental type on an interface and
 * writes what follows their headers to standard output:
 *
 *	ntb_frames INTERFACE FRAMES SECONDS
 *
 * It says "ready" on standard error when it listens, and fails if the frames do
 * not come in time. Or it sends so many frames, with a payload of LENGTH bytes:
 *
 *	ntb_frames -s INTERFACE FRAMES LENGTH
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
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
	unsigned char frame[2048] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 2,
		FRAME_TYPE >> 8, FRAME_TYPE & 0xff,
	};

	if (len > sizeof(frame) - ETH_HLEN)
		return 2;
	for (; frames; frames--) {
		if (send(fd, frame, ETH_HLEN + len, 0) < 0) {
			perror("send");
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	int fd, frames, wanted;
	time_t end;

	if (argc == 5 && !strcmp(argv[1], "-s"))
		return send_frames(argv[2], atoi(argv[3]), atoi(argv[4]));
	if (argc != 4) {
		fprintf(stderr, "usage: %s [-s] INTERFACE FRAMES SECONDS|LENGTH\n",
			argv[0]);
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
