//go:build unix

package command

import (
	"os"
	"syscall"
)

var (
	ending     = []os.Signal{os.Interrupt, syscall.SIGTERM}
	reloading  = []os.Signal{syscall.SIGHUP}
	refreshing = []os.Signal{syscall.SIGUSR1}
)
