package command

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestADrainEndsWaits pins that waits end before a drain does, however short it is, not before it begins, and with it if it
// ends early.
func TestADrainEndsWaits(t *testing.T) {
	for _, c := range []struct{ drain, early, before, after time.Duration }{
		{20 * time.Second, 0, 16 * time.Second, 17 * time.Second},
		{2 * time.Second, 0, time.Second, 1500 * time.Millisecond},
		{time.Hour, 10 * time.Second, 9 * time.Second, 10 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			over, left := context.WithCancel(t.Context())
			defer left()
			var ended atomic.Int32
			endWaits(ctx, over, c.drain, func() { ended.Add(1) })
			time.Sleep(2 * time.Hour)
			stop()
			if c.early > 0 {
				time.AfterFunc(c.early, left)
			}
			for at, want := range map[time.Duration]bool{c.before: false, c.after: true} {
				time.AfterFunc(at+time.Millisecond, func() {
					synctest.Wait()
					if got := ended.Load() > 0; got != want {
						t.Errorf("drain %s: after %s waits have ended: %v", c.drain, at, got)
					}
				})
			}
			time.Sleep(c.drain)
			synctest.Wait()
		})
	}
}
