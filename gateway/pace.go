package gateway

import (
	"time"

	gocache "github.com/patrickmn/go-cache"
	"golang.org/x/time/rate"
)

// pace bounds the requests per second of each principal. Principals that have been quiet are forgotten.
type pace struct {
	limiters *gocache.Cache
}

const (
	paceMemory = 10 * time.Minute
	paceAtMost = 10_000 // principals; beyond it newcomers share one limiter
	paceShared = "\x00shared"

	pacedAnonymous = "\x00anonymous"
)

func newPace() *pace { return &pace{gocache.New(paceMemory, paceMemory)} }

// allow says whether the principal may make one more request now.
func (p *pace) allow(name string, perSecond int, now time.Time) bool {
	if perSecond <= 0 {
		return true
	}
	found, ok := p.limiters.Get(name)
	if !ok && p.limiters.ItemCount() >= paceAtMost {
		name = paceShared
		found, ok = p.limiters.Get(name)
	}
	if !ok {
		// Two first requests at once may each make a limiter; the later one wins, which lets one request more through.
		found = rate.NewLimiter(rate.Limit(perSecond), perSecond)
		p.limiters.SetDefault(name, found)
	}
	limiter := found.(*rate.Limiter)
	if limiter.Limit() != rate.Limit(perSecond) {
		limiter.SetLimitAt(now, rate.Limit(perSecond))
		limiter.SetBurstAt(now, perSecond)
	}
	return limiter.AllowN(now, 1)
}
