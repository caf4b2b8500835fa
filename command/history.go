package command

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"rwsgate/config"
	"rwsgate/rollout"
	"rwsgate/store"
	"rwsgate/translate"
)

// history is what rwsgate check sees of the store. It never creates one.
type history struct {
	store *store.Store
	why   string // why there is none
	err   error
}

// openHistory opens the configured store as it is, if it exists. Where there is none yet, it must be possible to make it.
func openHistory(ctx context.Context, c *config.Config) *history {
	if c.Store.Kind == config.StoreMemory {
		return &history{why: "the store is in memory: what it knows ends with the process"}
	}
	s, err := store.Open(ctx, dsn(c.Store), store.Options{Log: slog.New(slog.DiscardHandler), For: store.AsItIs})
	if store.FaultOf(err) != store.FaultMissing {
		return &history{store: s, err: err}
	}
	if c.Store.Kind == config.StoreSQLite {
		if err := tryRoom(filepath.Dir(string(c.Store.Path))); err != nil {
			return &history{err: err}
		}
	}
	return &history{why: "the store does not exist yet: rwsgate serve makes it"}
}

func (h *history) close() {
	if h.store != nil {
		_ = h.store.Close()
	}
}

// findings are about a tenant's stored history and how it is re-bucketed.
func (h *history) findings(ctx context.Context, c *config.Config, t *config.Tenant, now time.Time) []finding {
	line := finding{tenant: t.Name, stage: "coverage", verdict: skipped, saw: h.why}
	switch {
	case h.err != nil:
		line.saw = "the store cannot be opened, see the stage store" // where the fault stands and counts
		return []finding{line}
	case h.store == nil:
		return append([]finding{line}, hoursAdvice(t)...)
	}
	snapshot, err := h.store.Load(ctx, strings.ToLower(t.ID))
	if err != nil {
		line.verdict, line.saw = failed, err.Error()
		return []finding{line}
	}
	line.verdict, line.saw, line.mend = coverageVerdict(snapshot, now)
	if _, count, err := h.store.Corrections(ctx, t.ID, 0); err == nil && count > 0 {
		line.saw += "; " + counted(count, "correction")
	}
	found := append([]finding{line}, hoursAdvice(t)...)
	found = append(found, methodFindings(t, snapshot.History, c, now)...)
	return append(found, h.clientFindings(ctx, t, now)...)
}

const clientsSince = 30 * 24 * time.Hour

// clientFindings names the clients that get nothing for good: whatever they ask for is not covered yet.
func (h *history) clientFindings(ctx context.Context, t *config.Tenant, now time.Time) []finding {
	ledger := rollout.NewLedger(rollout.LedgerOptions{Store: h.store, Logger: slog.New(slog.DiscardHandler)})
	clients, err := ledger.Usage(ctx, now.Add(-clientsSince))
	if err != nil {
		return []finding{{t.Name, "clients", failed, err.Error(), ""}}
	}
	var found []finding
	for _, u := range clients {
		if !u.OnlyUncovered || u.Tenant != t.ID {
			continue
		}
		delay := max(u.SuggestedDelay, 1)
		found = append(found, finding{t.Name, "clients", warning,
			fmt.Sprintf("%s asks each time only for days that Graph has not delivered yet, and gets nothing for good", clientTitle(&u)),
			fmt.Sprintf("give it date_delay: %dd in rollout.clients, so that it gets every day once, %d days later", delay, delay)})
	}
	return found
}

// clientTitle names a client for people.
func clientTitle(u *rollout.Usage) string {
	who := u.Principal
	if who == "" {
		who = u.Address
	}
	return fmt.Sprintf("%s (%s)", who, u.Agent)
}

const (
	graphIsLate    = 3 * 24 * time.Hour // Graph's data is 24 to 48 hours old, sometimes 9 days (GRAPH 1.11)
	graphIsStopped = 10 * 24 * time.Hour
)

// coverageVerdict judges what is stored: nothing, imports alone, stale, with holes, or sound.
func coverageVerdict(s translate.Snapshot, now time.Time) (verdict, string, string) {
	k := knownOf(s.History)
	saw := k.String()
	if saw == "" {
		return warning, "no day is stored", "start rwsgate serve; the first fetch brings 180 days"
	}
	if k.days == nil {
		return advice, saw + "; these are imports, Graph has given no day yet", ""
	}
	last, _ := k.last()
	age := now.Sub(last.UTC())
	switch {
	case age > graphIsStopped:
		return warning, saw + fmt.Sprintf("; %d days old", int(age.Hours()/24)), "see whether rwsgate serve runs and what its log says of the fetches"
	case age > graphIsLate:
		return advice, saw + fmt.Sprintf("; %d days old, which Graph's data may be", int(age.Hours()/24)), ""
	}
	return passed, saw, ""
}

// hoursAdvice asks for working hours where the method could use them (TIME 3).
func hoursAdvice(t *config.Tenant) []finding {
	if t.WorkingHours != nil || t.Rebucket != "working-hours" {
		return nil
	}
	return []finding{{t.Name, "rebucket", advice, "working hours are not configured: local days are guessed from Monday to Friday, 8 to 18, in the zone that a client asks for",
		"set working_hours; it brings local days closer to the truth"}}
}

// methodFindings says how many served days another method would change.
func methodFindings(t *config.Tenant, h translate.History, c *config.Config, now time.Time) []finding {
	if t.WorkingHours == nil {
		return nil
	}
	zones, err := newZones(c.TimezoneAliases)
	if err != nil {
		return []finding{{t.Name, "rebucket", failed, err.Error(), ""}}
	}
	zone, err := zones.Lookup(t.WorkingHours.Zone)
	if err != nil {
		return []finding{{t.Name, "rebucket", failed, err.Error(), ""}}
	}
	method, err := t.Method(zones)
	if err != nil {
		return []finding{{t.Name, "rebucket", failed, err.Error(), ""}}
	}
	var changes []string
	mine := dailyRows(h, zone, method, now)
	for _, other := range []translate.Method{translate.DefaultHours, translate.Uniform, translate.Calendar} {
		if other != method {
			changes = append(changes, fmt.Sprintf("%s %d", methodTitle(other), differing(mine, dailyRows(h, zone, other, now))))
		}
	}
	return []finding{{t.Name, "rebucket", passed, fmt.Sprintf("%s; days of %d in %s that another method would change: %s", method, len(mine), zone.Name(), strings.Join(changes, ", ")), ""}}
}

func methodTitle(m translate.Method) string {
	if m == translate.DefaultHours {
		return "without working_hours"
	}
	return m.String()
}

func dailyRows(h translate.History, z translate.Zone, m translate.Method, now time.Time) map[translate.Day]translate.Minutes {
	report, _ := translate.ReportNamed("CsP2PAVTimeDaily")
	rows := map[translate.Day]translate.Minutes{}
	for _, r := range translate.Rows(h, report, translate.View{Zone: z, Method: m}, now).Rows {
		rows[r.Day] = r.Minutes
	}
	return rows
}

// differing counts the days that are not the same in both.
func differing(a, b map[translate.Day]translate.Minutes) int {
	n := 0
	for day, minutes := range a {
		if b[day] != minutes {
			n++
		}
	}
	for day := range b {
		if _, ok := a[day]; !ok {
			n++
		}
	}
	return n
}
