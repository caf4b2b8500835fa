# Sourced by run: the compiled gateway under load, and beside nginx. Figures are printed, never compared with a limit.

# load_runs SIZE TIMEOUT: the runs of package bench against the binary of this run.
load_runs() {
	RWSGATE_LOAD=$1 RWSGATE_BINARY=$out/rwsgate go test -count=1 -v -timeout "$2" ./bench >"$out/load.log" 2>&1 ||
		{ grep -vE '^=== ' "$out/load.log" | cut -c1-2000 | tail -60; return 1; }
	grep -E '^ *([a-z_]+_test\.go|---)' "$out/load.log" | sed 's/^ *[a-z_]*_test\.go:[0-9]*:/   /'
}

# check_ratios: requests per second and processor time of a cached answer, as ratios to nginx with the same bytes.
check_ratios() {
	go run ./bench -binary "$out/rwsgate" "$@"
}

# check_load: what CI runs, about two minutes.
check_load() {
	step 'load: storms, slow clients, guessing, reloads, the end' load_runs short 20m
	if command -v nginx >/dev/null; then
		step 'load: ratios to nginx' check_ratios -rounds 5 -slice 500ms
	else
		skip 'load: ratios to nginx' 'no nginx could be installed'
	fi
}
