package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// runBytes sends raw bytes to both listeners for a while and judges every answer that comes back.
func runBytes(t *testing.T, g *gate, s sizes) {
	random, seeds := randomness(t), seedsOf(t)
	targets := []target{{g.Legacy, nil, seeds}, {g.Admin, nil, adminSeeds}}
	if g.roots != nil {
		targets = append(targets, target{g.Legacy, g.tlsConfig(), seeds}, target{g.Legacy, g.tlsConfig("h2"), nil})
	}
	var workers sync.WaitGroup
	var tally tally
	until := time.Now().Add(s.bytes)
	for n := range 32 {
		to := targets[n%len(targets)]
		m := &mutator{random: rand.New(rand.NewPCG(random.Uint64(), uint64(n))), seeds: to.seeds}
		workers.Go(func() {
			for time.Now().Before(until) || time.Since(until) < 2*time.Minute && !tally.enough() {
				tally.add(to.send(m))
			}
		})
	}
	workers.Wait()
	t.Logf("%d connections, statuses %v", tally.sent, tally.statuses)
	if len(tally.wrong) > 0 {
		t.Errorf("undocumented answers:\n%s", strings.Join(tally.wrong, "\n"))
	}
	if !tally.enough() {
		t.Error("the bytes reached too little")
	}
}

// target is what is sent bytes: an address, under TLS or not.
type target struct {
	address string
	tls     *tls.Config
	seeds   [][]byte // nil: HTTP/2 only
}

// tally is what the answers were.
type tally struct {
	mu       sync.Mutex
	sent     int
	statuses map[int]int
	wrong    []string
}

// enough says whether the bytes reached what they are to reach.
func (y *tally) enough() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.sent >= 500 && y.statuses[200] > 0 && y.statuses[400] > 0 && y.statuses[401] > 0
}

func (y *tally) add(message []byte, answers []*http.Response, bodies []string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.statuses == nil {
		y.statuses = map[int]int{}
	}
	y.sent++
	for i, a := range answers {
		y.statuses[a.StatusCode]++
		if !documented(a, bodies[i]) && len(y.wrong) < 5 {
			y.wrong = append(y.wrong, fmt.Sprintf("%s %v\n%.300s\nto %.1000q", a.Status, a.Header, bodies[i], message))
		}
	}
}

// documented says whether an answer is one that LEGACY 7 knows: 501 for verbs, 503 with Retry-After, the retired server's
// own 500, and what net/http refuses before a handler runs.
func documented(a *http.Response, body string) bool {
	if a.StatusCode < 500 {
		return true
	}
	if a.Header.Get("Request-Id") == "" {
		return a.Close && (a.StatusCode == http.StatusNotImplemented || a.StatusCode == http.StatusHTTPVersionNotSupported)
	}
	switch a.StatusCode {
	case http.StatusNotImplemented:
		return true
	case http.StatusServiceUnavailable:
		return a.Header.Get("Retry-After") != ""
	}
	return a.StatusCode == http.StatusInternalServerError && strings.Contains(body, "An error occurred while processing this request.")
}

// send opens a connection, sends one message and reads what comes back.
func (to target) send(m *mutator) (message []byte, answers []*http.Response, bodies []string) {
	c, err := net.Dial("tcp", to.address)
	if err != nil {
		return nil, nil, nil // too many at once
	}
	raw := c.(*net.TCPConn)
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if to.tls != nil {
		secure := tls.Client(c, to.tls)
		if err := secure.HandshakeContext(context.Background()); err != nil {
			return nil, nil, nil // too slow for the gateway, or for the ten seconds
		}
		c = secure
	}
	if to.seeds == nil {
		message = m.frames()
	} else {
		message = m.next()
	}
	go func() {
		_, _ = c.Write(message)
		switch len(message) % 4 { // the rest is left open, as by a client that waits
		case 0:
			_ = raw.CloseWrite()
		case 1:
			_ = raw.SetLinger(0)
		}
	}()
	var got bytes.Buffer
	chunk := make([]byte, 64<<10)
	wait := time.Second
	for {
		_ = c.SetReadDeadline(time.Now().Add(wait))
		n, err := c.Read(chunk)
		got.Write(chunk[:n])
		if err != nil {
			break
		}
		wait = 30 * time.Millisecond
	}
	if to.seeds == nil {
		return message, nil, nil // frames; what they did shows in the log and in the counts
	}
	answers, bodies = responses(got.Bytes())
	return message, answers, bodies
}

// responses reads answers one after the other, as far as they can be told apart.
func responses(b []byte) (answers []*http.Response, bodies []string) {
	from := bufio.NewReader(bytes.NewReader(b))
	for {
		a, err := http.ReadResponse(from, nil)
		if err != nil {
			return answers, bodies
		}
		body, err := io.ReadAll(a.Body)
		answers, bodies = append(answers, a), append(bodies, string(body))
		if err != nil {
			return answers, bodies
		}
	}
}
