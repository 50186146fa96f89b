# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by all scripts of the harness. Each of them begins with
#   . "$(dirname "$0")/../lib.sh"

set -euo pipefail
export LC_ALL=C
# Run from a git hook or an alias, these would point git at the wrong repository.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_PREFIX CDPATH
# The flags and variables of our own make are not for the kernel's.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
HARNESS=$TOP/harness
BUILD=$TOP/build
TREE=${SERIES_TREE:-$BUILD/tree}	# a symlink to build/trees/ID, made by harness/series/tree
LOGS=$BUILD/logs
SERIES=$TOP/patches/6.12
JOBS=${JOBS:-$(nproc)}
# shellcheck disable=SC2034  # for the scripts that read this file
readonly TOP HARNESS BUILD TREE LOGS SERIES JOBS
export HOME=${HOME:-$BUILD}	# a CI job may have none; ccache and checkpatch want one
export BASE=${BASE:-}
BASE=${BASE/#\~\//$HOME/}	# not all shells replace the ~ in: make tree BASE=~/linux

# ---- what a person sees

# A line of progress may stand where it goes: see show_progress() in lab/build.
say() {
	! on_terminal || printf '\r\e[K'
	printf '%s\n' "$*"
}
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# A line that moves is for a person at a terminal, not for a log.
on_terminal() { [ -t 1 ] && [ -z "${CI:-}" ] && [ "${TERM:-dumb}" != dumb ]; }

# duration SECONDS, and elapsed START with a START taken from $SECONDS
duration() {
	if (($1 < 60)); then echo "$1 s"; else printf '%d min %02d s\n' $(($1 / 60)) $(($1 % 60)); fi
}
elapsed() { duration $((SECONDS - $1)); }

# The lines of a log that tell why it failed, or else its last ones.
log_excerpt() {
	local words='[Ee]rror|ERROR|[Ff]atal|undefined reference|E'
	grep -nE "(^|[^-_a-z])($words):? |\*\*\*|BUG:|panic|No space left" "$1" |
		grep -vE 'error-injection|fatal signals' | tail -n 12 | cut -c1-240 | grep . || tail -n 12 "$1"
}

# run_logged NAME COMMAND...: all output to build/logs/NAME.log; the command's failure is ours, with
# the reason shown.
run_logged() {
	local log=$LOGS/$1.log rc=0
	shift
	mkdir -p "$(dirname "$log")"
	("$@") >"$log" 2>&1 || rc=$?	# in a subshell, as it may end in die()
	((rc == 0)) && return
	say "failed (status $rc): $(printf '%s ' "$@" | cut -c1-160)"
	log_excerpt "$log" | sed 's/^/    /'
	say "the whole log: $log"
	return $rc
} >&2

# ---- two makes at once, and room on the disk

# Everything that writes to build/ holds this lock, in descriptor 9, and so do its children.
hold_build() {
	[ -z "${SERIES_LOCK:-}" ] || return 0
	mkdir -p "$BUILD"
	exec 9>>"$BUILD/.lock"
	flock -n 9 || die "build/ is in use: $(<"$BUILD/.lock"). Wait, or work in another clone"
	export SERIES_LOCK=$$
	echo "${SERIES_WHAT:-${0#"$TOP/"} $*}, process $$, since $(date +%H:%M:%S)" >"$BUILD/.lock"
}

# need_space GB WHAT FOR
need_space() {
	local free
	free=$(df -Pk "$BUILD" | awk 'NR == 2 { print int($4 / 1048576) }')
	((free >= $1)) ||
		die "$2 needs $1 GB, and $BUILD has only $free GB: make room, or link build/ to another disk"
}

# ---- packages

# Needed by a kernel build; a cross compiler comes on top, and is the machine's.
# shellcheck disable=SC2034
KERNEL_PACKAGES=(gcc libc6-dev make bc bison flex libelf-dev libssl-dev ccache cpio kmod xz-utils
	perl rsync)

missing_packages() {
	local p
	for p; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
	done
}

# The command that makes us root, if any: "", "sudo", or failure.
root_command() {
	[ "$(id -u)" = 0 ] && return
	command -v sudo >/dev/null || return
	if [ -t 0 ]; then echo sudo; else sudo -n true 2>/dev/null && echo sudo; fi
}

# apt_get LOG ARGUMENTS...: as root, quietly, waiting for another apt to finish.
apt_get() {
	local log=$1 sudo
	shift
	[ -z "${NO_APT:-}" ] || die "NO_APT is set: apt-get $* is for you to run"
	sudo=$(root_command) || return
	mkdir -p "$LOGS"
	# shellcheck disable=SC2086  # no word at all when we are root
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -y "$@" \
		>>"$LOGS/$log.log" 2>&1 </dev/null
}

# need_packages PACKAGE...: installs those that are missing.
need_packages() {
	local missing install
	mapfile -t missing < <(missing_packages "$@")
	((${#missing[@]})) || return 0
	install=(packages install --no-install-recommends "${missing[@]}")
	[ -z "${NO_APT:-}" ] || die "packages are missing and NO_APT is set: apt-get install ${missing[*]}"
	root_command >/dev/null ||
		die "packages are missing, and there is no root or sudo: apt-get install ${missing[*]}"
	say "installing ${missing[*]}"
	mkdir -p "$LOGS"
	: >"$LOGS/packages.log"
	# Lists that are absent or old are the usual reason for a failure: refresh them only then.
	apt_get "${install[@]}" ||
		{ apt_get packages update && apt_get "${install[@]}"; } ||
		{
			log_excerpt "$LOGS/packages.log" >&2
			die "apt-get install ${missing[*]} failed; its log: $LOGS/packages.log"
		}
}

command -v python3 >/dev/null || need_packages python3

# ---- the kernel's make

# Values that change with each build must not reach the compiler: ccache would miss.
export KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970' KBUILD_BUILD_USER=series
export KBUILD_BUILD_HOST=localhost KBUILD_BUILD_VERSION=1 LOCALVERSION=
export CCACHE_BASEDIR=$BUILD CCACHE_NOHASHDIR=1 CCACHE_COMPILERCHECK=content

# kmake SOURCE OUT ARGUMENTS...: ARCH and CROSS_COMPILE come from the environment.
kmake() {
	local src out=$2
	src=$(readlink -f "$1")
	shift 2
	[[ $src$out$HARNESS != *[[:space:]:]* ]] ||
		die "the kernel builds in no path with a blank or a colon: $out, $HARNESS"
	mkdir -p "$out"
	make -C "$src" O="$out" CC="$HARNESS/cc ${CROSS_COMPILE:-}gcc" HOSTCC="ccache gcc" \
		-j"$JOBS" "$@"
}

# The tool of the selftests, for the guest of a CROSS_COMPILE: compile_benchmark FILE
compile_benchmark() {
	mkdir -p "$BUILD/include/linux"
	cp "$TREE/include/uapi/linux/map_benchmark.h" "$BUILD/include/linux/"
	run_logged benchmark "${CROSS_COMPILE:-}gcc" -static -O2 -Wall -I"$BUILD/include" -o "$1" \
		"$TREE/tools/testing/selftests/dma/dma_map_benchmark.c"
}

# pack_initramfs DIR FILE: what is in DIR, for the kernel to find at boot
pack_initramfs() {
	(cd "$1" && find . | sort | cpio -o -H newc -R 0:0 --quiet) >"$2.new"
	mv "$2.new" "$2"
}

# ---- git

# Our own trees: no configuration of the user's may change what is made, and the same input gives
# the same commits.
git_env() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
	GIT_AUTHOR_NAME='DMA phys series' GIT_AUTHOR_EMAIL=series@localhost \
	GIT_COMMITTER_NAME='DMA phys series' GIT_COMMITTER_EMAIL=series@localhost \
	GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000' \
		"$@"
}
kgit() { git_env git "$@"; }
tgit() { kgit -C "$TREE" "$@"; }

# own_tree NAME: sets tree to one beside build/tree, with the series as it is there
own_tree() {
	tree=$BUILD/trees/$(tree_id)-$1
	if [ ! -e "$tree/.git" ]; then
		need_space 6 "a tree and a kernel of its own"
		tgit worktree prune
		run_logged worktree git_env git -C "$TREE" worktree add --detach "$tree" series
	fi
	kgit -C "$tree" reset -q --hard "$(tgit rev-parse series)"
}

# The name of the base that build/tree has: build directories for it should carry it.
tree_id() { basename "$(readlink -f "$TREE")"; }

hold_build "$@"
