package rollout

import (
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden holds a text to a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := "testdata/" + name
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); read it, then go test ./rollout -run %s -update\n%s", file, t.Name(), diff)
	}
}

// office is a rollout with its ledger: two owners, somebody unknown, a hold, three brownouts of growing length.
func office(t *testing.T) *diary {
	at := func(s string) time.Time { return day(s).UTC().Add(9 * time.Hour) }
	owned := func(prefix, owner string) Agreement {
		return Agreement{Name: "principal " + prefix + "*", Owner: owner, Match: func(p, _ string, _ netip.Addr) bool { return strings.HasPrefix(p, prefix) }}
	}
	held := owned("year-end", "Finance")
	held.Held, held.Phase, held.Until, held.Reason = true, PhaseAnnounce, at("2026-07-01"), "year-end <closing>"
	window := func(from string, hours int) Window {
		return Window{From: at(from), Until: at(from).Add(time.Duration(hours) * time.Hour), Zone: "UTC"}
	}
	p := &Plan{Sunset: at("2026-06-30"), Agreements: []Agreement{held, owned("etl", "Data"), owned("bi", "Data")},
		Reports:   map[string][]Step{Others: {{at("2026-01-01"), PhaseAnnounce}, {at("2026-03-01"), PhaseBrownout}, {at("2026-06-01"), PhaseRetired}}},
		Brownouts: []Window{window("2026-03-03", 3), window("2026-03-17", 12), window("2026-04-01", 24)}}
	d := newDiary(t, p, LedgerOptions{})
	d.every("etl", "2026-02-01", "2026-03-20", 9.5, 1)
	d.every("bi", "2026-02-01", "2026-05-01", 9.25, 7, func(c *Call) { c.Report = weekly })
	d.every("bi", "2026-02-01", "2026-05-01", 12.25, 7, func(c *Call) { c.Report = weekly })
	d.every("year-end", "2026-01-05", "2026-05-01", 1, 30)
	d.every("`<!channel>`|x", "2026-02-02", "2026-05-01", 3, 1, func(c *Call) { c.Rows = 0 })
	return d
}

func TestPreview(t *testing.T) {
	d := office(t)
	now := day("2026-05-01").UTC()
	preview := func(at string) Preview {
		t.Helper()
		when, err := ParseAt(at)
		if err != nil {
			t.Fatal(err)
		}
		return NewPreview(d.plan, State{Paused: true}, nil, d.sums(), when, now)
	}
	brief := func(p Preview) (out []string) {
		for _, b := range p.Breaks {
			name, _, _ := strings.Cut(b.Name, "@")
			line := strings.Join([]string{name, b.Owner, b.Report, b.Phase.String(), b.Since.Format("2006-01-02T15"), b.NextDue.Format(time.DateOnly), string(b.Standing)}, " ")
			if b.Now {
				line += " now"
			}
			out = append(out, line)
		}
		for _, s := range p.Spared {
			out = append(out, "spared "+s.Name+" "+s.Until.Format(time.DateOnly))
		}
		return out
	}
	odd := "`<!channel>`|x"
	for at, want := range map[string][]string{
		"2026-02-28":           nil,
		"2026-03-02":           {"spared year-end@example.com, python-requests 2026-07-01"}, // the phase has begun, no brownout yet
		"2026-03-03T09:30:00Z": {odd + "  CsP2PAVTimeDaily brownout 2026-03-03T09 2026-05-01 retirable now", "bi Data CsP2PAVTimeWeekly brownout 2026-03-03T09 2026-05-03 active now", "etl Data CsP2PAVTimeDaily brownout 2026-03-03T09 2026-05-01 quiet now", "spared year-end@example.com, python-requests 2026-07-01"},
		"2026-03-03":           {odd + "  CsP2PAVTimeDaily brownout 2026-03-03T09 2026-05-01 retirable", "bi Data CsP2PAVTimeWeekly brownout 2026-03-03T09 2026-05-03 active", "etl Data CsP2PAVTimeDaily brownout 2026-03-03T09 2026-05-01 quiet", "spared year-end@example.com, python-requests 2026-07-01"},
		"2026-07-02":           {odd + "  CsP2PAVTimeDaily retired 2026-03-03T09 2026-05-01 retirable now", "bi Data CsP2PAVTimeWeekly retired 2026-03-03T09 2026-05-03 active now", "etl Data CsP2PAVTimeDaily retired 2026-03-03T09 2026-05-01 quiet now", "year-end Finance CsP2PAVTimeDaily retired 2026-07-01T09 2026-07-05 active now"},
	} {
		p := preview(at)
		got := brief(p)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", at, diff)
		}
		if !p.Paused || len(p.Reports) != 3 || p.Reports[0].Phase != p.Reports[0].Scheduled {
			t.Errorf("%s: %+v", at, p.Reports)
		}
	}
	for _, wrong := range []string{"", "tomorrow", "2026-13-01", "2026-03-03T09:30"} {
		if _, err := ParseAt(wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

func TestEvidence(t *testing.T) {
	d := office(t)
	coverage := []Coverage{{Tenant: "example.onmicrosoft.com", State: "zeros", First: "2025-11-01", Last: "2026-04-28", Days: 179, Asked: day("2026-05-01").UTC()}}
	o := d.overview(day("2026-05-01").UTC().Add(10 * time.Hour))
	e := NewEvidence(o, EvidenceOptions{Coverage: coverage})
	golden(t, "evidence.md", e.Markdown())
	var back Evidence
	text, err := json.Marshal(e)
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || back.Markdown() != e.Markdown() {
		t.Errorf("the report is not what its JSON says: %v", err)
	}
	if e.Met {
		t.Error("all criteria are met while clients call")
	}
	// A year later everybody has gone, the hold is over.
	later := d.overview(day("2027-07-01").UTC())
	coverage[0].Last = "2027-06-25"
	if e := NewEvidence(later, EvidenceOptions{Coverage: coverage}); !e.Met {
		t.Errorf("%+v", e.Criteria)
	}
	for name, change := range map[string]func(o *Overview, c *[]Coverage){
		"paused":     func(o *Overview, _ *[]Coverage) { o.State.Paused = true },
		"a hold":     func(o *Overview, _ *[]Coverage) { o.Holds[0].Expired = false },
		"stopped":    func(o *Overview, _ *[]Coverage) { o.Brownouts[2].State = BrownoutStopped },
		"a newcomer": func(o *Overview, _ *[]Coverage) { o.Clients[0].First = o.At.AddDate(0, 0, -3) },
		"unknown":    func(o *Overview, _ *[]Coverage) { o.Clients[0].Owner, o.Clients[0].Last = "", o.At.AddDate(0, 0, -3) },
		"beyond":     func(o *Overview, _ *[]Coverage) { o.Beyond = 1 },
		"stale":      func(_ *Overview, c *[]Coverage) { (*c)[0].Last = "2027-06-01" },
		"no history": func(_ *Overview, c *[]Coverage) { (*c)[0].Last = "" },
		"no tenant":  func(_ *Overview, c *[]Coverage) { *c = nil },
		"a client calls": func(o *Overview, _ *[]Coverage) {
			o.Clients[0].Standing, o.Clients[0].Phases = StandingActive, map[string]Phase{daily: PhaseBrownout}
		},
	} {
		o, c := d.overview(day("2027-07-01").UTC()), append([]Coverage{}, coverage...)
		change(&o, &c)
		e, unmet := NewEvidence(o, EvidenceOptions{Coverage: c}), 0
		for _, x := range e.Criteria {
			unmet += int(one(!x.Met))
		}
		if e.Met || unmet != 1 {
			t.Errorf("%s: %+v", name, e.Criteria)
		}
	}
}

func TestDigest(t *testing.T) {
	d := office(t)
	d.state = State{Paused: true, Since: day("2026-04-30").UTC(), By: "ann", Reason: "month-end [link](http://x)"}
	golden(t, "digest.md", Digest(d.overview(day("2026-05-01").UTC().Add(10*time.Hour))))
	d.state = State{}
	early := Digest(d.overview(day("2026-02-20").UTC()))
	if !strings.Contains(early, "Brownout from 2026-03-03 09:00 UTC") || strings.Contains(early, "2026-04-01 09:00") {
		t.Error(early)
	}
	if empty := Digest(NewOverview(&Plan{}, State{}, nil, nil, noon)); !strings.Contains(empty, "0 clients: nobody calls.") {
		t.Error(empty)
	}
}
