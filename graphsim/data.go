package graphsim

import (
	"sync"
	"time"

	"rwsgate/translate"
)

// cachedDays bounds the UTC days that a tenant keeps: 16 bytes each.
const cachedDays = 1500

// series keeps a run of UTC days of one tenant, so that a simulation of years does not make each day anew every time.
type series struct {
	mu   sync.Mutex
	from translate.Day
	days []translate.Minutes
}

// UTCDays gives the minutes of the UTC days from from to to, both included, ascending, as the report shows them:
// zero before the first and after the last day of the data, corrections applied. It looks neither at the clock nor at
// the refresh date.
func (t *Tenant) UTCDays(from, to translate.Day) []translate.DayMinutes {
	if to < from {
		return nil
	}
	raw := t.minutes(from, to)
	t.mu.Lock()
	defer t.mu.Unlock()
	days := make([]translate.DayMinutes, len(raw))
	for i := range raw {
		d := from + translate.Day(i)
		days[i] = translate.DayMinutes{Day: d, Minutes: raw[i]}
		if t.end != 0 && d > t.end {
			days[i].Minutes = translate.Minutes{}
		}
		if m, ok := t.corrected[d]; ok {
			days[i].Minutes = m
		}
	}
	return days
}

// Truth gives the exact minutes of each local day of a zone, from the calls in all UTC days from First to RefreshDate:
// what a perfect gateway would answer from the whole report. A minute counts into the local day in which it begins; the
// total is the same for every zone, and in UTC each day is what the report shows. The first and the last local day are
// those days' part only, unless the zone is UTC. Days without minutes are not in the map.
func (t *Tenant) Truth(loc *time.Location) map[translate.Day]translate.Minutes {
	return t.TruthBetween(loc, t.options.First, t.RefreshDate())
}

// TruthBetween is Truth for the calls in the UTC days from from to to, both included.
func (t *Tenant) TruthBetween(loc *time.Location, from, to translate.Day) map[translate.Day]translate.Minutes {
	t.mu.Lock()
	end := t.end
	t.mu.Unlock()
	if end != 0 {
		to = min(to, end)
	}
	truth := make(map[translate.Day]translate.Minutes, max(to-from, 0)+2)
	t.parts(from, to, func(_ translate.Day, part call) {
		part.splitIn(loc, func(d translate.Day, m translate.Minutes) { truth[d] = truth[d].Add(m) })
	})
	return truth
}

// parts walks the calls of the UTC days from from to to, cut at midnight UTC.
func (t *Tenant) parts(from, to translate.Day, add func(translate.Day, call)) {
	from = max(from, t.options.First)
	// A local day lies within a day of the UTC day of its name, its calls' tails included, in every zone there is.
	for local := from - 1; local <= to+1; local++ {
		for _, c := range t.dayCalls(local) {
			c.split(func(d translate.Day, part call) {
				if d >= from && d <= to {
					add(d, part)
				}
			})
		}
	}
}

// minutes gives the UTC days from from to to, from the kept run where it has them. The result must not be changed.
func (t *Tenant) minutes(from, to translate.Day) []translate.Minutes {
	t.data.mu.Lock()
	defer t.data.mu.Unlock()
	s := &t.data
	kept := s.from + translate.Day(len(s.days)) // first day after the run
	lo, hi := min(from, s.from), max(to+1, kept)
	if len(s.days) == 0 || hi-lo > cachedDays {
		days := t.sum(from, to)
		if len(days) <= cachedDays {
			s.from, s.days = from, days
		}
		return days
	}
	if lo < s.from || hi > kept {
		run := append(t.sum(lo, s.from-1), s.days...)
		s.from, s.days = lo, append(run, t.sum(kept, hi-1)...)
	}
	return s.days[from-s.from : to+1-s.from]
}

// sum makes the UTC days from from to to.
func (t *Tenant) sum(from, to translate.Day) []translate.Minutes {
	if to < from {
		return nil
	}
	days := make([]translate.Minutes, to-from+1)
	t.parts(from, to, func(d translate.Day, part call) {
		i := d - from
		days[i] = days[i].Add(translate.Minutes{Audio: part.audio, Video: part.video})
	})
	return days
}
