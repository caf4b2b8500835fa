package odata

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestRules26to30Negotiation asks for every resource with the lists that clients send.
func TestRules26to30Negotiation(t *testing.T) {
	const (
		feed    = "application/atom+xml;type=feed;charset=utf-8"
		entry   = "application/atom+xml;type=entry;charset=utf-8"
		xml     = "application/xml;charset=utf-8"
		minimal = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8"
		full    = "application/json;odata=fullmetadata;streaming=true;charset=utf-8"
		none    = "application/json;odata=nometadata;streaming=true;charset=utf-8"
		verbose = "application/json;odata=verbose;charset=utf-8"
		datajs  = "application/atomsvc+xml;q=0.8, application/json;odata=verbose;q=0.5, */*;q=0.1"
		refused = "415 "
	)
	for _, c := range []struct{ target, accept, max, want string }{
		{"/Others", "", "", feed}, {"/Others", "*/*", "", feed}, {"/Others", "text/html, */*;q=0.8", "", feed},
		{"/Others", "application/json", "", minimal}, {"/Others", "application/json", "3.0;NetFx", minimal},
		{"/Others", "application/json", "2.0", verbose}, {"/Others", "application/json;odata=verbose", "2.0", verbose},
		{"/Others", "application/json;odata=fullmetadata", "", full}, {"/Others", "application/json;odata=nometadata", "", none},
		{"/Others", "application/json;odata=minimalmetadata", "2.0", refused + xml},
		{"/Others", "application/json;odata=light", "", refused + xml},
		{"/Others", "application/json;streaming=false", "", "application/json;odata=minimalmetadata;streaming=false;charset=utf-8"},
		{"/Others", "application/xml", "", refused + xml}, {"/Others", "text/xml", "", refused + "text/xml;charset=utf-8"},
		{"/Others", "application/atom+xml;type=entry", "", refused + xml}, {"/Others", datajs, "", verbose}, {"/Others", "*/*;q=0", "", refused + xml},
		{"/Others", `application/atom+xml;type="feed"`, "", feed}, {"/Others", "application", "", refused + xml}, {"/Others", "a/b c/d", "", refused + xml},
		{"/Others", "application/json;q=2", "", refused + xml}, {"/Others", "application/json;q=0.5,application/atom+xml;q=0.6", "", feed},
		{"/Others(1)", "", "", entry}, {"/Others(1)", "application/atom+xml", "", entry}, {"/Others(1)/Id", "application/atom+xml", "", refused + xml},
		{"/Others(1)/Id", "", "", xml}, {"/Others(1)/Id", "text/xml", "", "text/xml;charset=utf-8"}, {"/Others(1)/Id", "application/json", "", minimal},
		{"/", "", "", xml}, {"/", "application/atomsvc+xml", "", "application/atomsvc+xml;charset=utf-8"}, {"/", "application/atom+xml", "", refused + xml},
		{"/", "application/json", "2.0", verbose}, {"/$metadata", "application/json", "", refused + minimal}, {"/$metadata", "application/atom+xml", "", refused + xml},
		{"/$metadata", "application/xml", "", xml}, {"/$metadata", "text/*, application/*;q=0.1", "", xml}, {"/Others/$count", "application/json", "", refused + minimal},
		{"/Others/$count", "text/plain, */*;q=0.5", "", "text/plain;charset=utf-8"}, {"/Others/$count", "text/plain;q=0, */*", "", refused + xml},
		{"/Others(1)/Bin/$value", "application/octet-stream", "", "application/octet-stream"}, {"/Others(1)/Bin/$value", "text/plain", "", refused + xml},
		{"/Others?$format=json", "application/atom+xml", "", minimal}, {"/Others?$format=verbosejson", "", "", verbose}, {"/Others?$format=atom", "application/json", "", feed},
		{"/Others?$format=xml", "", "", refused + xml}, {"/Others?$format=application/json;odata=verbose", "", "", verbose}, {"/Others?$format=nope", "", "", refused + xml},
		{"/Others?$format=", "application/json", "", feed}, {"/$metadata?$format=json", "", "", refused + minimal},
	} {
		r := get(c.target, "Accept", c.accept, "MaxDataServiceVersion", c.max)
		got := r.ContentType
		if r.Status != 200 {
			got = statusText(r) + " " + got
		}
		if got != c.want {
			t.Errorf("%s of %q max %s: got %s, want %s", c.target, c.accept, c.max, got, c.want)
		}
	}
}

func TestRule54ErrorFormat(t *testing.T) {
	for _, c := range []struct{ accept, max, version, want string }{
		{"", "", "1.0;", `<?xml version="1.0" encoding="utf-8"?><m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><m:code /><m:message xml:lang="en-US">Resource not found for the segment 'é&lt;'.</m:message></m:error>`},
		{"image/png", "", "1.0;", `<?xml version="1.0" encoding="utf-8"?><m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><m:code /><m:message xml:lang="en-US">Resource not found for the segment 'é&lt;'.</m:message></m:error>`},
		{"application/json", "", "3.0;", `{"odata.error":{"code":"","message":{"lang":"en-US","value":"Resource not found for the segment '\u00e9<'."}}}`},
		{"application/json", "2.0", "1.0;", `{"error":{"code":"","message":{"lang":"en-US","value":"Resource not found for the segment '\u00e9<'."}}}`},
		{"application/json;odata=verbose", "", "1.0;", `{"error":{"code":"","message":{"lang":"en-US","value":"Resource not found for the segment '\u00e9<'."}}}`},
		{"application/json", "abc", "1.0;", `{"error":{"code":"","message":{"lang":"en-US","value":"Request version 'abc' specified for header 'MaxDataServiceVersion' is not valid. Please specify a valid version value."}}}`},
		{"text/*", "", "1.0;", ""},
	} {
		r := get("/%C3%A9%3C", "Accept", c.accept, "MaxDataServiceVersion", c.max)
		if string(r.Body) != c.want || r.DataServiceVersion != c.version {
			t.Errorf("%q max %s: got %s %s", c.accept, c.max, r.DataServiceVersion, r.Body)
		}
	}
}

func TestRule53CodedErrorsHaveNoLanguage(t *testing.T) {
	e := &Error{Status: 503, Code: "ConnectionFailedException", Message: "Failed."}
	for accept, want := range map[string]string{
		"":                               `<m:code>ConnectionFailedException</m:code><m:message xml:lang="">Failed.</m:message></m:error>`,
		"application/json":               `{"odata.error":{"code":"ConnectionFailedException","message":{"lang":"","value":"Failed."}}}`,
		"application/json;odata=verbose": `{"error":{"code":"ConnectionFailedException","message":{"lang":"","value":"Failed."}}}`,
	} {
		f := NegotiateError(Request{Accept: accept})
		if got := string(AppendError(nil, f, e)); !strings.HasSuffix(got, want) {
			t.Errorf("%q: got %s", accept, got)
		}
	}
}

func TestAcceptCharset(t *testing.T) {
	for accept, want := range map[string]string{
		"utf-8": "utf-8", "UTF-8;q=0.5, iso-8859-1": "iso-8859-1", "nope, iso-8859-1;q=0.1": "iso-8859-1", "nope": "utf-8", "*": "utf-8",
		"utf-16": "utf-16", "us-ascii": "us-ascii", "iso-8859-1;q=0": "utf-8", "windows-1252": "Windows-1252", "": "utf-8",
	} {
		r := get("/Others(1)", "Accept-Charset", accept)
		if want = "application/atom+xml;type=entry;charset=" + want; r.ContentType != want {
			t.Errorf("%q: got %s, want %s", accept, r.ContentType, want)
		}
	}
	for _, malformed := range []string{"utf-8; q=1", "a b", ";q=1", "utf-8;q=x", "utf-8;q=1.5"} {
		if r := get("/Others(1)", "Accept-Charset", malformed); r.Status != 415 {
			t.Errorf("%q: got %s", malformed, message(r))
		}
		if r := get("/Others/$count", "Accept-Charset", malformed); r.Status != 400 {
			t.Errorf("%q of a count: got %s", malformed, message(r))
		}
	}
	if r := get("/Others(1)", "Accept", "application/atom+xml;charset=iso-8859-1", "Accept-Charset", "utf-8"); !strings.HasSuffix(r.ContentType, "=iso-8859-1") {
		t.Errorf("charset of the accepted type: got %s", r.ContentType)
	}
}

func TestCharsetBodies(t *testing.T) {
	const name = "<d:Name>%s &#x1; &lt;a&gt;</d:Name>"
	for accept, e := range map[string]string{"us-ascii": "&#xE9;", "iso-8859-1": "\xe9", "iso-8859-5": "&#xE9;", "utf-8": "é"} {
		r := get("/Others(1)", "Accept-Charset", accept)
		if want := strings.Replace(name, "%s", e, 1); !bytes.Contains(r.Body, []byte(want)) || !bytes.Contains(r.Body, []byte(`encoding="`+accept+`"`)) {
			t.Errorf("%s: got %q", accept, r.Body)
		}
	}
	wide := get("/Others(1)", "Accept-Charset", "utf-16").Body
	if !bytes.HasPrefix(wide, []byte("\xff\xfe<\x00?\x00")) || !bytes.Contains(wide, []byte("\xe9\x00 \x00")) {
		t.Errorf("utf-16: got %q", wide)
	}
	if r := get("/Others(1)/Name/$value", "Accept-Charset", "us-ascii"); r.Status != 500 {
		t.Errorf("text that the set lacks: got %s", message(r))
	}
	if r := get("/Others(1)/Name", "Accept", "application/json", "Accept-Charset", "us-ascii"); !utf8.Valid(r.Body) || r.Status != 200 {
		t.Errorf("JSON is ASCII anyway: got %s %s", message(r), r.Body)
	}
}

func TestCallback(t *testing.T) {
	for target, want := range map[string]string{
		"/Others/$count?$callback=f":                                   "text/javascript;charset=utf-8|f(2)",
		"/Empty?$callback=f&$format=verbosejson":                       "text/javascript;odata=verbose;charset=utf-8|f({\"d\":[]})",
		"/Others(1)/Id?$callback=f&$format=json":                       "text/javascript;odata=minimalmetadata;streaming=true;charset=utf-8|f({\"odata.metadata\":\"" + testRoot + "/$metadata#Edm.Int32\",\"value\":1})",
		"/Empty?$callback=f&$format=application/json;odata=nometadata": "text/javascript;odata=nometadata;streaming=true;charset=utf-8|f({\"value\":[]})",
	} {
		r := get(target)
		if got := r.ContentType + "|" + string(r.Body); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
	expect(t, [][2]string{
		{"/Others?$callback=f", "400 The requested media type 'Atom' is not compatible with the $callback query option."},
		{"/$metadata?$callback=f", "400 The requested media type 'Metadata' is not compatible with the $callback query option."},
	})
}
