# Sourced by run: the systems that a release is for, other than this one.

arm64_missing() { command -v qemu-aarch64 >/dev/null || echo 'no qemu-aarch64 (Debian: qemu-user)'; }
windows_missing() {
	command -v wine >/dev/null && command -v wineserver >/dev/null || { echo 'no wine (Debian: wine wine64)'; return; }
	command -v x86_64-w64-mingw32-ld >/dev/null || echo 'no x86_64-w64-mingw32-ld (Debian: binutils-mingw-w64-x86-64)'
}
systemd_missing() {
	systemd-analyze security --help 2>/dev/null | grep -q -e --offline || echo 'no systemd-analyze with security --offline (systemd 250)'
}

# check_foreign PLATFORM: built and vetted for another system. The first time compiles the Graph SDK: two minutes, 5 GB.
check_foreign() {
	GOOS=${1%/*} GOARCH=${1#*/} go vet ./... && release_binary "$1" "$out/rwsgate-${1/\//-}"
}

# emulated COMMAND…: the program under an emulator: version, the demo's three reports. Sets emulated_pid, which still runs.
emulated() {
	local log=$out/emulated tries url report
	"$@" version | grep "^tzdata  20" || return 1
	"$@" serve --demo --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 >"$log.out" 2>"$log.log" &
	emulated_pid=$!
	for tries in $(seq 300); do
		url=$(grep -o "http://127.0.0.1:[0-9]*/ecp/[a-z/.]*svc" "$log.out" | head -1 || true)
		[ -z "$url" ] || break
		sleep 0.1
	done
	for report in Daily Weekly Monthly; do
		curl -fsS --retry 5 --retry-all-errors "$url/CsP2PAVTime$report?\$format=Atom" | grep -q '<entry>' ||
			{ cat "$log.log"; kill "$emulated_pid"; echo "$report is not answered"; return 1; }
	done
}

run_arm64() {
	emulated qemu-aarch64 "$out/rwsgate-linux-arm64" && kill -TERM "$emulated_pid" && wait "$emulated_pid"
}

# run_windows: the demo and the service, under Wine. Its service manager knows neither recovery nor accounts.
run_windows() (
	export WINEPREFIX=$out/wine WINEDEBUG=-all
	trap 'wineserver -k || true' EXIT
	wine wineboot -i >"$out/wine.log" 2>&1 || { tail -5 "$out/wine.log"; exit 1; }
	system32=$WINEPREFIX/drive_c/windows/system32
	if [ ! -e "$system32/bcryptprimitives.dll" ]; then # Go needs one function of it; Wine has it since 8.14, elsewhere before
		printf 'LIBRARY bcryptprimitives.dll\nEXPORTS\nProcessPrng = advapi32.SystemFunction036\n' >"$out/prng.def"
		x86_64-w64-mingw32-ld -shared -e 0 -o "$system32/bcryptprimitives.dll" "$out/prng.def" || exit 1
	fi
	mkdir -p "$WINEPREFIX/drive_c/rwsgate" && cp "$out/rwsgate-windows-amd64" "$WINEPREFIX/drive_c/rwsgate/rwsgate.exe"
	wineserver -w
	mkfifo "$out/hold" # a program that waits holds the session, whose end would start services anew
	wine cmd <"$out/hold" >/dev/null 2>&1 &
	exec 9>"$out/hold"
	emulated wine 'C:\rwsgate\rwsgate.exe' || exit 1
	kill "$emulated_pid"
	windows_service
)

rwsgate_exe() { timeout 60 wine 'C:\rwsgate\rwsgate.exe' "$@"; }

# must_fail WORDS COMMAND…: it fails, and says why.
must_fail() {
	local words=$1 said
	shift
	if said=$("$@" 2>&1); then echo "$* should fail"; return 1; fi
	printf '%s\n' "$said" | grep -q "$words" || { printf '%s\n' "$said"; echo "$* does not say: $words"; return 1; }
}

# windows_service: installed, started, answering, stopped, uninstalled, and what is said where that does not go.
windows_service() {
	local folder=$WINEPREFIX/drive_c/rwsgate ports admin
	ports=($(free_ports 2))
	admin=http://127.0.0.1:${ports[1]}
	cat >"$folder/rwsgate.yaml" <<-END
		listen: 127.0.0.1:${ports[0]}
		admin: { listen: "127.0.0.1:${ports[1]}" }
		auth: { anonymous: loopback }
		tenants:
		  - name: example.onmicrosoft.com
		    id: 16a58f78-539f-47f7-b9bf-02a63867d73b
		    credential: { kind: client-secret, client_id: 11111111-1111-1111-1111-111111111111, client_secret: asked-by-nobody }
		    cloud: { authority: "https://127.0.0.1:1/", graph: "https://127.0.0.1:1/v1.0", download_hosts: [127.0.0.1] }
	END
	echo 'listen: nonsense' >"$folder/bad.yaml"
	must_fail 'does not exist' rwsgate_exe service start &&
		must_fail 'File not found' rwsgate_exe service install --config 'C:\rwsgate\none.yaml' &&
		must_fail 'only Windows. service manager' rwsgate_exe service run &&
		rwsgate_exe service install --config 'C:\rwsgate\rwsgate.yaml' &&
		must_fail 'exists' rwsgate_exe service install --config 'C:\rwsgate\rwsgate.yaml' &&
		rwsgate_exe service start && rwsgate_exe health --admin "$admin" &&
		must_fail 'service stop' rwsgate_exe service uninstall &&
		curl -sS -o /dev/null -w '%{http_code}\n' "http://127.0.0.1:${ports[0]}/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily" | grep -qx 503 &&
		rwsgate_exe service stop && must_fail 'not ready' rwsgate_exe health --admin "$admin" &&
		rwsgate_exe service uninstall && must_fail 'does not exist' rwsgate_exe service start &&
		rwsgate_exe service install --config 'C:\rwsgate\bad.yaml' && must_fail 'event log' rwsgate_exe service start &&
		rwsgate_exe service uninstall && echo 'installed, started, answered, stopped, uninstalled'
}

# check_unit: systemd finds no fault in the unit and little that it exposes.
check_unit() {
	mkdir -p "$out/unit"
	sed "s#/usr/local/bin/rwsgate#$out/rwsgate#" docs/rwsgate.service >"$out/unit/rwsgate.service"
	systemd-analyze verify --man=no "$out/unit/rwsgate.service" &&
		systemd-analyze security --offline=true --threshold=20 --no-pager "$out/unit/rwsgate.service" | tail -1
}

check_platforms() {
	local reason
	step 'linux arm64: vet and build' check_foreign linux/arm64
	reason=$(arm64_missing)
	if [ -n "$reason" ]; then skip 'linux arm64: run' "$reason"; else step 'linux arm64: run' run_arm64; fi
	step 'windows amd64: vet and build' check_foreign windows/amd64
	reason=$(windows_missing)
	if [ -n "$reason" ]; then skip 'windows amd64: run, service' "$reason"; else step 'windows amd64: run, service' run_windows; fi
	reason=$(systemd_missing)
	if [ -n "$reason" ]; then skip 'systemd unit' "$reason"; else step 'systemd unit' check_unit; fi
}
