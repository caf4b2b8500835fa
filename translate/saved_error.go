package translate

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
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

	read Saved // what could be read of the file
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

// sort puts faults of the whole file first, then those of its lines or entries in their order.
func (e *SavedError) sort() {
	slices.SortStableFunc(e.Faults, func(a, b SavedFault) int { return a.number() - b.number() })
}

// number is that of the line or entry, 0 if the whole file is meant.
func (f SavedFault) number() int {
	n, _ := strconv.Atoi(f.Where[strings.LastIndexByte(f.Where, ' ')+1:]) // 0 if there is none
	return n
}

// For completes the error of ReadSaved by the lines or entries that could be read, but that Settle would refuse for p, so
// that all are named at once.
func (e *SavedError) For(p Place) *SavedError {
	var settled *SavedError
	if e.read.Kind == "" || e.read.Kind == SavedExport {
		return e
	}
	if _, err := e.read.Settle(p); !errors.As(err, &settled) {
		return e
	}
	all := &SavedError{Faults: slices.Clone(e.Faults), More: e.More + settled.More}
	for _, f := range settled.Faults {
		if f.number() > 0 { // what the whole file lacks may stand in the lines that could not be read
			all.Faults = append(all.Faults, f)
		}
	}
	all.sort()
	if n := len(all.Faults); n > maxFaults {
		all.Faults, all.More = all.Faults[:maxFaults], all.More+n-maxFaults
	}
	return all
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
