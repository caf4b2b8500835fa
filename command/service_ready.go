package command

import (
	"context"
	"log/slog"
)

// readyKey is the context's key for a func() that serve calls once, when requests are answered.
type readyKey struct{}

// tellReady tells the service manager that started this process, if one did, that requests are answered from now on.
func tellReady(ctx context.Context, log *slog.Logger) {
	if f, ok := ctx.Value(readyKey{}).(func()); ok {
		f()
	}
	if err := notifyManager(ctx, "READY=1"); err != nil {
		log.Warn("the service manager was not told that the gateway is ready", "cause", err.Error(),
			"mend", "the unit needs Type=notify and NotifyAccess=main, or no NOTIFY_SOCKET at all")
	}
}
