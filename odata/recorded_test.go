package odata

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// testRequest makes a request out of a path with query and headers by their names.
func testRequest(method, target string, h map[string]string) Request {
	path, query, _ := strings.Cut(target, "?")
	return Request{
		Method: method, ServiceRoot: testRoot, Base: testRoot + "/", Path: path, RawQuery: query,
		Accept: h["Accept"], AcceptCharset: h["Accept-Charset"], AcceptLanguage: h["Accept-Language"],
		DataServiceVersion: h["DataServiceVersion"], MaxDataServiceVersion: h["MaxDataServiceVersion"],
		IfMatch: h["If-Match"], IfNoneMatch: h["If-None-Match"],
	}
}

// outcome is what a recording tells of a body.
type outcome struct {
	entries int
	ids     string
	count   string
	next    string
}

// atomDocument is as much of Atom as the replay reads.
type atomDocument struct {
	Count   string       `xml:"count"`
	Entries []atomEntry  `xml:"entry"`
	Links   []atomLink   `xml:"link"`
	Content *atomContent `xml:"content"`
}

type atomEntry struct {
	Content atomContent `xml:"content"`
}

type atomContent struct {
	Upper string `xml:"properties>ID"`
	Mixed string `xml:"properties>Id"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

// references stands in for character references that XML 1.0 forbids, which encoding/xml refuses.
var references = regexp.MustCompile(`&#x[0-9A-F]+;`)

// readAtom reads a feed or an entry.
func readAtom(body []byte) (outcome, error) {
	var doc atomDocument
	d := xml.NewDecoder(bytes.NewReader(references.ReplaceAll(body, []byte("?"))))
	d.CharsetReader = charsetReader
	if err := d.Decode(&doc); err != nil {
		return outcome{}, err
	}
	o := outcome{count: doc.Count}
	if doc.Content != nil {
		doc.Entries = append(doc.Entries, atomEntry{*doc.Content})
	}
	o.entries = len(doc.Entries)
	var ids []string
	for _, e := range doc.Entries {
		if id := e.Content.Upper + e.Content.Mixed; id != "" {
			ids = append(ids, id)
		}
	}
	o.ids = strings.Join(ids, ",")
	for _, l := range doc.Links {
		if l.Rel == "next" {
			o.next = l.Href
		}
	}
	return o, nil
}

// charsetReader decodes the single-byte sets of the tests.
func charsetReader(label string, r io.Reader) (io.Reader, error) {
	c := charsets[strings.ToLower(label)]
	if c == nil || c.single == nil {
		return nil, fmt.Errorf("character set %q", label)
	}
	return c.single.NewDecoder().Reader(r), nil
}

// readError finds the message of an error body.
func readError(body []byte) string {
	var e struct {
		Message string `xml:"message"`
	}
	if xml.Unmarshal(body, &e) == nil && e.Message != "" {
		return e.Message
	}
	var j map[string]struct {
		Message struct{ Value string }
	}
	_ = json.Unmarshal(body, &j)
	return j["error"].Message.Value + j["odata.error"].Message.Value
}

var entriesLine = regexp.MustCompile(`^ENTRIES (\d+) IDS ?(\S*)(?: COUNT (\d+))?(?: NEXT (.*))?$`)

// differences compares an answer with a recorded line; message tells whether only the wording differs.
func differences(fields []string, resp Response) (diffs []string, message bool) {
	check := func(what, want, got string) {
		if want != "" && want != got {
			diffs = append(diffs, fmt.Sprintf("%s is %q, recorded %q", what, got, want))
		}
	}
	check("status", fields[4], fmt.Sprint(resp.Status))
	check("version", fields[5], resp.DataServiceVersion)
	check("content type", fields[6], resp.ContentType)
	kind, rest, _ := strings.Cut(fields[7], " ")
	switch kind {
	case "ERROR":
		if got, want := readError(resp.Body), html.UnescapeString(rest); got != want {
			return append(diffs, fmt.Sprintf("message is %q, recorded %q", got, want)), len(diffs) == 0
		}
	case "ENTRIES":
		want := entriesLine.FindStringSubmatch(fields[7])
		got, err := readAtom(resp.Body)
		if err != nil || want == nil {
			return append(diffs, fmt.Sprintf("body cannot be read: %v", err)), false
		}
		check("entries", want[1], fmt.Sprint(got.entries))
		if want[2] != got.ids {
			diffs = append(diffs, fmt.Sprintf("ids are %q, recorded %q", got.ids, want[2]))
		}
		check("count", want[3], got.count)
		if want[4] != got.next {
			diffs = append(diffs, fmt.Sprintf("next is %q, recorded %q", got.next, want[4]))
		}
	}
	return diffs, false
}

// TestRecordedAnswers replays the recordings of the original server.
func TestRecordedAnswers(t *testing.T) {
	name := cmp.Or(os.Getenv("RWSGATE_WCF_CASES"), "odata/testdata/wcf-v3-page2.tsv")
	file, err := os.Open(name)
	if err != nil && !filepath.IsAbs(name) { // from the project's root, while the test runs in its folder
		file, err = os.Open(filepath.Join("..", name))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	compared, disagree, messages := 0, 0, 0
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(strings.TrimRight(lines.Text(), "\r"), "\t")
		if len(fields) < 8 || fields[0] == "id" {
			continue
		}
		headers := map[string]string{}
		if fields[3] != "" {
			if err := json.Unmarshal([]byte(fields[3]), &headers); err != nil {
				t.Fatalf("line %s: %v", fields[0], err)
			}
		}
		compared++
		resp := Answer(fixtureModel(), testRequest(fields[1], fields[2], headers), fixtureRows, fixedTime)
		diffs, message := differences(fields, resp)
		switch {
		case len(diffs) == 0:
			continue
		case message:
			messages++
		default:
			disagree++
		}
		t.Logf("%s %s %s %s: %s", fields[0], fields[1], fields[2], fields[3], strings.Join(diffs, "; "))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("recorded %s compared=%d disagree=%d message=%d\n", name, compared, disagree, messages)
	if compared == 0 || disagree > 0 {
		t.Errorf("%d of %d recorded answers differ", disagree, compared)
	}
}
