//go:build race

package odata

// raced tells that the race detector is on: pools then drop what they are given on purpose, so allocations say nothing.
const raced = true
