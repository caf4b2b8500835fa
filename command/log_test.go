package command

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"testing"

	"rwsgate/config"
)

// TestReloadChangesTheLogLevel pins log.level, which needs no restart.
func TestReloadChangesTheLogLevel(t *testing.T) {
	r := newRig(t)
	r.extra = "log: { level: warn }\n"
	var said bytes.Buffer
	w, err := config.NewWatcher(config.Sources{File: r.file(t), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Open(t.Context(), w, os.ReadFile, newLog(&said, w.Current().Log))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	w.Logger = nil // what the watcher tells is not what is looked for here
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelError, slog.LevelInfo} {
		r.extra = "log: { level: " + strings.ToLower(level.String()) + " }\n"
		r.file(t)
		if o := w.Reload(); o.Err != nil || o.Unchanged {
			t.Fatalf("%+v", o)
		}
		for _, at := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
			said.Reset()
			p.log.With("with", "attributes").Log(t.Context(), at, "asked for")
			if written := said.Len() > 0; written != (at >= level) {
				t.Errorf("level %v: a record at %v is written: %v", level, at, written)
			}
		}
	}
}
