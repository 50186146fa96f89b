# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Reads the table harness/lab/machines.

# table KIND: the lines of that kind without the word, %NAMEs replaced
table() {
	awk -v kind="$1" '
		/^[ \t]*(#|$)/ { next }
		{
			out = ""
			for (i = 1; i <= NF; i++) {
				w = $i
				if (substr(w, 1, 1) == "%") {
					if (!(substr(w, 2) in let)) {
						print FILENAME ":" FNR ": no let for " w >"/dev/stderr"
						exit 1
					}
					w = let[substr(w, 2)]
				}
				out = out (i > 1 ? " " : "") w
			}
			$0 = out
		}
		$1 == "let" { name = $2; sub(/^let [^ ]+ = ?/, ""); let[name] = $0; next }
		$1 == kind { sub(/^[^ ]+ /, ""); gsub(/ ?\| ?/, "|"); print }
	' "$HARNESS/lab/machines"
}

# machines_for WHAT [ARCH]: the names of the machines that WHAT boots: $MACHINE, or those that the
# table has for it ($FOR instead, if it is set; a shell is for those of run), of that architecture
machines_for() {
	local name whats arch found='' what=${FOR:-$1}
	case $what in shell | debug) what=run ;; esac
	while IFS='|' read -r name whats arch _; do
		[ "$arch" = "${2:-$arch}" ] || continue
		if [ -n "${MACHINE:-}" ]; then [ "$name" = "$MACHINE" ] || continue
		else [[ " $whats " = *" $what "* ]] || continue; fi
		echo "$name"
		found=1
	done < <(table machine)
	[ -n "$found" ] || die "no machine ${MACHINE:-for $1}; harness/lab/machines has:" \
		"$(table machine | cut -d'|' -f1 | tr '\n' ' ')"
}

# archs_for WHAT: the architectures of those machines
archs_for() {
	local names
	names=$(machines_for "$1") || return
	table machine | awk -F'|' 'NR == FNR { wanted[$1]; next }
		($1 in wanted) && !seen[$3]++ { print $3 }' <(echo "$names") -
}

# load_arch NAME WHAT: sets ARCH_NAME DEB_ARCH KARCH CROSS_COMPILE IMAGE QEMU STARTER (for
# starters.sh) QEMU_PACKAGES, and what machines of that architecture boot: OUT (where the kernel is
# built; a shell is in that of $KERNEL) and INITRD (none for arch)
load_arch() {
	local line
	line=$(table arch | grep "^$1|") || die "harness/lab/machines has no arch $1"
	# shellcheck disable=SC2034
	IFS='|' read -r ARCH_NAME DEB_ARCH KARCH CROSS_COMPILE IMAGE QEMU STARTER QEMU_PACKAGES \
		<<<"$line"
	export CROSS_COMPILE
	# shellcheck disable=SC2034
	OUT=$BUILD/out/$(tree_id)-$1-${2/shell/${KERNEL:-run}} INITRD=$BUILD/boot/${2%-base}-$1.cpio
	# shellcheck disable=SC2034
	[ "$2" != arch ] || INITRD=
}

# load_machine NAME WHAT: sets those, and PROVIDER QEMU_ARGS APPEND RUNS (the suites, or $SUITE) and
# MDIR (the machine's directory)
load_machine() {
	local line arch args
	line=$(table machine | grep "^$1|") || die "harness/lab/machines has no machine $1"
	# shellcheck disable=SC2034
	IFS='|' read -r _ _ arch PROVIDER args APPEND RUNS <<<"$line"
	RUNS=${SUITE:-$RUNS}
	# shellcheck disable=SC2034
	MDIR=$BUILD/boot/${2/shell/${KERNEL:-run}}-$1
	# shellcheck disable=SC2034
	read -ra QEMU_ARGS <<<"$args"
	load_arch "$arch" "$2"
}

# results WHAT [--record] NAME...: what these machines said in make WHAT, as harness/lab/results.py
# tells it
results() {
	local what=$1 option='' name args=()
	shift
	[ "$what" != arch ] || option=--rows
	if [ "${1:-}" = --record ]; then option=$1; shift; fi
	for name; do
		load_machine "$name" "$what"
		args+=("$name" "$LOGS/$what-$name.console" "$LOGS/$what-$name.failure" "$RUNS")
	done
	"$HARNESS/lab/results.py" ${option:+"$option"} "$TREE/tools/testing/kunit" \
		"$HARNESS/lab/expected/$what" "${args[@]}"
}

# need_packages_for WHAT ARCH...: what it takes to build for these and to boot their machines
need_packages_for() {
	local what=$1 arch packages needed=("${KERNEL_PACKAGES[@]}")
	shift
	for arch; do
		load_arch "$arch" "$what"
		read -ra packages <<<"$QEMU_PACKAGES"
		needed+=("${packages[@]}")
	done
	need_packages "${needed[@]}"
}
