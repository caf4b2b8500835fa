package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"rwsgate/config"
	"rwsgate/store"
	"rwsgate/translate"
)

// importing is one call of rwsgate import.
type importing struct {
	tenant, zone, dates, report string
	fillGaps, dryRun            bool

	target *tenantStore
	order  translate.DateOrder
	place  translate.Place
	in     io.Reader
	out    io.Writer
	shown  *progress
}

func newImport() *cobra.Command {
	var i importing
	c := &cobra.Command{
		Use:   "import --tenant NAME [--zone ZONE] FILE...",
		Short: "Put saved history into the store: CSV exports, saved legacy answers, an export of rwsgate",
		Long: `Reads files of saved history and adds them to a tenant's. What a file is, its content says, not its name; - is the
standard input; gzip is unpacked, UTF-16 with a byte order mark is read.

  Graph and admin centre   CSV of the peer-to-peer minutes by day: UTC days
  legacy answers           Atom feed or entry, verbose JSON, light JSON, or CSV with TotalAudioMinutes and
                           TotalVideoMinutes; each page of a feed as a file of its own. They need --zone: the zone of
                           the X-timezone header that they were asked with, UTC if there was none
  rwsgate export           CSV or JSON

Saved daily rows become observations over the local days of the zone. Weekly and monthly rows are kept as totals of
that zone, answered only in that zone and for that period where days are missing, and never spread into days. The row
of a period that was not over when the file was saved is left out.

Precedence: a UTC day that Graph gave stays, whatever a file says. A known UTC day, from Graph or from a CSV, wins over
the time of saved daily rows; these win over totals. Among imports of one kind the later wins. A file of zeros alone
adds days but changes none.

Each file is stored whole or not at all; one that is refused leaves the others alone. Exits 1 if any was refused. A
running server sees what was imported within 10 seconds (with the store in one SQLite file or one PostgreSQL).`,
		Example: `  rwsgate import --tenant example.onmicrosoft.com minutes-d180.csv
  rwsgate import --tenant example.onmicrosoft.com --date-format dmy admin-centre.csv
  rwsgate import --tenant example.onmicrosoft.com --zone "Pacific Standard Time" daily.xml weekly.json
  rwsgate import --tenant example.onmicrosoft.com --dry-run history.json`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{fmt.Errorf("%s needs at least one FILE (see %s --help)", c.CommandPath(), c.CommandPath())}
			}
			return nil
		},
	}
	flags := c.Flags()
	flags.StringVar(&i.tenant, "tenant", "", "name or id of the tenant, as configured (required)")
	flags.StringVar(&i.zone, "zone", "", "time zone of saved legacy rows: a Windows id, an IANA name or an offset")
	flags.StringVar(&i.dates, "date-format", "ymd", "order of dates in a CSV that do not begin with the year: ymd, dmy, mdy")
	flags.StringVar(&i.report, "report", "", "legacy report of the files that do not name it: CsP2PAVTimeDaily, CsP2PAVTimeWeekly, CsP2PAVTimeMonthly")
	flags.BoolVar(&i.fillGaps, "fill-gaps", false, "take a date between two daily rows that has none for a day without use; only right for answers that were not filtered by minutes")
	flags.BoolVar(&i.dryRun, "dry-run", false, "say what would happen and change nothing")
	config.AddFlags(flags, "config", "store")
	c.RunE = func(c *cobra.Command, files []string) error {
		i.in, i.out = c.InOrStdin(), c.OutOrStdout()
		return i.run(c, files)
	}
	return c
}

func (i *importing) run(c *cobra.Command, files []string) (err error) {
	ctx := c.Context()
	if i.order, err = translate.ParseDateOrder(i.dates); err != nil {
		return usageError{fmt.Errorf("--date-format: %w", err)}
	}
	if i.target, err = openTenant(ctx, c, i.tenant, i.access()); err != nil {
		return err
	}
	defer i.target.close()
	if i.place, err = i.newPlace(); err != nil {
		return err
	}
	if i.dryRun {
		fmt.Fprintln(c.ErrOrStderr(), "dry run: nothing is stored")
	}
	i.shown = newProgress(c.ErrOrStderr(), files)
	defer i.shown.close()
	var total summary
	for _, name := range files {
		if err := i.file(ctx, name, &total); err != nil {
			return err
		}
	}
	i.shown.close()
	if len(files) > 1 {
		fmt.Fprintln(i.out, total)
	}
	if total.refusedFiles > 0 {
		return exitError(1)
	}
	return nil
}

func (i *importing) access() access {
	if i.dryRun {
		return toTry
	}
	return toWrite
}

// newPlace gives what all files are imported for.
func (i *importing) newPlace() (translate.Place, error) {
	zones, err := newZones(i.target.config.TimezoneAliases)
	if err != nil {
		return translate.Place{}, err
	}
	p := translate.Place{TenantID: i.target.tenant.ID, TenantName: i.target.tenant.Name, Report: i.report, Zones: zones, FillGaps: i.fillGaps}
	if _, ok := translate.ReportNamed(i.report); !ok && i.report != "" {
		return p, usageError{fmt.Errorf("--report: %q is not one of CsP2PAVTimeDaily, CsP2PAVTimeWeekly, CsP2PAVTimeMonthly", i.report)}
	}
	if i.zone != "" {
		zone, err := zones.Lookup(i.zone)
		if err != nil {
			return p, usageError{fmt.Errorf("--zone: %w", err)}
		}
		p.Zone = &zone
	}
	return p, nil
}

// file imports one file and prints what came of it. An error is the store's: the other files would fail as well.
func (i *importing) file(ctx context.Context, name string, total *summary) error {
	saved, settled, err := i.read(ctx, name)
	var broken *store.Error
	switch {
	case errors.As(err, &broken) || ctx.Err() != nil:
		return errors.Join(ctx.Err(), err)
	case err != nil:
		total.refusedFiles++
		return i.say(func() error { return printRefused(i.out, name, err) })
	}
	change, err := i.target.put(ctx, store.ImportBatch{
		Days: settled.Days, Spans: settled.Spans, Totals: settled.Totals, Source: saved.Kind.Source(),
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	total.add(change, len(settled.LeftOut))
	kept, err := i.target.keptFrom(ctx, settled, i.place.Zone)
	if err != nil {
		return err
	}
	return i.say(func() error { return printImported(i.out, name, saved, settled, i.place.Zone, change, kept.lines()) })
}

// say prints while no bar is in the way.
func (i *importing) say(write func() error) (err error) {
	i.shown.aside(func() { err = write() })
	return err
}

// read reads one file, - the standard input.
func (i *importing) read(ctx context.Context, name string) (translate.Saved, translate.Settled, error) {
	in, place := i.in, i.place
	place.Now = i.target.now()
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return translate.Saved{}, translate.Settled{}, withoutPath(err)
		}
		defer func() { _ = f.Close() }()
		in, place.Saved = f, modified(f)
	}
	saved, err := translate.ReadSaved(i.shown.count(in), i.order)
	if err != nil {
		if refused := (*translate.SavedError)(nil); errors.As(err, &refused) {
			err = refused.For(place)
		}
		return saved, translate.Settled{}, withoutPath(err)
	}
	if i.fillGaps {
		snapshot, err := i.target.store.Load(ctx, i.target.tenant.ID)
		if err != nil {
			return saved, translate.Settled{}, err
		}
		place.Known = snapshot.History
	}
	settled, err := saved.Settle(place)
	return saved, settled, err
}

// modified gives a file's time of modification: no answer in it is younger.
func modified(f *os.File) time.Time {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return time.Time{}
	}
	return info.ModTime()
}

// withoutPath leaves out the path of a file's error: the file is named before it.
func withoutPath(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
