package gateway

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rwsgate/cache"
	"rwsgate/gateway/rws"
	"rwsgate/odata"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// report answers what the front let through: from the answer cache, else by OData over the tenant's rows.
func (g *Gateway) report(r *http.Request, k *call) (reply, error) {
	snapshot, ready := g.Histories.Snapshot(k.tenant.ID)
	now := g.Now()
	var room [512]byte
	var key []byte
	cacheable := false
	if ready {
		key, cacheable = answerKey(room[:0], r, k, snapshot.Version, now)
	}
	if cacheable {
		if kept, ok := g.Answers.GetBytes(key); ok {
			return g.recall(k, kept, snapshot, now), nil
		}
	}
	request := odataRequest(r, k)
	result, view := g.ask(request, k, snapshot, ready, now)
	if view.missing {
		var err error
		if snapshot, err = g.Histories.Wait(unhurried(r.Context()), k.tenant.ID); err != nil {
			return reply{}, err
		}
		now = g.Now()
		result, view = g.ask(request, k, snapshot, true, now)
	}
	if view.err != nil {
		return reply{}, view.err
	}
	if k.explain != nil {
		k.explain(result, view)
	}
	if result.Panic != "" {
		g.Log.Error("panic while answering", "request_id", k.id, "panic", result.Panic)
		return reply{}, errInternal
	}
	answer := replyOf(result)
	if result.Err != nil {
		if strings.HasPrefix(result.Err.Message, rws.QueryIsInvalid) {
			return reply{}, rws.InvalidQuery(result.Err.Message)
		}
		k.outcome.reason = result.Err
		return answer, nil
	}
	answer.compress(r.Header.Get("Accept-Encoding"))
	k.outcome.rows = result.Rows
	note := view.noted
	note.rows, note.format, note.options = result.Rows, formatOf(&answer), optionsOf(k.front)
	note.shape = k.shape()
	if view.source != nil {
		note.unfinished = unfinishedIn(view.query, view.answer, view.source)
		if result.Rows == 0 {
			note.behind = g.behind(view.query, k, view.answer, now)
		}
	}
	if cacheable {
		g.Answers.Put(string(key), answer.keep(note))
	}
	g.describe(k, note, snapshot, now)
	return answer, nil
}

// noted is what the gateway wants to know again when it finds an answer in the cache.
type noted struct {
	set        string
	rows       int
	through    string // last covered local day, empty if there is none
	unfinished int    // rows of periods that are over but not covered
	behind     int    // see Gateway.behind
	format     rollout.Format
	options    rollout.Options
	shape      string // see rollout.Shape
}

// looked is what one run of OData found out on the side.
type looked struct {
	noted
	missing bool // rows were needed and there is no history
	err     error
	query   *odata.Query
	answer  translate.Answer
	source  odata.RowSource // nil if no rows were asked for
}

var errNoRows = errors.New("no history yet")

// ask has OData judge the request. Rows are computed only if it gets as far as to need them.
func (g *Gateway) ask(request odata.Request, k *call, s translate.Snapshot, ready bool, now time.Time) (odata.Response, looked) {
	var view looked
	prepare := func(q *odata.Query) {
		q.ShiftDates(reportType.Key, -k.delay)
		view.query = q
	}
	result := odata.AnswerPrepared(k.settings.model, request, prepare, func(set *odata.EntitySet) (odata.RowSource, error) {
		view.set = set.Name
		if !ready {
			view.missing = true
			return nil, errNoRows
		}
		answer, err := g.rows(k, set.Name, s, now)
		if err != nil {
			view.err = err
			return nil, err
		}
		if answer.Covered {
			view.through = answer.Through.String()
		}
		view.answer, view.source = answer, &reportRows{answer.Rows, k.tenant}
		return view.source, nil
	}, storedAt(s))
	return result, view
}

// rows gives a report's rows in the call's zone, computed once for each history version and local date.
func (g *Gateway) rows(k *call, set string, s translate.Snapshot, now time.Time) (translate.Answer, error) {
	report, ok := translate.ReportNamed(set)
	if !ok {
		return translate.Answer{}, errInternal
	}
	key := cache.RowsKey{
		Tenant:  k.tenant.ID,
		Report:  report.Name,
		Zone:    k.zone.Name(),
		View:    strconv.FormatInt(k.settings.generation, 10),
		Version: s.Version,
		Today:   k.zone.Today(now),
	}
	view := translate.View{Zone: k.zone, Method: k.tenant.Method, Unfinished: k.settings.Unfinished, Visible: k.settings.Visible}
	answer, _, err := g.Rows.Get(key, func() (translate.Answer, int, error) {
		a := translate.Rows(s.History, report, view, now)
		return a, len(a.Rows) * rowBytes, nil
	})
	return answer, err
}

const rowBytes = 24 // of a translate.Row

// storedAt is the time that feeds call updated (LEGACY D1): when the history's version was stored.
func storedAt(s translate.Snapshot) time.Time {
	if s.Stored.IsZero() {
		return s.Refresh.LastSuccess.UTC()
	}
	return s.Stored.UTC()
}

// recall turns a kept answer into a reply.
func (g *Gateway) recall(k *call, kept *cache.Answer, s translate.Snapshot, now time.Time) reply {
	k.outcome.hit = true
	note, _ := kept.Note.(noted)
	k.outcome.rows = note.rows
	g.describe(k, note, s, now)
	return reply{status: kept.Status, headers: kept.Headers, body: kept.Body}
}

// describe sets X-Rwsgate-Answer on answers of a report: hit or miss, the method, the last covered day, and how many
// seconds ago Graph was last asked with success.
func (g *Gateway) describe(k *call, n noted, s translate.Snapshot, now time.Time) {
	k.set = n.set
	k.outcome.format, k.outcome.options, k.outcome.unfinished, k.outcome.behind = n.format, n.options, n.unfinished, n.behind
	k.outcome.shape = n.shape
	if n.set == "" {
		return
	}
	if n.unfinished > 0 {
		g.Recorder.Unfinished(n.set, n.unfinished)
	}
	b := make([]byte, 0, 96)
	b = append(b, "miss"...)
	if k.outcome.hit {
		b = append(b[:0], "hit"...)
	}
	b = append(append(b, "; method="...), k.tenant.Method.String()...)
	if n.through != "" {
		b = append(append(b, "; through="...), n.through...)
	}
	fresh := s.Refresh.LastSuccess
	if fresh.IsZero() {
		fresh = s.Stored
	}
	b = strconv.AppendInt(append(b, "; age="...), int64(max(0, now.Sub(fresh).Seconds())), 10)
	k.answered = string(b)
}
