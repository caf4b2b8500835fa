package gateway

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestRecordedThroughTheGateway sends the recorded probes of the daily report through the whole gateway, with rows of the
// same dates and pages of two: what stands around odata must not change its verdicts but where the front's own rules do.
func TestRecordedThroughTheGateway(t *testing.T) {
	text, err := os.ReadFile("../odata/testdata/wcf-v3-page2.tsv")
	if err != nil {
		t.Fatal(err)
	}
	g := newFixture(t, map[string]string{"history": "march", "now": "2013-03-18T09:00:00Z", "page-size": "2"})
	compared := 0
	for line := range strings.Lines(string(text)) {
		// id, method, request, headers, status, DataServiceVersion, content type, result
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 8 || cells[0] == "id" || cells[0] == nullValue || frontJudges(cells[2]) {
			continue
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, probe(t, cells[1], cells[2], cells[3]))
		compared++
		got := [3]string{strconv.Itoa(w.Code), strings.Join(w.Header()["DataServiceVersion"], ""), w.Header().Get("Content-Type")}
		want := [3]string{cells[4], cells[5], cells[6]}
		for i := range want {
			if want[i] == "" {
				got[i] = ""
			}
		}
		if strings.HasPrefix(cells[2], "/$metadata") && want[0] == "200" {
			want[1] = "3.0;" // LEGACY 37: ours is annotated
		}
		if message, failed := strings.CutPrefix(cells[7], "ERROR "); failed && !strings.Contains(plainText(w.Body.String()), plainText(message)) {
			t.Errorf("%s %s: %s lacks %s", cells[0], cells[2], w.Body, message)
		}
		if got != want {
			t.Errorf("%s %s %s %s: got %q, want %q\n%s", cells[0], cells[1], cells[2], cells[3], got, want, w.Body)
		}
	}
	if compared < 400 {
		t.Errorf("only %d probes", compared)
	}
}

// nullValue is the probe of a null's /$value; our minutes are never null (D19).
const nullValue = "37"

var unescapeXML = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", `\"`, `"`)

func plainText(body string) string { return unescapeXML.Replace(body) }

// frontJudges says whether a probe is about a set that is not ours, or met by a rule of the front: $format, $callback,
// quotes in $orderby.
func frontJudges(request string) bool {
	text, err := url.PathUnescape(request)
	if err != nil {
		text = request
	}
	_, query, _ := strings.Cut(text, "?")
	_, order, _ := strings.Cut(query, "$orderby=")
	order, _, _ = strings.Cut(order, "&")
	for _, other := range []string{"/Others", "/Empty", "/AllTypes"} {
		if strings.HasPrefix(text, other) {
			return true
		}
	}
	return strings.Contains(strings.ToLower(query), "$format") || strings.Contains(query, "$callback") || strings.Contains(order, "'")
}

// probe makes the request of a recorded line; blanks come escaped over the wire.
func probe(t *testing.T, method, request, headers string) *http.Request {
	t.Helper()
	r := httptest.NewRequest(method, serviceRoot+strings.ReplaceAll(request, " ", "%20"), nil)
	r.RemoteAddr = "127.0.0.1:1"
	if headers == "" {
		return r
	}
	var named map[string]string
	if err := json.Unmarshal([]byte(headers), &named); err != nil {
		t.Fatal(err)
	}
	for name, value := range named {
		r.Header.Set(name, value)
	}
	return r
}
