package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"rwsgate/rollout"
)

// inbox keeps what sidecars told.
type inbox struct {
	writers []string
	seqs    []int64
	calls   []rollout.Told
	err     error
}

func (b *inbox) Take(_ context.Context, writer string, seq int64, calls []rollout.Told) error {
	b.writers, b.seqs, b.calls = append(b.writers, writer), append(b.seqs, seq), append(b.calls, calls...)
	return b.err
}

const (
	fixtureReader = "reader@example.onmicrosoft.com"
)

// deliver posts a delivery as reader of the fixture, over TLS.
func deliver(g *Gateway, password, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "https://central"+serviceRoot, strings.NewReader(body))
	r.RemoteAddr = "10.0.0.9:1"
	r.Header.Set(HeaderLedger, "7")
	r.Header.Set(HeaderSidecar, SidecarSecure)
	if password != "" {
		r.SetBasicAuth(fixtureReader, password)
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

func delivery(calls ...Told) string {
	text, err := json.Marshal(Delivery{Writer: "w", Seq: 7, Calls: calls})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestASidecarsCallsAreItsPrincipals(t *testing.T) {
	g, told, entered := newFixture(t, map[string]string{"anonymous": "none"}), &inbox{}, &book{}
	g.Deliveries, g.Ledger = told, entered
	now := g.Now()
	client := netip.MustParseAddr("192.0.2.7")
	served := Told{Kind: Kind{Tenant: "16A58F78-539F-47F7-B9BF-02A63867D73B", Report: "CsP2PAVTimeDaily", Format: rollout.FormatAtom, Zone: "Pacific Standard Time",
		Status: 200, Rows: 3, Bytes: 1000, Hit: true, Agent: "a/1", Address: client, Query: "CsP2PAVTimeDaily?$top=3&$format=atom"}, Times: 2, First: now.Add(-time.Minute), Last: now.Add(-time.Second)}
	foreign := served
	foreign.Tenant, foreign.Zone, foreign.Last, foreign.First, foreign.Query = "other.example", "Nowhere", now.Add(time.Hour), now.AddDate(-1, 0, 0), "CsP2PAVTimeDaily?$filter=Date gt planted"
	w := deliver(g, "demo", delivery(served, foreign))
	if w.Code != 200 || w.Header()["X-Rwsgate-Ledger"][0] != "7" {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if len(entered.calls) != 0 {
		t.Errorf("a delivery is no call: %+v", entered.calls)
	}
	if len(told.calls) != 2 || told.seqs[0] != 7 || told.writers[0] == "w" {
		t.Fatalf("%+v", told)
	}
	want := rollout.Call{At: served.Last, Tenant: "16a58f78-539f-47f7-b9bf-02a63867d73b", Principal: fixtureReader, Agent: "a/1", Address: netip.MustParseAddr("10.0.0.9"),
		Report: "CsP2PAVTimeDaily", Format: rollout.FormatAtom, Zone: "America/Los_Angeles", Status: 200, Rows: 3, Bytes: 1000, Hit: true, Query: served.Query}
	got := told.calls[0]
	if got.Call != want || got.Times != 2 || !got.First.Equal(served.First) {
		t.Errorf("\n got %+v\nwant %+v", got.Call, want)
	}
	if strange := told.calls[1]; strange.Tenant != want.Tenant || strange.Zone != "" || strange.At != now || strange.First.Before(now.AddDate(0, 0, -7)) || strings.Contains(strange.Query, "planted") {
		t.Errorf("what no call can have: %+v", strange)
	}
}

// TestATrustedSidecarTellsAddresses pins whose word counts for the address of a client.
func TestATrustedSidecarTellsAddresses(t *testing.T) {
	g, told := newFixture(t, map[string]string{"anonymous": "none", "trusted": "10.0.0.0/8"}), &inbox{}
	g.Deliveries = told
	client := netip.MustParseAddr("192.0.2.7")
	now := g.Now()
	if w := deliver(g, "demo", delivery(Told{Kind: Kind{Status: 503, Address: client}, Times: 1, First: now, Last: now})); w.Code != 200 || told.calls[0].Address != client {
		t.Errorf("%d %+v", w.Code, told.calls)
	}
}

func TestDeliveriesThatAreRefused(t *testing.T) {
	now := time.Date(2013, 9, 8, 17, 5, 0, 0, time.UTC)
	good := Told{Kind: Kind{Status: 200}, Times: 1, First: now, Last: now}
	with := func(change func(*Told)) string {
		bad := good
		change(&bad)
		return delivery(bad)
	}
	many := make([]Told, MaxDeliveryKinds+1)
	for i := range many {
		many[i] = good
	}
	for _, c := range []struct {
		name, password, body string
		status               int
		has                  string
	}{
		{"no password", "", delivery(good), 401, ""},
		{"wrong password", "wrong", delivery(good), 401, ""},
		{"no JSON", "demo", "x", 400, "is no JSON"},
		{"nothing", "demo", "", 400, "is no JSON"},
		{"no writer", "demo", `{"seq":1}`, 400, "no writer"},
		{"no number", "demo", `{"writer":"w"}`, 400, "no number"},
		{"never", "demo", with(func(c *Told) { c.Times = 0 }), 400, "count"},
		{"too often", "demo", with(func(c *Told) { c.Times = MaxDeliveryCalls + 1 }), 400, "count"},
		{"too many together", "demo", delivery(Told{Kind: good.Kind, Times: MaxDeliveryCalls, First: now, Last: now}, good), 400, "more than 10000 calls"},
		{"too many kinds", "demo", delivery(many...), 400, "more than 100 kinds"},
		{"fewer rows than none", "demo", with(func(c *Told) { c.Rows = -1 }), 400, "cannot have been"},
		{"backwards", "demo", with(func(c *Told) { c.First = now.Add(time.Hour) }), 400, "cannot have been"},
		{"no status", "demo", with(func(c *Told) { c.Status = 0 }), 400, "cannot have been"},
		{"too long", "demo", `{"writer":"` + strings.Repeat("x", MaxDeliveryBytes) + `"}`, 400, "longer than"},
	} {
		g, told := newFixture(t, map[string]string{"anonymous": "none"}), &inbox{}
		g.Deliveries = told
		w := deliver(g, c.password, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.has) || len(told.calls) != 0 || w.Header()["X-Rwsgate-Ledger"] != nil {
			t.Errorf("%s: %d %s, taken %+v", c.name, w.Code, w.Body, told.calls)
		}
	}
}

// TestADeliveryThatIsNotStoredIsNotAcknowledged pins that a sidecar hears of it when the store is away.
func TestADeliveryThatIsNotStoredIsNotAcknowledged(t *testing.T) {
	g := newFixture(t, map[string]string{"anonymous": "none"})
	g.Deliveries = &inbox{err: errors.New("planted: the disk is full")}
	w := deliver(g, "demo", delivery())
	if w.Code != http.StatusServiceUnavailable || w.Header()["Retry-After"] == nil || w.Header()["X-Rwsgate-Ledger"] != nil || strings.Contains(w.Body.String(), "planted") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

// TestADeliveryOutlivesItsConnection pins that one that was read whole is stored though the sidecar's side is closed, or the
// time for its body over, meanwhile: both end the request's context.
func TestADeliveryOutlivesItsConnection(t *testing.T) {
	g, told := newFixture(t, map[string]string{"anonymous": "none"}), &inbox{}
	g.Deliveries = takes(func(ctx context.Context, writer string, seq int64, calls []rollout.Told) error {
		return errors.Join(ctx.Err(), told.Take(ctx, writer, seq, calls))
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequest("POST", "https://central"+serviceRoot, strings.NewReader(delivery())).WithContext(ctx)
	r.Header.Set(HeaderLedger, "7")
	r.SetBasicAuth(fixtureReader, "demo")
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	if w.Code != http.StatusOK || len(told.seqs) != 1 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// takes stores deliveries as it likes.
type takes func(ctx context.Context, writer string, seq int64, calls []rollout.Told) error

func (f takes) Take(ctx context.Context, writer string, seq int64, calls []rollout.Told) error {
	return f(ctx, writer, seq, calls)
}

// TestWritersAreBoundToPrincipals pins that nobody can use up another's numbers.
func TestWritersAreBoundToPrincipals(t *testing.T) {
	if writerOf("a", "w") == writerOf("b", "w") || writerOf("a", "w") == writerOf("a", "v") {
		t.Error("a writer is not its principal's own")
	}
}

// TestASidecarIsTold pins the words between the two, and that nobody else hears them.
func TestASidecarIsTold(t *testing.T) {
	for _, c := range []struct {
		name, sidecar, from, central string
		told                         bool
	}{
		{"a client", "", "10.0.0.9:1", "", false},
		{"a stranger", SidecarSecure, "11.0.0.9:1", "untrusted", true},
		{"a trusted one", SidecarSecure, "10.0.0.9:1", "trusted; version=v9", true},
	} {
		g := newFixture(t, map[string]string{"anonymous": "none", "trusted": "10.0.0.0/8"})
		g.Version = "v9"
		r := httptest.NewRequest("GET", "https://central"+serviceRoot+"/CsP2PAVTimeDaily?$top=2", nil)
		r.RemoteAddr = c.from
		r.SetBasicAuth(fixtureReader, "demo")
		if c.sidecar != "" {
			r.Header.Set(HeaderSidecar, c.sidecar)
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		text, err := url.PathUnescape(w.Header().Get(HeaderTold))
		var kind Kind
		if c.told && (err != nil || json.Unmarshal([]byte(text), &kind) != nil || kind.Rows != 2 || kind.Report != "CsP2PAVTimeDaily" || kind.Bytes != w.Body.Len()) {
			t.Errorf("%s: told %q", c.name, text)
		}
		if w.Code != 200 || w.Header().Get(HeaderCentral) != c.central || (text != "") != c.told {
			t.Errorf("%s: %d %v", c.name, w.Code, w.Header())
		}
	}
}

// TestASidecarIsToldThatPasswordsAreRefused pins that a stranger over plain HTTP is told so before it sends one, and that
// asking counts as no failed attempt.
func TestASidecarIsToldThatPasswordsAreRefused(t *testing.T) {
	for _, c := range []struct {
		scheme, from, allow, central string
	}{
		{"http", "11.0.0.9:1", "", CentralUntrusted + CentralPlain},
		{"http", "127.0.0.1:1", "", CentralUntrusted + CentralPlain},
		{"http", "11.0.0.9:1", "true", CentralUntrusted},
		{"https", "11.0.0.9:1", "", CentralUntrusted},
		{"http", "10.0.0.9:1", "", CentralTrusted + "; version="},
	} {
		recorded := &guesses{}
		g := newFixture(t, map[string]string{"anonymous": "none", "trusted": "10.0.0.0/8"})
		g.Recorder = recorded
		if c.allow != "" {
			s := g.settings.Load().Settings
			s.AllowPlainHTTP = true
			if err := g.Apply(s); err != nil {
				t.Fatal(err)
			}
		}
		r := httptest.NewRequest("GET", c.scheme+"://central"+serviceRoot, nil)
		r.RemoteAddr = c.from
		r.Header.Set(HeaderSidecar, SidecarSecure)
		r.Header.Set("X-Forwarded-Proto", "https")
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized || w.Header().Get(HeaderCentral) != c.central || recorded.count > 0 {
			t.Errorf("%+v: %d, %q, %d failed attempts", c, w.Code, w.Header().Get(HeaderCentral), recorded.count)
		}
	}
}

// TestASidecarVouchesForItsConnection pins when a password counts as safe though the client's own connection was plain.
func TestASidecarVouchesForItsConnection(t *testing.T) {
	for _, c := range []struct {
		said, from string
		status     int
	}{
		{SidecarSecure, "10.0.0.9:1", 200},
		{SidecarPlain, "10.0.0.9:1", 403},
		{"", "10.0.0.9:1", 403},
		{SidecarSecure, "11.0.0.9:1", 403},
	} {
		g := newFixture(t, map[string]string{"anonymous": "none", "trusted": "10.0.0.0/8"})
		r := httptest.NewRequest("GET", serviceRoot, nil)
		r.RemoteAddr = c.from
		r.SetBasicAuth(fixtureReader, "demo")
		r.Header.Set("X-Forwarded-Proto", "http")
		if c.said != "" {
			r.Header.Set(HeaderSidecar, c.said)
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%q from %s: %d, want %d", c.said, c.from, w.Code, c.status)
		}
	}
}

func FuzzDelivery(f *testing.F) {
	f.Add([]byte(`{"writer":"w","seq":1,"calls":[{"status":200,"times":2,"first":"2013-09-08T17:05:00Z","last":"2013-09-08T17:05:00Z"}]}`))
	f.Add([]byte(`{"writer":"w","seq":1,"calls":[{"status":200,"times":-2}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := readDelivery(bytes.NewReader(text))
		if err != nil {
			return
		}
		total := 0
		for _, c := range d.Calls {
			total += c.Times
			if c.Times < 1 || c.Rows < 0 || c.Bytes < 0 || c.Status < 200 {
				t.Errorf("%+v", c)
			}
			if shape := toldShape(c.Query); toldShape(shape) != shape {
				t.Errorf("%q is no shape: %q", shape, toldShape(shape))
			}
		}
		if total > MaxDeliveryCalls || len(d.Calls) > MaxDeliveryKinds || d.Seq < 1 || d.Writer == "" {
			t.Errorf("%+v", d)
		}
	})
}

// guesses counts failed attempts.
type guesses struct {
	nobody
	count int
}

func (g *guesses) Failed(FailedAttempt) { g.count++ }
