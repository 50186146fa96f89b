# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The patch series as data, and as commits in the tree. harness/README.md says how it is written
# down in both.

REPO=${REPO:-$TREE}	# the git tree in question
WORK=			# a directory of our own for temporary files; see work_dir

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

# ---- patches/6.12; mails.py reads more of it

topics() { sed -E 's/#.*//; s/[[:space:]].*//; /^$/d' "$SERIES/series"; }
depends() { sed -nE "s/#.*//; s/^$1[[:space:]]+Depends:[[:space:]]*//p" "$SERIES/series"; }
topic_patches() { (cd "$SERIES" && find "$1" -maxdepth 1 -name '*.patch' | sort); }
series_patches() { topics | while read -r t; do topic_patches "$t"; done; }
series_adds() {
	(cd "$SERIES" && series_patches |
		xargs -rd '\n' sed -s -n '/^---$/,/^diff --git /s/^Adds:[[:space:]]*//p')
}

# patch_mails DIRECTORY: the mails that mails.py has made there, in order, without the cover letters
patch_mails() { find "$1" -mindepth 2 -maxdepth 2 -name '*.patch' ! -name '0000-*' | sort; }

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

# What a tree is made of, in two sums: patches/6.12; and with it the base and the new files.
patches_sum() {
	(cd "$SERIES" && find . -type f | sort | xargs -d '\n' sha1sum) | sha1sum | cut -c1-40
}
input_sum() {
	{
		rgit rev-parse 'base^{commit}'
		patches_sum
		cat "$HARNESS"/series/{series.sh,mails.py}
		series_adds >"$WORK/adds"
		(cd "$TOP" && for what in 'stat -c %A' sha1sum; do
			# shellcheck disable=SC2086  # a command and its arguments
			xargs -rd '\n' -a "$WORK/adds" $what 2>&1 || true
		done)
	} | sha1sum | cut -c1-40
}

# ---- making commits

# make_commits [TOPIC...]: these topics, or all, on the base, as commits that no branch has yet;
# MADE is the last. git am makes them in a thin copy of the base, with only the files that the
# series touches, as it would spend all the time on the others.
make_commits() {
	local mails=$WORK/mails thin=$WORK/thin from
	# shellcheck disable=SC2046  # a topic is a word
	(($#)) || set -- $(topics)
	[ -d "$mails" ] || "$HARNESS/series/mails.py" --am "$mails" "$REPO" || exit
	rm -rf "$thin"
	thin_base
	from=$(kgit -C "$thin" rev-parse HEAD)
	(cd "$mails" && for t; do printf '%s\n' "$PWD/$t"/*; done) >"$WORK/order"
	mapfile -t NEXT <"$WORK/order"
	until kgit -C "$thin" am -q --empty=keep --whitespace=nowarn "${NEXT[@]}" \
		</dev/null >"$WORK/am" 2>&1; do
		place
	done
	kgit -C "$thin" fast-export --reference-excluded-parents \
		--refspec refs/heads/series:refs/series/new "$from..refs/heads/series" |
		sed "s/^from $from\$/from $(rgit rev-parse 'base^{commit}')/" >"$WORK/commits"
	rgit update-ref -d refs/series/new
	run_logged fast-import rgit fast-import --quiet --force <"$WORK/commits" || exit
	# shellcheck disable=SC2034  # for the caller
	MADE=$(rgit rev-parse refs/series/new)
	rgit update-ref -d refs/series/new
}

thin_base() {
	kgit init -q -b series --template= "$thin"
	mkdir "$thin/.git/info"
	git_file objects >"$thin/.git/objects/info/alternates"
	find "$mails" -type f -print0 | xargs -0 sed -n -e 's|^diff --git a/.* b/||p' \
		-e 's/^\(rename\|copy\) from //p' | sort -u | tr '\n' '\0' |
		(cd "$REPO" && xargs -0 git ls-tree -z base --) |
		kgit -C "$thin" update-index -z --index-info
	kgit -C "$thin" commit -q --allow-empty -m base
	kgit -C "$thin" reset -q --hard
}

# git am has stopped at a patch whose exact context is nowhere. The base may have it already. Else
# each hunk of which a part matches is placed there, and named.
place() {
	local state=$thin/.git/rebase-apply name subject
	[ -e "$state/patch" ] || die "git am: $(tail -n1 "$WORK/am")"
	name=$(sed -n "$(<"$state/next")s|^$mails/||p" "$WORK/order")
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
