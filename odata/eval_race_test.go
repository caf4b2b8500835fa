//go:build race

package odata

// raceEnabled: the race detector makes sync.Pool forget at random, so that pooled memory is allocated anew.
const raceEnabled = true
