package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rwsgate/cache"
	"rwsgate/graphsim"
	"rwsgate/translate"
)

// growing is a history that gets longer while a test runs.
type growing struct {
	current atomic.Pointer[translate.Snapshot]
}

func (g *growing) Snapshot(string) (translate.Snapshot, bool) { return *g.current.Load(), true }

func (g *growing) Wait(context.Context, string) (translate.Snapshot, error) {
	return *g.current.Load(), nil
}

var dateElement = regexp.MustCompile(`<d:Date m:type="Edm.DateTime">([0-9-]{10})T00:00:00</d:Date>`)

// TestDifferenceD24DelayedDates lets a job ask each morning for yesterday, for a year, while Graph's data is late. With
// its date_delay it gets every day that has minutes exactly once, by its true date; without, it misses days for good.
func TestDifferenceD24DelayedDates(t *testing.T) {
	first := translate.Date(2025, 11, 23)
	sim, err := graphsim.Start(graphsim.Options{Now: func() time.Time { return (first + 400).UTC() }})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	truth := sim.Tenant(graphsim.DemoTenantID).UTCDays(first-30, first+400)
	for _, c := range []struct {
		name      string
		lag       func(*rand.Rand) translate.Day
		delay     int
		missesAny bool
	}{
		{"lag 1", func(*rand.Rand) translate.Day { return 1 }, 0, false},
		{"lag 2", func(*rand.Rand) translate.Day { return 2 }, 1, false},
		{"lag 2 without delay", func(*rand.Rand) translate.Day { return 2 }, 0, true},
		{"lag 2 to 9", func(r *rand.Rand) translate.Day { return 2 + translate.Day(r.IntN(8)) }, 8, false},
		{"lag 2 to 9, delay too short", func(r *rand.Rand) translate.Day { return 2 + translate.Day(r.IntN(8)) }, 4, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			random, known := rand.New(rand.NewPCG(1, 2)), translate.Day(0)
			histories, today := &growing{}, first
			g := delayed(t, histories, func() time.Time { return today.UTC().Add(6 * time.Hour) }, c.delay)
			got := map[string]int{}
			for ; today < first+365; today++ {
				known = max(known, today-c.lag(random))
				histories.current.Store(snapshotTo(t, truth, known))
				url := fmt.Sprintf("/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$filter=Date%%20ge%%20datetime'%s'%%20and%%20Date%%20lt%%20datetime'%s'", today-1, today)
				w := httptest.NewRecorder()
				request := httptest.NewRequest("GET", url, nil)
				request.RemoteAddr = "127.0.0.1:1"
				g.ServeHTTP(w, request)
				for _, found := range dateElement.FindAllStringSubmatch(w.Body.String(), -1) {
					got[found[1]]++
				}
			}
			missed := 0
			for _, d := range truth {
				day := d.Day
				if day < first-1-translate.Day(c.delay) || day >= first+364-translate.Day(c.delay) || d.IsZero() {
					continue
				}
				if got[day.String()] == 0 {
					missed++
				}
				if got[day.String()] > 1 {
					t.Errorf("%s came %d times", day, got[day.String()])
				}
			}
			if (missed > 0) != c.missesAny {
				t.Errorf("%d days were missed", missed)
			}
		})
	}
}

// snapshotTo is the history of all days up to the last known one.
func snapshotTo(t *testing.T, all []translate.DayMinutes, last translate.Day) *translate.Snapshot {
	t.Helper()
	n := 0
	for n < len(all) && all[n].Day <= last {
		n++
	}
	h, err := translate.NewHistory(all[:n], nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &translate.Snapshot{History: h, Version: int64(n), Stored: last.UTC()}
}

// delayed makes a gateway that moves every client's dates back.
func delayed(t *testing.T, h Histories, now func() time.Time, days int) *Gateway {
	t.Helper()
	zones, err := translate.NewZones(nil)
	if err != nil {
		t.Fatal(err)
	}
	g := New(Options{Histories: h, Answers: cache.NewAnswers(cache.AnswersOptions{}), Rows: cache.NewRows[translate.Answer](cache.RowsOptions{}),
		Now: now, Log: slog.New(slog.DiscardHandler)})
	err = g.Apply(Settings{
		Tenants:           []Tenant{{ID: graphsim.DemoTenantID, Name: graphsim.DemoTenantName, Reads: func(string) bool { return true }}},
		AnonymousLoopback: true, Zones: zones, PageSize: 1000, MaxURL: 16 << 10,
		Delays: []Delay{{Match: func(_, agent string, _ netip.Addr) bool { return !strings.HasPrefix(agent, "other") }, Days: days}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}
