package rollout

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rwsgate/translate"
)

const weekly, monthly = "CsP2PAVTimeWeekly", "CsP2PAVTimeMonthly"

// holdOf makes an agreement about a principal.
func holdOf(principal string, phase Phase, until time.Time) Agreement {
	return Agreement{Name: "principal " + principal, Held: true, Phase: phase, Until: until, Reason: "r",
		Match: func(p, _ string, _ netip.Addr) bool { return p == principal }}
}

// march is a plan of which the three reports go their own ways through March 2026.
func march() *Plan {
	at := func(day int) time.Time { return time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC) }
	return &Plan{
		Successor: "https://example.com/next",
		Reports: map[string][]Step{
			Others: {{at(2), PhaseAnnounce}, {at(10), PhaseBrownout}, {at(20), PhaseRetired}},
			weekly: {{at(5), PhaseAnnounce}},
		},
		Brownouts:  []Window{{From: at(9), Until: at(9).Add(3 * time.Hour), Zone: "UTC"}, {From: at(12), Until: at(12).Add(3 * time.Hour), Zone: "UTC"}},
		Agreements: []Agreement{holdOf("held@example.com", PhaseAnnounce, at(25)), holdOf("ahead@example.com", PhaseRetired, at(8))},
	}
}

func TestDecide(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02T15:04:05", "2026-03-"+s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		name, report, who, at string
		state                 State
		phase                 Phase
		window, retired       bool
	}{
		{name: "before the first step", report: daily, at: "01T23:59:59", phase: PhaseObserve},
		{name: "a step begins with its instant", report: daily, at: "02T00:00:00", phase: PhaseAnnounce},
		{name: "its own schedule leaves * alone", report: weekly, at: "11T00:00:00", phase: PhaseAnnounce},
		{name: "a window before the phase hits nobody", report: daily, at: "09T01:00:00", phase: PhaseAnnounce},
		{name: "between windows", report: daily, at: "11T00:00:00", phase: PhaseBrownout},
		{name: "the first instant of a window", report: daily, at: "12T00:00:00", phase: PhaseBrownout, window: true},
		{name: "the last second of a window", report: monthly, at: "12T02:59:59", phase: PhaseBrownout, window: true},
		{name: "a window is over at its end", report: daily, at: "12T03:00:00", phase: PhaseBrownout},
		{name: "retired", report: daily, at: "20T00:00:00", phase: PhaseRetired, retired: true},
		{name: "the root is as its least advanced report", report: "", at: "21T00:00:00", phase: PhaseAnnounce},
		{name: "an unknown set has headers only", report: "MailTraffic", at: "21T00:00:00", phase: PhaseRetired},
		{name: "an unknown set in a window", report: "MailTraffic", at: "12T01:00:00", phase: PhaseBrownout},
		{name: "who is not known", report: Others, at: "21T00:00:00", phase: PhaseRetired},
		{name: "sets have their own letter case", report: "csp2pavtimedaily", at: "21T00:00:00", phase: PhaseRetired},
		{name: "a hold keeps back", report: daily, who: "held@example.com", at: "21T00:00:00", phase: PhaseAnnounce},
		{name: "a hold keeps the root back", report: "", who: "held@example.com", at: "12T01:00:00", phase: PhaseAnnounce},
		{name: "a hold goes ahead", report: daily, who: "ahead@example.com", at: "01T00:00:00", phase: PhaseRetired, retired: true},
		{name: "a hold goes ahead at the root", report: "", who: "ahead@example.com", at: "01T00:00:00", phase: PhaseRetired, retired: true},
		{name: "an expired hold", report: daily, who: "ahead@example.com", at: "08T00:00:00", phase: PhaseAnnounce},
		{name: "a hold just before its end", report: daily, who: "held@example.com", at: "24T23:59:59", phase: PhaseAnnounce},
		{name: "a hold at its end", report: daily, who: "held@example.com", at: "25T00:00:00", phase: PhaseRetired, retired: true},
		{name: "paused in a window", report: daily, at: "12T01:00:00", state: State{Paused: true}, phase: PhaseAnnounce},
		{name: "paused and retired", report: daily, at: "21T00:00:00", state: State{Paused: true}, phase: PhaseAnnounce},
		{name: "paused and a hold ahead", report: daily, who: "ahead@example.com", at: "01T00:00:00", state: State{Paused: true}, phase: PhaseAnnounce},
		{name: "paused in observe", report: daily, at: "01T00:00:00", state: State{Paused: true}, phase: PhaseObserve},
		{name: "a stopped window", report: daily, at: "12T01:00:00", state: State{Stops: []Stop{{Window: at("12T00:00:00")}}}, phase: PhaseBrownout},
		{name: "another window was stopped", report: daily, at: "12T01:00:00", state: State{Stops: []Stop{{Window: at("09T00:00:00")}}}, phase: PhaseBrownout, window: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := march().Decide(&c.state, c.report, Who{Principal: c.who}, at(c.at))
			if d.Phase != c.phase || (d.Window != nil) != c.window || d.Retired != c.retired {
				t.Errorf("phase %s, window %v, retired %v", d.Phase, d.Window, d.Retired)
			}
			want := map[bool]int{c.window: 503, c.retired: 410}[true]
			if d.Status != want {
				t.Errorf("status %d, want %d", d.Status, want)
			}
		})
	}
}

func TestTheStatusOfABrownoutIsThePlans(t *testing.T) {
	p := march()
	p.BrownoutStatus = 429
	if d := p.Decide(&State{}, daily, Who{}, p.Brownouts[1].From); d.Status != 429 {
		t.Errorf("status %d", d.Status)
	}
	if d := p.Decide(&State{}, daily, Who{}, p.Reports[Others][2].From); d.Status != 410 {
		t.Errorf("status of a retired report: %d", d.Status)
	}
}

// plans draws plans with up to three steps and windows a schedule, in a month of hours.
func plans(t *rapid.T) *Plan {
	p := &Plan{Reports: map[string][]Step{}}
	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	for _, name := range []string{Others, daily, weekly, monthly} {
		if !rapid.Bool().Draw(t, "has "+name) {
			continue
		}
		from, phase := 0, -1
		for phase < 3 && rapid.Bool().Draw(t, "one more") {
			from += rapid.IntRange(1, 100).Draw(t, "after")
			phase = rapid.IntRange(phase+1, 3).Draw(t, "phase")
			p.Reports[name] = append(p.Reports[name], Step{hour(from), Phase(phase)})
		}
	}
	for from := 0; rapid.Bool().Draw(t, "a window"); {
		from += rapid.IntRange(0, 60).Draw(t, "begins")
		until := from + rapid.IntRange(1, 30).Draw(t, "lasts")
		p.Brownouts = append(p.Brownouts, Window{From: hour(from), Until: hour(until)})
		from = until
	}
	for range rapid.IntRange(0, 3).Draw(t, "agreements") {
		a := holdOf(rapid.SampledFrom([]string{"a@x", "b@x"}).Draw(t, "of"), Phase(rapid.IntRange(0, 3).Draw(t, "in")), hour(rapid.IntRange(0, 300).Draw(t, "until")))
		a.Held = rapid.Bool().Draw(t, "held")
		p.Agreements = append(p.Agreements, a)
	}
	return p
}

func TestDecideHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := plans(t)
		at := noon.Add(time.Duration(rapid.IntRange(-10, 310*60).Draw(t, "minute")) * time.Minute)
		who := Who{Principal: rapid.SampledFrom([]string{"a@x", "b@x", "c@x"}).Draw(t, "who")}
		report := rapid.SampledFrom([]string{"", daily, weekly, monthly, "Other", Others}).Draw(t, "report")
		var s State
		for _, w := range p.Brownouts {
			if rapid.Bool().Draw(t, "stopped") {
				s.Stops = append(s.Stops, Stop{Window: w.From})
			}
		}
		d := p.Decide(&s, report, who, at)
		paused := s
		paused.Paused = true
		held := p.Decide(&paused, report, who, at)

		if held.Phase != min(d.Phase, PhaseAnnounce) || held.Window != nil || held.Retired {
			t.Fatalf("paused: %+v of %+v", held, d)
		}
		if hold := p.HoldOf(who, at); hold != nil && (d.Phase != hold.Phase || !hold.Until.After(at) || !hold.Held) {
			t.Fatalf("phase %s under %+v at %s", d.Phase, hold, at)
		} else if hold == nil && d.Phase != p.Scheduled(report, at) {
			t.Fatalf("phase %s without a hold, scheduled %s", d.Phase, p.Scheduled(report, at))
		}
		if d.Window != nil && (d.Phase != PhaseBrownout || !d.Window.Holds(at) || s.Stopped(d.Window.From) || d.Retired) {
			t.Fatalf("window %+v in %s at %s", d.Window, d.Phase, at)
		}
		if d.Phase == PhaseBrownout && d.Window == nil && report != "Other" && report != Others {
			for i := range p.Brownouts {
				if w := &p.Brownouts[i]; w.Holds(at) && !s.Stopped(w.From) {
					t.Fatalf("window %+v is passed over", w)
				}
			}
		}
		if (report == "Other" || report == Others) && (d.Window != nil || d.Retired) {
			t.Fatal("what is no report is refused")
		}
		if d.Retired != (d.Phase == PhaseRetired && report != "Other" && report != Others) {
			t.Fatalf("retired %v in %s", d.Retired, d.Phase)
		}
		root := p.Decide(&s, "", who, at).Phase
		for _, r := range translate.Reports() {
			if one := p.Decide(&s, r.Name, who, at).Phase; one < root {
				t.Fatalf("the root is in %s, %s in %s", root, r.Name, one)
			}
		}
		if !p.Acts() && d.Phase > PhaseObserve {
			t.Fatalf("a plan that only observes is in %s", d.Phase)
		}
		if later := p.Scheduled(report, at.Add(time.Hour)); later < p.Scheduled(report, at) {
			t.Fatal("a schedule goes back")
		}
	})
}

func TestOwners(t *testing.T) {
	p := &Plan{Agreements: []Agreement{holdOf("a@x", PhaseObserve, noon), holdOf("a@x", PhaseObserve, noon)}}
	p.Agreements[1].Owner = "Ann"
	if a := p.AgreementOf(Who{Principal: "a@x"}); a == nil || a.Owner != "Ann" {
		t.Errorf("%+v", a)
	}
	p.Agreements[1].Owner = ""
	if a := p.AgreementOf(Who{Principal: "a@x"}); a != &p.Agreements[0] {
		t.Errorf("%+v", a)
	}
	if a := p.AgreementOf(Who{Principal: "b@x"}); a != nil {
		t.Errorf("%+v", a)
	}
}

func TestPhasesAreText(t *testing.T) {
	for _, name := range phaseNames {
		var p Phase
		if err := p.UnmarshalText([]byte(name)); err != nil || p.String() != name {
			t.Errorf("%s: %v %v", name, p, err)
		}
	}
	if err := new(Phase).UnmarshalText([]byte("gone")); err == nil || !strings.Contains(err.Error(), "observe, announce") {
		t.Error(err)
	}
}
