package command

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

var description = regexp.MustCompile(`fqName: "(rwsgate_[^"]*)", help: "((?:[^"\\]|\\.)*)", unit: "[^"]*", constLabels: \{([^}]*)\}, variableLabels: \{([^}]*)\}`)

// metricsTable is every metric of a program with its labels, from what is registered.
func metricsTable(t *testing.T, r *prometheus.Registry) string {
	t.Helper()
	described := make(chan *prometheus.Desc)
	go func() {
		r.Describe(described)
		close(described)
	}()
	var rows []string
	for d := range described {
		parts := description.FindStringSubmatch(d.String())
		if parts == nil {
			continue // Go's and the process's own
		}
		var labels []string
		for l := range strings.SplitSeq(parts[3]+","+parts[4], ",") {
			if l, _, _ = strings.Cut(l, "="); l != "" {
				labels = append(labels, "`"+l+"`")
			}
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |\n", parts[1], strings.Join(labels, ", "), parts[2]))
	}
	if len(rows) < 10 {
		t.Fatalf("only %d metrics were understood: has Desc.String changed?", len(rows))
	}
	slices.Sort(rows)
	return "| metric | labels | |\n|---|---|---|\n" + strings.Join(slices.Compact(rows), "")
}

// TestMetricsTable holds the table of docs/operations.md to the metrics that a program registers.
func TestMetricsTable(t *testing.T) {
	holdTable(t, "../docs/operations.md", metricsTable(t, newRig(t).start(t).registry))
}

// TestSidecarMetricsTable holds the table of docs/sidecar.md to what a sidecar has beside the metrics of all.
func TestSidecarMetricsTable(t *testing.T) {
	h := newHub(t, "")
	h.at = "127.0.0.1:1"
	var own strings.Builder
	for line := range strings.Lines(metricsTable(t, h.sidecar(t, "").registry)) {
		if !strings.HasPrefix(line, "| `") || strings.HasPrefix(line, "| `rwsgate_sidecar_") {
			own.WriteString(line)
		}
	}
	holdTable(t, "../docs/sidecar.md", own.String())
}

// holdTable compares a page's table of metrics, or writes it anew.
func holdTable(t *testing.T, page, want string) {
	t.Helper()
	holdPart(t, page, "<!-- metrics: generated -->\n", "<!-- end of metrics -->", want)
}

// holdPart compares the generated part of a page, or writes it anew.
func holdPart(t *testing.T, page, begin, end, want string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	got, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for it", page)
	}
	if *update {
		if err := os.WriteFile(page, []byte(head+begin+want+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("%s is not as generated; go test ./command -run %s -update\ngot:\n%s\nwant:\n%s", page, t.Name(), got, want)
	}
}
