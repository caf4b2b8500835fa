# Sourced by run: the image, built by Buildah from the Dockerfile and run by Podman. Neither needs a daemon, an outer registry
# or systemd.

container_missing() {
	local tool
	[ "$(id -u)" = 0 ] || { echo 'Buildah and Podman are used as root here'; return; }
	for tool in buildah podman runc busybox nsenter; do
		command -v $tool >/dev/null || { echo "no $tool (Debian: buildah podman runc busybox-static)"; return; }
	done
	# A CI machine may be a container that is not allowed to mount.
	container_setup
	{ b from scratch && b mount "$(b containers -q)"; } >"$out/container.log" 2>&1 ||
		echo "Buildah cannot work on this machine: $(tail -1 "$out/container.log")"
	container_clean
}

container_setup() {
	images=$out/containers
	mkdir -p "$images"
	export BUILDAH_ISOLATION=chroot
}
b() { buildah --root "$images/root" --runroot "$images/run" "$@"; }
p() { podman --root "$images/root" --runroot "$images/run" --tmpdir "$images/tmp" --runtime runc --cgroup-manager cgroupfs --events-backend none "$@"; }

container_clean() {
	{ p rm -fa; b umount -a; b rm -a; umount "$images/root/overlay"; } >/dev/null 2>&1 || true
	rm -rf "$images"
}

# container_base: stands for the Go image of the registry: this machine's Go and certificates, and a shell.
container_base() {
	local base folder name
	base=$(b from scratch) && folder=$(b mount "$base") &&
		mkdir -p "$folder"/{bin,tmp,root,go,usr/local,etc/ssl/certs} &&
		cp "$(command -v busybox)" "$folder/bin/busybox" &&
		for name in sh mkdir cp echo; do ln -s busybox "$folder/bin/$name"; done &&
		cp -L /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/" &&
		mkdir "$folder/usr/local/go" &&
		(cd "$(go env GOROOT)" && cp -r bin lib pkg src go.env LICENSE PATENTS VERSION "$folder/usr/local/go/") &&
		b config --env PATH=/usr/local/go/bin:/bin --env GOPATH=/go --env HOME=/root "$base" &&
		b commit -q --rm "$base" localhost/rwsgate-base >/dev/null
}

# container_image: the Dockerfile as it is; the machine's modules and compiled packages stand in for the layers that a
# builder keeps, so that the Graph SDK is not compiled once more.
container_image() {
	b build -q --format docker --layers --build-arg BUILD_IMAGE=localhost/rwsgate-base --build-arg VERSION="$1" --build-arg COMMIT="$2" \
		--build-arg GOPROXY="$(go env GOPROXY)" --build-arg GOSUMDB="$(go env GOSUMDB)" \
		--volume "$(go env GOMODCACHE):/go/pkg/mod" --volume "$(go env GOCACHE):/root/.cache/go-build" \
		-t localhost/rwsgate . >"$images/build.log" 2>&1 || { tail -20 "$images/build.log"; return 1; }
}

# container_size: what a registry would hold.
container_size() {
	local bytes
	b push -q localhost/rwsgate "oci:$images/oci" >"$images/push.log" 2>&1 || { cat "$images/push.log"; return 1; }
	bytes=$(du -sb "$images/oci/blobs" | cut -f1)
	echo "image, compressed: $((bytes / 1000)) kB"
	[ "$bytes" -lt 30000000 ] || { echo 'the image is over 30 MB'; return 1; }
}

# container_content: one program and what it needs; no shell, nothing that others may write.
container_content() {
	local base folder
	base=$(b from localhost/rwsgate) && folder=$(b mount "$base") || return 1
	(cd "$folder" && find . ! -type d | sort) >"$images/files"
	printf '%s\n' ./etc/passwd ./etc/ssl/certs/ca-certificates.crt ./licenses/LICENSE ./licenses/THIRD-PARTY-NOTICES ./rwsgate |
		diff - "$images/files" || { echo 'the image holds other files'; return 1; }
	(cd "$folder" && find . \( -perm /6002 -o -user 65532 ! -path ./data \) ! -type l) | grep . && { echo 'too much may be written'; return 1; }
	[ "$(stat -c %u "$folder/data")" = 65532 ]
}

container_in() { nsenter -t "$pid" -n "$@"; }

# container_run: as strictly as it may be run: nothing writable but /data, no capability, no network but its own loopback.
container_run() {
	local report tries
	p run -d --name gateway --read-only --cap-drop all --security-opt no-new-privileges --network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
		localhost/rwsgate serve --demo --store sqlite:/data/rwsgate.db >"$images/run.log" 2>&1 || { cat "$images/run.log"; return 1; }
	pid=$(p inspect gateway --format '{{.State.Pid}}')
	for tries in $(seq 100); do
		p healthcheck run gateway >/dev/null 2>&1 && break
		sleep 0.1
	done
	p healthcheck run gateway || { p logs gateway; echo "HEALTHCHECK's command fails"; return 1; }
	grep -q '^Uid:	65532	65532	65532	65532$' "/proc/$pid/status" || { echo 'it runs as another user'; return 1; }
	grep -q '^CapBnd:	0*$' "/proc/$pid/status" || { echo 'it has capabilities'; return 1; }
	for report in Daily Weekly Monthly; do
		container_in curl -fsS "http://127.0.0.1:8080/ecp/reportingwebservice/reporting.svc/CsP2PAVTime$report?\$format=Atom" | grep -q '<entry>' ||
			{ echo "$report is not answered"; return 1; }
	done
	p exec gateway /rwsgate version | grep -qx "rwsgate $1" || { echo 'it has another version'; return 1; }
	p exec gateway /rwsgate backup --store sqlite:/data/rwsgate.db /data/copy.db || return 1
	p stop -t 30 gateway >/dev/null 2>&1
	[ "$(p inspect gateway --format '{{.State.ExitCode}}')" = 0 ] || { p logs gateway; echo 'SIGTERM did not end it with 0'; return 1; }
}

check_container() (
	trap container_clean EXIT
	version=$(git describe --tags --always 2>/dev/null || echo dev)
	container_setup && container_base && container_image "$version" "$(git rev-parse HEAD)" && container_size && container_content && container_run "$version"
)
