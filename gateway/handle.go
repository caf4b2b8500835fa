package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"rwsgate/gateway/rws"
	"rwsgate/odata"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// call is one legacy request on its way through the gateway.
type call struct {
	id       string
	settings *settings
	peer     peer
	root     string // service root as the client typed it, path only; empty outside the service
	front    rws.Request
	who      principal
	tenant   *Tenant
	set      string // entity set asked for, empty for the root and $metadata
	zone     translate.Zone
	delay    int                          // days by which the dates in $filter are moved back
	answered string                       // value of X-Rwsgate-Answer, empty if the answer is no report
	explain  func(odata.Response, looked) // told of OData's judgement; nil but for an explanation
	caller   rollout.Who
	decision rollout.Decision // of the rollout
	decided  bool             // the sender is known, so the decision is about it
	spends   bool             // a share of limits.concurrency
	outcome  outcome
}

// outcome is what became of a call: for the log, the metrics and the ledger.
type outcome struct {
	status int
	rows   int
	bytes  int
	hit    bool
	reason error // what was wrong, nil on success

	format     rollout.Format
	options    rollout.Options
	zone       string    // canonical name
	unfinished int       // rows of periods that are over but not covered yet
	behind     int       // days behind the last covered day, if it asked for nothing else
	window     time.Time // beginning of the brownout that it met
	shape      string    // of the query for a report, see rollout.Shape
}

// handle answers ANY /*. It is the one place where errors become answers, log records and counts.
func (g *Gateway) handle(c echo.Context) error {
	r, started := c.Request(), g.Wall()
	k := &call{id: uuid.NewString(), settings: g.settings.Load()}
	k.peer = peerOf(r, k.settings.TrustedProxies)
	defer g.giveBack(k)
	answer, err := g.safely(r, k)
	g.announce(r, k)
	if err != nil {
		k.outcome.reason = err
		answer = g.failure(r, k, err)
	}
	k.outcome.status, k.outcome.bytes = answer.status, len(answer.body)
	if !k.outcome.hit {
		k.outcome.format, k.outcome.options = formatOf(&answer), optionsOf(k.front)
		k.outcome.shape = k.shape()
	}
	g.tellSidecar(c.Response().Header(), r, k)
	err = g.write(c.Response().Writer, r, k, answer)
	g.note(r, k, g.Wall().Sub(started))
	g.enter(r, k)
	return err
}

// safely runs the call and turns a panic into the legacy 500; the log gets the stack.
func (g *Gateway) safely(r *http.Request, k *call) (answer reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			g.Log.Error("panic while answering", "request_id", k.id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			answer, err = reply{}, errInternal
		}
	}()
	return g.answer(r, k)
}

var (
	errInternal     = errors.New("internal error")
	errUnauthorized = errors.New("no valid credentials")
	errOutside      = errors.New("path outside the service")
)

// answer takes a request through the checks in the order of LEGACY 7: authentication and tenant, API version, $format,
// quoted $orderby, X-timezone, limits, the rollout, OData.
func (g *Gateway) answer(r *http.Request, k *call) (reply, error) {
	frontFault, err := k.read(r)
	if err != nil {
		return reply{}, err
	}
	if isDelivery(r) {
		return g.takeDelivery(r, k)
	}
	if err := g.admit(r, k); err != nil {
		return reply{}, err
	}
	if err := g.check(r, k, frontFault); err != nil {
		return reply{}, err
	}
	if err := g.spend(k); err != nil {
		return reply{}, err
	}
	if err := g.refused(k); err != nil {
		return reply{}, err
	}
	return g.report(r, k)
}

// read takes the service root off the path and applies the front's rules, whose fault is told only to who may come in.
// The error says that the path is outside the service.
func (k *call) read(r *http.Request) (*rws.Fault, error) {
	root, rest, ok := rws.Split(r.URL.EscapedPath())
	front, fault := rws.Read(rest, r.URL.RawQuery, rws.Header{
		Accept:                strings.Join(r.Header.Values("Accept"), ","),
		Version:               r.Header.Get("X-Rws-Version"),
		MaxDataServiceVersion: r.Header.Get("Maxdataserviceversion"),
	})
	k.front = front
	if !ok {
		return nil, errOutside
	}
	k.root = root
	return fault, nil
}

// check judges what comes between the principal and OData: the front's fault, the zone, the length of the URL.
func (g *Gateway) check(r *http.Request, k *call, frontFault *rws.Fault) error {
	if frontFault != nil {
		return frontFault
	}
	if err := g.findZone(r, k); err != nil {
		return err
	}
	if len(r.URL.EscapedPath())+len(r.URL.RawQuery) > k.settings.MaxURL {
		return rws.InvalidQuery(fmt.Sprintf("%s Its URL is longer than %d bytes.", rws.QueryIsInvalid, k.settings.MaxURL))
	}
	return nil
}

// admit authenticates and finds the tenant.
func (g *Gateway) admit(r *http.Request, k *call) error {
	who, err := g.authenticate(r.Context(), k.settings, r.Header, k.peer)
	k.who = who
	if err != nil {
		return err
	}
	g.decide(r, k)
	var fault *rws.Fault
	if k.tenant, fault = k.settings.tenantOf(who, k.front.DelegatedOrg); fault != nil {
		return fault
	}
	k.delay = k.settings.delayOf(who.name, r.UserAgent(), k.peer.addr)
	return nil
}

// findZone reads X-timezone.
func (g *Gateway) findZone(r *http.Request, k *call) error {
	zone, err := k.settings.Zones.Lookup(r.Header.Get("X-Timezone"))
	if err == nil {
		k.zone, k.outcome.zone = zone, zone.Name()
		return nil
	}
	if !k.settings.UnknownZoneUTC {
		return rws.InvalidZone(err.Error())
	}
	g.Log.Warn("unknown X-timezone, answered in UTC", "request_id", k.id, "principal", k.who.name, "cause", err.Error(),
		"mend", "add the name to timezone_aliases")
	g.Recorder.UnknownZone()
	k.zone, err = k.settings.Zones.Lookup("")
	return err
}

// spend takes the call's share of the budgets. What it holds of limits.concurrency it has until its answer is written: an
// answer is most of what a request takes, and a client may be slow to read it.
func (g *Gateway) spend(k *call) error {
	if !g.pace.allow(k.who.paced(), k.settings.RequestsPerSecond, g.Wall()) {
		return errRate
	}
	if err := g.work.begin(k.who.paced(), k.settings.Concurrency); err != nil {
		return err
	}
	k.spends = true
	return nil
}

// giveBack ends what spend took.
func (g *Gateway) giveBack(k *call) {
	if k.spends {
		g.work.end(k.who.paced())
	}
}
