package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serveOn runs a listener until stop is called; ended gives what Serve gave.
func serveOn(t *testing.T, l *Listener) (stop func(), ended <-chan error) {
	t.Helper()
	l.Addr = "127.0.0.1:0"
	if l.Log == nil {
		l.Log = slog.New(slog.DiscardHandler)
	}
	if err := l.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx) }()
	t.Cleanup(stop)
	return stop, done
}

func dial(t *testing.T, l *Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// gone waits until the other side has ended the connection; what it still sent is read.
func gone(c net.Conn) bool {
	_, err := io.Copy(io.Discard, c)
	return err == nil || errors.Is(err, syscall.ECONNRESET)
}

func ok(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }

// TestSlowClientsAreCut has each limit of time in turn be the only one that can end a connection: the others are hours,
// so that a missing one hangs the test.
func TestSlowClientsAreCut(t *testing.T) {
	const soon = 50 * time.Millisecond
	large := strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		name    string
		limits  *Listener
		request string
		handler http.HandlerFunc
	}{
		{"half a header", &Listener{HeaderTimeout: soon, BodyTimeout: time.Hour}, "GET / HTTP/1.1\r\nHost: h\r\nX", ok},
		{"no request", &Listener{HeaderTimeout: soon, BodyTimeout: time.Hour}, "", ok},
		{"half a body", &Listener{HeaderTimeout: soon}, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf", ok},
		{"no next request", &Listener{HeaderTimeout: time.Hour, IdleTimeout: soon}, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ok},
		{"no reader", &Listener{HeaderTimeout: time.Hour, WriteTimeout: soon}, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", func(w http.ResponseWriter, _ *http.Request) {
			for range 64 {
				if _, err := io.WriteString(w, large); err != nil {
					return
				}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			left := make(chan struct{})
			l := c.limits
			l.Drain = time.Minute
			l.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(left)
				c.handler(w, r)
			})
			serveOn(t, l)
			conn := dial(t, l)
			if _, err := io.WriteString(conn, c.request); err != nil {
				t.Fatal(err)
			}
			if c.name == "no reader" {
				<-left // while nothing was read
			}
			if !gone(conn) {
				t.Error("the connection was not ended")
			}
		})
	}
}

func TestHeadersAreBounded(t *testing.T) {
	l := &Listener{HeaderTimeout: time.Minute, Handler: http.HandlerFunc(ok), Drain: time.Minute}
	serveOn(t, l)
	status, _ := send(t, l.Address(), "GET / HTTP/1.1\r\nHost: h\r\nX: "+strings.Repeat("x", headerBytes+8<<10)+"\r\n\r\n")
	if status != "431" {
		t.Errorf("status %s", status)
	}
}

// TestDrainKeepsItsOrder pins what happens between the call for the end and the end: new connections are still served,
// answers ask for another connection, a request under way finishes, and only then Serve returns.
func TestDrainKeepsItsOrder(t *testing.T) {
	begun, finish := make(chan struct{}, 1), make(chan struct{})
	l := &Listener{HeaderTimeout: time.Minute, Drain: time.Hour, Linger: 3 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" {
				begun <- struct{}{}
				<-finish
			}
			ok(w, r)
		})}
	stop, ended := serveOn(t, l)
	kept, slow := dial(t, l), dial(t, l)
	replies := bufio.NewReader(kept)
	ask := func(c net.Conn, path string) {
		t.Helper()
		if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	reply := func(from *bufio.Reader) *http.Response {
		t.Helper()
		r, err := http.ReadResponse(from, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(r.Body); err != nil || string(body) != "ok" {
			t.Fatalf("%q %v", body, err)
		}
		return r
	}
	ask(slow, "/slow")
	<-begun
	ask(kept, "/")
	if reply(replies).Close {
		t.Error("connections end before the end was called for")
	}
	stop()
	for !l.leaving.Load() {
		time.Sleep(time.Millisecond)
	}
	ask(kept, "/")
	if !reply(replies).Close {
		t.Error("the answer does not ask for another connection")
	}
	fresh := dial(t, l)
	ask(fresh, "/")
	reply(bufio.NewReader(fresh))
	for { // until the listener is closed
		c, err := net.Dial("tcp", l.Address())
		if err != nil {
			break
		}
		_ = c.Close()
	}
	select {
	case <-ended:
		t.Fatal("a request under way was left behind")
	default:
	}
	close(finish)
	reply(bufio.NewReader(slow))
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestNobodyAtTheDoorIsLost has clients connect that nobody has accepted when the end is called for, some of which have not
// even asked yet.
func TestNobodyAtTheDoorIsLost(t *testing.T) {
	l := &Listener{Addr: "127.0.0.1:0", HeaderTimeout: time.Minute, Drain: time.Minute, Handler: http.HandlerFunc(ok), Log: slog.New(slog.DiscardHandler)}
	if err := l.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	var early, late []net.Conn
	for range 25 {
		early, late = append(early, dial(t, l)), append(late, dial(t, l))
	}
	const request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	for _, c := range early {
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	ended := make(chan error, 1)
	go func() { ended <- l.Serve(ctx) }()
	for { // until the listener is closed
		c, err := net.Dial("tcp", l.Address())
		if err != nil {
			break
		}
		_ = c.Close()
		time.Sleep(2 * doorQuiet) // or it would never be quiet
	}
	for _, c := range late {
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range append(early, late...) {
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || r.StatusCode != http.StatusOK {
			t.Fatalf("client %d: %v", i, err)
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestDrainCutsOffWhatNeverEnds(t *testing.T) {
	var said bytes.Buffer
	begun := make(chan struct{})
	l := &Listener{HeaderTimeout: time.Minute, Drain: 50 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&said, nil)),
		Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(begun)
			<-r.Context().Done()
		})}
	stop, ended := serveOn(t, l)
	c := dial(t, l)
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-begun
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(said.String(), "level=WARN") || !strings.Contains(said.String(), "limits.drain=50ms") {
		t.Errorf("the log says %q", said.String())
	}
}

// TestServerLog pins that a panic of ours is not lost among the noise of clients.
func TestServerLog(t *testing.T) {
	var said bytes.Buffer
	log := newServerLog(slog.New(slog.NewTextHandler(&said, nil)))
	log.Print("http: TLS handshake error from 127.0.0.1:1: EOF")
	if said.Len() > 0 {
		t.Errorf("noise: %s", &said)
	}
	log.Print("http: panic serving 127.0.0.1:1: boom\ngoroutine 1")
	if !strings.Contains(said.String(), "level=ERROR") || !strings.Contains(said.String(), "boom") {
		t.Errorf("a panic is told as %q", said.String())
	}
	said.Reset()
	for range 3 {
		log.Print("http: Accept error: accept tcp 127.0.0.1:443: accept4: too many open files; retrying in 5ms")
	}
	if strings.Count(said.String(), "level=ERROR") != 1 || !strings.Contains(said.String(), "ulimit") {
		t.Errorf("a machine without descriptors is told as %q", said.String())
	}
}
