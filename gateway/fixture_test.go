package gateway

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"rwsgate/cache"
	"rwsgate/translate"
)

// fixtureStored is when the fixture's histories were stored, and so when feeds say they were updated.
var fixtureStored = time.Date(2013, 9, 8, 17, 3, 11, 0, time.UTC)

// stored is a history that is there, or not yet.
type stored struct {
	snapshot translate.Snapshot
	err      error
}

func (s stored) Snapshot(string) (translate.Snapshot, bool) { return s.snapshot, s.err == nil }

func (s stored) Wait(context.Context, string) (translate.Snapshot, error) { return s.snapshot, s.err }

// newFixture makes a gateway for one tenant, example.onmicrosoft.com, with loopback let in. Settings: history names a
// file of testdata/history ("none": there is no history yet; default september), now is the clock (RFC 3339; default 2013-09-08T17:05:00Z),
// page-size the page (default 1000), public-url the scheme and host in links (default https://reports.office365.com).
func newFixture(t *testing.T, settings map[string]string) *Gateway {
	t.Helper()
	get := func(key, fallback string) string {
		if v, ok := settings[key]; ok {
			return v
		}
		return fallback
	}
	now, err := time.Parse(time.RFC3339, get("now", "2013-09-08T17:05:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	pageSize, err := strconv.Atoi(get("page-size", "1000"))
	if err != nil {
		t.Fatal(err)
	}
	zones, err := translate.NewZones(nil)
	if err != nil {
		t.Fatal(err)
	}
	g := New(Options{
		Histories: history(t, get("history", "september")),
		Answers:   cache.NewAnswers(cache.AnswersOptions{}),
		Rows:      cache.NewRows[translate.Answer](cache.RowsOptions{}),
		Now:       func() time.Time { return now },
		Log:       slog.New(slog.DiscardHandler),
	})
	err = g.Apply(Settings{
		Tenants: []Tenant{{ID: "16a58f78-539f-47f7-b9bf-02a63867d73b", Name: "example.onmicrosoft.com",
			Reads: func(p string) bool { return strings.HasSuffix(p, "@example.onmicrosoft.com") }}},
		AnonymousLoopback: true, PublicURL: get("public-url", "https://reports.office365.com"), Zones: zones, PageSize: pageSize, MaxURL: 16 << 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// history reads testdata/history/NAME.txt: a line of date, audio and video minutes for each UTC day.
func history(t *testing.T, name string) stored {
	t.Helper()
	if name == "none" {
		return stored{err: &cache.NoHistoryError{Tenant: "16a58f78-539f-47f7-b9bf-02a63867d73b", Retry: 30 * time.Second}}
	}
	f, err := os.Open("testdata/history/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var days []translate.DayMinutes
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var date string
		var m translate.Minutes
		if _, err := fmt.Sscan(lines.Text(), &date, &m.Audio, &m.Video); err != nil {
			t.Fatal(err)
		}
		day, err := translate.ParseDay(date)
		if err != nil {
			t.Fatal(err)
		}
		days = append(days, translate.DayMinutes{Day: day, Minutes: m})
	}
	h, err := translate.NewHistory(days, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return stored{snapshot: translate.Snapshot{History: h, Version: 1, Stored: fixtureStored, Refresh: translate.Refresh{LastSuccess: fixtureStored}}}
}
