package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rwsgate/gateway"
	"rwsgate/rollout"
	"rwsgate/store"
)

// newRolloutAdmin is a listener over a rollout with a real store; what it logs goes to log.
func newRolloutAdmin(t *testing.T, log *bytes.Buffer) (http.Handler, *rollout.Control, *store.Store) {
	t.Helper()
	s, err := store.Open(t.Context(), "memory", store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	c := rollout.NewControl(rollout.ControlOptions{Store: s, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)})
	c.Use(&rollout.Plan{Reports: map[string][]rollout.Step{rollout.Others: {{From: now, Phase: rollout.PhaseRetired}}}})
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	return Handler(Options{
		Rollout: func(context.Context) (rollout.Overview, error) { return c.Plan().Outline(c.State(), now), nil },
		Pause:   c.Pause,
		Resume:  c.Resume,
		Metrics: http.NotFoundHandler(),
		Verify: func(context.Context, netip.Addr, string, []byte) gateway.Checked {
			return gateway.Checked{OK: true}
		},
		Log: slog.New(slog.NewTextHandler(log, nil)),
	}), c, s
}

func TestPauseAndResume(t *testing.T) {
	var log bytes.Buffer
	h, c, _ := newRolloutAdmin(t, &log)
	state := func(q request, status int) (s rollout.State) {
		t.Helper()
		w := q.send(h)
		if w.Code != status {
			t.Fatalf("%s %s: %d %s", q.method, q.path, w.Code, w.Body)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil && status == 200 {
			t.Fatal(err)
		}
		return s
	}
	pause := request{method: "POST", path: "/api/rollout/pause?reason=month-end%20%3Cclosing%3E", from: "127.0.0.1"}
	foreign := pause
	foreign.header = map[string]string{"Origin": "https://elsewhere.example"}
	state(foreign, http.StatusForbidden)
	long := pause
	long.path = "/api/rollout/pause?reason=" + strings.Repeat("x", maxReason+1)
	state(long, http.StatusBadRequest)
	state(request{method: "GET", path: "/api/rollout/pause", from: "127.0.0.1"}, http.StatusMethodNotAllowed)
	state(request{method: "POST", path: "/api/rollout/pause", from: "192.0.2.1"}, http.StatusUnauthorized)
	if c.State().Paused {
		t.Fatal("a refused request paused the rollout")
	}
	if s := state(pause, 200); !s.Paused || s.By != "loopback" || s.Reason != "month-end <closing>" || s.Since.IsZero() {
		t.Errorf("%+v", s)
	}
	var o rollout.Overview
	w := request{method: "GET", path: "/api/rollout", from: "127.0.0.1"}.send(h)
	if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil || !o.State.Paused || o.Reports[0].Phase != rollout.PhaseAnnounce || o.Reports[0].Scheduled != rollout.PhaseRetired {
		t.Errorf("%v %s", err, w.Body)
	}
	if s := state(request{method: "POST", path: "/api/rollout/resume", from: "192.0.2.1", user: "op", password: "right"}, 200); s.Paused || c.State().Paused {
		t.Errorf("%+v", s)
	}
	for _, want := range []string{`action="pause the rollout" who=loopback`, `reason="month-end <closing>"`, `action="resume the rollout" who=op`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, log.String())
		}
	}
}

func TestAPauseThatCannotBeStored(t *testing.T) {
	var log bytes.Buffer
	h, c, s := newRolloutAdmin(t, &log)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	w := request{method: "POST", path: "/api/rollout/pause", from: "127.0.0.1"}.send(h)
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "nothing has changed here") || c.State().Paused {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "was not stored") {
		t.Error(log.String())
	}
}
