package command

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"rwsgate/config"
	"rwsgate/translate"
)

// verdict is how a finding is to be taken.
type verdict string

const (
	passed  verdict = "ok"
	advice  verdict = "advice"
	warning verdict = "warning"
	failed  verdict = "error"
	skipped verdict = "-"
)

// finding is one line of rwsgate check.
type finding struct {
	tenant, stage string
	verdict       verdict
	saw, mend     string
}

// configurationFindings are about the configuration as a whole.
func configurationFindings(c *config.Config, files Files) []finding {
	found := []finding{{stage: "configuration", verdict: passed, saw: counted(len(c.Tenants), "tenant")}}
	_, err := settingsOf(c, files)
	if err == nil {
		_, err = planOf(c)
	}
	if err == nil {
		_, err = readOperators(c, files)
	}
	if err != nil {
		found = append(found, finding{stage: "configuration", verdict: failed, saw: err.Error()})
	}
	for _, w := range warningsOf(c) {
		found = append(found, finding{stage: "configuration", verdict: warning, saw: w})
	}
	return found
}

// consistent leaves out that a configuration or credential is ok where it has an error too. The stages of the way to Graph
// keep both: they are gone through for several hosts.
func consistent(all []finding) []finding {
	wrong := map[[2]string]bool{}
	for _, f := range all {
		if f.verdict == failed && (f.stage == "configuration" || f.stage == "credential") {
			wrong[[2]string{f.tenant, f.stage}] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(f finding) bool { return f.verdict == passed && wrong[[2]string{f.tenant, f.stage}] })
}

// printFindings writes the table, each mend below its line, and counts errors and warnings.
func printFindings(out io.Writer, all []finding) (failures, warnings int, err error) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TENANT\tSTAGE\tRESULT\tDETAIL")
	for _, f := range all {
		tenant := f.tenant
		if tenant == "" {
			tenant = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", tenant, f.stage, f.verdict, f.saw)
		if f.mend != "" {
			fmt.Fprintf(w, "\t\t\tmend: %s\n", f.mend)
		}
		switch f.verdict {
		case failed:
			failures++
		case warning:
			warnings++
		}
	}
	if err := w.Flush(); err != nil {
		return 0, 0, err
	}
	_, err = fmt.Fprintf(out, "\n%s, %s\n", counted(failures, "error"), counted(warnings, "warning"))
	return failures, warnings, err
}

// counted gives a number with its word.
func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// mendOf gives what an operator can do about an error, if it knows.
func mendOf(err error) string {
	var source *translate.SourceError
	if errors.As(err, &source) {
		return source.Mend
	}
	var files *config.Error
	if errors.As(err, &files) {
		return mendFiles
	}
	return ""
}
