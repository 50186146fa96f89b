// SPDX-License-Identifier: GPL-2.0
/*
 * The first process of a guest of make bench, and its only one besides the benchmark. A program and
 * no script, as that would need a busybox for each architecture.
 *
 * It binds the first edu device to the benchmark, as the base has no driver for it, runs the
 * benchmark once for each line of the file $CASES with the line's options, and passes on what it
 * prints through the kernel's log: see common.sh. A line that begins with "disk" is run for the
 * first NVMe disk, and one that begins with a file has a driver measure itself.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define DEVICES	"/sys/bus/pci/devices"

static int kmsg, failures;

/* One write is one line of the kernel's log; it cannot seek, which dprintf() would want */
static void __attribute__((format(printf, 1, 2))) log_line(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (write(kmsg, line, strlen(line)) < 0)
		perror("/dev/kmsg");
}

#define tell(format, ...) log_line("harness: " format, ##__VA_ARGS__)

static void fail(const char *what)
{
	log_line("harness> FAILED: %s", what);
	failures++;
}

/* The first line of a file, without its end; "" if there is none */
static const char *read_line(const char *path)
{
	static char line[256];
	FILE *f = fopen(path, "r");

	if (!f || !fgets(line, sizeof(line), f))
		line[0] = 0;
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = 0;
	return line;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail(path);
	close(fd);
}

static const char *device_file(const char *device, const char *file)
{
	static char path[300];

	snprintf(path, sizeof(path), DEVICES "/%s/%s", device, file);
	return path;
}

/* In the order of the bus: the device with the lowest address whose file begins so */
static int find_device(const char *file, const char *text, char *found, size_t size)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *e;

	found[0] = 0;
	while (dir && (e = readdir(dir))) {
		if (strncmp(read_line(device_file(e->d_name, file)), text, strlen(text)))
			continue;
		if (!found[0] || strcmp(e->d_name, found) < 0)
			snprintf(found, size, "%s", e->d_name);
	}
	if (dir)
		closedir(dir);
	return found[0] != 0;
}

/*
 * Where figures are instructions, a nanosecond has to be one: a loop of two is timed, and what
 * interrupts it is little. With a Xen in between that is not a matter of course.
 */
static void check_clock(void)
{
	const char *cases = getenv("CASES");
	long n = 50 * 1000 * 1000, i = n, ns;
	struct timespec start, end;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		__asm__ volatile("" : "+r" (i));
	while (--i);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ns = (end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec;
	tell("clock: %ld ns for %ld instructions", ns, 2 * n);
	if (cases && !strstr(cases, "threads") && labs(ns - 2 * n) > n / 50)
		fail("a nanosecond of the clock is not an instruction");
}

/* As provider() of common.sh says it, but by what the benchmark has left behind */
static void tell_provider(const char *device)
{
	const char *used = "/sys/kernel/debug/swiotlb/io_tlb_used_hiwater";
	char name[256], *base;
	ssize_t n;

	if (!strcmp(read_line("/sys/hypervisor/type"), "xen")) {
		tell("provider: xen_swiotlb_dma_ops");
		return;
	}
	n = readlink(device_file(device, "iommu"), name, sizeof(name) - 1);
	if (n < 0) {
		tell("provider: %s", atol(read_line(used)) ? "swiotlb" : "direct");
		return;
	}
	name[n] = 0;
	base = strrchr(name, '/') + 1;
	if (strstr(name, "/dmar"))
		base = "intel-iommu";
	else if (strstr(name, "/ivhd"))
		base = "amd-iommu";
	else if (strstr(name, "/virtio"))	/* which names its IOMMU as the PCI device */
		base = "virtio-iommu";
	else if (strstr(name, "/smmu3"))
		base = "smmuv3";
	tell("provider: %s %s", base,
	     strcmp(read_line(device_file(device, "iommu_group/type")), "DMA") ? "lazy" : "strict");
}

/* Runs the benchmark with the words of options, and passes on its lines */
static void run_benchmark(const char *device, char *options)
{
	char *argv[40] = { "benchmark", "-c", "-b", "64", "-d", "1", "-r", "20", "-D", (char *)device };
	int argc = 10, fds[2], status = 0;
	char line[256];
	FILE *out;

	for (char *word = strtok(options, " \n"); word && argc < 39; word = strtok(NULL, " \n"))
		argv[argc++] = word;
	if (pipe(fds))
		return fail("pipe");
	if (!fork()) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		close(fds[0]);
		execv("/benchmark", argv);
		_exit(127);
	}
	close(fds[1]);
	out = fdopen(fds[0], "r");
	while (fgets(line, sizeof(line), out)) {
		line[strcspn(line, "\n")] = 0;
		tell("csv %s", line);
	}
	fclose(out);
	wait(&status);
	/* 1: it has printed why one of the operations failed */
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		fail("the benchmark did not run");
}

/*
 * Its driver does not hear of it. The memory is that of the edu device, which is bound to the
 * benchmark.
 */
static void run_benchmark_for_disk(char *options)
{
	char disk[256], name[264];

	/* The class of NVMe */
	if (!find_device("class", "0x010802", disk, sizeof(disk)))
		return fail("there is no disk");
	snprintf(name, sizeof(name), "pci/%s", disk);
	run_benchmark(name, options);
}

/*
 * Has a driver measure itself, by "FILE VALUE". Until its device is ready it says to try again: the
 * disks are probed in parallel with us, and a link takes seconds. A machine need not have the
 * device.
 */
static void run_driver(char *line)
{
	char *path = strtok(line, " "), *value = strtok(NULL, "\n");
	int fd = open(path, O_WRONLY), tries = 100;

	while (write(fd, value, strlen(value)) < 0 && errno != ENODEV) {
		if (errno != EAGAIN || !tries--) {
			fail(path);
			break;
		}
		usleep(100000);
	}
	close(fd);
}

static void run_cases(const char *device)
{
	char line[256], name[264];
	const char *path = getenv("CASES");	/* from the kernel's command line */
	FILE *cases = path ? fopen(path, "r") : NULL;

	snprintf(name, sizeof(name), "pci/%s", device);
	if (!cases)
		return fail("there are no $CASES");
	while (fgets(line, sizeof(line), cases))
		if (line[0] == '/')
			run_driver(line);
		else if (!strncmp(line, "disk ", 5))
			run_benchmark_for_disk(line + 5);
		else
			run_benchmark(name, line);
	fclose(cases);
}

/* Power-off resets a virtio-iommu before the disks, which then wait for a minute each (6.12.117) */
static void release_disks(void)
{
	DIR *dir = opendir("/sys/bus/pci/drivers/nvme");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strchr(entry->d_name, ':'))
			write_file("/sys/bus/pci/drivers/nvme/unbind", entry->d_name);
}

int main(void)
{
	char device[256];

	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("debug", "/sys/kernel/debug", "debugfs", 0, NULL);
	kmsg = open("/dev/kmsg", O_WRONLY);
	if (find_device("modalias", "pci:v00001234d000011E8", device, sizeof(device))) {
		write_file(device_file(device, "driver_override"), "dma_map_benchmark");
		write_file("/sys/bus/pci/drivers_probe", device);
		tell("device: %s", device);
		check_clock();
		run_cases(device);
		tell_provider(device);
	} else {
		fail("there is no edu device");
	}
	release_disks();
	tell("done %d", failures);
	reboot(RB_POWER_OFF);
	return 1;
}
