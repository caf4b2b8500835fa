package command

import (
	"io"
	"log/slog"

	"rwsgate/config"
)

// leveled is a handler whose level a reload can change.
type leveled struct {
	slog.Handler
	level *slog.LevelVar
}

// newLog makes the program's log.
func newLog(w io.Writer, l config.Log) *slog.Logger {
	h := leveled{level: &slog.LevelVar{}}
	options := &slog.HandlerOptions{Level: h.level}
	h.Handler = slog.NewJSONHandler(w, options)
	if l.Format == "text" {
		h.Handler = slog.NewTextHandler(w, options)
	}
	log := slog.New(h)
	setLevel(log, l)
	return log
}

// setLevel puts a configured level into force for a log of newLog, and leaves any other log as it is.
func setLevel(log *slog.Logger, l config.Log) {
	h, ok := log.Handler().(leveled)
	if !ok {
		return
	}
	var level slog.Level
	// The configuration allows only the names that slog knows.
	_ = level.UnmarshalText([]byte(l.Level))
	h.level.Set(level)
}
