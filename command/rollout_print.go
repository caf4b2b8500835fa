package command

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"rwsgate/rollout"
)

// stamp writes an instant for a table, in UTC.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

// printOverview writes what an operator wants to know first of the rollout.
func printOverview(out io.Writer, o *rollout.Overview) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "REPORT\tPHASE\tSCHEDULED\tNEXT")
	for _, r := range o.Reports {
		next := "-"
		if r.Next != nil {
			next = fmt.Sprintf("%s from %s", r.Next.Phase, stamp(r.Next.From))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Report, r.Phase, r.Scheduled, next)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\ndeprecated %s, sunset %s\n", stamp(o.Deprecation), stamp(o.Sunset))
	if err := printPause(out, &o.State); err != nil {
		return err
	}
	if err := printBrownouts(out, o); err != nil {
		return err
	}
	return printHolds(out, o)
}

// printPause says whether the rollout is paused, and by whom.
func printPause(out io.Writer, s *rollout.State) error {
	text := "not paused"
	if s.Paused {
		text = fmt.Sprintf("paused since %s by %s", stamp(s.Since), s.By)
		if s.Reason != "" {
			text += ": " + s.Reason
		}
	}
	_, err := fmt.Fprintln(out, text)
	return err
}

func printBrownouts(out io.Writer, o *rollout.Overview) error {
	if len(o.Brownouts) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nBROWNOUT\tUNTIL\tZONE\tSTATE")
	for _, b := range o.Brownouts {
		const local = "2006-01-02 15:04 -07:00"
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", b.From.Format(local), b.Until.Format(local), b.Zone, b.State)
		for _, s := range o.State.Stops {
			if b.State == rollout.BrownoutStopped && s.Window.Equal(b.From) {
				fmt.Fprintf(w, "\t\t\tstopped %s: never seen before: %s\n", stamp(s.At), s.Client)
			}
		}
	}
	return w.Flush()
}

func printHolds(out io.Writer, o *rollout.Overview) error {
	if len(o.Holds) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nHOLD\tPHASE\tUNTIL\tOWNER\tREASON")
	for _, h := range o.Holds {
		until := stamp(h.Until)
		if h.Expired {
			until += " (expired)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", h.Name, h.Phase, until, h.Owner, h.Reason)
	}
	return w.Flush()
}
