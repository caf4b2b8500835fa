package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rwsgate/store"
	"rwsgate/translate"
)

// kept is what the stored history did not take of an import.
type kept struct {
	graphs  []string // days of which Graph gave other minutes
	zeros   []string // days of a file of zeros alone, where others are known
	covered []string // saved days without room between known UTC days
	partly  []string // saved days of which known UTC days left room for a part; these are stored, not refused
}

// lines says what was refused and why, one line for each reason.
func (k kept) lines() []string {
	var lines []string
	for _, r := range []struct {
		dates  []string
		prefix string
		reason string
	}{
		{k.graphs, "refused: ", "Graph gave other minutes, which stay"},
		{k.zeros, "refused: ", "a file of zeros alone changes no day"},
		{k.covered, "refused: ", "UTC days that are known cover the saved day"},
		{k.partly, "kept in part: ", "UTC days that are known cover the rest of the saved day"},
	} {
		if len(r.dates) > 0 {
			lines = append(lines, r.prefix+firstOf(r.dates)+": "+r.reason)
		}
	}
	return lines
}

const shownDates = 5

// firstOf names the first few dates.
func firstOf(dates []string) string {
	more := ""
	if len(dates) > shownDates {
		more = fmt.Sprintf(" and %d more", len(dates)-shownDates)
		dates = dates[:shownDates]
	}
	return strings.Join(dates, ", ") + more
}

// keptFrom holds an import against what is stored after it.
func (t *tenantStore) keptFrom(ctx context.Context, s translate.Settled, zone *translate.Zone) (kept, error) {
	if len(s.Days)+len(s.Spans) == 0 {
		return kept{}, nil
	}
	known := map[translate.Day]store.StoredDay{}
	days, err := t.store.Days(ctx, t.tenant.ID)
	if err != nil {
		return kept{}, err
	}
	for _, d := range days {
		known[d.Day] = d
	}
	var k kept
	for _, d := range s.Days {
		switch at, ok := known[d.Day]; {
		case ok && at.Minutes == d.Minutes:
		case ok && at.Source == store.SourceGraph:
			k.graphs = append(k.graphs, d.Day.String())
		default:
			k.zeros = append(k.zeros, d.Day.String())
		}
	}
	for _, o := range s.Spans {
		switch in, of := coveredBy(o, known); {
		case in == of:
			k.covered = append(k.covered, localDate(o, zone))
		case in > 0:
			k.partly = append(k.partly, localDate(o, zone))
		}
	}
	return k, nil
}

// localDate names the day of a saved daily row; that of an export has no zone and is named in UTC.
func localDate(o translate.Observation, zone *translate.Zone) string {
	if zone == nil {
		return o.Start.Format(time.RFC3339)
	}
	return zone.Today(o.Start).String()
}

// coveredBy counts the UTC days that an observation touches, and how many of them are known.
func coveredBy(o translate.Observation, known map[translate.Day]store.StoredDay) (in, of int) {
	for d := translate.DayOf(o.Start); d.UTC().Before(o.End); d++ {
		of++
		if _, ok := known[d]; ok {
			in++
		}
	}
	return in, of
}
