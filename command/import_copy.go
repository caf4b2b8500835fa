package command

import (
	"context"
	"errors"

	"rwsgate/store"
	"rwsgate/translate"
)

// copyInMemory copies a tenant's history with the sources of its days into a store of its own, so that a dry run of
// several files comes to the same end as their import, each on top of the one before.
func copyInMemory(ctx context.Context, from *store.Store, tenant string) (*store.Store, error) {
	snapshot, err := from.Load(ctx, tenant)
	if err != nil {
		return nil, err
	}
	days, err := from.Days(ctx, tenant)
	if err != nil {
		return nil, err
	}
	to, err := store.Open(ctx, string(store.KindMemory), store.Options{})
	if err != nil {
		return nil, err
	}
	if err := fill(ctx, to, tenant, snapshot.History, days); err != nil {
		return nil, errors.Join(err, to.Close())
	}
	return to, nil
}

// fill puts a history into an empty store: what was imported, then the zeros of downloads without any minute, then what
// Graph gave.
func fill(ctx context.Context, to *store.Store, tenant string, h translate.History, days []store.StoredDay) error {
	imported := store.ImportBatch{Spans: h.Spans(), Totals: h.Totals()}
	var zeros, graph []translate.DayMinutes
	for _, d := range days {
		switch d.Source {
		case store.SourceGraph:
			graph = append(graph, d.DayMinutes)
		case store.SourceZeros:
			zeros = append(zeros, d.DayMinutes)
		default:
			imported.Days = append(imported.Days, d.DayMinutes)
		}
	}
	if _, err := to.Import(ctx, tenant, imported); err != nil {
		return err
	}
	if _, _, err := to.Merge(ctx, tenant, translate.Download{Days: zeros}, translate.Refresh{}); err != nil {
		return err
	}
	if len(graph) == 0 {
		return nil
	}
	// Days are Graph's own only if the download has a minute: this one makes sure of it, long before any history.
	graph = append([]translate.DayMinutes{{Day: translate.Date(1900, 1, 1), Minutes: translate.Minutes{Audio: 1}}}, graph...)
	_, _, err := to.Merge(ctx, tenant, translate.Download{Days: graph}, translate.Refresh{})
	return err
}
