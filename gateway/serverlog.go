package gateway

import (
	"bytes"
	"context"
	"log"
	"log/slog"
	"sync"
	"time"
)

// serverLog takes what net/http says of connections: a panic is a fault of ours, and a connection that the system does not
// give us one of the machine; the rest is the noise of clients that hang up, speak no TLS or send what is no HTTP.
type serverLog struct {
	log     *slog.Logger
	mu      sync.Mutex
	refused time.Time // when the log last heard that the system gives no connection
}

func newServerLog(l *slog.Logger) *log.Logger { return log.New(&serverLog{log: l}, "", 0) }

// Write logs one message.
func (s *serverLog) Write(message []byte) (int, error) {
	level, mend := slog.LevelDebug, []any(nil)
	switch {
	case bytes.Contains(message, []byte("panic serving")):
		level = slog.LevelError
	case bytes.Contains(message, []byte("Accept error")) && s.due(time.Now()):
		level, mend = slog.LevelError, []any{"mend", "raise the limit on open files (ulimit -n), or lower limits.connections"}
	}
	s.log.Log(context.Background(), level, "http server", append([]any{"message", string(bytes.TrimSpace(message))}, mend...)...)
	return len(message), nil
}

// due says whether the log may hear once more of what can come many times a second.
func (s *serverLog) due(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.refused) < crowdRhythm {
		return false
	}
	s.refused = now
	return true
}
