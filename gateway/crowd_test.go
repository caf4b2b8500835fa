package gateway

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// asked sends a request and reads its answer; false if the connection was ended instead.
func asked(c net.Conn) bool {
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		return false
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, r.Body)
	return err == nil && r.StatusCode == http.StatusOK
}

// lockedText is a log that is read while it may still be written.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// untilQuiet waits until n connections have asked nothing, or have their answer.
func untilQuiet(w *crowd, n int) {
	for {
		w.mu.Lock()
		quiet := w.quiet.Len()
		w.mu.Unlock()
		if quiet == n {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// TestTheQuietMakeRoom pins who goes when limits.connections is reached: whoever has been quiet for longest, whether it
// asked before or never did, and nobody else.
func TestTheQuietMakeRoom(t *testing.T) {
	var said lockedText
	l := &Listener{HeaderTimeout: time.Hour, Drain: time.Minute, Connections: 3, Handler: http.HandlerFunc(ok), Log: slog.New(slog.NewTextHandler(&said, nil))}
	serveOn(t, l)
	silent := dial(t, l)
	untilQuiet(l.crowd, 1)
	var kept [2]net.Conn
	for n := range kept {
		kept[n] = dial(t, l)
		if !asked(kept[n]) {
			t.Fatal("within the bound, a connection is ended")
		}
		untilQuiet(l.crowd, n+2)
	}
	if !asked(dial(t, l)) {
		t.Error("the first newcomer is not served")
	}
	if !gone(silent) {
		t.Error("the connection that never asked is still open")
	}
	untilQuiet(l.crowd, 3)
	if !asked(kept[0]) {
		t.Error("a connection that is not the one quiet for longest is ended")
	}
	untilQuiet(l.crowd, 3)
	if !asked(dial(t, l)) {
		t.Error("the second newcomer is not served")
	}
	if asked(kept[1]) {
		t.Error("the connection that is quiet for longest is not ended")
	}
	untilQuiet(l.crowd, 3)
	if !asked(kept[0]) {
		t.Error("a connection that just asked is ended")
	}
	if open, ended := l.crowd.counts(); open != 3 || ended != 2 {
		t.Errorf("%d connections are open, %d were ended", open, ended)
	}
	if n := strings.Count(said.String(), "limits.connections is reached"); n != 1 {
		t.Errorf("the log tells it %d times in a minute:\n%s", n, said.String())
	}
}

// TestWhoIsBeingAnsweredStays has a handler at work on each connection of the bound: newcomers go, and come in once one
// has its answer.
func TestWhoIsBeingAnsweredStays(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	l := &Listener{HeaderTimeout: time.Hour, Drain: time.Minute, Connections: 2}
	l.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-end
		ok(w, r)
	})
	serveOn(t, l)
	answered := make(chan bool, 2)
	for range 2 {
		c := dial(t, l)
		go func() { answered <- asked(c) }()
		<-begun
	}
	for range 3 {
		if !gone(dial(t, l)) {
			t.Error("a newcomer has a place while all are taken")
		}
	}
	close(end)
	for range 2 {
		if !<-answered {
			t.Error("a request at work was ended")
		}
	}
	untilQuiet(l.crowd, 2)
	go func() { <-begun }()
	if !asked(dial(t, l)) {
		t.Error("a newcomer has no place among the quiet")
	}
}

// TestWhoReadsNothingMakesRoom has clients that do not read their answers hold every place: the one whose answer began
// first goes, once it had time to be read, and not before.
func TestWhoReadsNothingMakesRoom(t *testing.T) {
	large := strings.Repeat("x", 1<<20)
	l := &Listener{HeaderTimeout: time.Hour, WriteTimeout: time.Hour, Drain: time.Minute, Connections: 2}
	l.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.URL.Path == "/large" {
			if _, err := io.WriteString(w, large); err != nil {
				return
			}
		}
		ok(w, r)
	})
	serveOn(t, l)
	taking := func(n int, since time.Time) {
		for have := -1; have != n; time.Sleep(time.Millisecond) {
			l.crowd.mu.Lock()
			if have = l.crowd.taking.Len(); have == n {
				l.crowd.taking.Back().Value.(*guest).since = since
			}
			l.crowd.mu.Unlock()
		}
	}
	var readers [2]net.Conn
	for n := range readers {
		readers[n] = dial(t, l)
		if _, err := io.WriteString(readers[n], "GET /large HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		taking(n+1, time.Now().Add(time.Hour))
	}
	if !gone(dial(t, l)) {
		t.Error("a newcomer has the place of an answer that just began")
	}
	l.crowd.mu.Lock()
	for _, g := range l.crowd.in {
		g.since = time.Now().Add(-crowdSlow)
	}
	l.crowd.mu.Unlock()
	if !asked(dial(t, l)) {
		t.Error("beside clients that read nothing, a newcomer is not served")
	}
	if !gone(readers[0]) {
		t.Error("the connection whose answer began first is not ended")
	}
	if _, ended := l.crowd.counts(); ended != 2 {
		t.Errorf("%d connections were ended", ended)
	}
}

// TestManyRequestsOfOneConnection pins that with HTTP/2 the bound is one of requests, too, that nobody is kept out by a
// client with many of them, and that what had to go is not told as a fault of ours.
func TestManyRequestsOfOneConnection(t *testing.T) {
	secured := httptest.NewTLSServer(nil) // for its certificate
	defer secured.Close()
	roots := x509.NewCertPool()
	roots.AddCert(secured.Certificate())
	begun, end := make(chan struct{}), make(chan struct{})
	var said lockedText
	l := &Listener{HeaderTimeout: time.Hour, Drain: time.Minute, Connections: 3, Log: slog.New(slog.NewTextHandler(&said, nil))}
	l.TLS = &tls.Config{Certificates: secured.TLS.Certificates, NextProtos: []string{"h2", "http/1.1"}}
	l.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-end
		if r.ProtoMajor != 2 {
			t.Errorf("a request over %s", r.Proto)
		}
		ok(w, r)
	})
	stop, served := serveOn(t, l)
	client := func() *http.Client {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com"}, ForceAttemptHTTP2: true}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport}
	}
	ask := func(c *http.Client) error {
		r, err := c.Get("https://" + l.Address())
		if err != nil {
			return err
		}
		return errors.Join(r.Body.Close())
	}
	greedy, modest := client(), client()
	var answers sync.WaitGroup
	for range 3 {
		answers.Go(func() {
			if err := ask(greedy); err != nil {
				t.Error("within the bound:", err)
			}
		})
		<-begun
	}
	if err := ask(greedy); err == nil {
		t.Error("a client with three requests at work has a fourth")
	}
	answers.Go(func() {
		if err := ask(modest); err != nil {
			t.Error("beside a client that has them all:", err)
		}
	})
	<-begun
	close(end)
	answers.Wait()
	if n := l.crowd.atWork.Load(); n != 0 {
		t.Errorf("%d requests are still counted", n)
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if strings.Contains(said.String(), "panic") || !strings.Contains(said.String(), "limits.connections is reached") {
		t.Errorf("the log says:\n%s", said.String())
	}
}
