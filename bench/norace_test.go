//go:build !race

package main

// raceDetector says that the tests, and so the gateway, run under the race detector.
const raceDetector = false
