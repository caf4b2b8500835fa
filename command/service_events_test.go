package command

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"rwsgate/config"
)

// TestLevelOf reads the level of an event back from what the program's own log writes.
func TestLevelOf(t *testing.T) {
	for _, format := range []string{"json", "text"} {
		for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
			var line bytes.Buffer
			log := newLog(&line, config.Log{Level: "debug", Format: format})
			log.Log(context.Background(), level, `said "level":"ERROR" and level=ERROR`, "level", "ERROR")
			if got := levelOf(line.Bytes()); got != level {
				t.Errorf("%s: %s is taken for %s: %s", format, level, got, line.Bytes())
			}
		}
	}
	for _, other := range []string{"", "rwsgate: rwsgate.yaml:3: unknown key", "panic: level=INFO", "a line\ntime=x level=INFO"} {
		if got := levelOf([]byte(other)); got != slog.LevelError {
			t.Errorf("%q is no line of the log, but taken for %s", other, got)
		}
	}
}
