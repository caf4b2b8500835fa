package command

import (
	"context"
	"errors"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"rwsgate/config"
)

func newServe() *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the gateway",
		Long: `Answers legacy requests on the legacy listener (default 127.0.0.1:8080) and operators on the admin listener
(default 127.0.0.1:9090), and keeps each tenant's history fresh in the background.

With --demo it needs no file, no account and no network: a stand-in of Entra ID and Graph runs in the same process, and
the real path (Azure identity library, Graph SDK, store, cache, Atom) is used against it. --now fixes the demo's clock
and data, --tls DIR has it speak TLS with a certificate for this machine, and --config FILE adds the file's keys to the
demo's own (auth, log, store, tenants): a rollout to try.

Signals: SIGTERM drains and ends, SIGHUP reads the configuration again, SIGUSR1 fetches every tenant's report now.`,
		Example: "  rwsgate serve --demo\n  rwsgate serve --demo --tls demo-tls\n  rwsgate serve --demo --config rollout.yaml --now 2027-03-01\n  rwsgate serve --config rwsgate.yaml",
		Args:    noArguments,
	}
	config.AddFlags(c.Flags())
	c.Flags().String("tls", "", "with --demo: speak TLS with the certificate of this folder, made if it has none")
	c.RunE = func(c *cobra.Command, _ []string) error { return serve(c.Context(), c) }
	return c
}

// serve runs the program until the context ends.
func serve(ctx context.Context, c *cobra.Command) error {
	sources := sourcesOf(c)
	folder := c.Flags().Lookup("tls").Value.String()
	if demo, asked, err := demoAsked(sources); err != nil {
		return err
	} else if demo {
		return serveDemo(ctx, sources, asked, folder, c.OutOrStdout(), c.ErrOrStderr())
	}
	if folder != "" {
		return usageError{errors.New("--tls is for --demo: elsewhere set tls.cert_file and tls.key_file")}
	}
	w, err := config.NewWatcher(sources)
	if err != nil {
		return err
	}
	p, err := Open(ctx, w, os.ReadFile, newLog(c.ErrOrStderr(), w.Current().Log))
	if err != nil {
		return err
	}
	return run(ctx, p)
}

// run serves until the context ends, with the signals of a running gateway.
func run(ctx context.Context, p *Program) error {
	stop := p.onSignal(ctx)
	defer stop()
	if p.sidecar != nil {
		p.log.Info("ready", "listen", p.Legacy, "admin", p.Admin, "version", version, "central", p.sidecar.Central.String())
	} else {
		p.log.Info("ready", "listen", p.Legacy, "admin", p.Admin, "version", version, "store", p.store.Kind(), "tenants", len(p.keeper.Tenants()))
	}
	tellReady(ctx, p.log)
	err := p.Run(ctx)
	if closed := p.Close(); err == nil {
		err = closed
	}
	p.log.Info("ended")
	return err
}

// onSignal acts on SIGHUP and SIGUSR1 where the system has them.
func (p *Program) onSignal(ctx context.Context) (stop func()) {
	reload, refresh := make(chan os.Signal, 1), make(chan os.Signal, 1)
	if len(reloading) > 0 {
		signal.Notify(reload, reloading...)
	}
	if len(refreshing) > 0 {
		signal.Notify(refresh, refreshing...)
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-reload:
				p.watcher.Reload()
			case <-refresh:
				go p.refresh(ctx, "")
			}
		}
	}()
	return func() {
		signal.Stop(reload)
		signal.Stop(refresh)
		cancel()
	}
}

// sourcesOf says where this command's configuration comes from.
func sourcesOf(c *cobra.Command) config.Sources {
	return config.Sources{Env: os.Environ(), Flags: c.Flags()}
}
