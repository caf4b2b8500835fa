package command

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"rwsgate/rollout"
)

func newRolloutDigest() *cobra.Command {
	return rolloutCommand(&cobra.Command{
		Use:   "digest",
		Short: "Print the weekly digest as it would be sent now",
		Long: `Asks a running gateway; if none answers, the configuration and the store. Prints Markdown: what comes in the next weeks,
and each owner's clients, those of nobody first. rwsgate serve sends the same every week where rollout.digest says so;
this command sends nothing.`,
		Example: "  rwsgate rollout digest",
	}, func(ctx context.Context, d *deputy, out io.Writer) error {
		var o rollout.Overview
		err := d.ask(ctx, "/api/rollout", &o, func(s *storeSurvey) (err error) {
			o, err = s.Overview(ctx)
			return err
		})
		if err != nil {
			return err
		}
		_, err = io.WriteString(out, rollout.Digest(o))
		return err
	})
}
