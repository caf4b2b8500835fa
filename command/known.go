package command

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rwsgate/gateway/admin"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// known is how far a tenant's history reaches, for operators: its UTC days, and what was imported of the retired service.
type known struct {
	days, saved *translate.DayRange // nil: there is none
	nDays       int
	nSaved      int // saved days, or the parts of them that are kept
	totals      int
	holes       []translate.DayRange // between the first and the last of all these days
}

// knownOf sums up a history. A saved day is named by the UTC date of its middle, which is its local date from 12 hours west
// of Greenwich to 12 hours east.
func knownOf(h translate.History) known {
	k := known{nDays: len(h.Days()), nSaved: len(h.Spans()), totals: len(h.Totals()), holes: []translate.DayRange{}}
	all := make([]translate.Day, 0, k.nDays+k.nSaved)
	for _, d := range h.Days() {
		all = append(all, d.Day)
	}
	if k.nDays > 0 {
		k.days = &translate.DayRange{First: all[0], Last: all[k.nDays-1]}
	}
	for _, o := range h.Spans() {
		d := translate.DayOf(o.Start.Add(o.End.Sub(o.Start) / 2).UTC())
		if k.saved == nil {
			k.saved = &translate.DayRange{First: d}
		}
		k.saved.Last = d
		if o.End.Sub(o.Start) >= 12*time.Hour { // less of a day does not make it known
			all = append(all, d)
		}
	}
	slices.Sort(all)
	for i := 1; i < len(all); i++ {
		if hole := (translate.DayRange{First: all[i-1] + 1, Last: all[i] - 1}); hole.First <= hole.Last {
			k.holes = append(k.holes, hole)
		}
	}
	return k
}

// last is the newest day of all; false if no day is known.
func (k *known) last() (translate.Day, bool) {
	switch {
	case k.days != nil && k.saved != nil:
		return max(k.days.Last, k.saved.Last), true
	case k.days != nil:
		return k.days.Last, true
	case k.saved != nil:
		return k.saved.Last, true
	}
	return 0, false
}

// String says what there is; empty if there is nothing.
func (k *known) String() string {
	var parts []string
	if k.days != nil {
		parts = append(parts, fmt.Sprintf("%s, %s to %s", counted(k.nDays, "UTC day"), k.days.First, k.days.Last))
	} else if k.saved != nil || k.totals > 0 {
		parts = append(parts, "no UTC day")
	}
	if k.saved != nil {
		parts = append(parts, fmt.Sprintf("%s, %s to %s", counted(k.nSaved, "saved day"), k.saved.First, k.saved.Last))
	}
	if k.totals > 0 {
		parts = append(parts, counted(k.totals, "total"))
	}
	for _, hole := range k.holes {
		parts = append(parts, fmt.Sprintf("unknown: %s (%s)", hole, counted(hole.Len(), "day")))
	}
	return strings.Join(parts, "; ")
}

// coverage fills in what the admin listener shows.
func coverage(s translate.Snapshot, c admin.Coverage) admin.Coverage {
	k := knownOf(s.History)
	c.Days, c.SavedDays, c.Totals = k.nDays, k.nSaved, k.totals
	if k.days != nil {
		c.First, c.Last = k.days.First.String(), k.days.Last.String()
	}
	if k.saved != nil {
		c.SavedFirst, c.SavedLast = k.saved.First.String(), k.saved.Last.String()
	}
	for _, h := range k.holes {
		c.Holes = append(c.Holes, admin.Hole{First: h.First.String(), Last: h.Last.String(), Days: h.Len()})
	}
	return c
}

// coverageOf sums up a tenant's history for the evidence.
func coverageOf(name string, state translate.SourceState, s translate.Snapshot) rollout.Coverage {
	k := knownOf(s.History)
	c := rollout.Coverage{Tenant: name, State: string(state), Asked: s.Refresh.LastSuccess, Days: k.nDays, Holes: len(k.holes), SavedDays: k.nSaved, Totals: k.totals}
	if last, ok := k.last(); ok {
		first := cmp.Or(k.days, k.saved).First
		if k.saved != nil {
			first = min(first, k.saved.First)
		}
		c.First, c.Last = first.String(), last.String()
	}
	return c
}
