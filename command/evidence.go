package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"rwsgate/rollout"
)

func newRolloutEvidence() *cobra.Command {
	var format, file string
	c := rolloutCommand(&cobra.Command{
		Use:   "evidence [--format md|json] [--out FILE]",
		Short: "Write a dated report on whether the legacy service can be switched off",
		Long: `Asks a running gateway; if none answers, the configuration and the store. The report has the criteria (every client quiet,
retirable or retired; no hold; nobody unknown in 30 days; brownouts of 3, 12 and 24 hours held; not paused; data known; no
client beyond the ledger's bound), each client, brownouts, holds, data, open risks, and what is not known.

Exits 0 if all criteria are met, 3 if not, 1 if the report could not be made.`,
		Example: "  rwsgate rollout evidence --out evidence-2027-06-30.md",
	}, func(ctx context.Context, d *deputy, out io.Writer) error {
		if err := wrongUnless(format == "md" || format == "json", "--format", format, "is neither md nor json"); err != nil {
			return usageError{err}
		}
		var e rollout.Evidence
		err := d.ask(ctx, "/api/rollout/evidence", &e, func(s *storeSurvey) (err error) {
			e, err = s.evidence(ctx)
			return err
		})
		if err == nil {
			err = writeEvidence(out, &e, format, file)
		}
		if err == nil && !e.Met {
			if file != "" {
				fmt.Fprintf(d.notes, "not yet: %s, see %s\n", e.Unmet(), file)
			}
			return exitError(3)
		}
		return err
	})
	c.Flags().StringVar(&format, "format", "md", "md or json")
	c.Flags().StringVar(&file, "out", "", "file to write to, in place of the standard output; it must not exist yet")
	return c
}

// writeEvidence writes the report to a new file, or to out without one.
func writeEvidence(out io.Writer, e *rollout.Evidence, format, file string) (err error) {
	if file != "" {
		made, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("--out: %s exists already and is not overwritten: take another name", file)
		}
		if err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		if err := writeEvidence(made, e, format, ""); err != nil {
			_ = made.Close()
			return err
		}
		return made.Close()
	}
	if format == "json" {
		return printJSON(out, e)
	}
	_, err = io.WriteString(out, e.Markdown())
	return err
}
