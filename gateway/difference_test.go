package gateway

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

const serviceRoot = "/ecp/reportingwebservice/reporting.svc"

// answerTo asks a fixture for a path behind the service root; headers come as "Name: value".
func answerTo(t *testing.T, settings map[string]string, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, serviceRoot+strings.ReplaceAll(target, " ", "%20"), nil)
	r.RemoteAddr = "127.0.0.1:1"
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	newFixture(t, settings).ServeHTTP(w, r)
	return w
}

// refused demands a status and a text in the body.
func refused(t *testing.T, w *httptest.ResponseRecorder, status int, text string) {
	t.Helper()
	if w.Code != status || !strings.Contains(w.Body.String(), text) {
		t.Errorf("got %d %s, want %d with %s", w.Code, w.Body, status, text)
	}
}

func TestDifferenceD1UpdatedIsTheHistorysTime(t *testing.T) {
	for _, now := range []string{"2013-09-08T17:05:00Z", "2013-09-08T23:59:59Z"} {
		body := answerTo(t, map[string]string{"now": now}, "/CsP2PAVTimeDaily").Body.String()
		if n := strings.Count(body, "<updated>2013-09-08T17:03:11Z</updated>"); n != 3 || strings.Count(body, "<updated>") != 3 {
			t.Errorf("at %s: %s", now, body)
		}
	}
}

func TestDifferenceD3CallbackIsRefused(t *testing.T) {
	const text = "The query parameter '$callback' begins with a system-reserved '$' character but is not recognized."
	for _, query := range []string{"$callback=f", "$format=json&$callback=f", "$format=atom&%24callback=f", "$callback=f&$top=x"} {
		refused(t, answerTo(t, nil, "/CsP2PAVTimeDaily?"+query), 400, text)
	}
}

func TestDifferenceD4NoServerIdentification(t *testing.T) {
	for _, w := range []*httptest.ResponseRecorder{
		answerTo(t, nil, "/CsP2PAVTimeDaily"), answerTo(t, nil, "/Nope"), answerTo(t, nil, "/?$format=xml"),
		answerTo(t, map[string]string{"anonymous": "none"}, "/"), answerTo(t, map[string]string{"history": "panic"}, "/CsP2PAVTimeDaily"),
	} {
		for name, values := range w.Header() {
			switch strings.ToLower(name) {
			case "server", "x-aspnet-version", "x-powered-by", "set-cookie", "x-feserver", "x-beserver", "x-calculatedbetarget", "x-diaginfo", "x-ua-compatible":
				t.Errorf("%d has %s: %q", w.Code, name, values)
			}
		}
	}
}

func TestDifferenceD5ThreeSetsAreListed(t *testing.T) {
	const want = `{"d":{"EntitySets":["CsP2PAVTimeDaily","CsP2PAVTimeWeekly","CsP2PAVTimeMonthly"]}}`
	if got := answerTo(t, nil, "/?$format=json").Body.String(); got != want {
		t.Errorf("got %s", got)
	}
	if n := strings.Count(answerTo(t, nil, "/$metadata").Body.String(), "<EntitySet "); n != 3 {
		t.Errorf("$metadata has %d sets", n)
	}
	for _, other := range []string{"MailTraffic", "CsConferenceDaily", "CsP2PSessionWeekly", "CsP2PAVTimeYearly"} {
		refused(t, answerTo(t, nil, "/"+other), 404, "Resource not found for the segment '"+other+"'.")
	}
}

func TestDifferenceD6UnknownZoneIsRefused(t *testing.T) {
	for _, zone := range []string{"Local", "Mars/Base", "(UTC-08:00) Pacific Time (US)", "+25:00", "Pacific", strings.Repeat("UTC", 40)} {
		w := answerTo(t, nil, "/CsP2PAVTimeDaily", "X-timezone: "+zone)
		refused(t, w, 400, "<ServiceFault ")
		refused(t, w, 400, "'Pacific Standard Time'")
		if w := answerTo(t, map[string]string{"unknown-timezone": "utc"}, "/CsP2PAVTimeDaily", "X-timezone: "+zone); w.Code != 200 {
			t.Errorf("%s: %d although unknown zones are UTC", zone, w.Code)
		}
	}
}

var idAndDate = regexp.MustCompile(`<d:ID m:type="Edm.Int64">(\d+)</d:ID><d:Date m:type="Edm.DateTime">(\d{4}-\d\d-\d\d)T00:00:00<`)

func TestDifferenceD7IDIsDerivedFromTheDate(t *testing.T) {
	rows := 0
	for _, report := range []string{"Daily", "Weekly", "Monthly"} {
		for _, zone := range []string{"", "Pacific Standard Time", "Pacific/Auckland"} {
			body := answerTo(t, map[string]string{"history": "summer"}, "/CsP2PAVTime"+report, "X-timezone: "+zone).Body.String()
			for _, m := range idAndDate.FindAllStringSubmatch(body, -1) {
				date, err := time.Parse(time.DateOnly, m[2])
				if err != nil || m[1] != strconv.FormatInt(date.Unix()/86400, 10) {
					t.Errorf("%s in %q: ID %s of %s", report, zone, m[1], m[2])
				}
				rows++
			}
		}
	}
	if rows < 200 {
		t.Errorf("only %d rows", rows)
	}
}

func TestDifferenceD9ShortDatesAreRefused(t *testing.T) {
	const types = "A binary operator with incompatible types was detected. Found operand types 'Edm.DateTime' and 'Edm.String' for operator kind 'Equal'."
	for _, date := range []string{"'03/10/2013'", "'03/10/2013 4:55 PM'"} {
		refused(t, answerTo(t, nil, "/CsP2PAVTimeDaily?$filter=Date eq "+date), 400, types)
	}
	refused(t, answerTo(t, nil, "/CsP2PAVTimeDaily?$filter=Date eq 03/10/2013"), 400, "An identifier was expected at position 8.")
	refused(t, answerTo(t, nil, `/CsP2PAVTimeDaily?$filter=Date eq "03/10/2013 4:55 PM"`), 400, "is not valid at position 8 in")
	refused(t, answerTo(t, nil, "/CsP2PAVTimeDaily?$filter=Date eq datetime'03/10/2013'"), 400, "Unrecognized 'Edm.DateTime' literal")
}
