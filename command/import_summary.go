package command

import (
	"fmt"
	"io"
	"strconv"
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
	return fmt.Sprintf("%s imported, %d refused: %s", counted(s.files, "file"), s.refusedFiles, counts(s.Change))
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
	if len(s.Rows)+len(s.Spans)+len(s.Totals) == 0 {
		lines = append(lines, "nothing was in it: no day, no row; is it the right file?")
	}
	_, err := fmt.Fprintf(out, "%s: %s\n  %s\n", name, describe(s, t, zone), strings.Join(append(lines, kept...), "\n  "))
	return err
}

// describe says what a file holds.
func describe(s translate.Saved, t translate.Settled, zone *translate.Zone) string {
	parts := []string{string(s.Kind)}
	what := "UTC day"
	if s.Kind.IsLegacy() {
		parts = append(parts, t.Report.Name)
		what = "row"
	}
	rows := counted(len(s.Rows), what)
	if len(s.Rows) > 0 {
		rows += fmt.Sprintf(", %s", translate.DayRange{First: t.First, Last: t.Last})
	}
	parts = append(parts, rows)
	if s.Kind == translate.SavedExport {
		parts = append(parts, counted(len(s.Spans), "saved day")+", "+counted(len(s.Totals), "total"))
	}
	if s.Kind.IsLegacy() && zone != nil {
		parts = append(parts, "in "+zone.Name())
	}
	return strings.Join(parts, ", ")
}

// agreed gives the sentence for one, or that for n with the number in it, if it has a place for it.
func agreed(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return strings.ReplaceAll(many, "%d", strconv.Itoa(n))
}

// notes says what is worth knowing beside the counts.
func notes(t translate.Settled) []string {
	var lines []string
	if t.Filled > 0 {
		lines = append(lines, "of these "+agreed(t.Filled, "1 day without use, which has no row", "%d days without use, which have no row"))
	}
	if t.Gaps > 0 {
		lines = append(lines, agreed(t.Gaps, "1 date between has no row and stays unknown", "%d dates between have no row and stay unknown")+"; if the answer was not filtered by minutes, --fill-gaps takes "+agreed(t.Gaps, "it for a day without use", "them for days without use"))
	}
	for _, f := range t.LeftOut {
		lines = append(lines, "refused: "+f.String())
	}
	for _, w := range t.Warnings {
		lines = append(lines, "warning: "+w)
	}
	return lines
}
