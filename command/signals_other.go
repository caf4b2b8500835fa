//go:build !unix

package command

import "os"

var (
	ending                = []os.Signal{os.Interrupt}
	reloading, refreshing []os.Signal
)
