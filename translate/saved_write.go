package translate

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// MarshalHistory writes a history whole, in the form that ReadSaved takes back:
//
//	{"rwsgate": "history 1", "tenant": {"id": …, "name": …},
//	 "days": [{"day": "2026-05-01", "audio": 10, "video": 2}, …],
//	 "spans": [{"start": "2025-05-01T07:00:00Z", "end": "2025-05-02T07:00:00Z", "audio": 10, "video": 2}, …],
//	 "totals": [{"report": "CsP2PAVTimeWeekly", "zone": "America/Los_Angeles", "day": "2025-05-03", "audio": 10, "video": 2}, …]}
//
// Days are UTC days, spans are in UTC, a total's day is the last local date of its period; minutes are whole. The same
// history gives the same bytes, one day, span or total a line.
func MarshalHistory(tenantID, tenantName string, h History) []byte {
	var b bytes.Buffer
	quoted := func(s string) string {
		q, _ := json.Marshal(s) // a string always marshals
		return string(q)
	}
	fmt.Fprintf(&b, "{\n\"rwsgate\": %q,\n\"tenant\": {\"id\": %s, \"name\": %s},\n\"days\": [", exportForm, quoted(tenantID), quoted(tenantName))
	line := lister(&b)
	for _, d := range h.Days() {
		line(`{"day": "%s", "audio": %d, "video": %d}`, d.Day, d.Audio, d.Video)
	}
	b.WriteString("],\n\"spans\": [")
	line = lister(&b)
	for _, o := range h.Spans() {
		line(`{"start": "%s", "end": "%s", "audio": %d, "video": %d}`, o.Start.Format(spanTime), o.End.Format(spanTime), o.Audio, o.Video)
	}
	b.WriteString("],\n\"totals\": [")
	line = lister(&b)
	for _, t := range h.Totals() {
		line(`{"report": %s, "zone": %s, "day": "%s", "audio": %d, "video": %d}`, quoted(t.Report), quoted(t.Zone), t.Day, t.Audio, t.Video)
	}
	b.WriteString("]\n}\n")
	return b.Bytes()
}

// lister gives a function that writes the elements of a list, each in a line.
func lister(b *bytes.Buffer) func(format string, args ...any) {
	before := "\n"
	return func(format string, args ...any) {
		b.WriteString(before)
		fmt.Fprintf(b, format, args...)
		before = ",\n"
	}
}

// MarshalDays writes the UTC days of a history as Graph writes its report: the same columns, newest day first. Spans
// and totals have no place in it. The refresh date is the newest day, the period the number of dates that are spanned.
func MarshalDays(h History) []byte {
	var b bytes.Buffer
	b.WriteString("Report Refresh Date,Report Date,Report Period,Audio,Video\r\n")
	first, _ := h.First()
	last, _ := h.Last()
	days := h.Days()
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		fmt.Fprintf(&b, "%s,%s,%d,%d,%d\r\n", last, d.Day, last-first+1, d.Audio, d.Video)
	}
	return b.Bytes()
}
