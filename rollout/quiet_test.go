package rollout

import (
	"testing"
	"time"

	"rwsgate/translate"
)

// standingAt purges on every day until a time, and gives the one client's standing then; empty if it is gone.
func (d *diary) standingAt(at time.Time) Standing {
	d.t.Helper()
	for ; d.now.Before(at); d.now = d.now.AddDate(0, 0, 1) {
		if _, err := d.ledgers[0].Purge(d.t.Context()); err != nil {
			d.t.Fatal(err)
		}
	}
	all := d.overview(at).Clients
	if len(all) == 0 {
		return ""
	}
	return all[0].Standing
}

// TestQuietOutlivesTheDays: a client that was found to be quiet stays so while the retention takes the days from which
// its rhythm was learnt, until it goes itself or calls again.
func TestQuietOutlivesTheDays(t *testing.T) {
	d := newDiary(t, &Plan{}, LedgerOptions{Retention: 120 * 24 * time.Hour})
	d.every("weekly", "2026-01-05", "2026-04-07", 6, 7)
	for x := day("2026-04-07") + 40; x < day("2026-04-06")+120; x += 4 {
		if got := d.standingAt(x.UTC()); got != StandingQuiet {
			t.Fatalf("on %s it is %s", x, got)
		}
	}
	d.call("weekly", day("2026-08-01").UTC().Add(6*time.Hour))
	if got := d.standingAt(day("2026-08-02").UTC()); got != StandingActive {
		t.Errorf("it called yesterday, and is %s", got)
	}
	if got := d.standingAt((day("2026-08-01") + 122).UTC()); got != "" {
		t.Errorf("past the retention it is %s", got)
	}
}

// TestMetadataFails: a client that begins with $metadata fails there in a brownout. It is back when it gets a report, or
// the document, after it.
func TestMetadataFails(t *testing.T) {
	d := newDiary(t, browning(), LedgerOptions{})
	root := func(c *Call) { c.Report, c.Rows, c.Query = "", 0, "" }
	for _, who := range []string{"reads", "probes", "later"} {
		d.every(who, "2026-02-01", "2026-03-01", 12.5, 1)
		d.call(who, noon.Add(30*time.Minute), root)
	}
	d.call("probes", noon.Add(5*time.Hour), root)
	d.call("reads", noon.Add(6*time.Hour))
	d.call("later", noon.AddDate(0, 0, 20))
	now := d.effectsAt((translate.DayOf(noon) + 25).UTC())
	for who, want := range map[string]string{"reads": EffectRetried, "probes": EffectRetried, "later": EffectAway} {
		if e := now[who]; e.Effect != want || e.Failed != 1 || e.Served.IsZero() {
			t.Errorf("%s: %+v", who, e)
		}
	}
}
