package rollout

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkNote is what the hot path pays for the ledger.
func BenchmarkNote(b *testing.B) {
	for _, clients := range []int{1, 1000} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			l, all := ledgerOn(nil, LedgerOptions{}), make([]Call, clients)
			for i := range all {
				all[i] = call()
				all[i].Principal = fmt.Sprintf("user-%d@example.com", i)
				l.Note(all[i])
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				l.Note(all[i%clients])
				i++
			}
		})
	}
	b.Run("parallel", func(b *testing.B) {
		l, c := ledgerOn(nil, LedgerOptions{}), call()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				l.Note(c)
			}
		})
	})
	b.Run("storm", func(b *testing.B) {
		l, c := ledgerOn(nil, LedgerOptions{}), call()
		var names [1 << 14]string
		for i := range names {
			names[i] = fmt.Sprintf("stranger-%d", i)
		}
		i := 0
		for b.Loop() {
			c.Principal, c.Agent = names[i%len(names)], names[i*7%len(names)]
			l.Note(c)
			i++
		}
	})
}

func BenchmarkAgentFamily(b *testing.B) {
	for b.Loop() {
		AgentFamily("Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.17763.1007")
	}
}

// BenchmarkFlush is a second of a thousand clients.
func BenchmarkFlush(b *testing.B) {
	l := ledgerOn(openStore(b, "sqlite:"+b.TempDir()+"/s.db"), LedgerOptions{})
	for b.Loop() {
		for i := range 1000 {
			c := call()
			c.Principal = fmt.Sprintf("user-%d@example.com", i)
			l.Note(c)
		}
		if err := l.Flush(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecide is what the hot path pays for the rollout.
func BenchmarkDecide(b *testing.B) {
	for name, plan := range map[string]*Plan{"observe": {}, "announce": march(), "brownout": browning()} {
		b.Run(name, func(b *testing.B) {
			s := openStore(b, "memory")
			seen(b, s, job, noon.Add(-time.Hour), LedgerOptions{})
			c := controlOn(s, ControlOptions{})
			c.Use(plan)
			if err := c.Sync(b.Context()); err != nil {
				b.Fatal(err)
			}
			c.LoadKnown(b.Context())
			b.ReportAllocs()
			for b.Loop() {
				d := c.Decide(daily, job, c.now)
				if d.Refused() && !c.Refuses(&d, tenant, daily, job, c.now) {
					b.Fatal("not hit")
				}
			}
		})
	}
}
