package command

import (
	"errors"
	"fmt"
	"syscall"
)

// bindFaults are why the system refuses an address, and what mends it. Each has the number that Unix gives it, and the one
// of Windows' sockets, where Go's Unix names stand for numbers of its own.
var bindFaults = []struct {
	numbers [2]syscall.Errno
	mend    string
}{
	{[2]syscall.Errno{syscall.EADDRINUSE, 10048}, "another program on this machine has this port, perhaps another rwsgate: stop that one, or take another port"},
	{[2]syscall.Errno{syscall.EADDRNOTAVAIL, 10049}, "this machine does not have this address: take one that it has, or leave the host out (:PORT) for all of them"},
	{[2]syscall.Errno{syscall.EACCES}, "ports below 1024 need a right: take a higher one, or give rwsgate CAP_NET_BIND_SERVICE, as docs/rwsgate.service does"},
	{[2]syscall.Errno{10013}, "Windows keeps this port for another program (netsh int ipv4 show excludedportrange tcp), or one has it alone: take another port"},
}

// bindError names the key of an address that cannot be listened on, and the mend if the cause has a known one.
func bindError(key string, err error) error {
	for _, f := range bindFaults {
		for _, number := range f.numbers {
			if number != 0 && errors.Is(err, number) {
				return fmt.Errorf("%s: %w; %s", key, err, f.mend)
			}
		}
	}
	return fmt.Errorf("%s: %w", key, err)
}
