package main

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// runGuessing has many addresses guess at many names while the real client goes on and another one of its kind comes.
func runGuessing(t *testing.T, g *gate, s sizes) {
	known := g.client(s)
	defer known.Close()
	at := func(address string) string { return "X-Forwarded-For: " + address + "\r\nX-Forwarded-Proto: https" }
	if a, err := known.Do(daily, basic(reader, password), at("198.51.100.7")); err != nil || a.Status != 200 {
		t.Fatalf("%v, status %d", err, a.Status)
	}
	welcome := latecomer{g: g, s: s, at: at("198.51.100.8")}
	welcome.come(t)
	var checked, refused, busy atomic.Int64 // guesses by what came of them
	guess := func(c *client, user string, address string, n int) bool {
		a, err := c.Do(daily, basic(user, fmt.Sprint("guess ", n)), at(address))
		switch {
		case err != nil || a.Status != 401 && a.Status != 503:
			t.Errorf("a guess at %s from %s: %v, status %d", user, address, err, a.Status)
			return false
		case a.Status == 503:
			busy.Add(1)
		case a.Header.Get("Retry-After") != "":
			refused.Add(1)
		default:
			checked.Add(1)
		}
		return true
	}
	begun := time.Now()
	c := g.client(s)
	for n := range 300 {
		if !guess(c, reader, "192.0.2.1", n) {
			break
		}
	}
	c.Close()
	most := 4 + math.Log2(time.Since(begun).Seconds()+1)
	t.Logf("one address, one name, 300 guesses in a row: %d looked at, %d refused, %d too many at once", checked.Load(), refused.Load(), busy.Load())
	if n := checked.Load(); float64(n) > most || refused.Load() < 250 {
		t.Errorf("%d guesses were looked at, at most %.0f may be", n, most)
	}

	checked.Store(0)
	refused.Store(0)
	var ended atomic.Bool
	var workers sync.WaitGroup
	addresses := max(2, 2*int(s.guesses.Seconds()))
	for w := range 100 {
		workers.Go(func() {
			c := g.client(s)
			defer c.Close()
			for n := w; !ended.Load(); n += 100 {
				user := reader
				if n%3 > 0 {
					user = fmt.Sprintf("user%d@example.onmicrosoft.com", n%50)
				}
				if !guess(c, user, fmt.Sprintf("203.0.113.%d", n/7%addresses), n) {
					return
				}
				time.Sleep(20 * time.Millisecond) // guessing is not flooding
			}
		})
	}
	var took []time.Duration
	late := latecomer{g: g, s: s, at: at("198.51.100.8")}
	until := time.Now().Add(s.guesses)
	for more := true; more && !t.Failed(); time.Sleep(5 * time.Millisecond) {
		asked := time.Now()
		a, err := known.Do(daily, basic(reader, password), at("198.51.100.7"))
		took = append(took, time.Since(asked))
		if err != nil || a.Status != 200 {
			t.Errorf("the real client: %v, status %d", err, a.Status)
		}
		if len(took)%100 == 50 {
			late.come(t)
		}
		// The first guess at each name from each address is looked at: a slow machine has to come to others.
		over := time.Since(until)
		more = over < 0 || over < 2*time.Minute && refused.Load() <= checked.Load()
	}
	ended.Store(true)
	workers.Wait()
	t.Logf("%d addresses, 51 names: %d looked at, %d refused, %d too many at once; meanwhile the real client had %d answers, %s, and one that is not remembered came %d times",
		addresses, checked.Load(), refused.Load(), busy.Load(), len(took), timesOf(took), late.came)
	if refused.Load() < checked.Load() {
		t.Error("most guesses were looked at")
	}
}

// latecomer is a client whose credential is not remembered when it comes, because its hash has changed.
type latecomer struct {
	g    *gate
	s    sizes
	at   string
	came int
}

// come asks once, which must be answered at once: it has succeeded from its address before.
func (l *latecomer) come(t *testing.T) {
	t.Helper()
	if err := l.g.SetPassword(10); err != nil {
		t.Fatal(err)
	}
	if _, err := l.g.admin("POST", "/api/reload"); err != nil {
		t.Fatal(err)
	}
	c := l.g.client(l.s)
	defer c.Close()
	if a, err := c.Do(daily, basic(late, password), l.at); err != nil || a.Status != 200 {
		t.Errorf("a client that is not remembered: %v, status %d", err, a.Status)
	}
	l.came++
}
