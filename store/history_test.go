package store

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"rwsgate/translate"
)

func TestRoundTrip(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		same(t, "never seen", load(t, s), translate.Snapshot{})
		west := time.FixedZone("west", -8*3600)
		at := time.Date(2026, 3, 1, 4, 5, 6, 123456789, west)
		refresh := translate.Refresh{
			Due: at.Add(time.Hour), NotBefore: at.Add(time.Minute), LastTry: at, LastSuccess: at, LastFull: at, Failures: 3,
			Calls: []time.Time{at, at.Add(1)}, RefreshDate: day("2026-02-27"), State: translate.SourceZeros, Since: day("2021-07-31"),
			LastError: `report: "quoted" ünd mehr`, Stalled: at,
		}
		snap, change, err := s.Merge(t.Context(), tenant, download(minutes("2026-02-25", 1, 2), minutes("2026-02-27", 1<<50, 0)), refresh)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "change", change, translate.Change{Added: 2})
		same(t, "loaded as merged", load(t, s), snap)
		refresh.Due = refresh.Due.UTC()
		if !snap.Refresh.Due.Equal(refresh.Due) || snap.Refresh.Due.Location() != time.UTC || snap.Refresh.LastError != refresh.LastError {
			t.Errorf("refresh state: got %+v, want %+v", snap.Refresh, refresh)
		}
		if snap.Version != 1 || snap.Stored.IsZero() {
			t.Errorf("version %d, stored %v", snap.Version, snap.Stored)
		}
		same(t, "days", snap.History.Days(), []translate.DayMinutes{minutes("2026-02-25", 1, 2), minutes("2026-02-27", 1<<50, 0)})

		if err := s.SaveRefresh(t.Context(), tenant, translate.Refresh{Failures: 9}); err != nil {
			t.Fatal(err)
		}
		snap.Refresh = translate.Refresh{Failures: 9}
		same(t, "after SaveRefresh", load(t, s), snap)
	})
}

func TestRefreshStateBeforeAnyData(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		if err := s.SaveRefresh(t.Context(), tenant, translate.Refresh{Failures: 1}); err != nil {
			t.Fatal(err)
		}
		same(t, "snapshot", load(t, s), translate.Snapshot{Refresh: translate.Refresh{Failures: 1}})
		if _, _, err := s.Merge(t.Context(), tenant, download(), translate.Refresh{Failures: 2}); err != nil {
			t.Fatal(err)
		}
		same(t, "after a header only", load(t, s), translate.Snapshot{Refresh: translate.Refresh{Failures: 2}})
		versions, err := s.Versions(t.Context())
		if err != nil || len(versions) != 0 {
			t.Errorf("versions %v, %v: want none for a tenant without data", versions, err)
		}
	})
}

func TestMergeRules(t *testing.T) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			clock := &ticker{at: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
			s := openWith(t, e.dsn(t), Options{Now: clock.now})
			first, _ := merge(t, s, download(minutes("2026-02-01", 10, 1), minutes("2026-02-02", 20, 2), minutes("2026-02-03", 30, 3)))

			snap, change := merge(t, s, download(minutes("2026-02-02", 20, 2)))
			same(t, "known already, others forgotten by Graph", change, translate.Change{Same: 1})
			same(t, "nothing new: version and commit time stand", snap, first)

			snap, _ = merge(t, s, download(minutes("2026-02-01", 0, 0), minutes("2026-02-02", 0, 0)))
			same(t, "all zeros", snap, first)

			snap, change = merge(t, s, download(minutes("2026-02-01", 0, 0), minutes("2026-02-02", 21, 2), minutes("2026-02-04", 4, 0)))
			same(t, "corrected, down to zero too", change, translate.Change{Added: 1, Corrected: 2})
			same(t, "days", snap.History.Days(), []translate.DayMinutes{
				minutes("2026-02-01", 0, 0), minutes("2026-02-02", 21, 2), minutes("2026-02-03", 30, 3), minutes("2026-02-04", 4, 0)})
			if snap.Version != 2 || !snap.Stored.After(first.Stored) {
				t.Errorf("version %d at %v, before 1 at %v", snap.Version, snap.Stored, first.Stored)
			}
			same(t, "loaded", load(t, s), snap)

			got, count, err := s.Corrections(t.Context(), tenant, 1)
			if err != nil || count != 2 {
				t.Fatalf("%d corrections, %v", count, err)
			}
			same(t, "correction", got, []Correction{{Version: 2, Kind: CorrectedDay, What: "2026-02-01", Old: translate.Minutes{Audio: 10, Video: 1},
				Source: SourceGraph, At: snap.Stored}})
		})
	}
}

func TestTenantsAreApart(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		merge(t, s, download(minutes("2026-02-01", 10, 1)))
		merge(t, s, download(minutes("2026-02-01", 11, 1)))
		other := "AAAAAAAA-0000-4000-8000-00000000000B"
		if _, _, err := s.Merge(t.Context(), other, download(minutes("2026-02-09", 9, 9)), translate.Refresh{}); err != nil {
			t.Fatal(err)
		}
		versions, err := s.Versions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		same(t, "versions", versions, map[string]int64{tenant: 2, strings.ToLower(other): 1})
		snap, err := s.Load(t.Context(), strings.ToLower(other))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the other's days", snap.History.Days(), []translate.DayMinutes{minutes("2026-02-09", 9, 9)})
		if _, _, err := s.Merge(t.Context(), "", download(minutes("2026-02-09", 9, 9)), translate.Refresh{}); FaultOf(err) != FaultInvalid {
			t.Errorf("a merge for no tenant: %v", err)
		}
	})
}

func TestVersionsAcrossHandles(t *testing.T) {
	onShared(t, func(t *testing.T, dsn string) {
		a, b := open(t, dsn), open(t, dsn)
		for want := int64(1); want <= 5; want++ {
			writer, reader := a, b
			if want%2 == 0 {
				writer, reader = b, a
			}
			wrote, _ := merge(t, writer, download(minutes("2026-02-01", want, 1)))
			versions, err := reader.Versions(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			same(t, "versions", versions, map[string]int64{tenant: want})
			same(t, "snapshot", load(t, reader), wrote)
		}
	})
}

func TestLeases(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		lease := func(what, holder string, at time.Duration, want bool) {
			t.Helper()
			got, err := s.Lease(t.Context(), tenant, holder, now.Add(at), now.Add(at+time.Minute))
			if err != nil || got != want {
				t.Errorf("%s: %v, %v; want %v", what, got, err, want)
			}
		}
		lease("free", "a", 0, true)
		lease("held by another", "b", time.Second, false)
		lease("renewed", "a", 30*time.Second, true)
		lease("held since the renewal", "b", 61*time.Second, false)
		lease("run out", "b", 90*time.Second, true)
		lease("lost", "a", 91*time.Second, false)
		if err := s.Release(t.Context(), tenant, "a"); err != nil {
			t.Fatal(err)
		}
		lease("another's release", "a", 92*time.Second, false)
		if err := s.Release(t.Context(), tenant, "b"); err != nil {
			t.Fatal(err)
		}
		lease("released", "a", 93*time.Second, true)
	})
}

func TestOneHolderOnly(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		var won sync.Map
		var all sync.WaitGroup
		for _, holder := range strings.Split("abcdefgh", "") {
			all.Go(func() {
				got, err := s.Lease(context.Background(), tenant, holder, now, now.Add(time.Minute))
				if err != nil {
					t.Error(err)
				}
				if got {
					won.Store(holder, true)
				}
			})
		}
		all.Wait()
		n := 0
		won.Range(func(any, any) bool { n++; return true })
		if n != 1 {
			t.Errorf("%d holders", n)
		}
	})
}

// TestConcurrent lets writers meet on one tenant while readers look: no merge is lost, and no reader sees a half.
func TestConcurrent(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		const writers, rounds = 4, 10
		first := day("2026-01-01")
		var writing, reading sync.WaitGroup
		done := make(chan struct{})
		for w := range writers {
			writing.Go(func() {
				for r := range rounds {
					d := first + translate.Day(2*(w*rounds+r))
					pair := []translate.DayMinutes{{Day: d, Minutes: translate.Minutes{Audio: 1}}, {Day: d + 1, Minutes: translate.Minutes{Audio: 1}}}
					if _, _, err := s.Merge(context.Background(), tenant, download(pair...), translate.Refresh{}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 2 {
			reading.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					snap, err := s.Load(context.Background(), tenant)
					if err != nil {
						t.Error(err)
						return
					}
					if n := int64(len(snap.History.Days())); n != 2*snap.Version {
						t.Errorf("version %d with %d days", snap.Version, n)
						return
					}
				}
			})
		}
		writing.Wait()
		close(done)
		reading.Wait()
		if snap := load(t, s); snap.Version != writers*rounds || len(snap.History.Days()) != 2*writers*rounds {
			t.Errorf("version %d with %d days", snap.Version, len(snap.History.Days()))
		}
	})
}

func TestCancelledChangesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		before, _ := merge(t, s, download(minutes("2026-02-01", 10, 1)))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for what, try := range map[string]func() error{
			"merge": func() error {
				_, _, err := s.Merge(ctx, tenant, download(minutes("2026-02-02", 1, 1)), translate.Refresh{})
				return err
			},
			"import": func() error {
				_, err := s.Import(ctx, tenant, ImportBatch{Days: []translate.DayMinutes{minutes("2026-02-03", 1, 1)}})
				return err
			},
			"load":     func() error { _, err := s.Load(ctx, tenant); return err },
			"versions": func() error { _, err := s.Versions(ctx); return err },
		} {
			if err := try(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", what, err)
			}
		}
		same(t, "afterwards", load(t, s), before)
	})
}

// TestInterrupted ends contexts at random moments of merges: what is stored is always one of the merges, whole.
func TestInterrupted(t *testing.T) {
	onEach(t, func(t *testing.T, s *Store) {
		for i := range 60 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i*40)*time.Microsecond)
			var days []translate.DayMinutes
			for d := range translate.Day(100) {
				days = append(days, translate.DayMinutes{Day: day("2026-01-01") + d, Minutes: translate.Minutes{Audio: int64(i) + 1}})
			}
			_, _, err := s.Merge(ctx, tenant, download(days...), translate.Refresh{Failures: i})
			cancel()
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			snap := load(t, s)
			for _, d := range snap.History.Days() {
				if d.Audio != snap.History.Days()[0].Audio || err == nil && d.Audio != int64(i)+1 {
					t.Fatalf("merge %d (%v): %v", i, err, snap.History.Days())
				}
			}
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
