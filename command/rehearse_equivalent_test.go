package command

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rwsgate/graphsim"
	"rwsgate/translate"
)

// graphUser signs in to the stand-in as an application does and asks Graph.
type graphUser struct {
	client *http.Client
	sim    *graphsim.Server
	token  string
}

func newGraphUser(t *testing.T, sim *graphsim.Server) *graphUser {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(sim.CAPEM())
	u := &graphUser{client: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}, sim: sim}
	credential := sim.Tenant(graphsim.DemoTenantID).Credential()
	response, err := u.client.PostForm(strings.TrimSuffix(sim.AuthorityURL(), "/")+"/"+graphsim.DemoTenantID+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {credential.ClientID}, "client_secret": {credential.Secret}, "scope": {"https://graph.microsoft.com/.default"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var granted struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&granted); err != nil || granted.Token == "" {
		t.Fatalf("%s: no token, error %v", response.Status, err)
	}
	u.token = granted.Token
	return u
}

// report sends a request as Equivalent writes it, and gives the dates of the CSV.
func (u *graphUser) report(t *testing.T, request string) (status int, oldest, newest translate.Day, days int) {
	t.Helper()
	method, address, _ := strings.Cut(request, " ")
	path, ok := strings.CutPrefix(address, translate.GraphRoot)
	if !ok {
		t.Fatal(request)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, strings.TrimSuffix(u.sim.GraphURL(), "/")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+u.token)
	response, err := u.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil || len(rows) < 2 || strings.Join(rows[0], ",") != "Report Refresh Date,Report Date,Report Period,Audio,Video" {
		t.Fatalf("%s: %s, error %v", response.Status, text, err)
	}
	for i, row := range rows[1:] {
		day, err := translate.ParseDay(row[1])
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			oldest, newest = day, day
		}
		oldest, newest = min(oldest, day), max(newest, day)
	}
	return response.StatusCode, oldest, newest, len(rows) - 1
}

// TestEquivalentsAnswer sends the Graph request of every query of LEGACY 4 that rwsgate serves to the stand-in, over
// HTTPS with a token of its own: each is answered with the CSV, which holds every day asked for that Graph still has.
func TestEquivalentsAnswer(t *testing.T) {
	sim, err := graphsim.Start(graphsim.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	u := newGraphUser(t, sim)
	demo := sim.Tenant(graphsim.DemoTenantID)
	today := translate.DayOf(now)
	for _, c := range []struct {
		query translate.LegacyQuery
		first translate.Day // first day of the periods asked for; 0: all
	}{
		{translate.LegacyQuery{Report: "CsP2PAVTimeDaily", Select: "Date,TotalAudioMinutes"}, 0},
		{translate.LegacyQuery{Report: "CsP2PAVTimeDaily", Select: "*", Filter: "Date eq datetime'2026-11-18'", OrderBy: "Date", Top: "5"}, translate.Date(2026, time.November, 18)},
		{translate.LegacyQuery{Report: "CsP2PAVTimeWeekly", OrderBy: "Date desc", Top: "1"}, 0},
		{translate.LegacyQuery{Report: "CsP2PAVTimeDaily", Filter: "Date ge datetime'2026-11-10' and Date le datetime'2026-11-16T23:59:59'"}, translate.Date(2026, time.November, 10)},
		{translate.LegacyQuery{Report: "CsP2PAVTimeDaily", Filter: "TenantGuid eq guid'16a58f78-539f-47f7-b9bf-02a63867d73b'"}, 0},
		{translate.LegacyQuery{Report: "CsP2PAVTimeDaily", Filter: "Date ge datetime'2026-10-18T00:00:00'", Select: "Date"}, translate.Date(2026, time.October, 18)},
		{translate.LegacyQuery{Report: "CsP2PAVTimeWeekly", Top: "1000", Filter: "((Date ge datetime'2026-10-01T11:00:00') and (Date lt datetime'2026-11-15T11:00:00'))"}, translate.Date(2026, time.September, 27)},
		{translate.LegacyQuery{Report: "CsP2PAVTimeMonthly", Filter: "Date ge datetime'2026-09-30'"}, translate.Date(2026, time.September, 1)},
		{translate.LegacyQuery{Report: "CsP2PAVTimeMonthly"}, 0},
		{translate.LegacyQuery{Report: "CsP2PAVTimeDaily", Filter: "Date ge datetime'2016-01-01'"}, 0},
		{translate.LegacyQuery{Report: "CsP2PAVTimeDaily", Filter: "Date eq datetime'2026-11-17T00:00:00.0000000'"}, translate.Date(2026, time.November, 17)},
	} {
		demo.ResetCalls()
		c.query.Today = today
		s, ok := translate.Equivalent(c.query)
		if !ok {
			t.Fatalf("%+v", c.query)
		}
		status, oldest, newest, days := u.report(t, s.Graph)
		first := c.first
		if first == 0 {
			first = demo.RefreshDate() - translate.Day(translate.D180) + 1
		}
		if status != http.StatusOK || oldest > first || newest != demo.RefreshDate() || days != int(s.Window) {
			t.Errorf("%+v: %s: %d, %d days from %s to %s, want from %s", c.query, s.Graph, status, days, oldest, newest, first)
		}
	}
}
