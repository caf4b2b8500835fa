package command

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"rwsgate/config"
	"rwsgate/gateway"
	"rwsgate/translate"
	"rwsgate/translate/graph"
)

const checksAtOnce = 8 // tenants

func newCheck() *cobra.Command {
	var strict bool
	c := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration and each tenant's way to Graph, and say how to mend what is wrong",
		Long: `Loads the configuration, then goes each tenant's whole way: DNS, TCP, proxy, TLS, token, consent, report, download, the
state of the source, the issuer of bearer tokens, and the coverage of the stored history. Prints a table with the cause and the mend of what is wrong.

Exits 1 on an error. Warnings (only zeros, a header without data, something that expires soon, a cloud without the report)
leave it 0; --strict makes them errors. It makes one report call for each tenant.`,
		Example: "  rwsgate check --config rwsgate.yaml\n  rwsgate check --demo",
		Args:    noArguments,
	}
	config.AddFlags(c.Flags())
	c.Flags().BoolVar(&strict, "strict", false, "treat warnings as errors")
	c.RunE = func(c *cobra.Command, _ []string) error {
		sources := sourcesOf(c)
		asked, how, err := demoAsked(sources)
		if err != nil {
			return err
		}
		if asked {
			d, demoSources, err := startDemo(sources, how, "")
			if err != nil {
				return err
			}
			defer d.close()
			sources = demoSources
		}
		return check(c.Context(), sources, strict, c.OutOrStdout())
	}
	return c
}

// check prints the findings about a configuration. The error is the exit code.
func check(ctx context.Context, sources config.Sources, strict bool, out io.Writer) error {
	cfg, err := config.Load(sources)
	if err != nil {
		return err
	}
	files := Files(sources.ReadFile)
	if files == nil {
		files = os.ReadFile
	}
	if cfg.Thin() {
		return conclude(out, thinFindings(ctx, cfg, files), strict)
	}
	all := configurationFindings(cfg, files)
	if e, ok := certificateExpiry(cfg, files); ok {
		all = append(all, e.finding(cfg.Clock(nil)()))
	}
	if plan, err := planOf(cfg); err == nil { // else the configuration's findings say why
		all = append(all, holdFindings(plan, cfg.Clock(nil)())...)
	}
	k := &checker{config: cfg, files: files, history: openHistory(ctx, cfg)}
	defer k.history.close()
	if k.tokens, err = newProbe(cfg, files); err != nil {
		all = append(all, finding{stage: "issuer", verdict: failed, saw: oneLine(err), mend: mendIssuer})
	}
	all = append(all, issuerFindings(ctx, k.tokens, nil)...)
	all = append(all, k.history.storeFindings(ctx)...)
	byTenant := make([][]finding, len(cfg.Tenants))
	group := errgroup.Group{}
	group.SetLimit(checksAtOnce)
	for i := range cfg.Tenants {
		group.Go(func() error {
			byTenant[i] = k.tenant(ctx, &cfg.Tenants[i])
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, found := range byTenant {
		all = append(all, found...)
	}
	return conclude(out, all, strict)
}

// conclude prints the findings. The error is the exit code.
func conclude(out io.Writer, all []finding, strict bool) error {
	errors, warnings, err := printFindings(out, consistent(all))
	if err != nil {
		return err
	}
	if errors > 0 || strict && warnings > 0 {
		return exitError(1)
	}
	return nil
}

// checker is what the checks of all tenants share.
type checker struct {
	config  *config.Config
	files   Files
	history *history
	tokens  *gateway.Tokens // nil: no bearer tokens are accepted
}

// tenant goes one tenant's whole way.
func (k *checker) tenant(ctx context.Context, t *config.Tenant) []finding {
	now := k.config.Clock(nil)()
	client, err := tenantClient(k.config, k.files, t)
	var found []finding
	if e, ok := credentialExpiry(t, client); ok {
		found = append(found, e.finding(now))
	}
	if err == nil {
		found = append(found, sourceFindings(ctx, t, client)...)
	} else {
		found = append(found, finding{t.Name, "credential", failed, oneLine(err), mendOf(err)})
	}
	found = append(found, issuerFindings(ctx, k.tokens, t)...)
	return append(found, k.history.findings(ctx, k.config, t, now)...)
}

// tenantClient makes a client of Graph as rwsgate serve does, but for its log.
func tenantClient(c *config.Config, files Files, t *config.Tenant) (*graph.Client, error) {
	options, err := graphOptions(c, files, t)
	if err != nil {
		return nil, err
	}
	options.Version, options.Logger = version, slog.New(slog.DiscardHandler)
	return graph.New(options)
}

// oneLine gives an error's text for a cell of the table.
func oneLine(err error) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(err.Error(), "\n", "; ")), " ")
}

// sourceFindings are about a tenant's way to Graph and what Graph sends.
func sourceFindings(ctx context.Context, t *config.Tenant, client *graph.Client) []finding {
	var found []finding
	if !client.Documented() {
		found = append(found, finding{t.Name, "cloud", warning, "Microsoft documents the report for the global cloud only; this tenant is in " + t.Cloud.Name, "expect an error from Graph; see whether the tenant has an account in the global cloud"})
	}
	d := client.Diagnose(ctx, translate.D180)
	for _, s := range d.Stages {
		found = append(found, stageFinding(t.Name, s))
	}
	if d.Fault == nil {
		found = append(found, sourceFinding(t.Name, d.Download))
	}
	return found
}

func stageFinding(tenant string, s graph.StageResult) finding {
	f := finding{tenant: tenant, stage: string(s.Stage), verdict: passed, saw: s.Saw}
	if s.Host != "" {
		f.saw = s.Host
		if s.Saw != "" {
			f.saw += ": " + s.Saw
		}
	}
	switch s.Outcome {
	case graph.Failed:
		f.verdict, f.mend = failed, s.Mend
		f.saw += ": " + s.Cause
	case graph.Skipped:
		f.verdict = skipped
	}
	return f
}

// sourceFinding judges what Graph sends.
func sourceFinding(tenant string, d translate.Download) finding {
	zeros := 0
	for _, day := range d.Days {
		if day.IsZero() {
			zeros++
		}
	}
	f := finding{tenant: tenant, stage: "source", verdict: passed, saw: fmt.Sprintf("live: %d days, %d with minutes, complete to %s", len(d.Days), len(d.Days)-zeros, d.Refresh)}
	switch {
	case len(d.Days) == 0:
		f.verdict, f.saw = warning, "header only: Graph knows no day of this tenant; clients get what is stored, else valid, empty feeds"
		f.mend = "nothing to mend if the tenant has not used Skype for Business in 180 days; import saved history with rwsgate import"
	case zeros == len(d.Days):
		f.verdict, f.saw = warning, fmt.Sprintf("%d of %d days are zero: Skype for Business Online ended in July 2021; clients get valid, empty feeds", zeros, len(d.Days))
		f.mend = "import saved history with rwsgate import, and plan the switch-off of the remaining clients"
	}
	return f
}
