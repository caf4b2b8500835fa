package gateway

import "sync"

// work bounds the requests at work at once: of all principals together, and of each, so that the slow clients of one leave
// room for the others. Its zero value is ready.
type work struct {
	mu  sync.Mutex
	all int
	of  map[string]int // by principal; only those with a request at work
}

// begin takes a place for a request of a principal, which end gives back. The error says which bound was reached; most 0
// is no bound.
func (w *work) begin(principal string, most int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch share := most - most/4; {
	case most <= 0:
	case w.all >= most:
		return errConcurrency
	case w.of[principal] >= share:
		return errShare
	}
	if w.of == nil {
		w.of = map[string]int{}
	}
	w.all++
	w.of[principal]++
	return nil
}

func (w *work) end(principal string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all--
	if w.of[principal]--; w.of[principal] == 0 {
		delete(w.of, principal)
	}
}
