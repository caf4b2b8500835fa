package graphsim

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Server is a running stand-in of Entra ID, Microsoft Graph and its download host.
type Server struct {
	options Options
	tenants map[string]*Tenant // by lower-case id and name
	ca      []byte
	key     *ecdsa.PrivateKey // signs access tokens

	authority, graph, download, plain string // host:port of the listeners
	servers                           []*http.Server
	serving                           sync.WaitGroup

	requests atomic.Uint64 // for request ids
	strays   atomic.Int64  // see Strays
	tickets  tickets
}

// Start begins to serve on free loopback ports. It fails on a tenant id or name that stands twice, and where no port
// can be had.
func Start(o Options) (*Server, error) {
	o = o.withDefaults()
	s := &Server{options: o, tenants: make(map[string]*Tenant, 2*len(o.Tenants))}
	for _, t := range o.Tenants {
		if err := s.add(t); err != nil {
			return nil, err
		}
	}
	var leaf tls.Certificate
	var err error
	if s.ca, leaf, err = makeCertificates(); err != nil {
		return nil, fmt.Errorf("graphsim: certificates: %w", err)
	}
	if s.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, fmt.Errorf("graphsim: token key: %w", err)
	}
	for _, l := range []struct {
		address *string
		handler http.Handler
		leaf    *tls.Certificate
	}{
		{&s.authority, s.authorityHandler(), &leaf},
		{&s.graph, s.graphHandler(), &leaf},
		{&s.download, s.downloadHandler(), &leaf},
		{&s.plain, s.plainHandler(), nil},
	} {
		if *l.address, err = s.listen(l.handler, l.leaf); err != nil {
			return nil, errors.Join(fmt.Errorf("graphsim: %w", err), s.Close())
		}
	}
	return s, nil
}

func (s *Server) add(o TenantOptions) error {
	t := newTenant(o.withDefaults(s.options.Seed, s.options.Now()), s.options)
	for _, k := range []string{t.options.ID, t.options.Name} {
		k = strings.ToLower(k)
		if other := s.tenants[k]; other != nil && other != t {
			return fmt.Errorf("graphsim: tenant %s stands twice", k)
		}
		s.tenants[k] = t
	}
	return nil
}

// connectionKey finds a request's network connection, for the faults that break it.
type connectionKey struct{}

func (s *Server) listen(h http.Handler, leaf *tls.Certificate) (address string, err error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		// A client that does not trust the CA is a case to test, not something to report.
		ErrorLog: log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, c)
		},
	}
	s.servers = append(s.servers, server)
	s.serving.Go(func() {
		if leaf == nil {
			_ = server.Serve(l)
			return
		}
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*leaf}}
		_ = server.ServeTLS(l, "", "")
	})
	return l.Addr().String(), nil
}

// Strays gives how many calls to Graph came without a token that names a tenant, and so are in no tenant's Calls: none at
// all, as the SDK sends for a host that is not on its list (GRAPH.md 3.9), or one that cannot be read.
func (s *Server) Strays() int { return int(s.strays.Load()) }

// Close ends all connections and waits until nothing serves any more.
func (s *Server) Close() error {
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Close())
	}
	s.serving.Wait()
	return errors.Join(errs...)
}

// AuthorityURL gives the root of the Entra ID stand-in, with a slash at the end: what a client takes as authority host.
func (s *Server) AuthorityURL() string { return "https://" + byName(s.authority) + "/" }

// GraphURL gives the root of the Graph stand-in, version included, without a slash at the end.
func (s *Server) GraphURL() string { return "https://" + byName(s.graph) + "/v1.0" }

// DownloadHost gives the host name, without port, that reports are downloaded from: another than Graph's, as in life.
func (s *Server) DownloadHost() string { return "127.0.0.1" }

// DownloadURL gives the root of the download host, port included, without a slash at the end.
func (s *Server) DownloadURL() string { return "https://" + s.download }

// CAPEM gives the certificate, in PEM form, that a client must trust.
func (s *Server) CAPEM() []byte { return s.ca }

// Tenant gives the tenant of an id or initial domain in any letter case, nil if there is none.
func (s *Server) Tenant(id string) *Tenant { return s.tenants[strings.ToLower(id)] }

// foreign gives ForeignHost with the download host's port.
func (s *Server) foreign() string { return strings.Replace(s.download, "127.0.0.1", ForeignHost, 1) }

func byName(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }

// requestID gives the next id of an answer; the order of requests and the seed decide it.
func (s *Server) requestID() string {
	p := source(s.options.Seed, "", "request", int64(s.requests.Add(1)))
	return guid(p.Uint64(), p.Uint64())
}
