# Sourced by run: the checks of the Go code.

check_format() {
	local unformatted
	unformatted=$(gofmt -l $(git ls-files '*.go'))
	[ -z "$unformatted" ] || { echo "gofmt these files:"; echo "$unformatted"; return 1; }
}

check_build() {
	CGO_ENABLED=0 go build -trimpath -tags grpcnotrace -ldflags '-s -w' -o "$out/rwsgate" . &&
		go build ./... &&
		go mod verify >/dev/null &&
		ls -l "$out/rwsgate" | awk '{ printf "stripped static binary: %.1f MB\n", $5 / 1e6 }'
}

check_isolation() {
	local package found=0
	for package in $(go list ./... | grep -v -e '^rwsgate$' -e '/command$' -e '/translate/graph$'); do
		if go list -deps -test "$package" | grep -qE 'msgraph-sdk-go|azidentity'; then
			echo "$package builds the Graph SDK"
			found=1
		fi
	done
	return $found
}

check_lint() {
	# Built from its own module, so that its dependencies never reach ours.
	(cd tools && go build -o "$out/golangci-lint" github.com/golangci/golangci-lint/v2/cmd/golangci-lint) &&
		"$out/golangci-lint" run ./...
}

# test_environment: the variables of the tests that look beyond the project.
test_environment() {
	variables=()
	if [ -e "$shared/vectors/odata-cases.tsv" ]; then
		variables+=("RWSGATE_ODATA_CASES=$shared/vectors/odata-cases.tsv")
	else
		skip 'odata-cases.tsv' 'no reference folder beside the project'
	fi
	if start_postgres; then
		variables+=(RWSGATE_REQUIRE_POSTGRES=1 "RWSGATE_POSTGRES=postgres://rwsgate@/postgres?host=$out/postgres")
	else
		skip 'tests on PostgreSQL' 'no PostgreSQL server could be installed or started'
	fi
}

# start_postgres: a server of this run's own on a socket in $out, ended by stop_postgres.
start_postgres() {
	local bin folder=$out/postgres as=()
	bin=$(postgres_bin)
	[ -n "$bin" ] || return 1
	mkdir -p "$folder"
	if [ "$(id -u)" = 0 ]; then
		chmod 755 "$out"
		chown postgres "$folder"
		as=(runuser -u postgres --)
	fi
	"${as[@]}" "$bin/initdb" -D "$folder/data" -U rwsgate -A trust -E UTF8 --locale=C -N >"$out/postgres.log" 2>&1 &&
		"${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "-k $folder -c listen_addresses= -c fsync=off -c max_connections=200" start >>"$out/postgres.log" 2>&1 ||
		{ cat "$out/postgres.log"; return 1; }
}

stop_postgres() {
	local as=()
	[ -d "$out/postgres/data" ] || return 0
	[ "$(id -u)" != 0 ] || as=(runuser -u postgres --)
	"${as[@]}" "$(postgres_bin)/pg_ctl" -D "$out/postgres/data" -m immediate stop >/dev/null 2>&1 || true
}

go_test() {
	env "${variables[@]}" go test ./... &&
		env "${variables[@]}" go test -count=1 -v -run 'TestRecordedAnswers|TestODataCases' ./odata | grep -E 'recorded |cases compared'
}

go_test_race() { env "${variables[@]}" CGO_ENABLED=1 go test -race -shuffle=on -timeout 30m ./...; }

check_fuzz() { fuzz_all "${RWSGATE_FUZZTIME:-3s}"; }

# fuzz_all TIME: every target of the project for so long, as many side by side as there are cores; but those first, and one
# by one, for which the Graph SDK is compiled with the marks of fuzzing.
fuzz_all() {
	local package linked=' rwsgate/(command|translate/graph) '
	mkdir -p "$out/fuzz"
	export out
	export -f fuzz_one fuzz_for
	for package in $(go list ./...); do
		go test -list '^Fuzz' "$package" | sed -n "s|^Fuzz|$1 $package &|p"
	done >"$out/fuzz/targets"
	grep -E "$linked" "$out/fuzz/targets" | xargs -L 1 bash -c 'fuzz_one "$@"' fuzz_one &&
		grep -vE "$linked" "$out/fuzz/targets" | xargs -L 1 -P "$(nproc)" bash -c 'fuzz_one "$@"' fuzz_one
}

# fuzz_one TIME PACKAGE TARGET. Go before 1.27 may take the end of the time itself for a failure (golang/go#75804); then a
# number of runs decides, which no clock ends.
fuzz_one() {
	local log="$out/fuzz/$3.log" flaw='context deadline exceeded'
	fuzz_for "$1" "$2" "$3" >"$log" 2>&1 ||
		{ grep -qx " *$flaw" "$log" && ! grep -q 'Failing input' "$log" && timeout 10m bash -c 'fuzz_for "$@"' fuzz_for 500x "$2" "$3" >"$log" 2>&1; } ||
		{ printf '%s %s:\n%s\n' "$2" "$3" "$(tail -30 "$log")"; return 1; }
	echo "$2 $3: $(grep -o 'execs: [0-9]*' "$log" | tail -1)"
}

fuzz_for() { go test -run '^$' -fuzz "^$3\$" -fuzztime "$1" -fuzzminimizetime 1s -parallel 1 "$2"; }

# free_ports N: ports of 127.0.0.1 where nobody listens, all below those the system gives to outgoing connections and to
# whoever asks for any port: what is free now still is when a program that is started or restarted wants it.
free_ports() {
	/usr/bin/python3 - "$1" <<-'END'
		import random, socket, sys
		free = []
		for port in random.sample(range(10000, 30000), 2000):
		    try:
		        free.append(socket.create_server(("127.0.0.1", port)))
		    except OSError:
		        continue
		    if len(free) == int(sys.argv[1]):
		        break
		print(*[s.getsockname()[1] for s in free])
	END
}

# serve_demo NAME FLAGS…: starts a demo on free ports and waits until it is ready; sets url, admin, demo_pid.
serve_demo() {
	local name=$1 tries
	shift
	"$out/rwsgate" serve --demo --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 "$@" >"$out/$name.out" 2>"$out/$name.log" &
	demo_pid=$!
	for tries in $(seq 100); do
		url=$(grep -o "http://127.0.0.1:[0-9]*/ecp/[a-z/.]*svc" "$out/$name.out" | head -1 || true)
		admin=$(grep -o 'admin=127.0.0.1:[0-9]*' "$out/$name.log" | head -1 | sed 's/admin=/http:\/\//' || true)
		[ -n "$url" ] && [ -n "$admin" ] && "$out/rwsgate" health --admin "$admin" >/dev/null 2>&1 && return 0
		kill -0 "$demo_pid" 2>/dev/null || break
		sleep 0.1
	done
	cat "$out/$name.log"
	return 1
}

stop_demo() {
	kill -TERM "$demo_pid" && wait "$demo_pid"
}

check_readme() {
	serve_demo readme || return 1
	local report
	for report in Daily Weekly Monthly; do
		curl -fsS "$url/CsP2PAVTime$report?\$select=Date,TotalAudioMinutes,TotalVideoMinutes&\$orderby=Date%20desc&\$top=10&\$format=Atom" >"$out/answer" || return 1
		grep -q '<d:TotalAudioMinutes m:type="Edm.Int64">' "$out/answer" || { echo "$report has no minutes"; return 1; }
		curl -fsS -H 'X-timezone: Pacific Standard Time' "$url/CsP2PAVTime$report" >"$out/answer" || return 1
		grep -q '<entry>' "$out/answer" || { echo "$report has no entries in Pacific time"; return 1; }
	done
	curl -fsS "$(grep -o 'http://127.0.0.1:[0-9]*/$' "$out/readme.out")" | grep -q '<title>rwsgate' || { echo "there is no status page where the demo says"; return 1; }
	stop_demo || { echo "the demo did not end with 0"; cat "$out/readme.log"; return 1; }
	grep -q 'report_calls=1 ' "$out/readme.log" || { echo "one report call should have served everything:"; tail -3 "$out/readme.log"; return 1; }
}
