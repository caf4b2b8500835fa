package command

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"rwsgate/config"
	"rwsgate/rollout/traffic"
)

// rehearsing is one call of rwsgate rehearse.
type rehearsing struct {
	tenant, format, at string
	allowNotServed     bool
}

func newRehearse() *cobra.Command {
	var r rehearsing
	c := &cobra.Command{
		Use:   "rehearse FILE",
		Short: "Judge recorded requests of legacy clients offline: what would be served, what would differ or fail",
		Long: `Reads what was recorded of your clients and says of each request of the legacy service what rwsgate would answer. What
FILE is, its content says; - is the standard input; gzip is unpacked, UTF-16 with a byte order mark is read:

  HAR              saved by a browser or a debugging proxy; recorded answers are compared with rwsgate's
  logs             W3C extended (IIS, TMG, Blue Coat), common or combined (Apache, nginx), Squid's native
  list of URLs     one a line, whole or from the report on; headers behind it, each after a tab

With --config the settings are yours, and so is the history if the store can be read. Otherwise it is that of the demo's
stand-in: statuses, formats and dates are judged as they would be, minutes are made up. Each request is judged at its own
time, if that was recorded, with data two days old, as Graph's is; --at sets another time for all.

Passwords, tokens and cookies in a recording are not read. Nothing is sent anywhere.

Exits 0 if all would be served as before, 1 if a request would fail or differ or is of another report or if FILE ends
before its time, 2 if the call or FILE is wrong or FILE holds no request of the legacy service.`,
		Example: "  rwsgate rehearse clients.har\n  rwsgate rehearse --config rwsgate.yaml u_ex261120.log.gz\n  rwsgate rehearse --format json - < urls.txt",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("%s needs one FILE (see %s --help)", c.CommandPath(), c.CommandPath())}
			}
			return nil
		},
	}
	flags := c.Flags()
	flags.StringVar(&r.tenant, "tenant", "", "name or id of the tenant that the clients read; needed with several, unless the recording holds their names")
	flags.StringVar(&r.format, "format", "table", "table or json")
	flags.StringVar(&r.at, "at", "", "judge every request at this time: 2026-11-23 or 2026-11-23T08:00:00Z")
	flags.BoolVar(&r.allowNotServed, "allow-not-served", false, "requests of other reports, which rwsgate never serves, leave the exit code 0")
	config.AddFlags(flags, "config", "store")
	c.RunE = func(c *cobra.Command, args []string) error { return r.run(c, args[0]) }
	return c
}

func (r *rehearsing) run(c *cobra.Command, file string) error {
	if r.format != "table" && r.format != "json" {
		return usageError{fmt.Errorf("--format: %q is neither table nor json", r.format)}
	}
	at, err := parseAt(r.at)
	if err != nil {
		return usageError{fmt.Errorf("--at: %w", err)}
	}
	from, err := openRecording(file, c.InOrStdin())
	if err != nil {
		return usageError{err}
	}
	defer from.Close()
	recording, err := traffic.Open(from)
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", file, err)}
	}
	j, err := newJudge(c.Context(), sourcesOf(c), r.tenant, at)
	if err != nil {
		return usageError{err}
	}
	told := newRehearsal(file, recording.Kind(), j.known)
	if err := told.all(c.Context(), recording, j); err != nil {
		return err
	}
	if told.Requests == 0 {
		return usageError{told.nothing()}
	}
	out := bufio.NewWriter(c.OutOrStdout())
	if r.format == "json" {
		err = told.writeJSON(out)
	} else {
		err = told.writeTable(out)
	}
	if err := cmp.Or(err, out.Flush()); err != nil {
		return err
	}
	if told.clean(r.allowNotServed) {
		return nil
	}
	return exitError(1)
}

// parseAt reads a date or a time; the zero time if there is none.
func parseAt(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither 2026-11-23 nor 2026-11-23T08:00:00Z", text)
}

func openRecording(file string, stdin io.Reader) (io.ReadCloser, error) {
	if file == "-" {
		return io.NopCloser(stdin), nil
	}
	return os.Open(file)
}

// all judges every request of a recording. One that is damaged is judged as far as it goes, and says so.
func (r *rehearsal) all(ctx context.Context, recording *traffic.Reader, j *judge) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		q, err := recording.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.Damage = err.Error()
			break
		}
		v, err := j.judge(ctx, recording.Kind(), &q)
		if err != nil {
			return usageError{err}
		}
		r.add(&q, v)
	}
	r.Unreadable, r.FirstUnreadable = recording.Unreadable()
	return nil
}
