package rollout

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"rwsgate/translate"
)

// SurveyOptions are what a Survey is made of. Ledger, Plan and State are required.
type SurveyOptions struct {
	Ledger  *Ledger
	Plan    func() *Plan
	State   func() State
	Tenants func() map[string]string // names of tenants by their id in lower case; nil: none are known
	Now     func() time.Time         // nil: time.Now
	Keep    time.Duration            // how long what was read of the ledger is shown again; 0: 5 s
}

// Survey shows the whole rollout: the plan and what was done to it, with what the ledger knows. What it read of the
// ledger it keeps for some seconds, and for as long as twenty readings take, so that pages and metrics do not keep the
// store busy; the plan and its state are always those in force. It is safe for concurrent use.
type Survey struct {
	o SurveyOptions

	mu   sync.Mutex // one reading at a time
	sums []Sums
	read moment // zero: never
	took time.Duration

	counting  sync.Mutex // guards what follows
	counted   Counts
	countedAt moment
}

// moment is a time by the machine's clock, which knows how long something takes, and by the survey's, which says what is
// to be shown.
type moment struct{ wall, now time.Time }

func (s *Survey) moment() moment { return moment{time.Now(), s.o.Now()} }

// within says whether less than an age has passed since a moment, by either clock: a fixed one never moves, one that is
// set goes faster than time.
func (s *Survey) within(m moment, age time.Duration) bool {
	return !m.wall.IsZero() && time.Since(m.wall) < age && s.o.Now().Sub(m.now).Abs() < age
}

// readsApart is how many times as long as one reading lies between two.
const readsApart = 20

// NewSurvey makes a Survey.
func NewSurvey(o SurveyOptions) *Survey {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Tenants == nil {
		o.Tenants = func() map[string]string { return nil }
	}
	o.Keep = cmp.Or(o.Keep, 5*time.Second)
	return &Survey{o: o}
}

// Overview gives the rollout at this moment. The ledger's part is as old as Keep at most, or as readsApart readings
// take.
func (s *Survey) Overview(ctx context.Context) (Overview, error) {
	sums, err := s.recent(ctx, 0)
	if err != nil {
		return Overview{}, err
	}
	return NewOverview(s.o.Plan(), s.o.State(), s.o.Tenants(), sums, s.o.Now()), nil
}

// Usage gives who called on the UTC day of since or later: the counts are of that time, all else is of all that is
// known of the client.
func (s *Survey) Usage(ctx context.Context, since time.Time) ([]Client, error) {
	usage, err := s.o.Ledger.Usage(ctx, since)
	if err != nil {
		return nil, err
	}
	called := make(map[[2]string]*Usage, len(usage))
	for i := range usage {
		called[[2]string{usage[i].Tenant, usage[i].Client}] = &usage[i]
	}
	out, err := s.among(ctx, s.Overview, called)
	if err == nil && len(out) < len(called) { // somebody called for the first time after the ledger was summed up
		out, err = s.among(ctx, s.Fresh, called)
	}
	return out, err
}

func (s *Survey) among(ctx context.Context, overview func(context.Context) (Overview, error), called map[[2]string]*Usage) ([]Client, error) {
	o, err := overview(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Client, 0, len(called))
	for i := range o.Clients {
		if u := called[[2]string{o.Clients[i].Tenant, o.Clients[i].Client}]; u != nil {
			o.Clients[i].Usage = *u
			out = append(out, o.Clients[i])
		}
	}
	return out, nil
}

// Preview says who would break at an instant.
func (s *Survey) Preview(ctx context.Context, at time.Time) (Preview, error) {
	sums, err := s.recent(ctx, 0)
	if err != nil {
		return Preview{}, err
	}
	return NewPreview(s.o.Plan(), s.o.State(), s.o.Tenants(), sums, at, s.o.Now()), nil
}

// Fresh is Overview with the ledger as it is now.
func (s *Survey) Fresh(ctx context.Context) (Overview, error) {
	s.mu.Lock()
	s.read = moment{}
	s.mu.Unlock()
	return s.Overview(ctx)
}

// Counts are how many clients stand where.
type Counts struct {
	Standings map[string]int // every standing is named
	Ownerless int
	Beyond    int
	Effects   map[string]int // of the newest brownout that has begun; nil if there is none
}

// Counts gives figures that may be as old as age, or older while the ledger cannot be read before ctx ends; false before
// it was read once.
func (s *Survey) Counts(ctx context.Context, age time.Duration) (Counts, bool) {
	s.counting.Lock()
	counted, ok := s.counted, s.within(s.countedAt, age)
	s.counting.Unlock()
	if ok {
		return counted, true
	}
	sums, err := s.inTime(ctx, age)
	if err != nil {
		return counted, counted.Standings != nil
	}
	o := NewOverview(s.o.Plan(), s.o.State(), s.o.Tenants(), sums, s.o.Now())
	counted = Counts{Standings: o.Standings, Ownerless: o.Ownerless, Beyond: o.Beyond}
	for _, b := range o.Brownouts {
		if !b.From.After(o.At) {
			counted.Effects = b.Counts
		}
	}
	s.counting.Lock()
	defer s.counting.Unlock()
	s.counted, s.countedAt = counted, s.moment()
	return counted, true
}

// inTime is recent, but waits no longer than ctx lasts for somebody else who reads or writes the ledger.
func (s *Survey) inTime(ctx context.Context, atLeast time.Duration) ([]Sums, error) {
	type result struct {
		sums []Sums
		err  error
	}
	done := make(chan result, 1)
	go func() {
		sums, err := s.recent(ctx, atLeast)
		done <- result{sums, err}
	}()
	select {
	case r := <-done:
		return r.sums, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// recent gives what the ledger holds, read again when it is older than it may be.
func (s *Survey) recent(ctx context.Context, atLeast time.Duration) ([]Sums, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if keep := max(s.o.Keep, atLeast, readsApart*s.took); s.within(s.read, keep) {
		return s.sums, nil
	}
	begun := s.moment()
	sums, err := s.o.Ledger.Sums(ctx)
	if err != nil {
		return nil, err
	}
	s.sums, s.read, s.took = sums, begun, time.Since(begun.wall)
	return sums, nil
}

// view is one moment of the rollout, seen for an overview.
type view struct {
	plan       *Plan
	state      State
	tenants    map[string]string
	at         time.Time
	successors map[string]translate.Successor // by shape
	beyond     []*Sums                        // see Overview.Beyond
}

// NewOverview puts the plan, what was done to it and the ledger's sums together. Tenants gives names by id.
func NewOverview(p *Plan, s State, tenants map[string]string, sums []Sums, at time.Time) Overview {
	v := &view{plan: p, state: s, tenants: tenants, at: at, successors: map[string]translate.Successor{}}
	o := p.Outline(s, at)
	o.RecentSince = recentSince(at).UTC()
	for _, standing := range Standings {
		o.Standings[string(standing)] = 0
	}
	v.findBeyond(sums)
	for i := range sums {
		c := v.client(&sums[i])
		o.Clients = append(o.Clients, c)
		o.Standings[string(c.Standing)]++
		o.Ownerless += int(one(c.Owner == ""))
		o.Beyond += int(one(c.Beyond))
	}
	slices.SortStableFunc(o.Clients, func(a, b Client) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Name, b.Name))
	})
	v.holds(o.Holds, sums)
	for i := range o.Brownouts {
		v.effects(&o.Brownouts[i], sums)
	}
	return o
}

func (v *view) findBeyond(sums []Sums) {
	for i := range sums {
		if s := &sums[i]; s.Agent == OtherAgent && len(s.Days) > 0 {
			v.beyond = append(v.beyond, s)
		}
	}
}

// Standings are all standings in the order of their definition.
var Standings = []Standing{StandingNew, StandingRetirable, StandingQuiet, StandingOverdue, StandingActive}
