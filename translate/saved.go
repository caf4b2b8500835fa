package translate

import (
	"errors"
	"io"
	"strings"
	"time"
)

// SavedKind says in which form history was saved.
type SavedKind string

// The forms that ReadSaved knows. The first two and the last hold UTC days, the others rows of a legacy report.
const (
	SavedGraphCSV  SavedKind = "Graph CSV"
	SavedAdminCSV  SavedKind = "admin centre CSV"
	SavedLegacyCSV SavedKind = "legacy CSV"
	SavedAtom      SavedKind = "Atom"
	SavedVerbose   SavedKind = "verbose JSON"
	SavedLight     SavedKind = "light JSON"
	SavedList      SavedKind = "JSON list"
	SavedExport    SavedKind = "rwsgate JSON"
)

// Source names the form in one lower-case word, as a store signs an import.
func (k SavedKind) Source() string { return strings.ReplaceAll(strings.ToLower(string(k)), " ", "-") }

// IsLegacy says whether the form holds rows of a legacy report, which mean something only with the zone that they were
// asked for in.
func (k SavedKind) IsLegacy() bool {
	return k != SavedGraphCSV && k != SavedAdminCSV && k != SavedExport
}

// unit is what SavedRow.Number counts.
func (k SavedKind) unit() string {
	if k == SavedGraphCSV || k == SavedAdminCSV || k == SavedLegacyCSV {
		return "line"
	}
	return "entry"
}

// SavedRow is one line of a saved CSV or one entry of a saved answer: minutes of a UTC day, or of the period of a legacy
// report that ends on a local date.
type SavedRow struct {
	Number int // line or entry, from 1
	Day    Day
	Minutes
	TenantID, TenantName string // as written; empty if left out
	Clock                bool   // the date came with a time of day other than midnight
}

// Saved is what one file of saved history says.
type Saved struct {
	Kind    SavedKind
	Report  string     // legacy report that the file itself names; empty if it names none
	Rows    []SavedRow // in the order of the file, no day twice
	Updated time.Time  // when a legacy answer was made; zero if it does not say
	More    bool       // the answer had further pages

	// What else an export of rwsgate holds.
	TenantID, TenantName string
	Spans                []Observation
	Totals               []Total
}

// MaxSavedBytes bounds what ReadSaved reads of a file, before and after it is unpacked.
const MaxSavedBytes = 64 << 20

// ReadSaved reads one file of saved history, whatever its name: Graph's or the admin centre's CSV, an answer of the
// retired service in Atom or JSON (a feed, a page of one, or a single entry), or an export of rwsgate; in UTF-8 or
// UTF-16, packed with gzip or not. dates says how a CSV writes dates that do not begin with the year. A file is read
// whole or refused: the error is a *SavedError that names every bad line or entry that cannot be read (see
// SavedError.For), or the reader's own.
func ReadSaved(r io.Reader, dates DateOrder) (Saved, error) {
	text, err := savedText(r)
	if err != nil {
		return Saved{}, err
	}
	var s Saved
	switch first := firstByte(text); {
	case first == 0:
		return Saved{}, fileFault("the file is empty")
	case first == '<':
		s, err = readSavedAtom(text)
	case first == '{' || first == '[':
		s, err = readSavedJSON(text)
	default:
		s, err = readSavedCSV(text, dates)
	}
	if err != nil {
		if refused := (*SavedError)(nil); errors.As(err, &refused) {
			refused.read = s
		}
		return Saved{}, err
	}
	return s, nil
}

// firstByte gives the first byte of text that is no white space; 0 if there is none.
func firstByte(text []byte) byte {
	for _, b := range text {
		switch b {
		case ' ', '\t', '\r', '\n':
		default:
			return b
		}
	}
	return 0
}
