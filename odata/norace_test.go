//go:build !race

package odata

// raced tells whether the race detector is on.
const raced = false
