package translate

import (
	"errors"
	"fmt"
	"strings"
)

// SavedFault is one thing that is wrong in a file of saved history.
type SavedFault struct {
	Where  string // "line 3", "entry 12"; empty if the whole file is meant
	Reason string
}

// String gives the reason with the place.
func (f SavedFault) String() string {
	if f.Where == "" {
		return f.Reason
	}
	return f.Where + ": " + f.Reason
}

// maxFaults is how many faults of a file are kept to be shown; the others are counted.
const maxFaults = 20

// SavedError is why a file of saved history is refused. Its text quotes at most dates and names from the file.
type SavedError struct {
	Faults []SavedFault // in the order of the file, at most 20
	More   int          // how many more there are
}

// Error gives every fault in a line of its own.
func (e *SavedError) Error() string {
	lines := make([]string, 0, len(e.Faults)+1)
	for _, f := range e.Faults {
		lines = append(lines, f.String())
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", e.More))
	}
	return strings.Join(lines, "\n")
}

// add puts err to the faults; nil adds nothing.
func (e *SavedError) add(err error) {
	var line *CSVError
	switch {
	case err == nil:
	case errors.As(err, &line) && line.Line > 0:
		e.at("line", line.Line, line.Reason)
	default:
		e.put(SavedFault{Reason: err.Error()})
	}
}

// at puts a reason with its place to the faults.
func (e *SavedError) at(unit string, number int, reason string) {
	e.put(SavedFault{Where: fmt.Sprintf("%s %d", unit, number), Reason: reason})
}

func (e *SavedError) put(f SavedFault) {
	if len(e.Faults) == maxFaults {
		e.More++
		return
	}
	e.Faults = append(e.Faults, f)
}

// orNil gives e as an error if there is any fault.
func (e *SavedError) orNil() error {
	if len(e.Faults) == 0 {
		return nil
	}
	return e
}

// fileFault is a fault of the whole file.
func fileFault(format string, args ...any) error {
	return &SavedError{Faults: []SavedFault{{Reason: fmt.Sprintf(format, args...)}}}
}
