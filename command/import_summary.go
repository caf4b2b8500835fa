package command

import (
	"fmt"
	"io"
	"strings"

	"rwsgate/translate"
)

// summary adds up what came of several files.
type summary struct {
	translate.Change
	files, refusedFiles int
}

func (s *summary) add(c translate.Change, leftOut int) {
	s.files++
	s.Added += c.Added
	s.Corrected += c.Corrected
	s.Same += c.Same
	s.Refused += c.Refused + leftOut
}

// String gives the line below all files.
func (s summary) String() string {
	return fmt.Sprintf("%d files imported, %d refused: %s", s.files, s.refusedFiles, counts(s.Change))
}

func counts(c translate.Change) string {
	return fmt.Sprintf("%d added, %d changed, %d the same, %d refused", c.Added, c.Corrected, c.Same, c.Refused)
}

// printRefused says why nothing of a file is stored.
func printRefused(out io.Writer, name string, err error) error {
	_, failed := fmt.Fprintf(out, "%s: refused, nothing of it is stored\n  %s\n", name, strings.ReplaceAll(err.Error(), "\n", "\n  "))
	return failed
}

// printImported says what a file was and what came of it.
func printImported(out io.Writer, name string, s translate.Saved, t translate.Settled, zone *translate.Zone, c translate.Change, kept []string) error {
	c.Refused += len(t.LeftOut)
	lines := append([]string{counts(c)}, notes(t)...)
	_, err := fmt.Fprintf(out, "%s: %s\n  %s\n", name, describe(s, t, zone), strings.Join(append(lines, kept...), "\n  "))
	return err
}

// describe says what a file holds.
func describe(s translate.Saved, t translate.Settled, zone *translate.Zone) string {
	parts := []string{string(s.Kind)}
	what := "UTC days"
	if s.Kind.IsLegacy() {
		parts = append(parts, t.Report.Name)
		what = "rows"
	}
	rows := fmt.Sprintf("%d %s", len(s.Rows), what)
	if len(s.Rows) > 0 {
		rows += fmt.Sprintf(", %s", translate.DayRange{First: t.First, Last: t.Last})
	}
	parts = append(parts, rows)
	if s.Kind == translate.SavedExport {
		parts = append(parts, fmt.Sprintf("%d saved days, %d totals", len(s.Spans), len(s.Totals)))
	}
	if s.Kind.IsLegacy() && zone != nil {
		parts = append(parts, "in "+zone.Name())
	}
	return strings.Join(parts, ", ")
}

// notes says what is worth knowing beside the counts.
func notes(t translate.Settled) []string {
	var lines []string
	if t.Filled > 0 {
		lines = append(lines, fmt.Sprintf("of these %d days without use, which have no row", t.Filled))
	}
	if t.Gaps > 0 {
		lines = append(lines, fmt.Sprintf("%d dates between have no row and stay unknown; if the answer was not filtered by minutes, --fill-gaps takes them for days without use", t.Gaps))
	}
	for _, f := range t.LeftOut {
		lines = append(lines, "refused: "+f.String())
	}
	for _, w := range t.Warnings {
		lines = append(lines, "warning: "+w)
	}
	return lines
}
