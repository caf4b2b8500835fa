package odata

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files of testdata/legacy")

// The service of LEGACY 3: wire order ID first, three sets of one type, annotated.
var legacyType = &EntityType{Namespace: "TenantReporting", Name: "CsP2PAVTimeReport", Key: "Date", Properties: []Property{
	{Name: "ID", Kind: Int64}, {Name: "Date", Kind: DateTime}, {Name: "TenantGuid", Kind: Guid},
	{Name: "TenantName", Kind: String, Nullable: true, IgnoreCase: true}, {Name: "TotalAudioMinutes", Kind: Int64}, {Name: "TotalVideoMinutes", Kind: Int64},
}}

func legacyModel() *Model {
	m := &Model{Namespace: "TenantReporting", Container: "TenantReportingWebService"}
	for _, interval := range []string{"Daily", "Weekly", "Monthly"} {
		m.Sets = append(m.Sets, &EntitySet{Name: "CsP2PAVTime" + interval, Type: legacyType, PageSize: 1000, Annotations: []Annotation{
			{"TenantReporting.ReportTitle", interval + " P2P time of Lync"}, {"TenantReporting.X-Axis", "Date"}, {"TenantReporting.Y-Axis", "Minutes"}}})
	}
	return m
}

func legacyRows(*EntitySet) (RowSource, error) {
	g := Value{Kind: Guid, Guid: [16]byte{0x16, 0xa5, 0x8f, 0x78, 0x53, 0x9f, 0x47, 0xf7, 0xb9, 0xbf, 0x02, 0xa6, 0x38, 0x67, 0xd7, 0x3b}}
	name := vText(String, "example.onmicrosoft.com")
	return rowList{
		{vInt(Int64, 71), vDate(2013, 9, 6), g, name, vInt(Int64, 12557), vInt(Int64, 3656)},
		{vInt(Int64, 72), vDate(2013, 9, 7), g, name, vInt(Int64, 12557), {}},
	}, nil
}

// askLegacy asks as LEGACY 61 says clients do: their own casing in the root, the service's in the base.
func askLegacy(m *Model, target string, h map[string]string) Response {
	req := testRequest("GET", target, h)
	req.Base = "https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/"
	return Answer(m, req, legacyRows, time.Date(2013, 9, 8, 17, 3, 11, 0, time.UTC))
}

// TestLegacyPayloads compares the payloads b2 to b8 of LEGACY 3 with golden files.
func TestLegacyPayloads(t *testing.T) {
	verbose := map[string]string{"Accept": "application/json;odata=verbose"}
	light := map[string]string{"Accept": "application/json"}
	for _, c := range []struct {
		name, target string
		headers      map[string]string
	}{
		{"b2-feed", "/CsP2PAVTimeDaily", nil}, {"b2-entry", "/CsP2PAVTimeDaily(datetime'2013-09-07T00:00:00')", nil},
		{"b2-select", "/CsP2PAVTimeDaily?$select=TotalAudioMinutes,Date&$inlinecount=allpages", nil},
		{"b2-empty", "/CsP2PAVTimeDaily?$top=0", nil},
		{"b3-verbose", "/CsP2PAVTimeDaily?$inlinecount=allpages", verbose}, {"b4-top", "/CsP2PAVTimeDaily?$top=2", verbose},
		{"b4-entry", "/CsP2PAVTimeDaily(datetime'2013-09-07')", verbose},
		{"b5-light", "/CsP2PAVTimeDaily?$select=Date,TotalVideoMinutes", light},
		{"b6-service", "/", nil}, {"b6-service-verbose", "/", verbose}, {"b6-service-light", "/", light},
		{"b7-metadata", "/$metadata", nil},
		{"b8-error", "/CsP2PAVTimeDialy", nil}, {"b8-error-verbose", "/CsP2PAVTimeDialy", verbose}, {"b8-error-light", "/CsP2PAVTimeDialy", light},
	} {
		r := askLegacy(legacyModel(), c.target, c.headers)
		got := statusText(r) + " " + r.DataServiceVersion + " " + r.ContentType + "\n" + string(r.Body) + "\n"
		file := filepath.Join("testdata", "legacy", c.name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s\n%v", c.name, got, want, err)
		}
	}
}

func TestDifferenceD2MetadataIsNeverRefused(t *testing.T) {
	for _, maximum := range []string{"1.0", "2.0", "3.0"} {
		r := askLegacy(legacyModel(), "/$metadata", map[string]string{"MaxDataServiceVersion": maximum})
		if r.Status != 200 || r.DataServiceVersion != "3.0;" {
			t.Errorf("%s: %d %s", maximum, r.Status, r.DataServiceVersion)
		}
	}
}

// TestRule3SetsShareAType shows that the type stands once in $metadata, however many sets have it.
func TestRule3SetsShareAType(t *testing.T) {
	body := string(askLegacy(legacyModel(), "/$metadata", nil).Body)
	if strings.Count(body, "<EntityType ") != 1 || strings.Count(body, `EntityType="TenantReporting.CsP2PAVTimeReport"`) != 3 {
		t.Error(body)
	}
}

func TestRule5NullOfANotNullableProperty(t *testing.T) {
	body := string(askLegacy(legacyModel(), "/CsP2PAVTimeDaily", nil).Body)
	if !strings.Contains(body, `<d:TotalVideoMinutes m:type="Edm.Int64" m:null="true" />`) {
		t.Error(body)
	}
}

// TestRule61Casing keeps the client's casing in the feed id and the service's everywhere else.
func TestRule61Casing(t *testing.T) {
	body := string(askLegacy(legacyModel(), "/CsP2PAVTimeDaily?$top=1", nil).Body)
	for _, want := range []string{
		`xml:base="https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/"`,
		`<id>https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeDaily</id>`,
		`<entry><id>https://reports.office365.com/ecp/ReportingWebService/Reporting.svc/CsP2PAVTimeDaily(datetime'2013-09-06T00%3A00%3A00')</id>`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s lacks %s", body, want)
		}
	}
}

// TestAnotherType serves a type that nothing in the package knows.
func TestAnotherType(t *testing.T) {
	city := &EntityType{Namespace: "Atlas", Name: "City", Key: "Name", Properties: []Property{
		{Name: "Name", Kind: String}, {Name: "Area", Kind: Single}, {Name: "Noon", Kind: Time}, {Name: "Born", Kind: DateTimeOffset}}}
	m := &Model{Namespace: "Atlas", Container: "Places", Sets: []*EntitySet{{Name: "Cities", Type: city, PageSize: 1}}}
	rows := func(*EntitySet) (RowSource, error) {
		return rowList{
			{vText(String, "O'Hara"), vFloat(Single, 2), vInt(Time, 12*ticksPerHour), {Kind: DateTimeOffset, Int: ticks(2000, 1, 1, 0, 0, 0, 0)}},
			{vText(String, " Åbo"), vFloat(Single, 1e10), {}, {}},
		}, nil
	}
	r := Answer(m, testRequest("GET", "/Cities", nil), rows, fixedTime)
	for _, want := range []string{`<d:Name xml:space="preserve"> Åbo</d:Name>`, `/Cities('%20%C3%85bo')</id>`, `?$skiptoken='%20%C3%85bo'" />`, `m:type="Edm.Time" m:null="true"`} {
		if !strings.Contains(string(r.Body), want) {
			t.Errorf("%s lacks %s", r.Body, want)
		}
	}
	r = Answer(m, testRequest("GET", "/Cities('O''Hara')/Noon/$value", nil), rows, fixedTime)
	if string(r.Body) != "PT12H" {
		t.Errorf("got %s %s", message(r), r.Body)
	}
}

func TestAnswerNeverPanics(t *testing.T) {
	for name, rows := range map[string]func(*EntitySet) (RowSource, error){
		"panic": func(*EntitySet) (RowSource, error) { panic("secret") },
		"nil":   func(*EntitySet) (RowSource, error) { return nil, nil },
		"error": func(*EntitySet) (RowSource, error) { return nil, errors.New("secret") },
		"typed": func(*EntitySet) (RowSource, error) { return nil, &Error{Status: 503, Code: "C", Message: "later"} },
	} {
		want := "500 " + textUnexpected
		if name == "typed" {
			want = "503 later"
		}
		r := Answer(fixtureModel(), testRequest("GET", "/Others", nil), rows, fixedTime)
		if got := message(r); got != want || strings.Contains(string(r.Body), "secret") {
			t.Errorf("%s: got %s", name, r.Body)
		}
	}
}

func TestQueryExplains(t *testing.T) {
	q, err := Parse(fixtureModel(), testRequest("GET", "/CsP2PAVTimeDaily?$select=ID&$top=1&$skip=2&$inlinecount=allpages&$orderby=ID desc", nil))
	if err != nil {
		t.Fatal(err)
	}
	top, _ := q.Top()
	skip, _ := q.Skip()
	if q.Set().Name != "CsP2PAVTimeDaily" || q.Target() != Feed || q.Select()[0] != "ID" || top != 1 || skip != 2 || !q.Counts() || q.OrderBy() != "ID desc" || q.DataServiceVersion() != "2.0;" {
		t.Errorf("%+v", q)
	}
	q, err = Parse(fixtureModel(), testRequest("GET", "/Others(7)/Name", nil))
	if err != nil {
		t.Fatal(err)
	}
	if key, ok := q.Key(); !ok || key.Int != 7 || q.Property() != "Name" || q.Target().String() != "property" {
		t.Errorf("%+v", q)
	}
	if _, err = Parse(fixtureModel(), testRequest("GET", "/Nope", nil)); err == nil {
		t.Error("no error")
	}
}

func TestShiftDates(t *testing.T) {
	q, err := Parse(fixtureModel(), testRequest("GET", "/CsP2PAVTimeDaily?$filter=Date eq datetime'2013-03-13' and ID gt 0", nil))
	if err != nil {
		t.Fatal(err)
	}
	q.ShiftDates("Date", 1)
	rows, _ := fixtureRows(q.Set())
	page, err := q.Apply(rows)
	if err != nil || len(page.Rows) != 1 || page.Rows[0] != 0 {
		t.Errorf("%v %v", page.Rows, err)
	}
}
