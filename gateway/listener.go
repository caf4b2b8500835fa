package gateway

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Listener serves one handler on one address until it is told to drain.
type Listener struct {
	Addr          string
	Handler       http.Handler
	TLS           *tls.Config   // nil: plain HTTP
	HeaderTimeout time.Duration // for a request's headers, and for a TLS handshake
	BodyTimeout   time.Duration // for a request's body, which no legal request has; 0: HeaderTimeout
	WriteTimeout  time.Duration // for an answer, from its first byte on; 0: two minutes
	IdleTimeout   time.Duration // between two requests of a connection; 0: two minutes
	Connections   int           // most open at once, and most requests on all of them, see crowd; 0: no bound
	Linger        time.Duration // how long requests are still accepted after the end was called for; counts as part of Drain
	Drain         time.Duration // for everything after the end was called for
	Log           *slog.Logger

	inner   net.Listener
	crowd   *crowd
	leaving atomic.Bool
}

const (
	patience    = 2 * time.Minute
	headerBytes = 64 << 10
)

// Open binds the address; after it, requests are accepted and wait for Serve.
func (l *Listener) Open(ctx context.Context) error {
	var lc net.ListenConfig
	lc.SetMultipathTCP(false) // its sockets know no filters, which a drain without a reset needs
	inner, err := lc.Listen(ctx, "tcp", l.Addr)
	if err != nil {
		if op := (*net.OpError)(nil); errors.As(err, &op) {
			err = op.Err // it says the address again
		}
		return fmt.Errorf("cannot listen on %s: %w", l.Addr, err)
	}
	l.inner = inner
	l.crowd = newCrowd(l.Connections, l.Address(), l.Log)
	return nil
}

// Address is the bound address, with the real port where Addr says 0.
func (l *Listener) Address() string { return l.inner.Addr().String() }

// Close gives the address up if Serve never took it.
func (l *Listener) Close() error {
	if l.inner == nil {
		return nil
	}
	if err := l.inner.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Serve answers requests until ctx ends; then it goes on for Linger, asking clients to connect elsewhere, accepts no
// more, and lets the accepted requests finish. What has not finished Drain after the end of ctx is cut off, which the log
// tells. The error says why the address cannot be served.
func (l *Listener) Serve(ctx context.Context) error {
	door := newDoor(l.inner)
	server := l.server()
	server.ConnState = func(c net.Conn, state http.ConnState) {
		door.note(c, state)
		l.crowd.note(c, state)
	}
	closed := make(chan error, 1)
	go func() {
		if l.TLS != nil {
			closed <- server.ServeTLS(door, "", "")
			return
		}
		closed <- server.Serve(door)
	}()
	select {
	case err := <-closed:
		return err
	case <-ctx.Done():
	}
	l.leaving.Store(true)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.Drain)
	defer cancel()
	l.empty(drain, door, closed)
	if err := server.Shutdown(drain); err != nil {
		l.Log.Warn("connections were cut off that did not finish in time", "listen", l.Address(), "limits.drain", l.Drain)
		_ = server.Close() // closes the listener again, which fails
	}
	return nil
}

// empty goes on serving for Linger, shuts the door, and waits until whoever came in has asked: Shutdown would hang up on
// a client whose first request it had not read yet.
func (l *Listener) empty(drain context.Context, door *door, closed <-chan error) {
	if l.Linger > 0 && !pause(drain, l.Linger) {
		return
	}
	door.Shut()
	select {
	case err := <-closed:
		l.Log.Debug("no longer accepting", "listen", l.Address(), "cause", err.Error())
	case <-drain.Done():
		return
	}
	for !door.served() && pause(drain, doorQuiet) {
	}
	pause(drain, doorQuiet) // a first request that was just read is still on its way to the handler
}

// pause waits, and says whether ctx is still alive.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func (l *Listener) server() *http.Server {
	return &http.Server{
		Handler:           http.HandlerFunc(l.answer),
		ConnContext:       l.crowd.context,
		TLSConfig:         l.TLS,
		ReadHeaderTimeout: l.HeaderTimeout,
		WriteTimeout:      cmp.Or(l.WriteTimeout, patience),
		IdleTimeout:       cmp.Or(l.IdleTimeout, patience),
		MaxHeaderBytes:    headerBytes,
		// WriteTimeout ends a stream of HTTP/2, but not a connection whose client reads nothing.
		HTTP2: &http.HTTP2Config{WriteByteTimeout: cmp.Or(l.WriteTimeout, patience)},
		// The library's own answer to OPTIONS * would be an empty 200.
		DisableGeneralOptionsHandler: true,

		ErrorLog: newServerLog(l.Log),
	}
}

// answer has the handler answer, and ends the connection with it once the end was called for: a client that sends its
// next request just when the server closes an idle connection gets no answer to it. A body has its own time. The
// server's ReadTimeout would run on while the answer is made, and end the connection of whoever waits longer for one.
func (l *Listener) answer(w http.ResponseWriter, r *http.Request) {
	defer l.crowd.enter(r.Context())()
	if r.ContentLength != 0 {
		// Without a deadline, which every connection of ours can have, WriteTimeout is the bound.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(cmp.Or(l.BodyTimeout, l.HeaderTimeout)))
	}
	if l.leaving.Load() {
		w.Header().Set("Connection", "close")
	}
	a := newAnswerWriter(w, cmp.Or(l.WriteTimeout, patience), func() { l.crowd.takes(r.Context()) })
	defer a.begin() // for an answer without a body
	l.Handler.ServeHTTP(a, r)
}
