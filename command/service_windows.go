package command

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
)

const (
	serviceName = "rwsgate"
	// eventID is that of every event: the message file that events use knows 1 to 1000, all alike.
	eventID = 1
	// longestEvent is how much of a line goes into one event, in bytes: Windows takes 31,839 characters.
	longestEvent = 31000
	// beat is how often a service that starts or stops says so, patience how long it may be silent until the next time.
	beat, patience = 3 * time.Second, 30 * time.Second
)

// newServiceRun is serve as the service manager starts it.
func newServiceRun() *cobra.Command {
	c := newServe()
	c.Use, c.Short, c.Hidden = "run", "Serve as a Windows service: the service manager calls this", true
	serve := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		s := &service{}
		if log, err := eventlog.Open(serviceName); err == nil {
			defer log.Close()
			s.log.Log = log
		}
		c.SetOut(io.Discard)
		c.SetErr(s.log)
		s.serve = func(ctx context.Context) error {
			c.SetContext(ctx)
			return serve(c, args)
		}
		if err := svc.Run(serviceName, s); err != nil {
			return fmt.Errorf("only Windows' service manager calls this, use rwsgate serve: %w", err)
		}
		return nil
	}
	return c
}

// service is a gateway under Windows' service manager. Its log is the event log.
type service struct {
	serve func(context.Context) error
	log   eventWriter
}

// Execute serves until the service manager stops it, which drains as SIGTERM does elsewhere.
func (s *service) Execute(_ []string, requests <-chan svc.ChangeRequest, states chan<- svc.Status) (specific bool, code uint32) {
	const accepted = svc.AcceptStop | svc.AcceptShutdown | svc.AcceptPreShutdown
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.serve(context.WithValue(ctx, readyKey{}, func() { close(ready) })) }()
	state := svc.Status{State: svc.StartPending, WaitHint: uint32(patience.Milliseconds())}
	states <- state
	ticks := time.NewTicker(beat)
	defer ticks.Stop()
	for {
		select {
		case err := <-ended:
			if err == nil {
				return false, 0
			}
			_, _ = fmt.Fprintf(s.log, "rwsgate: %v\n", err)
			return true, 1
		case <-ready:
			ready = nil
			if state.State == svc.StartPending {
				state = svc.Status{State: svc.Running, Accepts: accepted}
			}
		case <-ticks.C:
			if state.State == svc.Running {
				continue
			}
			state.CheckPoint++
		case request := <-requests:
			if request.Cmd != svc.Interrogate {
				state = svc.Status{State: svc.StopPending, WaitHint: uint32(patience.Milliseconds())}
				cancel()
			}
		}
		states <- state
	}
}

// eventWriter writes each line as an event of its level.
type eventWriter struct{ *eventlog.Log }

// Write writes one event.
func (w eventWriter) Write(line []byte) (int, error) {
	if w.Log == nil {
		return len(line), nil
	}
	text := strings.ReplaceAll(string(line[:min(len(line), longestEvent)]), "\x00", " ")
	report := w.Info
	switch level := levelOf(line); {
	case level >= slog.LevelError:
		report = w.Error
	case level >= slog.LevelWarn:
		report = w.Warning
	}
	return len(line), report(eventID, text)
}

// notifyManager has nothing to send: the service manager hears of states from Execute.
func notifyManager(context.Context, string) error { return nil }
