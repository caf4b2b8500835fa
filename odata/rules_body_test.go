package odata

import (
	"strings"
	"testing"
)

// contains demands each text in a body.
func contains(t *testing.T, body []byte, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(string(body), text) {
			t.Errorf("%s\nlacks %s", body, text)
		}
	}
}

func TestRule2NamespaceAndContainer(t *testing.T) {
	r := askLegacy(legacyModel(), "/$metadata", nil)
	contains(t, r.Body, `<Schema Namespace="TenantReporting"`, `<EntityContainer Name="TenantReportingWebService" m:IsDefaultEntityContainer="true">`)
	if strings.Contains(string(r.Body), "FunctionImport") || strings.Contains(string(r.Body), "NavigationProperty") {
		t.Error(string(r.Body))
	}
}

func TestRule4WireOrder(t *testing.T) {
	r := askLegacy(legacyModel(), "/CsP2PAVTimeDaily?$top=1", map[string]string{"Accept": "application/json"})
	contains(t, r.Body, `{"ID":"71","Date":"2013-09-06T00:00:00","TenantGuid":"16a58f78-539f-47f7-b9bf-02a63867d73b","TenantName":"example.onmicrosoft.com","TotalAudioMinutes":"12557","TotalVideoMinutes":"3656"}`)
}

func TestRule8HiddenSetIsUnknown(t *testing.T) {
	m := legacyModel()
	m.Sets = m.Sets[:1]
	if got := message(askLegacy(m, "/CsP2PAVTimeWeekly", nil)); got != "404 Resource not found for the segment 'CsP2PAVTimeWeekly'." {
		t.Error(got)
	}
	for _, target := range []string{"/", "/$metadata"} {
		if body := string(askLegacy(m, target, nil).Body); strings.Contains(body, "Weekly") {
			t.Error(body)
		}
	}
}

func TestRule9NothingIsAnEmptyFeed(t *testing.T) {
	r := get("/Empty")
	if r.Status != 200 || r.Rows != 0 {
		t.Error(message(r))
	}
	contains(t, r.Body, `<link rel="self" title="Empty" href="Empty" /><author><name /></author></feed>`)
}

func TestRule27PlainJSON(t *testing.T) {
	for maximum, want := range map[string]string{"": "minimalmetadata", "3.0": "minimalmetadata", "4.0": "minimalmetadata", "2.0;NetFx": "verbose", "1.0": "verbose"} {
		if got := get("/Others", "Accept", "application/json", "MaxDataServiceVersion", maximum).ContentType; !strings.Contains(got, "odata="+want+";") {
			t.Errorf("%q: got %s", maximum, got)
		}
	}
}

func TestRule34NoDefaultRange(t *testing.T) {
	if got := string(get("/CsP2PAVTimeDaily/$count").Body); got != "4" {
		t.Error(got)
	}
}

func TestRule40PageSizeBelongsToTheSet(t *testing.T) {
	for size, want := range map[int]string{0: "1,2,3,4", 1: "4 more", 3: "4,3,2 more", 4: "4,3,2,1 more", 5: "4,3,2,1"} {
		m := fixtureModel()
		m.Sets[0].PageSize = size
		r := Answer(m, testRequest("GET", "/CsP2PAVTimeDaily", nil), fixtureRows, fixedTime)
		if got := summary(t, r); got != want {
			t.Errorf("%d: got %s, want %s", size, got, want)
		}
	}
}

// TestWalk follows next links to the end and meets every row once.
func TestWalk(t *testing.T) {
	for _, start := range []string{"", "?$orderby=TotalVideoMinutes desc", "?$orderby=TenantName", "?$top=3", "?$filter=ID ne 2&$orderby=ID", "?$skip=1"} {
		target, ids := "/CsP2PAVTimeDaily"+start, ""
		for pages := 0; target != ""; pages++ {
			o, err := readAtom(get(target).Body)
			if err != nil || pages > 4 {
				t.Fatalf("%s: %v", target, err)
			}
			ids += strings.ReplaceAll(o.ids, ",", "")
			target = strings.TrimPrefix(o.next, testRoot)
		}
		want := map[string]string{"": "4321", "?$orderby=TotalVideoMinutes desc": "1432", "?$orderby=TenantName": "4231", "?$top=3": "432",
			"?$filter=ID ne 2&$orderby=ID": "134", "?$skip=1": "321"}[start]
		if ids != want {
			t.Errorf("%q: got %s, want %s", start, ids, want)
		}
	}
}

func TestRules62And63EntryAddresses(t *testing.T) {
	r := askLegacy(legacyModel(), "/CsP2PAVTimeDaily", nil)
	contains(t, r.Body, `Reporting.svc/CsP2PAVTimeDaily(datetime'2013-09-07T00%3A00%3A00')</id>`,
		`<link rel="edit" title="CsP2PAVTimeReport" href="CsP2PAVTimeDaily(datetime'2013-09-07T00%3A00%3A00')" />`)
	entry := string(r.Body)[strings.Index(string(r.Body), "<entry>"):]
	if strings.Contains(entry, `rel="self"`) || strings.Contains(entry, "etag") {
		t.Error(entry)
	}
}

func TestRule64AtomValues(t *testing.T) {
	contains(t, get("/CsP2PAVTimeDaily").Body, `<d:Date m:type="Edm.DateTime">2013-03-11T01:02:03.456</d:Date>`, `<d:Date m:type="Edm.DateTime">2013-03-12T00:00:00</d:Date>`,
		`<d:ID m:type="Edm.Int64">3</d:ID>`, `<d:TenantGuid m:type="Edm.Guid">aaaaaaaa-1111-2222-3333-444444444444</d:TenantGuid>`, `<d:TenantName>contoso.onmicrosoft.com</d:TenantName>`,
		`<d:TenantName m:null="true" />`)
}

func TestRule66OneUpdatedForAll(t *testing.T) {
	body := string(get("/CsP2PAVTimeDaily").Body)
	if n := strings.Count(body, "<updated>2026-11-23T09:13:07Z</updated>"); n != 3 || strings.Count(body, "<updated>") != 3 {
		t.Error(body)
	}
}

func TestRule68TextsAreEnglish(t *testing.T) {
	r := get("/Nope", "Accept-Language", "de-DE, fr;q=0.5")
	contains(t, r.Body, `xml:lang="en-US">Resource not found`)
}

// TestSelectOfOperationsOnly chooses no property at all.
func TestSelectOfOperationsOnly(t *testing.T) {
	contains(t, get("/Others(1)?$select=TenantReportingWebService.*").Body, `<content type="application/xml" /></entry>`)
}
