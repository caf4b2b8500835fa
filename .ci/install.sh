# Sourced by run: what the checks need beyond Go.

postgres_bin() { find /usr/lib/postgresql -maxdepth 3 -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -1; }

missing_packages() {
	command -v git >/dev/null || echo git
	command -v gcc >/dev/null && [ -e /usr/include/stdlib.h ] || echo gcc libc6-dev # for the race detector
	[ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
	command -v mcs >/dev/null && command -v mono >/dev/null && [ -e /usr/lib/mono/4.5/System.Data.Services.Client.dll ] && [ -e /usr/lib/mono/4.5/System.ServiceModel.dll ] ||
		echo mono-mcs mono-runtime libmono-system-data-services-client4.0-cil libmono-system-servicemodel4.0a-cil
	command -v cert-sync >/dev/null || echo ca-certificates-mono
	/usr/bin/python3 -c 'import feedparser, lxml, requests' 2>/dev/null || echo python3-feedparser python3-lxml python3-requests
	command -v node >/dev/null && command -v npm >/dev/null || echo nodejs npm
	command -v ruby >/dev/null || echo ruby
	command -v jing >/dev/null || echo jing
	[ -n "$(postgres_bin)" ] || echo postgresql
	command -v curl >/dev/null || echo curl
	command -v openssl >/dev/null || echo openssl
	command -v nginx >/dev/null || echo nginx-light
	command -v promtool >/dev/null || echo prometheus
	command -v ip >/dev/null && command -v sysctl >/dev/null && command -v setpriv >/dev/null && command -v nsenter >/dev/null || echo iproute2 procps util-linux
	command -v chromium >/dev/null || command -v google-chrome >/dev/null || echo chromium
	command -v zip >/dev/null && command -v unzip >/dev/null || echo zip unzip
	command -v buildah >/dev/null && command -v podman >/dev/null && command -v runc >/dev/null && command -v busybox >/dev/null ||
		echo buildah podman runc busybox-static
	command -v mkfs.ext4 >/dev/null || echo e2fsprogs
	command -v qemu-aarch64 >/dev/null || echo qemu-user
	command -v wine >/dev/null && command -v x86_64-w64-mingw32-ld >/dev/null || echo wine wine64 binutils-mingw-w64-x86-64
}

install_tools() {
	go version
	local missing
	missing=$(missing_packages | tr '\n' ' ')
	[ -n "${missing// /}" ] || return 0
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		skip 'installing packages' "not root on Debian; missing: $missing"
		return 0
	fi
	echo "installing: $missing"
	apt-get update -qq >"$out/apt.log" 2>&1 || { cat "$out/apt.log"; return 1; }
	# shellcheck disable=SC2086 # a list of words
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >"$out/apt.log" 2>&1 || { tail -20 "$out/apt.log"; return 1; }
}
