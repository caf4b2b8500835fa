package command

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// givePagesBack takes the program's own file pages, which are never written, out of this process. What its start alone
// needed, above all the initialization of what a sidecar never uses, stays in the system's cache at most; what it uses
// comes back by itself.
func givePagesBack() {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return // it is only thrift
	}
	own, err := os.Executable()
	if err != nil {
		return
	}
	for line := range bytes.Lines(maps) {
		fields := bytes.Fields(line)
		if len(fields) < 6 || string(fields[5]) != own || fields[1][1] == 'w' {
			continue
		}
		low, high, _ := bytes.Cut(fields[0], []byte("-"))
		from, err1 := strconv.ParseUint(string(low), 16, 64)
		to, err2 := strconv.ParseUint(string(high), 16, 64)
		if err1 != nil || err2 != nil {
			continue
		}
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, uintptr(from), uintptr(to-from), syscall.MADV_DONTNEED)
	}
}
