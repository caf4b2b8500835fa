package cache

import (
	"log/slog"

	"rwsgate/translate"
)

// logSuccess logs a download; what an operator must know only when it changes.
func (k *Keeper) logSuccess(t *tenant, before translate.Snapshot, d translate.Download, c translate.Change) {
	s := t.snapshot.Load()
	log := k.o.Logger.With("tenant", t.label())
	log.Info("history refreshed", "window", d.Window.String(), "days", len(d.Days), "added", c.Added,
		"corrected", c.Corrected, "refresh_date", s.Refresh.RefreshDate.String(), "calls", d.Calls, "version", s.Version)
	now := d.Fetched
	if stalled(s.Refresh.Stalled, now) && !stalled(before.Refresh.Stalled, before.Refresh.LastSuccess) {
		log.Warn("Graph's refresh date stands still", "refresh_date", s.Refresh.RefreshDate.String(), "since", s.Refresh.Stalled)
	}
	k.changed(log, t, before.Refresh.State, nil)
}

// logFailure logs a failure whose text is new, and repetitions only for debugging.
func (k *Keeper) logFailure(t *tenant, before, after translate.Refresh, fault *translate.SourceError) {
	log := k.o.Logger.With("tenant", t.label())
	level := slog.LevelDebug
	if before.LastError != after.LastError {
		level = slog.LevelWarn
	}
	log.Log(k.base, level, "fetch failed", "fault", string(fault.Fault), "cause", fault.Error(), "mend", fault.Mend,
		"host", fault.Host, "status", fault.Status, "request_id", fault.RequestID, "failures", after.Failures,
		"calls", fault.Calls, "not_before", after.NotBefore)
	k.changed(log, t, before.State, fault)
}

// changed logs and tells a change of the source state, once.
func (k *Keeper) changed(log *slog.Logger, t *tenant, from translate.SourceState, fault *translate.SourceError) {
	s := t.snapshot.Load()
	to := s.Refresh.State
	if from == to {
		return
	}
	level := slog.LevelInfo
	if to != translate.SourceLive {
		level = slog.LevelWarn
	}
	cause, mend := explain(s, fault)
	log.Log(k.base, level, "source state changed", "from", string(from), "to", string(to), "cause", cause, "mend", mend)
	if k.o.Hooks.Changed != nil {
		k.o.Hooks.Changed(t.id, t.label(), from, to)
	}
}
