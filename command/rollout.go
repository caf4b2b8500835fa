package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"rwsgate/config"
	"rwsgate/rollout"
	"rwsgate/store"
)

func newRollout() *cobra.Command {
	c := &cobra.Command{
		Use:   "rollout",
		Short: "Show the phases of the rollout, pause and resume it",
	}
	c.AddCommand(newRolloutStatus(), newRolloutPause(), newRolloutResume())
	c.AddCommand(newRolloutPreview(), newRolloutEvidence(), newRolloutDigest())
	return group(c)
}

func newRolloutStatus() *cobra.Command {
	return rolloutCommand(&cobra.Command{
		Use:   "status",
		Short: "Show phases, the pause, brownouts and holds",
		Long: `Asks a running gateway; if none answers, the configuration and the store. Prints each report's phase in force and by
its schedule, the next step, whether the rollout is paused, the brownouts with their state, and the holds.`,
		Example: "  rwsgate rollout status --config rwsgate.yaml\n  rwsgate rollout status --admin http://127.0.0.1:9090",
	}, func(ctx context.Context, d *deputy, out io.Writer) error {
		o, err := d.overview(ctx)
		if err != nil {
			return err
		}
		return printOverview(out, &o)
	})
}

func newRolloutPause() *cobra.Command {
	var reason string
	c := rolloutCommand(&cobra.Command{
		Use:   "pause",
		Short: "Make every phase at most announce, at once and until resume",
		Long: `Ends brownouts and serves retired reports again, for all clients, until rwsgate rollout resume. The headers stay. The
gateway that is asked acts on it from the next request on, others that share its store within seconds. It survives
restarts.

A pause that is there already stays, with its reason; where it had none, this one is filled in.

If no gateway answers, the pause is written into the store, where running gateways find it within seconds.`,
		Example: "  rwsgate rollout pause --reason 'month-end closing'",
	}, func(ctx context.Context, d *deputy, out io.Writer) error {
		s, err := d.change(ctx, "pause", reason)
		if err != nil {
			return err
		}
		if reason != "" && s.Paused && !s.GaveReason(reason) {
			fmt.Fprintf(out, "was paused already, the reason stays: %s\n", s.Reason)
		}
		return printPause(out, &s)
	})
	c.Flags().StringVar(&reason, "reason", "", "why, for the log and for whoever looks next")
	return c
}

func newRolloutResume() *cobra.Command {
	return rolloutCommand(&cobra.Command{
		Use:     "resume",
		Short:   "End a pause: the phases count again, at once",
		Long:    "Ends what rwsgate rollout pause began, in the same way. A brownout that was stopped stays stopped: plan another window.",
		Example: "  rwsgate rollout resume",
	}, func(ctx context.Context, d *deputy, out io.Writer) error {
		s, err := d.change(ctx, "resume", "")
		if err != nil {
			return err
		}
		return printPause(out, &s)
	})
}

// rolloutCommand finishes a command that asks a gateway, else the store.
func rolloutCommand(c *cobra.Command, do func(ctx context.Context, d *deputy, out io.Writer) error) *cobra.Command {
	c.Args = noArguments
	config.AddFlags(c.Flags(), "config", "store")
	addOperatorFlags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		d, err := newDeputy(c)
		if err != nil {
			return err
		}
		return do(c.Context(), d, c.OutOrStdout())
	}
	return c
}

// deputy does for an operator what a running gateway does, or without one the store.
type deputy struct {
	config *config.Config
	admin  *operatorClient
	notes  io.Writer
}

func newDeputy(c *cobra.Command) (*deputy, error) {
	sources := sourcesOf(c)
	sources.NoTenant = true
	cfg, err := config.Load(sources)
	if err != nil {
		return nil, err
	}
	admin, err := operatorOf(c, cfg)
	return &deputy{cfg, admin, c.ErrOrStderr()}, err
}

// overview asks for the rollout at this moment.
func (d *deputy) overview(ctx context.Context) (o rollout.Overview, err error) {
	err = d.ask(ctx, "/api/rollout", &o, func(s *storeSurvey) (err error) {
		o, err = s.Overview(ctx)
		return err
	})
	return o, err
}

// change pauses or resumes.
func (d *deputy) change(ctx context.Context, action, reason string) (s rollout.State, err error) {
	path := "/api/rollout/" + action
	if reason != "" {
		path += "?reason=" + url.QueryEscape(reason)
	}
	err = d.admin.call(ctx, http.MethodPost, path, &s)
	if !errors.Is(err, errNobody) {
		return s, err
	}
	nobody := err
	err = d.byStore(ctx, toRead, func(c *rollout.Control) error {
		if action == "pause" {
			s, err = c.Pause(ctx, "command line", reason)
		} else {
			s, err = c.Resume(ctx)
		}
		return err
	})
	if err != nil {
		return s, fmt.Errorf("%w, and the store was not changed: %w", nobody, err)
	}
	fmt.Fprintf(d.notes, "%v: the store is changed, running gateways notice within seconds\n", nobody)
	return s, nil
}

// byStore opens the configured store with the configured plan.
func (d *deputy) byStore(ctx context.Context, a access, do func(*rollout.Control) error) error {
	plan, err := planOf(d.config)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(d.notes, &slog.HandlerOptions{Level: slog.LevelWarn}))
	var s *store.Store
	if s, err = openStore(ctx, d.config, log, a); err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	c := rollout.NewControl(rollout.ControlOptions{Store: s, Now: d.config.Clock(nil), Logger: log})
	c.Use(plan)
	if err := c.Sync(ctx); err != nil {
		return err
	}
	return do(c)
}
