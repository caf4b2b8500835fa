package translate

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"unicode"
)

// savedColumns are the spellings of each column, the most telling first. The admin centre is known to give Graph's
// names; the longer ones are those of its tables and charts, which say what is counted, and the last those of a legacy
// answer that a script wrote as CSV.
var savedColumns = [columnCount][]string{
	columnRefresh:    {"reportrefreshdate"},
	columnDate:       {"reportdate", "date", "day"},
	columnAudio:      {"totalaudiominutes", "peertopeeraudiominutes", "ppaudiominutes", "audiominutes", "audio"},
	columnVideo:      {"totalvideominutes", "peertopeervideominutes", "ppvideominutes", "videominutes", "video"},
	columnTenantID:   {"tenantguid"},
	columnTenantName: {"tenantname"},
}

// notMinutes are columns of sibling reports, whose Audio and Video count sessions or people, with what they betray.
var notMinutes = map[string]string{
	"im":                   "it counts sessions or users, not minutes: the report of minutes is wanted",
	"appsharing":           "it counts sessions or users, not minutes: the report of minutes is wanted",
	"applicationsharing":   "it counts sessions or users, not minutes: the report of minutes is wanted",
	"filetransfer":         "it counts sessions or users, not minutes: the report of minutes is wanted",
	"userprincipalname":    "it lists users, not days: the report of minutes by day is wanted",
	"username":             "it lists users, not days: the report of minutes by day is wanted",
	"displayname":          "it lists users, not days: the report of minutes by day is wanted",
	"lastactivitydate":     "it lists users, not days: the report of minutes by day is wanted",
	"organized":            "it counts sessions, not minutes: the report of minutes is wanted",
	"peertopeeraudiocount": "it counts sessions, not minutes: the report of minutes is wanted",
}

// columnKey gives a column's name without case, blanks, digits and punctuation, so that spellings compare; Audio
// (minutes) is Audio Minutes.
func columnKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// readSavedCSV reads a CSV export of UTC days, or legacy rows written as CSV.
func readSavedCSV(text []byte, dates DateOrder) (Saved, error) {
	text, comma := csvStart(text)
	file := csv.NewReader(bytes.NewReader(text))
	file.Comma, file.FieldsPerRecord, file.ReuseRecord, file.TrimLeadingSpace = comma, -1, true, comma != '\t'
	var header []string
	clocks := map[Day]bool{}
	form := reportForm{
		columns:  [columnCount]string{"Report Refresh Date", "Report Date", "Audio", "Video", "TenantGuid", "TenantName"},
		optional: [columnCount]bool{columnRefresh: true, columnTenantID: true, columnTenantName: true},
		find: func(record []string, column int) (int, bool) {
			if header == nil {
				header = make([]string, len(record))
				for i, name := range record {
					header[i] = columnKey(name)
				}
			}
			for _, key := range savedColumns[column] {
				if place, twice := findColumn(header, key); place >= 0 {
					return place, twice
				}
			}
			return -1, false
		},
		date: func(cell string) (Day, bool) {
			day, clock, ok := dates.parse(cell)
			clocks[day] = clocks[day] || clock
			return day, ok && day.valid()
		},
		dateForm: dates.form(),
		lenient:  true,
	}
	report := reportReader{form: &form, lines: map[Day]int{}}
	report.faults.add(report.read(file, func() bool { return false }))
	if reason := otherReport(header); reason != "" {
		return Saved{}, fileFault("the columns are those of another report: %s", reason)
	}
	if report.width == 0 && len(header) > 0 {
		report.faults.Faults[0].Reason += ` (the columns "Report Date", "Audio" and "Video" are wanted, as Graph and the admin centre write them)`
	}
	if report.width == 0 {
		return Saved{}, report.faults.orNil()
	}
	return report.saved(header, clocks)
}

// csvStart finds out what separates the fields: comma, semicolon or tab, as the region of a spreadsheet has it. It makes
// empty lines of what is not part of the table: the line "sep=;" for Excel, and PowerShell's "#TYPE".
func csvStart(text []byte) (rest []byte, comma rune) {
	first, after, _ := bytes.Cut(text, []byte("\n"))
	if bytes.HasPrefix(first, []byte("sep=")) || bytes.HasPrefix(first, []byte("#TYPE")) {
		text = append([]byte("\n"), after...)
		first, _, _ = bytes.Cut(after, []byte("\n"))
	}
	comma = ','
	for _, other := range []rune{';', '\t'} {
		if bytes.Count(first, []byte(string(other))) > bytes.Count(first, []byte(string(comma))) {
			comma = other
		}
	}
	return text, comma
}

// otherReport says why a header is not that of the report of minutes; nothing if it may be.
func otherReport(header []string) string {
	for _, key := range header {
		if reason, ok := notMinutes[key]; ok {
			return reason
		}
	}
	return ""
}

// saved gives what was read, with its kind by the columns.
func (r *reportReader) saved(header []string, clocks map[Day]bool) (Saved, error) {
	s := Saved{Kind: SavedAdminCSV, Rows: r.rows}
	switch {
	case header[r.place[columnAudio]] == "totalaudiominutes":
		s.Kind = SavedLegacyCSV
	case r.place[columnRefresh] >= 0 && header[r.place[columnAudio]] == "audio":
		s.Kind = SavedGraphCSV
	}
	faults := &r.faults
	for i := range s.Rows {
		row := &s.Rows[i]
		row.Clock = clocks[row.Day]
		switch {
		case s.Kind == SavedLegacyCSV:
		case row.Clock:
			faults.at("line", row.Number, "Report Date has a time of day: a UTC day is wanted")
		case r.place[columnRefresh] >= 0 && row.Day > r.refresh:
			faults.at("line", row.Number, "Report Date lies after every Report Refresh Date: is --date-format right?")
		}
	}
	faults.sort()
	return s, faults.orNil()
}

// sortedRows gives rows in ascending order of days, and leaves them as they are.
func sortedRows(rows []SavedRow) []SavedRow {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b SavedRow) int { return int(a.Day) - int(b.Day) })
	return rows
}
