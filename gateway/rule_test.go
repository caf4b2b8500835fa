package gateway

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestRule6TenantsAreApart lets a reader of one tenant try to see the other.
func TestRule6TenantsAreApart(t *testing.T) {
	two := map[string]string{"tenants": "2"}
	const reader = "Authorization: Basic cmVhZGVyQGV4YW1wbGUub25taWNyb3NvZnQuY29tOmRlbW8="
	for query, want := range map[string]int{
		"": 2, "$filter=TenantName eq 'other.onmicrosoft.com'": 0, "$filter=TenantName ne 'other.onmicrosoft.com'": 2,
		"tenantDomain=other.onmicrosoft.com": 2, "DelegatedOrg=example.onmicrosoft.com": 2,
	} {
		w := answerTo(t, two, "/CsP2PAVTimeDaily?"+query, reader)
		if got := strings.Count(w.Body.String(), "<d:TenantName>example.onmicrosoft.com</d:TenantName>"); w.Code != 200 || got != want || strings.Contains(w.Body.String(), ">other.") {
			t.Errorf("%s: %d with %d rows, want %d", query, w.Code, got, want)
		}
	}
	refused(t, answerTo(t, two, "/CsP2PAVTimeDaily?DelegatedOrg=other.onmicrosoft.com", reader), 403, "organization other.onmicrosoft.com.")
	refused(t, answerTo(t, two, "/CsP2PAVTimeDaily?DelegatedOrg=nobody.example", reader), 403, "organization nobody.example.")
}

// isOutside says whether a golden answer never reached the service: a refused password, another path.
func isOutside(name, status string) bool {
	return status == "401" || strings.Contains(name, "-outside") || strings.Contains(name, "-partner-path")
}

// TestRules22And59HeadersOfEveryAnswer goes through all golden answers.
func TestRules22And59HeadersOfEveryAnswer(t *testing.T) {
	always := []string{"Cache-Control: no-cache, no-store", "Pragma: no-cache", "Expires: -1", "X-Content-Type-Options: nosniff", "request-id: (36 characters)"}
	goldenAnswers(t, func(name, status, headers, body string) {
		for _, want := range always {
			if !strings.Contains(headers, want+"\n") {
				t.Errorf("%s lacks %s", name, want)
			}
		}
		outside := isOutside(name, status)
		if named := strings.Contains(headers, "X-RWS-Version: 2013-V1\n"); named == outside {
			t.Errorf("%s: X-RWS-Version is there: %v", name, named)
		}
		length := "Content-Length: " + strconv.Itoa(len(body)) + "\n"
		if body != "" && status != "401" && !strings.Contains(headers, length) {
			t.Errorf("%s lacks %s", name, length)
		}
	})
}

// TestRule55EveryErrorNamesAType goes through all golden answers.
func TestRule55EveryErrorNamesAType(t *testing.T) {
	goldenAnswers(t, func(name, status, headers, _ string) {
		failed := status >= "400" && !isOutside(name, status)
		if strings.Contains(headers, "X-RWS-Error: ") != failed {
			t.Errorf("%s: status %s, headers %s", name, status, headers)
		}
	})
}

// TestRules56And57CodesAndTexts asks for every fault of the table that there is a way to.
func TestRules56And57CodesAndTexts(t *testing.T) {
	for _, c := range []struct {
		settings map[string]string
		target   string
		headers  string
		status   int
		text     string
	}{
		{nil, "/?$format=xml", "", http.StatusBadRequest, `Invalid $format query option - the only acceptable values are "json" and "atom".`},
		{nil, "/?rws-version=2013-V1", "X-RWS-Version: 2013-V1", http.StatusBadRequest, "The API version is specified in both request URL and header."},
		{nil, "/?rws-version=2012-V1", "", http.StatusNotFound, "The version specified in the request is unsupported."},
		{nil, "/CsP2PAVTimeDaily?$orderby='x'", "", http.StatusBadRequest, "Single quotation marks is not supported in $orderby."},
		{nil, "/?DelegatedOrg=nobody.example", "", http.StatusForbidden, "No permission to access the report for the organization nobody.example."},
		{map[string]string{"budget": "spent"}, "/", "", http.StatusServiceUnavailable, "The current user is running out of budget of the service."},
		{map[string]string{"history": "none"}, "/CsP2PAVTimeDaily", "", http.StatusServiceUnavailable, "Failed to connect to the data mart."},
		{map[string]string{"history": "panic"}, "/CsP2PAVTimeDaily", "", http.StatusInternalServerError, "An error has occurred on the server."},
	} {
		w := answerTo(t, c.settings, c.target, c.headers)
		refused(t, w, c.status, c.text)
		if waits := w.Header().Get("Retry-After") != ""; waits != (c.status == http.StatusServiceUnavailable) {
			t.Errorf("%s: Retry-After is there: %v", c.target, waits)
		}
	}
}

// goldenAnswers calls check with the parts of each golden answer.
func goldenAnswers(t *testing.T, check func(name, status, headers, body string)) {
	t.Helper()
	files, err := filepath.Glob("testdata/golden/*.answer")
	if err != nil || len(files) < 120 {
		t.Fatalf("%d golden answers, error %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := strings.Cut(string(text), "\n\n")
		status, headers, _ := strings.Cut(head, "\n")
		check(filepath.Base(file), status, headers+"\n", strings.TrimSuffix(body, "\n"))
	}
}
