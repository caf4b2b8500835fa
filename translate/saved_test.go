package translate

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// shown writes rows in short: number date audio/video, then what else is known.
func shown(rows []SavedRow) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%d %s %d/%d", r.Number, r.Day, r.Audio, r.Video)
		if r.TenantID+r.TenantName != "" {
			fmt.Fprintf(&b, " of %s %s", r.TenantID, r.TenantName)
		}
		if r.Clock {
			b.WriteString(" clock")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func packed(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func utf16Of(s string, big bool) string {
	var b []byte
	for _, u := range utf16.Encode([]rune("\uFEFF" + s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

const (
	csvHeader = "Report Refresh Date,Report Date,Report Period,Audio,Video\r\n"
	atomOpen  = `<?xml version="1.0" encoding="utf-8"?><feed xml:base="https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/" xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><id>https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily</id><title type="text">CsP2PAVTimeDaily</title><updated>2013-09-08T17:03:11Z</updated><link rel="self" title="CsP2PAVTimeDaily" href="CsP2PAVTimeDaily" />`
	sampleID  = "16a58f78-539f-47f7-b9bf-02a63867d73b"
)

// atomDay writes an entry of the daily report as the retired service did.
func atomDay(date, properties string) string {
	return `<entry><id>https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/CsP2PAVTimeDaily(datetime'` + date + `T00%3A00%3A00')</id><category term="TenantReporting.CsP2PAVTimeReport" scheme="http://schemas.microsoft.com/ado/2007/08/dataservices/scheme" /><link rel="edit" title="CsP2PAVTimeReport" href="CsP2PAVTimeDaily(datetime'` + date + `T00%3A00%3A00')" /><title /><updated>2013-09-08T17:03:11Z</updated><author><name /></author><content type="application/xml"><m:properties>` + properties + `</m:properties></content></entry>`
}

func properties(date string, audio, video int64) string {
	return fmt.Sprintf(`<d:ID m:type="Edm.Int64">71</d:ID><d:Date m:type="Edm.DateTime">%sT00:00:00</d:Date><d:TenantGuid m:type="Edm.Guid">%s</d:TenantGuid><d:TenantName>example.onmicrosoft.com</d:TenantName><d:TotalAudioMinutes m:type="Edm.Int64">%d</d:TotalAudioMinutes><d:TotalVideoMinutes m:type="Edm.Int64">%d</d:TotalVideoMinutes>`, date, sampleID, audio, video)
}

const verboseRow = `{"__metadata":{"id":"https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/CsP2PAVTimeDaily(datetime'2013-09-07T00%3A00%3A00')","uri":"https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/CsP2PAVTimeDaily(datetime'2013-09-07T00%3A00%3A00')","type":"TenantReporting.CsP2PAVTimeReport"},"ID":"72","Date":"\/Date(1378512000000)\/","TenantGuid":"16a58f78-539f-47f7-b9bf-02a63867d73b","TenantName":"example.onmicrosoft.com","TotalAudioMinutes":"12557","TotalVideoMinutes":"3656"}`

const lightOpen = `{"odata.metadata":"https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/$metadata#CsP2PAVTimeWeekly&$select=Date,TotalAudioMinutes,TotalVideoMinutes","value":[`

const sampleRow = "1 2013-09-07 12557/3656 of " + sampleID + " example.onmicrosoft.com\n"

func TestReadSaved(t *testing.T) {
	two := "2 2026-11-20 836/35\n3 2026-11-21 0/7\n"
	feed := atomOpen + atomDay("2013-09-06", properties("2013-09-06", 5, 6)) + atomDay("2013-09-07", properties("2013-09-07", 12557, 3656)) + `</feed>`
	feedRows := "1 2013-09-06 5/6 of " + sampleID + " example.onmicrosoft.com\n2" + sampleRow[1:]
	for name, c := range map[string]struct {
		in     string
		dates  DateOrder
		kind   SavedKind
		report string
		rows   string
	}{
		"Graph's own":                {"\uFEFF" + csvHeader + "2026-11-21,2026-11-20,7,836,35\r\n2026-11-21,2026-11-21,7,,7\r\n", "", SavedGraphCSV, "", two},
		"packed":                     {packed(csvHeader + "2026-11-21,2026-11-20,7,836,35\r\n2026-11-21,2026-11-21,7,0,7\r\n"), "", SavedGraphCSV, "", two},
		"Excel's Unicode text":       {utf16Of("Report Refresh Date\tReport Date\tReport Period\tAudio\tVideo\tGröße\r\n21.11.2026\t20.11.2026\t7\t836\t35\tx\r\n21.11.2026\t21.11.2026\t7\t0\t7\t\r\n", false), DatesDMY, SavedGraphCSV, "", two},
		"UTF-16, big end first":      {utf16Of(csvHeader+"2026-11-21,2026-11-20,7,836,35\n2026-11-21,2026-11-21,7,0,7\n", true), "", SavedGraphCSV, "", two},
		"semicolons, empty last row": {"Report Refresh Date;Report Date;Report Period;Audio;Video\n21/11/2026;20/11/2026;7;836;35\n21/11/2026;21/11/2026;7;0;7\n;;;;\n", DatesDMY, SavedGraphCSV, "", two},
		"Excel's separator line":     {"sep=;\r\nReport Date;Audio;Video\r\n2026-11-20;836;35\r\n", "", SavedAdminCSV, "", "3 2026-11-20 836/35\n"},
		"month first":                {"Date,\"Audio minutes\",Video (minutes),Notes\n11/20/2026 12:00:00 AM,836,35,\"a,b\"\n11/21/26,0,7,\n", DatesMDY, SavedAdminCSV, "", two},
		"peer-to-peer minutes":       {"Report date,Audio,Peer-to-peer Audio Minutes,Video,Peer-to-peer Video Minutes\n2026/11/20,9,836,9,35\n2026.11.21,9,0,9,7\n", "", SavedAdminCSV, "", two},
		"header only":                {csvHeader, "", SavedGraphCSV, "", ""},
		"legacy rows by PowerShell":  {"#TYPE Selected.System.Object\r\n\"Date\",\"TenantName\",\"TotalAudioMinutes\",\"TotalVideoMinutes\"\r\n\"9/6/2013 12:00:00 AM\",\"example.onmicrosoft.com\",\"1\",\"2\"\r\n\"9/7/2013 5:00:00 PM\",\"example.onmicrosoft.com\",\"3\",\"4\"\r\n", DatesMDY, SavedLegacyCSV, "", "3 2013-09-06 1/2 of  example.onmicrosoft.com\n4 2013-09-07 3/4 of  example.onmicrosoft.com clock\n"},

		"feed":                      {feed, "", SavedAtom, "CsP2PAVTimeDaily", feedRows},
		"feed in UTF-16":            {utf16Of(strings.Replace(feed, "utf-8", "utf-16", 1), false), "", SavedAtom, "CsP2PAVTimeDaily", feedRows},
		"feed with a mark, packed":  {packed("\uFEFF" + feed), "", SavedAtom, "CsP2PAVTimeDaily", feedRows},
		"feed, indented":            {strings.ReplaceAll(feed, "><", ">\n  <"), "", SavedAtom, "CsP2PAVTimeDaily", feedRows},
		"feed of another prefix":    {strings.NewReplacer("xmlns:d=", "xmlns:data=", "<d:", "<data:", "</d:", "</data:").Replace(feed), "", SavedAtom, "CsP2PAVTimeDaily", feedRows},
		"feed with a null":          {atomOpen + atomDay("2013-09-07", `<d:Date m:type="Edm.DateTime">2013-09-07T00:00:00</d:Date><d:TotalAudioMinutes m:type="Edm.Int64">8</d:TotalAudioMinutes><d:TotalVideoMinutes m:type="Edm.Int64" m:null="true" />`) + `</feed>`, "", SavedAtom, "CsP2PAVTimeDaily", "1 2013-09-07 8/0\n"},
		"feed without Date":         {atomOpen + atomDay("2013-09-07", `<d:TotalAudioMinutes m:type="Edm.Int64">8</d:TotalAudioMinutes><d:TotalVideoMinutes m:type="Edm.Int64">9</d:TotalVideoMinutes>`) + `</feed>`, "", SavedAtom, "CsP2PAVTimeDaily", "1 2013-09-07 8/9\n"},
		"feed without entries":      {atomOpen + `<author><name /></author></feed>`, "", SavedAtom, "CsP2PAVTimeDaily", ""},
		"entry":                     {strings.Replace(atomDay("2013-09-07", properties("2013-09-07", 12557, 3656)), "<entry>", `<entry xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">`, 1), "", SavedAtom, "CsP2PAVTimeDaily", sampleRow},
		"verbose, results":          {`{"d":{"results":[` + verboseRow + `]}}`, "", SavedVerbose, "CsP2PAVTimeDaily", sampleRow},
		"verbose, list":             {"\uFEFF{\"d\":[" + verboseRow + "]}\r\n", "", SavedVerbose, "CsP2PAVTimeDaily", sampleRow},
		"verbose, one entry":        {`{"d":` + verboseRow + `}`, "", SavedVerbose, "CsP2PAVTimeDaily", sampleRow},
		"verbose, empty":            {`{"d":{"results":[]}}`, "", SavedVerbose, "", ""},
		"list of a script":          {`[` + verboseRow + `]`, "", SavedList, "CsP2PAVTimeDaily", sampleRow},
		"light":                     {lightOpen + `{"Date":"2013-09-07T00:00:00","TotalAudioMinutes":"12","TotalVideoMinutes":null},{"Date":"2013-09-14T00:00:00.0000000","TotalAudioMinutes":13,"TotalVideoMinutes":"0"}]}`, "", SavedLight, "CsP2PAVTimeWeekly", "1 2013-09-07 12/0\n2 2013-09-14 13/0\n"},
		"light, one entry":          {`{"odata.metadata":"https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/$metadata#CsP2PAVTimeMonthly/@Element","ID":"1","Date":"2013-09-30T00:00:00","TotalAudioMinutes":"1","TotalVideoMinutes":"2"}`, "", SavedLight, "CsP2PAVTimeMonthly", "1 2013-09-30 1/2\n"},
		"light with full metadata":  {`{"odata.metadata":"x","value":[{"odata.id":"https://h/s.svc/CsP2PAVTimeMonthly(datetime'2013-09-30T00%3A00%3A00')","Date":"2013-09-30T00:00:00","TotalAudioMinutes":"1","TotalVideoMinutes":"2"}]}`, "", SavedLight, "CsP2PAVTimeMonthly", "1 2013-09-30 1/2\n"},
		"light without its context": {`{"value":[{"Date":"2013-09-30","TotalAudioMinutes":1,"TotalVideoMinutes":2}]}`, "", SavedLight, "", "1 2013-09-30 1/2\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := ReadSaved(strings.NewReader(c.in), c.dates)
			if err != nil {
				t.Fatal(err)
			}
			if s.Kind != c.kind || s.Report != c.report {
				t.Errorf("%s of %q, want %s of %q", s.Kind, s.Report, c.kind, c.report)
			}
			if d := cmp.Diff(c.rows, shown(s.Rows)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestReadSavedKnowsWhenAndWhetherMore(t *testing.T) {
	next := `<link rel="next" href="https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$skiptoken=datetime'2013-09-07T00%3A00%3A00'" />`
	for name, c := range map[string]struct {
		in      string
		more    bool
		updated string
	}{
		"feed":          {atomOpen + `</feed>`, false, "2013-09-08T17:03:11Z"},
		"page":          {atomOpen + next + `</feed>`, true, "2013-09-08T17:03:11Z"},
		"verbose page":  {`{"d":{"results":[],"__next":"https://x"}}`, true, "0001-01-01T00:00:00Z"},
		"light page":    {lightOpen + `],"odata.nextLink":"../x"}`, true, "0001-01-01T00:00:00Z"},
		"light, counts": {`{"odata.metadata":"x#CsP2PAVTimeDaily","odata.count":"0","value":[]}`, false, "0001-01-01T00:00:00Z"},
	} {
		s, err := ReadSaved(strings.NewReader(c.in), "")
		if err != nil || s.More != c.more || s.Updated.Format(time.RFC3339) != c.updated {
			t.Errorf("%s: more %v, updated %v, %v", name, s.More, s.Updated, err)
		}
	}
}

func TestReadSavedRefuses(t *testing.T) {
	light := func(rows string) string { return lightOpen + rows + `]}` }
	full := func(date, audio string) string {
		return `{"Date":` + date + `,"TotalAudioMinutes":` + audio + `,"TotalVideoMinutes":"1"}`
	}
	day := `"2013-09-07T00:00:00"`
	for name, c := range map[string]struct{ in, want string }{
		"nothing":            {"", "the file is empty"},
		"blank":              {"\uFEFF \r\n", "the file is empty"},
		"binary":             {"PK\x03\x04\x00\x00", "the file is no text: CSV, Atom or JSON in UTF-8, or UTF-16 with a byte order mark, is expected"},
		"damaged gzip":       {packed("x")[:12], "the gzip file is damaged or cut off"},
		"no gzip":            {"\x1f\x8bxx", "the gzip file is damaged"},
		"too large unpacked": {packed(strings.Repeat(" ", MaxSavedBytes+1)), "the file is larger than 64 MB"},

		"all bad lines":   {csvHeader + "2026-11-21,2026-11-20,7,-1,0\n2026-11-21,2026-11-19,7,1,1\n2026-11-21,2026-11-19,7,1,1\n2026-11-21,2026-11-18,7,1.5,1\n2026-11-21,2026-11-17,7,1\n", "line 2: Audio is no whole number of minutes, 0 or more\nline 4: 2026-11-19 stands in line 3 already\nline 5: Audio is no whole number of minutes, 0 or more\nline 6: 4 fields where the header has 5"},
		"other order":     {csvHeader + "21/11/2026,20/11/2026,7,1,0\n", "line 2: Report Refresh Date is no date of the form 2006-01-02; if the day or the month comes first, say so with --date-format dmy or mdy"},
		"after refresh":   {csvHeader + "2026-11-21,2026-11-22,7,1,0\n", "line 2: Report Date lies after every Report Refresh Date: is --date-format right?"},
		"a time of day":   {csvHeader + "2026-11-21,2026-11-20 16:00,7,1,0\n", "line 2: Report Date has a time of day: a UTC day is wanted"},
		"a far date":      {csvHeader + "2026-11-21,1850-11-20,7,1,0\n", "line 2: Report Date is no date of the form 2006-01-02; if the day or the month comes first, say so with --date-format dmy or mdy"},
		"sessions":        {"Report Refresh Date,Report Date,Report Period,IM,Audio,Video,App Sharing,File Transfer\n", "the columns are those of another report: it counts sessions or users, not minutes: the report of minutes is wanted"},
		"users":           {"Report Refresh Date,User Principal Name,Report Date,Peer-to-peer Audio Minutes,Peer-to-peer Video Minutes\n", "the columns are those of another report: it lists users, not days: the report of minutes by day is wanted"},
		"no such columns": {"a,b\n1,2\n", `line 1: the header has no column "Report Date" (the columns "Report Date", "Audio" and "Video" are wanted, as Graph and the admin centre write them)`},
		"a column twice":  {"Report Date,Audio,audio,Video\n", `line 1: the header has the column "Audio" twice (the columns "Report Date", "Audio" and "Video" are wanted, as Graph and the admin centre write them)`},
		"a quote":         {csvHeader + "2026-11-21,2026-11-20,7,\"1,0\n", "line 2: a quote is out of place"},

		"HTML":                   {"<!DOCTYPE html><html><title>Sign in</title></html>", "the root element is <html>: a saved report begins with <feed> or <entry>"},
		"an error":               {`<m:error xmlns:m="x"><m:code /></m:error>`, "the file is a saved error of the service, not a report"},
		"a fault":                {`<ServiceFault xmlns="x"></ServiceFault>`, "the file is a saved error of the service, not a report"},
		"service document":       {`<service></service>`, "the file is the service's description, not a report"},
		"cut off":                {atomOpen + atomDay("2013-09-07", properties("2013-09-07", 1, 2)) + "<entry><id>", "after entry 1: line 1: the XML is damaged or cut off: unexpected EOF"},
		"cut off between":        {atomOpen + atomDay("2013-09-07", properties("2013-09-07", 1, 2)), "after entry 1: line 1: the XML is damaged or cut off: unexpected EOF"},
		"two documents":          {atomOpen + "</feed>" + atomOpen[len(`<?xml version="1.0" encoding="utf-8"?>`):] + "</feed>", "there is a second document in the file: save each page in a file of its own"},
		"another character set":  {`<?xml version="1.0" encoding="koi8-r"?><feed></feed>`, `xml: opening charset "koi8-r": the character set "koi8-r" is not read: save the file in UTF-8`},
		"all bad entries":        {atomOpen + atomDay("2013-09-06", properties("2013-09-06", -5, 6)) + atomDay("2013-09-07", properties("2013-09-08", 1, 2)) + atomDay("2013-09-09", properties("2013-09-09", 1, 2)) + atomDay("2013-09-09", properties("2013-09-09", 1, 2)) + "</feed>", "entry 1: TotalAudioMinutes is no whole number of minutes, 0 or more\nentry 2: its id says 2013-09-07, its Date 2013-09-08\nentry 4: 2013-09-09 stands in entry 3 already"},
		"entry of another":       {atomOpen + strings.ReplaceAll(atomDay("2013-09-07", properties("2013-09-07", 1, 2)), "Daily", "Weekly") + "</feed>", "entry 1: it is of CsP2PAVTimeWeekly, the file of CsP2PAVTimeDaily"},
		"an empty value":         {atomOpen + atomDay("2013-09-07", `<d:TotalAudioMinutes></d:TotalAudioMinutes>`) + "</feed>", "entry 1: TotalAudioMinutes is no whole number of minutes, 0 or more"},
		"cut off JSON":           {"{\"d\":\n{\"results\":[", "line 2, byte 12: the JSON is damaged or cut off: unexpected end of JSON input"},
		"two JSON documents":     {`{"d":[]}{"d":[]}`, "line 1, byte 9: the JSON is damaged or cut off: invalid character '{' after top-level value"},
		"JSON error":             {`{"odata.error":{"code":"UnknownError"}}`, "the file is a saved error of the service, not a report"},
		"JSON fault":             {`{"ErrorCode":"","Message":"x"}`, "the file is a saved error of the service, not a report"},
		"JSON service document":  {`{"d":{"EntitySets":["CsP2PAVTimeDaily"]}}`, "the file is the service's description, not a report"},
		"other JSON":             {`{"name":"x"}`, "the file is JSON, but neither an answer of the retired service nor an export of rwsgate"},
		"d of another type":      {`{"d":7}`, "what stands under d is neither a list nor an object"},
		"no list":                {`{"value":{}}`, "there is no list of entries where one is expected"},
		"rows of another type":   {light(`7,` + full(day, `"1"`)), "entry 1: it is no object"},
		"null date":              {light(full(`null`, `"1"`)), "entry 1: Date is no date of a legacy answer"},
		"far date":               {light(full(`"0013-09-07T00:00:00"`, `"1"`)), "entry 1: Date is no date of a legacy answer"},
		"fraction":               {light(full(day, `1.0`)), "entry 1: TotalAudioMinutes is no whole number of minutes, 0 or more"},
		"exponent":               {light(full(day, `1e3`)), "entry 1: TotalAudioMinutes is no whole number of minutes, 0 or more"},
		"negative":               {light(full(day, `-1`)), "entry 1: TotalAudioMinutes is no whole number of minutes, 0 or more"},
		"truth":                  {light(full(day, `true`)), "entry 1: TotalAudioMinutes is no whole number of minutes, 0 or more"},
		"empty":                  {light(full(day, `""`)), "entry 1: TotalAudioMinutes is no whole number of minutes, 0 or more"},
		"too many":               {light(full(day, `"9223372036854775807"`)), "entry 1: TotalAudioMinutes has more minutes than there can be"},
		"twice":                  {light(full(day, `1`) + "," + full(day, `1`)), "entry 2: 2013-09-07 stands in entry 1 already"},
		"$select without video":  {light(`{"Date":` + day + `,"TotalAudioMinutes":"1"}`), "entry 1: it has no TotalVideoMinutes: an answer to a $select without it cannot be read"},
		"$select without date":   {light(`{"TotalAudioMinutes":"1","TotalVideoMinutes":"1"}`), "entry 1: it has no Date: an answer to a $select without it cannot be read"},
		"export of another form": {`{"rwsgate":"history 9"}`, `the export is of the form "history 9"; this rwsgate reads "history 1"`},
		"export of more":         {`{"rwsgate":"history 1","weeks":[]}`, `the JSON is not of the form that is expected: json: unknown field "weeks"`},
		"export, bad parts": {`{"rwsgate":"history 1","days":[{"day":"2026-1-1"},{"day":"2026-01-01","audio":-1},{"day":"2026-01-02"},{"day":"2026-01-02"}],"spans":[{"start":"2026-01-02T00:00:00Z","end":"2026-01-01T00:00:00Z"}]}`,
			"day 1: its date is not of the form that an export has, or lies outside 1900 to 2199\nday 2: its minutes are negative or more than there can be\nday 4: it stands in day 3 already\nspan 1: its date is not of the form that an export has, or lies outside 1900 to 2199"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := ReadSaved(strings.NewReader(c.in), "")
			var refused *SavedError
			if !errors.As(err, &refused) || err.Error() != c.want || s.Rows != nil {
				t.Errorf("got %d rows, error\n%v\nwant\n%s", len(s.Rows), err, c.want)
			}
		})
	}
}

func TestReadSavedCountsWhatItDoesNotName(t *testing.T) {
	_, err := ReadSaved(strings.NewReader(csvHeader+strings.Repeat("x,x,x,x,x\n", 25)), "")
	if err == nil || strings.Count(err.Error(), "\n") != 20 || !strings.HasSuffix(err.Error(), "\nand 5 more") {
		t.Errorf("%v", err)
	}
}

func TestReadSavedKeepsTheReadersError(t *testing.T) {
	broken := errors.New("connection lost")
	if _, err := ReadSaved(iotest.ErrReader(broken), ""); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestLegacyDates(t *testing.T) {
	for in, want := range map[string]string{
		"2013-09-07T00:00:00":         "2013-09-07",
		"2013-09-07":                  "2013-09-07",
		"2013-09-07T00:00":            "2013-09-07",
		"2013-09-07T00:00:00Z":        "2013-09-07",
		"2013-09-07T00:00:00.000Z":    "2013-09-07",
		"2013-09-07T00:00:00+02:00":   "2013-09-07",
		"2013-09-06T17:00:00-07:00":   "2013-09-07",
		"2013-09-07T05:30:00+05:30":   "2013-09-07",
		"2013-09-07T23:59:59":         "2013-09-07 clock",
		"2013-09-07T13:00:00+02:00":   "2013-09-07 clock",
		"/Date(1378512000000)/":       "2013-09-07",
		"/Date(1378512000000+0000)/":  "2013-09-07",
		"/Date(1378512000000+0200)/":  "2013-09-07", // the clock value, as WCF Data Services writes an offset
		"/Date(1378504800000+0200)/":  "2013-09-07", // UTC with hours and minutes, as .NET's other serializers write it
		"/Date(1378504800000+0120)/":  "2013-09-07", // UTC with minutes
		"/Date(1378537200000-0700)/":  "2013-09-07",
		"/Date(1378598399000)/":       "2013-09-07 clock",
		"/Date(-86400000)/":           "1969-12-31",
		"/Date(1378512000000+2)/":     "no",
		"/Date(999999999999999)/":     "no",
		"/Date(13785120000000000)/":   "no",
		"Date(1378512000000)":         "no",
		"2013-02-30T00:00:00":         "no",
		"2013-09-07T24:00:00":         "no",
		"2013-09-07 00:00:00":         "no",
		"20130907":                    "no",
		"":                            "no",
		"2013-09-07T00:00:00+02:00:1": "no",
	} {
		day, clock, ok := parseLegacyDate(in)
		got := day.String()
		switch {
		case !ok:
			got = "no"
		case clock:
			got += " clock"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestRegionalDates(t *testing.T) {
	for _, c := range []struct {
		order DateOrder
		in    string
		want  string
	}{
		{DatesYMD, "2026-11-05", "2026-11-05"}, {DatesYMD, "2026/11/5", "2026-11-05"}, {DatesYMD, "2026.11.05.", "2026-11-05"}, {DatesYMD, "2026. 11. 5.", "2026-11-05"},
		{DatesYMD, "05/11/2026", "no"}, {DatesYMD, "26-11-05", "no"}, {"", "2026-11-05T00:00:00", "2026-11-05"},
		{DatesDMY, "05/11/2026", "2026-11-05"}, {DatesDMY, "5.11.2026", "2026-11-05"}, {DatesDMY, "5. 11. 2026", "2026-11-05"}, {DatesDMY, "05-11-26", "2026-11-05"}, {DatesDMY, "05/11/2026 00:00", "2026-11-05"},
		{DatesDMY, "11/20/2026", "no"}, {DatesDMY, "2026-11-05", "2026-11-05"}, {DatesDMY, "05/11.2026", "no"}, {DatesDMY, "05/11/202", "no"}, {DatesDMY, "29/02/2026", "no"},
		{DatesMDY, "11/5/2026", "2026-11-05"}, {DatesMDY, "11/5/2026 12:00:00 AM", "2026-11-05"}, {DatesMDY, "11/5/2026 12:00:00 PM", "2026-11-05 clock"}, {DatesMDY, "11/5/2026 1:30 pm", "2026-11-05 clock"},
		{DatesMDY, "11/5/2026 13:00 PM", "no"}, {DatesMDY, "11/5/2026 24:00", "no"}, {DatesMDY, "20/11/2026", "no"}, {DatesMDY, "Nov 5, 2026", "no"}, {DatesMDY, "", "no"},
	} {
		day, clock, ok := c.order.parse(c.in)
		got := day.String()
		switch {
		case !ok:
			got = "no"
		case clock:
			got += " clock"
		}
		if got != c.want {
			t.Errorf("%s %q: %s, want %s", c.order, c.in, got, c.want)
		}
	}
	if _, err := ParseDateOrder("ydm"); err == nil {
		t.Error("ydm is taken for an order")
	}
	if o, err := ParseDateOrder(" ISO "); err != nil || o != DatesYMD {
		t.Errorf("iso: %q, %v", o, err)
	}
}
