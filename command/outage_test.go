package command

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"rwsgate/graphsim"
)

// refreshNow asks for a fetch and waits for its end.
func (r *running) refreshNow(t *testing.T) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+r.Admin+"/api/refresh", nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, request)
}

// queries are what clients with a history ask.
var queries = []string{
	"/CsP2PAVTimeDaily", "/CsP2PAVTimeWeekly?$format=json", "/CsP2PAVTimeMonthly?$select=Date,TotalAudioMinutes",
	"/CsP2PAVTimeDaily/$count", "/CsP2PAVTimeDaily?$orderby=Date%20desc&$top=3", "", "/$metadata",
}

func (r *running) askAll(t *testing.T) (all string) {
	t.Helper()
	for _, q := range queries {
		a := r.get(t, r.url+q, "X-timezone: Pacific Standard Time")
		if a.status != http.StatusOK {
			t.Errorf("%s: status %d: %s", q, a.status, a.body)
		}
		all += strings.ReplaceAll(a.body, r.Legacy, "gateway")
	}
	return all
}

// TestEveryOutageKeepsTheAnswers stores a history, restarts the program with Graph failing in every way that the stand-in
// knows, asks for a fetch, and wants the same answers as before.
func TestEveryOutageKeepsTheAnswers(t *testing.T) {
	for _, fault := range graphsim.Faults() {
		t.Run(string(fault.Name), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.extra = "store: sqlite:history.db\n"
			p := r.start(t)
			readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
			want := p.askAll(t)
			if err := p.end(); err != nil {
				t.Fatal(err)
			}
			r.tenant.SetFault(graphsim.Fault{Name: fault.Name, Wait: 100 * time.Millisecond})
			p = r.start(t)
			if got := p.askAll(t); got != want {
				t.Error("after a restart the answers are others")
			}
			p.refreshNow(t)
			if got := p.askAll(t); got != want {
				t.Error("after a fetch with the fault the answers are others")
			}
			if calls := r.tenant.Calls(); calls.Plain+calls.Foreign+calls.Leaked > 0 {
				t.Errorf("the client went where it should not: %+v", calls)
			}
		})
	}
}

// TestAStaleRefreshDateKeepsTheAnswers has Graph stand still: answers go on, and operators see since when.
func TestAStaleRefreshDateKeepsTheAnswers(t *testing.T) {
	r := newRig(t)
	p := r.start(t)
	readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
	want := p.askAll(t)
	r.tenant.SetRefreshDate(r.tenant.RefreshDate() - 20)
	if a := p.refreshNow(t); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if got := p.askAll(t); got != want {
		t.Error("the answers are others")
	}
	if a := p.get(t, "http://"+p.Admin+"/api/tenants"); !strings.Contains(a.body, `"refresh_date":"2026-11-01"`) {
		t.Errorf("%s", a.body)
	}
}

// TestCorrectionsAreShown corrects a day at the source and wants to see it counted, with its old and new minutes.
func TestCorrectionsAreShown(t *testing.T) {
	r := newRig(t)
	r.extra = "store: sqlite:history.db\n"
	p := r.start(t)
	readFeed(t, p.get(t, p.url+"/CsP2PAVTimeDaily"))
	day := r.tenant.RefreshDate() - 3
	corrected := r.tenant.UTCDays(day, day)[0].Minutes
	corrected.Audio += 1000
	r.tenant.Correct(day, corrected)
	if a := p.refreshNow(t); a.status != http.StatusOK || !strings.Contains(a.body, `"corrected":1`) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	eventually(t, "the correction is shown", func() bool { // a busy machine may take longer than /api/tenants waits for the store
		a := p.get(t, "http://"+p.Admin+"/api/tenants")
		return strings.Contains(a.body, `"corrections":{"count":1,"latest":[{"what":"`+day.String())
	})
	if code, out, _ := cli("check", "--config", r.file(t)); code != 0 || !strings.Contains(out, "1 correction") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}
