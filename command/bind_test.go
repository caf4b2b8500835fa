package command

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestAnAddressThatCannotBeHad starts the program on an address that is taken, and on one that no machine has: the error
// names the key and the mend.
func TestAnAddressThatCannotBeHad(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	const free, nobodys = "127.0.0.1:0", "192.0.2.1:9" // of the net for documentation
	taken := l.Addr().String()
	for _, c := range []struct{ listen, admin, want, mend string }{
		{taken, free, "rwsgate: listen: cannot listen on " + taken + ": ", "stop that one, or take another port"},
		{free, taken, "rwsgate: admin.listen: cannot listen on " + taken + ": ", "stop that one, or take another port"},
		{nobodys, free, "rwsgate: listen: cannot listen on " + nobodys + ": ", "take one that it has"},
	} {
		code, _, stderr := cli("serve", "--demo", "--listen", c.listen, "--admin-listen", c.admin)
		if code != 1 || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, c.mend) || strings.Count(stderr, " listen ") != 1 {
			t.Errorf("%s and %s: exit code %d: %s", c.listen, c.admin, code, stderr)
		}
	}
}

// TestBindErrorsHaveTheirMend goes through the system's numbers, those of Windows too, as the net package wraps them.
func TestBindErrorsHaveTheirMend(t *testing.T) {
	for number, mend := range map[syscall.Errno]string{
		syscall.EADDRINUSE: "stop that one", 10048: "stop that one",
		syscall.EADDRNOTAVAIL: "does not have this address", 10049: "does not have this address",
		syscall.EACCES: "CAP_NET_BIND_SERVICE", 10013: "excludedportrange",
		syscall.EMFILE: "",
	} {
		cause := &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", number)}
		err := bindError("admin.listen", cause)
		if !strings.HasPrefix(err.Error(), "admin.listen: ") || !errors.Is(err, number) || !strings.Contains(err.Error(), mend) || strings.Contains(err.Error(), "; ") != (mend != "") {
			t.Errorf("%d: %v", number, err)
		}
	}
}
