package main

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// runSlow holds connections that take their time while a normal client goes on; it prints the client's slowest requests
// with and without them.
func runSlow(t *testing.T, g *gate, s sizes) {
	want := reference(t, g, s)
	alone := served(t, g.client(s), want, s.slowFor/3)
	var slow slowClients
	stop := slow.start(g, s.slow)
	defer stop()
	beside := served(t, g.client(s), want, s.slowFor)
	all := slow.allCut(s.slow / len(slowKinds))
	cut := stop()
	t.Logf("alone: %s; beside %d slow connections: %s; p99 ratio %.2f", alone, s.slow, beside, float64(beside.p99)/float64(alone.p99))
	t.Logf("slow connections cut: %v", cut)
	if !all {
		t.Errorf("of each kind %d should be cut", s.slow/len(slowKinds))
	}
	if s.slowFor > 2*time.Minute && cut["reader"] == 0 {
		t.Error("no connection whose client reads nothing was cut in two minutes")
	}
}

// served asks for the daily report for a while, by turns on a kept connection and on a new one like it, and gives how
// long it took.
func served(t *testing.T, kept *client, want string, during time.Duration) times {
	t.Helper()
	var took []time.Duration
	defer kept.Close()
	for n, until := 0, time.Now().Add(during); time.Now().Before(until); n++ {
		c := kept
		if n%4 == 0 {
			c = &client{Dial: kept.Dial, Handshake: kept.Handshake}
		}
		begun := time.Now()
		a, err := c.Do(daily, basic(reader, password))
		took = append(took, time.Since(begun))
		if err != nil || a.Status != 200 || string(a.Body) != want {
			t.Fatalf("%v, status %d: %.200s", err, a.Status, a.Body)
		}
		if c != kept {
			c.Close()
		}
		time.Sleep(2 * time.Millisecond)
	}
	return timesOf(took)
}

// times are how long requests took.
type times struct {
	n             int
	p50, p99, max time.Duration
}

func timesOf(took []time.Duration) times {
	slices.Sort(took)
	n := len(took)
	return times{n, took[n/2], took[n*99/100], took[n-1]}
}

// String gives the figures with their number.
func (t times) String() string {
	round := func(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
	return "p50 " + round(t.p50) + ", p99 " + round(t.p99) + ", max " + round(t.max)
}

var slowKinds = []string{"handshake", "header", "body", "reader"}

// slowClients are connections that each hold what they can of the gateway, and come again when they are cut.
type slowClients struct {
	workers sync.WaitGroup
	ended   atomic.Bool
	mu      sync.Mutex
	open    map[net.Conn]bool
	cut     map[string]int
}

// start opens n connections and gives what ends them and tells how many were cut, by kind.
func (s *slowClients) start(g *gate, n int) (stop func() map[string]int) {
	s.open, s.cut = map[net.Conn]bool{}, map[string]int{}
	for i := range n {
		kind := slowKinds[i%len(slowKinds)]
		s.workers.Go(func() {
			for !s.ended.Load() {
				s.one(g, kind)
			}
		})
	}
	return func() map[string]int {
		s.ended.Store(true)
		s.mu.Lock()
		for c := range s.open {
			_ = c.Close()
		}
		s.mu.Unlock()
		s.workers.Wait()
		return s.cut
	}
}

// allCut waits until n connections were cut of each kind that has a limit of its own, as long as a test may run.
func (s *slowClients) allCut(n int) bool {
	for range 150 {
		s.mu.Lock()
		least := min(s.cut["handshake"], s.cut["header"], s.cut["body"])
		s.mu.Unlock()
		if least >= n {
			return true
		}
		time.Sleep(time.Second)
	}
	return false
}

// one holds a connection until it is cut.
func (s *slowClients) one(g *gate, kind string) {
	dial := g.Dial
	if kind == "handshake" {
		dial = func() (net.Conn, error) { return net.Dial("tcp", g.Legacy) }
	}
	c, err := dial()
	if err != nil {
		time.Sleep(100 * time.Millisecond)
		return
	}
	s.mu.Lock()
	s.open[c] = true
	s.mu.Unlock()
	if s.ended.Load() { // stop may have looked before
		_ = c.Close()
	}
	dribble(c, kind)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	if !s.ended.Load() {
		s.cut[kind]++
	}
	_ = c.Close()
}

// dribble sends what belongs to a kind byte by byte until the other side has had enough.
func dribble(c net.Conn, kind string) {
	var text string
	switch kind {
	case "handshake":
		text = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\x00", 500)
	case "header":
		text = "GET " + daily + " HTTP/1.1\r\nHost: h\r\nX-Slow: " + strings.Repeat("z", 1<<16)
	case "body":
		if _, err := io.WriteString(c, "POST "+daily+" HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n"); err != nil {
			return
		}
		text = strings.Repeat("z", 1<<16)
	case "reader":
		readNothing(c)
		return
	}
	for i := range text {
		if _, err := io.WriteString(c, text[i:i+1]); err != nil {
			return
		}
		_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := c.Read(make([]byte, 1<<10)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
}

// readNothing asks for reports until the gateway can write no more, and waits for the end.
func readNothing(c net.Conn) {
	if raw, ok := c.(*net.TCPConn); ok {
		_ = raw.SetReadBuffer(4 << 10)
	}
	for {
		_ = c.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
		_, err := io.WriteString(c, "GET "+daily+" HTTP/1.1\r\nHost: h\r\n\r\n")
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
