package command

import (
	"context"
	"time"
)

// lastAnswers is what a drain leaves to answers that nobody waits for any more, a running bcrypt check among them.
const lastAnswers = 3 * time.Second

// endWaits calls end when little is left of a drain, which the end of ctx begins, or when the drain is over. Who still
// waited would be cut off without an answer. end may be called twice.
func endWaits(ctx, over context.Context, drain time.Duration, end func()) {
	context.AfterFunc(ctx, func() {
		late := time.AfterFunc(drain-min(drain/4, lastAnswers), end)
		context.AfterFunc(over, func() {
			late.Stop()
			end()
		})
	})
}
