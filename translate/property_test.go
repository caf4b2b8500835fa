package translate

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// oddZones are where a simple implementation goes wrong.
var oddZones = []string{
	"UTC", "America/Los_Angeles", "Europe/London", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo",
	"Pacific/Apia", "Pacific/Kiritimati", "Etc/GMT+12", "Pacific/Chatham", "America/St_Johns", "Africa/Casablanca", "Asia/Gaza",
	"America/Havana", "Antarctica/Troll", "America/Vancouver", "Asia/Tehran", "+05:45", "-14:00", "+14:00",
}

func anyZone() *rapid.Generator[Zone] {
	return rapid.Custom(func(t *rapid.T) Zone { return mustZone(t, rapid.SampledFrom(oddZones).Draw(t, "zone")) })
}

func anyMethod() *rapid.Generator[Method] {
	return rapid.Custom(func(t *rapid.T) Method {
		kind := rapid.IntRange(0, 3).Draw(t, "method")
		if kind < 3 {
			return []Method{DefaultHours, Uniform, Calendar}[kind]
		}
		days := rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 1, 7, rapid.ID).Draw(t, "weekdays")
		var weekdays []time.Weekday
		for _, d := range days {
			weekdays = append(weekdays, time.Weekday(d))
		}
		from := rapid.IntRange(0, 23).Draw(t, "from")
		to := rapid.IntRange(0, 24).Filter(func(to int) bool { return to != from }).Draw(t, "to")
		h, err := NewHours(anyZone().Draw(t, "hours"), weekdays, time.Duration(from)*time.Hour, time.Duration(to)*time.Hour, rapid.IntRange(1, 20).Draw(t, "density"))
		if err != nil {
			t.Fatal(err)
		}
		return WorkingHours(h)
	})
}

func anyMinutes() *rapid.Generator[Minutes] {
	some := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 2000), rapid.Int64Range(0, MaxMinutes))
	return rapid.Custom(func(t *rapid.T) Minutes { return Minutes{some.Draw(t, "audio"), some.Draw(t, "video")} })
}

// anyHistory makes up to fifty days around a date where many zones do something, with holes and imported observations.
func anyHistory() *rapid.Generator[History] {
	return rapid.Custom(func(t *rapid.T) History {
		first := rapid.OneOf(
			rapid.Int32Range(int32(Date(2005, 1, 1)), int32(Date(2029, 1, 1))),
			rapid.SampledFrom([]int32{int32(Date(2011, 12, 10)), int32(Date(2013, 10, 1)), int32(Date(2008, 10, 20)), int32(Date(2026, 10, 20)), int32(Date(2026, 3, 1))}),
		).Draw(t, "first")
		var h History
		n := rapid.IntRange(0, 50).Draw(t, "days")
		missing := rapid.SliceOfN(rapid.IntRange(0, 5), 2*n, 2*n).Draw(t, "missing")
		day := Day(first)
		for i := range n {
			if missing[2*i] == 0 {
				day += Day(missing[2*i+1]) * Day(missing[2*i+1]) / 2
			}
			h, _ = h.WithDays([]DayMinutes{{day, anyMinutes().Draw(t, "minutes")}})
			day++
		}
		zone := anyZone().Draw(t, "saved in")
		for d := Day(first) - Day(rapid.IntRange(0, 12).Draw(t, "saved days")); d < Day(first)+3; d++ {
			if start, end, exists := zone.DayBounds(d); exists {
				h, _ = h.WithSpans([]Observation{{start, end, anyMinutes().Draw(t, "saved")}})
			}
		}
		return h
	})
}

func anyView() *rapid.Generator[View] {
	return rapid.Custom(func(t *rapid.T) View {
		return View{anyZone().Draw(t, "zone"), anyMethod().Draw(t, "method"), Unfinished(rapid.IntRange(0, 1).Draw(t, "unfinished")), Visible(rapid.IntRange(0, 1).Draw(t, "visible"))}
	})
}

func sumOf(h History) (m Minutes) {
	for _, d := range h.days {
		m = m.Add(d.Minutes)
	}
	for _, o := range h.spans {
		m = m.Add(o.Minutes)
	}
	return m
}

func TestTotalsAreConserved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, v := anyHistory().Draw(t, "history"), anyView().Draw(t, "view")
		l := localise(h, v.Zone, v.Method, minDay+2)
		var sum Minutes
		for i, m := range l.minutes {
			if m.Audio < 0 || m.Video < 0 {
				t.Fatalf("%v has %v", l.first+Day(i), m)
			}
			sum = sum.Add(m)
		}
		if want := sumOf(h); sum != want {
			t.Fatalf("%v, want %v", sum, want)
		}
	})
}

func TestTotalsAreConservedInEveryZone(t *testing.T) {
	h := known(t, []DayMinutes{on("2011-12-29", 1441, 7), on("2011-12-30", 1000, 1), on("2026-03-08", 999, 3), on("2026-11-01", 101, 1)}, nil, nil)
	for key := range testZones().names {
		zone := mustZone(t, key)
		for _, m := range []Method{DefaultHours, Uniform, Calendar} {
			l := localise(h, zone, m, minDay+2)
			if got, want := l.sum(minDay, maxDay), sumOf(h); got != want {
				t.Errorf("%s, %v: %v, want %v", key, m, got, want)
			}
		}
	}
}

func TestAgainstNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, v := anyHistory().Draw(t, "history"), anyView().Draw(t, "view")
		n := newNaive(h, v)
		l := localise(h, v.Zone, v.Method, minDay+2)
		for d := n.first + 1; d < n.last; d++ {
			if got, want := l.sum(d, d), n.minutes[d]; got != want {
				t.Errorf("%v has %v, want %v", d, got, want)
			}
			if l.isCovered(d) != n.covered(d) {
				t.Errorf("%v covered: %v, want %v", d, l.isCovered(d), n.covered(d))
			}
		}
		now := (n.first + Day(rapid.IntRange(0, 450).Draw(t, "age"))).UTC().Add(time.Duration(rapid.IntRange(0, 1439).Draw(t, "minute")) * time.Minute)
		if today := n.date(now); v.Zone.Today(now) != today && v.Zone.Today(now) != today+1 {
			t.Errorf("at %v it is %v in %v", now, v.Zone.Today(now), v.Zone)
		}
		for _, r := range Reports() {
			got := Rows(h, r, v, now)
			rows, unfinished := n.rows(r.Period, v.Zone.Today(now))
			if !slices.Equal(got.Rows, rows) || got.Unfinished != unfinished {
				t.Errorf("%s at %v: %v (%d unfinished), want %v (%d)", r.Name, now, got.Rows, got.Unfinished, rows, unfinished)
			}
		}
	})
}

func TestPeriodsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, v := anyHistory().Draw(t, "history"), anyView().Draw(t, "view")
		v.Visible = All
		first, _, _ := h.extent()
		now := (first + Day(rapid.IntRange(0, 90).Draw(t, "age"))).UTC()
		daily := Rows(h, Reports()[0], v, now)
		for _, r := range Reports() {
			a := Rows(h, r, v, now)
			sums, shown := map[Day]Minutes{}, map[Day]int{}
			for _, row := range daily.Rows {
				last := r.Period.Last(row.Day)
				sums[last] = sums[last].Add(row.Minutes)
			}
			for d := daily.Through; daily.Covered && d >= first-2; d-- {
				if CoverageOf(h, v.Zone, v.Method).holds(d) {
					shown[r.Period.Last(d)]++
				}
			}
			for i, row := range a.Rows {
				if i > 0 && a.Rows[i-1].Day >= row.Day {
					t.Fatalf("%s: %v comes after %v", r.Name, row.Day, a.Rows[i-1].Day)
				}
				if r.Period.Last(row.Day) != row.Day || row.IsZero() {
					t.Fatalf("%s: %v is no row", r.Name, row)
				}
				sum, all := sums[row.Day], shown[row.Day] == int(row.Day-r.Period.First(row.Day))+1
				if sum.Audio > row.Audio || sum.Video > row.Video || all && sum != row.Minutes {
					t.Fatalf("%s: %v, its days have %v (all shown: %v)", r.Name, row, sum, all)
				}
			}
		}
	})
}

func (c Coverage) holds(d Day) bool {
	return c.Known && d >= c.First && d <= c.Last && !slices.ContainsFunc(c.Holes, func(h DayRange) bool { return d >= h.First && d <= h.Last })
}

func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := anyHistory().Draw(t, "history")
		again, err := NewHistory(rapid.Permutation(h.Days()).Draw(t, "days"), rapid.Permutation(h.Spans()).Draw(t, "spans"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(again.Days(), h.Days()) || !slices.EqualFunc(again.Spans(), h.Spans(), sameObservation) {
			t.Fatalf("%v, want %v", again, h)
		}
		merged, change := Merge(History{}, Download{Days: rapid.Permutation(h.Days()).Draw(t, "download")})
		if !slices.Equal(merged.Days(), h.Days()) || change.Added != len(h.Days()) {
			t.Fatalf("%v %+v, want %v", merged, change, h.Days())
		}
	})
}

func TestAddedDayChangesOnlyWhatItTouches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, v := anyHistory().Draw(t, "history"), anyView().Draw(t, "view")
		first, last, _ := h.extent()
		d := Day(rapid.Int32Range(int32(first)-3, int32(last)+3).Draw(t, "added"))
		if h.spanOn(d) {
			return // an import yields to it, which may change what the rest of the import touches
		}
		more, _ := Merge(h, Download{Days: []DayMinutes{{d, Minutes{17, 3}}}})
		before, after := localise(h, v.Zone, v.Method, minDay+2), localise(more, v.Zone, v.Method, minDay+2)
		for x := min(before.first, after.first); x <= max(before.last(), after.last()); x++ {
			start, end, _ := v.Zone.DayBounds(x)
			touched := start.Before((d + 1).UTC()) && end.After(d.UTC())
			if v.Method == Calendar {
				touched = x == d
			}
			if !touched && before.sum(x, x) != after.sum(x, x) {
				t.Fatalf("%v was %v, is %v", x, before.sum(x, x), after.sum(x, x))
			}
		}
	})
}

func TestAudioAndVideoApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, v := anyHistory().Draw(t, "history"), anyView().Draw(t, "view")
		turned := History{days: slices.Clone(h.days), spans: slices.Clone(h.spans)}
		for i, d := range turned.days {
			turned.days[i].Minutes = Minutes{d.Video, d.Audio}
		}
		for i, o := range turned.spans {
			turned.spans[i].Minutes = Minutes{o.Video, o.Audio}
		}
		a, b := localise(h, v.Zone, v.Method, minDay+2), localise(turned, v.Zone, v.Method, minDay+2)
		for i, m := range a.minutes {
			if b.minutes[i] != (Minutes{m.Video, m.Audio}) {
				t.Fatalf("%v: %v and %v", a.first+Day(i), m, b.minutes[i])
			}
		}
	})
}
