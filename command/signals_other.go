//go:build !unix

package command

import (
	"os"
	"syscall"
)

// Windows sends SIGTERM when the console closes, the user logs off or the system shuts down. A changed file is noticed and
// the admin API reloads and refreshes; there is no signal for it.
var (
	ending                = []os.Signal{os.Interrupt, syscall.SIGTERM}
	reloading, refreshing []os.Signal
)
