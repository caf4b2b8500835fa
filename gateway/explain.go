package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"rwsgate/cache"
	"rwsgate/gateway/rws"
	"rwsgate/odata"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// Ask is a legacy request to be explained.
type Ask struct {
	URL       string // a whole URL with any host, a path, or what follows the service root
	Method    string // empty: GET
	Header    http.Header
	Tenant    string     // name or id of the tenant that it is about; empty: the principal's, else the only one
	Principal string     // who would ask; empty: somebody who may read the tenant
	Address   netip.Addr // of the client, for agreements about addresses
}

// Explanation says what a legacy request would do.
type Explanation struct {
	Request            string       `json:"request"` // method, path and query, as they would be sent
	Tenant             string       `json:"tenant,omitempty"`
	Principal          string       `json:"principal,omitempty"`
	Report             string       `json:"report,omitempty"` // entity set asked for, served or not
	Served             bool         `json:"served"`           // it is one of the reports that rwsgate serves, or no report at all
	Target             string       `json:"target,omitempty"` // service, metadata, feed, entry, property, value, count
	Period             string       `json:"period,omitempty"` // daily, weekly, monthly
	Status             int          `json:"status"`
	Error              string       `json:"error,omitempty"` // the message that the client would read
	ErrorCode          string       `json:"error_code,omitempty"`
	ContentType        string       `json:"content_type,omitempty"`
	DataServiceVersion string       `json:"data_service_version,omitempty"`
	Format             string       `json:"format,omitempty"` // atom, verbose, light, other
	Bytes              int          `json:"bytes"`
	Zone               string       `json:"zone,omitempty"` // canonical name
	Rows               int          `json:"rows"`
	First              string       `json:"first,omitempty"` // Date of the earliest row in the answer
	Last               string       `json:"last,omitempty"`
	Count              string       `json:"count,omitempty"`           // of $inlinecount or /$count
	PageSize           int          `json:"page_size,omitempty"`       // of the report
	Next               string       `json:"next,omitempty"`            // link to the next page
	AvailableFirst     string       `json:"available_first,omitempty"` // Date of the report's earliest row in the zone, without the query
	AvailableLast      string       `json:"available_last,omitempty"`
	Through            string       `json:"through,omitempty"`    // last covered local day
	Unfinished         int          `json:"unfinished,omitempty"` // rows of periods that are over but not covered yet
	Behind             int          `json:"behind,omitempty"`     // days behind the last covered day, if it asks for nothing else
	Cacheable          bool         `json:"cacheable"`            // the answer is kept and given again
	Phase              string       `json:"phase,omitempty"`      // of the rollout
	Filter             string       `json:"filter,omitempty"`     // $filter as it is understood, dates moved by date_delay
	OrderBy            string       `json:"orderby,omitempty"`
	Select             []string     `json:"select,omitempty"` // in the order of the answer
	Top                string       `json:"top,omitempty"`
	Skip               string       `json:"skip,omitempty"`
	DateDelay          int          `json:"date_delay,omitempty"` // days
	Differences        []Difference `json:"differences"`          // from the retired service, as docs/compatibility.md numbers them
	Hints              []Hint       `json:"hints"`
	Graph              string       `json:"graph,omitempty"`      // the equivalent Microsoft Graph request
	PowerShell         string       `json:"powershell,omitempty"` // the equivalent line
	Note               string       `json:"note,omitempty"`       // what differs from Graph

	body  []byte
	keyed string // clock value of the key in the path
}

// Body is the body of the answer.
func (e *Explanation) Body() []byte { return e.body }

// WithoutBody is the explanation less the body of the answer, for who keeps many.
func (e *Explanation) WithoutBody() *Explanation {
	other := *e
	other.body = nil
	return &other
}

// Difference is one of the numbered differences from the retired service that a request meets.
type Difference struct {
	Number string `json:"number"` // D18
	Text   string `json:"text"`
}

// Hint is something worth doing or knowing.
type Hint struct {
	Kind string `json:"kind"` // one of the Hint constants
	Text string `json:"text"`
}

// AskError says why a request cannot be explained; its text may be shown.
type AskError struct{ Text string }

// Error gives the text.
func (e *AskError) Error() string { return e.Text }

// Explain runs a request through the gateway's own checks, without a password, and says what it would do. Nothing is
// noted, counted or kept, and nobody waits for a first fetch. The error is an *AskError.
func (g *Gateway) Explain(ctx context.Context, ask Ask) (*Explanation, error) {
	t, err := readAddress(ask.URL)
	if err != nil {
		return nil, err
	}
	r, err := t.request(ctx, ask)
	if err != nil {
		return nil, err
	}
	s := g.settings.Load()
	if s == nil {
		return nil, &AskError{"the gateway has no configuration yet"}
	}
	quiet := g.quiet()
	k := &call{id: uuid.Nil.String(), settings: s, peer: peer{addr: ask.Address, secure: true, scheme: t.scheme, host: t.host}}
	e := &Explanation{Request: clip(r.Method + " " + r.URL.RequestURI()), Differences: []Difference{}, Hints: t.hints}
	if e.Hints == nil {
		e.Hints = []Hint{}
	}
	now := g.Now()
	var seen *looked
	k.explain = func(_ odata.Response, view looked) { seen = &view }
	answer, err := quiet.explained(r, k, ask)
	var unasked *AskError
	switch {
	case errors.As(err, &unasked):
		return nil, unasked
	case err != nil:
		k.outcome.reason = err
		answer = quiet.failure(r, k, err)
	}
	e.answered(k, &answer)
	if seen != nil {
		e.looked(seen)
	}
	e.refused(k.outcome.reason)
	if snapshot, ready := quiet.Histories.Snapshot(tenantID(k)); ready && k.tenant != nil && k.root != "" {
		_, e.Cacheable = answerKey(nil, r, k, snapshot.Version, now)
		e.Cacheable = e.Cacheable && answer.status == http.StatusOK
	}
	e.advise(r, k, seen, now)
	e.compare(r, k)
	e.leave(now)
	return e, nil
}

// quiet is the gateway without what notes, counts and keeps.
func (g *Gateway) quiet() *Gateway {
	o := g.Options
	o.Histories, o.Answers, o.Recorder, o.Ledger = impatient{g.Histories}, nothingKept(), nobody{}, nil
	if g.Rollout != nil {
		o.Rollout = calm{g.Rollout}
	}
	o.Log = slog.New(slog.DiscardHandler)
	return &Gateway{Options: o, verifier: g.verifier, pace: g.pace}
}

// impatient are histories that nobody waits for.
type impatient struct{ Histories }

// Wait gives what there is.
func (i impatient) Wait(_ context.Context, tenant string) (translate.Snapshot, error) {
	if s, ok := i.Snapshot(tenant); ok {
		return s, nil
	}
	return translate.Snapshot{}, &cache.NoHistoryError{Tenant: tenant, Retry: 30 * time.Second}
}

// explained is answer for a request whose sender is given in place of a password, outside all budgets.
func (g *Gateway) explained(r *http.Request, k *call, ask Ask) (reply, error) {
	frontFault, err := k.read(r)
	if err != nil {
		return reply{}, err
	}
	if err := g.grant(r, k, ask); err != nil {
		return reply{}, err
	}
	if err := g.check(r, k, frontFault); err != nil {
		return reply{}, err
	}
	refusal := g.refused(k)
	answer, err := g.report(r, k)
	if refusal != nil {
		k.outcome.rows, k.outcome.behind, k.outcome.unfinished = 0, 0, 0
		return reply{}, refusal
	}
	return answer, err
}

// calm is a rollout that an explained request changes nothing of: it stops no brownout.
type calm struct{ Rollout }

// Refuses says what a client that is known would meet.
func (calm) Refuses(d *rollout.Decision, _, _ string, _ rollout.Who, _ time.Time) bool {
	return d.Retired || d.Window != nil
}

// nothingKept is an answer cache without room.
var nothingKept = sync.OnceValue(func() *cache.Answers { return cache.NewAnswers(cache.AnswersOptions{MaxAnswers: -1}) })

// grant finds the tenant of a request that is only explained.
func (g *Gateway) grant(r *http.Request, k *call, ask Ask) error {
	k.who = principal{name: strings.ToLower(ask.Principal)}
	k.delay = k.settings.delayOf(k.who.name, r.UserAgent(), k.peer.addr)
	g.decide(r, k)
	named := ask.Tenant
	if named == "" && ask.Principal == "" {
		if named = k.front.DelegatedOrg; named == "" && len(k.settings.Tenants) == 1 {
			named = k.settings.Tenants[0].Name
		}
	}
	if named != "" {
		k.tenant = k.settings.byName[strings.ToLower(named)]
		if k.tenant == nil {
			k.tenant = k.settings.byID[strings.ToLower(named)]
		}
		if k.tenant == nil {
			return &AskError{"no tenant is called " + strconv.Quote(clip(named))}
		}
		return nil
	}
	if ask.Principal == "" {
		return &AskError{"there are several tenants: name one by tenant, or who asks by principal"}
	}
	var fault *rws.Fault
	if k.tenant, fault = k.settings.tenantOf(k.who, k.front.DelegatedOrg); fault != nil {
		return fault
	}
	return nil
}

func tenantID(k *call) string {
	if k.tenant == nil {
		return ""
	}
	return k.tenant.ID
}
