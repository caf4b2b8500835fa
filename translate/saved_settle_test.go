package translate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// placeIn gives a place in the zone of a name; none for "".
func placeIn(t *testing.T, zone string) Place {
	t.Helper()
	p := Place{TenantID: sampleID, TenantName: "example.onmicrosoft.com", Zones: testZones(), Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	if zone != "" {
		z, err := testZones().Lookup(zone)
		if err != nil {
			t.Fatal(err)
		}
		p.Zone = &z
	}
	return p
}

func savedRows(t *testing.T, kind SavedKind, report string, days ...string) Saved {
	t.Helper()
	s := Saved{Kind: kind, Report: report}
	for i, d := range days {
		s.Rows = append(s.Rows, SavedRow{Number: i + 1, Day: mustDay(t, d), Minutes: Minutes{int64(10 * (i + 1)), int64(i + 1)}})
	}
	return s
}

// told writes what was settled in short.
func told(s Settled) string {
	var b strings.Builder
	for _, d := range s.Days {
		fmt.Fprintf(&b, "day %s %d/%d\n", d.Day, d.Audio, d.Video)
	}
	for _, o := range s.Spans {
		fmt.Fprintf(&b, "span %s %s %d/%d\n", o.Start.Format(time.RFC3339), o.End.Format(time.RFC3339), o.Audio, o.Video)
	}
	for _, m := range s.Totals {
		fmt.Fprintf(&b, "total %s %s %s %d/%d\n", m.Report, m.Zone, m.Day, m.Audio, m.Video)
	}
	if s.Filled+s.Gaps > 0 {
		fmt.Fprintf(&b, "filled %d gaps %d\n", s.Filled, s.Gaps)
	}
	for _, f := range s.LeftOut {
		fmt.Fprintf(&b, "left out %s\n", f)
	}
	for _, w := range s.Warnings {
		fmt.Fprintf(&b, "warning %s\n", w)
	}
	return b.String()
}

func TestSettle(t *testing.T) {
	const daily, weekly, monthly = "CsP2PAVTimeDaily", "CsP2PAVTimeWeekly", "CsP2PAVTimeMonthly"
	for name, c := range map[string]struct {
		saved  Saved
		zone   string
		change func(*Place)
		want   string
	}{
		"UTC days need no zone": {savedRows(t, SavedGraphCSV, "", "2026-05-02", "2026-05-01"), "", nil, "day 2026-05-01 20/2\nday 2026-05-02 10/1\n"},
		"local days, the clock's changes included": {savedRows(t, SavedAtom, daily, "2025-03-09", "2025-11-02"), "Pacific Standard Time", func(p *Place) { p.Known = History{} },
			"span 2025-03-09T08:00:00Z 2025-03-10T07:00:00Z 10/1\nspan 2025-11-02T07:00:00Z 2025-11-03T08:00:00Z 20/2\nfilled 0 gaps 237\n"},
		"gaps are filled when asked": {savedRows(t, SavedAtom, daily, "2025-05-04", "2025-05-01"), "UTC", func(p *Place) {
			p.FillGaps = true
			p.Known, _ = History{}.WithDays([]DayMinutes{{mustDay(t, "2025-05-03"), Minutes{Audio: 9}}})
		}, "span 2025-05-01T00:00:00Z 2025-05-02T00:00:00Z 20/2\nspan 2025-05-02T00:00:00Z 2025-05-03T00:00:00Z 0/0\nspan 2025-05-04T00:00:00Z 2025-05-05T00:00:00Z 10/1\nfilled 1 gaps 0\n"},
		"a date that does not exist is no gap": {savedRows(t, SavedAtom, daily, "2011-12-29", "2011-12-31"), "Pacific/Apia", func(p *Place) { p.FillGaps = true },
			"span 2011-12-29T10:00:00Z 2011-12-30T10:00:00Z 10/1\nspan 2011-12-30T10:00:00Z 2011-12-31T10:00:00Z 20/2\n"},
		"totals":                 {savedRows(t, SavedVerbose, weekly, "2025-03-08"), "pacific standard time", nil, "total CsP2PAVTimeWeekly America/Los_Angeles 2025-03-08 10/1\n"},
		"the report by --report": {savedRows(t, SavedLight, "", "2025-03-31"), "UTC", func(p *Place) { p.Report = monthly }, "total CsP2PAVTimeMonthly UTC 2025-03-31 10/1\n"},
		"a week that ends on a Sunday": {savedRows(t, SavedVerbose, weekly, "2025-03-09"), "UTC", nil,
			"total CsP2PAVTimeWeekly UTC 2025-03-09 10/1\nwarning weekly dates that are no Saturday: 2025-03-09 (a Sunday). rwsgate takes the retired service's weekly periods to end on Saturday; these totals are kept, but no request is answered with them. Please report it.\n"},
		"a month that ends on the next": {savedRows(t, SavedVerbose, monthly, "2025-04-01"), "UTC", nil,
			"total CsP2PAVTimeMonthly UTC 2025-04-01 10/1\nwarning monthly dates that are not the last day of a month: 2025-04-01 (a Tuesday). rwsgate takes the retired service's monthly periods to end on the last day of a month; these totals are kept, but no request is answered with them. Please report it.\n"},
		"a running week": {with(savedRows(t, SavedAtom, weekly, "2025-03-08", "2025-03-15"), func(s *Saved) { s.Updated = time.Date(2025, 3, 16, 6, 59, 0, 0, time.UTC) }), "Pacific Standard Time", nil,
			"total CsP2PAVTimeWeekly America/Los_Angeles 2025-03-08 10/1\nleft out entry 2: the period to 2025-03-15 was not over when the file was saved\n"},
		"a week just over": {with(savedRows(t, SavedAtom, weekly, "2025-03-15"), func(s *Saved) { s.Updated = time.Date(2025, 3, 16, 7, 0, 0, 0, time.UTC) }), "Pacific Standard Time", nil,
			"total CsP2PAVTimeWeekly America/Los_Angeles 2025-03-15 10/1\n"},
		"running by the file's time": {savedRows(t, SavedVerbose, monthly, "2025-03-31", "2025-04-30"), "UTC", func(p *Place) { p.Saved = time.Date(2025, 4, 20, 0, 0, 0, 0, time.UTC) },
			"total CsP2PAVTimeMonthly UTC 2025-03-31 10/1\nleft out entry 2: the period to 2025-04-30 was not over when the file was saved\n"},
		"a file's time that cannot be": {savedRows(t, SavedVerbose, monthly, "2025-03-31", "2025-04-30"), "UTC", func(p *Place) { p.Saved = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC) },
			"total CsP2PAVTimeMonthly UTC 2025-03-31 10/1\ntotal CsP2PAVTimeMonthly UTC 2025-04-30 20/2\n"},
		"an answer's time that cannot be": {with(savedRows(t, SavedAtom, weekly, "2025-03-22"), func(s *Saved) { s.Updated = time.Date(2025, 3, 15, 0, 0, 0, 0, time.UTC) }), "UTC", nil,
			"total CsP2PAVTimeWeekly UTC 2025-03-22 10/1\n"},
		"running by the clock": {savedRows(t, SavedVerbose, monthly, "2026-11-30"), "UTC", nil, "left out entry 1: the period to 2026-11-30 was not over when the file was saved\n"},
		"a page": {with(savedRows(t, SavedAtom, daily, "2025-05-01"), func(s *Saved) { s.More = true }), "UTC", nil,
			"span 2025-05-01T00:00:00Z 2025-05-02T00:00:00Z 10/1\nwarning the answer had further pages: import the files of those too\n"},
		"a time of day": {with(savedRows(t, SavedAtom, daily, "2025-05-01"), func(s *Saved) { s.Rows[0].Clock = true }), "UTC", nil,
			"span 2025-05-01T00:00:00Z 2025-05-02T00:00:00Z 10/1\nwarning dates with a time of day, which the retired service is not known to have sent: 2025-05-01; the date was taken\n"},
		"the tenant by its GUID, renamed": {with(savedRows(t, SavedAtom, daily, "2025-05-01"), func(s *Saved) {
			s.Rows[0].TenantID, s.Rows[0].TenantName = strings.ToUpper(sampleID), "old.onmicrosoft.com"
		}), "UTC", nil, "span 2025-05-01T00:00:00Z 2025-05-02T00:00:00Z 10/1\nwarning the tenant is called old.onmicrosoft.com in the file\n"},
		"an empty answer": {Saved{Kind: SavedVerbose, Report: daily}, "UTC", nil, ""},
		"an export": {Saved{Kind: SavedExport, TenantID: sampleID, Totals: []Total{{weekly, "Pacific Standard Time", mustDay(t, "2025-03-08"), Minutes{1, 2}}}}, "", nil,
			"total CsP2PAVTimeWeekly America/Los_Angeles 2025-03-08 1/2\n"},
	} {
		t.Run(name, func(t *testing.T) {
			p := placeIn(t, c.zone)
			if c.change != nil {
				c.change(&p)
			}
			before := slices.Clone(c.saved.Rows)
			got, err := c.saved.Settle(p)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, told(got)); d != "" {
				t.Error(d)
			}
			if !slices.Equal(before, c.saved.Rows) {
				t.Error("the rows were changed")
			}
		})
	}
}

func with(s Saved, change func(*Saved)) Saved {
	change(&s)
	return s
}

func TestSettleRefuses(t *testing.T) {
	const other = "ffffffff-0000-4000-8000-000000000001"
	row := func(id, name string) Saved {
		return with(savedRows(t, SavedAtom, "CsP2PAVTimeDaily", "2025-05-01", "2025-05-02"), func(s *Saved) { s.Rows[1].TenantID, s.Rows[1].TenantName = id, name })
	}
	total := func(report, zone string) Saved {
		return Saved{Kind: SavedExport, Totals: []Total{{report, zone, mustDay(t, "2025-03-08"), Minutes{}}}}
	}
	for name, c := range map[string]struct {
		saved      Saved
		zone, want string
		report     string
	}{
		"another tenant's GUID":   {row(other, "example.onmicrosoft.com"), "UTC", "entry 2: it is of the tenant " + other + " (example.onmicrosoft.com), not of " + sampleID + " (example.onmicrosoft.com)", ""},
		"many rows of another":    {with(row(other, "x"), func(s *Saved) { s.Rows[0].TenantID, s.Rows[0].TenantName = other, "x" }), "UTC", "entry 1: it is of the tenant " + other + " (x), not of " + sampleID + " (example.onmicrosoft.com)", ""},
		"another tenant's name":   {row("", "other.onmicrosoft.com"), "UTC", "entry 2: it is of the tenant other.onmicrosoft.com, not of example.onmicrosoft.com", ""},
		"another tenant's export": {Saved{Kind: SavedExport, TenantID: other}, "", "it is of the tenant " + other + ", not of " + sampleID + " (example.onmicrosoft.com)", ""},
		"no zone":                 {row("", ""), "", "its dates are of the zone that it was asked for in: name that with --zone, UTC if no X-timezone was sent", ""},
		"no report":               {savedRows(t, SavedLight, "", "2025-05-01"), "UTC", "the file does not say which report it is of: name it with --report, one of CsP2PAVTimeDaily, CsP2PAVTimeWeekly, CsP2PAVTimeMonthly", ""},
		"two reports":             {row("", ""), "UTC", "the file is of CsP2PAVTimeDaily, --report says CsP2PAVTimeWeekly", "CsP2PAVTimeWeekly"},
		"a report not served":     {savedRows(t, SavedLight, "CsConferenceDaily", "2025-05-01"), "UTC", "CsConferenceDaily is not one of the reports that are answered: CsP2PAVTimeDaily, CsP2PAVTimeWeekly, CsP2PAVTimeMonthly", ""},
		"a date that is not":      {savedRows(t, SavedAtom, "CsP2PAVTimeDaily", "2011-12-30"), "Pacific/Apia", "entry 1: there was no 2011-12-30 in Pacific/Apia: is --zone right?", ""},
		"a day of the future":     {savedRows(t, SavedAdminCSV, "", "2026-11-24"), "", "line 1: 2026-11-24 lies in the future: is --date-format right?", ""},
		"a week of the future":    {savedRows(t, SavedAtom, "CsP2PAVTimeWeekly", "2026-11-28", "2026-12-05"), "UTC", "entry 2: 2026-12-05 lies in the future", ""},
		"a total of days":         {total("CsP2PAVTimeDaily", "UTC"), "", "total 1: CsP2PAVTimeDaily is no weekly or monthly report", ""},
		"a total of no zone":      {total("CsP2PAVTimeWeekly", "Nowhere"), "", "total 1: The time zone 'Nowhere' is not known. Use a Windows time zone id such as 'Pacific Standard Time', an IANA name such as 'America/Los_Angeles', or an offset such as '-08:00'.", ""},
	} {
		p := placeIn(t, c.zone)
		p.Report = c.report
		_, err := c.saved.Settle(p)
		var refused *SavedError
		if !errors.As(err, &refused) || err.Error() != c.want {
			t.Errorf("%s: got\n%v\nwant\n%s", name, err, c.want)
		}
	}
}
