package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rwsgate/graphsim"
	"rwsgate/store"
	"rwsgate/translate"
)

const otherTenant = "ffffffff-0000-4000-8000-000000000001"

// storeRig is a configuration of two tenants with a store in a file.
type storeRig struct {
	*rig
	config, db string
}

func newStoreRig(t *testing.T) *storeRig {
	t.Helper()
	r := newRig(t)
	r.extra = "store: sqlite:history.db\nhistory: { visible: all }\n"
	s := &storeRig{rig: r, config: r.file(t), db: filepath.Join(r.folder, "history.db")}
	f, err := os.OpenFile(s.config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("  - { name: other.example, id: " + otherTenant + ", credential: { kind: client-secret, client_id: 5b1e9c7e-0000-4000-8000-000000000001, client_secret_file: secret } }\n"); err != nil {
		t.Fatal(err)
	}
	return s
}

// run runs a command on the rig's configuration for its first tenant; files lie in testdata/import.
func (s *storeRig) run(t *testing.T, command string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	line := []string{command, "--config", s.config}
	if command != "backup" {
		line = append(line, "--tenant", "example.onmicrosoft.com")
	}
	for _, a := range args {
		if name := filepath.Join("testdata", "import", a); strings.Contains(a, ".") && !strings.Contains(a, string(filepath.Separator)) {
			if _, err := os.Stat(name); err == nil {
				a = name
			}
		}
		line = append(line, a)
	}
	code, stdout, stderr = cli(line...)
	return code, strings.ReplaceAll(stdout, filepath.Join("testdata", "import")+string(filepath.Separator), ""), stderr
}

// history gives what is stored of a tenant.
func (s *storeRig) history(t *testing.T, tenant string) translate.Snapshot {
	t.Helper()
	st, err := store.Open(t.Context(), "sqlite:"+s.db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	snapshot, err := st.Load(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// told gives a history as its export.
func told(h translate.History) string {
	return string(translate.MarshalHistory(graphsim.DemoTenantID, graphsim.DemoTenantName, h))
}

// step is one call of import and what it prints.
type step struct {
	args []string
	code int
	want string
}

var pacific = []string{"--zone", "Pacific Standard Time"}

// importCases are imports into an empty store, step by step, with all that they print.
var importCases = map[string][]step{
	"pages of a feed": {{append(pacific, "daily-page1.xml", "daily-page2.xml"), 0, `
daily-page1.xml: Atom, CsP2PAVTimeDaily, 7 rows, 2013-09-01..2013-09-07, in America/Los_Angeles
  7 added, 0 changed, 0 the same, 0 refused
  warning: the answer had further pages: import the files of those too
daily-page2.xml: Atom, CsP2PAVTimeDaily, 5 rows, 2013-09-09..2013-09-13, in America/Los_Angeles
  5 added, 0 changed, 0 the same, 0 refused
2 files imported, 0 refused: 12 added, 0 changed, 0 the same, 0 refused
`}},
	"a later import wins": {
		{append(pacific, "daily-page1.xml"), 0, `
daily-page1.xml: Atom, CsP2PAVTimeDaily, 7 rows, 2013-09-01..2013-09-07, in America/Los_Angeles
  7 added, 0 changed, 0 the same, 0 refused
  warning: the answer had further pages: import the files of those too
`},
		{append(pacific, "daily-light.json"), 0, `
daily-light.json: light JSON, CsP2PAVTimeDaily, 4 rows, 2013-09-06..2013-09-09, in America/Los_Angeles
  2 added, 2 changed, 0 the same, 0 refused
`},
		{append(pacific, "daily-light.json"), 0, `
daily-light.json: light JSON, CsP2PAVTimeDaily, 4 rows, 2013-09-06..2013-09-09, in America/Los_Angeles
  0 added, 0 changed, 4 the same, 0 refused
`}},
	"UTC days win over saved rows": {
		{append(pacific, "graph.csv", "daily-page2.xml"), 0, `
graph.csv: Graph CSV, 7 UTC days, 2013-09-06..2013-09-12
  7 added, 0 changed, 0 the same, 0 refused
daily-page2.xml: Atom, CsP2PAVTimeDaily, 5 rows, 2013-09-09..2013-09-13, in America/Los_Angeles
  2 added, 0 changed, 0 the same, 3 refused
  refused: 2013-09-09, 2013-09-10, 2013-09-11: UTC days that are known cover the saved day
  kept in part: 2013-09-12: UTC days that are known cover the rest of the saved day
2 files imported, 0 refused: 9 added, 0 changed, 0 the same, 3 refused
`},
		{[]string{"graph-later.csv"}, 0, `
graph-later.csv: Graph CSV, 2 UTC days, 2013-09-12..2013-09-13
  1 added, 1 changed, 0 the same, 0 refused
`}},
	"gaps": {{append(pacific, "--fill-gaps", "daily-page2.xml", "daily-page1.xml"), 0, `
daily-page2.xml: Atom, CsP2PAVTimeDaily, 5 rows, 2013-09-09..2013-09-13, in America/Los_Angeles
  5 added, 0 changed, 0 the same, 0 refused
daily-page1.xml: Atom, CsP2PAVTimeDaily, 7 rows, 2013-09-01..2013-09-07, in America/Los_Angeles
  7 added, 0 changed, 0 the same, 0 refused
  warning: the answer had further pages: import the files of those too
2 files imported, 0 refused: 12 added, 0 changed, 0 the same, 0 refused
`}},
	"totals, and a week that ends on a Sunday": {{append(pacific, "weekly.json", "monthly-top.json", "weekly-sunday.json"), 0, `
weekly.json: verbose JSON, CsP2PAVTimeWeekly, 3 rows, 2013-08-10..2013-08-24, in America/Los_Angeles
  3 added, 0 changed, 0 the same, 0 refused
monthly-top.json: verbose JSON, CsP2PAVTimeMonthly, 2 rows, 2013-06-30..2013-07-31, in America/Los_Angeles
  2 added, 0 changed, 0 the same, 0 refused
weekly-sunday.json: verbose JSON, CsP2PAVTimeWeekly, 1 row, 2013-08-11, in America/Los_Angeles
  1 added, 0 changed, 0 the same, 0 refused
  warning: weekly dates that are no Saturday: 2013-08-11 (a Sunday). rwsgate takes the retired service's weekly periods to end on Saturday; these totals are kept, but no request is answered with them. Please report it.
3 files imported, 0 refused: 6 added, 0 changed, 0 the same, 0 refused
`}},
	"other spellings": {{[]string{"--date-format", "DMY", "--report", "CsP2PAVTimeMonthly", "--zone", "UTC", "admin-unicode.txt", "unnamed.json", "graph.csv.gz"}, 0, `
admin-unicode.txt: admin centre CSV, 2 UTC days, 2013-10-10..2013-10-11
  2 added, 0 changed, 0 the same, 0 refused
unnamed.json: light JSON, CsP2PAVTimeMonthly, 1 row, 2013-07-31, in UTC
  1 added, 0 changed, 0 the same, 0 refused
graph.csv.gz: Graph CSV, 7 UTC days, 2013-09-06..2013-09-12
  7 added, 0 changed, 0 the same, 0 refused
3 files imported, 0 refused: 10 added, 0 changed, 0 the same, 0 refused
`}},
	"refused files leave the others alone": {{[]string{"bad.csv", "graph.csv", "another-tenant.xml", "daily-page1.xml", "unnamed.json", "missing.csv"}, 1, `
bad.csv: refused, nothing of it is stored
  line 3: Audio is no whole number of minutes, 0 or more
  line 4: Video is no whole number of minutes, 0 or more
  line 5: 2013-09-12 stands in line 2 already
graph.csv: Graph CSV, 7 UTC days, 2013-09-06..2013-09-12
  7 added, 0 changed, 0 the same, 0 refused
another-tenant.xml: refused, nothing of it is stored
  entry 1: it is of the tenant ffffffff-0000-4000-8000-000000000001 (other.example), not of 16a58f78-539f-47f7-b9bf-02a63867d73b (example.onmicrosoft.com)
  its dates are of the zone that it was asked for in: name that with --zone, UTC if no X-timezone was sent
daily-page1.xml: refused, nothing of it is stored
  its dates are of the zone that it was asked for in: name that with --zone, UTC if no X-timezone was sent
unnamed.json: refused, nothing of it is stored
  the file does not say which report it is of: name it with --report, one of CsP2PAVTimeDaily, CsP2PAVTimeWeekly, CsP2PAVTimeMonthly
missing.csv: refused, nothing of it is stored
  no such file or directory
1 file imported, 5 refused: 7 added, 0 changed, 0 the same, 0 refused
`}},
}

func TestImport(t *testing.T) {
	for name, steps := range importCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStoreRig(t)
			for _, step := range steps {
				s.check(t, step)
			}
		})
	}
}

// check runs a step dry and then for true: both print the same, and the dry run changes nothing.
func (s *storeRig) check(t *testing.T, c step) {
	t.Helper()
	_, err := os.Stat(s.db)
	existed := err == nil
	before := ""
	if existed {
		before = told(s.history(t, s.id).History)
	}
	code, dry, stderr := s.run(t, "import", append([]string{"--dry-run"}, c.args...)...)
	if code != c.code || stderr != "dry run: nothing is stored\n" {
		t.Errorf("dry run: exit code %d, %q", code, stderr)
	}
	if _, err := os.Stat(s.db); existed != (err == nil) {
		t.Errorf("the dry run made a store: %v", err)
	}
	if existed && told(s.history(t, s.id).History) != before {
		t.Error("the dry run changed the history")
	}
	code, out, stderr := s.run(t, "import", c.args...)
	if code != c.code || stderr != "" {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	if d := cmp.Diff(strings.TrimPrefix(c.want, "\n"), out); d != "" {
		t.Error(d)
	}
	if dry != out {
		t.Errorf("the dry run printed otherwise:\n%s", dry)
	}
}

func TestImportDoesNotTouchGraphsDays(t *testing.T) {
	s := newStoreRig(t)
	st, err := store.Open(t.Context(), "sqlite:"+s.db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	day := func(d int, audio int64) translate.DayMinutes {
		return translate.DayMinutes{Day: translate.Date(2013, 9, d), Minutes: translate.Minutes{Audio: audio}}
	}
	for _, d := range [][]translate.DayMinutes{{day(6, 506), day(7, 1), day(8, 0)}, {day(9, 0), day(10, 0)}} { // the second has zeros alone
		if _, _, err := st.Merge(t.Context(), s.id, translate.Download{Days: d}, translate.Refresh{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	s.check(t, step{[]string{"graph.csv"}, 0, `
graph.csv: Graph CSV, 7 UTC days, 2013-09-06..2013-09-12
  2 added, 2 changed, 0 the same, 3 refused
  refused: 2013-09-06, 2013-09-07, 2013-09-08: Graph gave other minutes, which stay
`})
	h := s.history(t, s.id).History
	if m, _ := h.At(translate.Date(2013, 9, 7)); m != (translate.Minutes{Audio: 1}) {
		t.Errorf("Graph's day is %+v", m)
	}
	if m, _ := h.At(translate.Date(2013, 9, 9)); m != (translate.Minutes{Audio: 509, Video: 59}) {
		t.Errorf("the day that had a zero without more is %+v", m)
	}
}

func TestImportKeepsTenantsApart(t *testing.T) {
	s := newStoreRig(t)
	if code, out, stderr := s.run(t, "import", "graph.csv"); code != 0 {
		t.Fatal(out, stderr)
	}
	code, out, stderr := cli("import", "--config", s.config, "--tenant", strings.ToUpper(otherTenant), "--zone", "UTC", filepath.Join("testdata", "import", "another-tenant.xml"))
	if code != 0 || !strings.Contains(out, "2 added") {
		t.Fatal(code, out, stderr)
	}
	mine, theirs := s.history(t, s.id).History, s.history(t, otherTenant).History
	if len(mine.Days()) != 7 || len(mine.Spans()) != 0 || len(theirs.Days()) != 0 || len(theirs.Spans()) != 2 {
		t.Errorf("%s\n%s", told(mine), told(theirs))
	}
}

// TestImportIsAnsweredBesideARunningServer imports while a server runs, and asks it until it answers with what came; the
// server looks every few seconds, and may look between two files.
func TestImportIsAnsweredBesideARunningServer(t *testing.T) {
	s := newStoreRig(t)
	p := s.start(t)
	if code, out, stderr := s.run(t, "import", append(pacific, "daily-page1.xml", "weekly.json")...); code != 0 {
		t.Fatal(out, stderr)
	}
	daily := p.url + "/CsP2PAVTimeDaily?$format=json&$filter=Date%20le%20datetime'2013-09-07T00:00:00'"
	weekly := p.url + "/CsP2PAVTimeWeekly?$format=json&$filter=Date%20lt%20datetime'2013-09-01T00:00:00'"
	saved, zone := `"TotalAudioMinutes":"105","TotalVideoMinutes":"0"`, "X-timezone: Pacific Standard Time"
	until := func(url, want string) (body string) {
		eventually(t, url+" has "+want, func() bool {
			body = p.get(t, url, zone).body
			return strings.Contains(body, want)
		})
		return body
	}
	until(daily, saved)
	if body := until(weekly, `"TotalAudioMinutes":"1001"`); strings.Count(body, `"__metadata"`) != 3 {
		t.Errorf("weeks in the zone: %s", body)
	}
	if a := p.get(t, weekly); a.status != 200 || strings.Contains(a.body, "__metadata") {
		t.Errorf("totals of another zone were answered in UTC: %s", a.body)
	}
	backup := filepath.Join(s.folder, "copy.db")
	if code, out, stderr := s.run(t, "backup", backup); code != 0 || !strings.Contains(out, "copy.db") {
		t.Errorf("backup: %d %s %s", code, out, stderr)
	}
	s.db = backup
	if h := s.history(t, s.id).History; len(h.Spans()) != 7 || len(h.Totals()) != 3 {
		t.Errorf("the copy has %d spans, %d totals", len(h.Spans()), len(h.Totals()))
	}
}

func TestRefusedFileChangesNothing(t *testing.T) {
	s := newStoreRig(t)
	if code, out, stderr := s.run(t, "import", "graph.csv"); code != 0 {
		t.Fatal(out, stderr)
	}
	before := s.history(t, s.id)
	if code, out, _ := s.run(t, "import", append(pacific, "bad.csv", "another-tenant.xml")...); code != 1 || !strings.HasSuffix(out, "\n0 files imported, 2 refused: 0 added, 0 changed, 0 the same, 0 refused\n") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if after := s.history(t, s.id); after.Version != before.Version || told(after.History) != told(before.History) {
		t.Errorf("version %d became %d: %s", before.Version, after.Version, told(after.History))
	}
}

// TestImportNamesEveryBadLine pins that lines which cannot be read and lines that lie in the future are named at once, in
// their order, and that a file with nothing in it is said to be one.
func TestImportNamesEveryBadLine(t *testing.T) {
	s := newStoreRig(t)
	const header = "Report Date,Audio,Video\n"
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bad := filepath.Join(s.folder, "bad.csv")
	write("bad.csv", header+"x,1,1\n2150-01-03,1,1\n2026-01-02,-1,1\n2026-01-01,1,1\n")
	code, out, stderr := cli("import", "--config", s.config, "--tenant", s.id, bad)
	one, two, three := strings.Index(out, "line 2: "), strings.Index(out, "line 3: 2150-01-03 lies in the future"), strings.Index(out, "line 4: ")
	if code != 1 || one < 0 || two < one || three < two || strings.Contains(out, "line 5") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
	write("header.csv", header)
	code, out, stderr = cli("import", "--config", s.config, "--tenant", s.id, filepath.Join(s.folder, "header.csv"))
	if code != 0 || !strings.Contains(out, "0 UTC days") || !strings.Contains(out, "nothing was in it") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
	write("one.csv", header+"2026-01-01,1,1\n")
	if code, out, stderr = cli("import", "--config", s.config, "--tenant", s.id, filepath.Join(s.folder, "one.csv"), bad); code != 1 || !strings.Contains(out, "1 UTC day, ") || !strings.Contains(out, "1 file imported, 1 refused") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
}
