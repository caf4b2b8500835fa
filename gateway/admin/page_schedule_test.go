package admin

import (
	"strings"
	"testing"
	"time"

	"rwsgate/rollout"
)

// TestScheduleNamesEveryStep has past steps in it, a report's own schedule, and that of all others for the rest.
func TestScheduleNamesEveryStep(t *testing.T) {
	at := func(month time.Month) time.Time { return time.Date(2020, month, 1, 0, 0, 0, 0, time.UTC) }
	h := Handler(Options{Plan: func() *rollout.Plan {
		return &rollout.Plan{Reports: map[string][]rollout.Step{
			rollout.Others:       {{From: at(1), Phase: rollout.PhaseAnnounce}, {From: at(2), Phase: rollout.PhaseRetired}},
			"CsP2PAVTimeMonthly": {},
		}}
	}})
	w := request{method: "GET", path: "/api/rollout/schedule", from: "127.0.0.1"}.send(h)
	const steps = `[{"from":"2020-01-01T00:00:00Z","phase":"announce"},{"from":"2020-02-01T00:00:00Z","phase":"retired"}]`
	want := `{"reports":[{"report":"CsP2PAVTimeDaily","steps":` + steps + `},{"report":"CsP2PAVTimeWeekly","steps":` + steps +
		`},{"report":"CsP2PAVTimeMonthly","steps":[]}]}`
	if got := strings.TrimSpace(w.Body.String()); w.Code != 200 || got != want {
		t.Errorf("%d %s\nwant %s", w.Code, got, want)
	}
}
