# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Building what the series touches, for check and bisect: a source directory of their own that is
# moved from commit to commit, and a build directory for each harness/checks/NAME.config. Such a
# file begins with a line
#   # ARCH CC DEFCONFIG
# and goes on with the options that it sets beyond that.

CHECK=$BUILD/check/$(tree_id)
SRC=$CHECK/src

# Those of the kernel that a change of a DMA header may break, besides what the series touches.
# Directories and objects.
# shellcheck disable=SC2034
declare -A USERS=(
	[on]='kernel/dma/ drivers/iommu/ drivers/virtio/ drivers/base/platform.o
		drivers/xen/swiotlb-xen.o drivers/xen/grant-dma-ops.o
		arch/x86/kernel/amd_gart_64.o arch/x86/kernel/pci-dma.o block/blk-map.o block/blk-merge.o
		drivers/nvme/host/pci.o drivers/pci/p2pdma.o drivers/ntb/ntb_transport.o drivers/vdpa/vdpa_user/
		lib/scatterlist.o mm/dmapool.o net/core/skbuff.o net/core/page_pool.o'
	[plain]='kernel/dma/ drivers/iommu/ drivers/virtio/ drivers/nvme/host/pci.o lib/scatterlist.o
		mm/dmapool.o net/core/skbuff.o'
	[off]='kernel/dma/ drivers/virtio/ drivers/nvme/host/pci.o lib/scatterlist.o mm/dmapool.o
		net/core/skbuff.o'
	[um]='kernel/dma/ drivers/virtio/ drivers/base/platform.o lib/scatterlist.o net/core/skbuff.o'
	[kmsan]='mm/kmsan/ kernel/dma/'
	[arm64]='kernel/dma/ drivers/iommu/'
)

make_source() {
	[ ! -e "$SRC/.git/whole" ] || return 0
	rm -rf "$SRC"
	mkdir -p "$CHECK"
	kgit init -q --template= "$SRC"
	mkdir -p "$SRC/.git/objects/info"
	# The tree's objects are ours as well.
	rgit rev-parse --path-format=absolute --git-path objects >"$SRC/.git/objects/info/alternates"
	kgit -C "$SRC" reset -q --hard "$1"
	touch "$SRC/.git/whole"
}

# at REVISION: only the files that differ change.
at() {
	local rev
	rev=$(rgit rev-parse "$1^{commit}")
	make_source "$rev"
	rm -f "$SRC/.git/index.lock"
	kgit -C "$SRC" reset -q --hard "$rev"
}

config_file() { echo "$HARNESS/checks/$1.config"; }

# The make of configuration $1
cmake() {
	local arch cc cross='' out=$CHECK/$1
	read -r _ arch cc _ <"$(config_file "$1")"
	[[ $cc != *-gcc ]] || cross=${cc%gcc}
	shift
	ARCH=$arch CROSS_COMPILE=$cross kmake "$SRC" "$out" CC="$HARNESS/cc $cc" "$@"
}

# The options that the series brings: `on` has them all.
new_options() {
	rgit diff base refs/series/made -- '*Kconfig*' |
		sed -nE 's/^\+(menu)?config[[:space:]]+(.*)/CONFIG_\2=y/p'
}

# All that is asked for, of which each revision takes what it knows; done again where Kconfig may
# have changed.
configure() {
	local out=$CHECK/$1 defconfig
	read -r _ _ _ defconfig <"$(config_file "$1")"
	mkdir -p "$out"
	{
		cat "$(config_file "$1")"
		[ "$1" != on ] || new_options
	} >"$out/.asked.new"
	if ! cmp -s "$out/.asked.new" "$out/.asked"; then
		cmake "$1" "$defconfig" || return
		cat "$out/.config" "$out/.asked.new" >"$out/.wanted"
		mv "$out/.asked.new" "$out/.asked"
	fi
	cp "$out/.wanted" "$out/.config"
	cmake "$1" olddefconfig
}

# Options of the file that this revision does not have as asked.
not_taken() {
	grep '^CONFIG' "$(config_file "$1")" | grep -vxFf "$CHECK/$1/.config" | grep -v '=n$'
}

# The targets of configuration $1: its users, and for `on` also the files of list $2 that are in
# none of their directories.
objects() {
	local t dirs
	for t in ${USERS[$1]:-}; do
		if [ -d "$SRC/$t" ] || [ -e "$SRC/${t%.o}.c" ]; then echo "$t"; fi
	done
	[ "$1" = on ] || return 0
	dirs=$(tr -s '[:space:]' '\n' <<<"${USERS[on]}" | sed -n 's|^.*/$|^&|p')
	sed -n 's/\.c$//p' "$2" | grep -vE "$NOT_X86" | grep -vf <(echo "$dirs") | while read -r t; do
		[ -e "$SRC/$t.c" ] || continue
		# A file that another includes has no object.
		grep -qsF "#include \"${t##*/}.c\"" "$SRC/${t%/*}"/*.c || echo "$t.o"
	done
}

# The objects that `on` has compiled of the files in list $1 that are there, and of all files beside
# a header that is not in include/
compiled() {
	local f
	while read -r f; do
		case $f in
		include/*) ;;
		*.h) (cd "$SRC" && find "${f%/*}" -maxdepth 1 -name '*.c') ;;
		*.c) [ ! -e "$SRC/$f" ] || echo "$f" ;;
		esac
	done <"$1" | sort -u | while read -r f; do
		[ ! -e "$CHECK/on/${f%.c}.o" ] || echo "${f%.c}.o"
	done
}

# Those of list $1 that no configuration has compiled, be it by including them.
not_compiled() {
	local f
	grep '\.c$' "$1" | while read -r f; do
		[ -e "$SRC/$f" ] || continue
		grep -qsE "[ /]$f( |\$)" "$CHECK"/*/"$(dirname "$f")"/.*.cmd || echo "$f"
	done
}
NOT_X86='^(drivers/iommu/(mtk_iommu_v1|s390-iommu|tegra-smmu)\.?|tools/|Documentation/|scripts/|'
NOT_X86+='mm/kmsan/|drivers/parisc/|arch/(alpha|arc|arm|arm64|csky|hexagon|loongarch|m68k|'
NOT_X86+='microblaze|mips|nios2|openrisc|parisc|powerpc|riscv|s390|sh|sparc|um|xtensa)/)'

# build NAME LOG MAKE-ARGUMENTS...: W=1, going on after errors
build() {
	local name=$1 log=$2
	shift 2
	cmake "$name" W=1 -k "$@" >"$log" 2>&1
}

# The warnings of a log without what a change elsewhere in the file moves. ccache repeats what the
# compiler has said in another clone, with the paths there.
warnings() {
	{ grep -hE '(warning|error|WARNING|ERROR):' "$1" || true; } |
		sed -E "s#/[^ :]*/check/[^/ :]+/src/##g; s|^(\.\./)+src/||; s/:[0-9]+(:[0-9]+)?:/:/" |
		sed -E 's/ at line [0-9]+//' | sort -u
}
