package odata

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// statuses are all the data service answers with.
var statuses = map[int]bool{200: true, 400: true, 403: true, 404: true, 405: true, 415: true, 500: true, 501: true}

// checkAnswer demands a known status and a well-formed body.
func checkAnswer(t *testing.T, r Response) {
	t.Helper()
	if !statuses[r.Status] || r.ContentType == "" || r.DataServiceVersion == "" || (r.Err == nil) != (r.Status == 200) {
		t.Fatalf("status %d, content type %q, version %q, error %v", r.Status, r.ContentType, r.DataServiceVersion, r.Err)
	}
	switch {
	case !strings.HasSuffix(r.ContentType, "charset=utf-8") || strings.HasPrefix(r.ContentType, "text/"):
	case strings.HasPrefix(r.ContentType, "application/json"):
		if !json.Valid(r.Body) {
			t.Fatalf("not JSON: %q", r.Body)
		}
	default:
		if err := wellFormed(r.Body); err != nil {
			t.Fatalf("not XML: %v in %q", err, r.Body)
		}
	}
}

// wellFormed reads XML to its end; character references that XML 1.0 forbids are allowed, as the original writes them.
func wellFormed(body []byte) error {
	d := xml.NewDecoder(bytes.NewReader(references.ReplaceAll(body, []byte("?"))))
	for {
		if _, err := d.Token(); err != nil {
			if err.Error() == "EOF" {
				return nil
			}
			return err
		}
	}
}

func FuzzURI(f *testing.F) {
	for _, target := range []string{
		"/CsP2PAVTimeDaily?$top=1", "/CsP2PAVTimeDaily(datetime'2013-03-14T00%3A00%3A00')/ID/$value", "/Others?$filter=Id eq 1&$orderby=Name desc",
		"/$metadata", "/", "//x", "/Others(Id=1)/Name?$format=json", "/Others/$count?$inlinecount=allpages", "/CsP2PAVTimeDaily?$skiptoken=1,2&$select=*,ID&$expand=ID",
		"/Others?$callback=f&$format=verbosejson", "/%zz%(%27)/$value?%24top", "/Others?\x01\xff=\xfe",
	} {
		f.Add("GET", target, "", "", "", "", "")
	}
	f.Add("POST", "/Others", "application/json;q=0.5, */*", "utf-16;q=1", "1.0", "2.0;NetFx", `W/"x"`)
	f.Fuzz(func(t *testing.T, method, target, accept, charset, dsv, maximum, tag string) {
		r := ask(method, target, "Accept", accept, "Accept-Charset", charset, "DataServiceVersion", dsv, "MaxDataServiceVersion", maximum, "If-Match", tag)
		checkAnswer(t, r)
	})
}

func FuzzSelect(f *testing.F) {
	for _, s := range []string{"Date,ID", "*", "TenantReporting.CsP2PAVTimeReport/ID", ",", "ID,", "$it", "a b", "ID/", "*/ID", "é", "1", "'"} {
		f.Add(s)
	}
	m := fixtureModel()
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSelect(m, reportType, text)
		if err != nil {
			if err.Status != 400 || err.Message == "" {
				t.Fatalf("%+v", err)
			}
			return
		}
		for i, p := range s.chosen {
			if p < 0 || p >= len(reportType.Properties) || i > 0 && p <= s.chosen[i-1] {
				t.Fatalf("%q chooses %v", text, s.chosen)
			}
			if !strings.Contains(text, reportType.Properties[p].Name) {
				t.Fatalf("%q does not name %s", text, reportType.Properties[p].Name)
			}
		}
	})
}

func FuzzAccept(f *testing.F) {
	for _, s := range []string{"application/json;odata=verbose;q=0.5, */*;q=0.1", `a/b;c="d\"e"`, "text/*", "*/*;q=0", "a/b;;", "application/json;charset=utf-16", ",", "a"} {
		f.Add(s, "utf-8")
	}
	f.Add("", "iso-8859-1;q=0.5,*;q=0")
	f.Fuzz(func(t *testing.T, accept, charset string) {
		for p := payloadFeed; p < payloads; p++ {
			format, ok := negotiate(p, accept, charset, version3)
			if !ok {
				continue
			}
			offered := false
			for i := range offers[p][1] {
				offered = offered || offers[p][1][i].text() == format.media
			}
			if !offered || !strings.Contains(format.ContentType(), ";charset=") {
				t.Fatalf("%q chooses %s", accept, format.ContentType())
			}
		}
		checkAnswer(t, get("/Nope", "Accept", accept, "Accept-Charset", charset))
	})
}

// fuzzType has a property of every kind that a row's text can break.
var fuzzType = &EntityType{Namespace: "N", Name: "T", Key: "Id", Properties: []Property{
	{Name: "Id", Kind: Int64}, {Name: "Text", Kind: String}, {Name: "More", Kind: String}, {Name: "Real", Kind: Double}, {Name: "Data", Kind: Binary}}}

// fuzzAnswer renders one row of fuzzType.
func fuzzAnswer(accept string, id int64, text string, null bool, real float64, data string) Response {
	more := vText(String, text+text)
	if null {
		more = Value{}
	}
	m := &Model{Namespace: "N", Container: "C", Sets: []*EntitySet{{Name: "Set", Type: fuzzType}}}
	rows := func(*EntitySet) (RowSource, error) {
		return rowList{{vInt(Int64, id), vText(String, text), more, vFloat(Double, real), vText(Binary, data)}}, nil
	}
	return Answer(m, testRequest("GET", "/Set", map[string]string{"Accept": accept}), rows, fixedTime)
}

// legalXML drops what XML 1.0 cannot carry: the original writes it, and no parser reads it.
func legalXML(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

func sameReal(text string, want float64) bool {
	if text == "INF" || text == "-INF" {
		return math.IsInf(want, 0) && (text == "-INF") == (want < 0)
	}
	got, err := strconv.ParseFloat(text, 64)
	return err == nil && (got == want || got != got && want != want)
}

func FuzzAtom(f *testing.F) {
	f.Add(int64(1), " é<&>\r\n\"'", true, 1.5, "\x00\xff")
	f.Add(int64(-1), "]]>", false, math.Inf(-1), "")
	f.Fuzz(func(t *testing.T, id int64, text string, null bool, real float64, data string) {
		text = legalXML(text)
		r := fuzzAnswer("", id, text, null, real, data)
		var feed struct {
			ID   string `xml:"entry>content>properties>Id"`
			Text string `xml:"entry>content>properties>Text"`
			More struct {
				Null string `xml:"null,attr"`
				Text string `xml:",chardata"`
			} `xml:"entry>content>properties>More"`
			Real string `xml:"entry>content>properties>Real"`
			Data string `xml:"entry>content>properties>Data"`
		}
		if err := xml.Unmarshal(r.Body, &feed); err != nil {
			t.Fatalf("%v in %s", err, r.Body)
		}
		if feed.ID != fmt.Sprint(id) || feed.Text != text || !sameReal(feed.Real, real) || feed.Data != base64.StdEncoding.EncodeToString([]byte(data)) {
			t.Fatalf("%+v of %q", feed, r.Body)
		}
		if null != (feed.More.Null == "true") || !null && feed.More.Text != text+text {
			t.Fatalf("%+v of %q", feed, r.Body)
		}
	})
}

func FuzzJSON(f *testing.F) {
	f.Add(int64(1), " é<&>\r\n\"'\U0001F600\x01", true, 1.5, "\x00\xff", false)
	f.Add(int64(-1), "\\/", false, math.NaN(), "", true)
	f.Fuzz(func(t *testing.T, id int64, text string, null bool, real float64, data string, light bool) {
		accept := "application/json;odata=verbose"
		if light {
			accept = "application/json"
		}
		r := fuzzAnswer(accept, id, text, null, real, data)
		for _, c := range r.Body {
			if c >= utf8.RuneSelf {
				t.Fatalf("%q is not ASCII", r.Body)
			}
		}
		type object struct {
			ID   string  `json:"Id"`
			Text string  `json:"Text"`
			More *string `json:"More"`
			Real any     `json:"Real"`
			Data []byte  `json:"Data"`
		}
		var body struct {
			D     []object `json:"d"`
			Value []object `json:"value"`
		}
		if err := json.Unmarshal(r.Body, &body); err != nil {
			t.Fatalf("%v in %s", err, r.Body)
		}
		o := append(body.D, body.Value...)[0]
		valid := string([]rune(text))
		if o.ID != fmt.Sprint(id) || o.Text != valid || !sameReal(fmt.Sprint(o.Real), real) || string(o.Data) != data {
			t.Fatalf("%+v of %q", o, r.Body)
		}
		if null != (o.More == nil) || !null && *o.More != string([]rune(text+text)) {
			t.Fatalf("%+v of %q", o, r.Body)
		}
	})
}
