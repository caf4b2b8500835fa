package graphsim

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzReportCall asks Graph for whatever path comes: only the report with a known period is given, all else is refused
// in Graph's shape.
func FuzzReportCall(f *testing.F) {
	for _, c := range []string{
		"(period='D7')", "(period='D180')", "(period='')", "(period='D7", "(PERIOD='D7')", "(date=2026-01-01)", "", "/x", "(period='D7')?$format=x", "(period='é')",
	} {
		f.Add(ReportFunction + c)
	}
	s := fuzzed(f)
	tenant := s.Tenant(DemoTenantID)
	h, authorization := s.graphHandler(), "Bearer "+s.mint(tenant, "app", []string{ReportsReadAll})
	f.Fuzz(func(t *testing.T, call string) {
		tenant.ResetCalls()
		r := httptest.NewRequest(http.MethodGet, "/v1.0/reports/", nil)
		r.URL = &url.URL{Path: "/v1.0/reports/" + call}
		r.Header.Set("Authorization", authorization)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusFound:
			if _, ok := parseWindow(tenant.Calls().LastPeriod); !ok {
				t.Errorf("%q was answered with period %q", call, tenant.Calls().LastPeriod)
			}
		case http.StatusBadRequest, http.StatusNotFound:
			var body struct {
				Error struct{ Code, Message string }
			}
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || body.Error.Code == "" || body.Error.Message == "" {
				t.Errorf("%q: %v in %s", call, err, w.Body)
			}
		case http.StatusMovedPermanently, http.StatusTemporaryRedirect: // the router cleans the path
		default:
			t.Errorf("%q: status %d", call, w.Code)
		}
	})
}

// FuzzTokenRequest sends whatever form comes to the token endpoint: without the secret there is no token.
func FuzzTokenRequest(f *testing.F) {
	s := fuzzed(f)
	credential := s.Tenant(DemoTenantID).Credential()
	f.Add(secretForm(Credential{ClientID: credential.ClientID, Secret: "wrong"}).Encode())
	f.Add(assertionForm(credential, "eyJhbGciOiJub25lIn0.eyJpc3MiOiJhcHAifQ.").Encode())
	f.Add(assertionForm(credential, "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhcHAifQ.AAAA").Encode())
	f.Add("%")
	f.Add("")
	h := s.authorityHandler()
	f.Fuzz(func(t *testing.T, form string) {
		if strings.Contains(form, credential.Secret) {
			return // whoever has the secret may have a token
		}
		r := httptest.NewRequest(http.MethodPost, "/"+DemoTenantID+"/oauth2/v2.0/token", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var body struct {
			Error string `json:"error"`
			Codes []int  `json:"error_codes"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code/100 != 4 || body.Error == "" || len(body.Codes) != 1 {
			t.Errorf("%q: %d %s", form, w.Code, w.Body)
		}
	})
}

func fuzzed(f *testing.F) *Server {
	s, err := Start(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	return s
}
