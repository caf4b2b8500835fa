package translate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"rwsgate/translate"
)

const reportHeader = "Report Refresh Date,Report Date,Report Period,Audio,Video\r\n"

func minutesOf(t *testing.T, date string, audio, video int64) translate.DayMinutes {
	t.Helper()
	day, err := translate.ParseDay(date)
	if err != nil {
		t.Fatal(err)
	}
	return translate.DayMinutes{Day: day, Minutes: translate.Minutes{Audio: audio, Video: video}}
}

func TestReadReportAccepts(t *testing.T) {
	two := []translate.DayMinutes{minutesOf(t, "2026-11-20", 836, 35), minutesOf(t, "2026-11-21", 0, 7)}
	cases := map[string]struct {
		in   string
		want []translate.DayMinutes
	}{
		"mark, CRLF, newest first":    {"\uFEFF" + reportHeader + "2026-11-21,2026-11-21,7,0,7\r\n2026-11-21,2026-11-20,7,836,35\r\n", two},
		"no mark, LF, oldest first":   {"Report Refresh Date,Report Date,Report Period,Audio,Video\n2026-11-21,2026-11-20,7,836,35\n2026-11-21,2026-11-21,7,0,7\n", two},
		"no line end after the last":  {reportHeader + "2026-11-21,2026-11-21,7,0,7\r\n2026-11-21,2026-11-20,7,836,35", two},
		"other order, more columns":   {"Video,IM,Report Date,Audio,Report Refresh Date,\"App, Sharing\"\n35,x,2026-11-20,836,2026-11-21,\"a,b\"\n7,-1,2026-11-21,,2026-11-21,\n", two},
		"without the period":          {"Report Refresh Date,Report Date,Audio,Video\n2026-11-21,2026-11-20,836,35\n2026-11-21,2026-11-21,0,7\n", two},
		"empty cells are 0":           {reportHeader + "2026-11-21,2026-11-20,7,836,35\n2026-11-21,2026-11-21,7,,7\n", two},
		"quoted, blanks, other case":  {"report refresh date, Report Date ,AUDIO,Video\n2026-11-21,\"2026-11-20\", 836 ,\"35\"\n\n2026-11-21,2026-11-21,0,007\n", two},
		"header only":                 {"\uFEFF" + reportHeader, nil},
		"a day outside of the window": {reportHeader + "2026-11-21,2011-01-01,7,1,2\r\n", []translate.DayMinutes{minutesOf(t, "2011-01-01", 1, 2)}},
		"the most minutes there are":  {reportHeader + fmt.Sprintf("2026-11-21,2026-11-21,7,%d,0\n", int64(translate.MaxMinutes)), []translate.DayMinutes{minutesOf(t, "2026-11-21", translate.MaxMinutes, 0)}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			refresh, days, err := translate.ReadReport(strings.NewReader(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, days); d != "" {
				t.Error(d)
			}
			if len(days) > 0 && refresh.String() != "2026-11-21" {
				t.Errorf("refresh date %s", refresh)
			}
		})
	}
}

func TestReadReportTakesTheNewestRefreshDate(t *testing.T) {
	in := reportHeader + "2026-11-19,2026-11-18,7,1,1\n2026-11-21,2026-11-19,7,1,1\n2026-11-20,2026-11-20,7,1,1\n"
	refresh, _, err := translate.ReadReport(strings.NewReader(in))
	if err != nil || refresh.String() != "2026-11-21" {
		t.Errorf("%s, %v", refresh, err)
	}
}

func TestReadReportRefuses(t *testing.T) {
	good := "2026-11-21,2026-11-20,7,836,35\r\n"
	cases := map[string]struct{ in, want string }{
		"nothing":              {"", "the file is empty: not even a header"},
		"only a mark":          {"\uFEFF", "the file is empty: not even a header"},
		"a page":               {"<!DOCTYPE html><title>Sign in</title>", `line 1: the header has no column "Report Refresh Date"`},
		"a column missing":     {"Report Refresh Date,Report Date,Report Period,Audio\n", `line 1: the header has no column "Video"`},
		"a sibling report":     {"Report Refresh Date,Report Date,Report Period,Peer-to-peer,Organized,Participated\n", `line 1: the header has no column "Audio"`},
		"a column twice":       {"Report Refresh Date,Report Date,Audio,Video,Audio\n", `line 1: the header has the column "Audio" twice`},
		"negative":             {reportHeader + good + "2026-11-21,2026-11-19,7,-1,0\r\n", "line 3: Audio is no whole number of minutes, 0 or more"},
		"fraction":             {reportHeader + good + "2026-11-21,2026-11-19,7,1,2.0\r\n", "line 3: Video is no whole number of minutes, 0 or more"},
		"exponent":             {reportHeader + "2026-11-21,2026-11-19,7,1e3,2\r\n", "line 2: Audio is no whole number of minutes, 0 or more"},
		"sign":                 {reportHeader + "2026-11-21,2026-11-19,7,+1,2\r\n", "line 2: Audio is no whole number of minutes, 0 or more"},
		"duration":             {reportHeader + "2026-11-21,2026-11-19,7,PT5M,2\r\n", "line 2: Audio is no whole number of minutes, 0 or more"},
		"other digits":         {reportHeader + "2026-11-21,2026-11-19,7,1,٣\r\n", "line 2: Video is no whole number of minutes, 0 or more"},
		"overflow":             {reportHeader + "2026-11-21,2026-11-19,7,99999999999999999999,2\r\n", "line 2: Audio has more minutes than there can be"},
		"too many":             {reportHeader + "2026-11-21,2026-11-19,7,1125899906842625,2\r\n", "line 2: Audio has more minutes than there can be"},
		"a day twice":          {reportHeader + good + "2026-11-21,2026-11-19,7,1,1\r\n" + good, "line 4: 2026-11-20 stands in line 2 already"},
		"no such date":         {reportHeader + good + "2026-11-21,2026-02-30,7,1,1\r\n", "line 3: Report Date is no date of the form 2006-01-02"},
		"date of another form": {reportHeader + "2026-11-21,11/20/2026,7,1,1\r\n", "line 2: Report Date is no date of the form 2006-01-02"},
		"date with a time":     {reportHeader + "2026-11-21,2026-11-20T00:00:00Z,7,1,1\r\n", "line 2: Report Date is no date of the form 2006-01-02"},
		"no date":              {reportHeader + "2026-11-21,,7,1,1\r\n", "line 2: Report Date is no date of the form 2006-01-02"},
		"no refresh date":      {reportHeader + ",2026-11-20,7,1,1\r\n", "line 2: Report Refresh Date is no date of the form 2006-01-02"},
		"a field missing":      {reportHeader + good + "2026-11-21,2026-11-19,7,1\r\n", "line 3: 4 fields where the header has 5"},
		"a field too many":     {reportHeader + good + "\r\n2026-11-21,2026-11-19,7,1,2,3\r\n", "line 4: 6 fields where the header has 5"},
		"a quote inside":       {reportHeader + good + "2026-11-21,2026-11-19,7,1\"0,2\r\n", "line 3: a quote is out of place"},
		"a quote left open":    {reportHeader + good + "2026-11-21,\"2026-11-19,7,1,2\r\n", "line 3: a quote is out of place"},
		"cut off in a line":    {reportHeader + good + "2026-11-21,2026-11-1", "line 3: 2 fields where the header has 5"},
		"far too large":        {reportHeader + strings.Repeat("\n", 17<<20), "the file is too large to be the report"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, days, err := translate.ReadReport(strings.NewReader(c.in))
			var refused *translate.CSVError
			if !errors.As(err, &refused) || refused.Error() != c.want || days != nil {
				t.Errorf("got %v, %v; want %q", days, err, c.want)
			}
		})
	}
}

func TestReadReportKeepsTheReadersError(t *testing.T) {
	broken := errors.New("connection lost")
	in := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(reportHeader)))
	if _, _, err := translate.ReadReport(in); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("got %v", err)
	}
	if _, _, err := translate.ReadReport(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// FuzzReadReport holds that what is accepted is complete: written again in another order it reads the same.
func FuzzReadReport(f *testing.F) {
	f.Add("\uFEFF" + reportHeader + "2026-11-21,2026-11-21,7,0,0\r\n2026-11-21,2026-11-20,7,836,35\r\n")
	f.Add("Video,Audio,Report Date,Report Refresh Date\n,,2026-01-01,2026-01-02\n")
	f.Add(reportHeader + "2026-11-21,\"2026-11-19\",7,1,2,3\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		refresh, days, err := translate.ReadReport(strings.NewReader(in))
		if err != nil {
			if days != nil {
				t.Fatal("days beside an error")
			}
			return
		}
		var again strings.Builder
		again.WriteString("Video,Report Date,Audio,Report Refresh Date\n")
		for i := len(days) - 1; i >= 0; i-- {
			d := days[i]
			if d.Audio < 0 || d.Video < 0 || i > 0 && days[i-1].Day >= d.Day {
				t.Fatalf("day %d: %+v after %+v", i, d, days[max(i-1, 0)])
			}
			fmt.Fprintf(&again, "%d,%s,%d,%s\n", d.Video, d.Day, d.Audio, refresh)
		}
		refresh2, days2, err := translate.ReadReport(strings.NewReader(again.String()))
		if err != nil || len(days) > 0 && (refresh2 != refresh || cmp.Diff(days, days2) != "") {
			t.Fatalf("%v\n%s", err, cmp.Diff(days, days2))
		}
	})
}

func BenchmarkReadReport(b *testing.B) {
	var in strings.Builder
	in.WriteString("\uFEFF" + reportHeader)
	for d := translate.Day(20000); d > 20000-180; d-- {
		fmt.Fprintf(&in, "%s,%s,180,12345,678\r\n", translate.Day(20000), d)
	}
	b.SetBytes(int64(in.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, days, err := translate.ReadReport(strings.NewReader(in.String())); err != nil || len(days) != 180 {
			b.Fatal(len(days), err)
		}
	}
}
