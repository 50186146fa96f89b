# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# The guest of make test-all: the same as that of make test, with scripts that take long.
# shellcheck source-path=SCRIPTDIR source=test.sh
export PASSES=${PASSES:-2}
. /harness/test.sh
