# Sourced by run --long: single checks of over five minutes.

check_long() {
	step 'long: fuzz, ten minutes each' env_fuzz 10m
	step 'long: store and cache, whole' env RWSGATE_LONG=1 RWSGATE_REQUIRE_POSTGRES="${RWSGATE_REQUIRE_POSTGRES:-}" go test -count=1 -timeout 60m -run 'Killed|Thousand|Years' ./store ./cache ./rollout
}

env_fuzz() { RWSGATE_FUZZTIME=$1 check_fuzz; }
