# Sourced by run: three gateways on one PostgreSQL behind nginx. Addresses are on loopback only.

replicas_missing() {
	[ -n "$(postgres_bin)" ] || echo 'no PostgreSQL server could be installed'
	command -v nginx >/dev/null || echo 'no nginx could be installed'
	[ -x /usr/bin/python3 ] || echo 'no /usr/bin/python3'
}

# replica_start N: starts the gateway of that number; replica_ready N waits until it is ready.
replica_start() {
	"$rwsgate" serve --config "$out/standin/rwsgate.yaml" --listen "127.0.0.1:${ports[$1]}" --admin-listen "127.0.0.1:${ports[$1 + 3]}" >>"$out/replica$1.log" 2>&1 &
	pids[$1]=$!
}
replica_ready() {
	local tries
	for tries in $(seq 300); do
		"$rwsgate" health --admin "$(admin_of "$1")" >/dev/null 2>&1 && return 0
		kill -0 "${pids[$1]}" 2>/dev/null || break
		sleep 0.1
	done
	tail -5 "$out/replica$1.log"
	echo "gateway $1 is not ready"
	return 1
}
admin_of() { echo "http://127.0.0.1:${ports[$1 + 3]}"; }

replicas_config() {
	cat - "$out/standin/tenants.yaml" >"$out/standin/rwsgate.yaml" <<-END
		store: postgres://rwsgate@/postgres?host=$out/postgres
		auth: { htpasswd_file: users }
		trusted_proxies: [127.0.0.1]
		limits: { page_size: 50, requests_per_second: 100000 }
		rollout:
		  clients: [ { match: { agent: retired }, phase: retired, reason: it is tried here, until: 2099-01-01 } ]
	END
	sed -e "s#@folder@#$out#g; s#@nginx@#${ports[0]}#; s#@1@#${ports[1]}#; s#@2@#${ports[2]}#; s#@3@#${ports[3]}#" conformance/replicas/nginx.conf >"$out/nginx.conf"
	[ "$(id -u)" != 0 ] || sed -i '1i user root;' "$out/nginx.conf" # the folders are closed to others
}

# replicas_up: all of it; the three gateways start at once on an empty store.
replicas_up() {
	local i tries
	mkdir -p "$out/standin" && chmod 755 "${out%/*}" && start_postgres || return 1
	ports=($(free_ports 7))
	"$rwsgate" cert "$out/tls" >/dev/null && go build -o "$out/replicas" ./conformance/replicas || return 1
	"$out/replicas" standin "$out/standin" >"$out/standin.log" 2>&1 &
	started+=($!)
	for tries in $(seq 100); do [ -s "$out/standin/counts" ] && break || sleep 0.1; done
	printf 'demo\n' | "$rwsgate" passwd reader@example.onmicrosoft.com --file "$out/standin/users" --password-stdin >/dev/null &&
		replicas_config || return 1
	nginx -p "$out" -e "$out/nginx.log" -c "$out/nginx.conf" >"$out/nginx.out" 2>&1 &
	started+=($!)
	for i in 1 2 3; do replica_start $i; done
	for i in 1 2 3; do replica_ready $i || return 1; done
}

replicas_end() {
	{ kill -KILL "${pids[@]}"; kill "${started[@]}"; wait; } 2>/dev/null
	stop_postgres
	rm -rf "$out"
}

postgres_again() {
	local as=()
	[ "$(id -u)" != 0 ] || as=(runuser -u postgres --)
	"${as[@]}" "$(postgres_bin)/pg_ctl" -D "$out/postgres/data" -w -l "$out/postgres/log" -o "-k $out/postgres -c listen_addresses= -c fsync=off -c max_connections=200" start >/dev/null
}

# ask_load AGENT FLAGS…: begins to ask through nginx; load_done ends it, prints its counts, and fails if a request failed.
ask_load() {
	load_agent=$1
	shift
	: >"$out/access.log"
	"$out/replicas" load -url "https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?\$top=5" -dial "127.0.0.1:${ports[0]}" \
		-ca "$out/tls/ca.pem" -agent "$load_agent" -for 180s "$@" >"$out/load.out" 2>"$out/load.err" &
	load_pid=$!
	started+=("$load_pid")
	sleep 1
}
load_done() {
	sleep 1
	kill -TERM "$load_pid"
	wait "$load_pid" || { cat "$out/load.out" "$out/load.err"; tail -3 "$out/nginx.log"; return 1; }
	retried=$(grep -c ', [0-9]' "$out/access.log" || true)
	echo "  $load_agent: $(cat "$out/load.out"), $retried sent on by nginx"
	answered=$(grep -o 'answered=[0-9]*' "$out/load.out" | cut -d= -f2)
}

# ledger_of N AGENT: how many calls of it the gateway N knows of.
ledger_of() {
	curl -fsS "$(admin_of "$1")/api/usage" | /usr/bin/python3 -c 'import json, sys
print(sum(c["calls"] for c in json.load(sys.stdin)["clients"] if c["user_agent"] == sys.argv[1]))' "$2"
}

# one_ledger AGENT COUNT: every gateway has exactly so many calls of it.
one_ledger() {
	local i tries found
	for i in 1 2 3; do
		for tries in $(seq 150); do
			found=$(ledger_of $i "$1" || true)
			[ "$found" = "$2" ] && break
			sleep 0.2
		done
		[ "$found" = "$2" ] || { echo "the ledger of gateway $i has ${found:-no} calls of $1, $2 were answered"; return 1; }
	done
}

# status_of N AGENT [QUERY]: what it gets of gateway N.
status_of() {
	curl -s -o /dev/null -w '%{http_code}' -A "$2" -u reader@example.onmicrosoft.com:demo -H 'X-Forwarded-Proto: https' \
		"http://127.0.0.1:${ports[$1]}/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily${3:-}"
}

# everywhere STATUS: within the ten seconds that DESIGN allows, a retired client gets it of every gateway.
everywhere() {
	local i until=$((SECONDS + 10))
	for i in 1 2 3; do
		until [ "$(status_of $i retired)" = "$1" ]; do
			[ "$SECONDS" -le "$until" ] || { echo "gateway $i still answers $(status_of $i retired), not $1"; return 1; }
			sleep 0.2
		done
	done
}

replicas_pause() {
	everywhere 410 && "$rwsgate" rollout pause --admin "$(admin_of 1)" --reason 'it is tried' >/dev/null && everywhere 200 &&
		"$rwsgate" rollout resume --admin "$(admin_of 2)" >/dev/null && everywhere 410 && echo '  a pause and its end reached every gateway within 10 s'
}

# replicas_killed ROUNDS: each is killed under load, and then each ends as it is told to. A client sees nothing but, in
# the worst case, one request that it sends again.
replicas_killed() {
	local i found turns
	turns=$(for ((i = 0; i < $1; i++)); do echo 1 2 3; done)
	ask_load killed -again
	for i in $turns; do
		{ kill -KILL "${pids[$i]}"; wait "${pids[$i]}"; } 2>/dev/null # the shell would tell of it
		sleep 1
		replica_start $i && replica_ready $i || return 1
	done
	load_done || return 1
	found=$(ledger_of 1 killed)
	echo "  the ledger has $found of these: who is killed loses the calls of its last second"
	[ "$found" -le $((answered + retried)) ] || { echo 'calls were counted twice'; return 1; }
	ask_load ended
	for i in $turns; do
		kill -TERM "${pids[$i]}"
		wait "${pids[$i]}" || { echo "gateway $i ended with $?"; return 1; }
		replica_start $i && replica_ready $i || return 1
	done
	load_done && one_ledger ended "$answered"
}

# replicas_alone SECONDS: PostgreSQL is away so long.
replicas_alone() {
	ask_load alone
	stop_postgres
	sleep "$1"
	[ "$(status_of 2 somebody '?$skip=17&$top=3')" = 200 ] || { echo 'a request that was never asked before is not answered while PostgreSQL is away'; return 1; }
	postgres_again || { tail -3 "$out/postgres/log"; return 1; }
	load_done && one_ledger alone "$answered" && one_ledger somebody 1
}

# check_replicas SECONDS ROUNDS: PostgreSQL is away for so long, and each gateway killed so often.
check_replicas() (
	rwsgate=$out/rwsgate out=$out/replicas-$1 started=() pids=()
	trap replicas_end EXIT
	replicas_up || { tail -5 "$out"/*.log; exit 1; }
	/usr/bin/python3 -B conformance/replicas/same.py "$out/tls/ca.pem" "${ports[@]:0:4}" || exit 1
	ask_load counted && sleep 3 && load_done && one_ledger counted "$answered" && replicas_pause && replicas_killed "$2" && replicas_alone "$1" || exit 1
	/usr/bin/python3 -B conformance/replicas/same.py "$out/tls/ca.pem" "${ports[@]:0:4}" || exit 1
	curl -fsS "$(cat "$out/standin/counts")" | grep -q '"Reports":1,' || { echo 'Graph was asked more than once'; exit 1; }
	echo 'one report call in all'
)
