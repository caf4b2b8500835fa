package odata

import "testing"

const otherLight = `"Id":1,"Name":"\u00e9 \u0001 <a>","Dbl":1.5,"Dec":"2.50","Flag":true,"Bin":"AQL/","Sng":0.1,"I16":5,"Byt":7,"DT":"2013-01-01T00:00:00Z","G":null`

// TestRule28LightLevels compares the three levels of light JSON.
func TestRule28LightLevels(t *testing.T) {
	const meta = `{"odata.metadata":"` + testRoot + `/$metadata`
	for _, c := range []struct{ target, level, want string }{
		{"/Others(1)", "minimal", meta + `#Others/@Element",` + otherLight + `}`},
		{"/Others(1)", "no", `{` + otherLight + `}`},
		{"/Others(1)?$select=I16,Name", "minimal", meta + `#Others/@Element&$select=I16,Name","Name":"\u00e9 \u0001 <a>","I16":5}`},
		{"/Others(1)?$select=Id,Dec,Dbl,G", "full", meta + `#Others/@Element&$select=Id,Dec,Dbl,G","odata.type":"TenantReporting.Other","odata.id":"` + testRoot +
			`/Others(1)","odata.editLink":"Others(1)","Id":1,"Dbl":1.5,"Dec@odata.type":"Edm.Decimal","Dec":"2.50","G":null}`},
		{"/Others?$select=Dbl&$filter=Id eq 2", "full", meta + `#Others&$select=Dbl","value":[{"odata.type":"TenantReporting.Other","odata.id":"` + testRoot +
			`/Others(2)","odata.editLink":"Others(2)","Dbl@odata.type":"Edm.Double","Dbl":"NaN"}]}`},
		{"/CsP2PAVTimeDaily?$select=ID&$inlinecount=allpages", "no", `{"odata.count":"4","value":[{"ID":"4"},{"ID":"3"}],"odata.nextLink":"` + testRoot +
			`/CsP2PAVTimeDaily?$inlinecount=allpages&$select=ID&$skiptoken=datetime'2013-03-12T00%3A00%3A00'"}`},
		{"/Others(1)/G", "minimal", meta + `#Edm.Null","odata.null":true}`},
		{"/Others(1)/G", "no", `{"odata.null":true}`},
		{"/Others(1)/Dec", "full", meta + `#Edm.Decimal","odata.type":"Edm.Decimal","value":"2.50"}`},
		{"/Others(1)/Name", "no", `{"value":"\u00e9 \u0001 <a>"}`},
		{"/", "no", `{"value":[{"name":"CsP2PAVTimeDaily","url":"` + testRoot + `/CsP2PAVTimeDaily"},{"name":"Empty","url":"` + testRoot + `/Empty"},{"name":"Others","url":"` + testRoot + `/Others"}]}`},
	} {
		r := get(c.target, "Accept", "application/json;odata="+c.level+"metadata")
		if got := string(r.Body); got != c.want {
			t.Errorf("%s %s: got %s\nwant %s", c.target, c.level, got, c.want)
		}
	}
}

func TestRelativeURL(t *testing.T) {
	const base = "https://h/a/Service.svc/"
	for to, want := range map[string]string{
		"https://h/a/Service.svc/Set?x=/y": "Set?x=/y",
		"https://h/a/service.svc/Set":      "../service.svc/Set",
		"https://H/A/Service.svc/Set?q":    "../../A/Service.svc/Set?q",
		"https://other/a/Service.svc/Set":  "https://other/a/Service.svc/Set",
		"https://h":                        "https://h",
	} {
		if got := relativeURL(base, to); got != want {
			t.Errorf("%s: got %s, want %s", to, got, want)
		}
	}
}
