package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestDrain ends gateways under load, with and without TLS.
func TestDrain(t *testing.T) {
	s := load()
	for n := range s.drains {
		t.Run("", func(t *testing.T) { runDrain(t, newGate(t, gateOptions{TLS: n%2 == 1, More: settings(s)}), s) })
	}
}

// runDrain ends a gate by SIGTERM under load: /readyz says so while requests are still taken, no request that the gateway
// took goes without its whole answer, none fails on a kept connection, and the exit code is 0.
func runDrain(t *testing.T, g *gate, s sizes) {
	if err := g.Reconfigure(settings(s) + "log: { level: debug }\n"); err != nil {
		t.Fatal(err)
	}
	d := drainer{g: g, s: s, want: reference(t, g, s), taken: map[string]bool{}, answered: map[string]bool{}}
	watch := d.watch
	g.watch.Store(&watch)
	var workers sync.WaitGroup
	for w := range 12 {
		workers.Go(func() { d.client(t, w) })
	}
	for d.done.Load() < 200 && !t.Failed() {
		time.Sleep(time.Millisecond)
	}
	if err := g.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	d.leaving(t)
	code := g.Wait()
	workers.Wait()
	if code != 0 {
		t.Errorf("exit code %d\n%s", code, g.tail())
	}
	lost := 0
	for id := range d.taken {
		if !d.answered[id] {
			lost++
		}
	}
	t.Logf("%d requests taken and answered, %d new connections refused at the end", len(d.taken)-lost, d.refused.Load())
	if lost > 0 || len(d.taken) < 200 {
		t.Errorf("of %d requests that the gateway took %d had no whole answer", len(d.taken), lost)
	}
}

// drainer is the load under which a gate ends.
type drainer struct {
	g             *gate
	s             sizes
	want          string
	done, refused atomic.Int64

	mu              sync.Mutex
	taken, answered map[string]bool // by the request's own parameter
}

// watch takes down each request that the gate's log tells of.
func (d *drainer) watch(record string) {
	_, rest, found := strings.Cut(record, "?drain=")
	if !found {
		return
	}
	id, _, _ := strings.Cut(rest, `"`)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.taken[id] = true
}

// client asks until nobody listens any more.
func (d *drainer) client(t *testing.T, worker int) {
	c := d.g.client(d.s)
	defer c.Close()
	for n := 0; ; n++ {
		if worker%3 == 0 {
			c.Close()
		}
		id := fmt.Sprintf("%d-%d", worker, n)
		a, err := c.Do(daily+"?drain="+id, basic(reader, password))
		switch {
		case err == nil && a.Status == http.StatusOK && string(a.Body) == d.want:
			d.mu.Lock()
			d.answered[id] = true
			d.mu.Unlock()
			d.done.Add(1)
		case err == nil:
			t.Errorf("status %d: %.200s", a.Status, a.Body)
			return
		case a.Reused:
			t.Errorf("a kept connection ended without an answer: %v", err)
			return
		case !errors.Is(err, syscall.ECONNREFUSED):
			t.Errorf("a connection that was made ended without an answer: %v", err)
			return
		default: // nobody listens any more
			d.refused.Add(1)
			return
		}
	}
}

// leaving sees that /readyz says 503 and that a new request is still served after that.
func (d *drainer) leaving(t *testing.T) {
	for {
		_, err := d.g.admin(http.MethodGet, "/readyz")
		if err == nil {
			continue
		}
		if !strings.Contains(err.Error(), "503") || !strings.Contains(err.Error(), "draining") {
			t.Errorf("readyz says %v", err)
			return
		}
		break
	}
	c := d.g.client(d.s)
	defer c.Close()
	if a, err := c.Do(daily, basic(reader, password)); err != nil || a.Status != http.StatusOK {
		t.Errorf("a request after readiness turned false: %v, status %d", err, a.Status)
	}
}
