package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"rwsgate/rollout"
)

func newRolloutPreview() *cobra.Command {
	var at, format string
	c := rolloutCommand(&cobra.Command{
		Use:   "preview --at DATE",
		Short: "Show who would break on a date, by the schedule as it is configured",
		Long: `Asks a running gateway; if none answers, the configuration and the store. Names each client and report that fails on the
date, or failed in a brownout before it: since when, and when it is due next after that. Clients under a hold that lasts
then are named apart. A pause is ignored, and said.

A date means its end in UTC, so that its brownouts count; a time (2027-03-01T09:30:00Z) means itself.`,
		Example: "  rwsgate rollout preview --at 2027-06-30",
	}, func(ctx context.Context, d *deputy, out io.Writer) error {
		when, err := rollout.ParseAt(at)
		if err != nil || format != "table" && format != "json" {
			return usageError{errors.Join(wrong("--at", at, err), wrongUnless(format == "table" || format == "json", "--format", format, "is neither table nor json"))}
		}
		var p rollout.Preview
		err = d.ask(ctx, "/api/rollout/preview?at="+url.QueryEscape(at), &p, func(s *storeSurvey) error {
			p, err = s.Preview(ctx, when)
			return err
		})
		switch {
		case err != nil:
			return err
		case format == "json":
			return printJSON(out, p)
		}
		return printPreview(out, &p)
	})
	c.Flags().StringVar(&at, "at", "", "date or time to look at (required)")
	c.Flags().StringVar(&format, "format", "table", "table or json")
	return c
}

// wrong says which flag has a value that an error is about; nil without one.
func wrong(flag, value string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %q %w", flag, value, err)
}

func wrongUnless(ok bool, flag, value, why string) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%s: %q %s", flag, value, why)
}

const previewLine = "%-36s  %-16s  %-18s  %-8s  %-10s  %-10s  %-9s\n" // 119 columns

// printPreview writes who would break.
func printPreview(w io.Writer, p *rollout.Preview) error {
	var b strings.Builder
	fmt.Fprintf(&b, "On %s, by the schedule as configured:\n", p.At.UTC().Format("2006-01-02 15:04 UTC"))
	if p.Paused {
		b.WriteString("(the rollout is paused now; this looks past it)\n")
	}
	for _, r := range p.Reports {
		fmt.Fprintf(&b, "  %-18s  %s\n", r.Report, r.Scheduled)
	}
	if len(p.Breaks) == 0 {
		b.WriteString("No client of the ledger would break.\n")
	} else {
		b.WriteString("\n")
		fmt.Fprintf(&b, previewLine, "WOULD BREAK", "OWNER", "REPORT", "PHASE", "SINCE", "NEXT DUE", "STANDING")
	}
	for i := range p.Breaks {
		x := &p.Breaks[i]
		due := dayOrDash(x.NextDue)
		if x.NextDue.IsZero() {
			due = "?"
		}
		fmt.Fprintf(&b, previewLine, fitted(x.Name, 36), fitted(cmp.Or(x.Owner, "-"), 16), x.Report, x.Phase, dayOrDash(x.Since), due, x.Standing)
	}
	if len(p.Spared) > 0 {
		b.WriteString("\nHeld back from it:\n")
	}
	for _, s := range p.Spared {
		fmt.Fprintf(&b, "  %s (%s), by the hold for %s until %s\n", s.Name, cmp.Or(s.Owner, "no owner"), s.Agreement, dayOrDash(s.Until))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
