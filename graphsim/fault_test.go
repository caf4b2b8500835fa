package graphsim

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rwsgate/translate"
)

// seen is what a client saw of one fetch: the last answer of the first stage that did not just go on to the next.
type seen struct {
	*wire
	tenant *Tenant
	stage  Stage
	answer
}

// fetch goes the whole way, and no further than a client should.
func fetch(w *wire, tenant *Tenant) seen {
	a := w.get(w.s.AuthorityURL() + tenant.ID() + "/v2.0/.well-known/openid-configuration")
	if a.err != nil || a.StatusCode != http.StatusOK {
		return seen{w, tenant, StageToken, a}
	}
	a = w.post(w.tokenURL(tenant), secretForm(tenant.Credential()))
	if a.err != nil || a.StatusCode != http.StatusOK {
		return seen{w, tenant, StageToken, a}
	}
	a = w.get(w.s.reportURL("D30"), "Authorization", "Bearer "+w.json(a)["access_token"].(string))
	location := ""
	if a.err == nil {
		location = a.Header.Get("Location")
	}
	if !strings.HasPrefix(location, w.s.DownloadURL()+"/") {
		return seen{w, tenant, StageReport, a}
	}
	return seen{w, tenant, StageDownload, w.get(location)}
}

func (s seen) status(status int) {
	s.Helper()
	if s.err != nil || s.StatusCode != status {
		s.Fatalf("%v, %v, want status %d", s.Response, s.err, status)
	}
}

// says checks a Graph error.
func (s seen) says(status int, code string) {
	s.Helper()
	s.status(status)
	e, _ := s.json(s.answer)["error"].(map[string]any)
	if e["code"] != code || e["message"] == nil {
		s.Fatalf("%s, want %s", s.body, code)
	}
}

// aadsts checks an Entra ID error.
func (s seen) aadsts(status int, code float64) {
	s.Helper()
	s.status(status)
	if codes, _ := s.json(s.answer)["error_codes"].([]any); len(codes) != 1 || codes[0] != code {
		s.Fatalf("%s, want %v", s.body, code)
	}
}

func (s seen) retryAfter(want string) {
	s.Helper()
	if got := s.Header.Get("Retry-After"); got != want {
		s.Fatalf("Retry-After %q, want %q", got, want)
	}
}

func (s seen) html(status int) {
	s.Helper()
	s.status(status)
	if !strings.HasPrefix(s.Header.Get("Content-Type"), "text/html") || !bytes.Contains(s.body, []byte("<html>")) {
		s.Fatalf("%v %s", s.Header, s.body)
	}
}

func (s seen) reset() {
	s.Helper()
	// Linux tells of a reset once: if a write of the transport's own was told, the read sees an end.
	for _, e := range []error{syscall.ECONNRESET, syscall.EPIPE, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(s.err, e) && s.Response == nil {
			return
		}
	}
	s.Fatalf("%v, %v", s.Response, s.err)
}

// line gives a line of the report, from 1.
func (s seen) line(n int) string {
	s.Helper()
	s.status(http.StatusOK)
	lines := strings.Split(string(s.body), "\r\n")
	if len(lines) < n {
		s.Fatalf("%d lines", len(lines))
	}
	return lines[n-1]
}

// faultChecks says what a client sees of each fault. Slow faults are armed with a short wait.
var faultChecks = map[FaultName]func(seen){
	FaultWrongSecret:       func(s seen) { s.aadsts(401, 7000215) },
	FaultExpiredSecret:     func(s seen) { s.aadsts(401, 7000222) },
	FaultUnknownApp:        func(s seen) { s.aadsts(400, 700016) },
	FaultUnknownTenant:     func(s seen) { s.aadsts(400, 90002) },
	FaultNoConsent:         func(s seen) { s.aadsts(400, 65001) },
	FaultConditionalAccess: func(s seen) { s.aadsts(400, 53003) },
	FaultBadCertificate:    func(s seen) { s.aadsts(401, 700027) },
	FaultNoRole:            func(s seen) { s.says(403, "S2SUnauthorized") },
	FaultTokenGarbage:      func(s seen) { s.says(401, "InvalidAuthenticationToken") },
	FaultTokenThrottled:    func(s seen) { s.aadsts(429, 50196); s.retryAfter("2") },
	FaultTokenTransient:    func(s seen) { s.aadsts(503, 90033) },
	FaultTokenHTML:         func(s seen) { s.html(503) },
	FaultTokenReset:        seen.reset,
	FaultTokenSlow:         func(s seen) { s.aadsts(503, 90033) },

	FaultThrottledFloat:   func(s seen) { s.says(429, "TooManyRequests"); s.retryAfter("2.128") },
	FaultThrottledInteger: func(s seen) { s.says(429, "TooManyRequests"); s.retryAfter("2") },
	FaultThrottledDate: func(s seen) {
		s.says(429, "TooManyRequests")
		if _, err := http.ParseTime(s.Header.Get("Retry-After")); err != nil {
			s.Fatal(err)
		}
	},
	FaultThrottledAbsent: func(s seen) { s.says(429, "TooManyRequests"); s.retryAfter("") },
	FaultUnavailableHTML: func(s seen) { s.html(503) },
	FaultUnavailableWait: func(s seen) { s.says(503, "serviceNotAvailable"); s.retryAfter("2") },
	FaultBadGatewayHTML:  func(s seen) { s.html(502) },
	FaultServerError:     func(s seen) { s.says(500, "InternalServerError") },
	FaultFunctionNotFound: func(s seen) {
		s.says(404, "UnknownError")
		if !bytes.Contains(s.body, []byte(`{\"error\":{\"code\":\"InvalidArgument\"`)) {
			s.Fatalf("%s", s.body)
		}
	},
	FaultUnauthorizedApp:    func(s seen) { s.says(403, "S2SUnauthorized") },
	FaultMissingCredentials: func(s seen) { s.says(403, "MissingCredentials") },
	FaultRequestDenied:      func(s seen) { s.says(403, "Authorization_RequestDenied") },
	FaultEmptyForbidden: func(s seen) {
		s.status(403)
		if len(s.body) != 0 || s.Header.Get("Content-Type") != "" {
			s.Fatalf("%v %q", s.Header, s.body)
		}
	},
	FaultUnknownTenantID: func(s seen) { s.says(404, "UnknownTenantId") },
	FaultInvalidArgument: func(s seen) { s.says(400, "InvalidArgument") },
	FaultEmptyError: func(s seen) {
		s.status(400)
		if strings.TrimSpace(string(s.body)) != "{}" {
			s.Fatalf("%s", s.body)
		}
	},
	FaultErrorWithoutMessage: func(s seen) {
		s.status(400)
		if e := s.json(s.answer)["error"].(map[string]any); len(e) != 1 || e["code"] == nil {
			s.Fatalf("%s", s.body)
		}
	},
	FaultNoLocation: func(s seen) {
		s.status(302)
		if _, there := s.Header["Location"]; there || len(s.body) != 0 {
			s.Fatalf("%v %q", s.Header, s.body)
		}
	},
	FaultRedirectLoop: func(s seen) {
		for range 12 {
			s.status(302)
			s.answer = s.get(s.Header.Get("Location"))
		}
		if n := s.tenant.Calls().Downloads; n != 13 {
			s.Fatalf("%d downloads counted", n)
		}
	},
	FaultPlainRedirect: func(s seen) {
		s.status(302)
		l := s.Header.Get("Location")
		if a := s.get(l); !strings.HasPrefix(l, "http://127.0.0.1:") || a.StatusCode != 200 || s.tenant.Calls().Plain != 1 {
			s.Fatalf("%s %v %+v", l, a.Response, s.tenant.Calls())
		}
	},
	FaultForeignRedirect: func(s seen) {
		s.status(302)
		l, err := s.Location()
		if err != nil || l.Scheme != "https" || l.Hostname() != ForeignHost || s.tenant.Calls().Foreign != 0 {
			s.Fatal(l, err)
		}
	},
	FaultReset:      seen.reset,
	FaultSlowReport: func(s seen) { s.says(503, "serviceNotAvailable") },
	FaultClaimsChallenge: func(s seen) {
		s.says(401, "InvalidAuthenticationToken")
		_, claims, _ := strings.Cut(s.Header.Get("WWW-Authenticate"), `error="insufficient_claims", claims="`)
		if b, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(claims, `"`)); err != nil || string(b) != claimsWanted {
			s.Fatalf("%v %s", s.Header, b)
		}
	},
	FaultGone:        func(s seen) { s.says(410, "Gone") },
	FaultHTMLInstead: func(s seen) { s.html(200) },

	FaultDownloadExpired:   func(s seen) { s.status(410) },
	FaultDownloadNotFound:  func(s seen) { s.status(404) },
	FaultDownloadForbidden: func(s seen) { s.status(403) },
	FaultDownloadError:     func(s seen) { s.html(503) },
	FaultDownloadThrottled: func(s seen) { s.status(429); s.retryAfter("2") },
	FaultDownloadCut: func(s seen) {
		if s.err == nil || len(s.body) == 0 || !bytes.HasPrefix(s.body, []byte("\ufeffReport")) {
			s.Fatalf("%v after %q", s.err, s.body)
		}
	},
	FaultDownloadCutClean: func(s seen) {
		s.status(200)
		last := s.body[bytes.LastIndexByte(s.body, '\n')+1:]
		if len(last) == 0 || bytes.Count(last, []byte(",")) == 4 {
			s.Fatalf("ends in %q", last)
		}
	},
	FaultDownloadHTML:  func(s seen) { s.html(200) },
	FaultDownloadEmpty: func(s seen) { s.status(200); s.nothing() },
	FaultNoContent:     func(s seen) { s.status(204); s.nothing() },
	FaultSlowBody:      func(s seen) { s.rows(30) },
	FaultDownloadReset: seen.reset,
	FaultHugeBody: func(s seen) {
		s.status(200)
		if len(s.body) < hugeBody {
			s.Fatalf("%d bytes", len(s.body))
		}
	},

	FaultHeaderOnly: func(s seen) { s.rows(0) },
	FaultAllZeros: func(s seen) {
		for _, r := range s.rows(30) {
			if r[columnAudio] != "0" || r[columnVideo] != "0" {
				s.Fatal(r)
			}
		}
	},
	FaultNegative:   func(s seen) { s.spoilt(",30,-5,") },
	FaultNotInteger: func(s seen) { s.spoilt(",12.5") },
	FaultTooLarge:   func(s seen) { s.spoilt(",99999999999999999999,") },
	FaultDuplicateDay: func(s seen) {
		s.spoilt("2026-11-21,2026-11-20,30,")
		if s.line(SpoiledLine) == s.line(SpoiledLine-1) {
			s.Fatal("the minutes are the same too")
		}
	},
	FaultBadDate: func(s seen) { s.spoilt("2026-11-21,2026-02-30,30,") },
	FaultMissingColumn: func(s seen) {
		if got := s.line(1); got != "\ufeffReport Refresh Date,Report Date,Report Period,Audio" {
			s.Fatal(got)
		}
		s.rows(30)
	},
	FaultRowTooShort: func(s seen) { s.cells(4) },
	FaultRowTooLong:  func(s seen) { s.cells(6) },
	FaultOtherReport: func(s seen) {
		if got := s.line(1); got != "\ufeffReport Refresh Date,Report Date,Report Period,Organized,Participated" {
			s.Fatal(got)
		}
	},
}

func (s seen) nothing() {
	s.Helper()
	if len(s.body) != 0 {
		s.Fatalf("%q", s.body)
	}
}

func (s seen) rows(n int) []map[string]string {
	s.Helper()
	s.status(http.StatusOK)
	rows := s.csv(s.body)
	if len(rows) != n {
		s.Fatalf("%d rows, want %d", len(rows), n)
	}
	return rows
}

func (s seen) spoilt(text string) {
	s.Helper()
	for n := 2; n <= 31; n++ {
		if strings.Contains(s.line(n), text) && n == SpoiledLine {
			return
		}
	}
	s.Fatalf("line %d is %q, want %q in it", SpoiledLine, s.line(SpoiledLine), text)
}

func (s seen) cells(n int) {
	s.Helper()
	for i := 2; i <= 31; i++ {
		want := 5
		if i == SpoiledLine {
			want = n
		}
		if got := strings.Count(s.line(i), ",") + 1; got != want {
			s.Fatalf("line %d has %d cells, want %d", i, got, want)
		}
	}
}

func TestEveryFault(t *testing.T) {
	for _, version := range []int{1, 2} {
		t.Run("HTTP/"+strconv.Itoa(version), func(t *testing.T) { everyFault(t, version) })
	}
	if len(faultChecks) != len(Faults()) {
		t.Errorf("%d checks for %d faults", len(faultChecks), len(Faults()))
	}
}

func everyFault(t *testing.T, version int) {
	s := start(t, Options{})
	tenant := s.Tenant(DemoTenantID)
	for _, f := range Faults() {
		t.Run(string(f.Name), func(t *testing.T) {
			check := faultChecks[f.Name]
			if check == nil {
				t.Fatal("no check for this fault")
			}
			tenant.ResetCalls()
			armed := Fault{Name: f.Name, Times: 1}
			if strings.HasSuffix(string(f.Name), "-slow") {
				armed.Wait = 20 * time.Millisecond
			}
			tenant.SetFault(armed)
			w := dialHTTP(t, s, version)
			got := fetch(w, tenant)
			if got.Response != nil && got.ProtoMajor != version {
				t.Fatal(got.Proto)
			}
			if passes := f.Name == FaultNoRole || f.Name == FaultTokenGarbage || f.Name == FaultRedirectLoop; got.stage != f.Stage && !passes {
				t.Errorf("seen at stage %s, listed at %s", got.stage, f.Stage)
			}
			check(got)
			after := fetch(w, tenant)
			if after.rows(30)[0][columnDate] != "2026-11-21" {
				t.Error("the fault lasts longer than one call")
			}
		})
	}
}

func TestFaultsAreDescribedOnce(t *testing.T) {
	seen := map[FaultName]bool{}
	order := []Stage{StageToken, StageReport, StageDownload}
	stage := 0
	for _, f := range Faults() {
		if seen[f.Name] || f.Description == "" {
			t.Errorf("%s: twice or without a description", f.Name)
		}
		seen[f.Name] = true
		at := slices.Index(order, f.Stage)
		if at < stage {
			t.Errorf("%s of stage %q is out of order", f.Name, f.Stage)
		}
		stage = at
	}
}

func TestFaultsCountDown(t *testing.T) {
	s := start(t, Options{})
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	statuses := func(n int) (list []string) {
		bearer := w.bearer(tenant)
		for range n {
			list = append(list, strconv.Itoa(w.get(s.reportURL("D7"), "Authorization", bearer).StatusCode))
		}
		return list
	}
	tenant.SetFault(Fault{Name: FaultServerError, Times: 2})
	if got := strings.Join(statuses(4), " "); got != "500 500 302 302" {
		t.Error("two times:", got)
	}
	tenant.SetFault(Fault{Name: FaultServerError})
	tenant.SetFault(Fault{Name: FaultGone})
	if got := strings.Join(statuses(3), " "); got != "410 410 410" {
		t.Error("until cleared, the last one armed:", got)
	}
	tenant.ClearFault()
	if got := strings.Join(statuses(1), " "); got != "302" {
		t.Error("cleared:", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown name was taken")
		}
	}()
	tenant.SetFault(Fault{Name: "no such fault"})
}

func TestFaultsOfAStageLeaveTheOthersAlone(t *testing.T) {
	s := start(t, Options{Tenants: []TenantOptions{{}, {ID: "2", Name: "second.example"}}})
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	tenant.SetFault(Fault{Name: FaultServerError, Times: 1})
	tenant.SetFault(Fault{Name: FaultHeaderOnly})
	if got := fetch(w, s.Tenant("2")); got.StatusCode != 200 || len(got.rows(30)) != 30 {
		t.Error("another tenant has the fault")
	}
	if got := fetch(w, tenant); got.stage != StageReport || got.StatusCode != 500 {
		t.Error(got.stage, got.StatusCode)
	}
	got := fetch(w, tenant)
	got.rows(0)
}

func TestRetryAfterDateLiesAhead(t *testing.T) {
	s := start(t, Options{})
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	tenant.SetFault(Fault{Name: FaultThrottledDate, Times: 1, Wait: time.Hour})
	at, err := http.ParseTime(fetch(w, tenant).Header.Get("Retry-After"))
	if ahead := time.Until(at); err != nil || ahead < 50*time.Minute || ahead > time.Hour {
		t.Error(ahead, err)
	}
}

func TestCloseEndsSlowAnswers(t *testing.T) {
	s, err := Start(Options{Now: func() time.Time { return fixed }})
	if err != nil {
		t.Fatal(err)
	}
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	tenant.SetFault(Fault{Name: FaultSlowBody, Wait: time.Hour})
	ended := make(chan error)
	go func() { ended <- w.report(tenant, "D7").err }()
	for tenant.Calls().Downloads == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("the download ended well")
	}
}

func TestForeignHostIsCounted(t *testing.T) {
	s := start(t, Options{})
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	tenant.SetFault(Fault{Name: FaultForeignRedirect, Times: 1})
	location := fetch(w, tenant).Header.Get("Location")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.Replace(location, ForeignHost, "127.0.0.1", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = strings.Split(strings.TrimPrefix(location, "https://"), "/")[0]
	if a := w.do(r); a.StatusCode != 200 || tenant.Calls().Foreign != 1 {
		t.Errorf("%d %+v", a.StatusCode, tenant.Calls())
	}
}

func TestTheSourceCanEnd(t *testing.T) {
	clock := &clock{at: fixed}
	s := start(t, Options{Now: clock.now})
	w, tenant := dial(t, s), s.Tenant(DemoTenantID)
	tenant.SetEnd(translate.Date(2026, time.November, 10))
	minutes := 0
	for _, r := range w.csv(w.report(tenant, "D30").body) {
		zero := r[columnAudio] == "0" && r[columnVideo] == "0"
		if after := r[columnDate] > "2026-11-10"; after && !zero {
			t.Error("minutes after the end:", r)
		}
		if !zero {
			minutes++
		}
	}
	if minutes == 0 {
		t.Error("no minutes before the end")
	}
	tenant.SetGone(translate.DayOf(fixed) + 1)
	if a := w.report(tenant, "D7"); a.StatusCode != 200 {
		t.Error("gone too early", a.StatusCode)
	}
	clock.add(24 * time.Hour)
	if a := w.report(tenant, "D7"); a.StatusCode != 410 {
		t.Error("not gone:", a.StatusCode)
	}
}
