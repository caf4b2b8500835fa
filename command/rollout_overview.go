package command

import (
	"context"
	"strings"

	"rwsgate/rollout"
)

// overview is the rollout at this moment.
func (p *Program) overview(ctx context.Context) (rollout.Overview, error) {
	return p.survey.Overview(ctx)
}

// tenantNames gives the names of the configured tenants by their id.
func (p *Program) tenantNames() map[string]string {
	names := map[string]string{}
	for _, t := range p.watcher.Current().Tenants {
		names[strings.ToLower(t.ID)] = t.Name
	}
	return names
}
