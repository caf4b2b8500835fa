package graph_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rwsgate/graphsim"
	"rwsgate/translate"
	"rwsgate/translate/graph"
)

// The keeper's Fetcher; the room above may not be imported from here.
var _ interface {
	Fetch(context.Context, translate.Window) (translate.Download, error)
} = (*graph.Client)(nil)

func TestFetchEveryWindow(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{Seed: 7})
	c := client(t, o)
	for _, w := range []translate.Window{translate.D7, translate.D30, translate.D90, translate.D180} {
		tenant.ResetCalls()
		d, err := c.Fetch(t.Context(), w)
		if err != nil {
			t.Fatalf("%s: %v", w, err)
		}
		refresh := translate.Date(2026, 11, 21)
		want := tenant.UTCDays(refresh-translate.Day(w)+1, refresh)
		if diff := cmp.Diff(want, d.Days); diff != "" {
			t.Errorf("%s: %s", w, diff)
		}
		if d.Window != w || d.Refresh != refresh || d.Calls != 1 || time.Since(d.Fetched) > time.Minute {
			t.Errorf("%s: window %s, refresh %s, %d calls, fetched %s", w, d.Window, d.Refresh, d.Calls, d.Fetched)
		}
		calls := tenant.Calls()
		if calls.Reports != 1 || calls.Downloads != 1 || calls.Leaked != 0 || calls.LastPeriod != w.String() {
			t.Errorf("%s: %+v", w, calls)
		}
	}
}

func TestFetchSaysWhoAsks(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	if _, err := client(t, o).Fetch(t.Context(), translate.D7); err != nil {
		t.Fatal(err)
	}
	calls := tenant.Calls()
	if !strings.HasPrefix(calls.LastSdkVersion, "graph-go/1.103.0, graph-go-core/1.4.1 (hostOS=") {
		t.Errorf("SdkVersion %q", calls.LastSdkVersion)
	}
	if !strings.HasPrefix(calls.LastUserAgent, "rwsgate/1.2.3 kiota-go/") {
		t.Errorf("User-Agent %q", calls.LastUserAgent)
	}
	if len(calls.LastClientRequestID) != 36 {
		t.Errorf("client-request-id %q", calls.LastClientRequestID)
	}
}

// The SDK does not tell its version; what we send in its name must be what go.mod says.
func TestSdkVersionIsThatOfGoMod(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	required := regexp.MustCompile(`microsoftgraph/msgraph-sdk-go v(\S+)`).FindSubmatch(mod)
	_, tenant, o := simulator(t, graphsim.Options{})
	if _, err := client(t, o).Fetch(t.Context(), translate.D7); err != nil {
		t.Fatal(err)
	}
	if sent := tenant.Calls().LastSdkVersion; required == nil || !strings.HasPrefix(sent, "graph-go/"+string(required[1])+",") {
		t.Errorf("sent %q, go.mod has %q", sent, required)
	}
}

func TestOneTokenServesManyFetches(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	c := client(t, o)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if _, err := c.Fetch(t.Context(), translate.D30); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if calls := tenant.Calls(); calls.Tokens != 1 || calls.Discoveries != 1 || calls.Reports != 10 {
		t.Errorf("%+v", calls)
	}
}

func TestTokenIsRenewed(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{TokenLife: 4 * time.Minute}) // MSAL renews what lives less than 5 more
	c := client(t, o)
	for range 2 {
		if _, err := c.Fetch(t.Context(), translate.D7); err != nil {
			t.Fatal(err)
		}
	}
	if calls := tenant.Calls(); calls.Tokens != 2 || calls.Discoveries != 1 {
		t.Errorf("%+v", calls)
	}
}

func TestClaimsChallengeIsAnswered(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	c := client(t, o)
	if _, err := c.Fetch(t.Context(), translate.D7); err != nil {
		t.Fatal(err)
	}
	tenant.SetFault(graphsim.Fault{Name: graphsim.FaultClaimsChallenge, Times: 1})
	d, err := c.Fetch(t.Context(), translate.D7)
	if err != nil {
		t.Fatal(err)
	}
	calls := tenant.Calls()
	if d.Calls != 2 || calls.Reports != 3 || calls.Tokens != 2 || !strings.Contains(calls.LastClaims, "1604106651") {
		t.Errorf("%d calls, %+v", d.Calls, calls)
	}
}

func TestFormatsOfTheReport(t *testing.T) {
	formats := map[string]graphsim.Format{
		"direct 200":    {Direct: true},
		"no mark, LF":   {NoBOM: true, LF: true},
		"another order": {Columns: []string{"Video", "Report Date", "Extra", "Audio", "Report Period", "Report Refresh Date"}},
		"oldest first":  {OldestFirst: true},
	}
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			_, tenant, o := simulator(t, graphsim.Options{})
			tenant.SetFormat(format)
			d, err := client(t, o).Fetch(t.Context(), translate.D30)
			if err != nil {
				t.Fatal(err)
			}
			refresh := translate.Date(2026, 11, 21)
			if diff := cmp.Diff(tenant.UTCDays(refresh-29, refresh), d.Days); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCancelIsPrompt(t *testing.T) {
	for _, slow := range []graphsim.FaultName{graphsim.FaultTokenSlow, graphsim.FaultSlowReport, graphsim.FaultSlowBody} {
		t.Run(string(slow), func(t *testing.T) {
			_, tenant, o := simulator(t, graphsim.Options{})
			tenant.SetFault(graphsim.Fault{Name: slow, Wait: time.Hour})
			c := client(t, o)
			ctx, cancel := context.WithCancel(t.Context())
			var all sync.WaitGroup
			for range 3 { // two of them wait for the first one's token
				all.Go(func() {
					if _, err := c.Fetch(ctx, translate.D7); !errors.Is(err, context.Canceled) {
						t.Errorf("got %v", err)
					}
				})
			}
			for started := func() bool { c := tenant.Calls(); return c.Tokens+c.Reports+c.Downloads > 0 }; !started(); {
				runtime.Gosched()
			}
			cancel()
			all.Wait() // the stand-in would take an hour: the test's own deadline is the judge
		})
	}
}

// Who waits for another's token request is let go when its own caller gives up.
func TestCancelWhileAnotherWaits(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	tenant.SetFault(graphsim.Fault{Name: graphsim.FaultTokenSlow, Wait: time.Hour})
	c := client(t, o)
	long, giveUp := context.WithCancel(t.Context())
	var first sync.WaitGroup
	first.Go(func() { _, _ = c.Fetch(long, translate.D7) })
	for tenant.Calls().Tokens == 0 {
		runtime.Gosched()
	}
	short, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := c.Fetch(short, translate.D7); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	giveUp()
	first.Wait()
}

func TestDeadlineSaysWhereTheTimeWent(t *testing.T) {
	cases := map[graphsim.FaultName]translate.Stage{
		graphsim.FaultTokenSlow:  translate.StageToken,
		graphsim.FaultSlowReport: translate.StageReport,
		graphsim.FaultSlowBody:   translate.StageDownload,
	}
	for slow, stage := range cases {
		t.Run(string(slow), func(t *testing.T) {
			t.Parallel()
			_, tenant, o := simulator(t, graphsim.Options{})
			if _, err := client(t, o).Fetch(t.Context(), translate.D7); err != nil { // the stand-in makes its data up
				t.Fatal(err)
			}
			tenant.SetFault(graphsim.Fault{Name: slow, Wait: time.Hour})
			const long = 5 * time.Second // for the stages before, on a busy machine
			limited := o
			limited.Timeout = long
			for whose, ask := range map[string]func() (translate.Download, error){
				"own":          func() (translate.Download, error) { return client(t, limited).Fetch(t.Context(), translate.D7) },
				"the caller's": func() (translate.Download, error) { return client(t, o).Fetch(within(t, long), translate.D7) },
			} {
				t.Run(whose, func(t *testing.T) {
					t.Parallel()
					_, err := ask()
					if f := fault(t, err); f.Fault != translate.FaultUnreachable || f.Stage != stage {
						t.Errorf("%+v", f)
					}
				})
			}
		})
	}
}

func TestNothingLeaks(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	c := client(t, o)
	fetch := func() { _, _ = c.Fetch(t.Context(), translate.D7) }
	fetch()
	before := runtime.NumGoroutine()
	for _, f := range graphsim.Faults() {
		if strings.Contains(string(f.Name), "slow") || strings.Contains(string(f.Name), "429") || strings.Contains(string(f.Name), "503") {
			continue // they only wait
		}
		tenant.ResetCalls()
		tenant.SetFault(graphsim.Fault{Name: f.Name})
		fetch()
		tenant.ClearFault()
	}
	tenant.ResetCalls()
	for range 10 {
		fetch()
	}
	o.Pool.Close()
	for range 1500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	t.Errorf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
}
