package cache

import (
	"container/list"
	"sync"
	"sync/atomic"
)

// node is an entry's place in a ring.
type node struct {
	key  string
	size int64
	used atomic.Bool   // read since the ring last passed it
	elem *list.Element // nil when not in the ring; guarded by the ring
}

// ring keeps entries in order of arrival and their total size. It knows nothing of the cache beside it: go-cache's
// janitor reaches the ring through its callback, and a way back would keep a dropped cache alive for good.
type ring struct {
	maxNodes int
	maxBytes int64

	mu      sync.Mutex
	order   list.List
	bytes   int64
	evicted uint64
	expired uint64
}

// link adds n as the newest and gives the keys of those that must go for it.
func (r *ring) link(n *node) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	n.elem = r.order.PushBack(n)
	r.bytes += n.size
	var out []string
	for r.order.Len() > r.maxNodes || r.bytes > r.maxBytes {
		oldest := r.order.Front().Value.(*node)
		if oldest.used.Swap(false) && oldest != n {
			r.order.MoveToBack(oldest.elem)
			continue
		}
		r.remove(oldest)
		r.evicted++
		out = append(out, oldest.key)
	}
	return out
}

// unlink removes n if it is still there: it expired or was replaced.
func (r *ring) unlink(n *node) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n.elem != nil {
		r.remove(n)
		r.expired++
	}
}

func (r *ring) remove(n *node) {
	r.order.Remove(n.elem)
	n.elem = nil
	r.bytes -= n.size
}

func (r *ring) stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Stats{Entries: r.order.Len(), Bytes: r.bytes, Evicted: r.evicted, Expired: r.expired}
}
