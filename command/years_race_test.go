//go:build race

package command

// underRace says that the race detector watches, under which everything takes ten times as long.
const underRace = true
