package command

import (
	"context"

	"rwsgate/rollout"
)

// overview is the rollout at this moment.
func (p *Program) overview(context.Context) (rollout.Overview, error) {
	return p.rollout.Plan().Outline(p.rollout.State(), p.now()), nil
}
