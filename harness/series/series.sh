# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The patch series as data, and as commits in the tree. harness/README.md says how it is written
# down in both.

REPO=${REPO:-$TREE}	# the git tree in question
WORK=			# a directory of our own for temporary files; see work_dir

rgit() { kgit -c core.quotePath=false -C "$REPO" "$@"; }
git_file() { rgit rev-parse --path-format=absolute --git-path "$1"; }

work_dir() {
	mkdir -p "$BUILD"
	WORK=$(mktemp -d "$BUILD/.${0##*/}.XXXXXX")
	trap 'rm -rf "$WORK"' EXIT
}

# uninterrupted FUNCTION...: a signal cannot stop it half way
uninterrupted() {
	trap '' INT TERM HUP
	"$@"
	trap - INT TERM HUP
}

# The version that a Makefile of the kernel says
kernel_version() {
	awk '/^(VERSION|PATCHLEVEL|SUBLEVEL) =/ { v = v "." $3 } END { print substr(v, 2) }'
}

# ---- patches/6.12; mails.py reads more of it

topics() { sed -E 's/#.*//; s/[[:space:]].*//; /^$/d' "$SERIES/series"; }
series_adds() {
	find "$SERIES" -name '*.patch' -print0 | sort -z |
		xargs -r0 sed -s -n '/^---$/,/^diff --git /s/^Adds:[[:space:]]*//p'
}

# patch_mails DIRECTORY: the mails that mails.py has made there, in order, without the cover letters
patch_mails() { find "$1" -mindepth 2 -maxdepth 2 -name '*.patch' ! -name '0000-*' | sort; }

# What a tree is made of, in two sums of contents and modes: all of it, and patches/6.12 alone. A
# file that is missing is for mails.py to name.
made_of() {
	local all=(patches/6.12 harness/series/{series.sh,mails.py})
	mapfile -t -O 3 all < <(series_adds)
	echo "$(rgit rev-parse 'base^{commit}')-$(sum_of "${all[@]}") $(sum_of patches/6.12)"
}
sum_of() {
	{
		tar -c -C "$TOP" --sort=name --owner=0 --group=0 --mtime=@0 -- "$@" 2>/dev/null || true
	} | sha1sum | cut -c1-40
}

# ---- making commits

# make_commits order|TOPIC.order: all, or the topic on what it depends on, on the base, as commits
# that no branch has yet; MADE is the last. git am makes them in a thin copy of the base, with only
# the files that the series touches, as it would spend all the time on the others.
make_commits() {
	local mails=$WORK/mails thin=$WORK/thin from
	[ -d "$mails" ] || "$HARNESS/series/mails.py" --am "$mails" "$REPO" || exit
	ORDER=$mails/$1
	thin_base
	from=$(kgit -C "$thin" rev-parse HEAD)
	mapfile -t NEXT <"$ORDER"
	until kgit -C "$thin" am -q --empty=keep --whitespace=nowarn "${NEXT[@]}" \
		</dev/null >"$WORK/am" 2>&1; do
		place
	done
	kgit -C "$thin" fast-export --reference-excluded-parents \
		--refspec refs/heads/series:refs/series/new "$from..refs/heads/series" |
		sed "s/^from $from\$/from $(rgit rev-parse 'base^{commit}')/" >"$WORK/commits"
	run_logged fast-import rgit fast-import --quiet --force <"$WORK/commits" || exit
	# shellcheck disable=SC2034  # for the caller
	MADE=$(rgit rev-parse refs/series/new)
	rgit update-ref -d refs/series/new
}

thin_base() {
	rm -rf "$thin"
	kgit init -q -b series --template= "$thin"
	mkdir "$thin/.git/info"
	git_file objects >"$thin/.git/objects/info/alternates"
	find "$mails" -type f -print0 | xargs -0 sed -n -e 's|^diff --git a/.* b/||p' \
		-e 's/^\(rename\|copy\) from //p' | sort -u | tr '\n' '\0' |
		(cd "$REPO" && xargs -r0 git ls-tree -z base --) |
		kgit -C "$thin" update-index -z --index-info
	kgit -C "$thin" commit -q --allow-empty -m base
	kgit -C "$thin" reset -q --hard
}

# git am has stopped at a patch whose exact context is nowhere. The base may have it already. Else
# each hunk of which a part matches is placed there, and named.
place() {
	local state=$thin/.git/rebase-apply name subject
	[ -e "$state/patch" ] || die "git am: $(tail -n1 "$WORK/am")"
	name=$(sed -n "$(<"$state/next")s|^$mails/||p" "$ORDER")
	if kgit -C "$thin" apply --check -R "$state/patch" 2>/dev/null; then
		subject=$(sed -n 's/^Subject: //p' "$state/info")
		say "$name left out: the base has it: it applies in reverse"
		kgit -C "$thin" commit -q --allow-empty -m "left out: $subject" \
			-m "The base has it: it applies in reverse"
		NEXT=(--skip)
		return
	fi
	kgit -C "$thin" apply --index -v -C1 --whitespace=nowarn "$state/patch" 2>"$WORK/reduced" ||
		die "$name does not fit: $(sed -n 's/^error: patch failed: //p
			/: \(does not exist in\|already exists in\) index/s/^error: //p' "$WORK/reduced" | paste -sd' ')"
	awk -v p="$name" '
		/^Checking patch / { f = $3; sub(/\.\.\.$/, "", f) }
		/^Context reduced / {
			split(substr($4, 2), n, /[\/)]/)
			print p ": " f ":" $NF ": a hunk placed by reduced context," \
				" lines before and after it: " n[1] ", " n[2]
		}
	' "$WORK/reduced"
	NEXT=(--continue)
}

# Those that change a file
changing_commits() { rgit rev-list --reverse base..refs/series/made -- .; }

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
