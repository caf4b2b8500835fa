package gateway

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rwsgate/rollout"
)

// holdSoon is how long before its end a hold counts as ending.
const holdSoon = 30 * 24 * time.Hour

// rolloutCollector gives the rollout in force at the time of the scrape.
type rolloutCollector struct {
	control *rollout.Control
	now     func() time.Time

	phase, paused, sunset, holds, soonest *prometheus.Desc
}

// CollectRollout registers gauges of phases, the pause, the sunset and the holds.
func CollectRollout(r prometheus.Registerer, c *rollout.Control, now func() time.Time) {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	r.MustRegister(&rolloutCollector{
		control: c, now: now,
		phase:   desc("rwsgate_rollout_phase", "Phase of the report, after a pause: 0 observe, 1 announce, 2 brownout, 3 retired.", "report"),
		paused:  desc("rwsgate_rollout_paused", "1 while the rollout is paused."),
		sunset:  desc("rwsgate_rollout_sunset_timestamp_seconds", "The sunset that clients are told, as a Unix time, if there is one."),
		holds:   desc("rwsgate_holds", "Holds by state: active, ending within 30 days, expired.", "state"),
		soonest: desc("rwsgate_hold_expiry_timestamp_seconds", "When the first hold that has not expired ends, as a Unix time."),
	})
}

// Describe sends the descriptions.
func (c *rolloutCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.phase, c.paused, c.sunset, c.holds, c.soonest} {
		out <- d
	}
}

// Collect sends the current values.
func (c *rolloutCollector) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	now := c.now()
	o := c.control.Plan().Outline(c.control.State(), now)
	for _, r := range o.Reports {
		gauge(c.phase, float64(r.Phase), r.Report)
	}
	paused := 0.0
	if o.State.Paused {
		paused = 1
	}
	gauge(c.paused, paused)
	if !o.Sunset.IsZero() {
		gauge(c.sunset, float64(o.Sunset.Unix()))
	}
	states := map[string]float64{"active": 0, "ending": 0, "expired": 0}
	var soonest time.Time
	for _, h := range o.Holds { // by their end
		switch {
		case h.Expired:
			states["expired"]++
			continue
		case now.Add(holdSoon).After(h.Until):
			states["ending"]++
		default:
			states["active"]++
		}
		if soonest.IsZero() {
			soonest = h.Until
		}
	}
	for state, n := range states {
		gauge(c.holds, n, state)
	}
	if !soonest.IsZero() {
		gauge(c.soonest, float64(soonest.Unix()))
	}
}
