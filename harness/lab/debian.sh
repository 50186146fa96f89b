# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Programs for the guests, from Debian's packages for their architecture, whatever the host's is. An
# apt with a state of its own gets them, from where the host's apt has its packages; nothing is
# installed.

# guest_apt ARCH ARGUMENTS...
guest_apt() {
	local state=$BUILD/dl/apt-$1
	mkdir -p "$state"/{lists,archives}/partial
	: >>"$state/status"
	apt-get -q -y -o APT::Architecture="$1" -o APT::Architectures="$1" \
		-o APT::Install-Recommends=false -o APT::Sandbox::User=root -o Acquire::Languages=none \
		-o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state" "${@:2}"
}

# unpack_packages ARCH PACKAGE...: with all that they depend on, into GUEST, the directory for that
# architecture
unpack_packages() {
	local arch=$1 deb stamp
	GUEST=$BUILD/dl/guest-$1
	stamp=$GUEST/$(printf '%s.' "${@:2}")unpacked
	[ ! -e "$stamp" ] || return 0
	say "unpacking ${*:2} for $arch"
	# Lists that are absent or old are the usual reason for a failure: refresh them only then.
	run_logged "guest-$arch" guest_apt "$arch" install --download-only "${@:2}" 2>/dev/null || {
		run_logged "guest-$arch-update" guest_apt "$arch" update || true
		run_logged "guest-$arch" guest_apt "$arch" install --download-only "${@:2}"
	} || die "apt-get has no ${*:2} for $arch"
	mkdir -p "$GUEST"
	for deb in "$BUILD/dl/apt-$arch"/archives/*.deb; do
		[ -e "$deb.unpacked" ] || run_logged "guest-$arch-unpack" dpkg-deb -x "$deb" "$GUEST" ||
			die "$deb cannot be unpacked"
		: >"$deb.unpacked"
	done
	: >"$stamp"
}

# guest_program NAME: where the packages have it, which is another directory in newer ones
guest_program() {
	find "$GUEST" -path "*bin/$1" -print -quit | grep . || die "the packages have no $1"
}
