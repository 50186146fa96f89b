#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Tests of how vntb.sh runs its cases, with made-up ones: those that were asked for and no others,
# and none is changed by what the one before it did, or how it ended.
. "$(dirname "$0")/../lib.sh"

SELFTESTS=$TREE/tools/testing/selftests
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
ln -s "$SELFTESTS"/{dma,kselftest} "$WORK/"
mkdir "$WORK/ntb"
cp "$SELFTESTS"/ntb/vntb*.sh "$WORK/ntb/"

# vntb.sh with these cases in the place of its own. All that needs the devices is left out.
{
	sed '/^# ---- all of them/,$d' "$SELFTESTS/ntb/vntb.sh"
	sed -n '/^plan()/,/^}/p' "$SELFTESTS/ntb/vntb.sh"
	cat <<'END'
MW_SIZE=1
make_ready() { echo "not ready"; [ "$name" != not_made ]; }

first() { [ $MW_SIZE = 1 ]; }
fails() { MW_SIZE=2; cd /; trap : EXIT; echo "of $MW_SIZE reasons"; false; }
not_made() { :; }
exits() { MW_SIZE=3; exit 7; }
redirects() { echo 2>/dev/null > /nowhere/at/all; }
module() { :; }
last() { [ $MW_SIZE = 1 ] && [ "$PWD" != / ]; }

cases()
{
	for c in first fails not_made exits redirects; do "$1" $c "case $c"; done
	"$1" module "case module" no_such_module
	"$1" last "case last"
}
name_of() { echo "$1"; }
NAMES=$(cases name_of)
ONLY=" $* "
[ $# -gt 0 ] || ONLY=" "
plan "$NAMES"
cases run
rm -rf "$TMP"
END
} >"$WORK/ntb/test.sh"

failures=0
# expect TITLE WANTED [NAME...]: what the script says about the cases of these names
expect() {
	local title=$1 wanted=$2 got
	shift 2
	got=$(cd "$WORK" && sh ntb/test.sh "$@" 2>&1 | sed 's/ *$//') || true
	[ "$got" != "$wanted" ] || return 0
	printf '%s\n' "$title:" "$got" "instead of:" "$wanted"
	failures=$((failures + 1))
}

expect "all cases" "\
1..9
ok 1 first: case first
# of 2 reasons
not ok 2 fails: case fails
# not ready
not ok 3 not_made: case not_made
not ok 4 exits: case exits
not ok 5 redirects: case redirects
ok 6 module: case module # SKIP no_such_module is built in or missing
ok 7 last: case last"
expect "one case" $'1..3\nok 1 last: case last' last
expect "two cases, in vntb.sh's order" \
	$'1..4\nnot ok 1 exits: case exits\nok 2 last: case last' last exits
expect "a case that is not there" '1..0 # SKIP there is no case lost' last lost
expect "a part of a name" '1..0 # SKIP there is no case las' las
((failures == 0))
