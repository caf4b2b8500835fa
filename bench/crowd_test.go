package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// TestCrowd has three times as many connections come as limits.connections allows, each of which holds what it can: some
// say nothing, some keep an answered connection, some ask for the report with a password and read nothing. Clients that
// ask in earnest are served meanwhile, and the gateway's memory is bounded by the limit; it prints by how much.
func TestCrowd(t *testing.T) {
	s := load()
	limits := fmt.Sprintf("limits: { requests_per_second: 10000000, connections: %d, header_timeout: 5m, drain_delay: 0s }\n", s.crowd)
	g := newGate(t, gateOptions{TLS: true, More: limits})
	if err := g.Reconfigure(limits + "log: { level: error }\n"); err != nil {
		t.Fatal(err)
	}
	want := reference(t, g, s)
	before := countsOf(t, g)
	empty, err := g.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	open := make([]net.Conn, 0, 3*s.crowd)
	end := func() {
		for _, c := range open {
			_ = c.Close()
		}
		open = nil
	}
	defer end()
	for n := range 3 * s.crowd {
		c, err := g.Dial()
		if err != nil {
			continue // it was ended before it was through the handshake
		}
		open = append(open, c)
		hold(c, n%3)
	}
	time.Sleep(2 * time.Second) // who reads nothing has a second to begin
	earnest := 0
	for range 50 {
		c := &client{Dial: g.Dial}
		a, err := c.Do(daily, basic(late, password))
		if err == nil && a.Status == 200 && string(a.Body) == want {
			earnest++
		} else {
			t.Logf("not served: %v %d %.200s", err, a.Status, a.Body)
		}
		c.Close()
	}
	m, err := g.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	connections, ended := m[`rwsgate_connections{listener="legacy"}`], m[`rwsgate_connections_ended_total{listener="legacy"}`]
	t.Logf("%d of 50 new clients served; %.0f connections of %d, %.0f ended; resident %.1f MB, before %.1f; goroutines %.0f; descriptors %.0f",
		earnest, connections, s.crowd, ended, megabytes(m), megabytes(empty), m["go_goroutines"], m["process_open_fds"])
	if earnest < 50 {
		t.Errorf("only %d of 50 clients were served", earnest)
	}
	if connections > float64(s.crowd) || ended < float64(s.crowd) || m["process_open_fds"] > before.descriptors+float64(s.crowd)+20 {
		t.Errorf("%.0f connections are open, %.0f were ended, %.0f descriptors, the limit is %d", connections, ended, m["process_open_fds"], s.crowd)
	}
	end()
	checkFlat(t, g, before)
}

// hold has a connection hold what it can of the gateway, in one of three ways.
func hold(c net.Conn, way int) {
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	ask := "GET " + daily + " HTTP/1.1\r\nHost: h\r\n" + basic(reader, password) + "\r\n\r\n"
	switch way {
	case 0: // says half of something
		_, _ = io.WriteString(c, ask[:20])
	case 1: // keeps its connection, after an answer
		if _, err := io.WriteString(c, ask); err == nil {
			_, _ = c.Read(make([]byte, 1))
		}
	case 2: // asks on and reads nothing
		if secure, ok := c.(*tls.Conn); ok {
			_ = secure.NetConn().(*net.TCPConn).SetReadBuffer(4 << 10)
		}
		_, _ = io.WriteString(c, strings.Repeat(ask, 64))
	}
}

func megabytes(m map[string]float64) float64 { return m["process_resident_memory_bytes"] / 1e6 }
