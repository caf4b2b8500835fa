package store

import (
	"fmt"
	"testing"

	"rwsgate/translate"
)

// BenchmarkReadLedger reads the ledger of two thousand clients that called daily for 25 months: all of its sums, and the
// days of the last month.
func BenchmarkReadLedger(b *testing.B) {
	s := open(b, "sqlite:"+b.TempDir()+"/s.db")
	const clients, days = 2000, 760
	last := day("2026-03-01")
	between := fmt.Sprintf("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < %d), d(day) AS (SELECT %d UNION ALL SELECT day + 1 FROM d WHERE day < %d) ",
		clients, last-days+1, last)
	for _, q := range []string{
		`INSERT INTO ledger_clients ` + between + `SELECT 't', 'client-' || n, 'user-' || n || '@example.com', 0, 'curl', '', 'curl/8', '192.0.2.1', 0, 0 FROM c`,
		`INSERT INTO ledger_days ` + between + `SELECT 't', 'client-' || n, 'CsP2PAVTimeDaily', day, 24, 24, 20, 240, 0, 0, 0, 0, 0, 0, 0, 90000, 24, 0, 0, 0, 5, 0 FROM c, d`,
		`INSERT INTO ledger_marks ` + between + `SELECT 't', 'client-' || n, 'CsP2PAVTimeDaily', day, 'zone', 'Pacific Standard Time', 24 FROM c, d`,
		sumBlocks + " GROUP BY tenant, client, report, day / 32",
		sumBlockMarks + " GROUP BY tenant, client, report, day / 32, kind, name",
		"INSERT INTO ledger_block_marks SELECT tenant, client, report, block, 'query', 'CsP2PAVTimeDaily?$orderby=Date desc&$top=10', calls FROM ledger_block_marks",
	} {
		execute(b, s.write, q)
	}
	b.Run("sums", func(b *testing.B) {
		for b.Loop() {
			if got := readSums(b, s); len(got.Clients) != clients || len(got.Blocks) < clients*days/BlockDays {
				b.Fatal(len(got.Clients), len(got.Blocks))
			}
		}
	})
	for name, since := range map[string]translate.Day{"month": last - 29, "all": 0} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if got := readLedger(b, s, since); len(got.Days) != clients*min(days, int(last-since)+1) {
					b.Fatal(len(got.Days))
				}
			}
		})
	}
}
