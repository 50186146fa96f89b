#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Round trips of make tree, make export and make mbox, on a kernel of a few files and a series of a
# few patches. After each export the tree that is made from nothing has to be the one exported.
# shellcheck disable=SC2015,SC2016  # fail() is no part of an if; sed's expressions have a $
set -euo pipefail
unset SERIES_LOCK SERIES_WHAT TOPIC
HERE=$(cd "$(dirname "$0")/../.." && pwd)
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
trap 'echo "FAILED in line $LINENO"' ERR
export BASE=$D/linux GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 CI=1
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@b
FAILED=0 T=$D/repo/build/tree P=$D/repo/patches/6.12

fail() { printf 'FAILED %s\n' "$*"; FAILED=$((FAILED + 1)); }
tgit() { git -C "$T" "$@"; }
series() { "$D/repo/harness/series/$1" "${@:2}" 2>&1; }

# says TITLE PATTERN COMMAND...: its output has a line that matches; refuses: and it fails
says() {
	local out
	out=$("${@:3}") || { fail "$1 (status $?): $out"; return; }
	grep -qE -- "$2" <<<"$out" || fail "$1: \"$2\" is not in: $out"
}
refuses() {
	local out
	! out=$("${@:3}") || { fail "$1: it succeeded: $out"; return; }
	grep -qE -- "$2" <<<"$out" || fail "$1: \"$2\" is not in: $out"
}

# trip TITLE LINES: make export says these, the second time nothing, and the tree can be made again
trip() {
	local out tree head
	tree=$(tgit rev-parse 'HEAD^{tree}')
	out=$(series export) || { fail "$1: $out"; return; }
	[ "$(sed '$d' <<<"$out")" = "$2" ] || fail "$1: make export said: $out"
	says "$1, exported twice" "nothing changed$" series export
	head=$(tgit rev-parse HEAD)
	rm -rf "$D/repo/build"
	out=$(series tree) || fail "$1: $out"
	[ "$(tgit rev-parse 'HEAD^{tree}')" = "$tree" ] || fail "$1: another tree comes back"
	[ "$(tgit rev-parse HEAD)" = "$head" ] || fail "$1: other commits come back"
}

# commit SUBJECT: of all that differs
commit() { tgit add -A -f && tgit commit -q -m "$1" -m "Text of it."; }
# todo SED: git rebase -i with that edit of its list, which has a line a commit
todo() {
	GIT_SEQUENCE_EDITOR="sed -i -e '$1'" GIT_EDITOR=: tgit rebase -q -i --keep-empty base 2>&1
}
edit() { sed -i "$1" "$T/$2"; }

# ---- a kernel

mkdir -p "$D/repo" "$BASE/kernel/dma"
cp -a "$HERE/harness" "$HERE/Makefile" "$D/repo/"
printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\n' >"$BASE/Makefile"
touch "$BASE/Kconfig"
seq 100 >"$BASE/kernel/dma/mapping.c"
printf 'L:\tx\n\nA\nL:\ta\n\nC\nL:\tc\n\nD\nL:\td\n' >"$BASE/MAINTAINERS"
lgit() { git -C "$BASE" "$@"; }
lgit init -q && lgit add . && lgit commit -q -m one && lgit commit -q --allow-empty -m two
mkdir -p "$P/one"
printf '# The topics\none\n' >"$P/series"
printf 'First topic\n\nIts text.\n' >"$P/one/cover"
says "an empty series" "with 0 patches in 1 topics" series tree
[ "$(tgit log --format=%s base | paste -sd,)" = two,one ] || fail "the base has no history"
[ -s "$T/.git/objects/info/alternates" ] || fail "the objects of the base were copied"

# ---- round trips

edit 's/^50$/fifty/' kernel/dma/mapping.c && commit "dma: Change 50"
printf '%s\n' a b c d e f g h >"$T/kernel/dma/new.c"
printf '#!/bin/sh\n' >"$T/kernel/dma/run.sh" && chmod +x "$T/kernel/dma/run.sh"
commit "dma: Add new.c"
edit 's/^b$/B/' kernel/dma/new.c && edit 's/^90$/ninety/' kernel/dma/mapping.c
commit "dma: Change the new file and 90"
edit 's/^C$/BB\nL:\tb\n\nC/' MAINTAINERS && commit "MAINTAINERS: Add BB"
trip "new patches" "new: one/0001-dma-Change-50.patch
new: one/0002-dma-Add-new.c.patch
new: one/0003-dma-Change-the-new-file-and-90.patch
new: one/0004-MAINTAINERS-Add-BB.patch
copied: kernel/dma/new.c
copied: kernel/dma/run.sh"
grep -q '^Adds: kernel/dma/new.c' "$P"/one/0002* || fail "a new file is not in a line Adds:"
grep -qx B "$D/repo/kernel/dma/new.c" || fail "a new file is not as it is at the end"
[ -x "$D/repo/kernel/dma/run.sh" ] || fail "a new file has lost its mode"

for text in "---" "diff --git a/x b/x" "From: x"; do
	edit 's/^10$/ten/' kernel/dma/mapping.c
	tgit commit -q -a -m "dma: Change 10" -m "$text"$'\n'"And more."
	refuses "a message with $text" "cannot carry" series export
	tgit reset -q --hard refs/series/made
done

edit 's/^10$/ten/' kernel/dma/mapping.c
tgit commit -q -a --fixup=":/Change 50"
refuses "a fixup commit" "fixup commits" series export
GIT_SEQUENCE_EDITOR=: tgit rebase -q -i --autosquash --keep-empty base
trip "an edit" "changed: one/0001-dma-Change-50.patch"

edit 's/^h$/H/' kernel/dma/new.c && commit "dma: Change the end of new.c"
trip "a later patch for a file of ours" "new: one/0005-dma-Change-the-end-of-new.c.patch
copied: kernel/dma/new.c"

tgit commit -q --allow-empty -m "topic two: Second topic" -m "Text." -m "Depends: one"
todo '/MAINTAINERS/{h;d};$G' >/dev/null || fail "rebase"
trip "a new topic, and a patch that moves to it" "moved: one/0004-dma-Change-the-end-of-new.c.patch
moved: two/0001-MAINTAINERS-Add-BB.patch"
grep -q '^two *Depends: one$' "$P/series" && grep -q '^# The topics$' "$P/series" || fail "series"

todo '/topic two/s/^pick/edit/' >/dev/null
GIT_EDITOR="sed -i 1s/two/zwei/" tgit commit -q --amend --allow-empty
tgit rebase --continue >/dev/null 2>&1
trip "a renamed topic" "moved: zwei/0001-MAINTAINERS-Add-BB.patch"
[ ! -e "$P/two" ] || fail "the old topic stays"

todo 's/^pick\(.*Change the new file\)/edit\1/' >/dev/null
tgit reset -q 'HEAD^' && tgit add kernel/dma/new.c && tgit commit -q -m "dma: Change the new file"
commit "dma: Change 90" && GIT_EDITOR=: tgit rebase --continue >/dev/null 2>&1
trip "a split" "new: one/0003-dma-Change-the-new-file.patch
new: one/0004-dma-Change-90.patch
moved: one/0005-dma-Change-the-end-of-new.c.patch
gone: one/0003-dma-Change-the-new-file-and-90.patch"

todo '/Change 50/d' >/dev/null
trip "a dropped patch" "moved: one/0001-dma-Add-new.c.patch
moved: one/0002-dma-Change-the-new-file.patch
moved: one/0003-dma-Change-90.patch
moved: one/0004-dma-Change-the-end-of-new.c.patch
gone: one/0001-dma-Change-50.patch"

tgit rm -q kernel/dma/run.sh && tgit commit -q -m "dma: Remove run.sh"
trip "a file of ours removed" "changed: one/0001-dma-Add-new.c.patch
new: zwei/0002-dma-Remove-run.sh.patch
copied: kernel/dma/run.sh"
[ ! -e "$D/repo/kernel/dma/run.sh" ] || fail "a file that was removed is still there"

printf 'dma: Change 30\n\nText.\n\nSkip-if: Kconfig: no such text\n' >"$D/message"
edit 's/^30$/thirty/' kernel/dma/mapping.c && tgit commit -q -a -F "$D/message"
trip "a line Skip-if" "new: zwei/0003-dma-Change-30.patch"
touch "$D/stamp" && sleep 0.01
sed -i 's/no such text/VERSION/; s/Kconfig/Makefile/' "$P"/zwei/0003*
says "Skip-if" "0003.* left out: the base's Makefile has: VERSION" series tree
[ "$(find "$T/" -newer "$D/stamp" -type f -not -path '*/.git/*')" = "$T/kernel/dma/mapping.c" ] ||
	fail "make tree writes files that do not differ"
says "export of what was left out" "nothing changed$" series export

# ---- work is not lost

edit 's/^40$/forty/' kernel/dma/mapping.c
refuses "uncommitted changes" "uncommitted" series tree
says "make run with them" "used as it is" series tree keep
refuses "make clean with them" "left alone" series tree clean
commit "dma: Change 40"
refuses "commits" "not exported" series tree
echo x >>"$P/one/cover"
refuses "both changed" "both changed" series export
sed -i '$d' "$P/one/cover"
tgit reset -q --hard refs/series/made
edit 's/^c$/C/' kernel/dma/new.c && commit "dma: Change c"
cp "$D/repo/kernel/dma/new.c" "$D/new.c" && sed -i 's/^c$/x/' "$D/repo/kernel/dma/new.c"
refuses "a new file that changed twice" "changed both here and in" series export
cp "$D/new.c" "$D/repo/kernel/dma/new.c" && tgit reset -q --hard refs/series/made

# ---- bases that differ

series export check >/dev/null || fail "make export would change something"
lgit mv MAINTAINERS M && lgit mv M MAINTAINERS
sed -i '1s/^/0\n0\n0\n/; s/^88$/eighty-eight/' "$BASE/kernel/dma/mapping.c"
says "a hunk placed by reduced context" \
	"one/0003.*: kernel/dma/mapping.c:9[0-9]: a hunk placed by reduced context.*: [12], " series tree
sed -i 's/^90$/ninety/; s/^eighty-eight$/88/' "$BASE/kernel/dma/mapping.c"
says "a patch that the base has" "one/0003.* left out: .*reverse" series tree
says "export of it" "nothing changed$" series export
sed -i 's/^ninety$/90\n90/; s/^88$/x/; s/^89$/y/; s/^91$/z/' "$BASE/kernel/dma/mapping.c"
before=$(readlink "$T"; tgit rev-parse HEAD)
refuses "a hunk that does not fit" "one/0003.* does not fit: kernel/dma/mapping.c:" series tree
[ "$before" = "$(readlink "$T"; tgit rev-parse HEAD)" ] || fail "half applied"

# ---- a branch for others

lgit checkout -q -f
series tree >/dev/null
R=$D/remote.git
git init -q --bare "$R" && export REMOTE=$R
says "make push" "branch dma-phys/6.12.1, tag dma-phys/6.12.1-1, 8 commits signed off by A <a@b>" \
	series push
says "a second push" "has it: dma-phys/6.12.1-1" series push
rgit() { git -C "$R" "$@"; }
[ "$(rgit rev-parse 'dma-phys/6.12.1-1^{tree}')" = "$(tgit rev-parse 'HEAD^{tree}')" ] ||
	fail "another tree is pushed"
[ "$(rgit log --format=%B dma-phys/6.12.1-1 | grep -c '^Signed-off-by: A <a@b>')" = 8 ] ||
	fail "not all is signed off"
[ "$(rgit log --format=%s heads/dma-phys/6.12.1 | tail -n 2 | paste -sd,)" = two,one ] ||
	fail "the branch has no history"
edit 's/^60$/sixty/' kernel/dma/mapping.c && commit "dma: Change 60" && series export >/dev/null
says "a push of more" "^ *-: .* > .*dma: Change 60" series push
[ "$(rgit tag | paste -sd,)" = dma-phys/6.12.1-1,dma-phys/6.12.1-2 ] ||
	fail "the tags are $(rgit tag)"
rgit update-ref refs/heads/dma-phys/6.12.1 "dma-phys/6.12.1-1^{commit}"
edit 's/^61$/sixty-one/' kernel/dma/mapping.c && commit "dma: Change 61" && series export >/dev/null
refuses "a branch that someone moved" "git push to .* failed" series push
[ "$(rgit tag | wc -l)" = 2 ] || fail "a tag without its branch"
todo '/Change 6[01]/d' >/dev/null && series export >/dev/null

# ---- mails

lgit checkout -q -f
M=$D/repo/build/mbox
says "make mbox" "01-one: 4 patches and a cover letter" series mails.py
git clone -q "$BASE" "$D/am" && git -C "$D/am" am -q --empty=drop "$M"/*/*.patch || fail "git am"
series tree >/dev/null
[ "$(git -C "$D/am" rev-parse 'HEAD^{tree}')" = "$(tgit rev-parse 'HEAD^{tree}')" ] ||
	fail "the mails make another tree"
series mails.py >/dev/null
grep -q "^base-commit: $(lgit rev-parse HEAD)" "$M"/02*/0000* || fail "no base-commit"
[ "$(grep -c '^prerequisite-patch-id: ' "$M"/02*/0000*)" = 4 ] || fail "not 4 prerequisites"
TOPIC=zwei series mails.py >/dev/null
[ "$(ls "$M")" = 02-zwei ] || fail "TOPIC=zwei makes $(ls "$M")"
TOPIC=x refuses "a topic that is none" "no such topic" series mails.py
echo mine >>"$M/02-zwei/0000-cover-letter.patch"
refuses "an edited mail" "were edited" series mails.py
mkdir "$D/mine" && touch "$D/mine/file"
refuses "a directory that is not ours" "not ours" series mails.py "$D/mine"

((FAILED == 0)) && echo "PASS: the series tools" || exit 1
