package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener in memory: in a bubble its limits run on the bubble's clock, however slow the machine is.
type pipes struct {
	made chan net.Conn
	end  chan struct{}
}

func (p *pipes) dial() (net.Conn, error) {
	here, there := net.Pipe()
	p.made <- there
	return here, nil
}

// Accept gives the other end of what dial gave.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.made:
		return c, nil
	case <-p.end:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (p *pipes) Close() error {
	close(p.end)
	return nil
}

// Addr is of no use to anybody.
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Net: "pipe"} }

// serveInMemory has a listener of ours serve pipes until the end of the test.
func serveInMemory(t *testing.T, l *Listener) *pipes {
	t.Helper()
	p := &pipes{make(chan net.Conn), make(chan struct{})}
	l.Log, l.inner = slog.New(slog.DiscardHandler), p
	l.crowd = newCrowd(0, "", l.Log)
	server, ended := l.server(), make(chan error, 1)
	go func() {
		if l.TLS != nil {
			ended <- server.ServeTLS(p, "", "")
			return
		}
		ended <- server.Serve(p)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-ended
	})
	return p
}

// TestASlowAnswerLeavesTheConnection pins that the limits on slow requests and slow readers do not run while an answer is
// made, in the clear and over TLS with either version of HTTP.
func TestASlowAnswerLeavesTheConnection(t *testing.T) {
	secured := httptest.NewTLSServer(nil) // for its certificate
	defer secured.Close()
	roots := x509.NewCertPool()
	roots.AddCert(secured.Certificate())
	for _, protocol := range []string{"", "http/1.1", "h2"} {
		t.Run("over "+protocol, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				url, l, transport := "http://", &Listener{}, &http.Transport{MaxConnsPerHost: 1}
				if protocol != "" {
					url = "https://"
					l.TLS = &tls.Config{Certificates: secured.TLS.Certificates, NextProtos: []string{protocol}}
					transport.TLSClientConfig, transport.ForceAttemptHTTP2 = &tls.Config{RootCAs: roots}, protocol == "h2"
				}
				answersSlowly(t, l, transport, url+"example.com", protocol == "h2")
			})
		})
	}
}

func answersSlowly(t *testing.T, l *Listener, transport *http.Transport, url string, second bool) {
	const limit = time.Minute
	l.HeaderTimeout, l.WriteTimeout, l.IdleTimeout = limit, limit, time.Hour
	var early error
	l.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(3 * limit)
		early = r.Context().Err()
		switch r.URL.Path {
		case "/long": // as a profile
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Hour))
			w.Header().Set("Content-Length", "2")
			_, _ = io.WriteString(w, "o")
			_ = http.NewResponseController(w).Flush()
			time.Sleep(3 * limit)
			_, _ = io.WriteString(w, "k")
		case "/empty":
			w.Header().Set("Content-Length", "0")
		default:
			ok(w, r)
		}
	})
	p := serveInMemory(t, l)
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) { return p.dial() }
	defer transport.CloseIdleConnections()
	for _, path := range []string{"/", "/empty", "/long", "/"} {
		r, err := transport.RoundTrip(httptest.NewRequestWithContext(t.Context(), http.MethodGet, url+path, nil))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil || (string(body) == "ok") != (path != "/empty") || r.Close || early != nil || (r.ProtoMajor == 2) != second {
			t.Errorf("%s: %q %v, context %v, %s", path, body, err, early, r.Proto)
		}
	}
}

// TestAnHTTP2ClientThatReadsNothingIsCut pins that streams which cannot even be reset do not keep their handlers: without
// the limit the bubble stands still.
func TestAnHTTP2ClientThatReadsNothingIsCut(t *testing.T) {
	secured := httptest.NewTLSServer(nil) // for its certificate
	defer secured.Close()
	frame := func(kind, flags byte, stream uint32, payload string) string {
		head := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
		return string(binary.BigEndian.AppendUint32(append(head, flags), stream)) + payload
	}
	const wide, streams = "\x3f\xff\x00\x00", 40
	text := "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "\x00\x04"+wide) + frame(8, 0, 0, wide)
	for i := range uint32(streams) {
		text += frame(1, 5, 2*i+1, "\x82\x84\x87\x41\x01h") // GET / https, authority h
	}
	synctest.Test(t, func(t *testing.T) {
		var begun, left sync.WaitGroup
		begun.Add(streams)
		left.Add(streams)
		large := strings.Repeat("x", 1<<20)
		p := serveInMemory(t, &Listener{HeaderTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: time.Hour,
			// A ticket for the next handshake would wait to be read.
			TLS: &tls.Config{Certificates: secured.TLS.Certificates, SessionTicketsDisabled: true},
			Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				defer left.Done()
				begun.Done()
				_, _ = io.WriteString(w, large)
			})})
		inner, err := p.dial()
		if err != nil {
			t.Fatal(err)
		}
		defer inner.Close()
		c := tls.Client(inner, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		begun.Wait()
		left.Wait()
	})
}
