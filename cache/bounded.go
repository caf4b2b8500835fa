package cache

import (
	"sync"
	"sync/atomic"
	"time"

	gocache "github.com/patrickmn/go-cache"
)

// Stats are the counters of a cache since its start, and its present size.
type Stats struct {
	Hits, Misses uint64
	Evicted      uint64 // pushed out by a bound
	Expired      uint64 // gone by age, or replaced by a newer entry of the same key
	Entries      int
	Bytes        int64
}

// bounded is a go-cache with a bound on number and bytes.
type bounded[T any] struct {
	items  *gocache.Cache
	ring   *ring
	adding sync.Mutex // one addition at a time: the ring and the map agree between two
	hits   atomic.Uint64
	misses atomic.Uint64
}

type entry[T any] struct {
	node
	value T
}

func newBounded[T any](maxEntries int, maxBytes int64, ttl time.Duration) *bounded[T] {
	r := &ring{maxNodes: maxEntries, maxBytes: maxBytes}
	b := &bounded[T]{items: gocache.New(ttl, ttl/4), ring: r}
	b.items.OnEvicted(func(_ string, v any) { r.unlink(&v.(*entry[T]).node) })
	return b
}

func (b *bounded[T]) get(key string) (T, bool) {
	value, ok := b.peek(key)
	if ok {
		b.hits.Add(1)
	} else {
		b.misses.Add(1)
	}
	return value, ok
}

// peek is get without counting.
func (b *bounded[T]) peek(key string) (value T, ok bool) {
	v, ok := b.items.Get(key)
	if !ok {
		return value, false
	}
	e := v.(*entry[T])
	if !e.used.Load() { // a read before the write keeps the cache line shared
		e.used.Store(true)
	}
	return e.value, true
}

// put keeps value under key, unless it would fill more than an eighth of the bytes: one giant must not empty the cache.
func (b *bounded[T]) put(key string, value T, size int64) bool {
	if b.ring.maxNodes < 1 || size > b.ring.maxBytes/8 {
		return false
	}
	b.adding.Lock()
	defer b.adding.Unlock()
	b.items.Delete(key) // Set would drop the old entry without the callback
	e := &entry[T]{node: node{key: key, size: size}, value: value}
	b.items.SetDefault(key, e)
	for _, victim := range b.ring.link(&e.node) {
		b.items.Delete(victim)
	}
	return true
}

func (b *bounded[T]) stats() Stats {
	s := b.ring.stats()
	s.Hits, s.Misses = b.hits.Load(), b.misses.Load()
	return s
}
