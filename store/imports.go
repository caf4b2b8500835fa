package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"rwsgate/translate"
)

// ImportBatch is saved history to be stored whole or not at all.
type ImportBatch struct {
	Days   []translate.DayMinutes  // UTC days, from Graph's own exports
	Spans  []translate.Observation // local days of saved legacy answers
	Totals []translate.Total       // weeks and months of saved legacy answers
	Source string                  // names the import, such as the kind of file; empty means SourceImport
	DryRun bool                    // count what would change, and change nothing
}

var errDryRun = errors.New("dry run")

// Import adds saved history to a tenant's by the rules of translate, in one transaction. Precedence: a day that Graph
// gave stays; a day of an earlier import, or a zero of a download without any minute, is corrected like Graph corrects
// its own (last value wins, zeros alone never); spans and totals of a later import win over those of an earlier one.
// Refused counts what known days left no room for.
func (s *Store) Import(ctx context.Context, tenant string, batch ImportBatch) (translate.Change, error) {
	var change translate.Change
	switch batch.Source {
	case "":
		batch.Source = SourceImport
	case SourceGraph, SourceZeros:
		return change, &Error{Op: "import", Where: s.path, Fault: FaultInvalid, Reason: "an import cannot name " + batch.Source + " as its source"}
	}
	err := s.change(ctx, "import", func(tx *sql.Tx) error {
		b, err := s.lockTenant(ctx, tx, tenant)
		if err != nil {
			return err
		}
		var next translate.History
		if next, change, err = b.with(batch); err != nil {
			return err
		}
		w := writing{source: batch.Source, at: s.now(), now: s.now()}
		if _, _, err := b.store(ctx, tx, next, w); err != nil {
			return err
		}
		if batch.DryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		return change, nil
	}
	if err != nil {
		return translate.Change{}, err
	}
	return change, nil
}

// with gives the history that an import makes of what is held.
func (b held) with(batch ImportBatch) (translate.History, translate.Change, error) {
	settled := func(d translate.DayMinutes) bool {
		_, known := b.history.At(d.Day)
		return known && b.loose[d.Day] == ""
	}
	var fixed, open []translate.DayMinutes
	for _, d := range batch.Days {
		if settled(d) {
			fixed = append(fixed, d)
		} else {
			open = append(open, d)
		}
	}
	h, change := b.history.WithDays(fixed)
	merge := func(h translate.History, open []translate.DayMinutes) (translate.History, translate.Change) {
		return translate.Merge(h, translate.Download{Days: open})
	}
	if slices.ContainsFunc(fixed, func(d translate.DayMinutes) bool { return !d.IsZero() }) {
		merge = translate.Correct // the import as a whole is not of zeros alone
	}
	h, more := merge(h, open)
	change = sum(change, more)
	h, err := b.withoutZeros(h, batch.Spans)
	if err != nil {
		return h, change, err
	}
	h, more = h.WithSpans(batch.Spans)
	change = sum(change, more)
	h, more = h.WithTotals(batch.Totals)
	return h, sum(change, more), nil
}

// withoutZeros gives h without the unsettled zero days that spans touch: as a download without any minute adds no day
// where a span is known, so the order of the two makes no difference.
func (b held) withoutZeros(h translate.History, spans []translate.Observation) (translate.History, error) {
	touched := map[translate.Day]bool{}
	for _, o := range spans {
		if !o.End.After(o.Start) || o.End.Sub(o.Start) > translate.MaxSpan {
			continue // refused by WithSpans
		}
		for d := translate.DayOf(o.Start); d.UTC().Before(o.End); d++ {
			if m, known := h.At(d); known && m.IsZero() && b.loose[d] == SourceZeros {
				touched[d] = true
			}
		}
	}
	if len(touched) == 0 {
		return h, nil
	}
	days := slices.DeleteFunc(slices.Clone(h.Days()), func(d translate.DayMinutes) bool { return touched[d.Day] })
	return translate.NewHistory(days, h.Spans(), h.Totals())
}

func sum(a, b translate.Change) translate.Change {
	return translate.Change{Added: a.Added + b.Added, Corrected: a.Corrected + b.Corrected, Same: a.Same + b.Same, Refused: a.Refused + b.Refused}
}
