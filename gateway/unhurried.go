package gateway

import "context"

// unhurried is the context of a wait that is bounded by itself. net/http takes a client that has closed its sending side
// for one that has gone, and ends the request's context; such a client still reads, and gets its answer.
func unhurried(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }
