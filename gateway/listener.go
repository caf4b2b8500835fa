package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Listener serves one handler on one address until it is told to drain.
type Listener struct {
	Addr          string
	Handler       http.Handler
	TLS           *tls.Config   // nil: plain HTTP
	HeaderTimeout time.Duration // for a request's headers
	Drain         time.Duration // for accepted requests at the end
	Log           *slog.Logger

	inner net.Listener
}

const (
	idleTimeout  = 2 * time.Minute
	readTimeout  = 30 * time.Second // no legal request has a body worth waiting for
	writeTimeout = 2 * time.Minute
	headerBytes  = 64 << 10
)

// Open binds the address; after it, requests are accepted and wait for Serve.
func (l *Listener) Open(ctx context.Context) error {
	inner, err := new(net.ListenConfig).Listen(ctx, "tcp", l.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", l.Addr, err)
	}
	l.inner = inner
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

// Serve answers requests until ctx ends, then lets the accepted ones finish within Drain. It gives nil after a complete
// drain.
func (l *Listener) Serve(ctx context.Context) error {
	server := &http.Server{
		Handler:           l.Handler,
		TLSConfig:         l.TLS,
		ReadHeaderTimeout: l.HeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
		// The library's own answer to OPTIONS * would be an empty 200.
		DisableGeneralOptionsHandler: true,

		ErrorLog: slog.NewLogLogger(l.Log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() {
		if l.TLS != nil {
			failed <- server.ServeTLS(l.inner, "", "")
			return
		}
		failed <- server.Serve(l.inner)
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.Drain)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("requests on %s did not finish within %s: %w", l.Addr, l.Drain, err), server.Close())
	}
	return nil
}
