#!/usr/bin/env bash
# Makes everything that a release consists of:
#   .ci/release.sh [FOLDER]     default dist; the version is that of git describe
# Sourced by run, which checks what it makes.

platforms=(linux/amd64 linux/arm64 windows/amd64)

release_version() { git describe --tags --match 'v[0-9]*' --always --dirty 2>/dev/null || echo dev; }

# release_binary PLATFORM FILE: the same bytes wherever, whenever and by whom it is built from one commit with one Go.
release_binary() {
	GOOS=${1%/*} GOARCH=${1#*/} CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false' GOAMD64=v1 GOARM64=v8.0 GOEXPERIMENT='' GOFIPS140=off \
		go build -tags grpcnotrace -ldflags "-s -w -X rwsgate/command.version=$(release_version) -X rwsgate/command.commit=$(git rev-parse HEAD)" -o "$2" .
}

# release_platform PLATFORM FOLDER WORK: archive and bill of materials of one platform.
release_platform() {
	local os=${1%/*} arch=${1#*/} program=rwsgate name
	name=rwsgate_$(release_version)_${os}_$arch
	[ "$os" != windows ] || program=rwsgate.exe
	mkdir -p "$3/$name" &&
		release_binary "$1" "$3/$name/$program" &&
		go run tools/release/notices.go -os "$os" -arch "$arch" >"$3/$name/THIRD-PARTY-NOTICES" &&
		cp LICENSE README.md CHANGELOG.md "$3/$name/" && cp -r docs "$3/$name/docs" &&
		"$3/cyclonedx-gomod" bin -json -noserial -notimestamp -version "$(release_version)" -output "$2/$name.cdx.json" "$3/$name/$program" 2>"$3/sbom.log" ||
		{ cat "$3/sbom.log" 2>/dev/null; return 1; }
	chmod -R u=rwX,go=rX "$3/$name"
	find "$3/$name" -exec touch -h -d "@$(git log -1 --format=%ct)" {} +
	if [ "$os" = windows ]; then
		(cd "$3" && find "$name" | LC_ALL=C sort | TZ=UTC zip -q -X -@ "$2/$name.zip")
	else
		tar -C "$3" --sort=name --owner=0 --group=0 --numeric-owner -cf - "$name" | gzip -9n >"$2/$name.tar.gz"
	fi
}

# release_all FOLDER
release_all() {
	local folder work platform
	command -v zip >/dev/null || { echo 'no zip (Debian: zip)'; return 1; }
	mkdir -p "$1" && folder=$(cd "$1" && pwd) && rm -f "$folder"/rwsgate_* "$folder/SHA256SUMS" && work=$(mktemp -d) || return 1
	(cd tools/release && CGO_ENABLED=0 GOFLAGS=-trimpath go build -o "$work/cyclonedx-gomod" github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod) || return 1
	for platform in "${platforms[@]}"; do
		# One after the other: each compiles the Graph SDK, in 5 GB of memory.
		release_platform "$platform" "$folder" "$work" || { rm -rf "$work"; return 1; }
	done
	rm -rf "$work"
	(cd "$folder" && sha256sum rwsgate_* >SHA256SUMS)
}

# release_clone SOURCE FOLDER: what a release is made from: the last commit, nothing else.
release_clone() { git clone -q "$1" "$2" && git -C "$2" fetch -q --tags "$1"; }

# check_release: a whole release, and that a second build in another folder, zone and umask gives the same bytes.
check_release() {
	(cd tools/release && go vet . && go test .) && release_clone "$top" "$out/release" && (cd "$out/release" && release_all "$out/dist") && check_dist "$out/dist" "$out/release" &&
		check_same "$(go env GOCACHE)"
}

# check_same GOCACHE: builds linux/amd64 once more.
check_same() {
	local folder="$out/another folder/$$"
	rm -rf "$out/another folder"
	mkdir -p "$out/another folder" && release_clone "$out/release" "$folder" &&
		(cd "$folder" && umask 077 && export GOCACHE="$1" TZ=Asia/Kolkata LANG=de_DE.UTF-8 && release_binary linux/amd64 "$out/second") &&
		cmp "$out/first/rwsgate" "$out/second" && echo "the same bytes twice: $(sha256sum <"$out/second" | cut -c1-16)…"
}

# check_dist DIST SOURCE: checksums, versions, and bills of materials that name each module of their binary.
check_dist() {
	local platform name files
	(cd "$1" && sha256sum --quiet -c SHA256SUMS) || return 1
	files=$(ls "$1" | wc -l)
	[ "$files" = $((2 * ${#platforms[@]} + 1)) ] || { ls "$1"; echo 'the release is not whole'; return 1; }
	for platform in "${platforms[@]}"; do
		name=rwsgate_$(cd "$2" && release_version)_${platform/\//_}
		mkdir -p "$out/unpacked"
		if [ -e "$1/$name.zip" ]; then unzip -q -o "$1/$name.zip" -d "$out/unpacked"; else tar -C "$out/unpacked" -xzf "$1/$name.tar.gz"; fi || return 1
		go version -m "$out/unpacked/$name"/rwsgate* | awk '$1 == "dep" { print $2 "@" $3 }' | sort >"$out/modules"
		[ -s "$out/modules" ] || { echo "$name names no module"; return 1; }
		/usr/bin/python3 -c 'import json, sys
for c in json.load(sys.stdin)["components"]: print(c["name"] + "@" + c["version"])' <"$1/$name.cdx.json" | sort | diff "$out/modules" - ||
			{ echo "$name.cdx.json is not whole"; return 1; }
		ls -l "$1/$name".*[pz] | awk '{ printf "%s: %.1f MB\n", "'"$platform"'", $5 / 1e6 }'
	done
	ln -sfn "$out/unpacked/rwsgate_$(cd "$2" && release_version)_linux_amd64" "$out/first"
	"$out/first/rwsgate" version | grep -qx "commit  $(git -C "$2" rev-parse HEAD)" || { echo 'the commit is not in the binary'; return 1; }
}

# check_workflows: the linter of those who run them elsewhere.
check_workflows() {
	(cd tools/release && go build -o "$out/actionlint" github.com/rhysd/actionlint/cmd/actionlint) &&
		"$out/actionlint" -shellcheck= -pyflakes= .github/workflows/*.yml
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	set -euo pipefail
	cd "$(dirname "$0")/.."
	release_all "${1:-dist}"
	ls -l "${1:-dist}"
fi
