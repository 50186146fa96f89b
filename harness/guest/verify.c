// SPDX-License-Identifier: GPL-2.0
/*
 * Writes a disk and reads it back: verify DISK PASSES MASK [MEMORY KIB]. Data at an offset
 * follows from the offset and the pass, so that it can be read with other requests than it was
 * written with. Several processes at once, each with a part of the disk and a way of its own to
 * make requests. MASK is the disk's queue/dma_alignment: a buffer that is not aligned to it has to
 * be refused.
 *
 * verify each DISK [KIB] writes and reads a request of that size again and again, and has another
 * one of the allocations that it takes fail each time, until it takes no more.
 *
 * verify large DISK writes and reads requests of 2 to 4 MiB, each of which has to reach the disk as
 * one.
 *
 * verify commands DISK SIZE does so with commands of NVMe, which have SIZE bytes of metadata to
 * each sector.
 *
 * With MEMORY, a file to map, there is one process, and its requests of up to KIB are there; the
 * first one is as large as that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/fs.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define SECTOR	512u
#define PART	(2u << 20)
#define BUFFER	(1u << 20)
#define HUGE	(2u << 20)
#define LARGE	(4u << 20)

/*
 * min and max: size of a request in sectors. step: where its buffer begins in a page. pieces: it
 * has so many. part: so much of the disk is written, in KiB, as many small requests take long.
 */
static const struct way {
	const char *name;
	unsigned int min, max, step, pieces, part, flags;
} ways[] = {
	{ "sectors",		1,	1,	0,	1,	64,	O_DIRECT },
	{ "pages",		8,	8,	0,	1,	512,	O_DIRECT },
	{ "any size",		1,	2048,	0,	1,	2048,	O_DIRECT },
	{ "any place",		1,	256,	516,	1,	1024,	O_DIRECT },
	{ "pieces",		8,	512,	0,	7,	1024,	O_DIRECT },
	{ "pieces anywhere",	2,	128,	252,	5,	512,	O_DIRECT },
	{ "buffered",		1,	64,	4,	1,	1024,	0 },
};
static struct way peer = { "a peer's memory", 1, 0, 0, 4, 0, O_DIRECT };

static uint64_t word(uint64_t offset, unsigned int pass)
{
	uint64_t x = (offset + 1) * 0x9e3779b97f4a7c15ull + pass * 0xbf58476d1ce4e5b9ull;

	x ^= x >> 31;
	return x * 0x94d049bb133111ebull ^ x >> 29;
}

static void die(const struct way *way, const char *what)
{
	printf("%s: %s: %s\n", way->name, what, strerror(errno));
	exit(1);
}

/* Deals out the sectors of a request to pieces of the buffer, with gaps of whole pages between */
static int split(const struct way *way, char *buffer, unsigned int size, struct iovec *iov)
{
	unsigned int left = size / SECTOR, n = 0, sectors;
	char *at = buffer + way->step;

	while (left) {
		sectors = n + 1 < way->pieces ? 1 + rand() % left : left;
		if (way->pieces > 1 && !way->step && sectors > 8)
			sectors -= sectors % 8;
		iov[n].iov_base = at;
		iov[n++].iov_len = sectors * SECTOR;
		at += (sectors * SECTOR + 4095) / 4096 * 4096 + 4096;
		left -= sectors;
	}
	return n;
}

static void fill(const struct iovec *iov, int n, uint64_t offset, unsigned int pass)
{
	uint64_t w;
	size_t i;

	for (; n--; iov++)
		for (i = 0; i < iov->iov_len; i += 8, offset += 8) {
			w = word(offset, pass);
			memcpy((char *)iov->iov_base + i, &w, 8);
		}
}

static void compare(const struct way *way, const struct iovec *iov, int n, uint64_t offset,
		    unsigned int pass)
{
	uint64_t w, found;
	size_t i;

	for (; n--; iov++)
		for (i = 0; i < iov->iov_len; i += 8, offset += 8) {
			w = word(offset, pass);
			memcpy(&found, (char *)iov->iov_base + i, 8);
			if (found != w) {
				printf("%s: pass %u: %016llx at %llu, not %016llx\n", way->name, pass,
				       (unsigned long long)found, (unsigned long long)offset, (unsigned long long)w);
				exit(1);
			}
		}
}

static void clear(const struct iovec *iov, int n)
{
	for (; n--; iov++)
		memset(iov->iov_base, 0x5a, iov->iov_len);
}

/*
 * Writes a way's part of the disk, or reads and compares it, in requests of random size. The disk
 * has to take each request whole.
 */
static void go_over(const struct way *way, int fd, char *buffer, uint64_t start, unsigned int pass,
		    int writing)
{
	unsigned int size, room = way->part << 10;
	uint64_t offset = start;
	struct iovec iov[8];
	ssize_t done;
	int n;

	for (; room; offset += size, room -= size) {
		size = (way->min + rand() % (way->max - way->min + 1)) * SECTOR;
		if (way == &peer && offset == start)
			size = way->max * SECTOR;
		if (size > room)
			size = room;
		n = split(way, buffer, size, iov);
		if (writing)
			fill(iov, n, offset, pass);
		else
			clear(iov, n);
		done = writing ? pwritev(fd, iov, n, offset) : preadv(fd, iov, n, offset);
		if (done < 0)
			die(way, writing ? "write" : "read");
		if (done != size) {
			printf("%s: %zd of %u bytes\n", way->name, done, size);
			exit(1);
		}
		if (!writing)
			compare(way, iov, n, offset, pass);
	}
}

static void refused(const struct way *way, int fd, char *buffer)
{
	struct iovec iov[8];
	int n = split(way, buffer, way->max * SECTOR, iov);

	if (preadv(fd, iov, n, 0) >= 0 || errno != EINVAL)
		die(way, "not refused");
}

static void run(const struct way *way, const char *disk, unsigned int passes, unsigned int mask,
		char *buffer, uint64_t start)
{
	int fd = open(disk, O_RDWR | way->flags);
	unsigned int pass;

	if (fd < 0)
		die(way, disk);
	if (way->flags && way->step & mask) {
		refused(way, fd, buffer);
		return;
	}
	for (pass = 1; pass <= passes; pass++) {
		srand(pass);
		go_over(way, fd, buffer, start, pass, 1);
		if (fsync(fd))
			die(way, "fsync");
		/* Not from the page cache */
		if (!way->flags && ioctl(fd, BLKFLSBUF))
			die(way, "BLKFLSBUF");
		srand(pass + 100);
		go_over(way, fd, buffer, start, pass, 0);
	}
	close(fd);
}

/* Our nth allocation from now on fails, 0 is for none. Returns how many it is from failing. */
static int fail_nth(int nth)
{
	static int fd = -1;
	char text[16] = "";
	int left;

	if (fd < 0)
		fd = open("/proc/self/fail-nth", O_RDWR);
	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		return -1;
	left = atoi(text);
	sprintf(text, "%d", nth);
	return pwrite(fd, text, strlen(text), 0) < 0 ? -1 : left;
}

/* Huge pages if there are any: a request has at most 128 segments, 512 KiB in single pages */
static char *large_buffer(void)
{
	char *buffer = aligned_alloc(HUGE, LARGE + HUGE);

	if (buffer)
		madvise(buffer, LARGE + HUGE, MADV_HUGEPAGE);
	return buffer;
}

static void each_allocation(const char *disk, int writing, unsigned int size)
{
	static const struct way way = { "each allocation", 0, 0, 0, 7, 0, O_DIRECT };
	char *buffer = size > BUFFER ? large_buffer() : aligned_alloc(4096, 2 * BUFFER + 65536);
	int fd = open(disk, O_RDWR | O_DIRECT), n, nth, left, failed = 0;
	struct iovec iov[8];
	ssize_t done;

	for (nth = 1, left = 0; !left; nth++) {
		srand(1);
		n = split(&way, buffer, size, iov);
		if (writing || nth == 1)
			fill(iov, n, 0, nth);
		if (!writing && nth == 1 && pwritev(fd, iov, n, 0) != (ssize_t)size)
			die(&way, "write");
		if (!writing)
			clear(iov, n);
		if (fail_nth(nth) < 0)
			die(&way, "fail-nth");
		done = writing ? pwritev(fd, iov, n, 0) : preadv(fd, iov, n, 0);
		left = fail_nth(0);
		if (done != (ssize_t)size && (done >= 0 || errno != ENOMEM))
			die(&way, writing ? "write" : "read");
		failed += done != (ssize_t)size;
		if (done != (ssize_t)size)
			continue;
		if (writing) {
			clear(iov, n);
			if (preadv(fd, iov, n, 0) != (ssize_t)size)
				die(&way, "read");
		}
		compare(&way, iov, n, 0, writing ? nth : 1);
	}
	printf("%s: %d, %d of them seen by the caller\n", writing ? "write" : "read", nth - 2, failed);
	if (nth < 4)
		exit(1);
	close(fd);
	free(buffer);
}

/* How many requests the disk has completed */
static unsigned long completed(int fd)
{
	unsigned long reads, writes;
	char path[64];
	struct stat st;
	FILE *file;

	if (fstat(fd, &st))
		return 0;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/stat", major(st.st_rdev), minor(st.st_rdev));
	file = fopen(path, "r");
	if (!file || fscanf(file, "%lu %*u %*u %*u %lu", &reads, &writes) != 2)
		return 0;
	fclose(file);
	return reads + writes;
}

/* The caller may be woken before its request is counted */
static void count_requests(const struct way *way, int fd, unsigned long before, unsigned int size)
{
	unsigned long count;
	int tries = 1000;

	do {
		usleep(10000);
		count = completed(fd) - before;
	} while (count < 2 && --tries);
	if (count == 2)
		return;
	printf("%s: %lu requests for a write and a read of %u bytes\n", way->name, count, size);
	exit(1);
}

/* Whole pages but for the last piece, with a page between two of them: nothing has to be split */
static int split_pages(const struct way *way, char *buffer, unsigned int size, struct iovec *iov)
{
	unsigned int left = size, len, n;
	char *at = buffer + way->step;

	for (n = 0; n < way->pieces; n++) {
		len = n + 1 < way->pieces ? size / way->pieces & ~4095u : left;
		iov[n].iov_base = at;
		iov[n].iov_len = len;
		at += len + 4096;
		left -= len;
	}
	return n;
}

static void write_and_read(const struct way *way, int fd, char *buffer, unsigned int size)
{
	unsigned long before = completed(fd);
	uint64_t offset = size % HUGE;		/* not that of the last one */
	struct iovec iov[8];
	int n = split_pages(way, buffer, size, iov);

	fill(iov, n, offset, size);
	if (pwritev(fd, iov, n, offset) != (ssize_t)size)
		die(way, "write");
	clear(iov, n);
	if (preadv(fd, iov, n, offset) != (ssize_t)size)
		die(way, "read");
	compare(way, iov, n, offset, size);
	count_requests(way, fd, before, size);
}

/*
 * Around 512 pages: one PRP is in the command, a list has 512, and the last of these leads to the
 * next list if there is more. QEMU takes 1024 PRPs at most.
 */
static void large(const char *disk)
{
	static const struct way large_ways[] = {
		{ "large",		0,	0,	0,	1,	0,	O_DIRECT },
		{ "large anywhere",	0,	0,	512,	1,	0,	O_DIRECT },
		{ "large in pieces",	0,	0,	0,	7,	0,	O_DIRECT },
	};
	static const unsigned int sizes[] = {
		HUGE - SECTOR, HUGE, HUGE + SECTOR, HUGE + 4096, HUGE + 4096 + SECTOR, HUGE + 8192,
		3u << 20, LARGE - 4096, LARGE
	};
	unsigned int i, k, n = 0;
	char *buffer = large_buffer();
	int fd = open(disk, O_RDWR | O_DIRECT);

	if (!buffer || fd < 0)
		die(large_ways, disk);
	for (i = 0; i < sizeof(large_ways) / sizeof(large_ways[0]); i++)
		for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			if (large_ways[i].step + sizes[k] > LARGE)
				continue;
			write_and_read(&large_ways[i], fd, buffer, sizes[k]);
			n += 2;
		}
	printf("%u requests of 2 to 4 MiB\n", n);
	close(fd);
	free(buffer);
}

static const struct way command = { "a command", 0, 0, 0, 1, 0, 0 };

/* Write is 1, read is 2 */
static void give(int fd, int opcode, const struct iovec *data, const struct iovec *meta)
{
	struct nvme_passthru_cmd cmd = {
		.opcode = opcode,
		.nsid = ioctl(fd, NVME_IOCTL_ID),
		.addr = (uintptr_t)data->iov_base,
		.data_len = data->iov_len,
		.metadata = (uintptr_t)meta->iov_base,
		.metadata_len = meta->iov_len,
		.cdw12 = data->iov_len / SECTOR - 1,
	};

	errno = EIO;
	if (ioctl(fd, NVME_IOCTL_IO_CMD, &cmd))
		die(&command, opcode == 1 ? "write" : "read");
}

/*
 * Metadata in one page, and in several. More than 512 bytes of it have to be a multiple of these,
 * as QEMU 7.2 forgets most of another length.
 */
static void commands(const char *disk, unsigned int size)
{
	static const unsigned int sectors[] = { 1, 8, 64, 128 };
	char *buffer = aligned_alloc(4096, 65536 + 4096), *area = aligned_alloc(4096, 65536);
	struct iovec data = { .iov_base = buffer + 512 }, meta = { .iov_base = area + 256 };
	int fd = open(disk, O_RDWR);
	unsigned int i, n;

	/* The kernel finds pages for them one by one, and not in their order */
	for (i = 0; i < 16; i++)
		area[(i * 7 % 16) * 4096] = buffer[(i * 5 % 16) * 4096] = 0;
	for (i = 0; i < sizeof(sectors) / sizeof(sectors[0]); i++) {
		n = sectors[i];
		data.iov_len = n * SECTOR;
		meta.iov_len = n * size;
		fill(&data, 1, 0, n);
		fill(&meta, 1, 1u << 20, n);
		give(fd, 1, &data, &meta);
		clear(&data, 1);
		clear(&meta, 1);
		give(fd, 2, &data, &meta);
		compare(&command, &data, 1, 0, n);
		compare(&command, &meta, 1, 1u << 20, n);
	}
	close(fd);
}

/* A page of the peer's memory, then one of our own: two bios, unless they meet within a block */
static void mixed(const char *disk, int memory)
{
	char *area = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *copy;
	struct iovec iov = { .iov_base = area, .iov_len = 8192 };
	int fd = open(disk, O_RDWR | O_DIRECT);
	ssize_t done, n;

	if (mmap(area, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory, 0) == MAP_FAILED)
		die(&peer, "a page");
	fill(&iov, 1, 0, 1);
	for (done = 0; done < 8192; done += n) {
		n = pwrite(fd, area + done, 8192 - done, done);
		if (n <= 0)
			die(&peer, "write from two kinds of memory");
	}
	iov.iov_base = copy = aligned_alloc(4096, 8192);
	if (pread(fd, copy, 8192, 0) != 8192)
		die(&peer, "read");
	compare(&peer, &iov, 1, 0, 1);
	if (pwrite(fd, area + 516, 4096, 0) >= 0 || errno != EINVAL)
		die(&peer, "not refused: two kinds of memory in a block");
	free(copy);
	munmap(area, 8192);
	close(fd);
}

int main(int argc, char **argv)
{
	unsigned int i, n = sizeof(ways) / sizeof(ways[0]), passes, mask;
	int status, failed = 0;
	char *buffer;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc >= 3 && !strcmp(argv[1], "each")) {
		unsigned int size = argc > 3 ? atoi(argv[3]) * 1024u : BUFFER;

		each_allocation(argv[2], 1, size);
		each_allocation(argv[2], 0, size);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "large")) {
		large(argv[2]);
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "commands")) {
		commands(argv[2], atoi(argv[3]));
		return 0;
	}
	if (argc < 4 || argc == 5)
		return 2;
	passes = atoi(argv[2]);
	mask = atoi(argv[3]);
	if (argc > 5) {
		int fd = open(argv[4], O_RDWR);
		size_t size;

		peer.max = atoi(argv[5]) * 2;
		peer.part = peer.max;		/* twice as much in all */
		size = peer.max * SECTOR + peer.pieces * 2 * 4096;	/* with the gaps */
		buffer = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (fd < 0 || buffer == MAP_FAILED)
			die(&peer, argv[4]);
		run(&peer, argv[1], passes, mask, buffer, 0);
		munmap(buffer, size);
		mixed(argv[1], fd);
		return 0;
	}
	for (i = 0; i < n; i++) {
		if (fork())
			continue;
		/* The pieces of a request lie apart */
		buffer = aligned_alloc(4096, 2 * BUFFER + 65536);
		if (!buffer)
			die(&ways[i], "memory");
		run(&ways[i], argv[1], passes, mask, buffer, (uint64_t)i * PART);
		exit(0);
	}
	while (wait(&status) > 0)
		failed |= status;
	return !!failed;
}
