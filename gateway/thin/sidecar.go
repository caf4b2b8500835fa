// Package thin is the sidecar: a gateway without tenants and store that sends each legacy request on to a central
// rwsgate, keeps the last answers for the time when that one is away, and tells it of the calls that it answered itself.
package thin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"rwsgate/gateway"
	"rwsgate/gateway/rws"
)

// Recorder counts what a sidecar does. Its labels come from closed sets.
type Recorder interface {
	// Answered is called for every request: set is a report's name or "other".
	Answered(set string, status int, hit bool, bytes int, took time.Duration)
}

// Options are what a Sidecar is made of. Central and Transport are required.
type Options struct {
	Central    *url.URL          // scheme and host of the central rwsgate's legacy listener
	Transport  http.RoundTripper // to the central one; NewTransport makes one
	Log        *slog.Logger      // nil: slog.Default
	Now        func() time.Time  // nil: time.Now
	Recorder   Recorder          // nil: nothing is counted
	MaxAnswers int               // answers kept; 0: 200
	MaxBytes   int64             // bytes of all kept answers; 0: 4 MiB
}

// Settings are what a reload may change. They are read-only once applied.
type Settings struct {
	AllowPlainHTTP bool   // passwords over plain HTTP from anywhere
	PublicURL      string // scheme and host in ids and links; empty: the request's own
	TrustedProxies []netip.Prefix
	MaxURL         int // bytes of path and query
	Concurrency    int // requests under way at once; 0: unlimited
}

// Sidecar answers legacy requests. Its zero value is of no use; New makes one.
type Sidecar struct {
	Options
	settings atomic.Pointer[Settings]
	underWay atomic.Int64
	loops    rate.Sometimes    // what the log hears of requests that another sidecar sent, or says it did
	secret   [sha256.Size]byte // key of all hashes, so that none can be tried out beside this process
	kept     *kept
	outbox   *outbox
	reach    reach
	counts   counts
}

const (
	defaultAnswers = 200
	defaultBytes   = 4 << 20
)

// New makes a sidecar; Apply must be called once before it serves.
func New(o Options) *Sidecar {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Recorder == nil {
		o.Recorder = nobody{}
	}
	if o.MaxAnswers == 0 {
		o.MaxAnswers = defaultAnswers
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultBytes
	}
	s := &Sidecar{Options: o, kept: newKept(o.MaxAnswers, o.MaxBytes), loops: rate.Sometimes{Interval: time.Minute}}
	_, _ = rand.Read(s.secret[:]) // crypto/rand.Read never fails
	s.outbox = newOutbox()
	return s
}

type nobody struct{}

func (nobody) Answered(string, int, bool, int, time.Duration) {}

// Apply makes settings the current ones; requests under way finish with the old ones.
func (s *Sidecar) Apply(c Settings) { s.settings.Store(&c) }

// call is one legacy request on its way through the sidecar.
type call struct {
	*http.Request
	id       string
	settings *Settings
	origin   gateway.Origin
	root     string // service root as the client typed it; empty outside the service
	front    rws.Request
	sender   digest // of the credential; zero without one
	began    time.Time
	spends   bool // a share of limits.concurrency, until the answer is written
}

// ServeHTTP answers one legacy request.
func (s *Sidecar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/") {
		// Of OPTIONS * and CONNECT: nothing that could be sent on.
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = "/"+r.URL.Path, ""
	}
	c := s.read(r)
	defer s.giveBack(c)
	a := s.safely(c)
	if a == nil {
		panic(http.ErrAbortHandler) // the client is gone
	}
	a.write(w, c)
	s.note(c, a)
}

// read finds out what a request asks for, and of whom.
func (s *Sidecar) read(r *http.Request) *call {
	c := &call{Request: r, id: uuid.NewString(), settings: s.settings.Load(), began: s.Now()}
	c.origin = gateway.OriginOf(r, c.settings.TrustedProxies)
	if scheme, host, ok := strings.Cut(c.settings.PublicURL, "://"); ok {
		c.origin.Scheme, c.origin.Host = scheme, strings.TrimSuffix(host, "/")
	}
	root, rest, ok := rws.Split(r.URL.EscapedPath())
	c.front, _ = rws.Read(rest, r.URL.RawQuery, rws.Header{
		Accept:                strings.Join(r.Header.Values("Accept"), ","),
		Version:               r.Header.Get("X-Rws-Version"),
		MaxDataServiceVersion: r.Header.Get("Maxdataserviceversion"),
	})
	if ok {
		c.root = root
	}
	if credential := r.Header.Get("Authorization"); credential != "" {
		c.sender = s.digest(credential)
	}
	return c
}

// safely answers the call and turns a panic into the legacy 500; the log gets the stack.
func (s *Sidecar) safely(c *call) (a *answer) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("panic while answering", "request_id", c.id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			a = s.broken(c)
		}
	}()
	return s.answer(c)
}

// answer gives the central gateway's answer, a kept one, or the sidecar's own; nil if the client is gone.
func (s *Sidecar) answer(c *call) *answer {
	if refused := s.refuse(c); refused != nil {
		return refused
	}
	found := s.find(c)
	if found != nil && (s.Now().Sub(found.at) < fresh || s.reach.away(s.Now())) {
		return s.again(found)
	}
	a, err := s.ask(c)
	switch {
	case err == nil:
		s.reach.reached(s)
		return a
	case errors.Is(err, context.Canceled) && c.Context().Err() != nil:
		return nil
	}
	s.reach.failed(s, err)
	// The answer of a moment ago may be barred by what came since.
	if found = s.find(c); found != nil {
		return s.again(found)
	}
	return s.unreachable(c)
}

// refuse judges what needs no central gateway, and takes the call's share of the budget; nil if it may go on.
func (s *Sidecar) refuse(c *call) *answer {
	var fault *rws.Fault
	switch n := s.underWay.Add(1); {
	case c.settings.Concurrency > 0 && n > int64(c.settings.Concurrency):
		fault = rws.OverBudget()
	case c.Header.Get(gateway.HeaderSidecar) != "":
		s.loops.Do(func() {
			s.Log.Error("a sidecar sends its requests to this sidecar", "peer", c.RemoteAddr, "mend", "forward.url must lead to a central rwsgate, one with tenants")
		})
		s.underWay.Add(-1)
		return s.unreachable(c)
	case c.root != "" && c.Header.Get("Authorization") != "" && !c.origin.Secure && !c.settings.AllowPlainHTTP:
		fault = rws.PlainCredentials(c.Header.Get("Authorization"))
	case c.root != "" && c.settings.MaxURL > 0 && len(c.URL.EscapedPath())+len(c.URL.RawQuery) > c.settings.MaxURL:
		fault = rws.InvalidQuery(fmt.Sprintf("%s Its URL is longer than %d bytes.", rws.QueryIsInvalid, c.settings.MaxURL))
	default:
		c.spends = true
		return nil
	}
	s.underWay.Add(-1)
	return s.faulty(c, fault)
}

// giveBack ends what refuse took.
func (s *Sidecar) giveBack(c *call) {
	if c.spends {
		s.underWay.Add(-1)
	}
}

// note counts and logs a finished call.
func (s *Sidecar) note(c *call, a *answer) {
	took := s.Now().Sub(c.began)
	report := gateway.SetLabel(a.kind.Report)
	s.Recorder.Answered(report, a.status, a.from == fromKept || a.from == fromStale, len(a.body), took)
	s.counts.answered[a.from].Add(1)
	if a.from != fromCentral {
		s.remember(c, a)
	}
	s.Log.Debug("answered", "request_id", a.id, "status", a.status, "from", a.from.String(), "report", report, "peer", c.origin.Address.String(), "took", took)
}

// remember puts an answer that the central gateway knows nothing of into the outbox. Without a credential there is
// nobody to tell it of, and one that came over an open connection is not sent on.
func (s *Sidecar) remember(c *call, a *answer) {
	credential := c.Header.Get("Authorization")
	if credential == "" || a.code == "ErrorPlainHttp" {
		return
	}
	k := a.kind
	k.Status, k.Bytes, k.Hit, k.Refused = a.status, len(a.body), a.from != fromOwn, a.code
	k.Agent, k.Address = clip(c.UserAgent(), longestText), c.address()
	if a.from == fromOwn {
		k.Tenant, k.Report, k.Zone = clip(k.Tenant, longestText), clip(k.Report, longestText), clip(c.Header.Get("X-Timezone"), longestText)
	}
	if !s.outbox.add(c.sender, credential, k, s.Now()) {
		s.counts.lost.Add(1)
	}
}

const longestText = 256 // bytes, of what a client can put into the ledger

func clip(text string, n int) string {
	if len(text) > n {
		text = text[:n]
	}
	return strings.ToValidUTF8(text, "?")
}
