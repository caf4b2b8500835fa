package rws

import "testing"

func TestRule10PathPrefixIgnoresCase(t *testing.T) {
	for _, c := range []struct{ path, root, rest string }{
		{"/ecp/reportingwebservice/reporting.svc", "/ecp/reportingwebservice/reporting.svc", "/"},
		{"/ecp/ReportingWebService/Reporting.svc/", "/ecp/ReportingWebService/Reporting.svc", "/"},
		{"/ECP/reportingwebservice/reporting.SVC/CsP2PAVTimeDaily", "/ECP/reportingwebservice/reporting.SVC", "/CsP2PAVTimeDaily"},
		{"/ecp/reportingwebservice/reporting.svc/A(datetime%27x%27)", "/ecp/reportingwebservice/reporting.svc", "/A(datetime%27x%27)"},
		{"/ecp/reportingwebservice/reporting.svc//A", "/ecp/reportingwebservice/reporting.svc", "//A"},
	} {
		root, rest, ok := Split(c.path)
		if !ok || root != c.root || rest != c.rest {
			t.Errorf("Split(%q) = %q, %q, %v", c.path, root, rest, ok)
		}
	}
	for _, path := range []string{"", "/", "/ecp", "/ecp/reportingwebservice/reporting.svcx", "/ecp/reportingwebservice/reporting.svc%2FA", "/x/ecp/reportingwebservice/reporting.svc"} {
		if _, _, ok := Split(path); ok {
			t.Errorf("Split(%q) is taken for the service", path)
		}
	}
}

func TestFrontReads(t *testing.T) {
	atom, verbose := "application/atom+xml", "application/json;odata=verbose"
	for _, c := range []struct {
		name, query string
		header      Header
		want        Request
		fault       *Fault
	}{
		{name: "nothing"},
		{name: "24 json", query: "$format=JSON", want: Request{Accept: verbose, Format: FormatJSON}},
		{name: "24 wins over Accept", query: "$FORMAT=Atom", header: Header{Accept: "application/json"}, want: Request{Accept: atom, Format: FormatAtom}},
		{name: "24 empty is absent", query: "$top=1&$format=", header: Header{Accept: "text/x"}, want: Request{Accept: "text/x", RawQuery: "$top=1"}},
		{name: "24 unknown", query: "$format=xml", fault: invalidFormat},
		{name: "24 media type", query: "$format=application/json", fault: invalidFormat},
		{name: "24 twice", query: "$format=json&$format=json", fault: invalidFormat},
		{name: "25 removed, the rest as sent", query: "%24select=Date%2CID&%24format=json&x=%zz", want: Request{Accept: verbose, Format: FormatJSON, RawQuery: "%24select=Date%2CID&x=%zz"}},
		{name: "13 spaces", query: "$top=1%20&%20$format%20=+json%20", want: Request{Accept: verbose, Format: FormatJSON, RawQuery: "$top=1%20"}},
		{name: "19 header", header: Header{Version: " 2013-v1 "}, want: Request{Versioned: true}},
		{name: "19 query", query: "rws-version=2013-V1", want: Request{Versioned: true, RawQuery: "rws-version=2013-V1"}},
		{name: "19 query name's case", query: "RWS-Version=2099", want: Request{RawQuery: "RWS-Version=2099"}},
		{name: "20 both", query: "rws-version=2013-V1", header: Header{Version: "2013-V1"}, fault: versionAmbiguous},
		{name: "21 header", header: Header{Version: "2012"}, fault: versionInvalid},
		{name: "21 query", query: "rws-version=", fault: versionInvalid},
		{name: "21 twice", query: "rws-version=2013-V1&rws-version=2013-V1", fault: versionInvalid},
		{name: "version before format", query: "$format=xml&rws-version=1", fault: versionInvalid},
		{name: "32", query: "$orderby='x'", fault: quotedOrderBy},
		{name: "32 encoded", query: "$orderby=startswith(TenantName,%27c%27)", fault: quotedOrderBy},
		{name: "32 only there", query: "$filter='x'%20eq%20'x'", want: Request{RawQuery: "$filter='x'%20eq%20'x'"}},
		{name: "format before orderby", query: "$orderby='x'&$format=y", fault: invalidFormat},
		{name: "67", query: "DelegatedOrg=contoso.com", want: Request{DelegatedOrg: "contoso.com", RawQuery: "DelegatedOrg=contoso.com"}},
		{name: "MaxDataServiceVersion of a set", header: Header{MaxDataServiceVersion: "1.0"}, want: Request{MaxDataServiceVersion: "1.0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, fault := Read("/X", c.query, c.header)
			if fault != c.fault {
				t.Fatalf("fault %v, want %v", fault, c.fault)
			}
			c.want.Path = "/X"
			if fault == nil && got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestDifferenceD2MetadataIsNeverRefusedForItsVersion(t *testing.T) {
	got, fault := Read("/$metadata", "", Header{MaxDataServiceVersion: "2.0"})
	if fault != nil || got.MaxDataServiceVersion != "" {
		t.Errorf("%+v, %v", got, fault)
	}
}

func TestRule51FaultBodies(t *testing.T) {
	const xmlHead = `<ServiceFault xmlns="http://schemas.datacontract.org/2004/07/Microsoft.Exchange.Management.ReportingWebService" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><ErrorCode/><Message>`
	for _, c := range []struct {
		fault             *Fault
		format            Format
		accept            string
		body, contentType string
	}{
		{invalidFormat, FormatNone, "", xmlHead + `Invalid $format query option - the only acceptable values are "json" and "atom".</Message></ServiceFault>`, "application/xml; charset=utf-8"},
		{quotedOrderBy, FormatJSON, "", `{"ErrorCode":"","Message":"Single quotation marks is not supported in $orderby."}`, "application/json; charset=utf-8"},
		{quotedOrderBy, FormatNone, "Application/JSON", `{"ErrorCode":"","Message":"Single quotation marks is not supported in $orderby."}`, "application/json; charset=utf-8"},
		{NotPermitted("<a> & 'b'"), FormatNone, "application/json;odata=verbose", xmlHead + `No permission to access the report for the organization &lt;a&gt; &amp; 'b'.</Message></ServiceFault>`, "application/xml; charset=utf-8"},
		{NotPermitted(`<a> \u003c "b"`), FormatJSON, "", `{"ErrorCode":"","Message":"No permission to access the report for the organization <a> \\u003c \"b\"."}`, "application/json; charset=utf-8"},
	} {
		body, contentType := c.fault.Body(c.format, c.accept)
		if string(body) != c.body || contentType != c.contentType {
			t.Errorf("%s\n got %s (%s)\nwant %s (%s)", c.fault.Code, body, contentType, c.body, c.contentType)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("$format=json&$top=1", "application/json", "2013-V1")
	f.Add("%24format=%6Ason&&==&%", "", "")
	f.Fuzz(func(t *testing.T, query, accept, versionHeader string) {
		r, fault := Read("/X", query, Header{Accept: accept, Version: versionHeader})
		if again, second := Read("/X", r.RawQuery, Header{Accept: r.Accept, Version: versionHeader}); fault == nil && (second != nil || again.Format != FormatNone || again.RawQuery != r.RawQuery) {
			t.Errorf("%q: the rest still has a format: %+v %v", query, again, second)
		}
	})
}
