package graph

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/net/http/httpproxy"
)

const dialTimeout = 10 * time.Second

// Pool shares connections among the clients that reach the network the same way: same proxy, same authorities. The
// zero Pool is ready; it is safe for concurrent use.
type Pool struct {
	// Dial opens connections; nil means a net.Dialer that gives up after 10 s.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	mu     sync.Mutex
	routes map[[sha256.Size]byte]*route
}

// route is one way to the network.
type route struct {
	proxy     func(*url.URL) (*url.URL, error) // nil: never a proxy
	transport *http.Transport
}

// Close gives up the idle connections. Clients of the pool go on working, over new ones.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.routes {
		r.transport.CloseIdleConnections()
	}
}

// direct asks for no proxy, whatever the environment says.
const direct = "direct"

// route gives the way through a proxy ("" for the environment's) that trusts the system's authorities and those given.
func (p *Pool) route(proxy string, authorities ...[]byte) (*route, error) {
	sum := sha256.New()
	environment := httpproxy.FromEnvironment()
	for _, part := range append([][]byte{[]byte(proxy), []byte(environment.HTTPSProxy), []byte(environment.NoProxy)}, authorities...) {
		partSum := sha256.Sum256(part)
		sum.Write(partSum[:])
	}
	key := [sha256.Size]byte(sum.Sum(nil))
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.routes[key]; r != nil {
		return r, nil
	}
	roots, err := trust(authorities)
	if err != nil {
		return nil, err
	}
	choose, err := proxyFunc(proxy, environment)
	if err != nil {
		return nil, err
	}
	if p.routes == nil {
		p.routes = map[[sha256.Size]byte]*route{}
	}
	r := &route{proxy: choose, transport: p.transport(choose, roots)}
	p.routes[key] = r
	return r, nil
}

// transport makes the connections of a route. Idle ones are few: a tenant is asked every few hours. HTTP/2 is pinged,
// or a connection that a firewall forgot would be waited on until the deadline.
func (p *Pool) transport(proxy func(*url.URL) (*url.URL, error), roots *x509.CertPool) *http.Transport {
	dial := p.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext
	}
	t := &http.Transport{
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:    dialTimeout,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
		MaxIdleConns:           32,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        time.Minute,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		OnProxyConnectResponse: proxyAnswered,
	}
	if proxy != nil {
		t.Proxy = func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
	}
	return t
}

// trust gives the system's authorities and those given; nil means the system's alone.
func trust(authorities [][]byte) (*x509.CertPool, error) {
	var roots *x509.CertPool
	for _, pem := range authorities {
		if len(pem) == 0 {
			continue
		}
		if roots == nil {
			system, err := x509.SystemCertPool()
			if err != nil {
				system = x509.NewCertPool()
			}
			roots = system
		}
		if !roots.AppendCertsFromPEM(pem) {
			return nil, misconfigured("the ca_file holds no certificate in PEM form", "give upstream.ca_file or cloud.ca_file a file of PEM certificates")
		}
	}
	return roots, nil
}

// proxyFunc decides which proxy an address goes through. A proxy by configuration takes every https address, loopback
// too, whatever NO_PROXY says; plain http is only ever a managed identity's own endpoint and goes straight there.
func proxyFunc(proxy string, environment *httpproxy.Config) (func(*url.URL) (*url.URL, error), error) {
	switch proxy {
	case direct:
		return nil, nil
	case "":
		choose := environment.ProxyFunc()
		return func(u *url.URL) (*url.URL, error) {
			if u.Scheme != "https" {
				return nil, nil
			}
			through, err := choose(u)
			if err != nil {
				return nil, errProxyAddress // the original text has the address, password and all
			}
			return through, nil
		}, nil
	}
	u, err := url.Parse(proxy)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" && u.Scheme != "socks5h" {
		return nil, misconfigured("upstream.proxy is no address of a proxy", "write upstream.proxy like http://[user:password@]host:port")
	}
	return func(target *url.URL) (*url.URL, error) {
		if target.Scheme != "https" {
			return nil, nil
		}
		return u, nil
	}, nil
}

// errProxyAddress is an HTTPS_PROXY that is no address.
var errProxyAddress = errors.New("the proxy's address cannot be read")

// proxyRefused is a proxy's answer to CONNECT other than 200.
type proxyRefused struct{ status int }

func (p *proxyRefused) Error() string { return "the proxy refused to connect" }

// proxyAnswered keeps the proxy's status, of which net/http would leave only the text.
func proxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &proxyRefused{answer.StatusCode}
	}
	return nil
}
