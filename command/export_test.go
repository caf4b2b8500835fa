package command

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExportComesBack: what is exported and imported into an empty store is the same history, and exports the same.
func TestExportComesBack(t *testing.T) {
	from := newStoreRig(t)
	if code, out, stderr := from.run(t, "import", append(pacific, "graph.csv", "daily-page1.xml", "daily-page2.xml", "weekly.json", "monthly-top.json")...); code != 0 {
		t.Fatal(out, stderr)
	}
	for _, format := range []string{"csv", "json"} {
		_, exported, stderr := from.run(t, "export", "--format", format)
		if lost := strings.Contains(stderr, "7 saved days and 5 totals have no place in CSV"); lost != (format == "csv") {
			t.Errorf("%s: %q", format, stderr)
		}
		to := newStoreRig(t)
		file := filepath.Join(t.TempDir(), "anything")
		if err := os.WriteFile(file, []byte(exported), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out, stderr := to.run(t, "import", file); code != 0 {
			t.Fatalf("%s: %s%s", format, out, stderr)
		}
		_, again, _ := to.run(t, "export", "--format", format)
		if d := cmp.Diff(exported, again); d != "" {
			t.Errorf("%s: %s", format, d)
		}
		before, after := from.history(t, from.id).History, to.history(t, to.id).History
		if format == "json" && told(before) != told(after) {
			t.Errorf("%s\nis not\n%s", told(after), told(before))
		}
	}
}

func TestExportOfAnotherTenantIsRefused(t *testing.T) {
	s := newStoreRig(t)
	if code, out, stderr := s.run(t, "import", "graph.csv"); code != 0 {
		t.Fatal(out, stderr)
	}
	_, exported, _ := s.run(t, "export", "--format", "json")
	var out, errs bytes.Buffer
	code := Main([]string{"import", "--config", s.config, "--tenant", "other.example", "-"}, strings.NewReader(exported), &out, &errs)
	if code != 1 || !strings.Contains(out.String(), "-: refused, nothing of it is stored\n  it is of the tenant 16a58f78-539f-47f7-b9bf-02a63867d73b (example.onmicrosoft.com), not of "+otherTenant+" (other.example)\n") {
		t.Errorf("exit code %d: %s%s", code, &out, &errs)
	}
}

func TestWrongCallsOfTheHistory(t *testing.T) {
	s := newStoreRig(t)
	file := filepath.Join("testdata", "import", "graph.csv")
	there := filepath.Join(s.folder, "there.db")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, stderr := cli("export", "--config", s.config, "--tenant", "other.example"); code != 1 || out != "" || !strings.Contains(stderr, "history.db does not exist: rwsgate serve or rwsgate import makes it") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
	if code, out, stderr := s.run(t, "import", "graph.csv"); code != 0 {
		t.Fatal(out, stderr)
	}
	tenant := []string{"--config", s.config, "--tenant", "example.onmicrosoft.com"}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{append([]string{"import"}, tenant...), 2, "needs at least one FILE"},
		{[]string{"import", "--config", s.config, file}, 2, "needs --tenant NAME"},
		{[]string{"import", "--config", s.config, "--tenant", "nobody", file}, 1, `no tenant "nobody" is configured; there is: example.onmicrosoft.com, other.example`},
		{append([]string{"import", "--date-format", "ydm", file}, tenant...), 2, `"ydm" is no order of dates`},
		{append([]string{"import", "--zone", "Pacific", file}, tenant...), 2, "Was 'Pacific Standard Time' meant?"},
		{append([]string{"import", "--report", "csp2pavtimedaily", file}, tenant...), 2, "is not one of CsP2PAVTimeDaily"},
		{append([]string{"import", "--store", "memory", file}, tenant...), 1, "the configured store is memory"},
		{append([]string{"export", "--format", "xml"}, tenant...), 2, `"xml" is neither csv nor json`},
		{append([]string{"export", "extra"}, tenant...), 2, `takes no argument "extra"`},
		{[]string{"backup", "--config", s.config}, 2, "needs one FILE"},
		{[]string{"backup", "--config", s.config, there}, 1, "the file exists"},
		{[]string{"backup", "--config", s.config, "--store", "memory", there}, 1, "the configured store is memory"},
		{[]string{"backup", "--config", s.config, "--store", "postgres://user:planted@localhost/x", there}, 1, "pg_dump"},
	} {
		code, _, stderr := cli(c.args...)
		if code != c.code || !strings.Contains(stderr, c.want) || strings.Contains(stderr, "planted") {
			t.Errorf("%v: exit code %d, stderr %q; want %d, %q", c.args, code, stderr, c.code, c.want)
		}
	}
	if left, err := os.ReadFile(there); err != nil || string(left) != "mine" {
		t.Errorf("backup changed a file that was there: %q, %v", left, err)
	}
}
