package graph

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"rwsgate/translate"
)

var networkStages = []translate.Stage{translate.StageDNS, translate.StageTCP, translate.StageProxy, translate.StageTLS}

// stopwatch takes the time of each network stage of one connection. The transport reports from other goroutines.
type stopwatch struct {
	mu      sync.Mutex
	begun   map[translate.Stage]time.Time
	took    map[translate.Stage]time.Duration // of the stages that succeeded
	saw     map[translate.Stage]string
	proxied bool
}

func (s *stopwatch) start(stage translate.Stage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, again := s.begun[stage]; !again {
		s.begun[stage] = time.Now()
	}
}

func (s *stopwatch) stop(stage translate.Stage, err error, saw string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	begun, ok := s.begun[stage]
	if _, done := s.took[stage]; err == nil && ok && !done {
		s.took[stage], s.saw[stage] = time.Since(begun), saw
	}
}

// trace watches the stages. Between the connection to a proxy and TLS lies the proxy's answer to CONNECT.
func (s *stopwatch) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { s.start(translate.StageDNS) },
		DNSDone: func(i httptrace.DNSDoneInfo) {
			var found []string
			for _, a := range i.Addrs {
				found = append(found, a.String())
			}
			s.stop(translate.StageDNS, i.Err, strings.Join(found, " "))
		},
		ConnectStart: func(string, string) { s.start(translate.StageTCP) },
		ConnectDone: func(_, address string, err error) {
			s.stop(translate.StageTCP, err, address)
			if err == nil && s.proxied {
				s.start(translate.StageProxy)
			}
		},
		TLSHandshakeStart: func() {
			s.stop(translate.StageProxy, nil, "connected through")
			s.start(translate.StageTLS)
		},
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			s.stop(translate.StageTLS, err, tls.VersionName(state.Version)+issuer(state))
		},
	}
}

// issuer names who signed the server's certificate: it shows a proxy that opens TLS.
func issuer(state tls.ConnectionState) string {
	if len(state.PeerCertificates) == 0 {
		return ""
	}
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, state.PeerCertificates[0].Issuer.CommonName)
	return fmt.Sprintf(", certificate by %.64s", name)
}

// network tries the way to a host with a connection of its own, and asks it for nothing but its root; true if TLS was
// reached. A managed identity asks its own machine, and a transport of the caller's has no stages.
func (c *Client) network(ctx context.Context, d *Diagnosis, l leg, host string, local bool) bool {
	if c.route == nil || local {
		d.skip("not on this way", networkStages...)
		return true
	}
	transport := c.route.transport.Clone()
	transport.DisableKeepAlives = true
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, "https://"+host+"/", nil)
	if err != nil {
		d.fail(StageResult{Stage: translate.StageDNS, Host: host}, misconfigured("the address cannot be used", "check cloud.authority and cloud.graph"))
		return false
	}
	r.Header.Set("User-Agent", c.agent)
	t := &tripper{base: transport, proxy: c.route.proxy}
	watch := &stopwatch{begun: map[translate.Stage]time.Time{}, took: map[translate.Stage]time.Duration{}, saw: map[translate.Stage]string{}, proxied: t.proxied(r.URL)}
	e := &exchange{leg: l, host: host, proxied: watch.proxied}
	traced := httptrace.WithClientTrace(ctx, (&flight{now: c.now}).trace(e))
	answer, err := transport.RoundTrip(r.WithContext(httptrace.WithClientTrace(traced, watch.trace())))
	if err == nil {
		_ = answer.Body.Close()
		return d.stages(host, watch, nil)
	}
	e.err = err
	fault := c.networkFault(e)
	if ctx.Err() != nil {
		fault = c.late(e)
	}
	return d.stages(host, watch, fault)
}

// stages notes the network stages of one host. What broke after TLS is left to the stages that follow.
func (d *Diagnosis) stages(host string, s *stopwatch, fault *translate.SourceError) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	reached := true
	for _, stage := range networkStages {
		took, done := s.took[stage]
		r := StageResult{Stage: stage, Host: host, Took: took, Saw: s.saw[stage]}
		switch {
		case fault != nil && fault.Stage == stage:
			d.fail(r, fault)
			reached = false
		case done:
			d.pass(r)
		case !reached:
			d.skip(afterFailure, stage)
		case stage == translate.StageProxy && !s.proxied:
			d.skip("no proxy", stage)
		default:
			d.skip("not needed", stage)
		}
	}
	return reached
}
