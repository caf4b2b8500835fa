package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestRolloutState(t *testing.T) {
	at := time.Date(2027, 3, 1, 9, 0, 0, 7, time.UTC)
	onEach(t, func(t *testing.T, s *Store) {
		read := func() Rollout {
			t.Helper()
			r, err := s.Rollout(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		same(t, "fresh", read(), Rollout{})
		do(s.ResumeRollout(t.Context(), at))
		do(s.PauseRollout(t.Context(), at, "ann", "it's too 'early' – ümlaut"))
		do(s.PauseRollout(t.Context(), at.Add(time.Hour), "bob", ""))
		same(t, "paused", read(), Rollout{Paused: true, Since: at, By: "ann", Reason: "it's too 'early' – ümlaut"})
		do(s.ResumeRollout(t.Context(), at.Add(time.Minute)))
		past := []RolloutPause{{From: at, Until: at.Add(time.Minute), By: "ann", Reason: "it's too 'early' – ümlaut"}}
		same(t, "resumed", read(), Rollout{Pauses: past})
		do(s.PauseRollout(t.Context(), at.Add(time.Hour), "bob", ""))
		same(t, "paused again", read(), Rollout{Paused: true, Since: at.Add(time.Hour), By: "bob", Pauses: past})
		do(s.PauseRollout(t.Context(), at.Add(90*time.Minute), "eve", "audit"))
		same(t, "a reason is filled in", read(), Rollout{Paused: true, Since: at.Add(time.Hour), By: "bob", Reason: "audit", Pauses: past})
		do(s.PauseRollout(t.Context(), at.Add(91*time.Minute), "ann", "another"))
		same(t, "the first reason stays", read(), Rollout{Paused: true, Since: at.Add(time.Hour), By: "bob", Reason: "audit", Pauses: past})
		do(s.ResumeRollout(t.Context(), at.Add(2*time.Hour)))
		do(s.ResumeRollout(t.Context(), at.Add(3*time.Hour)))
		past = []RolloutPause{{From: at.Add(time.Hour), Until: at.Add(2 * time.Hour), By: "bob", Reason: "audit"}, past[0]}
		same(t, "resumed twice", read(), Rollout{Pauses: past})
		first := RolloutStop{Window: at, At: at.Add(time.Minute), Client: "new@example.com, curl", Report: "CsP2PAVTimeDaily"}
		later := RolloutStop{Window: at.AddDate(0, 0, 1), At: at.AddDate(0, 0, 1), Client: "other", Report: ""}
		do(s.StopBrownout(t.Context(), first))
		do(s.StopBrownout(t.Context(), later))
		do(s.StopBrownout(t.Context(), RolloutStop{Window: at, At: at.Add(time.Hour), Client: "second"}))
		same(t, "stopped", read(), Rollout{Stops: []RolloutStop{later, first}, Pauses: past})
		for i := range rolloutStops + 5 {
			do(s.StopBrownout(t.Context(), RolloutStop{Window: at.AddDate(0, 1, i), At: at}))
		}
		if stops := read().Stops; len(stops) != rolloutStops || !stops[0].Window.Equal(at.AddDate(0, 1, rolloutStops+4)) {
			t.Errorf("%d stops, the newest of %s", len(stops), stops[0].Window)
		}
	})
}

func TestRolloutStateIsShared(t *testing.T) {
	onShared(t, func(t *testing.T, dsn string) {
		one := open(t, dsn)
		if err := one.PauseRollout(t.Context(), time.Unix(5, 0), "ann", "r"); err != nil {
			t.Fatal(err)
		}
		two := open(t, dsn)
		if r, err := two.Rollout(t.Context()); err != nil || !r.Paused || r.By != "ann" {
			t.Fatalf("%+v %v", r, err)
		}
		if err := two.ResumeRollout(t.Context(), time.Unix(6, 0)); err != nil {
			t.Fatal(err)
		}
		if r, err := one.Rollout(t.Context()); err != nil || r.Paused {
			t.Fatalf("%+v %v", r, err)
		}
	})
}

func TestKnownClients(t *testing.T) {
	at := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	onEach(t, func(t *testing.T, s *Store) {
		var b LedgerBatch
		b.Writer, b.Seq = "w", 1
		for i := range 30 {
			b.Clients = append(b.Clients, LedgerClient{Tenant: fmt.Sprint("t", i%2), ID: fmt.Sprint("c", i), First: at.Add(time.Duration(i-20) * time.Second), Last: at})
		}
		if err := s.AddLedger(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for i := range 20 {
			want = append(want, fmt.Sprintf("t%d c%d", i%2, i))
		}
		err := s.KnownClients(t.Context(), at, func(tenant, client string) error {
			got = append(got, tenant+" "+client)
			return nil
		})
		slices.Sort(got)
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v %v, want %v", got, err, want)
		}
		enough := errors.New("enough")
		if err := s.KnownClients(t.Context(), at, func(string, string) error { return enough }); !errors.Is(err, enough) {
			t.Errorf("an error of the reader is lost: %v", err)
		}
	})
}
