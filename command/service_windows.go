package command

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
)

const (
	serviceName = "rwsgate"
	// eventID is that of every event: the message file that events use knows 1 to 1000, all alike.
	eventID = 1
	// beat is how often a service that starts or stops says so, patience how long it may be silent until the next time.
	beat, patience = 3 * time.Second, 30 * time.Second
)

// underManager runs the command line as a Windows service if the service manager started this process.
func underManager(args []string) (code int, managed bool) {
	if is, err := svc.IsWindowsService(); err != nil || !is {
		return 0, false
	}
	s := &service{args: args}
	if log, err := eventlog.Open(serviceName); err == nil {
		defer log.Close()
		s.log.Log = log
	}
	if err := svc.Run(serviceName, s); err != nil {
		_, _ = s.log.Write([]byte("the service manager does not take this process: " + err.Error()))
		return 1, true
	}
	return s.code, true
}

// service is the command line under Windows' service manager. Its log is the event log.
type service struct {
	args []string
	log  eventWriter
	code int
}

// Execute runs the command line until it ends or the service manager stops it, which drains as SIGTERM does elsewhere.
func (s *service) Execute(_ []string, requests <-chan svc.ChangeRequest, states chan<- svc.Status) (specific bool, code uint32) {
	const accepted = svc.AcceptStop | svc.AcceptShutdown | svc.AcceptPreShutdown
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ready, ended := make(chan struct{}), make(chan int, 1)
	go func() {
		ended <- execute(whenReady(ctx, func() { close(ready) }), s.args, strings.NewReader(""), io.Discard, s.log)
	}()
	state := svc.Status{State: svc.StartPending, WaitHint: uint32(patience.Milliseconds())}
	states <- state
	ticks := time.NewTicker(beat)
	defer ticks.Stop()
	for {
		select {
		case s.code = <-ended:
			return s.code != 0, uint32(s.code)
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
