# shellcheck shell=bash
# The patch series as data: what tree, export, mbox, check and bisect share.
#
# A patch file is: the commit message, a line "---", notes that git am ignores, the diff. The notes:
#   Adds: PATH                  the commit adds this file, which is in the repository at the same path
#   Adds: MAINTAINERS: TITLE    the commit adds this section of the repository's MAINTAINERS, in its alphabetical place
#   Skip-if: PATH: TEXT         left out where the base's PATH contains TEXT
# A file that the series adds is added whole by one commit: no other patch may change it.
#
# patches/6.12/series has a patch file a line, in order; "# topic: NAME: Title" starts a topic, whose cover letter is
# NAME.cover (subject, blank line, text); other comments belong to the patch that follows.

REPO=${REPO:-$TREE}	# the git tree in question
WORK=			# a directory of our own for temporary files; see work_dir

rgit() { kgit -C "$REPO" "$@"; }

work_dir() {
	mkdir -p "$BUILD"
	WORK=$(mktemp -d "$BUILD/.${0##*/}.XXXXXX")
	trap 'rm -rf "$WORK"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# ---- reading patches

series_patches() {
	[ ! -e "$SERIES/series" ] || sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$SERIES/series"
}

# "# topic: NAME: Title"
topic_name() { [[ $1 =~ ^#\ topic:\ *([^:]+): ]] && echo "${BASH_REMATCH[1]}"; }

patch_message() { sed '/^---$/,$d' "$1" | git stripspace; }
patch_subject() { patch_message "$1" | sed -n 1p; }
patch_notes() { sed -e '1,/^---$/d' -e '/^diff --git /,$d' "$1"; }
patch_diff() { sed '1,/^---$/d' "$1" | sed -n '/^diff --git /,$p'; }
patch_adds() { patch_notes "$1" | sed -n 's/^Adds:[[:space:]]*//p'; }

# The list and the directory must agree before anything is made of them.
check_series() {
	local p q
	while read -r p; do
		[ -f "$SERIES/$p" ] || die "patches/6.12/series names $p, which is not there"
		grep -qx -e --- "$SERIES/$p" || die "$p has no line '---' after its message"
	done < <(series_patches)
	p=$(series_patches | sort | uniq -d | sed -n 1p)
	[ -z "$p" ] || die "patches/6.12/series names $p twice"
	for q in "$SERIES"/*.patch; do
		[ ! -e "$q" ] || grep -qxF "${q##*/}" <<<"$(series_patches)" || die "patches/6.12/series does not name ${q##*/}"
	done
}

# skip_reason PATCH: succeeds, with the reason, if the base has the patch's effect already.
skip_reason() {
	local path text
	while IFS= read -r text; do
		path=${text%%: *} text=${text#*: }
		[[ $(rgit cat-file blob "base:$path" 2>/dev/null) == *"$text"* ]] || continue
		echo "the base's $path has: $text"
		return 0
	done < <(patch_notes "$1" | sed -n 's/^Skip-if:[[:space:]]*//p')
	return 1
}

# What a tree is made of, in two sums: the patches, and with them the base and the new files.
patches_sum() { (cd "$SERIES" 2>/dev/null && cat series ./*.patch 2>/dev/null) | sha1sum | cut -c1-40; }
input_sum() {
	{
		rgit rev-parse base
		patches_sum
		cat "$HARNESS/series/series.sh" "$HARNESS/series/tree-maintainers"
		series_patches | while read -r p; do patch_adds "$SERIES/$p"; done | sed 's/^MAINTAINERS:.*/MAINTAINERS/' | sort -u |
			while IFS= read -r p; do
				# One that is missing is reported when it is wanted.
				if [ -f "$TOP/$p" ]; then echo "$p $(stat -c %A "$TOP/$p")" && cat "$TOP/$p"; fi
			done
	} | sha1sum | cut -c1-40
}

# ---- making commits, in the index file that GIT_INDEX_FILE names

# place_hunks PATCH: each hunk by its exact context, at any offset; where only a part of it is there, the hunk is named.
place_hunks() {
	patch_diff "$1" >"$WORK/diff"
	rgit apply --cached --allow-empty --whitespace=nowarn "$WORK/diff" 2>"$WORK/exact" && return
	rgit apply --cached --whitespace=nowarn -v -C1 "$WORK/diff" 2>"$WORK/reduced" || return
	awk -v p="${1##*/}" '
		/^Checking patch / { f = $3; sub(/\.\.\.$/, "", f) }
		/^Context reduced / {
			split(substr($4, 2), n, /[\/)]/)
			print p ": " f ":" $NF ": a hunk placed by reduced context, lines before and after it: " n[1] ", " n[2]
		}
	' "$WORK/reduced"
}

does_not_fit() {
	if rgit apply --cached --check -R --whitespace=nowarn "$WORK/diff" 2>/dev/null; then
		die "$1 is in the base already"
	fi
	die "$1 does not fit: $(sed -n 's/^error: patch failed: //p; /: does not exist in index/s/^error: //p' "$WORK/reduced" |
		paste -sd' ')"
}

add_file() {
	local mode=100644 path=$2
	[ -f "$TOP/$path" ] || die "$1 adds $path, which is not in the repository"
	! rgit cat-file -e "base:$path" 2>/dev/null || die "$1 adds $path, which the base has already: is the series in it?"
	[ -x "$TOP/$path" ] && mode=100755
	rgit update-index --add --cacheinfo "$mode,$(rgit hash-object -w --no-filters "$TOP/$path"),$path"
}

add_maintainers() {
	rgit cat-file blob :MAINTAINERS >"$WORK/list"
	"$HARNESS/series/tree-maintainers" merge "$WORK/list" "$TOP/MAINTAINERS" "$2" >"$WORK/merged" ||
		die "$1 adds the MAINTAINERS section $2, which is not in the repository's MAINTAINERS"
	rgit update-index --cacheinfo "100644,$(rgit hash-object -w --no-filters "$WORK/merged"),MAINTAINERS"
}

apply_patch() {
	local path
	place_hunks "$1" || does_not_fit "${1##*/}"
	while IFS= read -r path; do
		case $path in
		MAINTAINERS:*) add_maintainers "${1##*/}" "${path#*: }" ;;
		*) add_file "${1##*/}" "$path" ;;
		esac
	done < <(patch_adds "$1")
}

# commit_patch PATCH PARENT: the commit in the language of git fast-import, from what differs between the lists of files
# before and after. Only the files that the series touches are in the index: git would spend all the time on the others.
commit_patch() {
	local who='DMA phys series <series@localhost> 1700000000 +0000'
	rgit ls-files -s >"$WORK/after"
	patch_message "$1" >"$WORK/message"
	printf 'commit refs/series/new\nauthor %s\ncommitter %s\ndata %s\n' "$who" "$who" "$(stat -c %s "$WORK/message")"
	cat "$WORK/message"
	[ -z "$2" ] || echo "from $2"
	comm -23 <(cut -f2 "$WORK/before") <(cut -f2 "$WORK/after") | sed 's/^/D /'
	comm -13 "$WORK/before.sorted" <(sort "$WORK/after") | sed 's/^\([0-9]*\) \([0-9a-f]*\) 0\t/M \1 \2 /'
	echo
	mv "$WORK/after" "$WORK/before"
	sort "$WORK/before" >"$WORK/before.sorted"
}

touched_files() {
	local p
	series_patches | while read -r p; do patch_diff "$SERIES/$p"; done | sed -n 's|^diff --git a/.* b/||p' | sort -u
	echo MAINTAINERS
}

# The whole series on the base, as commits that no branch has yet; MADE is the last.
make_commits() {
	local p why from
	from=$(rgit rev-parse 'base^{commit}')
	export GIT_INDEX_FILE=$WORK/index
	rm -f "$GIT_INDEX_FILE"
	touched_files | tr '\n' '\0' | (cd "$REPO" && xargs -0 git ls-tree -z base --) | rgit update-index -z --index-info
	rgit ls-files -s >"$WORK/before"
	sort "$WORK/before" >"$WORK/before.sorted"
	: >"$WORK/commits"
	while read -r p; do
		if why=$(skip_reason "$SERIES/$p"); then
			say "$p left out: $why"
		else
			apply_patch "$SERIES/$p"
			commit_patch "$SERIES/$p" "$from" >>"$WORK/commits"
			from=''
		fi
	done < <(series_patches)
	unset GIT_INDEX_FILE
	rgit update-ref refs/series/new base
	run_logged fast-import rgit fast-import --quiet --force <"$WORK/commits"
	# shellcheck disable=SC2034
	MADE=$(rgit rev-parse refs/series/new)
	rgit update-ref -d refs/series/new
}

# ---- the state of a tree

state_file() { rgit rev-parse --path-format=absolute --git-path "series-$1"; }
made_commit() { rgit rev-parse -q --verify refs/series/made; }

# Why the tree may not be replaced, if so: work in it that exists nowhere else.
own_work() {
	if [ -e "$(rgit rev-parse --path-format=absolute --git-path rebase-merge)" ]; then
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
