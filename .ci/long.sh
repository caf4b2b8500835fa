# Sourced by run --long: single checks of over five minutes.

check_long() {
	step 'long: 500 sidecars around one gateway' check_thin 500
	[ -n "$(replicas_missing)" ] || step 'long: replicas, PostgreSQL away for a minute' check_replicas 60 5
	step 'long: a release built with a cold cache has the same bytes' check_same "$out/cold"
	step 'long: load, whole' load_runs whole 120m
	step 'long: fuzz, ten minutes each' fuzz_all "${RWSGATE_FUZZ_LONG:-10m}"
	step 'long: store and cache, whole' env "${variables[@]}" RWSGATE_LONG=1 go test -count=1 -timeout 60m \
		-run 'Killed|TwoYears|ThousandTenants|ManyTenants|Store' ./store ./cache
	step 'long: three years of a rollout, every week looked at' env "${variables[@]}" RWSGATE_LONG=1 go test -count=1 -timeout 60m -run 'ThreeYears' ./command
}
