# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# What the guest of make test-all does: what takes long, or the soak where the kernel's command line has soak=SECONDS.
# shellcheck source-path=SCRIPTDIR source=test.sh
export PASSES=${PASSES:-2}
case $(cat /proc/cmdline) in
*soak=*) tests=/harness/soak.sh ;;
*)
	tests="/harness/nvme.sh /harness/files.sh"
	[ ! -e /sys/block/sda ] || tests="$tests /harness/ahci.sh"
	;;
esac
. /harness/test.sh
