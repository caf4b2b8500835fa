package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"rwsgate/config"
	"rwsgate/translate"
)

func newExport() *cobra.Command {
	var tenant, format string
	c := &cobra.Command{
		Use:   "export --tenant NAME [--format csv|json]",
		Short: "Write a tenant's history out again, in a form that rwsgate import reads",
		Long: `Writes a tenant's stored history to the standard output, whatever its age.

  csv    the UTC days, with the columns of Graph's own report, newest first; saved daily rows and totals of legacy
         answers have no place in it, and are counted on the standard error
  json   everything: days, saved daily rows (spans) and totals; one a line, minutes are whole, times are UTC

An import of the JSON into an empty store gives the same history again. Days count as imported then: Graph's next
download confirms or corrects them.`,
		Example: "  rwsgate export --tenant example.onmicrosoft.com --format json > history.json",
		Args:    noArguments,
	}
	c.Flags().StringVar(&tenant, "tenant", "", "name or id of the tenant, as configured (required)")
	c.Flags().StringVar(&format, "format", "csv", "csv or json")
	config.AddFlags(c.Flags(), "config", "store")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if format != "csv" && format != "json" {
			return usageError{fmt.Errorf("--format: %q is neither csv nor json", format)}
		}
		return export(c, tenant, format)
	}
	return c
}

func export(c *cobra.Command, tenant, format string) error {
	target, err := openTenant(c.Context(), c, tenant, toRead)
	if err != nil {
		return err
	}
	defer target.close()
	snapshot, err := target.store.Load(c.Context(), target.tenant.ID)
	if err != nil {
		return err
	}
	h := snapshot.History
	if format == "json" {
		_, err = c.OutOrStdout().Write(translate.MarshalHistory(target.tenant.ID, target.tenant.Name, h))
		return err
	}
	if spans, totals := len(h.Spans()), len(h.Totals()); spans+totals > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "%d saved days and %d totals have no place in CSV: --format json writes them too\n", spans, totals)
	}
	_, err = c.OutOrStdout().Write(translate.MarshalDays(h))
	return err
}
