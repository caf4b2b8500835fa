package thin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"rwsgate/gateway"
	"rwsgate/gateway/rws"
)

// Stage is one step on the way to a central gateway and how it went.
type Stage struct {
	Name  string // dns, proxy, tcp, tls, central
	Tried bool
	Saw   string
	Cause string // what failed; empty if nothing did
	Mend  string // of Cause, or of Worth
	Worth bool   // nothing failed, but the operator should know
}

const (
	stageDNS     = "dns"
	stageProxy   = "proxy"
	stageTCP     = "tcp"
	stageTLS     = "tls"
	stageCentral = "central"
)

const probeLimit = 15 * time.Second

// Probe goes the way to the central gateway once, without a credential, and tells of every stage.
func Probe(ctx context.Context, central *url.URL, t *http.Transport) []Stage {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	defer t.CloseIdleConnections()
	w := &way{}
	to := *central
	to.Path = rws.Root
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, w.trace()), http.MethodGet, to.String(), nil)
	if err != nil {
		return []Stage{{Name: stageCentral, Tried: true, Cause: err.Error()}}
	}
	// X-Forwarded-Proto as calls have it: without it a central gateway on the same machine takes this for a client of its own.
	r.Header = http.Header{gateway.HeaderSidecar: {gateway.SidecarSecure}, "X-Forwarded-Proto": {"https"}, "User-Agent": {"rwsgate"}}
	if proxy, err := t.Proxy(r); err == nil && proxy != nil {
		w.saw(stageProxy, proxy.Host)
	}
	response, err := t.RoundTrip(r)
	if err != nil {
		return w.stages(central.Scheme == "https", Stage{Name: stageCentral}, err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	return w.stages(central.Scheme == "https", judged(response), nil)
}

// judged says what the answer of the central gateway means.
func judged(r *http.Response) Stage {
	s := Stage{Name: stageCentral, Tried: true}
	said := r.Header.Get(gateway.HeaderCentral)
	if r.Header.Get(rws.HeaderRequestID) == "" {
		err := &strangerError{r.StatusCode, clip(r.Header.Get("Server"), 80)}
		_, s.Mend = faultOf(err)
		s.Cause = err.Error()
		return s
	}
	if said == "" {
		s.Cause, s.Mend = "it is an rwsgate, but none that takes sidecars", "forward.url must lead to the central rwsgate, not to another sidecar, and that one must be of this version or later"
		return s
	}
	if trust, version, ok := strings.Cut(said, "; version="); ok && trust == gateway.CentralTrusted {
		s.Saw = "rwsgate " + version + ", trusts this address"
		return s
	}
	if strings.Contains(said, gateway.CentralPlain) {
		s.Cause, s.Mend = "it does not trust this address and takes no password over plain HTTP: every request with one gets 403", mendPlain
		return s
	}
	s.Saw, s.Worth, s.Mend = "rwsgate; it does not trust this address: links and client addresses are not the client's", true, mendTrust
	return s
}

// way gathers what is seen of a connection.
type way struct {
	mu  sync.Mutex
	all []Stage
}

func (w *way) saw(name, what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.ContainsFunc(w.all, func(s Stage) bool { return s.Name == name }) {
		w.all = append(w.all, Stage{Name: name, Tried: true, Saw: what})
	}
}

func (w *way) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSDone: func(i httptrace.DNSDoneInfo) {
			if i.Err == nil {
				var all []string
				for _, a := range i.Addrs {
					all = append(all, a.String())
				}
				w.saw(stageDNS, strings.Join(all, ", "))
			}
		},
		ConnectDone: func(_, addr string, err error) {
			if err == nil {
				w.saw(stageTCP, addr)
			}
		},
		TLSHandshakeDone: func(s tls.ConnectionState, err error) {
			if err == nil {
				w.saw(stageTLS, tls.VersionName(s.Version)+endOf(s.PeerCertificates))
			}
		},
	}
}

func endOf(chain []*x509.Certificate) string {
	if len(chain) == 0 {
		return ""
	}
	return fmt.Sprintf(", certificate until %s", chain[0].NotAfter.UTC().Format(time.DateOnly))
}

// stages puts what was seen in its order; a failure stands at the stage that it belongs to, what comes after was not
// tried.
func (w *way) stages(secure bool, last Stage, err error) []Stage {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := []string{stageDNS, stageProxy, stageTCP}
	if secure {
		names = append(names, stageTLS)
	}
	failed := stageOf(err, w.all)
	var out []Stage
	over := false
	for _, name := range append(names, stageCentral) {
		i := slices.IndexFunc(w.all, func(s Stage) bool { return s.Name == name })
		switch {
		case err != nil && name == failed:
			_, mend := faultOf(err)
			out = append(out, Stage{Name: name, Tried: true, Cause: err.Error(), Mend: mend})
			over = true
		case over:
			out = append(out, Stage{Name: name})
		case i >= 0:
			out = append(out, w.all[i])
		case name == stageCentral:
			out = append(out, last)
		case name == stageProxy || name == stageDNS: // none, or an address
		default:
			out = append(out, Stage{Name: name, Tried: true, Saw: "seen at the proxy only"})
		}
	}
	return out
}

// stageOf is the stage at which an error belongs.
func stageOf(err error, seen []Stage) string {
	has := func(name string) bool {
		return slices.ContainsFunc(seen, func(s Stage) bool { return s.Name == name })
	}
	kind, _ := faultOf(err)
	var op *net.OpError
	switch {
	case kind == faultDNS:
		return stageDNS
	case kind == faultTLS, has(stageTCP) && !has(stageTLS) && kind != faultStranger:
		return stageTLS
	case errors.As(err, &op) && op.Op == "dial", !has(stageTCP):
		return stageTCP
	}
	return stageCentral
}
