package gateway

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"rwsgate/gateway/rws"
	"rwsgate/odata"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// answered takes over what the client would get.
func (e *Explanation) answered(k *call, a *reply) {
	e.Status, e.Bytes, e.body = a.status, len(a.body), a.body
	for _, h := range a.headers {
		switch h.Name {
		case "Content-Type":
			e.ContentType = h.Values[0]
		case rws.HeaderDataServiceVersion:
			e.DataServiceVersion = h.Values[0]
		}
	}
	e.Format = formatNames[formatOf(a)]
	e.DateDelay, e.Principal = k.delay, k.who.name
	if k.decided {
		e.Phase = k.decision.Phase.String()
	}
	if k.tenant != nil {
		e.Tenant = k.tenant.Name
	}
	if k.root == "" {
		return
	}
	e.Report = k.asked()
	report, ok := translate.ReportNamed(e.Report)
	if e.Served = ok || e.Report == ""; ok {
		e.Period = report.Period.String()
	}
	e.Zone = k.outcome.zone
	e.Unfinished, e.Behind, e.Rows = k.outcome.unfinished, k.outcome.behind, k.outcome.rows
}

var formatNames = map[rollout.Format]string{
	rollout.FormatAtom: "atom", rollout.FormatVerbose: "verbose", rollout.FormatLight: "light", rollout.FormatOther: "other",
}

// looked takes over what OData made of the request.
func (e *Explanation) looked(v *looked) {
	q := v.query
	if q == nil {
		return
	}
	e.Target, e.Filter, e.OrderBy, e.Select = q.Target().String(), q.Filter(), q.OrderBy(), q.Select()
	if key, ok := q.Key(); ok {
		e.keyed = clockOf(key)
	}
	if n, ok := q.Top(); ok {
		e.Top = strconv.Itoa(n)
	}
	if n, ok := q.Skip(); ok {
		e.Skip = strconv.Itoa(n)
	}
	if set := q.Set(); set != nil {
		e.PageSize = set.PageSize
	}
	if v.source == nil {
		return
	}
	e.Through = v.through
	if rows := v.answer.Rows; len(rows) > 0 {
		e.AvailableFirst, e.AvailableLast = rows[0].Day.String(), rows[len(rows)-1].Day.String()
	}
	if e.Status != http.StatusOK {
		return
	}
	if q.Target() == odata.Count {
		e.Count = string(e.body)
	}
	e.page(q, v)
}

// page tells of the rows in the answer.
func (e *Explanation) page(q *odata.Query, v *looked) {
	page, err := q.Apply(v.source)
	if err != nil || len(page.Rows) == 0 && page.Count < 0 {
		return
	}
	if page.Count >= 0 {
		e.Count = strconv.FormatInt(page.Count, 10)
	}
	if q.Target() == odata.Count {
		return
	}
	e.Next = page.Next
	for i, at := range page.Rows {
		day := v.answer.Rows[at].Day.String()
		if i == 0 || day < e.First {
			e.First = day
		}
		if i == 0 || day > e.Last {
			e.Last = day
		}
	}
}

// refused takes over what was wrong.
func (e *Explanation) refused(reason error) {
	if reason == nil {
		return
	}
	var found *odata.Error
	var fault *rws.Fault
	var refusal *refusedError
	switch {
	case errors.As(reason, &refusal):
		document := refusal.document()
		e.Error, e.ErrorCode = document.Message, document.Code
	case errors.As(reason, &fault):
		e.Error, e.ErrorCode = fault.Message, fault.Code
	case errors.As(reason, &found):
		e.Error, e.ErrorCode = found.Message, found.Code
	default:
		e.Error = http.StatusText(e.Status)
	}
}

// leave adds how the same is asked of Graph.
func (e *Explanation) leave(now time.Time) {
	if e.Status != http.StatusOK || e.Target == "" || e.Period == "" {
		return
	}
	q := translate.LegacyQuery{
		Report: e.Report, Filter: e.Filter, OrderBy: e.OrderBy, Top: e.Top, Skip: e.Skip, Count: e.Target == odata.Count.String(),
		Zone: e.Zone, Today: translate.DayOf(now),
	}
	for i, name := range e.Select {
		if i > 0 {
			q.Select += ","
		}
		q.Select += name
	}
	if e.keyed != "" {
		q.Filter = "Date eq datetime'" + e.keyed + "'"
	}
	if s, ok := translate.Equivalent(q); ok {
		e.Graph, e.PowerShell, e.Note = s.Graph, s.PowerShell, s.Note
	}
}

// clockOf writes a date of OData as a literal's body.
func clockOf(v odata.Value) string {
	const perSecond = ticksPerDay / (24 * 60 * 60)
	since := v.Int - ticksTo1970
	return time.Unix(since/perSecond, since%perSecond*100).UTC().Format("2006-01-02T15:04:05.9999999")
}
