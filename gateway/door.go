package gateway

import (
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// door is a listener that can be shut so that nobody is lost who had already come in: what the system has accepted for us
// would be reset by closing it.
type door struct {
	net.Listener
	mu      sync.Mutex
	shut    time.Time // when shutting began; zero: open
	waiting map[net.Conn]struct{}
}

const (
	doorQuiet   = 20 * time.Millisecond // without anybody new, then it is closed
	doorPatient = 3 * time.Second       // and at the latest then
)

func newDoor(l net.Listener) *door { return &door{Listener: l, waiting: map[net.Conn]struct{}{}} }

// Shut lets in who is at the door already, then closes it; Accept then gives net.ErrClosed.
func (d *door) Shut() {
	d.mu.Lock()
	d.shut = time.Now()
	d.mu.Unlock()
	deafen(d.Listener)
	d.deadline() // for an Accept that waits already
}

// Accept gives the next connection.
func (d *door) Accept() (net.Conn, error) {
	for {
		d.mu.Lock()
		shut := d.shut
		d.mu.Unlock()
		if !shut.IsZero() {
			d.deadline()
		}
		c, err := d.Listener.Accept()
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return c, err
		}
		if shut.IsZero() || time.Since(shut) < doorPatient && somebodyAt(d.Listener) {
			continue // shutting began while this Accept waited, or it was too late to look
		}
		return nil, errors.Join(net.ErrClosed, d.Close())
	}
}

// deadline bounds the next wait for somebody new.
func (d *door) deadline() {
	d.mu.Lock()
	until := time.Now().Add(doorQuiet)
	if d.shut.Add(doorPatient).Before(until) {
		until = time.Now()
	}
	d.mu.Unlock()
	if l, ok := d.Listener.(interface{ SetDeadline(time.Time) error }); ok {
		_ = l.SetDeadline(until) // fails on a closed listener, whose Accept says so
	}
}

// note is the server's ConnState: it keeps in mind who has come in and not asked anything yet.
func (d *door) note(c net.Conn, state http.ConnState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if state == http.StateNew {
		d.waiting[c] = struct{}{}
		return
	}
	delete(d.waiting, c)
}

// served says whether everybody who came in has asked something, or has gone.
func (d *door) served() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.waiting) == 0
}
