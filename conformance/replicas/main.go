// Command replicas has the two ends of the scripts that prove replicas and the unmodified client's path: a stand-in of
// Entra ID and Graph that several gateways ask, and a client that keeps asking and counts what it got.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run runs one of the two until ctx ends, and load also at the end of its time.
func run(ctx context.Context, args []string, out io.Writer) error {
	switch {
	case len(args) == 2 && args[0] == "standin":
		return standIn(ctx, args[1], out)
	case len(args) > 1 && args[0] == "load":
		return load(ctx, args[1:], out)
	}
	return errors.New("usage: replicas standin FOLDER | replicas load -url URL [flags]")
}
