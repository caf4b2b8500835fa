//go:build unix

package command

import (
	"syscall"
	"testing"
	"time"
)

// TestSIGHUPReloadsTheCertificate waits for the new certificate as long as the test may run: a signal has no answer.
func TestSIGHUPReloadsTheCertificate(t *testing.T) {
	r, a := secured(t, "")
	r.every = time.Hour
	p := r.start(t)
	defer p.onSignal(t.Context())()
	pool := a.pool(t)
	first := raw(t, p.Legacy, pool).SerialNumber.String()
	if _, err := a.renew(nil); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for raw(t, p.Legacy, pool).SerialNumber.String() == first {
		time.Sleep(10 * time.Millisecond)
	}
}
