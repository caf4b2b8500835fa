package rollout

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rwsgate/store"
)

// counted is what the model and the store have of one kind of call.
type counted struct{ calls, rows, bytes, refused, errors, zone, served int64 }

// TestCountsEqualAModel lets two ledgers write to one store that fails in both ways at random, over several days: in
// the end every call is counted once.
func TestCountsEqualAModel(t *testing.T) {
	s, tenants := openStore(t, "memory"), 0
	rapid.Check(t, func(rt *rapid.T) {
		tenants++ // each run has its own in the same store
		id := fmt.Sprint("tenant-", tenants)
		now, healed := noon, false
		f := &flaky{s, func() outcome {
			if healed {
				return well
			}
			return rapid.SampledFrom([]outcome{well, lost, mute}).Draw(rt, "outcome")
		}}
		clock := func() time.Time { return now }
		ledgers := []*Ledger{ledgerOn(f, LedgerOptions{Now: clock}), ledgerOn(f, LedgerOptions{Now: clock})}
		model := map[string]counted{}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			l := rapid.SampledFrom(ledgers).Draw(rt, "ledger")
			switch rapid.IntRange(0, 9).Draw(rt, "step") {
			case 0:
				now = now.Add(time.Duration(rapid.IntRange(1, 30).Draw(rt, "hours")) * time.Hour)
			case 1, 2:
				_ = l.Flush(context.Background())
			default:
				noteRandom(rt, l, id, now, model)
			}
		}
		healed = true
		for _, l := range ledgers {
			if err := l.Flush(context.Background()); err != nil {
				rt.Fatal(err)
			}
		}
		if got := stored(rt, s, id); !maps.Equal(got, model) {
			rt.Fatalf("stored\n%v, noted\n%v", got, model)
		}
	})
}

func noteRandom(rt *rapid.T, l *Ledger, tenant string, now time.Time, model map[string]counted) {
	c := call()
	c.At, c.Tenant = now, tenant
	c.Principal = rapid.SampledFrom([]string{"a@example.com", "B@example.com"}).Draw(rt, "principal")
	c.Agent = rapid.SampledFrom([]string{"curl/1", "curl/2", "Wget/1"}).Draw(rt, "agent")
	c.Report = rapid.SampledFrom([]string{daily, "MessageTrace", ""}).Draw(rt, "report")
	c.Zone = rapid.SampledFrom([]string{"UTC", "Tokyo Standard Time"}).Draw(rt, "zone")
	c.Status = rapid.SampledFrom([]int{200, 400, 500}).Draw(rt, "status")
	c.Rows, c.Bytes = rapid.IntRange(0, 5).Draw(rt, "rows"), rapid.IntRange(0, 9).Draw(rt, "bytes")
	l.Note(c)
	who := identify(keyOf(&c))
	key := fmt.Sprint(who.principal, "|", who.agent, "|", c.Report, "|", now.Format(time.DateOnly))
	n := model[key]
	n.calls++
	n.rows += int64(c.Rows)
	n.bytes += int64(c.Bytes)
	n.refused += one(c.Status == 400)
	n.errors += one(c.Status == 500)
	n.served += one(c.Status == 200 && c.Report != "")
	model[key] = n
	sum := model["zone "+c.Zone]
	sum.zone++
	model["zone "+c.Zone] = sum
}

// stored reads what the store has, in the model's form.
func stored(rt *rapid.T, s *store.Store, tenant string) map[string]counted {
	names, got := map[string]string{}, map[string]counted{}
	err := s.ReadLedger(context.Background(), 0, store.LedgerReader{
		Client: func(c store.LedgerClient) error { names[c.ID] = c.Principal + "|" + c.Agent; return nil },
		Day: func(d store.LedgerDay) error {
			if d.Tenant != tenant {
				return nil
			}
			key := fmt.Sprint(names[d.Client], "|", d.Report, "|", d.Day)
			if _, twice := got[key]; twice || d.Calls != d.Atom {
				rt.Errorf("%s stands twice, or has %d calls, %d of them Atom", key, d.Calls, d.Atom)
			}
			got[key] = counted{d.Calls, d.Rows, d.Bytes, d.Refused, d.Errors, 0, d.Served}
			return nil
		},
		Mark: func(m store.LedgerMark) error {
			if m.Kind == markZone && m.Tenant == tenant {
				n := got["zone "+m.Name]
				n.zone += m.Calls
				got["zone "+m.Name] = n
			}
			return nil
		},
	})
	if err != nil {
		rt.Fatal(err)
	}
	return got
}
