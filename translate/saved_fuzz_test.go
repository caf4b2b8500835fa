package translate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// checkSaved holds what every file that is read must keep to, and that a refused one gives nothing.
func checkSaved(t *testing.T, in string, order DateOrder) {
	s, err := ReadSaved(strings.NewReader(in), order)
	if err != nil {
		var refused *SavedError
		if !errors.As(err, &refused) || len(refused.Faults) == 0 || len(refused.Faults) > maxFaults || s.Rows != nil {
			t.Fatalf("%v with %d rows", err, len(s.Rows))
		}
		return
	}
	seen := map[Day]bool{}
	for i, r := range s.Rows {
		if !r.Day.valid() || !r.valid() || seen[r.Day] || i > 0 && r.Number <= s.Rows[i-1].Number {
			t.Fatalf("row %d: %+v", i, r)
		}
		seen[r.Day] = true
	}
	for _, zone := range []string{"", "UTC", "Pacific/Apia"} {
		p := placeIn2(zone)
		p.Report = s.Report
		settled, err := s.Settle(p)
		if err != nil {
			continue
		}
		h, err := NewHistory(settled.Days, settled.Spans, settled.Totals)
		if err != nil && s.Kind != SavedExport { // an export may contradict itself, and the store refuses it
			t.Fatalf("what was settled is no history: %v", err)
		}
		if err == nil && settled.Gaps == 0 {
			again, err := ReadSaved(strings.NewReader(string(MarshalHistory(sampleID, "x", h))), "")
			if err != nil || len(again.Rows) != len(h.Days()) || len(again.Spans) != len(h.Spans()) || !slices.Equal(again.Totals, h.Totals()) {
				t.Fatalf("the export does not read the same: %v", err)
			}
		}
	}
}

// placeIn2 is placeIn without a test to fail.
func placeIn2(zone string) Place {
	p := Place{TenantID: sampleID, TenantName: "example.onmicrosoft.com", Zones: testZones(), Now: Date(2100, 1, 1).UTC()}
	if zone != "" {
		if z, err := testZones().Lookup(zone); err == nil {
			p.Zone = &z
		}
	}
	return p
}

func FuzzSavedCSV(f *testing.F) {
	f.Add(csvHeader+"2026-11-21,2026-11-20,7,836,35\r\n2026-11-21,2026-11-21,7,,7\r\n", uint8(0))
	f.Add("sep=;\nDate;Audio minutes;Video (minutes)\n20.11.2026 00:00;1;2\n", uint8(1))
	f.Add("#TYPE x\n\"Date\",\"TenantName\",\"TotalAudioMinutes\",\"TotalVideoMinutes\"\n\"9/6/2013 12:00:00 AM\",\"example.onmicrosoft.com\",\"1\",\"2\"\n", uint8(2))
	f.Add(utf16Of("Report Date\tAudio\tVideo\n2026-11-20\t1\t2\n", true), uint8(0))
	f.Fuzz(func(t *testing.T, in string, order uint8) {
		checkSaved(t, in, []DateOrder{DatesYMD, DatesDMY, DatesMDY}[order%3])
	})
}

func FuzzSavedAtom(f *testing.F) {
	f.Add(atomOpen + atomDay("2013-09-06", properties("2013-09-06", 5, 6)) + "</feed>")
	f.Add(atomOpen + atomDay("2011-12-30", `<d:TotalAudioMinutes m:null="true" /><d:TotalVideoMinutes>3</d:TotalVideoMinutes>`) + "</feed>")
	f.Add(`<m:error xmlns:m="x"/>`)
	f.Fuzz(func(t *testing.T, in string) { checkSaved(t, "<"+strings.TrimPrefix(in, "<"), "") })
}

func FuzzSavedJSON(f *testing.F) {
	f.Add(`{"d":{"results":[` + verboseRow + `]}}`)
	f.Add(`[` + verboseRow + `]`)
	f.Add(lightOpen + `{"Date":"2013-09-07T00:00:00","TotalAudioMinutes":"12","TotalVideoMinutes":null}]}`)
	f.Add(`{"rwsgate":"history 1","tenant":{"id":"","name":""},"days":[{"day":"2026-01-01","audio":1,"video":2}],"spans":[{"start":"2025-01-01T00:00:00Z","end":"2025-01-02T00:00:00Z","audio":1,"video":2}],"totals":[{"report":"CsP2PAVTimeWeekly","zone":"UTC","day":"2024-01-06","audio":1,"video":2}]}`)
	f.Fuzz(func(t *testing.T, in string) { checkSaved(t, "{"+strings.TrimPrefix(in, "{"), "") })
}

func FuzzLegacyDate(f *testing.F) {
	for _, s := range []string{"2013-09-07T00:00:00", "2013-09-06T17:00:00-07:00", "/Date(1378512000000+0200)/", "/Date(-1)/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		day, clock, ok := parseLegacyDate(in)
		if !ok {
			return
		}
		if !day.valid() && day != oldestDay-1 && day != newestDay+1 {
			t.Fatalf("%q: %v", in, day)
		}
		if clock {
			return
		}
		again, clock, ok := parseLegacyDate(day.String() + "T00:00:00")
		if ok && (again != day || clock) || !ok && day.valid() {
			t.Fatalf("%q: %v, written again %v", in, day, again)
		}
	})
}

// TestExportReadsTheSame holds that whatever history is written reads the same, and writes the same bytes again.
func TestExportReadsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Custom(func(t *rapid.T) Minutes {
			return Minutes{rapid.Int64Range(0, MaxMinutes).Draw(t, "audio"), rapid.Int64Range(0, 99).Draw(t, "video")}
		})
		var days []DayMinutes
		var spans []Observation
		var totals []Total
		for _, d := range rapid.SliceOfNDistinct(rapid.Int32Range(-20000, 20000), 0, 50, rapid.ID).Draw(t, "days") {
			days = append(days, DayMinutes{Day(d), m.Draw(t, "day")})
		}
		for i := range rapid.IntRange(0, 9).Draw(t, "spans") {
			from := Day(20500 + 3*i).UTC()
			spans = append(spans, Observation{from.Add(7 * 3600e9), from.Add(time.Duration(rapid.SampledFrom([]int{30, 31, 32, 56}).Draw(t, "hours")) * time.Hour), m.Draw(t, "span")})
		}
		for i := range rapid.IntRange(0, 9).Draw(t, "totals") {
			totals = append(totals, Total{rapid.SampledFrom([]string{"CsP2PAVTimeWeekly", "CsP2PAVTimeMonthly"}).Draw(t, "report"), "America/Los_Angeles", Day(17000 + i), m.Draw(t, "total")})
		}
		h, err := NewHistory(days, spans, totals)
		if err != nil {
			t.Fatal(err)
		}
		out := MarshalHistory(sampleID, "a \"quoted\" <name>", h)
		again := reread(t, out)
		if second := MarshalHistory(sampleID, "a \"quoted\" <name>", again); string(second) != string(out) {
			t.Fatalf("written again:\n%s\nbefore:\n%s", second, out)
		}
		fromCSV := reread(t, MarshalDays(h))
		if !slices.Equal(fromCSV.Days(), h.Days()) {
			t.Fatal(fmt.Sprint("CSV: ", fromCSV.Days(), h.Days()))
		}
	})
}

func reread(t *rapid.T, text []byte) History {
	s, err := ReadSaved(strings.NewReader(string(text)), "")
	if err != nil {
		t.Fatal(err)
	}
	settled, err := s.Settle(placeIn2(""))
	if err != nil {
		t.Fatal(err)
	}
	h, err := NewHistory(settled.Days, settled.Spans, settled.Totals)
	if err != nil {
		t.Fatal(err)
	}
	return h
}
