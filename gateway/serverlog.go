package gateway

import (
	"bytes"
	"context"
	"log"
	"log/slog"
)

// serverLog takes what net/http says of connections: a panic is a fault of ours, the rest is the noise of clients that
// hang up, speak no TLS or send what is no HTTP.
type serverLog struct{ log *slog.Logger }

func newServerLog(l *slog.Logger) *log.Logger { return log.New(serverLog{l}, "", 0) }

// Write logs one message.
func (s serverLog) Write(message []byte) (int, error) {
	level := slog.LevelDebug
	if bytes.Contains(message, []byte("panic serving")) {
		level = slog.LevelError
	}
	s.log.Log(context.Background(), level, "http server", "message", string(bytes.TrimSpace(message)))
	return len(message), nil
}
