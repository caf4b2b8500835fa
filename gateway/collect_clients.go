package gateway

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rwsgate/rollout"
)

const (
	clientsAge   = time.Minute     // how old the figures of clients may be
	clientsLimit = 5 * time.Second // how long a scrape waits for the store; then the last figures are given
)

// clientCollector counts the ledger's clients by their standing.
type clientCollector struct {
	survey            *rollout.Survey
	clients, unowned  *prometheus.Desc
	beyond, brownouts *prometheus.Desc
}

// CollectClients registers gauges of how many clients stand where on their way out.
func CollectClients(r prometheus.Registerer, s *rollout.Survey) {
	r.MustRegister(&clientCollector{
		survey: s,
		clients: prometheus.NewDesc("rwsgate_clients",
			"Clients in the ledger by standing: new, retirable, quiet, overdue, active; at most a minute old.", []string{"standing"}, nil),
		unowned: prometheus.NewDesc("rwsgate_clients_without_owner",
			"Clients in the ledger that no entry of rollout.clients gives an owner.", nil, nil),
		beyond: prometheus.NewDesc("rwsgate_clients_beyond_bound",
			"Clients in the ledger that stand for several whom it had no room to tell apart.", nil, nil),
		brownouts: prometheus.NewDesc("rwsgate_brownout_clients",
			"Clients by what the newest brownout did to them: away, retried, failing, served, never.", []string{"effect"}, nil),
	})
}

// Describe sends the descriptions.
func (c *clientCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.clients, c.unowned, c.beyond, c.brownouts} {
		out <- d
	}
}

var effectLabels = map[string]string{
	rollout.EffectAway: "away", rollout.EffectRetried: "retried", rollout.EffectFailing: "failing", rollout.EffectServed: "served", rollout.EffectNever: "never",
}

// Collect sends the current values; none before the ledger was read once.
func (c *clientCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), clientsLimit)
	defer cancel()
	o, ok := c.survey.Counts(ctx, clientsAge)
	if !ok {
		return
	}
	gauge := func(d *prometheus.Desc, v int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	for standing, n := range o.Standings {
		gauge(c.clients, n, standing)
	}
	gauge(c.unowned, o.Ownerless)
	gauge(c.beyond, o.Beyond)
	for effect, n := range o.Effects {
		gauge(c.brownouts, n, effectLabels[effect])
	}
}
