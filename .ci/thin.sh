# Sourced by run: sidecars as processes of their own, around one central gateway.

# check_thin N: N sidecars start together, ask, end and start again, twice. All their calls must be in the central
# ledger, Graph asked at most 4 times, and each sidecar hold at most 20 MB. Addresses are on loopback only.
check_thin() {
	local count=$1 round asked=0 central_pid central admin
	local folder=$out/thin
	rm -rf "$folder"
	mkdir -p "$folder"
	"$out/rwsgate" serve --demo --tls "$folder/tls" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 >"$folder/central.out" 2>"$folder/central.log" &
	central_pid=$!
	central=$(thin_wait "$folder/central.log" 'listen=127.0.0.1:[0-9]*') && admin=$(thin_wait "$folder/central.log" 'admin=127.0.0.1:[0-9]*') ||
		{ cat "$folder/central.log"; return 1; }
	central=${central#*=} admin=${admin#*=}
	for round in 1 2 3; do
		thin_round "$folder/$round" "$count" "$central" || { kill "$central_pid" "${thin_pids[@]}" 2>/dev/null; return 1; }
		asked=$((asked + 3 * count))
	done
	thin_ledger "$admin" "$asked" || { kill "$central_pid"; return 1; }
	kill -TERM "$central_pid" && wait "$central_pid" || return 1
	local reports
	reports=$(grep -o 'report_calls=[0-9]*' "$folder/central.log" | cut -d= -f2)
	[ "$reports" -le 4 ] || { echo "$reports report calls"; return 1; }
	echo "$count sidecars started 3 times: $asked calls, all in the ledger, $reports report call(s)"
	rm -rf "$folder"
}

# thin_wait FILE PATTERN: waits until FILE has it, and prints it.
thin_wait() {
	local tries
	for tries in $(seq 600); do
		grep -o -m 1 "$2" "$1" 2>/dev/null && return 0
		sleep 0.1
	done
	return 1
}

# thin_round FOLDER COUNT CENTRAL: the sidecars' life from start to end. Each has three calls, of which it answers two
# itself.
thin_round() {
	local root=/ecp/reportingwebservice/reporting.svc
	local folder=$1 count=$2 central=$3 i askers=() listen failed=0
	thin_pids=()
	mkdir -p "$folder"
	for i in $(seq "$count"); do
		"$out/rwsgate" serve --forward-url "https://$central" --forward-ca-file "$out/thin/tls/ca.pem" \
			--listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 >"$folder/$i.log" 2>&1 &
		thin_pids+=($!)
	done
	for i in $(seq "$count"); do
		listen=$(thin_wait "$folder/$i.log" '"listen":"[^"]*"') || { cat "$folder/$i.log"; return 1; }
		listen=${listen#*:\"} listen=${listen%\"}
		local url="http://$listen$root/CsP2PAVTimeDaily?\$top=5"
		curl -fsS -m 60 -u reader@example.onmicrosoft.com:demo "$url" "$url" "$url" >"$folder/$i.answer" &
		askers+=($!)
		if [ $((i % 50)) = 0 ]; then
			wait "${askers[@]}" || failed=1
			askers=()
		fi
	done
	[ ${#askers[@]} = 0 ] || wait "${askers[@]}" || failed=1
	[ "$(cat "$folder"/*.answer | grep -o '</feed>' | wc -l)" = $((3 * count)) ] || failed=1
	[ "$failed" = 0 ] || { echo 'a call was not answered'; cat "$folder"/*.log | tail -5; return 1; }
	sleep 12 # the start's pages are given back by then
	thin_memory "${thin_pids[@]}" || return 1
	kill -TERM "${thin_pids[@]}"
	for i in "${thin_pids[@]}"; do
		wait "$i" || { echo "a sidecar ended with $?"; return 1; }
	done
	! grep -l 'ledger is not complete' "$folder"/*.log
}

# thin_memory PID…: kB of the largest sidecar, resident in all and what is its own (anonymous).
thin_memory() {
	local pid
	for pid in "$@"; do
		awk '/^Rss:/ { r = $2 } /^Pss:/ { p = $2 } /^Anonymous:/ { a = $2 } END { print r, p, a }' "/proc/$pid/smaps_rollup"
	done | awk '{ n++; rss += $1; pss += $2; own += $3; if ($1 > most) most = $1; if ($3 > mine) mine = $3 }
		END {
			printf "%d sidecars: resident %.1f MB on average (PSS %.1f MB), %.1f MB at most; their own %.1f MB on average, %.1f MB at most\n",
				n, rss / n / 1024, pss / n / 1024, most / 1024, own / n / 1024, mine / 1024
			exit most > 20 * 1024
		}'
}

# thin_ledger ADMIN COUNT: the central ledger has so many calls.
thin_ledger() {
	local tries found=0
	for tries in $(seq 50); do
		found=$(curl -fsS "http://$1/api/usage" | grep -o '"calls":[0-9]*' | head -1 | cut -d: -f2)
		[ "${found:-0}" = "$2" ] && return 0
		sleep 0.2
	done
	echo "the ledger has ${found:-no} calls, $2 were made"
	return 1
}
