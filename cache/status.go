package cache

import (
	"strings"
	"time"

	"rwsgate/translate"
)

// Status is what an operator sees of a tenant's refreshing.
type Status struct {
	Tenant, Name string
	Loaded       bool // the store has been read
	HasHistory   bool // clients are answered from it
	Version      int64
	Stored       time.Time // commit time of Version
	State        translate.SourceState
	Since        translate.Day // with SourceZeros: first day of the zeros
	Cause, Mend  string        // what is wrong with the source, and what to do; empty while it is live
	Fault        translate.Fault
	LastTry      time.Time
	LastSuccess  time.Time
	LastFull     time.Time
	Due          time.Time // next scheduled fetch, back-off and budget included
	Failures     int       // in a row
	Calls        int       // report calls of the last 24 h
	RefreshDate  translate.Day
	StalledSince time.Time // since when RefreshDate has not moved; zero if it moves
	Stalled      bool      // for longer than Graph usually takes: 72 h
	Fetching     bool      // work on this tenant is under way
	Pending      bool      // a download waits for the store
	StoreError   string    // the store's last error for this tenant; empty if it answers
}

// Status gives a tenant's state; false if the tenant is unknown.
func (k *Keeper) Status(id string) (Status, bool) {
	t := k.find(strings.ToLower(id))
	if t == nil {
		return Status{}, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := k.o.Now()
	s := t.snapshot.Load()
	r := s.Refresh
	st := Status{
		Tenant: t.id, Name: t.name, Loaded: t.loaded, HasHistory: answerable(s), Version: s.Version, Stored: s.Stored,
		State: r.State, Since: r.Since, LastTry: r.LastTry, LastSuccess: r.LastSuccess, LastFull: r.LastFull,
		Due: k.nextLocked(t), Failures: r.Failures, Calls: within(r.Calls, now), RefreshDate: r.RefreshDate,
		StalledSince: r.Stalled, Stalled: stalled(r.Stalled, now), Fetching: t.flight != nil, Pending: t.pending != nil,
	}
	fault := t.lastFault()
	st.Cause, st.Mend = explain(s, fault)
	if st.State != translate.SourceZeros {
		st.Since = 0
	}
	if fault != nil {
		st.Fault = fault.Fault
	}
	if t.storeErr != nil {
		st.StoreError = t.storeErr.Error()
	}
	return st, true
}

// StoreAway says whether the store did not answer when it was last asked for its versions.
func (k *Keeper) StoreAway() bool { return k.storeDown.Load() }

func stalled(since, now time.Time) bool {
	return !since.IsZero() && now.Sub(since) >= stalledAfter
}
