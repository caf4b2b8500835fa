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

// reportColumns are the columns of Graph's minute counts report that ReadReport needs, in the order of the constants
// below (microsoft-graph-docs, reportroot-getskypeforbusinesspeertopeeractivityminutecounts).
var reportColumns = [...]string{"Report Refresh Date", "Report Date", "Audio", "Video"}

const (
	columnRefresh = iota
	columnDate
	columnAudio
	columnVideo
)

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
// ascending; refresh is the newest refresh date of all lines, meaningless when the report has only its header. The
// error is a *CSVError, or the reader's own.
func ReadReport(r io.Reader) (refresh Day, days []DayMinutes, err error) {
	limited := &io.LimitedReader{R: r, N: maxReportBytes + 1}
	text, err := skipMark(limited)
	if err != nil {
		return 0, nil, err
	}
	file := csv.NewReader(text)
	file.ReuseRecord = true
	file.FieldsPerRecord = -1
	report := reportReader{lines: map[Day]int{}}
	for {
		record, err := file.Read()
		switch {
		case limited.N <= 0:
			return 0, nil, &CSVError{Reason: "the file is too large to be the report"}
		case errors.Is(err, io.EOF):
			return report.finish()
		case err != nil:
			return 0, nil, readError(err)
		}
		line, _ := file.FieldPos(0)
		if err := report.add(record, line); err != nil {
			return 0, nil, err
		}
	}
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
	width   int // fields of the header; 0 before it
	place   [len(reportColumns)]int
	refresh Day
	days    []DayMinutes
	lines   map[Day]int // where a day stood
}

// add takes one line: the header first, days after it.
func (r *reportReader) add(record []string, line int) error {
	if r.width == 0 {
		return r.header(record, line)
	}
	if len(record) != r.width {
		return &CSVError{line, fmt.Sprintf("%d fields where the header has %d", len(record), r.width)}
	}
	refresh, err := r.date(record, columnRefresh, line)
	if err != nil {
		return err
	}
	day, err := r.date(record, columnDate, line)
	if err != nil {
		return err
	}
	audio, err := r.minutes(record, columnAudio, line)
	if err != nil {
		return err
	}
	video, err := r.minutes(record, columnVideo, line)
	if err != nil {
		return err
	}
	if first, twice := r.lines[day]; twice {
		return &CSVError{line, fmt.Sprintf("%s stands in line %d already", day, first)}
	}
	r.lines[day] = line
	r.refresh = max(r.refresh, refresh)
	r.days = append(r.days, DayMinutes{Day: day, Minutes: Minutes{Audio: audio, Video: video}})
	return nil
}

// header finds the columns by their names.
func (r *reportReader) header(record []string, line int) error {
	for column, name := range reportColumns {
		r.place[column] = -1
		for i, field := range record {
			if !strings.EqualFold(strings.TrimSpace(field), name) {
				continue
			}
			if r.place[column] >= 0 {
				return &CSVError{line, fmt.Sprintf("the header has the column %q twice", name)}
			}
			r.place[column] = i
		}
		if r.place[column] < 0 {
			return &CSVError{line, fmt.Sprintf("the header has no column %q", name)}
		}
	}
	r.width = len(record)
	return nil
}

// date reads a cell of the form 2006-01-02.
func (r *reportReader) date(record []string, column, line int) (Day, error) {
	day, err := ParseDay(strings.TrimSpace(record[r.place[column]]))
	if err != nil {
		return 0, &CSVError{line, fmt.Sprintf("%s is no date of the form 2006-01-02", reportColumns[column])}
	}
	return day, nil
}

// minutes reads a cell of whole minutes; an empty one is 0.
func (r *reportReader) minutes(record []string, column, line int) (int64, error) {
	cell := strings.TrimSpace(record[r.place[column]])
	if cell == "" {
		return 0, nil
	}
	if strings.Trim(cell, "0123456789") != "" {
		return 0, &CSVError{line, reportColumns[column] + " is no whole number of minutes, 0 or more"}
	}
	n, err := strconv.ParseInt(cell, 10, 64)
	if err != nil || n > MaxMinutes {
		return 0, &CSVError{line, reportColumns[column] + " has more minutes than there can be"}
	}
	return n, nil
}

// finish gives the days in ascending order.
func (r *reportReader) finish() (Day, []DayMinutes, error) {
	if r.width == 0 {
		return 0, nil, &CSVError{Reason: "the file is empty: not even a header"}
	}
	slices.SortFunc(r.days, func(a, b DayMinutes) int { return int(a.Day) - int(b.Day) })
	return r.refresh, r.days, nil
}
