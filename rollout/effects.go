package rollout

import (
	"slices"
	"time"

	"rwsgate/store"
	"rwsgate/translate"
)

// watchAfter is how long after a brownout's end served calls are noted to the nanosecond; after that, to the day.
const watchAfter = 24 * time.Hour

// Watched gives the start of the newest brownout that has begun and is not over since a day or more; zero if there is
// none. While there is one, the ledger notes when clients are served.
func (p *Plan) Watched(now time.Time) time.Time {
	var start time.Time
	for i := range p.Brownouts {
		if w := &p.Brownouts[i]; !now.Before(w.From) && now.Before(w.Until.Add(watchAfter)) {
			start = w.From
		}
	}
	return start
}

// A client that failed in a brownout stayed away when it was not served again by the end of its next turn with its
// tolerance (the first after its last failure, by the rhythm that it had until then), and at least 24 hours after the
// window; without a known rhythm, a week after it. If it was, it retried: nobody noticed. One that is served only later
// did stay away: Served says when it came back.
const awayAfter = 7 * 24 * time.Hour

// effects says what a brownout did to each client that was known when it began.
func (v *view) effects(b *Brownout, all []Sums) {
	b.Counts = map[string]int{EffectAway: 0, EffectRetried: 0, EffectFailing: 0, EffectServed: 0, EffectNever: 0}
	if v.at.Before(b.From) {
		return
	}
	for i := range all {
		s := &all[i]
		if !s.First.Before(b.From) {
			continue
		}
		e := BrownoutEffect{Tenant: s.Tenant, Client: s.Client, Name: nameOf(&s.Usage)}
		if a := v.plan.AgreementOf(whoOf(&s.Usage)); a != nil {
			e.Owner = a.Owner
		}
		e.judge(s, b, v.at)
		b.Effects = append(b.Effects, e)
		b.Counts[e.Effect]++
	}
}

// judge sums up what a client met of its reports.
func (e *BrownoutEffect) judge(s *Sums, b *Brownout, at time.Time) {
	servedWithin, again := false, true
	for i := range s.met {
		m := &s.met[i]
		if !m.Window.Equal(b.From) {
			continue
		}
		if m.Failed == 0 {
			servedWithin = servedWithin || m.Served.Before(b.Until)
			continue
		}
		e.Failed += m.Failed
		if e.First.IsZero() || m.First.Before(e.First) {
			e.First = m.First
		}
		if m.Last.After(e.Last) {
			e.Last = m.Last
		}
		back := s.servedAgain(m)
		again = again && !back.IsZero()
		if back.After(e.Served) {
			e.Served = back
		}
	}
	if !again {
		e.Served = time.Time{}
	}
	switch {
	case e.Failed == 0 && servedWithin:
		e.Effect = EffectServed
	case e.Failed == 0:
		e.Effect = EffectNever
	default:
		deadline := s.deadline(b, e.Last)
		switch {
		case !e.Served.IsZero() && !e.Served.After(deadline):
			e.Effect = EffectRetried
		case !at.After(deadline):
			e.Effect = EffectFailing
		default:
			e.Effect = EffectAway
		}
	}
}

// servedAgain gives when a report was first served after its last failure: as noted, else the start of the first UTC
// day after the failure's on which it was; zero: it was not. For the service root and $metadata any report counts: a
// client that fails there comes for the reports.
func (s *Sums) servedAgain(m *store.LedgerBrownout) (back time.Time) {
	first := func(t time.Time) {
		if t.After(m.Last) && (back.IsZero() || t.Before(back)) {
			back = t
		}
	}
	first(m.Served)
	for i := range s.met {
		if of := &s.met[i]; m.Report == "" && of.Window.Equal(m.Window) {
			first(of.Served)
		}
	}
	if !back.IsZero() {
		return back
	}
	for report, days := range s.served {
		if later := since(days, translate.DayOf(m.Last)+1); len(later) > 0 && (report == m.Report || m.Report == "") {
			first(later[0].UTC())
		}
	}
	return back
}

// deadline gives until when a client that failed is served again if nobody noticed.
func (s *Sums) deadline(b *Brownout, last time.Time) time.Time {
	day := translate.DayOf(last)
	until := s.Days
	if i, found := slices.BinarySearch(s.Days, day+1); found || i < len(s.Days) {
		until = s.Days[:i]
	}
	f := Foretell(until, last)
	if f.NextDue == 0 {
		return b.Until.Add(awayAfter)
	}
	due := (f.NextDue + translate.Day(f.Tolerance) + 1).UTC()
	if earliest := b.Until.Add(watchAfter); due.Before(earliest) {
		return earliest
	}
	return due
}
