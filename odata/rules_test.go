package odata

import (
	"strconv"
	"strings"
	"testing"
)

func statusText(r Response) string { return strconv.Itoa(r.Status) }

// message is the message of an error answer, with the status before it.
func message(r Response) string {
	if r.Err == nil {
		return statusText(r)
	}
	return statusText(r) + " " + r.Err.Message
}

// expect compares the outcomes of GET requests.
func expect(t *testing.T, cases [][2]string) {
	t.Helper()
	for _, c := range cases {
		if got := message(get(c[0])); got != c[1] {
			t.Errorf("%s: got %s, want %s", c[0], got, c[1])
		}
	}
}

// summary is the rows of an answer in short: ids, count, and whether there is a next page.
func summary(t *testing.T, r Response) string {
	t.Helper()
	if r.Err != nil {
		return message(r)
	}
	o, err := readAtom(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	s := o.ids
	if o.count != "" {
		s += " of " + o.count
	}
	if o.next != "" {
		s += " more"
	}
	return s
}

func TestRule12SlashesAndParentheses(t *testing.T) {
	const empty = "400 " + textEmptySegment
	expect(t, [][2]string{
		{"", "200"}, {"/", "200"}, {"/CsP2PAVTimeDaily", "200"}, {"/CsP2PAVTimeDaily/", "200"}, {"/CsP2PAVTimeDaily()", "200"},
		{"/CsP2PAVTimeDaily( )", "200"}, {"/CsP2PAVTimeDaily()/$count", "200"}, {"/CsP2PAVTimeDaily//$count", empty}, {"//CsP2PAVTimeDaily", empty},
		{"/()", "404 " + textEmptySegment}, {"/CsP2PAVTimeDaily(", "400 " + textSyntax}, {"/CsP2PAVTimeDaily()x", "400 " + textSyntax},
		{"/$metadata()", "400 " + textSyntax}, {"/CsP2PAVTimeDaily/$count()", "200"},
		{"/TenantReportingWebService.CsP2PAVTimeDaily", "200"},
		{"/" + strings.Repeat("x/", 101), "400 Too many segments in URI."},
	})
}

func TestRule13PercentEncodingAndBlanks(t *testing.T) {
	for target, want := range map[string]string{
		"/CsP2PAVTimeDaily?%24top=1":                               "4",
		"/CsP2PAVTimeDaily?$orderby=Date+desc&$top=1":              "1",
		"/CsP2PAVTimeDaily?$orderby=Date%20desc&$top=1":            "1",
		"/CsP2PAVTimeDaily? $orderby =Date desc& $top=1":           "1",
		"/CsP2PAVTimeDaily?%20%24top%20=1":                         "4",
		"/CsP2PAVTimeDaily(datetime%272013-03-13T00%3A00%3A00%27)": "2",
		"/%43sP2PAVTimeDaily?$top=1":                               "4",
	} {
		if got := summary(t, get(target)); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

func TestRule14UnknownOption(t *testing.T) {
	for _, name := range []string{"$foo", "$Top", "$FILTER", "$count", "$search", "$apply", "$"} {
		want := "400 The query parameter '" + name + "' begins with a system-reserved '$' character but is not recognized."
		expect(t, [][2]string{{"/CsP2PAVTimeDaily?" + name + "=1", want}})
	}
	m := fixtureModel()
	m.JSONP = false
	r := Answer(m, testRequest("GET", "/Others?$callback=f", nil), fixtureRows, fixedTime)
	if got := message(r); got != "400 The query parameter '$callback' begins with a system-reserved '$' character but is not recognized." {
		t.Error(got)
	}
}

func TestRule15OptionExactlyOnce(t *testing.T) {
	const want = "400 Query parameter '$top' is specified, but it should be specified exactly once."
	expect(t, [][2]string{
		{"/CsP2PAVTimeDaily?$top=1&$top=2", want}, {"/CsP2PAVTimeDaily?$top", want}, {"/CsP2PAVTimeDaily?$top=1&$TOP=2", want},
		{"/CsP2PAVTimeDaily?$top=1& $top=2", want}, {"/CsP2PAVTimeDaily?a&$top", want},
		{"/CsP2PAVTimeDaily?$TOP=1&$top=2", "400 The query parameter '$TOP' begins with a system-reserved '$' character but is not recognized."},
	})
}

func TestRule16ForeignOptionsAreIgnored(t *testing.T) {
	for _, query := range []string{"top=1", "foo=1&foo=2", "amp;$filter=ID eq 99", "DelegatedOrg=x", "a&b", "=5", "&&", "rws-version=1"} {
		if got := summary(t, get("/CsP2PAVTimeDaily?"+query)); got != "4,3 more" {
			t.Errorf("%s: got %s", query, got)
		}
	}
}

func TestRule17KeysPropertiesAndCounts(t *testing.T) {
	const key = "/CsP2PAVTimeDaily(datetime'2013-03-13T00:00:00')"
	expect(t, [][2]string{
		{"/CsP2PAVTimeDaily(datetime'1999-01-01')", "404 Resource not found for the segment 'CsP2PAVTimeDaily'."},
		{"/CsP2PAVTimeDaily(datetime'1999-01-01')/ID", "404 Resource not found for the segment 'CsP2PAVTimeDaily'."},
		{"/CsP2PAVTimeDaily(ID=1L)", "400 " + textSyntax}, {"/CsP2PAVTimeDaily(1)", "400 " + textSyntax},
		{key + "/Nope", "404 Resource not found for the segment 'Nope'."},
		{key + "/ID()", "400 " + textSyntax}, {key + "/TenantReporting.CsP2PAVTimeReport/ID", "200"},
		{key + "/TenantReporting.Other", "400 The type 'TenantReporting.Other' specified in the URI is neither a base type nor a sub-type of the previously-specified type 'TenantReporting.CsP2PAVTimeReport'."},
		{key + "/TotalVideoMinutes/$value", "404 Resource not found for the segment 'TotalVideoMinutes'."},
		{key + "/$links", "400 The request URI is not valid. There must a segment specified after the '$links' segment and the segment must refer to a entity resource."},
		{key + "/$links/Nope", "404 Resource not found for the segment 'Nope'."},
		{key + "/$links/ID", "400 The request URI is not valid. The segment 'ID' must refer to a navigation property since the previous segment identifier is '$links'."},
		{"/CsP2PAVTimeDaily/$links/ID", "400 The request URI is not valid. Since the segment 'CsP2PAVTimeDaily' refers to a collection, this must be the last segment in the request URI. All intermediate segments must refer to a single resource."},
		{"/CsP2PAVTimeDaily(1)(2)", "400 " + textSyntax},
		{"/Others(2)/Bin/$value", "404 Resource not found for the segment 'Bin'."},
	})
	for target, want := range map[string]string{
		key + "/ID/$value":         "text/plain;charset=utf-8|2",
		key + "/Date/$value":       "text/plain;charset=utf-8|2013-03-13T00:00:00",
		"/Others(1)/Bin/$value":    "application/octet-stream|\x01\x02\xff",
		"/Others(1)/Flag/$value":   "text/plain;charset=utf-8|true",
		"/Others(1)/Dec/$value":    "text/plain;charset=utf-8|2.50",
		"/Others(2)/Name/$value":   "text/plain;charset=utf-8|",
		"/Others/$count":           "text/plain;charset=utf-8|2",
		"/Others/$count?$top=1":    "text/plain;charset=utf-8|1",
		"/CsP2PAVTimeDaily/$count": "text/plain;charset=utf-8|4",
	} {
		r := get(target)
		if got := r.ContentType + "|" + string(r.Body); got != want {
			t.Errorf("%s: got %q, want %q", target, got, want)
		}
	}
}

func TestRule18UnknownSet(t *testing.T) {
	expect(t, [][2]string{
		{"/Nope", "404 Resource not found for the segment 'Nope'."}, {"/csP2PAVTimeDaily", "404 Resource not found for the segment 'csP2PAVTimeDaily'."},
		{"/Nope(1)/x", "404 Resource not found for the segment 'Nope'."}, {"/$metadata/x", "404 The request URI is not valid. The segment '$metadata' must be the last segment in the URI because it is one of the following: $batch, $value, $metadata, a collection property, a named media resource, or a service operation that does not return a value."},
	})
}

func TestRule31Options(t *testing.T) {
	for target, want := range map[string]string{
		"/CsP2PAVTimeDaily?$filter=ID gt 1&$skip=1&$top=1":  "3",
		"/CsP2PAVTimeDaily?$expand=TenantName&$top=1":       "4",
		"/CsP2PAVTimeDaily?$expand=Nope":                    "400 Could not find a property named 'Nope' on type 'TenantReporting.CsP2PAVTimeReport'.",
		"/CsP2PAVTimeDaily?$select=ID;Date":                 "400 Term 'ID;Date' is not valid in a $select or $expand expression.",
		"/CsP2PAVTimeDaily?$select=,ID":                     "400 Identifier expected at position 0.",
		"/CsP2PAVTimeDaily?$select=ID/x":                    "400 Inner or start path segments must be navigation properties in $select.",
		"/CsP2PAVTimeDaily?$select=$it":                     "400 Found system token '$it' in select or expand clause '$it'.",
		"/CsP2PAVTimeDaily?$skiptoken=datetime'2013-03-13'": "1",
		"/Others?$skiptoken=1":                              "400 " + textTokenUnpaged,
		"/Others(1)?$skiptoken=1":                           "400 " + textTokenNotAllowed,
		"/Others/$count?$skiptoken=1":                       "400 " + textTokenNotAllowed,
		"/Others(1)?$filter=Id eq 1":                        "1",
		"/Others(1)?$filter=Id eq 2":                        "404 Resource not found for the segment 'Others'.",
		"/Others(1)/Id?$filter=true":                        "400 " + textFilterOption,
		"/Others(1)/Id?$select=Id":                          "400 " + textSelectOption,
		"/Others(1)/Id?$expand=Id":                          "400 " + textExpandOption,
		"/?$top=1":                                          "400 " + textNoOptions,
		"/$metadata?$filter=true":                           "400 " + textNoOptions,
		"/$batch?$format=json":                              "400 " + textBatchFormat,
	} {
		if got := summary(t, get(target)); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

func TestRule33DefaultOrderIsTheKey(t *testing.T) {
	for target, want := range map[string]string{
		"/CsP2PAVTimeDaily": "4,3 more",
		"/CsP2PAVTimeDaily?$orderby=TotalAudioMinutes desc": "1,2 more",
		"/CsP2PAVTimeDaily?$skip=3":                         "1",
		"/Others":                                           "1,2",
	} {
		if got := summary(t, get(target)); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

func TestRule35RequestVersion(t *testing.T) {
	const low = "400 The DataServiceVersion '1.0' is too low for the request. The lowest supported version is '2.0'."
	for target, want := range map[string]string{
		"/Others?$select=Id": low, "/Others?$inlinecount=allpages": low, "/Others/$count": low,
		"/CsP2PAVTimeDaily?$skiptoken=datetime'2013-03-13'": low, "/Others?$inlinecount=none": "200", "/Others": "200", "/Others?$select=": "200",
	} {
		if got := message(get(target, "DataServiceVersion", "1.0;NetFx")); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
		if got := get(target); got.Status != 200 {
			t.Errorf("%s without a version: got %s", target, message(got))
		}
	}
	for header, want := range map[string]string{"2.0": "200", "3.0;x": "200", "abc": "400", "4.0": "400", "2.5": "400", "2": "400", "": "200"} {
		if got := statusText(get("/Others", "DataServiceVersion", header)); got != want {
			t.Errorf("DataServiceVersion %s: got %s, want %s", header, got, want)
		}
	}
}

func TestRule36SelectKeepsWireOrder(t *testing.T) {
	body := string(get("/CsP2PAVTimeDaily?$select=TotalVideoMinutes,ID,Date&$top=1").Body)
	date, id, video := strings.Index(body, "<d:Date"), strings.Index(body, "<d:ID"), strings.Index(body, "<d:TotalVideo")
	if date < 0 || id < date || video < id || strings.Contains(body, "TotalAudio") || !strings.Contains(body, "<link rel=\"edit\"") {
		t.Error(body)
	}
}

func TestRule37ResponseVersion(t *testing.T) {
	for target, want := range map[string]string{
		"/CsP2PAVTimeDaily": "2.0;", "/CsP2PAVTimeDaily?$top=3": "2.0;", "/CsP2PAVTimeDaily?$top=2": "1.0;", "/CsP2PAVTimeDaily?$top=-1": "1.0;",
		"/CsP2PAVTimeDaily?$top=1&$inlinecount=allpages": "2.0;", "/CsP2PAVTimeDaily/$count": "2.0;", "/Others": "1.0;",
		"/CsP2PAVTimeDaily?$format=json": "3.0;", "/": "1.0;", "/$metadata": "1.0;", "/CsP2PAVTimeDaily(datetime'2013-03-13')": "1.0;",
		"/CsP2PAVTimeDaily?$top=1&$skiptoken=datetime'2013-03-13'": "1.0;",
	} {
		if got := get(target).DataServiceVersion; got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

func TestRule38VerboseShape(t *testing.T) {
	for target, want := range map[string]string{
		"/CsP2PAVTimeDaily?$top=0": `{"d":[]}`, "/CsP2PAVTimeDaily?$filter=false": `{"d":{"results":[]}}`, "/Empty": `{"d":[]}`,
		"/CsP2PAVTimeDaily?$top=0&$inlinecount=allpages":            `{"d":{"results":[],"__count":"4"}}`,
		"/CsP2PAVTimeDaily(datetime'2013-03-14')/TotalAudioMinutes": `{"d":{"TotalAudioMinutes":"120"}}`,
		"/CsP2PAVTimeDaily(datetime'2013-03-13')/TotalVideoMinutes": `{"d":{"TotalVideoMinutes":null}}`,
	} {
		if got := string(get(target, "Accept", "application/json;odata=verbose").Body); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

func TestRule39MaximumVersion(t *testing.T) {
	const low = "400 The MaxDataServiceVersion '1.0' is too low for the response. The lowest supported version is '2.0'."
	for target, want := range map[string]string{
		"/CsP2PAVTimeDaily": low, "/CsP2PAVTimeDaily?$top=3": low, "/CsP2PAVTimeDaily/$count": low, "/CsP2PAVTimeDaily?$top=2": "200", "/Others": "200", "/": "200", "/$metadata": "200",
	} {
		if got := message(get(target, "MaxDataServiceVersion", "1.0")); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

func TestRule41NextLink(t *testing.T) {
	const feed = "https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily"
	for target, want := range map[string]string{
		"/CsP2PAVTimeDaily":                            feed + "?$skiptoken=datetime'2013-03-12T00%3A00%3A00'",
		"/CsP2PAVTimeDaily()?$format=atom&$skip=1&x=y": feed + "?$skiptoken=datetime'2013-03-13T00%3A00%3A00'",
		"/CsP2PAVTimeDaily/":                           feed + "/?$skiptoken=datetime'2013-03-12T00%3A00%3A00'",
		"/CsP2PAVTimeDaily?$top=3&$select=ID&$inlinecount=allpages&$orderby=ID desc&$expand=ID&$filter=TenantName ne 'a %26+%2B b'": feed +
			"?$filter=TenantName%20ne%20'a%20%26%20%2B%20b'&$expand=ID&$orderby=ID%20desc&$inlinecount=allpages&$select=ID&$top=1&$skiptoken=3L,datetime'2013-03-12T00%3A00%3A00'",
		"/CsP2PAVTimeDaily?$top=2": "", "/CsP2PAVTimeDaily?$skip=3": "", "/Others": "",
	} {
		o, err := readAtom(get(target).Body)
		if err != nil || o.next != want {
			t.Errorf("%s: got %s, want %s (%v)", target, o.next, want, err)
		}
	}
	if got := summary(t, get("/CsP2PAVTimeDaily?$skip=2")); got != "2,1 more" {
		t.Errorf("a last page that is full: got %s", got)
	}
}

func TestRule42NextLinkPlace(t *testing.T) {
	atom := string(get("/CsP2PAVTimeDaily").Body)
	if !strings.HasSuffix(atom, `'" /></feed>`) {
		t.Error(atom)
	}
	req := testRequest("GET", "/CsP2PAVTimeDaily?$select=ID", map[string]string{"Accept": "application/json"})
	req.Base = "https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/"
	r := Answer(fixtureModel(), req, fixtureRows, fixedTime)
	const want = `{"odata.metadata":"https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/$metadata#CsP2PAVTimeDaily&$select=ID","value":[{"ID":"4"},{"ID":"3"}],` +
		`"odata.nextLink":"../../reportingwebservice/reporting.svc/CsP2PAVTimeDaily?$select=ID&$skiptoken=datetime'2013-03-12T00%3A00%3A00'"}`
	if got := string(r.Body); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestRule43InlineCount(t *testing.T) {
	for target, want := range map[string]string{
		"/CsP2PAVTimeDaily?$inlinecount=allpages&$filter=ID gt 1&$top=1": "4 of 3", "/CsP2PAVTimeDaily?$inlinecount=none": "4,3 more",
		"/CsP2PAVTimeDaily?$inlinecount= allpages": "4,3 of 4 more", "/CsP2PAVTimeDaily?$inlinecount=ALL": "400 " + textInlineCount,
		"/CsP2PAVTimeDaily?$inlinecount= ": "400 " + textInlineCount, "/Others/$count?$inlinecount=allpages": "400 " + textInlineCountCount,
		"/Others(1)?$inlinecount=allpages": "400 " + textSetOptions,
	} {
		if got := summary(t, get(target)); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
	light := string(get("/Empty?$inlinecount=allpages", "Accept", "application/json").Body)
	if !strings.Contains(light, `#Empty","odata.count":"0","value":[]}`) {
		t.Error(light)
	}
}

func TestRule44TopAndSkip(t *testing.T) {
	for target, want := range map[string]string{
		"/CsP2PAVTimeDaily?$top=abc": "400 Incorrect format for $top argument 'abc'.", "/CsP2PAVTimeDaily?$skip=1.5": "400 Incorrect format for $skip argument '1.5'.",
		"/CsP2PAVTimeDaily?$top=99999999999": "400 Incorrect format for $top argument '99999999999'.", "/CsP2PAVTimeDaily?$top=%2B2": "4,3", "/CsP2PAVTimeDaily?$top= 2 ": "4,3",
		"/CsP2PAVTimeDaily?$top=0": "", "/CsP2PAVTimeDaily?$top=-1": "", "/CsP2PAVTimeDaily?$skip=-1": "4,3 more", "/CsP2PAVTimeDaily?$skip=99": "", "/CsP2PAVTimeDaily?$top=": "4,3 more",
		"/Others(1)?$top=1": "400 " + textSetOptions, "/Others(1)?$orderby=Id": "400 " + textSetOptions,
	} {
		if got := summary(t, get(target)); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

func TestRule50Verbs(t *testing.T) {
	for request, want := range map[string]string{
		"POST /CsP2PAVTimeDaily": "403 Forbidden", "PUT /CsP2PAVTimeDaily": "403 Forbidden", "MERGE /CsP2PAVTimeDaily": "403 Forbidden",
		"DELETE /CsP2PAVTimeDaily": "403 Forbidden", "PATCH /CsP2PAVTimeDaily": "403 Forbidden", "MERGE /Others(1)": "403 Forbidden",
		"HEAD /CsP2PAVTimeDaily": "501 Not Implemented", "OPTIONS /": "501 Not Implemented", "TRACE /": "501 Not Implemented", "get /": "501 Not Implemented",
		"POST /": "405 " + textRootVerb, "GET /$batch": "405 " + textBatchVerb, "POST /$batch": "400 " + textUnexpected,
		"POST /Others/$count": "400 " + textCountVerb, "POST /Others?$select=Id": "400 " + textNoOptions, "POST /Nope": "404 Resource not found for the segment 'Nope'.",
	} {
		method, target, _ := strings.Cut(request, " ")
		if got := message(ask(method, target)); got != want {
			t.Errorf("%s: got %s, want %s", request, got, want)
		}
	}
	if got := ask("POST", "/").Allow; got != "GET" {
		t.Errorf("Allow of the root is %q", got)
	}
	if got := get("/$batch").Allow; got != "POST" {
		t.Errorf("Allow of $batch is %q", got)
	}
}

func TestEntityTags(t *testing.T) {
	for _, c := range []struct{ target, match, none, want string }{
		{"/Others", "", "*", "400 If-Match or If-None-Match HTTP headers cannot be specified since the URI '" + testRoot + "/Others' refers to a collection of resources or has a $count or $link segment or has a $expand as one of the query parameters."},
		{"/Others(1)", `W/"x"`, "", "400 " + textTagNoProperties},
		{"/Others(1)", "*", "", "400 " + textTagNoProperties},
		{"/Others(1)", `"x"`, "", `400 The etag value '"x"' specified in one of the request headers is not valid. Please make sure only one etag value is specified and is valid.`},
		{"/Others(1)", "", `W/"x", W/"y"`, `400 The etag value 'W/"x", W/"y"' specified in one of the request headers is not valid. Please make sure only one etag value is specified and is valid.`},
		{"/Others(1)", "", `W/"x"`, "200"},
		{"/Others(1)", `W/"x"`, `W/"x"`, "400 " + textBothTags},
		{"/", "", "*", "200"},
	} {
		if got := message(get(c.target, "If-Match", c.match, "If-None-Match", c.none)); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}
