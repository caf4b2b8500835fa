package gateway

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

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

// panicking stands for a fault of ours.
type panicking struct{ stored }

func (panicking) Snapshot(string) (translate.Snapshot, bool) { panic("a secret of the inside") }

// newFixture makes a gateway for one tenant, example.onmicrosoft.com, with loopback let in. Settings: history names a
// file of testdata/history ("none": there is no history yet, "panic": a fault of ours; default september), now is the clock (RFC 3339; default 2013-09-08T17:05:00Z),
// page-size the page (default 1000), public-url the scheme and host in links (default https://reports.office365.com),
// anonymous who needs no password (default loopback; "none": reader@example.onmicrosoft.com with password demo only),
// tenants how many there are (default 1; with 2 nobody is at home without a name), unknown-timezone (default reject),
// trusted (a network whose forwarding headers count), budget ("spent": no room for one more request), rollout (see fixtureRollout; default: everything is observed).
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
	zones, err := fixtureZones()
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
	tenants := []Tenant{fixtureTenant("16a58f78-539f-47f7-b9bf-02a63867d73b", "example.onmicrosoft.com")}
	if get("tenants", "1") == "2" {
		tenants = append(tenants, fixtureTenant("0b2a8c14-5d0e-4c3f-9f51-6f6ad9c2f1de", "other.onmicrosoft.com"))
	}
	var trusted []netip.Prefix
	if network := get("trusted", ""); network != "" {
		trusted = append(trusted, netip.MustParsePrefix(network))
	}
	err = g.Apply(Settings{
		Tenants: tenants, Passwords: fixturePasswords(), AnonymousLoopback: get("anonymous", "loopback") == "loopback",
		PublicURL: get("public-url", "https://reports.office365.com"), Zones: zones, PageSize: pageSize, MaxURL: 16 << 10, Concurrency: 1,
		UnknownZoneUTC: get("unknown-timezone", "reject") == "utc", TrustedProxies: trusted,
	})
	if err != nil {
		t.Fatal(err)
	}
	if words := get("rollout", ""); words != "" {
		g.Rollout = fixtureRollout(t, words)
	}
	if get("budget", "") == "spent" {
		g.work.all++
	}
	return g
}

func fixtureTenant(id, name string) Tenant {
	return Tenant{ID: id, Name: name, Reads: func(p string) bool { return strings.HasSuffix(p, "@"+name) }}
}

// fixtureZones are the zones of all fixtures; making them reads the whole table.
var fixtureZones = sync.OnceValues(func() (*translate.Zones, error) { return translate.NewZones(nil) })

// fixturePasswords knows reader@example.onmicrosoft.com with password demo; made once, for bcrypt is slow by design.
var fixturePasswords = sync.OnceValue(func() PasswordFile {
	hash, err := bcrypt.GenerateFromPassword([]byte("demo"), bcrypt.MinCost)
	if err != nil {
		panic(err)
	}
	return PasswordFile{"reader@example.onmicrosoft.com": hash}
})

// history reads testdata/history/NAME.txt: a line of date, audio and video minutes for each UTC day.
func history(t *testing.T, name string) Histories {
	t.Helper()
	switch name {
	case "panic":
		return panicking{}
	case "none":
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
