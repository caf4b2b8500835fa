package gateway

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// noNewcomers passes a TCP segment unless it asks for a connection: its flags are byte 13, SYN is bit 1.
var noNewcomers = [...]unix.SockFilter{
	{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 13},
	{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, K: 2, Jf: 1},
	{Code: unix.BPF_RET | unix.BPF_K, K: 0},
	{Code: unix.BPF_RET | unix.BPF_K, K: 0xffffffff},
}

// deafen has the system drop what asks a listening socket for a new connection from now on. Who is connected stays in its
// queue; who comes after asks again a second later, and is refused then. Without it somebody is reset by the closing
// whenever new connections come without a pause.
func deafen(l net.Listener) {
	filter := noNewcomers
	onSocket(l, func(fd int) {
		// A system that knows no filters closes as others do.
		_ = unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]})
	})
}

// somebodyAt says whether a connection waits to be accepted.
func somebodyAt(l net.Listener) (yes bool) {
	onSocket(l, func(fd int) {
		n, err := 0, error(unix.EINTR) // by a signal of Go's own scheduler, among others
		for errors.Is(err, unix.EINTR) {
			n, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
		}
		yes = err == nil && n > 0
	})
	return yes
}

func onSocket(l net.Listener, do func(fd int)) {
	socket, ok := l.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := socket.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { do(int(fd)) }) // fails on a closed socket, at which nobody waits
	}
}
