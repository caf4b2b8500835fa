package translate

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxReportBytes bounds what ReadReport reads; a report of 180 days has some 6 KB.
const maxReportBytes = 16 << 20

// The columns that are read, in the order of reportForm.columns.
const (
	columnRefresh = iota
	columnDate
	columnAudio
	columnVideo
	columnTenantID
	columnTenantName
	columnCount
)

// reportForm says how a CSV report is written. It gives each column's name for messages, how the column is found in a
// header, and how dates look.
type reportForm struct {
	columns  [columnCount]string
	find     func(header []string, column int) (place int, twice bool) // place -1: the header has no such column
	optional [columnCount]bool
	date     func(cell string) (Day, bool)
	dateForm string // for messages
	lenient  bool   // go on after a bad line, so that all can be named; leave out blank lines of a spreadsheet
}

// graphForm is how Graph writes its minute counts report (microsoft-graph-docs,
// reportroot-getskypeforbusinesspeertopeeractivityminutecounts).
var graphForm = reportForm{
	columns: graphColumns,
	find: func(header []string, column int) (int, bool) {
		return findColumn(header, graphColumns[column])
	},
	optional: [columnCount]bool{columnTenantID: true, columnTenantName: true},
	date: func(cell string) (Day, bool) {
		d, err := ParseDay(cell)
		return d, err == nil
	},
	dateForm: "of the form 2006-01-02",
}

var graphColumns = [columnCount]string{"Report Refresh Date", "Report Date", "Audio", "Video"}

// findColumn gives the place of a column by its name, without regard to letter case; an empty name finds none.
func findColumn(header []string, name string) (place int, twice bool) {
	place = -1
	for i, field := range header {
		if name == "" || !strings.EqualFold(strings.TrimSpace(field), name) {
			continue
		}
		if place >= 0 {
			return place, true
		}
		place = i
	}
	return place, false
}

// CSVError says which line of a report could not be read, and why. Its text quotes nothing from the file.
type CSVError struct {
	Line   int // from 1; 0 if the whole file is meant
	Reason string
}

// Error gives the reason with the line.
func (e *CSVError) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}

// ReadReport reads Graph's minute counts report as CSV. Columns are found by name, in any order and beside others; a
// byte order mark, CRLF or LF are all accepted, an empty cell of minutes is 0, the order of lines does not matter.
// Anything else that is not as documented is refused with its line: nothing is dropped or guessed. The days are
// ascending; the first result is the newest refresh date of all lines, meaningless when the report has only its header. The
// error is a *CSVError, or the reader's own.
func ReadReport(r io.Reader) (Day, []DayMinutes, error) {
	limited := &io.LimitedReader{R: r, N: maxReportBytes + 1}
	text, err := skipMark(limited)
	if err != nil {
		return 0, nil, err
	}
	file := csv.NewReader(text)
	file.ReuseRecord = true
	file.FieldsPerRecord = -1
	report := reportReader{form: &graphForm, lines: map[Day]int{}}
	if err := report.read(file, func() bool { return limited.N <= 0 }); err != nil {
		return 0, nil, err
	}
	var days []DayMinutes
	for _, row := range report.rows {
		days = append(days, DayMinutes{row.Day, row.Minutes})
	}
	slices.SortFunc(days, byDay)
	return report.refresh, days, nil
}

// skipMark leaves out a UTF-8 byte order mark at the start. A failed Peek has used up the reader's error.
func skipMark(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	mark, err := b.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(mark) == "\uFEFF" {
		_, _ = b.Discard(3)
	}
	return b, nil
}

// readError turns the CSV reader's error into one that names the line.
func readError(err error) error {
	var syntax *csv.ParseError
	if errors.As(err, &syntax) {
		return &CSVError{Line: syntax.StartLine, Reason: "a quote is out of place"}
	}
	return err
}

// reportReader is a report while its lines come in.
type reportReader struct {
	form    *reportForm
	width   int // fields of the header; 0 before it
	place   [columnCount]int
	refresh Day
	rows    []SavedRow
	lines   map[Day]int // where a day stood
	faults  SavedError  // bad lines, when the form goes on after one
}

// read takes all lines. The error is a *CSVError or the reader's own; tooLarge is asked before each line is believed.
func (r *reportReader) read(file *csv.Reader, tooLarge func() bool) error {
	for {
		record, err := file.Read()
		switch {
		case tooLarge():
			return &CSVError{Reason: "the file is too large to be the report"}
		case errors.Is(err, io.EOF) && r.width == 0:
			return &CSVError{Reason: "the file is empty: not even a header"}
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return readError(err)
		}
		line, _ := file.FieldPos(0)
		if r.form.lenient && isBlank(record) {
			continue
		}
		err = r.add(record, line)
		if err != nil && (!r.form.lenient || r.width == 0) {
			return err
		}
		r.faults.add(err)
	}
}

func isBlank(record []string) bool {
	return !slices.ContainsFunc(record, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

// add takes one line: the header first, days after it.
func (r *reportReader) add(record []string, line int) error {
	if r.width == 0 {
		return r.header(record, line)
	}
	if len(record) != r.width {
		return &CSVError{line, fmt.Sprintf("%d fields where the header has %d", len(record), r.width)}
	}
	row := SavedRow{Number: line, TenantID: r.cell(record, columnTenantID), TenantName: r.cell(record, columnTenantName)}
	var refresh Day
	var err error
	if r.place[columnRefresh] >= 0 {
		if refresh, err = r.date(record, columnRefresh, line); err != nil {
			return err
		}
		r.refresh = max(r.refresh, refresh)
	}
	if row.Day, err = r.date(record, columnDate, line); err != nil {
		return err
	}
	if row.Audio, err = r.minutes(record, columnAudio, line); err != nil {
		return err
	}
	if row.Video, err = r.minutes(record, columnVideo, line); err != nil {
		return err
	}
	if first, twice := r.lines[row.Day]; twice {
		return &CSVError{line, fmt.Sprintf("%s stands in line %d already", row.Day, first)}
	}
	r.lines[row.Day] = line
	r.rows = append(r.rows, row)
	return nil
}

// header finds the columns by their names.
func (r *reportReader) header(record []string, line int) error {
	for column, name := range r.form.columns {
		place, twice := r.form.find(record, column)
		switch r.place[column] = place; {
		case twice:
			return &CSVError{line, fmt.Sprintf("the header has the column %q twice", name)}
		case place < 0 && !r.form.optional[column]:
			return &CSVError{line, fmt.Sprintf("the header has no column %q", name)}
		}
	}
	r.width = len(record)
	return nil
}

// cell gives what stands in a column, nothing if the report lacks it.
func (r *reportReader) cell(record []string, column int) string {
	if r.place[column] < 0 {
		return ""
	}
	return strings.TrimSpace(record[r.place[column]])
}

// date reads a cell of the report's form of dates.
func (r *reportReader) date(record []string, column, line int) (Day, error) {
	day, ok := r.form.date(r.cell(record, column))
	if !ok {
		return 0, &CSVError{line, fmt.Sprintf("%s is no date %s", r.form.columns[column], r.form.dateForm)}
	}
	return day, nil
}

// minutes reads a cell of whole minutes; an empty one is 0.
func (r *reportReader) minutes(record []string, column, line int) (int64, error) {
	cell := r.cell(record, column)
	if cell == "" {
		return 0, nil
	}
	n, reason := wholeMinutes(cell)
	if reason != "" {
		return 0, &CSVError{line, r.form.columns[column] + " " + reason}
	}
	return n, nil
}

// wholeMinutes reads minutes in decimal digits; the reason is empty if it can.
func wholeMinutes(s string) (n int64, reason string) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, "is no whole number of minutes, 0 or more"
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > MaxMinutes {
		return 0, "has more minutes than there can be"
	}
	return n, ""
}
