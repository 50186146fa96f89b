# SPDX-License-Identifier: GPL-2.0
# Everything is done by the scripts in harness/; this only names them. See make help.

.PHONY: help tree build run test test-more test-all test-arch debug bench bench-short shell without
.PHONY: test-cocci record export mbox quilt push deb test-deb check bisect clean
.NOTPARALLEL:
.DEFAULT_GOAL := help

help:
	@echo 'make tree     build/tree: the base and on it the series, one commit per patch'
	@echo 'make build    the kernel of that tree'
	@echo 'make run      boots it in QEMU and moves real data, all of it mapped by physical address'
	@echo 'make test     boots the test kernel on nine machines and shows what passed'
	@echo 'make test-more  the same with 64 KiB pages, on 32 bits and on Xen: four more kernels'
	@echo 'make test-all NVMe in every way, file systems, peers, a soak, make test-deb; over two hours'
	@echo 'make test-arch  other architectures: KUnit, and a disk, most by dma_map_ops; no user space'
	@echo 'make test-cocci  drivers of network cards and disks, converted by the semantic patches'
	@echo 'make bench    instructions a mapping takes, base and series: CSV and a plot in build/bench'
	@echo 'make bench-short  a few operations on one machine, against the limits of harness/bench'
	@echo 'make shell    boots a machine and gives its prompt; KERNEL=test, in the kernel of make test'
	@echo 'make debug    boots a machine as make test does, with gdb attached'
	@echo 'make without  runs make test with one patch reverted (PATCH=words of its subject)'
	@echo '              and expects a failure'
	@echo 'make export   brings the commits made in build/tree back to patches/ and the new files'
	@echo 'make mbox     mails for git am and send-email: build/mbox, a folder for each topic'
	@echo 'make quilt    the same for quilt, Debian, OpenWrt, Nix and Yocto, in the directory DIR='
	@echo 'make push     the commits, signed off, to the repository REMOTE=: a branch and a tag a base'
	@echo 'make deb      packages of kernel and headers, in build/deb; CONFIG= names its configuration'
	@echo 'make test-deb installs them in a clean Debian, builds the samples by DKMS and boots them'
	@echo 'make check    what can be proved without a boot: patches, warnings, style, mails, scripts'
	@echo 'make record   writes the expected cases and docs/results.md from the last test and bench'
	@echo 'make bisect   builds what each patch touches, after each patch'
	@echo 'make clean    removes build/, unless a tree there has work that is not exported'
	@echo
	@echo 'MACHINE=name  one machine of harness/lab/machines, for run, shell, debug, without,'
	@echo '              record, and all of test and bench'
	@echo 'SUITE=name    one suite, for shell, debug, without, and all of test: dma_edu*, nvme.sh,'
	@echo '              dma_iommu.iommu_unmap*'
	@echo 'TOPIC=a,b     only these topics, for mbox and quilt'
	@echo 'BASELINE=file for bench: a bench.csv of before; what is more than 2 % worse fails'
	@echo 'BASE=         what the series goes on: a version (6.12.107), or a kernel tree or tarball'
	@echo '              (/a/path); if empty, the newest linux-source-6.12 of apt'
	@echo 'NO_APT=1      names the packages that are missing instead of installing them'
	@echo 'JOBS=         how many jobs at once ($(shell nproc))'

tree:
	@harness/series/tree

# A tree with work in it is built and booted as it is. Nobody else may change it in between.
KEEP = harness/series/tree keep

build run test debug shell:
	@harness/hold 'make $@' '$(KEEP) && harness/lab/$@'

test-more test-all test-arch:
	@harness/hold 'make $@' '$(KEEP) && harness/lab/test $(@:test-%=%)'

bench:
	@harness/hold 'make $@' '$(KEEP) && harness/bench/bench'

bench-short:
	@harness/hold 'make $@' '$(KEEP) && harness/bench/bench short'

without:
	@harness/hold 'make $@' '$(KEEP) && harness/checks/without'

test-cocci:
	@harness/hold 'make $@' '$(KEEP) && harness/checks/cocci'

check bisect:
	@harness/hold 'make $@' 'harness/series/tree && harness/checks/$@'

record:
	@harness/record

export:
	@harness/series/export

mbox:
	@harness/series/mails.py

quilt:
	@harness/series/mails.py --quilt '$(DIR)'

deb:
	@CONFIG='$(CONFIG)' harness/hold 'make $@' '$(KEEP) && harness/deb/deb'

test-deb:
	@harness/hold 'make $@' 'harness/deb/test'

push:
	@REMOTE='$(REMOTE)' harness/hold 'make $@' 'harness/series/tree && harness/series/push'

clean:
	@harness/series/tree clean
