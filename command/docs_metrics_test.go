package command

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	metricRow  = regexp.MustCompile("(?m)^\\| `(rwsgate_[a-z0-9_]+)` \\|")
	metricName = regexp.MustCompile(`rwsgate_[a-z0-9_]*[a-z0-9]`)
)

// TestDocsMetrics holds the metrics that pages name to the generated tables.
func TestDocsMetrics(t *testing.T) {
	known := map[string]bool{}
	for _, page := range []string{"../docs/operations.md", "../docs/sidecar.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range metricRow.FindAllStringSubmatch(string(text), -1) {
			known[m[1]] = true
		}
	}
	if len(known) < 20 {
		t.Fatalf("only %d metrics in the tables", len(known))
	}
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			continue // TestDocsCommands says so
		}
		for _, name := range metricName.FindAllString(string(text), -1) {
			base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_count"), "_sum")
			if !known[name] && !known[base] {
				t.Errorf("%s names %s, which is no metric", page, name)
			}
		}
	}
}
