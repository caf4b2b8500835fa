package graph

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"rwsgate/translate"
)

// leg is which of the three conversations of a fetch a request belongs to.
type leg int

const (
	legToken leg = iota
	legReport
	legDownload
)

// stage is what an operator calls the leg.
func (l leg) stage() translate.Stage {
	return [...]translate.Stage{translate.StageToken, translate.StageReport, translate.StageDownload}[l]
}

// exchange is one request and what came of it.
type exchange struct {
	leg         leg
	host        string // with a port if it has one
	proxied     bool
	status      int // 0: no answer
	wait        time.Duration
	requestID   string
	contentType string
	challenge   bool   // a 401 that asks for other claims
	body        []byte // of an answer that is no success; nil otherwise, so that no token is ever kept
	err         error  // of the network, when there was no whole answer

	mu    sync.Mutex // guards phase: the transport reports from its own goroutines, late too
	phase phase
}

// phase is how far a request came.
type phase int

const (
	phaseStart phase = iota
	phaseDNS
	phaseTCP
	phaseProxy
	phaseTLS
	phaseSent // the request is being written, or was
	phaseBody // the answer began
)

func (e *exchange) reach(p phase) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.phase = max(e.phase, p)
}

func (e *exchange) reached() phase {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.phase
}

// stage is where the exchange came to its end.
func (e *exchange) stage() translate.Stage {
	switch e.reached() {
	case phaseStart, phaseDNS:
		return translate.StageDNS
	case phaseTCP:
		return translate.StageTCP
	case phaseProxy:
		return translate.StageProxy
	case phaseTLS:
		return translate.StageTLS
	}
	return e.leg.stage()
}

// flight is everything one Fetch saw on the wire. It lives in the context, because the SDK and azidentity lose what
// matters: the status of an answer that is not JSON, the stage of a network error, the number of calls.
type flight struct {
	now func() time.Time

	mu       sync.Mutex
	calls    int       // requests to the report that were sent
	retried  bool      // the one retry is used up
	last     *exchange // newest exchange
	refusal  *refusal  // why the last redirect was not followed; nil if it was
	token    error     // the credential's own error
	clientID string    // our newest client-request-id, for the log
}

// refusal is a redirect that was not followed.
type refusal struct{ reason, host string }

type flightKey struct{}

func withFlight(ctx context.Context, f *flight) context.Context {
	return context.WithValue(ctx, flightKey{}, f)
}

// flightOf gives the flight of a context; requests that belong to none get one of their own that nobody reads.
func flightOf(ctx context.Context) *flight {
	if f, ok := ctx.Value(flightKey{}).(*flight); ok {
		return f
	}
	return &flight{now: time.Now}
}

// begin notes a new exchange.
func (f *flight) begin(e *exchange, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last, f.refusal = e, nil
	if e.leg == legReport {
		f.clientID = r.Header.Get("client-request-id")
	}
}

// trace watches how far a request comes, and counts report calls: net/http may send one request twice when the
// connection it took was closed under it.
func (f *flight) trace(e *exchange) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart:     func(httptrace.DNSStartInfo) { e.reach(phaseDNS) },
		ConnectStart: func(string, string) { e.reach(phaseTCP) },
		ConnectDone: func(_, _ string, err error) {
			if err == nil && e.proxied {
				e.reach(phaseProxy)
			}
		},
		TLSHandshakeStart: func() { e.reach(phaseTLS) },
		GotConn:           func(httptrace.GotConnInfo) { e.reach(phaseSent) },
		WroteHeaders: func() {
			if e.leg == legReport {
				f.mu.Lock()
				f.calls++
				f.mu.Unlock()
			}
		},
		GotFirstResponseByte: func() { e.reach(phaseBody) },
	}
}

// seen gives what is known so far.
func (f *flight) seen() (last *exchange, calls int, refused *refusal, token error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last, f.calls, f.refusal, f.token
}

// takeRetry uses up the one retry that a fetch has; false if it is gone.
func (f *flight) takeRetry() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	ok := !f.retried
	f.retried = true
	return ok
}

// refuse notes why a redirect is not followed.
func (f *flight) refuse(reason, host string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refusal = &refusal{reason, host}
}

// refuseToken notes the credential's error.
func (f *flight) refuseToken(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.token = err
}
