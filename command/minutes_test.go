package command

import (
	"testing"
	"time"

	"rwsgate/gateway/admin"
)

func TestWhatEndsFirstComesFirst(t *testing.T) {
	p := &Program{now: clock}
	p.expiries.current.Store(&[]expiry{
		{"late.example", "client secret", now.AddDate(1, 0, 0), "a new one"},
		{"", "listener's certificate", now.Add(29 * 24 * time.Hour), "renew"},
		{"over.example", "certificate", now.Add(-time.Second), "a new one"},
		{"again.example", "client secret", now.AddDate(1, 0, 0), "a new one"},
	})
	want := []admin.Expiry{
		{Tenant: "over.example", What: "certificate", At: "2026-11-23T11:59:59Z", State: "over", Mend: "a new one"},
		{What: "listener's certificate", At: "2026-12-22T12:00:00Z", State: "soon", Mend: "renew"},
		{Tenant: "again.example", What: "client secret", At: "2027-11-23T12:00:00Z", State: "ok", Mend: "a new one"},
		{Tenant: "late.example", What: "client secret", At: "2027-11-23T12:00:00Z", State: "ok", Mend: "a new one"},
	}
	got := p.ending()
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %+v, want %+v", i, got[i], want[i])
		}
	}
}
