package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rehearse runs rwsgate rehearse on a text.
func rehearse(text string, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = Main(append(append([]string{"rehearse"}, args...), "-"), strings.NewReader(text), &out, &err)
	return code, out.String(), err.String()
}

// rehearsedOf is the JSON of a rehearsal.
func rehearsedOf(t *testing.T, text string, args ...string) (int, rehearsal) {
	t.Helper()
	code, out, stderr := rehearse(text, append(args, "--format", "json")...)
	var r rehearsal
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("exit code %d: %s%s: %v", code, out, stderr, err)
	}
	return code, r
}

// TestRehearseLegacyRequests judges the 25 requests that real clients send (LEGACY 4), at 2026-11-23 against the
// stand-in. What is expected was written down from the reference first: rwsgate serves the three CsP2PAVTime reports,
// the root and $metadata, and nothing else (LEGACY 1, D5). Where the reference leaves the report open, it is one of ours;
// where it names another, that is not served, and the same request of ours is judged beside it.
func TestRehearseLegacyRequests(t *testing.T) {
	const base = "https://reports.office365.com/ecp/reportingwebservice/reporting.svc"
	const window = "Date ge datetime'2026-11-10T00:00:00' and Date lt datetime'2026-11-17T00:00:00'"
	const json, sample = "\tAccept: application/json", "\tDataServiceVersion: 2.0\tMaxDataServiceVersion: 2.0\tX-RWS-Version: 2013-V1\tAccept-Language: EN-US"
	for _, c := range []struct {
		number, request string
		result          string
		status, rows    int // rows -1: no rows are told
		format, note    string
	}{
		{"1", base + "\tDataServiceVersion: 1.0\tMaxDataServiceVersion: 2.0\tX-RWS-Version: 2013-V1", "ok", 200, -1, "xml", ""},
		{"2", base + "/CsP2PAVTimeDaily?$select=Date,TotalAudioMinutes&amp;$filter=Date gt datetime'2016-01-01T00:00:00'&$format=Json" + sample, "ok", 200, 180, "verbose", "&amp; for &"},
		{"3", base + "/ConnectionbyClientTypeDetailDaily/?$select=Date&$format=JSON", "not served", 404, -1, "verbose", "another report"},
		{"3 ours", base + "/CsP2PAVTimeDaily/?$select=Date&$format=JSON", "ok", 200, 180, "verbose", ""},
		{"4", base + "/MailTraffic/?$select=*&$format=JSON&$filter=Date eq datetime'2026-11-10'&$orderby=Date&$top=5", "not served", 404, -1, "verbose", "another report"},
		{"4 ours", base + "/CsP2PAVTimeDaily/?$select=*&$format=JSON&$filter=Date eq datetime'2026-11-10'&$orderby=Date&$top=5", "ok", 200, 1, "verbose", ""},
		{"5", "https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/SPOTeamSiteStorageWeekly?$format=json&$orderby=Date%20desc&$top=1", "not served", 404, -1, "verbose", ""},
		{"5 ours", "https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/CsP2PAVTimeWeekly?$format=json&$orderby=Date%20desc&$top=1", "ok", 200, 1, "verbose", ""},
		{"6", base + "/MessageTrace?$filter=StartDate%20eq%20datetime'2026-11-10'%20and%20EndDate%20eq%20datetime'2026-11-11'&$format=Json", "not served", 404, -1, "verbose", ""},
		{"6 ours", base + "/CsP2PAVTimeDaily?$filter=" + strings.ReplaceAll(window, " ", "%20") + "&$format=Json", "ok", 200, 7, "verbose", ""},
		{"7", base + "/MessageTraceDetail?$filter=MessageTraceId%20eq%20guid'16a58f78-539f-47f7-b9bf-02a63867d73b'&$format=Json", "not served", 404, -1, "verbose", ""},
		{"7 ours", base + "/CsP2PAVTimeDaily?$filter=TenantGuid%20eq%20guid'16a58f78-539f-47f7-b9bf-02a63867d73b'&$format=Json", "ok", 200, 180, "verbose", ""},
		{"8", base + "/MessageTrace?$filter=StartDate eq datetime'2015-06-18T00%3A00%3A00' &$select=Size &$skiptoken=1999&$format=json", "not served", 404, -1, "verbose", ""},
		{"8 ours", base + "/CsP2PAVTimeDaily?$filter=Date ge datetime'2026-11-18T00%3A00%3A00' &$select=Date &$skiptoken=1999&$format=json", "fails", 400, -1, "verbose", "Operator 'GreaterThan' incompatible"},
		{"9", base + "/MessageTrace?$select=Size & $filter=StartDate eq datetime'2015-06-18' & $format=json", "not served", 404, -1, "verbose", ""},
		{"9 ours", base + "/CsP2PAVTimeDaily?$select=Date & $filter=Date eq datetime'2026-11-18' & $format=json", "ok", 200, 1, "verbose", ""},
		{"10", base + "/MailTrafficTop?$select=Name,Direction,MessageCount&$filter=AggregateBy eq 'Day'", "not served", 404, -1, "xml", ""},
		{"10 ours", base + "/CsP2PAVTimeDaily?$select=Date,TotalAudioMinutes&$filter=TenantName eq 'EXAMPLE.onmicrosoft.com'", "ok", 200, 180, "atom", ""},
		{"11", base + "/MailTrafficSummary?$select=C1,C2&$filter=Category%20eq%20'TopMailSender'%20and%20     StartDate eq datetime'2016-01-01'&$top=10&$format=Json", "not served", 404, -1, "verbose", ""},
		{"11 ours", base + "/CsP2PAVTimeDaily?$select=Date&$filter=ID%20gt%200%20and%20     Date ge datetime'2016-01-01'&$top=10&$format=Json", "ok", 200, 10, "verbose", ""},
		{"12", base + "/MailboxUsage", "not served", 404, -1, "xml", ""},
		{"13", base + "/CsP2PAVTimeWeekly?$top=1000&$filter=((Date ge datetime'2026-11-01T11:00:00') and (Date lt datetime'2026-11-15T11:00:00'))\tUser-Agent: O365RWSClient", "ok", 200, 2, "atom", ""},
		{"13 next", base + "/CsP2PAVTimeDaily?$top=1000&$filter=((Date ge datetime'2026-11-01T11:00:00') and (Date lt datetime'2026-11-15T11:00:00'))&$skip=1000", "ok", 200, 0, "atom", ""},
		{"13 day", base + "/CsP2PAVTimeDaily?$top=1000&$filter=((Date ge datetime'2026-11-22T00:00:00') and (Date lt datetime'2026-11-23T00:00:00'))", "differs", 200, 0, "atom", "give it a date_delay of 1d or more"},
		{"14 daily", base + "/CsP2PAVTimeDaily", "ok", 200, 180, "atom", ""},
		{"14 weekly", base + "/CsP2PAVTimeWeekly", "ok", 200, 25, "atom", ""},
		{"14 monthly", base + "/CsP2PAVTimeMonthly", "ok", 200, 6, "atom", ""},
		{"14 trace", base + "/MessageTrace" + json, "not served", 404, -1, "light", ""},
		{"15", base + "/MessageTrace?$format=json", "not served", 404, -1, "verbose", ""},
		{"16", base + "/MessageTrace?$top=1" + json, "not served", 404, -1, "light", ""},
		{"16 ours", base + "/CsP2PAVTimeDaily?$top=1" + json, "ok", 200, 1, "light", ""},
		{"17", base + "/MessageTrace/?$select=Size&$filter=Size gt 1", "not served", 404, -1, "xml", ""},
		{"18", base + "/MessageTrace?$filter=StartDate+eq+datetime%272026-11-10T00%3A00%3A00%27&$skiptoken=1" + json, "not served", 404, -1, "light", ""},
		{"18 ours", base + "/CsP2PAVTimeDaily?$filter=Date+eq+datetime%272026-11-10T00%3A00%3A00%27" + json, "ok", 200, 1, "light", ""},
		{"19", base + "/MessageTrace?$filter=StartDate eq datetime'2022-01-01T00:00:00Z' and EndDate eq datetime'2022-01-02T00:00:00Z'" + json, "not served", 404, -1, "light", ""},
		{"19 ours", base + "/CsP2PAVTimeDaily?$filter=Date ge datetime'2026-11-10T00:00:00Z' and Date le datetime'2026-11-11T00:00:00Z'" + json, "ok", 200, 2, "light", ""},
		{"20", base + "/MessageTrace?$filter=StartDate eq datetime'2022-01-01T00:00:00Z'&$format=json&$top=1", "not served", 404, -1, "verbose", ""},
		{"21", base + "/MessageTrace?$filter=StartDate eq datetime%272023-02-17T00:00:00.0000000%27", "not served", 404, -1, "xml", ""},
		{"21 ours", base + "/CsP2PAVTimeDaily?$filter=Date eq datetime%272026-11-17T00:00:00.0000000%27", "ok", 200, 1, "atom", ""},
		{"22", base + "/\tAccept: application/atom+xml,application/xml\tAccept-Charset: UTF-8\tDataServiceVersion: 1.0;NetFx\tMaxDataServiceVersion: 2.0;NetFx", "ok", 200, -1, "xml", ""},
		{"23", base, "ok", 200, -1, "xml", ""},
		{"24", "https://localhost:444/ecp/reportingwebservice/reporting.svc/MailboxActivityDaily", "not served", 404, -1, "xml", ""},
		{"25", base + "/StaleMailbox?rws-version=2013-V1&$select=Date&$top=1&$format=Atom", "not served", 404, -1, "xml", ""},
		{"25 ours", base + "/CsP2PAVTimeDaily?rws-version=2013-V1&$select=Date&$top=1&$format=Atom", "ok", 200, 1, "atom", ""},
		{"D9", base + "/CsP2PAVTimeDaily?$filter=Date ge '03/10/2013'", "fails", 400, -1, "xml", "datetime'2013-03-10T00:00:00'"},
	} {
		code, r := rehearsedOf(t, c.request+"\n", "--at", "2026-11-23T08:00:00Z")
		if r.Requests != 1 || len(r.List) != 1 {
			t.Fatalf("%s: %+v", c.number, r)
		}
		got := r.List[0]
		rows := -1
		if got.Rows != nil {
			rows = *got.Rows
		}
		if got.Result != c.result || got.Status != c.status || rows != c.rows || got.Format != c.format || (code == 0) != (c.result == "ok") {
			t.Errorf("%s: %s: exit code %d, %s %d %d %s %v", c.number, c.request, code, got.Result, got.Status, rows, got.Format, got.Notes)
		}
		if c.note != "" && !strings.Contains(strings.Join(got.Notes, "\n"), c.note) {
			t.Errorf("%s: notes %q, want %s", c.number, got.Notes, c.note)
		}
	}
}

// harOf is a HAR of one exchange.
func harOf(url, at, header, status, contentType, body string) string {
	return fmt.Sprintf(`{"log":{"version":"1.2","entries":[{"startedDateTime":%q,"request":{"method":"GET","url":%q,"headers":[{"name":"Authorization","value":"Basic cmVhZGVyQGV4YW1wbGUub25taWNyb3NvZnQuY29tOnBhc3Mtd29yZC1wbGFudGVk"},{"name":"Cookie","value":"a=planted"}%s]},`+
		`"response":{"status":%s,"headers":[{"name":"Content-Type","value":%q}],"content":{"mimeType":"x/y","text":%q}}}]}}`, at, url, header, status, contentType, body)
}

// TestRehearseCompares: a recorded answer is held against rwsgate's, in status, content type, shape and rows.
func TestRehearseCompares(t *testing.T) {
	const url, at = "https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$top=1&$format=json", "2026-11-23T08:00:00Z"
	const verbose = "application/json;odata=verbose;charset=utf-8"
	const row = `{"__metadata":{},"ID":"1","Date":"\/Date(1779840000000)\/","TenantGuid":"x","TenantName":"y","TotalAudioMinutes":"1","TotalVideoMinutes":"2"}`
	for _, c := range []struct{ name, har, result, note string }{
		{"the same", harOf(url, at, "", "200", verbose, `{"d":[`+row+`]}`), "ok", "1 row recorded"},
		{"another shape", harOf(url, at, "", "200", verbose, `{"d":{"results":[`+row+`]}}`), "differs", "The shape was d.results, a list and is d, a list"},
		{"another type", harOf(url, at, "", "200", "application/atom+xml", `<feed xmlns="http://www.w3.org/2005/Atom"></feed>`), "differs", "The content type was application/atom+xml"},
		{"another property", harOf(url, at, "", "200", verbose, `{"d":[`+strings.Replace(row, "ID", "Nr", 1)+`]}`), "differs", "Rows had Nr"},
		{"it failed", harOf(url, at, "", "503", "text/html", ""), "ok", "It was 503 then"},
		{"no password yet", harOf(url, at, "", "401", "text/html", ""), "ok", "401 for want of a valid password"},
		{"refused then and now", harOf(strings.Replace(url, "$top=1", "$top=x", 1), at, "", "400", "text/html", ""), "ok", "It was 400 before, too"},
		{"refused now", harOf(strings.Replace(url, "$top=1", "$skiptoken=1999", 1), at, "", "200", verbose, `{"d":[]}`), "fails", "400: Operator"},
		{"a zone with an alias to set", harOf(url, at, `,{"name":"X-timezone","value":"Pacific Time"}`, "200", verbose, `{"d":[]}`), "fails", `timezone_aliases: { "Pacific Time": Pacific Standard Time }`},
		{"unreadable then", harOf(url, at, "", "200", verbose, `{"d":`), "differs", "What was recorded cannot be read"},
	} {
		code, r := rehearsedOf(t, c.har)
		if len(r.List) != 1 || r.List[0].Result != c.result || !strings.Contains(strings.Join(r.List[0].Notes, "\n"), c.note) || (code == 0) != (c.result == "ok") {
			t.Errorf("%s: exit code %d, %+v", c.name, code, r.List[0])
		}
		if len(r.Clients) != 1 || r.Clients[0].Client != "reader@example.onmicrosoft.com" {
			t.Errorf("%s: clients %+v", c.name, r.Clients)
		}
		for _, format := range []string{"table", "json"} {
			if _, out, stderr := rehearse(c.har, "--format", format); strings.Contains(out+stderr, "planted") || strings.Contains(out+stderr, "Basic") {
				t.Errorf("%s: a secret is told: %s%s", c.name, out, stderr)
			}
		}
	}
}

// TestRehearseAgainstTheStore: with a configuration the rows are those of the store, the settings and users those of the
// file, and recorded minutes are compared.
func TestRehearseAgainstTheStore(t *testing.T) {
	s := newStoreRig(t)
	if code, out, stderr := s.run(t, "import", "graph.csv"); code != 0 {
		t.Fatal(out, stderr)
	}
	days := s.history(t, s.id).History.Days()
	last := days[len(days)-1]
	at := last.Day.UTC().AddDate(0, 0, 3).Format("2006-01-02T15:04:05Z")
	url := fmt.Sprintf("https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$filter=Date eq datetime'%s'&$select=Date,TotalAudioMinutes,TotalVideoMinutes&$format=json", last.Day)
	body := func(audio int64) string {
		return fmt.Sprintf(`{"d":{"results":[{"Date":"\/Date(%d)\/","TotalAudioMinutes":"%d","TotalVideoMinutes":"%d"}]}}`, last.Day.UTC().UnixMilli(), audio, last.Video)
	}
	args := []string{"--config", s.config, "--tenant", "example.onmicrosoft.com"}
	list := func(har string) (*rehearsed, rehearsal) {
		_, r := rehearsedOf(t, har, args...)
		if len(r.List) != 1 {
			t.Fatalf("%+v", r)
		}
		return r.List[0], r
	}
	const json = "application/json;odata=verbose;charset=utf-8"
	if got, r := list(harOf(url, at, "", "200", json, body(last.Audio))); got.Result != "ok" || got.Rows == nil || *got.Rows != 1 || !strings.HasPrefix(r.History, "the store sqlite:") {
		t.Errorf("%+v, history %s", got, r.History)
	}
	if got, _ := list(harOf(url, at, "", "200", json, body(last.Audio+5))); got.Result != "differs" || !strings.Contains(strings.Join(got.Notes, " "), "1 of 1 rows had other minutes: "+last.Day.String()) {
		t.Errorf("%+v", got)
	}
	before, err := os.Stat(filepath.Join(s.folder, "history.db"))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := list(strings.Replace(harOf(url, at, "", "200", json, body(1)), "cmVhZGVyQGV4YW1wbGUub25taWNyb3NvZnQuY29tOnBhc3Mtd29yZC1wbGFudGVk", "bm9ib2R5QGV4YW1wbGUub25taWNyb3NvZnQuY29tOng=", 1)); got.Result != "fails" || !strings.Contains(got.Notes[0], "no user nobody@example.onmicrosoft.com") {
		t.Errorf("%+v", got)
	}
	if after, err := os.Stat(filepath.Join(s.folder, "history.db")); err != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("the store was changed: %v, error %v", after, err)
	}
}

// TestRehearseWrongCalls end with 2, and nothing on the standard output.
func TestRehearseWrongCalls(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"rehearse"}, "needs one FILE"},
		{[]string{"rehearse", "a", "b"}, "needs one FILE"},
		{[]string{"rehearse", filepath.Join(t.TempDir(), "none")}, "no such file"},
		{[]string{"rehearse", "--format", "csv", "-"}, "neither table nor json"},
		{[]string{"rehearse", "--at", "tomorrow", "-"}, "neither 2026-11-23"},
		{[]string{"rehearse", "--tenant", "nobody.example", filepath.Join("testdata", "rehearse", "urls.txt")}, `no tenant is called "nobody.example"`},
		{[]string{"rehearse", filepath.Join("testdata", "import", "graph.csv")}, "no HAR, no log"},
		{[]string{"rehearse", "--config", filepath.Join(t.TempDir(), "none.yaml"), filepath.Join("testdata", "rehearse", "urls.txt")}, "none.yaml"},
	} {
		if code, out, stderr := cli(c.args...); code != 2 || out != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit code %d: %s%s", c.args, code, out, stderr)
		}
	}
}

// TestRehearseLogs: requests that are the same are told once, others are counted, what a log does not hold is said; text
// of others cannot steer a terminal.
func TestRehearseLogs(t *testing.T) {
	line := `192.0.2.1 - etl@example.com [20/Nov/2026:06:00:00 +0000] "GET /ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$top=1 HTTP/1.1" 200 812 "-" "job/1"` + "\n"
	code, r := rehearsedOf(t, strings.Repeat(line, 3)+strings.Replace(line, "CsP2PAVTimeDaily?$top=1", "MailTraffic", 1)+strings.Replace(line, "/ecp/reportingwebservice/reporting.svc/", "/owa/", 1)+
		`192.0.2.1 - - [20/Nov/2026:06:00:00 +0000] "CONNECT reports.office365.com:443 HTTP/1.1" 200 812 "-" "\x1b[2Jjob"`+"\n")
	if code != 1 || r.Requests != 5 || r.Others != 1 || len(r.List) != 3 || r.List[0].Times != 3 || len(r.Clients) != 2 || r.Clients[0].Calls != 4 {
		t.Errorf("exit code %d, %+v", code, r)
	}
	if r.Results[resultNotServed] != 1 || r.Results[resultUnjudged] != 1 || r.Results[resultOK] != 3 {
		t.Errorf("%v", r.Results)
	}
	if code, _ := rehearsedOf(t, strings.Repeat(line, 2)+strings.Replace(line, "CsP2PAVTimeDaily?$top=1", "MailTraffic", 1), "--allow-not-served"); code != 0 {
		t.Errorf("exit code %d", code)
	}
	_, out, _ := rehearse("CsP2PAVTimeDaily?$filter=\x1b[2J\u202e eq 1\nhttps://name:planted@h.example/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily\n\nhttps://name:planted@h.example/x\n")
	if strings.ContainsAny(out, "\x1b\u202e") || strings.Contains(out, "planted") {
		t.Errorf("%q", out)
	}
}

// TestRehearseIsBounded: a recording with more different requests than are told is counted whole.
func TestRehearseIsBounded(t *testing.T) {
	var b strings.Builder
	for i := range 2500 {
		fmt.Fprintf(&b, "10.%d.%d.1 - - [20/Nov/2026:06:00:00 +0000] \"GET /ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$top=%d HTTP/1.1\" 200 1 \"-\" \"-\"\n", i/250, i%250, i)
	}
	_, r := rehearsedOf(t, b.String())
	if r.Requests != 2500 || len(r.List) != toldRequests || r.Untold != 1500 || len(r.Clients) != toldClients+1 || r.Clients[toldClients].Calls != 1500 {
		t.Errorf("%d requests, %d told, %d not, %d clients", r.Requests, len(r.List), r.Untold, len(r.Clients))
	}
}

// TestRehearsePage: docs/rehearse.md shows what the command prints.
func TestRehearsePage(t *testing.T) {
	const page = "../docs/rehearse.md"
	code, out, stderr := cli("rehearse", "--at", "2026-11-23T08:00:00Z", filepath.Join("testdata", "rehearse", "urls.txt"))
	if code != 1 || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	out = strings.ReplaceAll(out, filepath.Join("testdata", "rehearse")+string(filepath.Separator), "")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "```\n$ rwsgate rehearse --at 2026-11-23T08:00:00Z urls.txt\n", "```\n"
	before, rest, ok := strings.Cut(string(text), begin)
	shown, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the page shows no transcript")
	}
	if *update {
		if err := os.WriteFile(page, []byte(before+begin+out+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		shown = out
	}
	if d := cmp.Diff(shown, out); d != "" {
		t.Errorf("%s; go test ./command -run RehearsePage -update", d)
	}
	urls, err := os.ReadFile(filepath.Join("testdata", "rehearse", "urls.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(before, string(urls)) {
		t.Error("the page does not show urls.txt as it is")
	}
	if lines := strings.Split(out, "\n"); slices.ContainsFunc(lines, func(l string) bool { return strings.HasSuffix(l, " ") }) {
		t.Error("a line ends in blanks")
	}
}

// FuzzOutline: a recorded body is read or refused, whatever it is.
func FuzzOutline(f *testing.F) {
	for _, body := range []string{
		`{"d":{"results":[{"__metadata":{},"Date":"\/Date(1779840000000)\/","TotalAudioMinutes":"1"}],"__next":"x"}}`, `{"d":[]}`, `{"value":[{"Date":"2026-11-20T00:00:00"}]}`, `{"d":{"Date":null}}`,
		`<feed xmlns="http://www.w3.org/2005/Atom" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><entry><content><m:properties><d:Date xmlns:d="x">2026-11-20T00:00:00</d:Date></m:properties></content></entry></feed>`, "12", "",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := outlineOf(body)
		if err == nil && o.shape == "" {
			t.Error("no shape")
		}
	})
}
