package conformance

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDependenciesPage holds docs/dependencies.md to go.mod: every direct requirement, at its version, and nothing else.
func TestDependenciesPage(t *testing.T) {
	page, err := os.ReadFile("../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([0-9.]+) ").FindAllStringSubmatch(string(page), -1) {
		listed[row[1]] = row[2]
	}
	required := 0
	for _, line := range regexp.MustCompile(`(?m)^(?:require )?\s*(\S+\.\S+/?\S*) v([0-9.]+)(\S*)(.*)$`).FindAllStringSubmatch(string(mod), -1) {
		if strings.Contains(line[4], "// indirect") {
			continue
		}
		required++
		if listed[line[1]] != line[2] {
			t.Errorf("go.mod requires %s %s, the page lists %q", line[1], line[2], listed[line[1]])
		}
		delete(listed, line[1])
	}
	if required < 10 {
		t.Errorf("only %d requirements found", required)
	}
	for module := range listed {
		t.Errorf("the page lists %s, which go.mod does not require directly", module)
	}
}
