package graphsim

import (
	"slices"
	"strconv"

	"rwsgate/translate"
)

// The columns of the report (microsoft-graph-docs, reportroot-getskypeforbusinesspeertopeeractivityminutecounts).
const (
	columnRefresh = "Report Refresh Date"
	columnDate    = "Report Date"
	columnPeriod  = "Report Period"
	columnAudio   = "Audio"
	columnVideo   = "Video"
)

var columns = []string{columnRefresh, columnDate, columnPeriod, columnAudio, columnVideo}

// Format is how the report is written. The zero value writes what Graph is believed to: 302 to a download with a byte
// order mark, CRLF, the documented columns, newest day first, zero days present.
type Format struct {
	Direct       bool            // 200 with the report instead of 302
	LF           bool            // lines end in LF only
	NoBOM        bool            // no byte order mark
	OldestFirst  bool            // ascending dates
	EmptyZeros   bool            // an empty cell instead of 0
	NoRequestID  bool            // no request-id and client-request-id headers on a success
	ContentType  string          // of the report; empty means application/octet-stream
	Columns      []string        // other order, other columns (their cells say x); empty means the documented ones
	MissingDays  []translate.Day // days without a row
	NoFinalBreak bool            // no line break after the last row
}

// sheet is a report before it is written.
type sheet struct {
	header []string
	rows   [][]string
}

// sheet lays out the report of a window: one row for each of its days, the newest the refresh date.
func (t *Tenant) sheet(w translate.Window) (sheet, Format) {
	newest := t.RefreshDate()
	days := t.UTCDays(newest-translate.Day(w)+1, newest)
	t.mu.Lock()
	f := t.format
	t.mu.Unlock()
	s := sheet{header: slices.Clone(columns)}
	if len(f.Columns) > 0 {
		s.header = slices.Clone(f.Columns)
	}
	for _, d := range days {
		if !slices.Contains(f.MissingDays, d.Day) {
			s.rows = append(s.rows, f.row(s.header, newest, w, d))
		}
	}
	if !f.OldestFirst {
		slices.Reverse(s.rows)
	}
	return s, f
}

func (f Format) row(header []string, newest translate.Day, w translate.Window, d translate.DayMinutes) []string {
	row := make([]string, len(header))
	for i, name := range header {
		switch name {
		case columnRefresh:
			row[i] = newest.String()
		case columnDate:
			row[i] = d.Day.String()
		case columnPeriod:
			row[i] = strconv.Itoa(int(w))
		case columnAudio:
			row[i] = f.number(d.Audio)
		case columnVideo:
			row[i] = f.number(d.Video)
		default:
			row[i] = "x"
		}
	}
	return row
}

func (f Format) number(n int64) string {
	if n == 0 && f.EmptyZeros {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// bytes writes a sheet. No cell of the report needs quotes.
func (f Format) bytes(s sheet) []byte {
	end := "\r\n"
	if f.LF {
		end = "\n"
	}
	b := make([]byte, 0, 40*(len(s.rows)+2))
	if !f.NoBOM {
		b = append(b, "\ufeff"...)
	}
	b = appendLine(b, s.header)
	for _, r := range s.rows {
		b = append(b, end...)
		b = appendLine(b, r)
	}
	if !f.NoFinalBreak {
		b = append(b, end...)
	}
	return b
}

func appendLine(b []byte, cells []string) []byte {
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, c...)
	}
	return b
}
