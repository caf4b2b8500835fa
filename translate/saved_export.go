package translate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

const (
	exportForm = "history 1"
	spanTime   = "2006-01-02T15:04:05Z"
)

// exported is an export of rwsgate, as MarshalHistory writes it.
type exported struct {
	Form   string `json:"rwsgate"`
	Tenant struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"tenant"`
	Days []struct {
		Day string `json:"day"`
		exportedMinutes
	} `json:"days"`
	Spans []struct {
		Start string `json:"start"`
		End   string `json:"end"`
		exportedMinutes
	} `json:"spans"`
	Totals []struct {
		Report string `json:"report"`
		Zone   string `json:"zone"`
		Day    string `json:"day"`
		exportedMinutes
	} `json:"totals"`
}

type exportedMinutes struct {
	Audio int64 `json:"audio"`
	Video int64 `json:"video"`
}

// readExport reads an export of rwsgate. Unlike a legacy answer it is our own form: anything unknown in it is refused.
func readExport(text []byte) (Saved, error) {
	var e exported
	file := json.NewDecoder(bytes.NewReader(text))
	file.DisallowUnknownFields()
	if err := file.Decode(&e); err != nil {
		return Saved{}, jsonFault(text, err)
	}
	if e.Form != exportForm {
		return Saved{}, fileFault("the export is of the form %q; this rwsgate reads %q", printable(e.Form), exportForm)
	}
	s := Saved{Kind: SavedExport, TenantID: e.Tenant.ID, TenantName: e.Tenant.Name}
	var faults SavedError
	seen := map[string]int{}
	check := func(list string, i int, key string, m exportedMinutes, ok bool) Minutes {
		got := Minutes(m)
		where := SavedFault{Where: fmt.Sprintf("%s %d", list, i+1)}
		first, twice := seen[list+key]
		switch {
		case !ok:
			where.Reason = "its date is not of the form that an export has, or lies outside 1900 to 2199"
		case !got.valid():
			where.Reason = "its minutes are negative or more than there can be"
		case twice:
			where.Reason = fmt.Sprintf("it stands in %s %d already", list, first)
		default:
			seen[list+key] = i + 1
			return got
		}
		faults.put(where)
		return got
	}
	for i, d := range e.Days {
		day, err := ParseDay(d.Day)
		s.Rows = append(s.Rows, SavedRow{Number: i + 1, Day: day, Minutes: check("day", i, d.Day, d.exportedMinutes, err == nil && day.valid())})
	}
	for i, o := range e.Spans {
		start, err1 := time.Parse(spanTime, o.Start)
		end, err2 := time.Parse(spanTime, o.End)
		span := Observation{Start: start, End: end}
		ok := err1 == nil && err2 == nil && checkSpan(span) == nil
		span.Minutes = check("span", i, o.Start, o.exportedMinutes, ok)
		s.Spans = append(s.Spans, span)
	}
	for i, t := range e.Totals {
		day, err := ParseDay(t.Day)
		m := check("total", i, t.Report+" "+t.Zone+" "+t.Day, t.exportedMinutes, err == nil && day.valid())
		s.Totals = append(s.Totals, Total{t.Report, t.Zone, day, m})
	}
	return s, faults.orNil()
}
