package command

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestExpiryFindings(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		left time.Duration
		want verdict
	}{
		{-time.Second, failed}, {0, warning}, {time.Second, warning}, {30*day - 1, warning}, {30 * day, passed}, {400 * day, passed},
	} {
		for _, tenant := range []string{"", "example.com"} {
			f := expiry{tenant: tenant, what: "thing", at: now.Add(c.left), mend: "renew it"}.finding(now)
			if f.verdict != c.want || (f.mend != "") != (c.want != passed) || !strings.Contains(f.saw, "thing") {
				t.Errorf("%s left: %+v, want %s", c.left, f, c.want)
			}
			if want := map[string]string{"": "certificate", "example.com": "credential"}[tenant]; f.stage != want {
				t.Errorf("stage %s, want %s", f.stage, want)
			}
		}
	}
}

// TestExpiryIsLoggedOnceADay runs in a bubble whose clock jumps.
func TestExpiryIsLoggedOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &lines{}
		p := &Program{log: slog.New(slog.NewJSONHandler(log, nil)), now: time.Now}
		all := []expiry{
			{tenant: "soon.example", what: "client secret", at: time.Now().Add(10 * 24 * time.Hour), mend: "renew it"},
			{tenant: "later.example", what: "client secret", at: time.Now().Add(31 * 24 * time.Hour), mend: "renew it"},
		}
		p.expiries.current.Store(&all)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			p.warnOfExpiry(ctx)
			close(ended)
		}()
		for day, want := range []struct{ soon, later int }{{1, 0}, {2, 0}, {3, 1}} {
			synctest.Wait()
			text := log.String()
			if soon, later := strings.Count(text, "soon.example"), strings.Count(text, "later.example"); soon != want.soon || later != want.later {
				t.Errorf("day %d: %d and %d records, want %+v:\n%s", day, soon, later, want, text)
			}
			time.Sleep(24*time.Hour + time.Minute)
		}
		cancel()
		<-ended
	})
}

func TestCheckKnowsTheCertificate(t *testing.T) {
	r, a := secured(t, "")
	file := r.file(t)
	if code, out, _ := cli("check", "--config", file); code != 0 || !strings.Contains(out, "listener's certificate until") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	for _, c := range []struct {
		age  time.Duration
		code int
		want string
	}{{810 * 24 * time.Hour, 0, "rwsgate cert --renew"}, {900 * 24 * time.Hour, 1, "listener's certificate ended on"}} {
		old := &authority{folder: t.TempDir(), now: func() time.Time { return time.Now().Add(-c.age) }}
		if err := old.create([]string{"127.0.0.1"}); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{leafFile, leafKeyFile} {
			text, err := os.ReadFile(old.path(name))
			if err != nil {
				t.Fatal(err)
			}
			if err := putFile(a.path(name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if code, out, _ := cli("check", "--config", file); code != c.code || !strings.Contains(out, c.want) {
			t.Errorf("exit code %d, want %d and %q:\n%s", code, c.code, c.want, out)
		}
	}
}
