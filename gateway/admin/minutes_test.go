package admin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"rwsgate/cache"
	"rwsgate/gateway"
	"rwsgate/translate"
)

// known is a history that is there, or not yet.
type known struct {
	history translate.History
	err     error
}

func (k known) Snapshot(string) (translate.Snapshot, bool) {
	return translate.Snapshot{History: k.history, Version: 1}, k.err == nil
}

func (k known) Wait(context.Context, string) (translate.Snapshot, error) {
	s, _ := k.Snapshot("")
	return s, k.err
}

// minutesHandler is the admin listener of a real gateway: every UTC day from the 1st of August 2026 to the 21st of November
// has 100 minutes of audio and 10 of video, but for a hole on the 10th to 12th of October and for Sundays, which have none.
// Now is Monday, the 23rd.
func minutesHandler(t *testing.T, none error) http.Handler {
	t.Helper()
	var days []translate.DayMinutes
	for d := translate.Date(2026, 8, 1); d <= translate.Date(2026, 11, 21); d++ {
		if d >= translate.Date(2026, 10, 10) && d <= translate.Date(2026, 10, 12) {
			continue
		}
		m := translate.Minutes{Audio: 100, Video: 10}
		if d.Weekday() == time.Sunday {
			m = translate.Minutes{}
		}
		days = append(days, translate.DayMinutes{Day: d, Minutes: m})
	}
	history, err := translate.NewHistory(days, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	zones, err := translate.NewZones(map[string]string{"Head office": "Europe/Berlin"})
	if err != nil {
		t.Fatal(err)
	}
	g := gateway.New(gateway.Options{
		Histories: known{history, none}, Answers: cache.NewAnswers(cache.AnswersOptions{}), Rows: cache.NewRows[translate.Answer](cache.RowsOptions{}),
		Now: func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
	})
	tenant := gateway.Tenant{ID: "16a58f78-539f-47f7-b9bf-02a63867d73b", Name: "example.onmicrosoft.com", Reads: func(string) bool { return true }}
	if err := g.Apply(gateway.Settings{Tenants: []gateway.Tenant{tenant}, Zones: zones, PageSize: 1000}); err != nil {
		t.Fatal(err)
	}
	return Handler(Options{Minutes: g.Minutes, Zones: translate.ZoneNames})
}

func TestMinutesMarkWhatIsNotWhole(t *testing.T) {
	h := minutesHandler(t, nil)
	for _, c := range []struct {
		query string
		rows  int
		last  MinutesRow
		row   string // a row that is named
		want  MinutesRow
	}{
		{"", 95, MinutesRow{"2026-11-21", "2026-11-21", 100, 10, RowComplete, 1, 1}, "", MinutesRow{}},
		{"?period=weekly", 16, MinutesRow{"2026-11-15", "2026-11-21", 600, 60, RowComplete, 7, 7},
			"2026-10-17", MinutesRow{"2026-10-11", "2026-10-17", 500, 50, RowPartial, 7, 5}},
		{"?period=monthly", 4, MinutesRow{"2026-11-01", "2026-11-30", 1800, 180, RowRunning, 30, 21},
			"2026-08-31", MinutesRow{"2026-08-01", "2026-08-31", 2600, 260, RowComplete, 31, 31}},
	} {
		w := request{method: "GET", path: "/api/minutes" + c.query, from: "127.0.0.1"}.send(h)
		var m Minutes
		if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil || w.Code != 200 || len(m.Rows) != c.rows {
			t.Errorf("%s: %d with %d rows, error %v: %.300s", c.query, w.Code, len(m.Rows), err, w.Body)
			continue
		}
		if got := m.Rows[len(m.Rows)-1]; got != c.last {
			t.Errorf("%s: the last row is %+v, want %+v", c.query, got, c.last)
		}
		for _, got := range m.Rows {
			if got.Date == c.row && got != c.want {
				t.Errorf("%s: %+v, want %+v", c.query, got, c.want)
			}
		}
		if len(m.Holes) != 1 || m.Holes[0] != (Hole{"2026-10-10", "2026-10-12", 3}) || m.First != "2026-08-01" || m.Through != "2026-11-21" || m.Today != "2026-11-23" {
			t.Errorf("%s: %+v", c.query, m)
		}
	}
}

func TestMinutesRefusals(t *testing.T) {
	for _, c := range []struct {
		none   error
		query  string
		status int
		says   string
	}{
		{nil, "?zone=Head+office", 200, `"zone":"Europe/Berlin"`},
		{nil, "?zone=Mars/Olympus", 400, "'Mars/Olympus' is not known"},
		{nil, "?zone=" + strings.Repeat("x", 5000), 400, "is not known"},
		{nil, "?period=yearly", 400, "daily, weekly or monthly"},
		{nil, "?tenant=nobody", 404, "no tenant is called nobody"},
		{&cache.NoHistoryError{}, "", 503, "example.onmicrosoft.com has no history yet"},
		{errors.New("any"), "", 503, "no history yet"},
	} {
		w := request{method: "GET", path: "/api/minutes" + c.query, from: "127.0.0.1"}.send(minutesHandler(t, c.none))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || w.Body.Len() > 100_000 {
			t.Errorf("%.60s: %d %.300s", c.query, w.Code, w.Body)
		}
	}
}

func TestZonesToChooseFrom(t *testing.T) {
	w := request{method: "GET", path: "/api/zones", from: "127.0.0.1"}.send(minutesHandler(t, nil))
	var body struct{ Zones []string }
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || len(body.Zones) < 500 {
		t.Errorf("%d zones, error %v", len(body.Zones), err)
	}
}
