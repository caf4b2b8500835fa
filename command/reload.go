package command

import (
	"context"
	"time"

	"rwsgate/config"
	"rwsgate/gateway/admin"
)

// reloaded puts a configuration that the watcher read into force. One that cannot be leaves the old one as it is, which
// the watcher logs.
func (p *Program) reloaded(o config.Outcome) error {
	err := o.Err
	if err == nil {
		err = p.apply(o.Config)
	}
	if err == nil {
		p.warn(o.Config)
	}
	p.metrics.Reloaded(err == nil, time.Now())
	return err
}

// warn logs what is allowed in a configuration but worth knowing.
func (p *Program) warn(c *config.Config) {
	for _, w := range c.Warnings(p.now(), nil) {
		p.log.Warn("configuration", "warning", w.String())
	}
}

// reload reads the configuration again at once, for the admin API.
func (p *Program) reload(context.Context) (admin.Reloaded, error) {
	o := p.watcher.Reload()
	return admin.Reloaded{Generation: int64(o.Config.Generation()), Changed: o.Changed, NeedsRestart: o.Restart}, o.Err
}
