package graphsim

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestReadmeListsTheFaults compares the table in README.md with Faults; -update writes it.
func TestReadmeListsTheFaults(t *testing.T) {
	const begin, end = "<!-- faults -->\n", "<!-- /faults -->"
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(b), begin)
	table, after, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatal("README.md has no place for the faults")
	}
	var want strings.Builder
	want.WriteString("| fault | stage | what a client sees |\n|---|---|---|\n")
	for _, f := range Faults() {
		fmt.Fprintf(&want, "| `%s` | %s | %s |\n", f.Name, f.Stage, f.Description)
	}
	if *update {
		if err := os.WriteFile("README.md", []byte(before+begin+want.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != want.String() {
		t.Errorf("README.md has\n%s\nwant (run with -update)\n%s", table, want.String())
	}
}
