package rollout

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

// TestUsageCSVNamesTheServiceItself: calls of the service document and $metadata have a name too, and are no formula.
func TestUsageCSVNamesTheServiceItself(t *testing.T) {
	c := Client{}
	for _, name := range []string{"", "CsP2PAVTimeDaily"} {
		c.report(name).Calls = 3
	}
	var b strings.Builder
	if err := WriteUsageCSV(&b, []Client{c}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v %q", err, rows)
	}
	if got, want := rows[1][slices.Index(rows[0], "reports")], "service root and $metadata=3; CsP2PAVTimeDaily=3"; got != want {
		t.Errorf("reports are %q, want %q", got, want)
	}
}
