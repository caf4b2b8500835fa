package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDemoTriesARollout has the demo take the rollout of a file, and name what it does not take with the file's own line.
func TestDemoTriesARollout(t *testing.T) {
	const rollout = "rollout:\n  sunset: 2027-06-30\n  clients: [ { match: { principal: \"etl@*\" }, owner: Data, reason: moving, until: 2026-11-01, phase: announce } ]\n"
	for _, c := range []struct {
		name, text string
		code       int
		says       string
	}{
		{"a hold that is over", rollout, 1, "etl@*"},
		{"a key of the demo's own", rollout + "store: memory\n", 2, "demo.yaml:4: --demo brings its own store"},
		{"a quoted one", "\"tenants\": []\n" + rollout, 2, "demo.yaml:1: --demo brings its own tenants"},
		{"an unknown key", rollout + "nonsense: 1\n", 1, "demo.yaml:4: nonsense"},
	} {
		file := filepath.Join(t.TempDir(), "demo.yaml") // the name that the demo gives its own
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := cli("check", "--demo", "--config", file, "--now", "2026-11-23")
		if said := stdout + stderr; code != c.code || !strings.Contains(said, c.says) {
			t.Errorf("%s: exit code %d, want %d with %q:\n%s", c.name, code, c.code, c.says, said)
		}
		if strings.Contains(stdout+stderr, "other users can read") {
			t.Errorf("%s: the demo warns of its own secret:\n%s", c.name, stdout)
		}
	}
	if code, _, stderr := cli("check", "--demo", "--config", "/nowhere/at/all.yaml"); code != 1 || !strings.Contains(stderr, "does not exist") {
		t.Errorf("a file that is not there: %d %s", code, stderr)
	}
}
