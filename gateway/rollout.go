package gateway

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rwsgate/odata"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// Rollout says what phase a request is in; *rollout.Control is one.
type Rollout interface {
	// Decide says which headers the answer carries and whether it may be refused.
	Decide(report string, who rollout.Who, at time.Time) rollout.Decision
	// Refuses says of a request with nothing else wrong whether it is refused.
	Refuses(d *rollout.Decision, tenant, report string, who rollout.Who, at time.Time) bool
}

// decide finds out what phase the call of a known sender is in.
func (g *Gateway) decide(r *http.Request, k *call) {
	if g.Rollout == nil {
		return
	}
	k.caller = rollout.Who{Principal: k.who.name, Claimed: k.who.anonymous, Agent: r.UserAgent(), Address: k.peer.addr}
	k.decision, k.decided = g.Rollout.Decide(reportAsked(k.front.Path), k.caller, g.Now()), true
}

// announce finds the headers of an answer to somebody who is not known: those of what is no report.
func (g *Gateway) announce(r *http.Request, k *call) {
	if g.Rollout != nil && !k.decided {
		k.decision = g.Rollout.Decide(rollout.Others, rollout.Who{Agent: r.UserAgent(), Address: k.peer.addr}, g.Now())
	}
}

// refused gives the error of a call that meets a brownout or a retired report; nil for others.
func (g *Gateway) refused(k *call) error {
	if !k.decision.Refused() {
		return nil
	}
	report, now := reportAsked(k.front.Path), g.Now()
	if !g.Rollout.Refuses(&k.decision, k.tenant.ID, report, k.caller, now) {
		return nil
	}
	if _, ok := translate.ReportNamed(report); ok {
		k.set = report
	}
	if w := k.decision.Window; w != nil {
		k.outcome.window = w.From
	}
	g.Recorder.Refused(setLabel(report), k.decision.Phase)
	return &refusedError{k.decision, now}
}

// refusedError refuses a call because of the rollout.
type refusedError struct {
	rollout.Decision
	at time.Time
}

// The codes of the rollout's error documents (LEGACY 7).
const (
	codeBrownout = "ServiceDeprecatedBrownout"
	codeRetired  = "ServiceDeprecatedRetired"
)

// Error says the same as the client reads.
func (e *refusedError) Error() string { return e.document().Message }

// document is what the client reads.
func (e *refusedError) document() *odata.Error {
	d := &odata.Error{Status: e.Status, Code: codeRetired, Message: "The Office 365 Reporting web service is retired."}
	if e.Window != nil {
		d.Code = codeBrownout
		d.Message = "The Office 365 Reporting web service is deprecated. It is switched off for a test until " + endOf(e.Window) + "."
	}
	if e.Successor != "" {
		d.Message += " Its successor is described at " + e.Successor
	}
	return d
}

// endOf writes a window's end on the clock of its zone.
func endOf(w *rollout.Window) string {
	return w.Until.Format("2006-01-02 15:04 -07:00") + " (" + w.Zone + ")"
}

// retryAfter is the value of Retry-After, whole seconds to the end of the window; empty if there is none.
func (e *refusedError) retryAfter() string {
	if e.Window == nil {
		return ""
	}
	return strconv.Itoa(max(1, int(math.Ceil(e.Window.Until.Sub(e.at).Seconds()))))
}

// reportAsked is the entity set that a raw path behind the service root names, known or not; empty for the root and
// $metadata. It reads a path as OData does: segments are decoded one by one, $ alone says that a name follows.
func reportAsked(path string) string {
	for segment := range strings.SplitSeq(path, "/") {
		segment = decodedSegment(segment)
		if segment == "" || segment == "$" {
			continue
		}
		if i := strings.IndexByte(segment, '('); i >= 0 {
			segment = segment[:i]
		}
		if segment == "$metadata" {
			return ""
		}
		return segment
	}
	return ""
}

// decodedSegment takes the percent escapes off; what is none stays.
func decodedSegment(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
