package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rwsgate/gateway/admin"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// TestOperatorsSeeImports: saved days and totals of the retired service are no "no history" to anybody.
func TestOperatorsSeeImports(t *testing.T) {
	s := newStoreRig(t)
	if code, _, stderr := s.run(t, "import", "--zone", "Pacific Standard Time", "daily-page1.xml", "daily-page2.xml", "weekly.json"); code != 0 {
		t.Fatal(stderr)
	}
	snapshot := s.history(t, s.id)
	h := snapshot.History
	if len(h.Days()) != 0 || len(h.Spans()) == 0 || len(h.Totals()) == 0 {
		t.Fatalf("the files are not what this test is about: %s", told(h))
	}
	first, last := translate.DayOf(h.Spans()[0].Start), translate.DayOf(h.Spans()[len(h.Spans())-1].Start) // 8 hours after their midnight
	want := "no UTC day; " + counted(len(h.Spans()), "saved day") + ", " + first.String() + " to " + last.String() + "; " + counted(len(h.Totals()), "total")
	if v, saw, mend := coverageVerdict(snapshot, now); v != advice || !strings.HasPrefix(saw, want) || mend != "" {
		t.Errorf("%s %q %q, want %q", v, saw, mend, want)
	}
	got := coverage(snapshot, admin.Coverage{Holes: []admin.Hole{}})
	if got.First != "" || got.Days != 0 || got.SavedFirst != first.String() || got.SavedLast != last.String() || got.SavedDays != len(h.Spans()) || got.Totals != len(h.Totals()) {
		t.Errorf("/api/tenants: %+v", got)
	}
	c := coverageOf("example", "unreachable", snapshot)
	if c.First != first.String() || c.Last != last.String() || c.SavedDays != len(h.Spans()) {
		t.Errorf("evidence: %+v", c)
	}
	at := last.UTC().AddDate(0, 0, 5)
	for _, x := range rollout.NewEvidence(rollout.Overview{At: at}, rollout.EvidenceOptions{Coverage: []rollout.Coverage{c}}).Criteria {
		if strings.HasPrefix(x.Name, "the data of every tenant") && !x.Met {
			t.Errorf("the criterion is not met: %s", x.Detail)
		}
	}
}

// TestHolesAreOfAllThatIsKnown: a hole between UTC days is none where saved days fill it; what they leave open stays.
func TestHolesAreOfAllThatIsKnown(t *testing.T) {
	first, err := translate.ParseDay("2026-05-01")
	if err != nil {
		t.Fatal(err)
	}
	days := []translate.DayMinutes{{Day: first}, {Day: first + 9}}
	var spans []translate.Observation
	for d := first + 1; d < first+5; d++ {
		spans = append(spans, translate.Observation{Start: d.UTC(), End: (d + 1).UTC()})
	}
	h, err := translate.NewHistory(days, spans, nil)
	if err != nil {
		t.Fatal(err)
	}
	k := knownOf(h)
	if got, want := k.String(), "2 UTC days, 2026-05-01 to 2026-05-10; 4 saved days, 2026-05-02 to 2026-05-05; unknown: 2026-05-06..2026-05-09 (4 days)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	h, err = translate.NewHistory(days[1:], []translate.Observation{{Start: (first + 7).UTC(), End: (first + 8).UTC()}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	k = knownOf(h)
	if got, want := k.String(), "1 UTC day, 2026-05-10 to 2026-05-10; 1 saved day, 2026-05-08 to 2026-05-08; unknown: 2026-05-09 (1 day)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if k := knownOf(translate.History{}); k.String() != "" {
		t.Errorf("of nothing: %q", k.String())
	}
}

// TestCheckDoesNotContradictItself: no stage is ok that has an error, and a fault counts once.
func TestCheckDoesNotContradictItself(t *testing.T) {
	for name, wreck := range map[string]func(t *testing.T, r *rig, folder string){
		"users":  func(t *testing.T, _ *rig, folder string) { put(t, folder, "users", "no colon in this line\n") },
		"secret": func(t *testing.T, _ *rig, folder string) { put(t, folder, "secret", "\n") },
		"store": func(t *testing.T, _ *rig, folder string) {
			if err := os.Mkdir(filepath.Join(folder, "history.db"), 0o700); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.extra, r.expires = "store: sqlite:history.db\n", "2099-01-01"
			file := r.file(t)
			wreck(t, r, r.folder)
			code, out, _ := cli("check", "--config", file)
			good, bad := map[string]bool{}, map[string]bool{}
			for line := range strings.Lines(out) {
				switch f := strings.Fields(line); {
				case len(f) > 3 && f[2] == string(passed):
					good[f[0]+" "+f[1]] = true
				case len(f) > 3 && f[2] == string(failed):
					bad[f[0]+" "+f[1]] = true
				}
			}
			for stage := range bad {
				if good[stage] {
					t.Errorf("%s is both ok and in error", stage)
				}
			}
			if code != 1 || len(bad) != 1 || !strings.Contains(out, "\n1 error, ") {
				t.Errorf("exit code %d, errors of %v:\n%s", code, bad, out)
			}
		})
	}
}

// TestCheckKeepsWhatIsSoundOfAnotherHost: an error of one host does not hide that another one answers.
func TestCheckKeepsWhatIsSoundOfAnotherHost(t *testing.T) {
	all := []finding{{"a", "tls", passed, "login", ""}, {"a", "tls", failed, "graph", ""}, {"a", "credential", passed, "", ""}, {"b", "credential", failed, "", ""}}
	if got := consistent(all); len(got) != len(all) {
		t.Errorf("%+v", got)
	}
}

// put writes a file of a folder.
func put(t *testing.T, folder, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCoverageKeepsItsKeys: who reads /api/tenants finds what was there before imports were counted.
func TestCoverageKeepsItsKeys(t *testing.T) {
	text, err := json.Marshal(admin.Coverage{First: "2026-05-01", Last: "2026-05-02", Days: 2, Holes: []admin.Hole{}})
	if want := `{"first":"2026-05-01","last":"2026-05-02","days":2,"holes":[]}`; err != nil || string(text) != want {
		t.Errorf("%s %v, want %s", text, err, want)
	}
}
