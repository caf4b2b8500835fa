package store

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rwsgate/translate"
)

const tenant = "16a58f78-539f-47f7-b9bf-02a63867d73b"

// engine is one kind of store under test; dsn gives a fresh, empty one.
type engine struct {
	name   string
	shared bool // a second handle sees the same data
	dsn    func(t testing.TB) string
}

var engines = []engine{
	{"memory", false, func(testing.TB) string { return "memory" }},
	{"sqlite", true, func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "store.db") }},
	{"postgres", true, func(t testing.TB) string { return cluster.schema(t) }},
}

// onEach runs a test against every engine.
func onEach(t *testing.T, test func(t *testing.T, s *Store)) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) { test(t, open(t, e.dsn(t))) })
	}
}

// onShared runs a test against every engine that processes can share.
func onShared(t *testing.T, test func(t *testing.T, dsn string)) {
	for _, e := range engines {
		if e.shared {
			t.Run(e.name, func(t *testing.T) { test(t, e.dsn(t)) })
		}
	}
}

func open(t testing.TB, dsn string) *Store {
	t.Helper()
	return openWith(t, dsn, Options{For: ToServe})
}

func openWith(t testing.TB, dsn string, o Options) *Store {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s, err := Open(t.Context(), dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// ticker is a clock that moves one second each time it is read.
type ticker struct {
	mu sync.Mutex
	at time.Time
}

func (c *ticker) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Second)
	return c.at
}

func day(s string) translate.Day {
	d, err := translate.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func minutes(date string, audio, video int64) translate.DayMinutes {
	return translate.DayMinutes{Day: day(date), Minutes: translate.Minutes{Audio: audio, Video: video}}
}

func download(days ...translate.DayMinutes) translate.Download {
	return translate.Download{Window: translate.D7, Days: days, Fetched: time.Date(2026, 3, 1, 4, 5, 6, 7, time.UTC), Calls: 1}
}

func merge(t testing.TB, s *Store, d translate.Download) (translate.Snapshot, translate.Change) {
	t.Helper()
	snap, change, err := s.Merge(context.Background(), tenant, d, translate.Refresh{})
	if err != nil {
		t.Fatal(err)
	}
	return snap, change
}

func load(t testing.TB, s *Store) translate.Snapshot {
	t.Helper()
	snap, err := s.Load(context.Background(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func mustImport(t testing.TB, s *Store, b ImportBatch) translate.Change {
	t.Helper()
	change, err := s.Import(context.Background(), tenant, b)
	if err != nil {
		t.Fatal(err)
	}
	return change
}

// same reports how two values differ; histories are compared by what they hold.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	contents := cmp.Transformer("contents", func(h translate.History) any {
		return struct {
			Days   []translate.DayMinutes
			Spans  []translate.Observation
			Totals []translate.Total
		}{h.Days(), h.Spans(), h.Totals()}
	})
	if diff := cmp.Diff(want, got, contents, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
