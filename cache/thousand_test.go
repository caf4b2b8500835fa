package cache

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rwsgate/translate"
)

// A thousand tenants without any history, and Graph slow, so that they queue at first; then a day, or ten in the
// long tier. A tenth of them is refused for good, a tenth never answers.
func TestThousandTenants(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const tenants = 1000
		days := 1
		if os.Getenv("RWSGATE_LONG") != "" {
			days = 10
		}
		var calls, working, most atomic.Int64
		answer := func(n int) func(context.Context, translate.Window) (translate.Download, error) {
			return func(ctx context.Context, w translate.Window) (translate.Download, error) {
				calls.Add(1)
				now := working.Add(1)
				defer working.Add(-1)
				for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
				}
				switch n % 10 {
				case 0:
					return failing(fault(translate.FaultNotPermitted))(ctx, w)
				case 1:
					<-ctx.Done()
					return translate.Download{}, ctx.Err()
				}
				return slow(2*time.Second, nil)(ctx, w)
			}
		}
		k := NewKeeper(KeeperOptions{Histories: newBooks(), Poll: time.Minute})
		for n := range tenants {
			k.Add(fmt.Sprint(n), fmt.Sprint(n), &graph{answer: answer(n)})
		}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = k.Run(ctx) })
		pass(time.Hour)
		for n := range tenants {
			if _, ok := k.Snapshot(fmt.Sprint(n)); ok != (n%10 > 1) {
				t.Fatalf("after an hour, tenant %d has a history: %v", n, ok)
			}
		}
		first := calls.Load()
		pass(time.Duration(days) * 24 * time.Hour)
		for n := range tenants {
			s, _ := k.Status(fmt.Sprint(n))
			if age := time.Since(s.LastSuccess); n%10 > 1 && (age > 7*time.Hour || s.Calls > budgetCalls) {
				t.Fatalf("tenant %d: last success %v ago, %+v", n, age, s)
			}
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		t.Logf("%d calls in the first hour, %d in %d days, %d at a time, %d goroutines, heap %d MiB", first, calls.Load()-first, days,
			most.Load(), runtime.NumGoroutine(), m.HeapInuse>>20)
		if most.Load() > 16 || runtime.NumGoroutine() > 100 || m.HeapInuse > 150<<20 {
			t.Error("more at a time than there are slots, or too big")
		}
		cancel()
		running.Wait()
	})
}
