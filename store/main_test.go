package store

import (
	"fmt"
	"os"
	"testing"
)

// children are the programs that tests run as processes of their own, by name: none where a system has no such processes.
var children = map[string]func() error{}

// TestMain runs the tests, or one of the programs in children that tests start from this same binary.
func TestMain(m *testing.M) {
	if name := os.Getenv("RWSGATE_STORE_CHILD"); name != "" {
		if err := children[name](); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	cluster.stop()
	os.Exit(code)
}
