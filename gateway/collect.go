package gateway

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rwsgate/cache"
)

// tenantCollector gives the state of each tenant at the time of the scrape.
type tenantCollector struct {
	keeper  *cache.Keeper
	tenants func() []string // ids
	now     func() time.Time

	state, age, through, calls, failures, store *prometheus.Desc
}

// CollectTenants registers gauges of every tenant's source and history.
func CollectTenants(r prometheus.Registerer, k *cache.Keeper, now func() time.Time) {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, append([]string{"tenant"}, labels...), nil)
	}
	r.MustRegister(&tenantCollector{
		keeper: k, tenants: k.Tenants, now: now,
		state:    desc("rwsgate_source_state", "1 for the state that a tenant's source is in.", "state"),
		age:      desc("rwsgate_history_age_seconds", "Seconds since Graph was last asked with success."),
		through:  desc("rwsgate_history_through_timestamp_seconds", "Start of the newest known UTC day, as a Unix time."),
		calls:    desc("rwsgate_report_calls_24h", "Report calls of the last 24 hours; the keeper spends at most 5 by itself."),
		failures: desc("rwsgate_fetch_failures", "Failed fetches in a row."),
		store:    desc("rwsgate_store_failing", "1 if the store refused what was last tried for the tenant: a full disk, a file that cannot be written."),
	})
}

// Describe sends the descriptions.
func (c *tenantCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.state, c.age, c.through, c.calls, c.failures, c.store} {
		out <- d
	}
}

// Collect sends the current values.
func (c *tenantCollector) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, id := range c.tenants() {
		s, ok := c.keeper.Status(id)
		if !ok {
			continue
		}
		gauge(c.state, 1, s.Name, string(s.State))
		gauge(c.calls, float64(s.Calls), s.Name)
		gauge(c.failures, float64(s.Failures), s.Name)
		gauge(c.store, map[bool]float64{true: 1}[s.StoreError != ""], s.Name)
		if !s.LastSuccess.IsZero() {
			gauge(c.age, c.now().Sub(s.LastSuccess).Seconds(), s.Name)
		}
		if snapshot, ok := c.keeper.Snapshot(id); ok {
			if last, ok := snapshot.History.Last(); ok {
				gauge(c.through, float64(last.UTC().Unix()), s.Name)
			}
		}
	}
}

// CollectCache registers the counters of a cache under a name.
func CollectCache(r prometheus.Registerer, name string, stats func() cache.Stats) {
	labels := prometheus.Labels{"cache": name}
	counter := func(metric, help string, value func(cache.Stats) float64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: metric, Help: help, ConstLabels: labels}, func() float64 { return value(stats()) }))
	}
	gauge := func(metric, help string, value func(cache.Stats) float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: metric, Help: help, ConstLabels: labels}, func() float64 { return value(stats()) }))
	}
	counter("rwsgate_cache_hits_total", "Look-ups that found an entry.", func(s cache.Stats) float64 { return float64(s.Hits) })
	counter("rwsgate_cache_misses_total", "Look-ups that found none.", func(s cache.Stats) float64 { return float64(s.Misses) })
	counter("rwsgate_cache_evictions_total", "Entries that went for lack of room.", func(s cache.Stats) float64 { return float64(s.Evicted) })
	gauge("rwsgate_cache_entries", "Entries now.", func(s cache.Stats) float64 { return float64(s.Entries) })
	gauge("rwsgate_cache_bytes", "Bytes of all entries now.", func(s cache.Stats) float64 { return float64(s.Bytes) })
}

// CollectConnections registers the connections of a listener under a name.
func CollectConnections(r prometheus.Registerer, name string, l *Listener) {
	labels := prometheus.Labels{"listener": name}
	r.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "rwsgate_connections", Help: "Connections that are open, by listener: legacy, admin.", ConstLabels: labels},
			func() float64 { open, _ := l.crowd.counts(); return float64(open) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "rwsgate_connections_ended_total",
			Help: "Connections, and requests of HTTP/2, that were ended to make room for others, because limits.connections was reached.", ConstLabels: labels},
			func() float64 { _, ended := l.crowd.counts(); return float64(ended) }),
	)
}
