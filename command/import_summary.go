package command

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"rwsgate/store"
	"rwsgate/translate"
)

// summary adds up what came of several files.
type summary struct {
	translate.Change
	files, refusedFiles int
}

func (s *summary) add(c translate.Change, leftOut int) {
	s.files++
	s.Added += c.Added
	s.Corrected += c.Corrected
	s.Same += c.Same
	s.Refused += c.Refused + leftOut
}

// String gives the line below all files.
func (s summary) String() string {
	return fmt.Sprintf("%d files imported, %d refused: %s", s.files, s.refusedFiles, counts(s.Change))
}

func counts(c translate.Change) string {
	return fmt.Sprintf("%d added, %d changed, %d the same, %d refused", c.Added, c.Corrected, c.Same, c.Refused)
}

// printRefused says why nothing of a file is stored.
func printRefused(out io.Writer, name string, err error) error {
	_, failed := fmt.Fprintf(out, "%s: refused, nothing of it is stored\n  %s\n", name, strings.ReplaceAll(err.Error(), "\n", "\n  "))
	return failed
}

// printImported says what a file was and what came of it.
func printImported(out io.Writer, name string, s translate.Saved, t translate.Settled, zone *translate.Zone, c translate.Change, kept []string) error {
	c.Refused += len(t.LeftOut)
	lines := append([]string{counts(c)}, notes(t)...)
	for _, k := range kept {
		lines = append(lines, "refused: "+k)
	}
	_, err := fmt.Fprintf(out, "%s: %s\n  %s\n", name, describe(s, t, zone), strings.Join(lines, "\n  "))
	return err
}

// describe says what a file holds.
func describe(s translate.Saved, t translate.Settled, zone *translate.Zone) string {
	parts := []string{string(s.Kind)}
	what := "UTC days"
	if s.Kind.IsLegacy() {
		parts = append(parts, t.Report.Name)
		what = "rows"
	}
	rows := fmt.Sprintf("%d %s", len(s.Rows), what)
	if len(s.Rows) > 0 {
		rows += fmt.Sprintf(", %s", translate.DayRange{First: t.First, Last: t.Last})
	}
	parts = append(parts, rows)
	if s.Kind == translate.SavedExport {
		parts = append(parts, fmt.Sprintf("%d saved days, %d totals", len(s.Spans), len(s.Totals)))
	}
	if s.Kind.IsLegacy() && zone != nil {
		parts = append(parts, "in "+zone.Name())
	}
	return strings.Join(parts, ", ")
}

// notes says what is worth knowing beside the counts.
func notes(t translate.Settled) []string {
	var lines []string
	if t.Filled > 0 {
		lines = append(lines, fmt.Sprintf("of these %d days without use, which have no row", t.Filled))
	}
	if t.Gaps > 0 {
		lines = append(lines, fmt.Sprintf("%d dates between have no row and stay unknown; if the answer was not filtered by minutes, --fill-gaps takes them for days without use", t.Gaps))
	}
	for _, f := range t.LeftOut {
		lines = append(lines, "refused: "+f.String())
	}
	for _, w := range t.Warnings {
		lines = append(lines, "warning: "+w)
	}
	return lines
}

// keptFrom says what the stored history did not take of an import, and why.
func (t *tenantStore) keptFrom(ctx context.Context, s translate.Settled, zone *translate.Zone, c translate.Change) ([]string, error) {
	if c.Refused == 0 {
		return nil, nil
	}
	known := map[translate.Day]store.StoredDay{}
	days, err := t.store.Days(ctx, t.tenant.ID)
	if err != nil {
		return nil, err
	}
	for _, d := range days {
		known[d.Day] = d
	}
	var graphs, zeros, covered []string
	for _, d := range s.Days {
		switch k := known[d.Day]; {
		case k.Minutes == d.Minutes:
		case k.Source == store.SourceGraph:
			graphs = append(graphs, d.Day.String())
		default:
			zeros = append(zeros, d.Day.String())
		}
	}
	for _, o := range s.Spans {
		if isCovered(o, known) {
			covered = append(covered, localDate(o, zone))
		}
	}
	return reasons(map[string][]string{
		"Graph gave other minutes, which stay":        graphs,
		"a file of zeros alone changes no day":        zeros,
		"UTC days that are known cover the saved day": covered,
	}), nil
}

// localDate names the day of a saved daily row; that of an export has no zone and is named in UTC.
func localDate(o translate.Observation, zone *translate.Zone) string {
	if zone == nil {
		return o.Start.Format(time.RFC3339)
	}
	return zone.Today(o.Start).String()
}

// isCovered says whether known UTC days leave no room for an observation.
func isCovered(o translate.Observation, known map[translate.Day]store.StoredDay) bool {
	for d := translate.DayOf(o.Start); d.UTC().Before(o.End); d++ {
		if _, ok := known[d]; !ok {
			return false
		}
	}
	return true
}

const shownDates = 5

// reasons gives a line for each reason that has dates, the first few of them named.
func reasons(byReason map[string][]string) []string {
	var lines []string
	for _, reason := range slices.Sorted(maps.Keys(byReason)) {
		dates := byReason[reason]
		if len(dates) == 0 {
			continue
		}
		more := ""
		if len(dates) > shownDates {
			more = fmt.Sprintf(" and %d more", len(dates)-shownDates)
			dates = dates[:shownDates]
		}
		lines = append(lines, strings.Join(dates, ", ")+more+": "+reason)
	}
	return lines
}
