package graphsim

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rwsgate/translate"
)

var zones = []string{
	"UTC", "America/Los_Angeles", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Asia/Tokyo", "Australia/Lord_Howe",
	"Pacific/Auckland", "Pacific/Honolulu", "Pacific/Kiritimati", "Etc/GMT+12", "America/St_Johns",
}

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// alone gives a tenant without a server around it.
func alone(seed uint64, o TenantOptions) *Tenant {
	now := func() time.Time { return fixed }
	return newTenant(o.withDefaults(seed, fixed), Options{Seed: seed, Now: now})
}

func total(days map[translate.Day]translate.Minutes) (m translate.Minutes) {
	for _, d := range days {
		m = m.Add(d)
	}
	return m
}

func TestTruthOfUTCIsTheReport(t *testing.T) {
	s := start(t, Options{Seed: 3})
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	truth := tenant.Truth(time.UTC)
	for _, r := range w.csv(w.report(tenant, "D180").body) {
		day, err := translate.ParseDay(r[columnDate])
		if err != nil {
			t.Fatal(err)
		}
		if got := strconv.FormatInt(truth[day].Audio, 10) + "," + strconv.FormatInt(truth[day].Video, 10); got != r[columnAudio]+","+r[columnVideo] {
			t.Errorf("%v: truth %s, report %v", day, got, r)
		}
	}
	last := tenant.RefreshDate()
	for d := range truth {
		if d < tenant.First() || d > last {
			t.Errorf("truth has %v, outside %v to %v", d, tenant.First(), last)
		}
	}
	if truth[last].IsZero() && truth[last-1].IsZero() && truth[last-2].IsZero() {
		t.Error("the truth ends before the report does")
	}
}

func TestTruthTotalsAreTheSameInEveryZone(t *testing.T) {
	for _, profile := range []Profile{Office, LongDay, RoundClock} {
		tenant := alone(5, TenantOptions{Profile: profile, Zone: location(t, "Europe/Berlin"), First: translate.Date(2025, time.October, 1)})
		want := total(tenant.Truth(time.UTC))
		if want.Audio == 0 || want.Video == 0 {
			t.Fatal("no minutes")
		}
		for _, name := range zones {
			if got := total(tenant.Truth(location(t, name))); got != want {
				t.Errorf("profile %d in %s: %v, in UTC %v", profile, name, got, want)
			}
		}
	}
}

// TestTruthIsMinuteByMinute counts every minute of some weeks by itself, with the calendar of the time package.
func TestTruthIsMinuteByMinute(t *testing.T) {
	first, last := translate.Date(2026, time.March, 1), translate.Date(2026, time.April, 10)
	tenant := alone(5, TenantOptions{Profile: RoundClock, First: first})
	for _, name := range zones {
		loc := location(t, name)
		want := map[translate.Day]translate.Minutes{}
		for local := first - 3; local <= last+3; local++ {
			for _, c := range tenant.dayCalls(local) {
				for k := range c.audio {
					at := time.Unix(c.start+60*k, 0)
					if d := translate.DayOf(at); d < first || d > last {
						continue
					}
					y, m, d := at.In(loc).Date()
					one := translate.Minutes{Audio: 1}
					if k < c.video {
						one.Video = 1
					}
					want[translate.Date(y, m, d)] = want[translate.Date(y, m, d)].Add(one)
				}
			}
		}
		got := tenant.TruthBetween(loc, first, last)
		if len(got) != len(want) {
			t.Errorf("%s: %d days, want %d", name, len(got), len(want))
		}
		for d := range want {
			if got[d] != want[d] {
				t.Errorf("%s %v: %v, want %v", name, d, got[d], want[d])
			}
		}
	}
}

// TestACallAcrossAChangeOfTheClock has zones that go back over midnight: minutes of the later day come first.
func TestACallAcrossAChangeOfTheClock(t *testing.T) {
	loc := location(t, "America/St_Johns") // 2006-10-29 00:01 became 2006-10-28 23:01
	change := time.Date(2006, time.October, 29, 2, 31, 0, 0, time.UTC).Unix()
	got := map[translate.Day]translate.Minutes{}
	call{change - 120, 5, 2}.splitIn(loc, func(d translate.Day, m translate.Minutes) { got[d] = got[d].Add(m) })
	sat, sun := translate.Date(2006, time.October, 28), translate.Date(2006, time.October, 29)
	if got[sat] != (translate.Minutes{Audio: 4, Video: 1}) || got[sun] != (translate.Minutes{Audio: 1, Video: 1}) {
		t.Errorf("%v", got)
	}
}

func TestDaysStandAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		zone := rapid.SampledFrom([]int{-12, -8, 0, 5, 14}).Draw(t, "zone")
		o := TenantOptions{
			Users: 20, Profile: Profile(rapid.IntRange(0, 2).Draw(t, "profile")),
			Zone: time.FixedZone("", zone*3600), First: translate.Date(2024, time.January, 1),
		}
		whole, pieces := alone(seed, o), alone(seed, o)
		from := translate.Date(2025, time.January, 1) + translate.Day(rapid.IntRange(0, 600).Draw(t, "from"))
		want := whole.UTCDays(from, from+40)
		for range rapid.IntRange(1, 8).Draw(t, "pieces") {
			a := from + translate.Day(rapid.IntRange(0, 40).Draw(t, "a"))
			b := a + translate.Day(rapid.IntRange(0, int(from+40-a)).Draw(t, "b"))
			for i, d := range pieces.UTCDays(a, b) {
				if d != want[int(a-from)+i] {
					t.Fatalf("%v alone is %v, in the run %v", d.Day, d, want[int(a-from)+i])
				}
			}
		}
	})
}

func TestTheKeptRunIsBounded(t *testing.T) {
	tenant := alone(1, TenantOptions{Users: 2, First: translate.Date(2000, time.January, 1)})
	start := translate.Date(2001, time.January, 1)
	reference := alone(1, TenantOptions{Users: 2, First: translate.Date(2000, time.January, 1)}).sum(start, start+6000)
	for i := translate.Day(0); i < 6000; i += 600 {
		for k, d := range tenant.UTCDays(start+i, start+i+180) {
			if d.Minutes != reference[int(i)+k] {
				t.Fatalf("%v: %v, want %v", d.Day, d.Minutes, reference[int(i)+k])
			}
		}
		if n := len(tenant.data.days); n > cachedDays {
			t.Fatalf("%d days kept", n)
		}
	}
	if got := tenant.UTCDays(start, start+6000); len(got) != 6001 || len(tenant.data.days) > cachedDays {
		t.Errorf("%d days, %d kept", len(got), len(tenant.data.days))
	}
	if got := tenant.UTCDays(start, start-1); got != nil {
		t.Errorf("an empty range gives %v", got)
	}
}

func TestDaysDoNotDependOnTheClock(t *testing.T) {
	early := alone(9, TenantOptions{First: translate.Date(2024, time.January, 1)})
	late := newTenant(TenantOptions{First: translate.Date(2024, time.January, 1)}.withDefaults(9, fixed.AddDate(2, 0, 0)),
		Options{Seed: 9, Now: func() time.Time { return fixed.AddDate(2, 0, 0) }})
	from := translate.Date(2026, time.August, 1)
	a, b := early.UTCDays(from, from+60), late.UTCDays(from, from+60)
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("%v, two years later %v", a[i], b[i])
		}
	}
}

// TestTheDataIsBelievable holds what README.md says of the demo tenant.
func TestTheDataIsBelievable(t *testing.T) {
	tenant := alone(0, TenantOptions{})
	truth := tenant.Truth(tenant.Zone())
	sum := func(from, to translate.Day, keep func(time.Time) bool) (m translate.Minutes, days int64) {
		for d := from; d <= to; d++ {
			if keep(d.UTC()) {
				m, days = m.Add(truth[d]), days+1
			}
		}
		return m, days
	}
	weekday := func(d time.Time) bool {
		return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday && !holiday(d)
	}
	weekend := func(d time.Time) bool { return !weekday(d) }
	year := func(y int) (from, to translate.Day) {
		return translate.Date(y, time.January, 1), translate.Date(y, time.October, 31)
	}
	from, to := year(2026)
	work, n := sum(from, to, weekday)
	free, f := sum(from, to, weekend)
	perDay, perFree := work.Audio/n, free.Audio/f
	if perDay < 1500 || perDay > 8000 {
		t.Errorf("%d minutes of audio on a working day of 300 people", perDay)
	}
	if perFree*10 > perDay {
		t.Errorf("%d minutes on days off, %d on working days", perFree, perDay)
	}
	if share := work.Video * 100 / work.Audio; share < 5 || share > 30 {
		t.Errorf("video is %d %% of audio", share)
	}
	from, to = year(2025)
	before, m := sum(from, to, weekday)
	if growth := work.Audio * 1000 / n / (before.Audio / m); growth < 1030 || growth > 1130 {
		t.Errorf("a year brings %d thousandths", growth)
	}
	for _, d := range []translate.Day{translate.Date(2025, time.December, 25), translate.Date(2025, time.November, 27), translate.Date(2026, time.May, 25)} {
		if truth[d].Audio*5 > perDay {
			t.Errorf("%v is a holiday with %v", d, truth[d])
		}
	}
}

func TestTheLunchDip(t *testing.T) {
	tenant := alone(0, TenantOptions{})
	var hours [24]int
	for d := translate.Date(2026, time.March, 9); d < translate.Date(2026, time.April, 9); d++ {
		for _, c := range tenant.dayCalls(d) {
			hours[time.Unix(c.start, 0).In(tenant.Zone()).Hour()]++
		}
	}
	if hours[12]*3 > hours[10]*2 || hours[12]*3 > hours[14]*2 || hours[3] > 0 || hours[10] < 100 {
		t.Errorf("calls by hour %v", hours)
	}
}

func TestHolidays(t *testing.T) {
	for date, want := range map[string]bool{
		"2026-01-01": true, "2026-05-25": true, "2026-05-18": false, "2026-07-04": true, "2026-09-07": true, "2026-09-14": false,
		"2026-11-26": true, "2026-11-27": true, "2026-11-25": false, "2026-11-19": false, "2024-11-29": true, "2024-11-01": false,
		"2025-11-28": true, "2025-11-21": false, "2026-12-24": true, "2026-12-27": false, "2026-12-31": true, "2026-03-02": false,
	} {
		d, err := translate.ParseDay(date)
		if err != nil {
			t.Fatal(err)
		}
		if got := holiday(d.UTC()); got != want {
			t.Errorf("%s: %v", date, got)
		}
	}
}

func TestTheReportCanStandStillOrBeCorrected(t *testing.T) {
	s := start(t, Options{})
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	newest := func() map[string]string { return w.csv(w.report(tenant, "D7").body)[0] }
	tenant.SetLag(9)
	if r := newest(); r[columnDate] != "2026-11-14" || r[columnRefresh] != "2026-11-14" {
		t.Error("lag:", r)
	}
	day := translate.Date(2026, time.October, 1)
	tenant.SetRefreshDate(day)
	if r := newest(); r[columnDate] != "2026-10-01" || tenant.RefreshDate() != day {
		t.Error("stale:", r)
	}
	before := tenant.Truth(time.UTC)[day]
	tenant.Correct(day, translate.Minutes{Audio: 5, Video: 4})
	if r := newest(); r[columnAudio] != "5" || r[columnVideo] != "4" {
		t.Error("corrected:", r)
	}
	if after := tenant.Truth(time.UTC)[day]; after != before || before.IsZero() {
		t.Error("the truth moved", before, after)
	}
	tenant.SetRefreshDate(0)
	tenant.SetLag(0)
	if r := newest(); r[columnDate] != "2026-11-23" {
		t.Error("no lag:", r)
	}
}

func TestATenantIsSafeForConcurrentUse(t *testing.T) {
	s := start(t, Options{})
	tenant := s.Tenant(DemoTenantID)
	var wg sync.WaitGroup
	for i := range 4 {
		w := dial(t, s)
		wg.Go(func() {
			tenant.SetFault(Fault{Name: FaultServerError, Times: 1})
			fetch(w, tenant)
			tenant.SetLag(i)
			tenant.Correct(tenant.RefreshDate(), translate.Minutes{})
			tenant.SetFormat(Format{Columns: columns})
			tenant.SetCredentials(tenant.Credential())
			tenant.UTCDays(tenant.RefreshDate()-40, tenant.RefreshDate())
			tenant.TruthBetween(time.UTC, tenant.RefreshDate()-10, tenant.RefreshDate())
			tenant.ClearFault()
		})
	}
	wg.Wait()
	if c := tenant.Calls(); c.Tokens != 4 || c.Reports != 4 {
		t.Errorf("%+v", c)
	}
}
