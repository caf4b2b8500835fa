package gateway

import (
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rwsgate/cache"
	"rwsgate/rollout"
	"rwsgate/translate"
)

// Metrics counts what gateway and keeper do. It is a Recorder, its Hooks are the keeper's. Labels come from closed sets
// or from the configuration.
type Metrics struct {
	requests   *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	bytes      *prometheus.CounterVec
	unfinished *prometheus.CounterVec
	zones      prometheus.Counter
	fetches    *prometheus.CounterVec
	calls      prometheus.Counter
	corrected  prometheus.Counter
	reload     *prometheus.GaugeVec
	refused    *prometheus.CounterVec
	failed     *prometheus.CounterVec
	stopped    prometheus.Counter
	digests    *prometheus.CounterVec
}

// NewMetrics makes the metrics and registers them.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rwsgate_requests_total",
			Help: "Legacy requests answered, by report, status code and whether the answer cache had it."}, []string{"report", "code", "cache"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "rwsgate_request_seconds",
			Help: "Time to answer a legacy request, in seconds.", Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9)}, []string{"report", "cache"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rwsgate_response_bytes_total",
			Help: "Bytes of answer bodies, as sent."}, []string{"report"}),
		unfinished: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rwsgate_unfinished_rows_total",
			Help: "Rows served for periods that are over but whose data is still late."}, []string{"report"}),
		zones: prometheus.NewCounter(prometheus.CounterOpts{Name: "rwsgate_unknown_timezone_total",
			Help: "Requests with an unknown X-timezone that were answered in UTC."}),
		fetches: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rwsgate_fetches_total",
			Help: "Fetches of Graph's report, by outcome."}, []string{"outcome"}),
		calls: prometheus.NewCounter(prometheus.CounterOpts{Name: "rwsgate_report_calls_total",
			Help: "HTTP requests to Graph's report endpoint; Graph allows 14 in 10 minutes for one tenant."}),
		corrected: prometheus.NewCounter(prometheus.CounterOpts{Name: "rwsgate_corrected_days_total",
			Help: "Known days whose minutes Graph changed later."}),
		reload: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "rwsgate_config_reload",
			Help: "Whether the last reload of the configuration succeeded (success), and when the one in force was read (timestamp, Unix seconds)."}, []string{"what"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rwsgate_rollout_refused_total",
			Help: "Requests that got the error document of a brownout or a retired report, by report and phase."}, []string{"report", "phase"}),
		stopped: prometheus.NewCounter(prometheus.CounterOpts{Name: "rwsgate_brownout_stopped_total",
			Help: "Brownouts that this process ended ahead of their time, because they would have hit a client that was never seen before."}),
	}
	m.failed = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rwsgate_failed_attempts_total",
		Help: "Attempts to get in that failed, on either listener: wrong (password or user), waiting (refused unseen after failed ones), token, plain-http."}, []string{"reason"})
	for _, reason := range FailedAttempts {
		m.failed.WithLabelValues(string(reason)) // 0 from the start: an alarm sees the first one
	}
	m.digests = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rwsgate_rollout_digests_total",
		Help: "Attempts of this process to deliver the weekly digest, by result: delivered, failed."}, []string{"result"})
	for _, delivered := range []bool{true, false} {
		m.digests.WithLabelValues(digestResult(delivered))
	}
	r.MustRegister(m.refused, m.stopped, m.failed, m.digests)
	r.MustRegister(m.requests, m.seconds, m.bytes, m.unfinished, m.zones, m.fetches, m.calls, m.corrected, m.reload)
	return m
}

// Answered counts a call.
func (m *Metrics) Answered(set string, status int, hit bool, bytes int, took time.Duration) {
	found := "miss"
	if hit {
		found = "hit"
	}
	m.requests.WithLabelValues(set, strconv.Itoa(status), found).Inc()
	m.seconds.WithLabelValues(set, found).Observe(took.Seconds())
	m.bytes.WithLabelValues(set).Add(float64(bytes))
}

// Unfinished counts rows of periods that are over but not covered.
func (m *Metrics) Unfinished(set string, rows int) {
	m.unfinished.WithLabelValues(set).Add(float64(rows))
}

// Refused counts a request that met a brownout or a retired report.
func (m *Metrics) Refused(set string, phase rollout.Phase) {
	m.refused.WithLabelValues(set, phase.String()).Inc()
}

// Stopped counts a brownout that was ended ahead of its time.
func (m *Metrics) Stopped() { m.stopped.Inc() }

// Digest counts an attempt to deliver the weekly digest.
func (m *Metrics) Digest(delivered bool) { m.digests.WithLabelValues(digestResult(delivered)).Inc() }

func digestResult(delivered bool) string {
	if delivered {
		return "delivered"
	}
	return "failed"
}

// Failed counts an attempt to get in that failed.
func (m *Metrics) Failed(reason FailedAttempt) { m.failed.WithLabelValues(string(reason)).Inc() }

// UnknownZone counts an unknown X-timezone answered in UTC.
func (m *Metrics) UnknownZone() { m.zones.Inc() }

// Reloaded notes the outcome of reading the configuration.
func (m *Metrics) Reloaded(ok bool, at time.Time) {
	if !ok {
		m.reload.WithLabelValues("success").Set(0)
		return
	}
	m.reload.WithLabelValues("success").Set(1)
	m.reload.WithLabelValues("timestamp").Set(float64(at.Unix()))
}

// Hooks are what the keeper calls.
func (m *Metrics) Hooks() cache.Hooks {
	return cache.Hooks{Fetched: func(o cache.Outcome, err error) {
		m.fetches.WithLabelValues(outcomeLabel(err)).Inc()
		m.calls.Add(float64(o.Calls))
		m.corrected.Add(float64(o.Change.Corrected))
	}}
}

// outcomeLabel names how a fetch ended.
func outcomeLabel(err error) string {
	if err == nil {
		return "ok"
	}
	var source *translate.SourceError
	if errors.As(err, &source) {
		return string(source.Fault)
	}
	return "store"
}
