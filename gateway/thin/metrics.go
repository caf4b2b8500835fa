package thin

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// counts are since the start.
type counts struct {
	answered [origins]atomic.Uint64
	lost     atomic.Uint64
}

// State is what an operator wants to know of a sidecar.
type State struct {
	Central   string    `json:"central"`                   // address
	Version   string    `json:"central_version,omitempty"` // empty until the central gateway told it
	Away      time.Time `json:"away_since,omitzero"`       // first failure of a row
	Cause     string    `json:"cause,omitempty"`           // why it is away
	Mend      string    `json:"mend,omitempty"`            // of Cause, or of Mistrusts
	Mistrusts bool      `json:"central_mistrusts_sidecar"` // it does not count our forwarding headers
	Refuses   bool      `json:"central_refuses_passwords"` // and takes none, since they come over plain HTTP
	Kept      int       `json:"kept_answers"`              // now
	Waiting   int       `json:"calls_waiting"`             // for the ledger
	Lost      uint64    `json:"calls_lost_for_the_ledger"` // since the start
	Given     uint64    `json:"answers"`                   // since the start
	Stale     uint64    `json:"stale_answers"`             // of them
}

// State gives the present state.
func (s *Sidecar) State() State {
	r := &s.reach
	r.mu.Lock()
	out := State{Central: s.Central.String(), Version: r.central, Away: r.since, Cause: r.cause, Mend: r.mend, Mistrusts: r.mistrust, Refuses: r.plain}
	r.mu.Unlock()
	switch {
	case out.Mend != "":
	case out.Refuses:
		out.Mend = mendPlain
	case out.Mistrusts:
		out.Mend = mendTrust
	}
	out.Kept, out.Waiting, out.Lost = s.kept.answers.Stats().Entries, s.outbox.waiting(), s.counts.lost.Load()
	for i := range s.counts.answered {
		out.Given += s.counts.answered[i].Load()
	}
	out.Stale = s.counts.answered[fromStale].Load()
	return out
}

// Collect registers the sidecar's metrics.
func (s *Sidecar) Collect(r prometheus.Registerer) {
	for i := range s.counts.answered {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "rwsgate_sidecar_answers_total",
			Help:        "Answers of this sidecar, by who made them: the central rwsgate, kept a moment ago (kept), kept while the central one is away (stale), the sidecar itself (own: errors).",
			ConstLabels: prometheus.Labels{"from": origin(i).String()}}, func() float64 { return float64(s.counts.answered[i].Load()) }))
	}
	for i := range s.reach.errors {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "rwsgate_sidecar_central_errors_total",
			Help:        "Requests for which the central rwsgate could not be reached, by kind of error; stranger: something answered that is no rwsgate.",
			ConstLabels: prometheus.Labels{"kind": faultNames[i]}}, func() float64 { return float64(s.reach.errors[i].Load()) }))
	}
	gauge := func(name, help string, value func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("rwsgate_sidecar_central_up", "Whether the last request reached the central rwsgate; 1 before the first.", func() float64 {
		if s.State().Away.IsZero() {
			return 1
		}
		return 0
	})
	gauge("rwsgate_sidecar_kept_answers", "Answers kept now.", func() float64 { return float64(s.kept.answers.Stats().Entries) })
	gauge("rwsgate_sidecar_ledger_waiting", "Calls answered by the sidecar itself that are not in the central ledger yet.",
		func() float64 { return float64(s.outbox.waiting()) })
	r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "rwsgate_sidecar_ledger_lost_total",
		Help: "Calls answered by the sidecar itself that will never be in the central ledger."}, func() float64 { return float64(s.counts.lost.Load()) }))
}
