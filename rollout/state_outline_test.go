package rollout

import (
	"strings"
	"testing"
	"time"
)

func TestOutline(t *testing.T) {
	p := march()
	p.Agreements = append(p.Agreements, Agreement{Name: "an owner alone", Owner: "Ann"})
	at := p.Brownouts[1].From.Add(time.Hour)
	o := p.Outline(State{}, at)
	if len(o.Reports) != 3 || o.Reports[0].Report != daily || o.Reports[0].Phase != PhaseBrownout || o.Reports[0].Next.Phase != PhaseRetired || o.Reports[1].Next != nil {
		t.Errorf("%+v", o.Reports)
	}
	if len(o.Holds) != 2 || !o.Holds[0].Expired || o.Holds[1].Expired || !o.Deprecation.Equal(deprecated) {
		t.Errorf("%+v", o.Holds)
	}
	states := func(s State, at time.Time) string {
		var all []string
		for _, b := range p.Outline(s, at).Brownouts {
			all = append(all, b.State)
		}
		return strings.Join(all, " ")
	}
	for _, c := range []struct {
		state State
		at    time.Time
		want  string
	}{
		{State{}, at, "over running"},
		{State{Paused: true, Since: at.Add(-time.Minute)}, at, "over paused"},
		{State{Paused: true, Since: p.Brownouts[0].Until}, at, "over paused"},
		{State{Paused: true, Since: p.Brownouts[0].Until.Add(-1)}, at, "interrupted paused"},
		{State{Pauses: []Pause{{From: p.Brownouts[0].From.Add(-2), Until: p.Brownouts[0].From}}}, at, "over running"},
		{State{Pauses: []Pause{{From: p.Brownouts[0].From.Add(-2), Until: p.Brownouts[0].From.Add(1)}}}, at, "interrupted running"},
		{State{Pauses: []Pause{{From: p.Brownouts[0].Until, Until: at}}}, at, "over running"},
		{State{Pauses: []Pause{{From: p.Brownouts[0].Until.Add(-1), Until: at}}}, at, "interrupted running"},
		{State{Stops: []Stop{{Window: p.Brownouts[1].From}}}, at, "over stopped"},
		{State{Paused: true}, noon, "planned planned"},
	} {
		if got := states(c.state, c.at); got != c.want {
			t.Errorf("%+v: %s, want %s", c.state, got, c.want)
		}
	}
	if r := p.Outline(State{Paused: true}, at).Reports[0]; r.Phase != PhaseAnnounce || r.Scheduled != PhaseBrownout {
		t.Errorf("paused: %+v", r)
	}
}
