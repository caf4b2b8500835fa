package rollout

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rwsgate/store"
	"rwsgate/translate"
)

var _ LedgerStore = (*store.Store)(nil)

func TestUsage(t *testing.T) {
	l := ledgerOn(openStore(t, "memory"), LedgerOptions{})
	served, refused, failed, root := call(), call(), call(), call()
	l.Note(served)
	served.At, served.Hit, served.Agent, served.Rows, served.Unfinished = noon.Add(time.Minute), true, "python-requests/2.32.0", 0, 0
	served.Format, served.Zone = FormatVerbose, "UTC"
	l.Note(served)
	refused.Status, refused.Refused, refused.Options, refused.Rows, refused.Format = 400, "filter", OptionFilter, 0, FormatOther
	l.Note(refused)
	refused.Refused, refused.Report, refused.Status = "", "MessageTrace", 404
	l.Note(refused)
	failed.Status, failed.Rows, failed.Format, failed.Options = 503, 0, FormatOther, 0
	l.Note(failed)
	failed.Brownout = true
	l.Note(failed)
	root.At, root.Report, root.Rows, root.Zone, root.Options = noon.AddDate(0, 0, -1), "", 0, "", 0
	root.Principal, root.Tenant = "ETL@example.com", strings.ToUpper(tenant)
	l.Note(root)
	all := usage(t, l)
	if len(all) != 1 {
		t.Fatalf("%+v", all)
	}
	got := all[0]
	id := got.Client
	if len(id) != 24 {
		t.Errorf("the client's id is %q", id)
	}
	want := Usage{
		Tenant: tenant, Client: id, Principal: "etl@example.com", Agent: "python-requests", UserAgent: "python-requests/2.32.0", SeenFrom: home.String(),
		First: noon.AddDate(0, 0, -1), Last: noon.Add(time.Minute), Days: []translate.Day{day("2026-02-28"), day("2026-03-01")},
		Tally: Tally{Calls: 7, Served: 2, Hits: 1, Rows: 10, Empty: 1, Refused: 2, Errors: 1, Brownouts: 1, Bytes: 7000,
			Formats: map[string]int64{"atom": 2, "verbose": 1, "other": 4}, Zones: map[string]int64{"Pacific Standard Time": 5, "UTC": 1},
			Refusals: map[string]int64{"filter": 1, "status 404": 1}, Options: OptionSelect | OptionTop | OptionFilter},
		Reports: []ReportUsage{
			{Report: "", Tally: Tally{Calls: 1, Bytes: 1000, Formats: map[string]int64{"atom": 1}, Zones: map[string]int64{}, Refusals: map[string]int64{}}},
			{Report: daily, Tally: Tally{Calls: 5, Served: 2, Hits: 1, Rows: 10, Empty: 1, Refused: 1, Errors: 1, Brownouts: 1, Bytes: 5000,
				Formats: map[string]int64{"atom": 1, "verbose": 1, "other": 3}, Zones: map[string]int64{"Pacific Standard Time": 4, "UTC": 1},
				Refusals: map[string]int64{"filter": 1}, Options: OptionSelect | OptionTop | OptionFilter}},
			{Report: "MessageTrace", Tally: Tally{Calls: 1, Refused: 1, Bytes: 1000, Formats: map[string]int64{"other": 1},
				Zones: map[string]int64{"Pacific Standard Time": 1}, Refusals: map[string]int64{"status 404": 1}, Options: OptionFilter}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"$select", "$filter", "$top"}, got.Options.Names()); diff != "" {
		t.Error(diff)
	}
	later, err := l.Usage(t.Context(), noon)
	if err != nil || len(later) != 1 || later[0].Calls != 6 || !later[0].First.Equal(noon.AddDate(0, 0, -1)) {
		t.Errorf("%+v, %v", later, err)
	}
}

// TestCountHasNoRows: an answer to /$count is not empty, whatever the gateway says of its rows.
func TestCountHasNoRows(t *testing.T) {
	l := ledgerOn(openStore(t, "memory"), LedgerOptions{})
	c := call()
	c.Options, c.Rows = OptionCount, 0
	l.Note(c)
	if u := usage(t, l)[0]; u.Empty != 0 || u.Served != 1 {
		t.Errorf("%+v", u)
	}
}

// TestClients: what makes one client of two calls, and what two.
func TestClients(t *testing.T) {
	for name, c := range map[string]struct {
		change func(c *Call)
		want   int
	}{
		"an update":                  {func(c *Call) { c.Agent = "python-requests/3" }, 1},
		"another machine":            {func(c *Call) { c.Address = home.Next() }, 1},
		"letter case":                {func(c *Call) { c.Principal = strings.ToUpper(c.Principal) }, 1},
		"another program":            {func(c *Call) { c.Agent = "curl/8" }, 2},
		"another principal":          {func(c *Call) { c.Principal = "bi@example.com" }, 2},
		"another tenant":             {func(c *Call) { c.Tenant = "other" }, 2},
		"a claim":                    {func(c *Call) { c.Claimed = true }, 2},
		"nobody":                     {func(c *Call) { c.Principal = "" }, 2},
		"a text that no store takes": {func(c *Call) { c.Principal, c.Report, c.Zone, c.Refused = "\x00\xff", "S\x00", "Z\xff", "\x00" }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			l := ledgerOn(openStore(t, "memory"), LedgerOptions{})
			l.Note(call())
			other := call()
			c.change(&other)
			l.Note(other)
			if all := usage(t, l); len(all) != c.want || calls(all) != 2 {
				t.Errorf("%d clients, %d calls", len(all), calls(all))
			}
		})
	}
}

func TestAnonymousAreToldByAddress(t *testing.T) {
	l := ledgerOn(openStore(t, "memory"), LedgerOptions{})
	for range 2 {
		for _, c := range []Call{call(), call()} {
			c.Principal, c.Claimed = "guess", true
			l.Note(c)
			c.Address = home.Next()
			l.Note(c)
		}
	}
	all := usage(t, l)
	if len(all) != 2 || all[0].Calls != 4 || all[0].Address == all[1].Address || !all[0].Claimed || all[0].Principal != "guess" {
		t.Errorf("%+v", all)
	}
}

// TestTwoLedgersAddUp: processes on one store count the same client together.
func TestTwoLedgersAddUp(t *testing.T) {
	s := openStore(t, "memory")
	a, b := ledgerOn(s, LedgerOptions{}), ledgerOn(s, LedgerOptions{})
	for range 3 {
		a.Note(call())
		b.Note(call())
		if err := errors.Join(a.Flush(t.Context()), b.Flush(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	if all := usage(t, a); len(all) != 1 || calls(all) != 6 {
		t.Errorf("%+v", all)
	}
}

// TestHashedIsNotStoredInClear looks for the identity in every file of the store.
func TestHashedIsNotStoredInClear(t *testing.T) {
	dir := t.TempDir()
	for _, identity := range []Identity{IdentityFull, IdentityHashed} {
		s := openStore(t, "sqlite:"+filepath.Join(dir, string(identity)))
		l := ledgerOn(s, LedgerOptions{Identity: identity})
		c := call()
		l.Note(c)
		c.Principal, c.Claimed, c.Agent = "claimed-name", true, "python-requests/2.31.0 (etl@example.com)"
		l.Note(c)
		all := usage(t, l)
		for _, u := range all {
			hashed := strings.HasPrefix(u.Principal, "#") && strings.HasPrefix(u.SeenFrom, "#") && u.UserAgent == "" && u.Address != home.String()
			if hashed != (identity == IdentityHashed) || u.Agent != "python-requests" {
				t.Errorf("%s: %+v", identity, u)
			}
		}
		again := ledgerOn(s, LedgerOptions{Identity: identity})
		again.Note(call())
		if more := usage(t, again); len(more) != len(all) {
			t.Errorf("%s: a restart makes %d clients of %d", identity, len(more), len(all))
		}
		for _, text := range []string{"etl@example.com", "claimed-name", home.String(), "2.31.0"} {
			if found := inFiles(t, dir, string(identity)+"*", text); found != (identity == IdentityFull) {
				t.Errorf("%s: %s in the files: %v", identity, text, found)
			}
		}
	}
}

func inFiles(t *testing.T, dir, pattern, text string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) < 2 { // the file and its log
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}

func TestHashesDependOnTheKey(t *testing.T) {
	seen := map[string]bool{}
	for _, key := range []string{"one", "two"} {
		l := ledgerOn(openStore(t, "memory"), LedgerOptions{Identity: IdentityHashed, Key: []byte(key)})
		l.Note(call())
		u := usage(t, l)[0]
		seen[u.Principal], seen[u.SeenFrom], seen[u.Client] = true, true, true
	}
	if len(seen) != 6 {
		t.Errorf("%v", seen)
	}
}

// TestRun: within a second what was noted is in the store; a store that is away is told once; what was noted before
// Run ends is stored too.
func TestRun(t *testing.T) {
	s := openStore(t, "memory")
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var state atomic.Int32
		f := &flaky{s, func() outcome { return outcome(state.Load()) }}
		l := NewLedger(LedgerOptions{Store: f, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- l.Run(ctx) }()
		note := func() {
			c := call()
			c.At = time.Time{}
			l.Note(c)
		}
		has := func(want int64) {
			t.Helper()
			var got int64
			if err := s.ReadLedger(ctx, 0, store.LedgerReader{Day: func(d store.LedgerDay) error { got += d.Calls; return nil }}); err != nil || got != want {
				t.Errorf("%d calls are stored, want %d; %v", got, want, err)
			}
		}
		note()
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		has(1)
		state.Store(int32(lost))
		note()
		time.Sleep(time.Minute)
		synctest.Wait()
		has(1)
		state.Store(int32(well))
		time.Sleep(time.Second)
		synctest.Wait()
		has(2)
		if strings.Count(log.String(), "kept in memory") != 1 || strings.Count(log.String(), "again") != 1 {
			t.Errorf("the log says %s", log.String())
		}
		note()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		ctx = t.Context()
		has(3)
	})
}

// TestRunPurges: what is past the retention of 25 months goes by itself.
func TestRunPurges(t *testing.T) {
	s := openStore(t, "memory")
	synctest.Test(t, func(t *testing.T) {
		l := NewLedger(LedgerOptions{Store: s, FlushEvery: 12 * time.Hour, Logger: slog.New(slog.DiscardHandler)})
		c := call()
		c.At = time.Time{}
		l.Note(c)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- l.Run(ctx) }()
		for _, more := range []struct{ days, clients int }{{760, 1}, {3, 0}} {
			time.Sleep(time.Duration(more.days) * 24 * time.Hour)
			synctest.Wait()
			if all := usage(t, l); len(all) != more.clients {
				t.Errorf("after %d more days there are %d clients", more.days, len(all))
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestFullIsSaidOnce: the operator hears once a day that there is no room.
func TestFullIsSaidOnce(t *testing.T) {
	var log bytes.Buffer
	now := noon
	l := ledgerOn(openStore(t, "memory"), LedgerOptions{MaxClients: 1, Logger: slog.New(slog.NewTextHandler(&log, nil)), Now: func() time.Time { return now }})
	for i := range 6 {
		now = noon.AddDate(0, 0, i/3)
		for _, p := range []string{"a", "b"} {
			c := call()
			c.At, c.Principal = now, p
			l.Note(c)
		}
		if err := l.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(log.String(), "counted as other"); n != 2 {
		t.Errorf("said %d times: %s", n, log.String())
	}
}

func TestNoteWhileFlushing(t *testing.T) {
	const writers, each = 8, 500
	l := ledgerOn(openStore(t, "memory"), LedgerOptions{FlushEvery: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- l.Run(ctx) }()
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			c := call()
			c.Principal = string(rune('a' + w%3))
			for range each {
				l.Note(c)
			}
		})
	}
	all.Wait()
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if n := calls(usage(t, l)); n != writers*each {
		t.Errorf("%d calls of %d", n, writers*each)
	}
}

func TestPurgeKeepsRetention(t *testing.T) {
	l := ledgerOn(openStore(t, "memory"), LedgerOptions{Retention: 10 * 24 * time.Hour})
	for i, days := range []int{11, 10, 0} {
		c := call()
		c.At, c.Principal = noon.AddDate(0, 0, -days), string(rune('a'+i))
		l.Note(c)
	}
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if gone, err := l.Purge(t.Context()); gone != 1 || err != nil {
		t.Errorf("%d gone, %v", gone, err)
	}
	if all := usage(t, l); len(all) != 2 {
		t.Errorf("%+v", all)
	}
}
