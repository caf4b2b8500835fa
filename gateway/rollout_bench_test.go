package gateway

import (
	"log/slog"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"rwsgate/rollout"
	"rwsgate/store"
)

// BenchmarkRollout is an answer of 365 rows out of the cache: without a rollout, in observe, announced, and announced with
// fifty holds of others.
func BenchmarkRollout(b *testing.B) {
	announced := func(holds int) *rollout.Plan {
		p := &rollout.Plan{Successor: fixtureSuccessor, Sunset: fixtureStored, Reports: map[string][]rollout.Step{rollout.Others: {{Phase: rollout.PhaseAnnounce}}}}
		for range holds {
			p.Agreements = append(p.Agreements, rollout.Agreement{Held: true, Until: fixtureStored.AddDate(1, 0, 0),
				Match: func(principal, _ string, _ netip.Addr) bool { return principal == "somebody@example.com" }})
		}
		return p
	}
	for _, c := range []struct {
		name string
		plan *rollout.Plan
	}{{"none", nil}, {"observe", &rollout.Plan{}}, {"announce", announced(0)}, {"holds=50", announced(50)}} {
		b.Run(c.name, func(b *testing.B) {
			g := benchmarkGateway(b)
			if c.plan != nil {
				s, err := store.Open(b.Context(), "memory", store.Options{Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					b.Fatal(err)
				}
				defer s.Close()
				control := rollout.NewControl(rollout.ControlOptions{Store: s, Now: func() time.Time { return fixtureStored }})
				control.Use(c.plan)
				if err := control.Sync(b.Context()); err != nil {
					b.Fatal(err)
				}
				g.Rollout = control
			}
			w, r := &sink{header: http.Header{}}, benchmarkRequest("?$orderby=Date%20desc&$format=Atom")
			b.ReportAllocs()
			for b.Loop() {
				ask(b, g, w, r)
			}
		})
	}
}
