package gateway

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"rwsgate/gateway/rws"
	"rwsgate/odata"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// Ledger takes down who calls; rollout.Ledger is one.
type Ledger interface{ Note(rollout.Call) }

// enter tells the ledger of a finished call. A request without a password that is asked for one is no call of its own, and
// who never names the service, such as a load balancer's probe of /, is no client of it.
func (g *Gateway) enter(r *http.Request, k *call) {
	if g.Ledger == nil || k.expected(r) || isDelivery(r) || errors.Is(k.outcome.reason, errOutside) {
		return
	}
	g.Ledger.Note(g.called(r, k))
}

// called is what the ledger is told of a call.
func (g *Gateway) called(r *http.Request, k *call) rollout.Call {
	c := rollout.Call{
		At: g.Now(), Principal: k.who.name, Claimed: k.who.anonymous || k.outcome.status == http.StatusUnauthorized, Agent: r.UserAgent(), Address: k.peer.addr,
		Report: k.asked(), Format: k.outcome.format, Options: k.outcome.options, Zone: k.outcome.zone,
		Status: k.outcome.status, Rows: k.outcome.rows, Unfinished: k.outcome.unfinished,
		Uncovered: k.outcome.behind > 0, Behind: k.outcome.behind, Refused: refusal(k.outcome.reason),
		Brownout: !k.outcome.window.IsZero(), Window: k.outcome.window,
		Bytes: k.outcome.bytes, Hit: k.outcome.hit, Query: k.outcome.shape,
	}
	if k.tenant != nil {
		c.Tenant = k.tenant.ID
	}
	return c
}

// asked is the entity set that the path names, known or not; empty for the root and $metadata.
func (k *call) asked() string {
	if k.set != "" {
		return k.set
	}
	return reportAsked(k.front.Path)
}

// formatOf tells the format of an answer by its content type.
func formatOf(a *reply) rollout.Format {
	for _, h := range a.headers {
		if h.Name != "Content-Type" {
			continue
		}
		switch kind := h.Values[0]; {
		case strings.HasPrefix(kind, "application/atom"), strings.HasPrefix(kind, "application/xml"):
			return rollout.FormatAtom
		case strings.HasPrefix(kind, "application/json;odata=verbose"):
			return rollout.FormatVerbose
		case strings.HasPrefix(kind, "application/json"):
			return rollout.FormatLight
		}
	}
	return rollout.FormatOther
}

var optionBits = map[string]rollout.Options{
	"$select": rollout.OptionSelect, "$filter": rollout.OptionFilter, "$orderby": rollout.OptionOrderBy, "$top": rollout.OptionTop,
	"$skip": rollout.OptionSkip, "$inlinecount": rollout.OptionInlineCount, "$skiptoken": rollout.OptionSkipToken,
}

// optionsOf tells what a request used of the query language.
func optionsOf(f rws.Request) rollout.Options {
	var used rollout.Options
	for _, name := range rws.OptionNames(f.RawQuery) {
		used |= optionBits[name]
	}
	if f.Format != rws.FormatNone {
		used |= rollout.OptionFormat
	}
	if strings.HasSuffix(f.Path, "/$count") {
		used |= rollout.OptionCount
	}
	if segment := firstSegment(f.Path); strings.HasSuffix(segment, ")") && !strings.HasSuffix(segment, "()") {
		used |= rollout.OptionKey
	}
	return used
}

// shape is what stays of the query without the values that change from call to call: it costs as much as a look at the
// URL, and a hit has it from the miss before. Those who did not get in have none.
func (k *call) shape() string {
	if k.outcome.shape != "" || k.tenant == nil {
		return k.outcome.shape
	}
	return rollout.Shape(k.front.Path, k.front.RawQuery, shapeFormats[k.front.Format])
}

var shapeFormats = [...]string{rws.FormatNone: "", rws.FormatAtom: "atom", rws.FormatJSON: "json"}

// refusal names the class of an error; empty for what the status says well enough.
func refusal(err error) string {
	if err == nil {
		return ""
	}
	var fault *rws.Fault
	var found *odata.Error
	var refused *refusedError
	switch {
	case errors.As(err, &refused) && refused.Retired:
		return codeRetired
	case errors.As(err, &fault):
		return fault.Code
	case errors.As(err, &found):
		return found.Code
	}
	return ""
}

// behind says how many days behind the last covered day a query asks for, if all that it asks for of the daily report is
// not covered yet: the rows of every day up to yesterday are held against it as if they had minutes. 0: it asks for more.
func (g *Gateway) behind(q *odata.Query, k *call, a translate.Answer, now time.Time) int {
	if q == nil || q.Set() == nil || q.Filter() == "" || !a.Covered {
		return 0
	}
	if report, ok := translate.ReportNamed(q.Set().Name); !ok || report.Period != translate.Daily {
		return 0
	}
	const reach = 366 // days: nobody asks for yesterday by naming an older one
	yesterday := k.zone.Today(now) - 1
	rows := make([]translate.Row, 0, reach)
	for d := yesterday - reach + 1; d <= yesterday; d++ {
		rows = append(rows, translate.Row{Day: d, Minutes: translate.Minutes{Audio: 1, Video: 1}})
	}
	page, err := q.Apply(&reportRows{rows, k.tenant})
	if err != nil || len(page.Rows) == 0 {
		return 0
	}
	last := translate.Day(0)
	for _, i := range page.Rows {
		if rows[i].Day <= a.Through {
			return 0
		}
		last = max(last, rows[i].Day)
	}
	return int(last - a.Through)
}

// unfinishedIn counts the rows that a client got of periods that are over but not covered yet.
func unfinishedIn(q *odata.Query, a translate.Answer, source odata.RowSource) int {
	if a.Unfinished == 0 || q == nil {
		return 0
	}
	page, err := q.Apply(source)
	if err != nil {
		return 0
	}
	n := 0
	for _, i := range page.Rows {
		if a.IsUnfinished(a.Rows[i].Day) {
			n++
		}
	}
	return n
}
