package cache_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rwsgate/cache"
	"rwsgate/store"
	"rwsgate/translate"
)

var _ cache.Histories = (*store.Store)(nil)

// source answers for a tenant whose minutes are a function of the day, and counts its calls.
type source struct {
	tenant int
	calls  *atomic.Int64
}

func (s *source) minutes(d translate.Day) translate.Minutes {
	return translate.Minutes{Audio: int64(s.tenant)*7 + int64(d)%11, Video: int64(d) % 5}
}

func (s *source) Fetch(ctx context.Context, w translate.Window) (translate.Download, error) {
	select {
	case <-time.After(2 * time.Second):
	case <-ctx.Done():
		return translate.Download{}, ctx.Err()
	}
	s.calls.Add(1)
	d := translate.Download{Window: w, Refresh: translate.DayOf(time.Now()) - 2, Calls: 1}
	for day := d.Refresh - translate.Day(w) + 1; day <= d.Refresh; day++ {
		d.Days = append(d.Days, translate.DayMinutes{Day: day, Minutes: s.minutes(day)})
	}
	return d, nil
}

func id(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func run(k *cache.Keeper) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = k.Run(ctx)
	}()
	return func() { cancel(); <-ended }
}

func open(t *testing.T, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dsn, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What the keeper stored comes back after a restart: history, schedule, state and counted calls.
func TestRestartOnARealStore(t *testing.T) {
	for _, kind := range []string{"memory", "sqlite"} {
		t.Run(kind, func(t *testing.T) {
			dsn := kind
			if kind == "sqlite" {
				dsn = "sqlite:" + filepath.Join(t.TempDir(), "rwsgate.db")
			}
			synctest.Test(t, func(t *testing.T) {
				s := open(t, dsn)
				defer func() { _ = s.Close() }()
				var calls atomic.Int64
				before := cycle(t, s, &calls, 22*time.Hour)
				if kind == "sqlite" {
					_ = s.Close()
					s = open(t, dsn)
				}
				made := calls.Load()
				after := cycle(t, s, &calls, time.Hour)
				if calls.Load() != made {
					t.Errorf("%d fetches because of a restart", calls.Load()-made)
				}
				if after.Version != before.Version || after.Calls != before.Calls || !after.Due.Equal(before.Due) ||
					after.State != before.State || !after.LastFull.Equal(before.LastFull) || after.RefreshDate != before.RefreshDate {
					t.Errorf("before %+v\nafter  %+v", before, after)
				}
			})
		})
	}
}

// cycle runs a keeper of one tenant for a while, checks its history, and gives its status at the end.
func cycle(t *testing.T, s *store.Store, calls *atomic.Int64, d time.Duration) cache.Status {
	t.Helper()
	src := &source{tenant: 1, calls: calls}
	k := cache.NewKeeper(cache.KeeperOptions{Histories: s, Poll: time.Minute})
	k.Add(id(1), "one", src)
	stop := run(k)
	defer stop()
	time.Sleep(d)
	synctest.Wait()
	snapshot, err := k.Wait(t.Context(), id(1))
	if err != nil {
		t.Fatal(err)
	}
	days := snapshot.History.Days()
	if len(days) < 180 {
		t.Errorf("%d days", len(days))
	}
	for _, day := range days {
		if day.Minutes != src.minutes(day.Day) {
			t.Fatalf("%v is %v", day.Day, day.Minutes)
		}
	}
	st, _ := k.Status(id(1))
	return st
}

// Many tenants with a year of history each: every one is fetched once in its period, by a process that stays small. The
// long tier simulates a thousand tenants for a week on a SQLite file.
func TestManyTenantsOnARealStore(t *testing.T) {
	tenants, days, dsn := 100, 1, "memory"
	if os.Getenv("RWSGATE_LONG") != "" {
		tenants, days, dsn = 1000, 7, "sqlite:"+filepath.Join(t.TempDir(), "rwsgate.db")
	}
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dsn)
		defer func() { _ = s.Close() }()
		year(t, s, tenants)
		var calls atomic.Int64
		k := cache.NewKeeper(cache.KeeperOptions{Histories: s, Poll: 30 * time.Second})
		for n := range tenants {
			k.Add(id(n), fmt.Sprintf("tenant%d.example", n), &source{tenant: n, calls: &calls})
		}
		stop := run(k)
		defer stop()
		var most uint64
		goroutines := 0
		for range days * 24 {
			time.Sleep(time.Hour)
			goroutines = max(goroutines, runtime.NumGoroutine())
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse+m.StackInuse)
		}
		perTenant := float64(calls.Load()) / float64(tenants) / float64(days)
		t.Logf("%d tenants, %d days, %s: %d report calls (%.2f a tenant and day), at most %d MiB heap and stacks, %d goroutines",
			tenants, days, s.Kind(), calls.Load(), perTenant, most>>20, goroutines)
		if perTenant < 3.3 || perTenant > 5 {
			t.Errorf("%.2f calls a tenant and day", perTenant)
		}
		if most > 150<<20 {
			t.Errorf("%d MiB of heap and stacks", most>>20)
		}
		if goroutines > 100 {
			t.Errorf("%d goroutines", goroutines)
		}
		for n := range tenants {
			st, _ := k.Status(id(n))
			if age := time.Since(st.LastSuccess); age > 7*time.Hour || st.Failures > 0 || st.Calls > 5 {
				t.Fatalf("tenant %d: last success %v ago, %+v", n, age, st)
			}
		}
	})
}

// year gives each tenant a year of history, as if fetched long ago.
func year(t *testing.T, s *store.Store, tenants int) {
	t.Helper()
	for n := range tenants {
		src := &source{tenant: n}
		d := translate.Download{Window: translate.D180, Refresh: translate.DayOf(time.Now()) - 2, Fetched: time.Now()}
		for day := d.Refresh - 365; day <= d.Refresh; day++ {
			d.Days = append(d.Days, translate.DayMinutes{Day: day, Minutes: src.minutes(day)})
		}
		if _, _, err := s.Merge(context.Background(), id(n), d, translate.Refresh{}); err != nil {
			t.Fatal(err)
		}
	}
}
