# Sourced by run --long: single checks of over five minutes.

check_long() {
	step 'long: 500 sidecars around one gateway' check_thin 500
	[ -n "$(replicas_missing)" ] || step 'long: replicas, PostgreSQL away for a minute' check_replicas 60 5
	step 'long: a release built with a cold cache has the same bytes' check_same "$out/cold"
	step 'long: load, whole' load_runs whole 120m
	step 'long: fuzz odata, ten minutes each' fuzz_long ./odata
	step 'long: fuzz all else, ten minutes each' fuzz_others
	step 'long: store and cache, whole' env "${variables[@]}" RWSGATE_LONG=1 go test -count=1 -timeout 60m \
		-run 'Killed|TwoYears|ThousandTenants|ManyTenants|Store' ./store ./cache
	step 'long: three years of a rollout, every week looked at' env "${variables[@]}" RWSGATE_LONG=1 go test -count=1 -timeout 60m -run 'ThreeYears' ./command
}

# fuzz_long PACKAGE…: every target for RWSGATE_FUZZ_LONG, ten minutes if that is not set.
fuzz_long() {
	local package target
	for package in "$@"; do
		for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz'); do
			go test -run '^$' -fuzz "^$target\$" -fuzztime "${RWSGATE_FUZZ_LONG:-10m}" -fuzzminimizetime 1s "$package" >"$out/fuzz.log" 2>&1 ||
				{ echo "$package $target:"; tail -30 "$out/fuzz.log"; return 1; }
			echo "$package $target: $(grep -o 'execs: [0-9]*' "$out/fuzz.log" | tail -1)"
		done
	done
}

# fuzz_others: as check_fuzz, without the packages that would compile the Graph SDK anew for it.
fuzz_others() {
	# shellcheck disable=SC2046 # a list of packages
	fuzz_long $(go list ./... | grep -v -e '^rwsgate$' -e '/command$' -e '/translate/graph$' -e '/odata$')
}
