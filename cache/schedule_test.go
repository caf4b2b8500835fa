package cache

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rwsgate/translate"
)

func TestChooseWindow(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	today := translate.DayOf(now)
	history := func(from, to translate.Day, without ...translate.Day) translate.History {
		var days []translate.DayMinutes
		for d := from; d <= to; d++ {
			hole := false
			for _, w := range without {
				hole = hole || d == w
			}
			if !hole {
				days = append(days, translate.DayMinutes{Day: d})
			}
		}
		h, err := translate.NewHistory(days, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	full := now.Add(-24 * time.Hour)
	cases := []struct {
		name    string
		history translate.History
		refresh translate.Refresh
		want    translate.Window
	}{
		{"new store", translate.History{}, translate.Refresh{}, translate.D180},
		{"imported history, never asked", history(today-300, today-1), translate.Refresh{}, translate.D180},
		{"as usual", history(today-180, today-2), translate.Refresh{LastFull: full, RefreshDate: today - 2}, translate.D7},
		{"nothing missing", history(today-180, today-1), translate.Refresh{LastFull: full, RefreshDate: today - 1}, translate.D7},
		{"first missing day just inside D7", history(today-180, today-7), translate.Refresh{LastFull: full, RefreshDate: today - 7}, translate.D7},
		{"first missing day just outside D7", history(today-180, today-8), translate.Refresh{LastFull: full, RefreshDate: today - 8}, translate.D30},
		{"just inside D30", history(today-180, today-30), translate.Refresh{LastFull: full, RefreshDate: today - 30}, translate.D30},
		{"just outside D30", history(today-180, today-31), translate.Refresh{LastFull: full, RefreshDate: today - 31}, translate.D90},
		{"just inside D90", history(today-180, today-90), translate.Refresh{LastFull: full, RefreshDate: today - 90}, translate.D90},
		{"just outside D90", history(today-180, today-91), translate.Refresh{LastFull: full, RefreshDate: today - 91}, translate.D180},
		{"longer than Graph reaches", history(today-500, today-400), translate.Refresh{LastFull: full, RefreshDate: today - 400}, translate.D180},
		{"a hole that Graph was asked for", history(today-180, today-2, today-40), translate.Refresh{LastFull: full, RefreshDate: today - 2}, translate.D7},
		{"a hole not asked for, imported days after it", history(today-180, today-1, today-40), translate.Refresh{LastFull: full, RefreshDate: today - 60}, translate.D90},
		{"imported days fill what was not asked for", history(today-180, today-1), translate.Refresh{LastFull: full, RefreshDate: today - 60}, translate.D7},
		{"a week since D180", history(today-180, today-2), translate.Refresh{LastFull: now.Add(-7 * 24 * time.Hour), RefreshDate: today - 2}, translate.D180},
		{"D180 in the future: the clock was set back", history(today-180, today-2), translate.Refresh{LastFull: now.Add(time.Hour), RefreshDate: today - 2}, translate.D180},
		{"refresh date in the future", history(today-180, today-2), translate.Refresh{LastFull: full, RefreshDate: today + 9}, translate.D7},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := chooseWindow(c.history, c.refresh, now); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestReadyAt(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ago := func(ds ...time.Duration) (calls []time.Time) {
		for _, d := range ds {
			calls = append(calls, now.Add(-d))
		}
		return calls
	}
	h, m := time.Hour, time.Minute
	repeat := func(n int, d time.Duration) (calls []time.Time) {
		for range n {
			calls = append(calls, now.Add(-d))
		}
		return calls
	}
	cases := []struct {
		name    string
		refresh translate.Refresh
		history bool
		want    time.Time
	}{
		{"never asked", translate.Refresh{}, false, time.Time{}},
		{"due later", translate.Refresh{Due: now.Add(h)}, true, now.Add(h)},
		{"backed off", translate.Refresh{Due: now.Add(-h), NotBefore: now.Add(m)}, true, now.Add(m)},
		{"three calls leave room for two", translate.Refresh{Calls: ago(3*h, 2*h, h)}, true, time.Time{}},
		{"four calls do not", translate.Refresh{Calls: ago(20*h, 3*h, 2*h, h)}, true, now.Add(4 * h)},
		{"the oldest of four has left", translate.Refresh{Calls: ago(24*h, 3*h, 2*h, h)}, true, time.Time{}},
		{"nine calls: six must leave", translate.Refresh{Calls: ago(9*h, 8*h, 7*h, 6*h, 5*h, 4*h, 3*h, 2*h, h)}, true, now.Add(20 * h)},
		{"no history: Graph's limit only", translate.Refresh{Calls: repeat(12, m)}, false, time.Time{}},
		{"no history: limit reached", translate.Refresh{Calls: repeat(13, 4*m)}, false, now.Add(6 * m)},
		{"the clock was set back an hour", translate.Refresh{Calls: repeat(13, -h)}, false, now.Add(h + 10*m)},
		{"the clock was set back a year", translate.Refresh{Calls: repeat(13, -365*24*h), Due: now.AddDate(1, 0, 0), NotBefore: now.AddDate(1, 0, 0)}, true, time.Time{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := NewKeeper(KeeperOptions{Now: func() time.Time { return now }})
			if got := k.readyAt(c.refresh, c.history); !got.Equal(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	random := 0.0
	k := NewKeeper(KeeperOptions{Rand: func() float64 { return random }})
	m := time.Minute
	cases := []struct {
		fault    translate.Fault
		failures int
		history  bool
		want     time.Duration
	}{
		{translate.FaultUnreachable, 1, false, 30 * time.Second},
		{translate.FaultUnreachable, 2, false, time.Minute},
		{translate.FaultThrottled, 3, false, 2 * m},
		{translate.FaultUnreadable, 6, false, 15 * m},
		{translate.FaultIncident, 1000, false, 15 * m},
		{translate.FaultNotPermitted, 1, false, 5 * m},
		{translate.FaultCredential, 3, false, 15 * m},
		{translate.FaultUnreachable, 1, true, 15 * m},
		{translate.FaultUnreachable, 2, true, 30 * m},
		{translate.FaultUnreachable, 9, true, 360 * m},
		{translate.FaultNotPermitted, 1, true, 360 * m},
		{translate.FaultTenant, 5, true, 360 * m},
		{translate.FaultConfig, 1, true, 360 * m},
		{translate.FaultGone, 1, true, 24 * 60 * m},
		{translate.FaultGone, 1, false, 5 * m},
	}
	for _, c := range cases {
		random = 0
		if got := k.backoff(c.fault, c.failures, c.history); got != c.want {
			t.Errorf("%s, failure %d, history %v: got %v, want %v", c.fault, c.failures, c.history, got, c.want)
		}
		random = 0.999
		if got := k.backoff(c.fault, c.failures, c.history); got <= c.want || got > c.want+c.want/10 {
			t.Errorf("%s, failure %d: jittered %v, want more than %v, at most a tenth", c.fault, c.failures, got, c.want)
		}
	}
}

func TestStateAfter(t *testing.T) {
	days := func(from translate.Day, audio ...int64) (d []translate.DayMinutes) {
		for i, a := range audio {
			d = append(d, translate.DayMinutes{Day: from + translate.Day(i), Minutes: translate.Minutes{Audio: a}})
		}
		return d
	}
	cases := []struct {
		name     string
		last     translate.Day // Since of before
		known    []translate.DayMinutes
		download []translate.DayMinutes
		state    translate.SourceState
		since    translate.Day
	}{
		{"minutes", 0, nil, days(100, 0, 1, 0), translate.SourceLive, 0},
		{"header only", 0, days(90, 1), nil, translate.SourceHeaderOnly, 0},
		{"zeros from the start", 0, nil, days(100, 0, 0, 0), translate.SourceZeros, 100},
		{"zeros over known minutes", 0, days(98, 4, 4, 4, 4), days(100, 0, 0, 0), translate.SourceZeros, 102},
		{"zeros before the download too", 0, days(90, 4, 4, 0, 0), days(100, 0, 0), translate.SourceZeros, 92},
		{"minutes of before the zeros", 103, days(100, 4, 4, 4, 0), days(100, 4, 4, 4, 0, 0), translate.SourceZeros, 103},
		{"minutes after zeros", 103, days(100, 4, 4, 4, 0), days(100, 4, 4, 4, 0, 1), translate.SourceLive, 0},
		{"header only after zeros", 103, days(100, 4, 4, 4, 0), nil, translate.SourceHeaderOnly, 103},
		{"only zeros known", 0, days(90, 0, 0), days(92, 0), translate.SourceZeros, 90},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h, err := translate.NewHistory(c.known, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			state, since := stateAfter(translate.Refresh{Since: c.last}, h, translate.Download{Days: c.download})
			if state != c.state || since != c.since {
				t.Errorf("got %s since %d, want %s since %d", state, since, c.state, c.since)
			}
		})
	}
}

// The tenant that has waited longest is fetched first.
func TestLongestDueFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, g := newBooks(), &graph{}
		var mu sync.Mutex
		var order []string
		k := NewKeeper(KeeperOptions{Histories: store, Parallel: 1})
		for _, due := range []int{3, 9, 1, 7, 5} {
			id := fmt.Sprint(due)
			store.edit(id, report(translate.D180, 2, 5))
			_ = store.SaveRefresh(t.Context(), id, translate.Refresh{Due: time.Now().Add(time.Duration(due-60) * time.Minute)})
			k.Add(id, id, &graph{answer: func(ctx context.Context, w translate.Window) (translate.Download, error) {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, id)
				return g.Fetch(ctx, w)
			}})
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = k.Run(ctx)
		}()
		pass(time.Minute)
		cancel()
		<-ended
		if got := strings.Join(order, " "); got != "1 3 5 7 9" {
			t.Errorf("fetched in the order %s", got)
		}
	})
}

func TestCountKeepsOrderAndADay(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	at := func(h int) time.Time { return now.Add(time.Duration(h) * time.Hour) }
	got := count([]time.Time{at(-30), at(-24), at(-23), at(-1), at(2), at(40)}, 2, now)
	want := []time.Time{at(-23), at(-1), now, now, at(2)} // the clock was set back by two hours
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if n := within(got, now); n != 5 {
		t.Errorf("%d within the day", n)
	}
}
