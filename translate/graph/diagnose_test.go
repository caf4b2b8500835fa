package graph_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"rwsgate/graphsim"
	"rwsgate/translate"
	"rwsgate/translate/graph"
)

// line writes a diagnosis as an operator would read it: stages with their outcome.
func line(d graph.Diagnosis) string {
	var parts []string
	for _, s := range d.Stages {
		parts = append(parts, string(s.Stage)+"="+string(s.Outcome))
	}
	return strings.Join(parts, " ")
}

const (
	reached = "dns=ok tcp=ok proxy=skipped tls=ok"
	nowhere = "token=skipped consent=skipped report=skipped download=skipped"
)

func TestDiagnoseWhatWorks(t *testing.T) {
	s, tenant, o := simulator(t, graphsim.Options{})
	d := client(t, o).Diagnose(t.Context(), translate.D180)
	want := reached + " " + reached + " token=ok consent=ok report=ok download=ok"
	if got := line(d); got != want || d.Fault != nil {
		t.Errorf("%s\n%+v", got, d.Fault)
	}
	if len(d.Download.Days) != 180 || d.Download.Calls != 1 || tenant.Calls().Reports != 1 || tenant.Calls().Tokens != 1 {
		t.Errorf("%d days, %+v", len(d.Download.Days), tenant.Calls())
	}
	authority, _ := url.Parse(s.AuthorityURL())
	if r := d.Stages[3]; r.Host != authority.Host || !strings.HasPrefix(r.Saw, "TLS 1.3, certificate by ") || r.Took <= 0 {
		t.Errorf("%+v", r)
	}
	if text := fmt.Sprintf("%+v", d.Stages); strings.Contains(text, "eyJ") || strings.Contains(text, o.Credential.Secret) {
		t.Error(text)
	}
}

func TestDiagnoseThroughAProxy(t *testing.T) {
	_, _, o := simulator(t, graphsim.Options{})
	p := startProxy(t, "rws", "right")
	o.Proxy = p.address("right")
	through := "dns=skipped tcp=ok proxy=ok tls=ok"
	d := client(t, o).Diagnose(t.Context(), translate.D7)
	if got, want := line(d), through+" "+through+" token=ok consent=ok report=ok download=ok"; got != want {
		t.Errorf("%s\n%+v", got, d.Fault)
	}
	o.Proxy = p.address("wrong")
	d = client(t, o).Diagnose(t.Context(), translate.D7)
	refused := "dns=skipped tcp=ok proxy=failed tls=skipped"
	if got, want := line(d), refused+" "+refused+" "+nowhere; got != want || d.Fault.Status != 407 {
		t.Errorf("%s\n%+v", got, d.Fault)
	}
}

func TestDiagnoseWhatFails(t *testing.T) {
	cases := map[string]struct {
		fault  graphsim.FaultName
		change func(*graph.Options)
		want   string
		cause  string
		calls  int
	}{
		"wrong secret":       {fault: graphsim.FaultWrongSecret, want: reached + " " + reached + " token=failed consent=skipped report=skipped download=skipped", cause: "AADSTS7000215"},
		"expired secret":     {fault: graphsim.FaultExpiredSecret, want: reached + " " + reached + " token=failed consent=skipped report=skipped download=skipped", cause: "AADSTS7000222"},
		"unknown tenant":     {fault: graphsim.FaultUnknownTenant, want: reached + " " + reached + " token=failed consent=skipped report=skipped download=skipped", cause: "AADSTS90002"},
		"no consent":         {fault: graphsim.FaultNoConsent, want: reached + " " + reached + " consent=failed report=skipped download=skipped", cause: "AADSTS65001"},
		"missing permission": {fault: graphsim.FaultNoRole, want: reached + " " + reached + " token=ok consent=failed report=skipped download=skipped", cause: "Reports.Read.All"},
		"refused by Graph":   {fault: graphsim.FaultUnauthorizedApp, want: reached + " " + reached + " token=ok consent=ok consent=failed report=skipped download=skipped", cause: "S2SUnauthorized", calls: 1},
		"token not readable": {fault: graphsim.FaultTokenGarbage, want: reached + " " + reached + " token=ok consent=skipped report=failed download=skipped", cause: "InvalidAuthenticationToken"},
		"report gone":        {fault: graphsim.FaultGone, want: reached + " " + reached + " token=ok consent=ok report=failed download=skipped", cause: "Gone", calls: 1},
		"service down":       {fault: graphsim.FaultUnavailableHTML, want: reached + " " + reached + " token=ok consent=ok report=failed download=skipped", cause: "503", calls: 1},
		"download expired":   {fault: graphsim.FaultDownloadExpired, want: reached + " " + reached + " token=ok consent=ok report=ok download=failed", cause: "expired", calls: 1},
		"unreadable report":  {fault: graphsim.FaultNegative, want: reached + " " + reached + " token=ok consent=ok report=ok download=failed", cause: "line 4", calls: 1},
		"untrusted CA": {change: func(o *graph.Options) { o.Cloud.CA = nil },
			want: "dns=ok tcp=ok proxy=skipped tls=failed dns=ok tcp=ok proxy=skipped tls=failed " + nowhere, cause: "not trusted"},
		"Graph not found": {change: func(o *graph.Options) { o.Cloud.Graph = "https://graph.invalid/v1.0" },
			want: reached + " dns=failed tcp=skipped proxy=skipped tls=skipped token=ok consent=ok report=skipped download=skipped", cause: "resolved"},
		"broken proxy": {change: func(o *graph.Options) { o.Proxy = "http://127.0.0.1:1" },
			want: "dns=skipped tcp=skipped proxy=failed tls=skipped dns=skipped tcp=skipped proxy=failed tls=skipped " + nowhere, cause: "proxy"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, tenant, o := simulator(t, graphsim.Options{})
			if c.fault != "" {
				tenant.SetFault(graphsim.Fault{Name: c.fault})
			}
			if c.change != nil {
				c.change(&o)
			}
			d := client(t, o).Diagnose(t.Context(), translate.D7)
			if got := line(d); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			for _, s := range d.Stages {
				if (s.Outcome == graph.Failed) != (s.Cause != "" && s.Mend != "") {
					t.Errorf("%+v", s)
				}
				if s.Outcome == graph.Failed && !strings.Contains(s.Cause, c.cause) {
					t.Errorf("cause %q, want %q in it", s.Cause, c.cause)
				}
			}
			if d.Fault == nil || tenant.Calls().Reports != c.calls {
				t.Errorf("fault %v, %d calls", d.Fault, tenant.Calls().Reports)
			}
		})
	}
}

func TestDiagnoseEndsInTime(t *testing.T) {
	t.Parallel()
	_, tenant, o := simulator(t, graphsim.Options{})
	tenant.SetFault(graphsim.Fault{Name: graphsim.FaultTokenSlow, Wait: time.Hour})
	o.Timeout = 5 * time.Second // for the stages before, on a busy machine
	d := client(t, o).Diagnose(t.Context(), translate.D7)
	if d.Fault == nil || d.Fault.Stage != translate.StageToken || d.Fault.Fault != translate.FaultUnreachable {
		t.Errorf("%+v", d.Fault)
	}
}
