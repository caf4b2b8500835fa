// Bench measures the compiled gateway from outside, by ratios of one run: the same bytes from the gateway's cache and from
// nginx's disk cache, in turn. Its tests are the load runs: what storms, slow clients, guessing, reloads and the end may
// not break.
//
//	go build -o rwsgate . && go run ./bench -binary ./rwsgate
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	var o compareOptions
	flag.StringVar(&o.Binary, "binary", "./rwsgate", "the compiled gateway")
	flag.StringVar(&o.Nginx, "nginx", "nginx", "the nginx to compare with")
	flag.IntVar(&o.Rounds, "rounds", 7, "turns of each")
	flag.DurationVar(&o.Slice, "slice", time.Second, "length of a turn")
	flag.IntVar(&o.Connections, "connections", 16, "connections that ask at once")
	flag.StringVar(&o.Profile, "profile", "", "file for a CPU profile of the gateway meanwhile")
	flag.Parse()
	if err := compareIn(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// compareIn compares in a folder of its own.
func compareIn(o compareOptions) (err error) {
	if o.Dir, err = os.MkdirTemp("", "rwsgate-bench"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.Dir)) }()
	if o.Binary, err = filepath.Abs(o.Binary); err != nil {
		return err
	}
	rows, err := compare(o)
	if err != nil {
		return err
	}
	fmt.Println("| answer | bytes | requests/s, gateway : nginx | CPU per request, gateway : nginx | allocations per request |")
	fmt.Println("|---|---|---|---|---|")
	for _, r := range rows {
		fmt.Println(r)
	}
	return nil
}
