package gateway

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"rwsgate/cache"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// Recorder counts what the gateway does. Its labels come from closed sets.
type Recorder interface {
	// Answered is called for every call: set is a report's name or "other".
	Answered(set string, status int, hit bool, bytes int, took time.Duration)
	// Unfinished is called with the number of rows served for periods that are over but not covered yet.
	Unfinished(set string, rows int)
	// UnknownZone is called for each unknown X-timezone that was answered in UTC.
	UnknownZone()
	// Failed is called for each attempt to get in that failed, on either listener.
	Failed(reason FailedAttempt)
	// Refused is called for each request that met a brownout or a retired report.
	Refused(set string, phase rollout.Phase)
}

type nobody struct{}

func (nobody) Answered(string, int, bool, int, time.Duration) {}
func (nobody) Unfinished(string, int)                         {}
func (nobody) UnknownZone()                                   {}
func (nobody) Failed(FailedAttempt)                           {}
func (nobody) Refused(string, rollout.Phase)                  {}

// note logs and counts a finished call: faults of ours as warnings with their cause, faults of the client as
// information, the rest only in detail. Those who do not get in are told of within the bounds of hush.
func (g *Gateway) note(r *http.Request, k *call, took time.Duration) {
	g.Recorder.Answered(setLabel(k.set), k.outcome.status, k.outcome.hit, k.outcome.bytes, took)
	if reason := attemptOf(k.outcome.reason); reason != "" {
		g.Recorder.Failed(reason)
	}
	level := slog.LevelDebug
	switch {
	case !k.outcome.window.IsZero(): // planned
		level = slog.LevelInfo
	case k.outcome.status >= http.StatusInternalServerError:
		level = slog.LevelWarn
	case k.outcome.status >= http.StatusBadRequest && !k.expected(r):
		level = slog.LevelInfo
	}
	if !g.Log.Enabled(r.Context(), level) || level > slog.LevelDebug && !g.tell(r, k) {
		return
	}
	attrs := []slog.Attr{
		slog.String("request_id", k.id), slog.Int("status", k.outcome.status), slog.String("method", r.Method),
		slog.String("url", clip(r.URL.RequestURI())), slog.String("principal", clip(k.who.name)),
		slog.String("peer", k.peer.addr.String()), slog.String("agent", clip(r.UserAgent())),
		slog.Int("rows", k.outcome.rows), slog.Bool("hit", k.outcome.hit), slog.Duration("took", took),
	}
	if k.tenant != nil {
		attrs = append(attrs, slog.String("tenant", k.tenant.Name))
	}
	if k.outcome.reason != nil {
		attrs = append(attrs, slog.String("cause", k.outcome.reason.Error()))
		if mend := mendOf(k.outcome.reason); mend != "" {
			attrs = append(attrs, slog.String("mend", mend))
		}
	}
	g.Log.LogAttrs(r.Context(), level, "answered", attrs...)
}

// tell says whether a call that is worth a line gets it, and has the log hear of those that did not.
func (g *Gateway) tell(r *http.Request, k *call) bool {
	kind := outsider(k.outcome.reason)
	if kind == "" {
		return true
	}
	told, untold := g.refusals.allow(kind, k.peer.addr, g.Wall())
	if untold != nil {
		g.Log.LogAttrs(r.Context(), slog.LevelInfo, "more requests did not get in than lines say", untold...)
	}
	return told
}

// expected says whether a refusal is nothing new: .NET clients ask without a password first, and who must wait after
// failed attempts has been named for each of them.
func (k *call) expected(r *http.Request) bool {
	if k.outcome.reason == nil {
		return false
	}
	if late := (*waitError)(nil); errors.As(k.outcome.reason, &late) {
		return true
	}
	return k.outcome.status == http.StatusUnauthorized && r.Header.Get("Authorization") == ""
}

// mendOf says what an operator can do about an error, if we know.
func mendOf(err error) string {
	var source *translate.SourceError
	var none *cache.NoHistoryError
	var budget *budgetError
	switch {
	case errors.As(err, &budget):
		return budget.mend
	case errors.As(err, &source):
		return source.Mend
	case errors.As(err, &none):
		return "run rwsgate check"
	}
	return ""
}

// clip bounds what a client can put into a log record.
func clip(s string) string {
	const most = 512
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// setLabel keeps the label's values a closed set.
func setLabel(set string) string {
	if _, ok := translate.ReportNamed(set); ok {
		return set
	}
	return "other"
}
