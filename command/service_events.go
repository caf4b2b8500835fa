package command

import (
	"log/slog"
	"regexp"
)

var levelOfLine = regexp.MustCompile(`^(?:\{"time":"[^"]*","level":"|time=\S* level=)(DEBUG|INFO|WARN|ERROR)\b`)

// levelOf gives the level of a line of the program's log. What is no line of the log, like the reason why a start failed,
// is an error.
func levelOf(line []byte) slog.Level {
	var level slog.Level
	if found := levelOfLine.FindSubmatch(line); found == nil || level.UnmarshalText(found[1]) != nil {
		return slog.LevelError
	}
	return level
}
