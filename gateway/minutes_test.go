package gateway

import (
	"errors"
	"testing"

	"rwsgate/cache"
	"rwsgate/translate"
)

// TestMinutesAreWhatClientsGet compares the operator's rows with the rows of a client's answer, and has both come out of one cache.
func TestMinutesAreWhatClientsGet(t *testing.T) {
	g := newFixture(t, nil)
	report, _ := translate.ReportNamed("CsP2PAVTimeWeekly")
	for _, tenant := range []string{"", "example.onmicrosoft.com", "EXAMPLE.onmicrosoft.com", "16A58F78-539f-47f7-b9bf-02a63867d73b"} {
		m, err := g.Minutes(tenant, "Pacific Standard Time", report)
		if err != nil || m.Tenant != "example.onmicrosoft.com" || m.Zone.Name() != "America/Los_Angeles" || len(m.Answer.Rows) == 0 || !m.Coverage.Known {
			t.Errorf("%q: %+v, error %v", tenant, m, err)
		}
	}
	k := &call{settings: g.settings.Load()}
	k.tenant = k.settings.tenantCalled("")
	k.zone, _ = k.settings.Zones.Lookup("Pacific Standard Time")
	s, _ := g.Histories.Snapshot(k.tenant.ID)
	before := g.Rows.Stats()
	answer, err := g.rows(k, report.Name, s, g.Now())
	m, _ := g.Minutes("", "Pacific Standard Time", report)
	if err != nil || len(answer.Rows) != len(m.Answer.Rows) || answer.Rows[0] != m.Answer.Rows[0] {
		t.Errorf("a client gets %v, the operator %v, error %v", answer.Rows, m.Answer.Rows, err)
	}
	if after := g.Rows.Stats(); after.Misses != before.Misses || after.Hits != before.Hits+2 {
		t.Errorf("the rows were computed again: %+v, then %+v", before, after)
	}
}

func TestMinutesNameWhatIsWrong(t *testing.T) {
	report := translate.Reports()[0]
	g := newFixture(t, nil)
	if _, err := g.Minutes("nobody", "", report); !errors.Is(err, ErrNoTenant) {
		t.Errorf("unknown tenant: %v", err)
	}
	var zone *translate.ZoneError
	if _, err := g.Minutes("", "Mars/Olympus", report); !errors.As(err, &zone) {
		t.Errorf("unknown zone: %v", err)
	}
	var none *cache.NoHistoryError
	if _, err := newFixture(t, map[string]string{"history": "none"}).Minutes("", "", report); !errors.As(err, &none) || none.Tenant != "example.onmicrosoft.com" {
		t.Errorf("no history: %v", err)
	}
}
