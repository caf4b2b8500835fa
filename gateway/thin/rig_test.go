package thin

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rwsgate/gateway"
)

const root = "/ecp/reportingwebservice/reporting.svc"

// central plays the part of a central gateway, or of what stands in its place.
type central struct {
	mu       sync.Mutex
	answer   http.HandlerFunc // to legacy requests; nil: served
	requests []*http.Request
	taken    map[string]int64 // last number of each writer
	told     map[gateway.Kind]int
	fate     func() fate // of the next delivery; nil: well
}

// fate is what becomes of a delivery.
type fate int

const (
	well    fate = iota
	lost         // it does not arrive
	mute         // it is stored, the answer does not arrive
	refused      // 401
)

func (c *central) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := httptest.NewRecorder()
	if r.Header.Get(gateway.HeaderLedger) != "" {
		return c.take(w, r)
	}
	c.requests = append(c.requests, r)
	answer := c.answer
	if answer == nil {
		answer = served
	}
	answer(w, r)
	if w.Code == gone {
		return nil, io.ErrUnexpectedEOF
	}
	return received(w), nil
}

// received is an answer as a transport gives it: with canonical names.
func received(w *httptest.ResponseRecorder) *http.Response {
	r, h := w.Result(), http.Header{}
	for name, values := range r.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	r.Header = h
	return r
}

// gone stands for a connection that breaks.
const gone = 999

func (c *central) take(w *httptest.ResponseRecorder, r *http.Request) (*http.Response, error) {
	w.Header().Set("request-id", "central")
	next := well
	if c.fate != nil {
		next = c.fate()
	}
	if next == lost {
		return nil, io.ErrUnexpectedEOF
	}
	if next == refused {
		w.WriteHeader(http.StatusUnauthorized)
		return received(w), nil
	}
	var d gateway.Delivery
	if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
		return nil, err
	}
	if c.taken == nil {
		c.taken, c.told = map[string]int64{}, map[gateway.Kind]int{}
	}
	if c.taken[d.Writer] < d.Seq {
		c.taken[d.Writer] = d.Seq
		for _, t := range d.Calls {
			c.told[t.Kind] += t.Times
		}
	}
	if next == mute {
		return nil, io.ErrUnexpectedEOF
	}
	w.Header().Set(gateway.HeaderLedger, strconv.FormatInt(d.Seq, 10))
	w.WriteHeader(http.StatusOK)
	return received(w), nil
}

// calls is the number of calls that were told.
func (c *central) calls() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, times := range c.told {
		n += times
	}
	return n
}

// served answers as a central gateway does: the body names who asked for what.
func served(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["request-id"] = []string{"central"}
	h["X-RWS-Version"] = []string{"2013-V1"}
	h["Content-Type"] = []string{"application/atom+xml;type=feed;charset=utf-8"}
	h["X-Rwsgate-Answer"] = []string{"miss; method=uniform; through=2026-11-20; age=5"}
	h.Set(gateway.HeaderCentral, "trusted; version=v1")
	told, _ := json.Marshal(gateway.Kind{Tenant: "t", Report: "CsP2PAVTimeDaily", Status: 200, Rows: 4})
	h.Set(gateway.HeaderTold, url.PathEscape(string(told)))
	_, _ = io.WriteString(w, r.Header.Get("Authorization")+" "+r.Header.Get("User-Agent")+" "+r.Header.Get("X-Forwarded-For")+" "+r.URL.String())
}

// status answers with a status alone, as a central gateway does.
func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["request-id"] = []string{"central"}
		w.Header().Set(gateway.HeaderCentral, "trusted; version=v1")
		for _, h := range header {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(code)
	}
}

// away is a proxy whose upstream is away.
func away(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Server", "nginx")
	http.Error(w, "planted proxy page", http.StatusBadGateway)
}

func broken(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(gone) }

// rig is a sidecar with a clock that the test moves.
type rig struct {
	*Sidecar
	central *central
	log     *bytes.Buffer
	now     time.Time
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{central: &central{}, log: &bytes.Buffer{}, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	r.Sidecar = New(Options{
		Central: &url.URL{Scheme: "https", Host: "central.example"}, Transport: r.central, Now: func() time.Time { return r.now },
		Log: slog.New(slog.NewTextHandler(r.log, nil)),
	})
	r.Apply(Settings{MaxURL: 1 << 10, Concurrency: 3, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	return r
}

// get asks as a user from loopback; a user "" has no password. Headers are written as "Name: value".
func (r *rig) get(user, target string, headers ...string) *httptest.ResponseRecorder {
	q := httptest.NewRequest("GET", root+target, nil)
	q.RemoteAddr = "127.0.0.1:1"
	if user != "" {
		q.SetBasicAuth(user, "planted-password")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		q.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, q)
	return w
}

// tellAll delivers what waits.
func (r *rig) tellAll(t testing.TB) {
	t.Helper()
	for range 100 {
		boxes := r.outbox.due(time.Time{})
		if len(boxes) == 0 {
			return
		}
		for _, b := range boxes {
			r.deliver(t.Context(), b)
		}
	}
	t.Fatal("deliveries never end")
}
