package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestDifferenceD10RecordedWording holds the texts where the recorded server and the documented sentence differ: ours is
// the recorded one.
func TestDifferenceD10RecordedWording(t *testing.T) {
	for filter, want := range map[string]string{
		"Date ge foo bar": "Syntax error at position 15 in 'Date ge foo bar'.", // documented: position 10
		"X eq 1":          "Could not find a property named 'X' on type 'TenantReporting.CsP2PAVTimeReport'.",
		"ID eq 'x'":       "A binary operator with incompatible types was detected. Found operand types 'Edm.Int64' and 'Edm.String' for operator kind 'Equal'.",
	} {
		refused(t, answerTo(t, nil, "/CsP2PAVTimeDaily?$filter="+filter), 400, ">"+want+"<")
	}
}

func TestDifferenceD11TextsAreEnglish(t *testing.T) {
	for _, language := range []string{"de-DE", "fr-FR, fr;q=0.9", "ja"} {
		refused(t, answerTo(t, nil, "/Nope", "Accept-Language: "+language), 404, `xml:lang="en-US">Resource not found`)
		refused(t, answerTo(t, nil, "/$metadata", "Accept-Language: "+language), 200, `String="Daily P2P time of Lync"`)
	}
}

func TestDifferenceD12ErrorHeaderNamesFewTypes(t *testing.T) {
	const plain = "System.Data.Services.DataServiceException"
	for target, want := range map[string]string{
		"/Nope": plain, "/?$format=xml": plain, "/CsP2PAVTimeDaily?$filter=ID div 0 eq 1": plain, "/CsP2PAVTimeDaily": "",
	} {
		if got := strings.Join(answerTo(t, nil, target).Header()["X-RWS-Error"], "+"); got != want {
			t.Errorf("%s: X-RWS-Error %s, want %s", target, got, want)
		}
	}
	w := answerTo(t, map[string]string{"history": "none"}, "/CsP2PAVTimeDaily")
	if got := strings.Join(w.Header()["X-RWS-Error"], "+"); !strings.HasSuffix(got, ".ConnectionFailedException") {
		t.Errorf("without a history: %s", got)
	}
}

// TestDifferenceD13StringsIgnoreCaseOnly compares as a collation would as far as letter case goes, and no further: accents
// and blanks at the end count.
func TestDifferenceD13StringsIgnoreCaseOnly(t *testing.T) {
	for filter, want := range map[string]int{
		"TenantName eq 'EXAMPLE.ONMICROSOFT.COM'": 2, "startswith(TenantName,'Exam')": 2, "substringof('MICRO',TenantName)": 2,
		"tolower(TenantName) eq TenantName": 2, "TenantName gt 'EXAMPLE'": 2, "TenantName eq 'example.onmicrosoft.com '": 0, "TenantName eq 'éxample.onmicrosoft.com'": 0,
	} {
		target := "/CsP2PAVTimeDaily?$filter=" + strings.ReplaceAll(filter, "é", "%C3%A9")
		if got := strings.Count(answerTo(t, nil, target).Body.String(), "<entry>"); got != want {
			t.Errorf("%s: %d rows, want %d", filter, got, want)
		}
	}
}

func TestDifferenceD14LimitsAreOurs(t *testing.T) {
	const text = "<Message>The query is invalid. "
	for _, query := range []string{
		"$filter=" + strings.Repeat("(", 101) + "true" + strings.Repeat(")", 101),
		"$filter=TenantName eq '" + strings.Repeat("x", 9000) + "'",
		"$filter=true" + strings.Repeat(" or true", 600),
		"$orderby=" + strings.Repeat("-", 101) + "ID",
		"x=" + strings.Repeat("x", 17_000),
	} {
		refused(t, answerTo(t, nil, "/CsP2PAVTimeDaily?"+query), 400, text)
	}
	if w := answerTo(t, nil, "/CsP2PAVTimeDaily?$filter=true"+strings.Repeat(" or true", 110)); w.Code != 200 {
		t.Errorf("111 operands: %d", w.Code)
	}
}

func TestDifferenceD15AnswerHeader(t *testing.T) {
	for target, want := range map[string]string{
		"/CsP2PAVTimeDaily": "miss; method=working-hours; through=2013-09-07; age=109", "/": "", "/$metadata": "", "/Nope": "",
	} {
		if got := answerTo(t, nil, target).Header().Get("X-Rwsgate-Answer"); got != want {
			t.Errorf("%s: %q, want %q", target, got, want)
		}
	}
}

// TestDifferenceD16PagesOfTheWebServer looks at what came from the web server in front of the retired service.
func TestDifferenceD16PagesOfTheWebServer(t *testing.T) {
	w := answerTo(t, map[string]string{"anonymous": "none"}, "/")
	refused(t, w, http.StatusUnauthorized, "request-id "+strings.Join(w.Header()["request-id"], ""))
	if got := strings.Join(w.Header()["WWW-Authenticate"], "+"); !strings.HasPrefix(got, "Basic ") {
		t.Errorf("WWW-Authenticate %q", got)
	}
	r := httptest.NewRequest(http.MethodGet, "/owa/", nil)
	outside := httptest.NewRecorder()
	newFixture(t, map[string]string{"anonymous": "none"}).ServeHTTP(outside, r)
	refused(t, outside, 404, "<m:error ")
	if len(outside.Header()["X-RWS-Version"]) > 0 {
		t.Error("a path outside the service names the API version")
	}
}

func TestDifferenceD17NoPartnerPath(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/ecp/ReportingWebService/partner/Reporting.svc/CsP2PAVTimeDaily?tenantDomain=example.onmicrosoft.com", nil)
	w := httptest.NewRecorder()
	newFixture(t, nil).ServeHTTP(w, r)
	refused(t, w, 404, "Resource not found for the segment 'ecp'.")
}

// TestDifferenceD18SharedOutDays asks for days that are no UTC days: the totals hold, the days are shares.
func TestDifferenceD18SharedOutDays(t *testing.T) {
	refused(t, answerTo(t, nil, "/CsP2PAVTimeDaily?$format=json", "X-timezone: Pacific Standard Time"), 200, `"TotalAudioMinutes":"14883"`)
	refused(t, answerTo(t, nil, "/CsP2PAVTimeWeekly?$format=json", "X-timezone: Pacific Standard Time"), 200, `"TotalAudioMinutes":"25114"`)
	refused(t, answerTo(t, nil, "/CsP2PAVTimeWeekly?$format=json"), 200, `"TotalAudioMinutes":"25114"`)
}

// TestDifferenceD19NoNullMinutes answers 0 where the retired service's rows could be null.
func TestDifferenceD19NoNullMinutes(t *testing.T) {
	settings := map[string]string{"history": "may", "now": "2013-05-15T20:00:00Z"}
	w := answerTo(t, settings, "/CsP2PAVTimeDaily?$filter=TotalAudioMinutes eq 0 and TotalVideoMinutes eq 481")
	refused(t, w, 200, `<d:TotalAudioMinutes m:type="Edm.Int64">0</d:TotalAudioMinutes>`)
	if got := answerTo(t, settings, "/CsP2PAVTimeDaily/$count?$filter=TotalAudioMinutes eq null or TotalVideoMinutes eq null").Body.String(); got != "0" {
		t.Errorf("%s rows with a null", got)
	}
}

func TestDifferenceD20TokensOfNumbersAreRefused(t *testing.T) {
	refused(t, answerTo(t, nil, "/CsP2PAVTimeDaily?$skiptoken=1999"), 400, "Operator 'GreaterThan' incompatible with operand types 'Edm.DateTime' and 'Edm.Int32'.")
}

func TestDifferenceD21RareCharsetsAreUTF8(t *testing.T) {
	for charset, want := range map[string]string{"iso-8859-1": "iso-8859-1", "utf-16": "utf-16", "shift_jis": "utf-8", "gb2312": "utf-8"} {
		got := answerTo(t, nil, "/CsP2PAVTimeDaily", "Accept-Charset: "+charset).Header().Get("Content-Type")
		if !strings.HasSuffix(got, ";charset="+want) {
			t.Errorf("%s: %s", charset, got)
		}
	}
}
