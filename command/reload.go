package command

import (
	"context"
	"time"

	"rwsgate/config"
	"rwsgate/gateway/admin"
)

// applied is how the last attempt to put a configuration into force ended.
type applied struct{ err error }

// reloaded puts a configuration that the watcher read into force. One that cannot be leaves the old one as it is.
func (p *Program) reloaded(o config.Outcome) {
	err := o.Err
	if err == nil {
		if err = p.apply(o.Config); err != nil {
			p.log.Error("the changed configuration cannot be put into force, the old one stays", "cause", err.Error())
		}
	}
	p.applied.Store(&applied{err})
	p.metrics.Reloaded(err == nil, time.Now())
}

// reload reads the configuration again at once, for the admin API.
func (p *Program) reload(context.Context) (admin.Reloaded, error) {
	o := p.watcher.Reload()
	done := admin.Reloaded{Generation: int64(o.Config.Generation()), Changed: o.Changed, NeedsRestart: o.Restart}
	return done, p.applied.Load().err
}
