package command

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rwsgate/config"
	"rwsgate/translate/graph"
)

const (
	expirySoon  = 30 * 24 * time.Hour // how long ahead an end is warned of
	expiryEvery = 24 * time.Hour      // how often it is logged
)

// expiry is something that works no longer after a moment, unless it is renewed before.
type expiry struct {
	tenant string // empty: the listener's certificate
	what   string
	at     time.Time
	mend   string
}

// finding judges an expiry: an error once it is over, a warning from 30 days ahead.
func (e expiry) finding(now time.Time) finding {
	f := finding{tenant: e.tenant, stage: "credential", verdict: passed, saw: fmt.Sprintf("%s until %s", e.what, e.at.Format(time.DateOnly))}
	if e.tenant == "" {
		f.stage = "certificate"
	}
	switch {
	case now.After(e.at):
		f.verdict, f.mend = failed, e.mend
		f.saw = fmt.Sprintf("the %s ended on %s", e.what, e.at.Format(time.DateOnly))
	case now.Add(expirySoon).After(e.at):
		f.verdict, f.mend = warning, e.mend+" before that day"
	}
	return f
}

// credentialExpiry gives the end of a tenant's secret or certificate; false if it is not known. The client may be nil: that
// of a tenant whose credential cannot be used.
func credentialExpiry(t *config.Tenant, client *graph.Client) (expiry, bool) {
	const mend = "make a new one in Entra ID (App registrations, Certificates & secrets) and configure it"
	if client != nil {
		if at, ok := client.CredentialExpiry(); ok {
			return expiry{t.Name, "certificate", at, mend}, true
		}
	}
	return expiry{t.Name, "client secret", t.Credential.Expires.Time, mend}, !t.Credential.Expires.IsZero()
}

// certificateExpiry gives the end of the listener's certificate; false over plain HTTP.
func certificateExpiry(c *config.Config, files Files) (expiry, bool) {
	pair, err := readPair(c, files)
	if err != nil || pair == nil {
		return expiry{}, false
	}
	return expiry{what: "listener's certificate", at: ends(pair), mend: "renew tls.cert_file (rwsgate cert --renew, if it made it)"}, true
}

// expiries are those of the configuration in force. They are a Prometheus collector.
type expiries struct {
	current atomic.Pointer[[]expiry]
}

var (
	credentialEnds = prometheus.NewDesc("rwsgate_credential_expiry_timestamp_seconds",
		"When the tenant's client secret or certificate ends, as a Unix time, if it is known.", []string{"tenant"}, nil)
	certificateEnds = prometheus.NewDesc("rwsgate_certificate_expiry_timestamp_seconds",
		"When the first certificate of the legacy listener's chain ends, as a Unix time.", nil, nil)
)

// Describe sends the descriptions.
func (e *expiries) Describe(out chan<- *prometheus.Desc) {
	out <- credentialEnds
	out <- certificateEnds
}

// Collect sends the current values.
func (e *expiries) Collect(out chan<- prometheus.Metric) {
	for _, x := range e.all() {
		seconds := float64(x.at.Unix())
		if x.tenant == "" {
			out <- prometheus.MustNewConstMetric(certificateEnds, prometheus.GaugeValue, seconds)
			continue
		}
		out <- prometheus.MustNewConstMetric(credentialEnds, prometheus.GaugeValue, seconds, x.tenant)
	}
}

func (e *expiries) all() []expiry {
	if all := e.current.Load(); all != nil {
		return *all
	}
	return nil
}

// expire notes what can end of a configuration that was put into force.
func (p *Program) expire(c *config.Config) {
	var all []expiry
	if e, ok := certificateExpiry(c, p.files); ok {
		all = append(all, e)
	}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		if e, ok := credentialExpiry(t, p.fetcher.clients[t.ID].client); ok {
			all = append(all, e)
		}
	}
	p.expiries.current.Store(&all)
}

// warnOfExpiry logs what has ended or ends within 30 days, holds too, at once and then once a day, until ctx ends.
func (p *Program) warnOfExpiry(ctx context.Context) {
	daily := time.NewTicker(expiryEvery)
	defer daily.Stop()
	for {
		p.warnOfHolds()
		for _, e := range p.expiries.all() {
			if f := e.finding(p.now()); f.verdict != passed {
				p.log.Warn("expiry", "tenant", f.tenant, "stage", f.stage, "expires", e.at.UTC().Format(time.RFC3339), "cause", f.saw, "mend", f.mend)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-daily.C:
		}
	}
}
