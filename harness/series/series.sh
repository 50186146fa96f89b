# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The patch series as data, shared by tree, export, mbox, check and bisect. harness/README.md says
# how a series is written down, in patches/6.12 and in the tree.

REPO=${REPO:-$TREE}	# the git tree in question
WORK=			# a directory of our own for temporary files; see work_dir

# shellcheck disable=SC2034  # for export and mbox
# The author of all, so that the same input gives the same commits in every clone
SERIES_AUTHOR='DMA phys series <series@localhost>' SERIES_DATE='Tue, 14 Nov 2023 22:13:20 +0000'

rgit() { kgit -C "$REPO" "$@"; }
git_file() { rgit rev-parse --path-format=absolute --git-path "$1"; }

default_traps() {
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
}

work_dir() {
	mkdir -p "$BUILD"
	WORK=$(mktemp -d "$BUILD/.${0##*/}.XXXXXX")
	trap 'rm -rf "$WORK"' EXIT
	default_traps
}

# uninterrupted FUNCTION...: a signal cannot stop it half way
uninterrupted() {
	trap '' INT TERM HUP
	"$@"
	default_traps
}

# ---- reading patches/6.12

topics() { sed -E 's/#.*//; s/[[:space:]].*//; /^$/d' "$SERIES/series"; }
depends() { sed -nE "s/#.*//; s/^$1[[:space:]]+Depends:[[:space:]]*//p" "$SERIES/series"; }
topic_patches() { (cd "$SERIES" && find "$1" -maxdepth 1 -name '*.patch' | sort); }
series_patches() { topics | while read -r t; do topic_patches "$t"; done; }

# with_depends TOPIC...: these and all that they depend on, in the order of the series
with_depends() {
	local wanted=" $* " topic
	for topic in $(topics | tac); do
		[[ $wanted != *" $topic "* ]] || wanted+="$(depends "$topic") "
	done
	for topic in $(topics); do
		[[ $wanted != *" $topic "* ]] || echo "$topic"
	done
}

# split_patch FILE: leaves its message, notes and diff in $WORK
split_patch() {
	git_env git mailinfo "$WORK/body" "$WORK/rest" <"$1" >"$WORK/head" ||
		die "git cannot read the mail $1"
	grep -q '^Subject: .' "$WORK/head" || die "$1 has no subject"
	{ sed -n 's/^Subject: //p' "$WORK/head" && echo && cat "$WORK/body"; } |
		git stripspace >"$WORK/message"
	sed -e '/^diff --git /,$d' -e '/^---$/d' -e '/^$/d' "$WORK/rest" >"$WORK/notes"
	sed -n '/^diff --git /,$p' "$WORK/rest" >"$WORK/diff"
}

# note NAME FILE...: what the lines "NAME: ..." between message and diff say
note() { sed -s -n "/^---\$/,/^diff --git /s/^$1:[[:space:]]*//p" "${@:2}"; }
series_notes() {
	mapfile -t files < <(series_patches | sed "s|^|$SERIES/|")
	((${#files[@]} == 0)) || note "$1" "${files[@]}"
}

check_series() {
	local topic other seen=' '
	[ -e "$SERIES/series" ] || die "there is no patches/6.12/series"
	for topic in $(topics); do
		[[ $seen != *" $topic "* ]] || die "patches/6.12/series names $topic twice"
		[ -s "$SERIES/$topic/cover" ] || die "topic $topic has no cover letter: patches/6.12/$topic/cover"
		for other in $(depends "$topic"); do
			[[ $seen == *" $other "* ]] || die "$topic depends on $other, which is not an earlier topic"
		done
		seen+="$topic "
	done
	for other in "$SERIES"/*/; do
		other=$(basename "$other")
		[[ $seen == *" $other "* ]] || die "patches/6.12/series does not name the topic $other"
	done
}

# base_file PATH: that file of the base, for Skip-if
base_file() { rgit cat-file blob "base:$1" 2>/dev/null; }

# skip_reason: succeeds, with the reason, if the base has the effect of the split patch already.
skip_reason() {
	local text path
	while IFS= read -r text; do
		path=${text%%: *} text=${text#*: }
		[[ $(base_file "$path") == *"$text"* ]] || continue
		echo "the base's $path has: $text"
		return
	done < <(sed -n 's/^Skip-if:[[:space:]]*//p' "$WORK/notes")
	return 1
}

# What a tree is made of, in two sums: patches/6.12; and with it the base and the new files.
patches_sum() {
	(cd "$SERIES" && find . -type f | sort | xargs -d '\n' sha1sum) | sha1sum | cut -c1-40
}
input_sum() {
	{
		rgit rev-parse 'base^{commit}'
		patches_sum
		cat "$HARNESS/series/series.sh"
		series_notes Adds | sed 's/^MAINTAINERS:.*/MAINTAINERS/' | sort -u | (cd "$TOP" &&
			xargs -d '\n' stat -c '%A %n' && series_notes Adds | sed '/^MAINTAINERS:/d' |
			xargs -d '\n' sha1sum MAINTAINERS) 2>/dev/null || true
	} | sha1sum | cut -c1-40
}

# ---- making commits, in the index that GIT_INDEX_FILE names

# index_of TREE-ISH PATH...: an index with just these files; git would spend all the time on the rest
index_of() {
	export GIT_INDEX_FILE=$WORK/index
	rm -f "$GIT_INDEX_FILE"
	printf '%s\0' "${@:2}" | (cd "$REPO" && xargs -0 git ls-tree -z "$1" --) |
		rgit update-index -z --index-info
}

apply_diff() {
	rgit apply --cached --allow-empty --whitespace=nowarn --exclude=MAINTAINERS "$@" "$WORK/diff"
}

# place_hunks NAME: each hunk by its exact context, at any offset; a hunk of which only a part
# matches is named.
place_hunks() {
	[ -s "$WORK/diff" ] || return 0
	apply_diff 2>/dev/null && return
	apply_diff -v -C1 2>"$WORK/reduced" || return
	awk -v p="$1" '
		/^Checking patch / { f = $3; sub(/\.\.\.$/, "", f) }
		/^Context reduced / {
			split(substr($4, 2), n, /[\/)]/)
			print p ": " f ":" $NF ": a hunk placed by reduced context," \
				" lines before and after it: " n[1] ", " n[2]
		}
	' "$WORK/reduced"
}

does_not_fit() {
	! apply_diff --check -R 2>/dev/null || die "$1 is in the base already"
	die "$1 does not fit: $(sed -n 's/^error: patch failed: //p
		/: does not exist in index/s/^error: //p' "$WORK/reduced" | paste -sd' ')"
}

# first_version PATH PATCH: the file as the patch adds it, in $WORK/undo: the repository has it as
# it is at the end, so the hunks of later patches are taken back, the last first.
first_version() {
	local later
	[ -f "$TOP/$1" ] || die "$2 adds $1, which is not in the repository"
	rm -rf "$WORK/undo"
	mkdir -p "$WORK/undo/$(dirname "$1")"
	cp -p "$TOP/$1" "$WORK/undo/$1"
	mapfile -t later < <(cd "$SERIES" && series_patches | sed "1,\\|^$2\$|d" |
		xargs -rd '\n' grep -lF "diff --git a/$1 b/$1" -- | tac)
	for later in "${later[@]}"; do
		(cd "$WORK/undo" && GIT_CEILING_DIRECTORIES=$WORK git_env git apply -R --include="$1" \
			"$SERIES/$later") || die "the hunks of $later do not fit the repository's $1"
	done
}

add_file() {
	local mode=100644 path=$2
	! rgit cat-file -e "base:$path" 2>/dev/null ||
		die "$1 adds $path, which the base has already: is the series in it?"
	first_version "$path" "$1"
	[ ! -x "$TOP/$path" ] || mode=100755
	rgit update-index --add --cacheinfo \
		"$mode,$(rgit hash-object -w --no-filters "$WORK/undo/$path"),$path"
}

# The section goes where the fewest of the others are on its wrong side: the list is nearly sorted.
add_maintainers() {
	local line
	awk -v RS= -v t="$2" 'index($0, t "\n") == 1' "$TOP/MAINTAINERS" >"$WORK/section"
	[ -s "$WORK/section" ] || die "$1 adds the section $2, which the repository's MAINTAINERS has not"
	rgit cat-file blob :MAINTAINERS >"$WORK/list"
	line=$(awk -v new="$2" '
		/^Maintainers List/ { on = 1 }
		on && blank && /^[0-9A-Z]/ {
			if (next_one) line = FNR
			if ($0 == "THE REST") exit
			score += $0 < new ? -1 : 1
			next_one = score < best || !line && !next_one
			if (next_one) best = score
		}
		{ blank = /^$/ }
		END { print line }' "$WORK/list")
	sed "$((line - 1))r "<(cat "$WORK/section" && echo) "$WORK/list" >"$WORK/merged"
	rgit update-index --cacheinfo \
		"100644,$(rgit hash-object -w --no-filters "$WORK/merged"),MAINTAINERS"
}

# apply_patch NAME: the split patch, with the files that it adds
apply_patch() {
	local path
	place_hunks "$1" || does_not_fit "$1"
	while IFS= read -r path; do
		case $path in
		MAINTAINERS:*) add_maintainers "$1" "${path#*: }" ;;
		*) add_file "$1" "$path" ;;
		esac
	done < <(sed -n 's/^Adds:[[:space:]]*//p' "$WORK/notes")
}

# add_commit: one for git fast-import, with the message in $WORK and the files that have changed
add_commit() {
	local who="$SERIES_AUTHOR 1700000000 +0000"
	printf 'commit refs/series/new\nauthor %s\ncommitter %s\n' "$who" "$who"
	printf 'data %s\n' "$(stat -c %s "$WORK/message")"
	cat "$WORK/message"
	rgit ls-files -s | sort >"$WORK/after"
	if [ ! -e "$WORK/before" ]; then
		echo "from $(rgit rev-parse 'base^{commit}')"
		mv "$WORK/first" "$WORK/before"
	fi
	comm -23 <(cut -f2 "$WORK/before" | sort) <(cut -f2 "$WORK/after" | sort) | sed 's/^/D /'
	comm -13 "$WORK/before" "$WORK/after" | sed 's/^\([0-9]*\) \([0-9a-f]*\) 0\t/M \1 \2 /'
	echo
	mv "$WORK/after" "$WORK/before"
} >>"$WORK/commits"

topic_message() {
	{
		printf 'topic %s: ' "$1"
		cat "$SERIES/$1/cover"
		depends "$1" | sed 's/^/\nDepends: /'
	} | git stripspace
}

# make_commits [TOPIC...]: these topics, or all, on the base, as commits that no branch has yet;
# MADE is the last. First comes an empty commit for each topic.
make_commits() {
	local topic p why files
	(($#)) || mapfile -t files < <(topics)
	(($#)) || set -- "${files[@]}"
	mapfile -t files < <(series_patches | sed "s|^|$SERIES/|" | xargs -d '\n' \
		sed -n 's|^diff --git a/.* b/||p' | sort -u)
	index_of base "${files[@]}" MAINTAINERS
	rm -f "$WORK/before" "$WORK/commits"
	rgit ls-files -s | sort >"$WORK/first"
	for topic; do
		topic_message "$topic" >"$WORK/message"
		add_commit
		for p in $(topic_patches "$topic"); do
			split_patch "$SERIES/$p"
			if why=$(skip_reason); then
				say "$p left out: $why"
				printf 'left out: %s\n\n%s\n' "$(head -n1 "$WORK/message")" "${why^}" >"$WORK/left"
				mv "$WORK/left" "$WORK/message"
			else
				apply_patch "$p"
				sed -n '/^Skip-if:/p' "$WORK/notes" | sed '1s/^/\n/' >>"$WORK/message"
			fi
			add_commit
		done
	done
	unset GIT_INDEX_FILE
	rgit update-ref refs/series/new base
	run_logged fast-import rgit fast-import --quiet --force <"$WORK/commits"
	# shellcheck disable=SC2034  # for the caller
	MADE=$(rgit rev-parse refs/series/new)
	rgit update-ref -d refs/series/new
}

# Those of them that change a file
changing_commits() {
	rgit log --reverse --format=%H%x09%s base..refs/series/made |
		grep -vP '\t(topic [^ :]+|left out): ' | cut -f1
}

# ---- the state of a tree

state_file() { git_file series-input; }
made_commit() { rgit rev-parse -q --verify refs/series/made; }

# Why the tree may not be replaced, if so: work in it that exists nowhere else.
own_work() {
	if [ -e "$(git_file rebase-merge)" ] || [ -e "$(git_file rebase-apply)" ]; then
		echo "a rebase is under way in it"
	elif [ -n "$(rgit status --porcelain --untracked-files=no)" ]; then
		echo "it has uncommitted changes"
	elif [ "$(rgit symbolic-ref -q HEAD)" != refs/heads/series ]; then
		echo "it is not on its branch 'series'"
	elif [ "$(rgit rev-parse HEAD)" != "$(made_commit)" ]; then
		echo "it has commits that are not exported"
	else
		return 1
	fi
}
