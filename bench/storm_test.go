package main

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// stormZones are names of zones in both spellings.
var stormZones = []string{
	"UTC", "Pacific Standard Time", "Eastern Standard Time", "W. Europe Standard Time", "Tokyo Standard Time", "India Standard Time", "Nepal Standard Time",
	"America/St_Johns", "America/Sao_Paulo", "Africa/Cairo", "Africa/Lagos", "Asia/Tehran", "Asia/Kolkata", "Asia/Shanghai", "Australia/Adelaide",
	"Australia/Lord_Howe", "Europe/London", "Europe/Berlin", "Europe/Moscow", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "Etc/GMT+12", "Etc/GMT-14",
}

// runStorm sends URLs that never come twice, from clients that never come twice, and looks at the memory on the way.
func runStorm(t *testing.T, g *gate, s sizes) {
	var next atomic.Int64
	part := func(upTo int) memory {
		t.Helper()
		var workers sync.WaitGroup
		for range 8 {
			workers.Go(func() {
				c := g.client(s)
				defer c.Close()
				for n := int(next.Add(1)); n <= upTo; n = int(next.Add(1)) {
					target, want, headers := stormy(n)
					a, err := c.Do(target, headers...)
					if err != nil || a.Status != want {
						t.Errorf("%s %v: status %d, want %d, error %v: %.200s", target, headers, a.Status, want, err, a.Body)
						return
					}
				}
			})
		}
		workers.Wait()
		next.Store(int64(upTo))
		return memoryOf(t, g)
	}
	const warm = 4 // the fourth part fills the caches
	early := part(s.urls / warm)
	t.Logf("after %7d: %s", s.urls/warm, early)
	half := part(s.urls / 2)
	t.Logf("after %7d: %s", s.urls/2, half)
	late := part(s.urls)
	t.Logf("after %7d: %s", s.urls, late)
	if late.heap > 1.25*early.heap+8<<20 {
		t.Errorf("the heap grows: %s, then %s", early, late)
	}
	if !raceDetector && late.rss > 1.25*early.rss+32<<20 { // the detector keeps records of its own
		t.Errorf("memory grows: %s, then %s", early, late)
	}
	if late.series > half.series {
		t.Errorf("metrics grow: %.0f series, then %.0f", half.series, late.series)
	}
	if late.answers > 10_000 || late.rows > 2000 || late.clients > 4001 {
		t.Errorf("a bound is broken: %s", late)
	}
}

// stormy gives the n-th request of the storm and the status that it must get.
func stormy(n int) (target string, want int, headers []string) {
	report := []string{"Daily", "Weekly", "Monthly"}[n%3]
	target = fmt.Sprintf("%s/CsP2PAVTime%s?$filter=TotalAudioMinutes%%20gt%%20%d&$top=%d", root, report, n, n%50)
	headers = []string{fmt.Sprintf("User-Agent: agent%d/1.%d (storm %d)", n, n%7, n), "X-timezone: " + stormZones[n%len(stormZones)]}
	switch n % 10 {
	case 0: // a client that only claims who it is, from this machine
		headers = append(headers, basic(fmt.Sprintf("user%d@example.onmicrosoft.com", n), "x"))
	case 1, 2: // the real one, behind a proxy, from everywhere
		headers = append(headers, basic(reader, password), forwarded(n))
	case 3:
		return target, 401, append(headers, forwarded(n))
	case 4:
		headers[1] = fmt.Sprintf("X-timezone: Nowhere/%d", n)
		return target, 400, headers
	case 5:
		return fmt.Sprintf("%s/Nothing%d?$format=json", root, n), 404, headers
	case 6:
		return fmt.Sprintf("%s/CsP2PAVTime%s?$filter=Nothing%d%%20eq%%201", root, report, n), 400, headers
	case 7:
		target += fmt.Sprintf("&n=%s&$format=json", strings.Repeat("x", n%2000))
	}
	return target, 200, headers
}

func forwarded(n int) string {
	return fmt.Sprintf("X-Forwarded-For: 203.%d.%d.%d\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: host%d.example", n>>16&255, n>>8&255, n&255, n)
}

// memory is what the gateway holds.
type memory struct{ heap, rss, series, answers, rows, answerBytes, clients float64 }

// String gives the figures in MB.
func (m memory) String() string {
	return fmt.Sprintf("live heap %.1f MB, RSS %.1f MB, %.0f series, %.0f answers in %.1f MB, %.0f row sets, %.0f clients in the ledger",
		m.heap/1e6, m.rss/1e6, m.series, m.answers, m.answerBytes/1e6, m.rows, m.clients)
}

// memoryOf collects garbage and gives what is left.
func memoryOf(t *testing.T, g *gate) memory {
	t.Helper()
	if _, err := g.admin("GET", "/debug/pprof/heap?gc=1"); err != nil {
		t.Fatal(err)
	}
	m, err := g.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	usage, err := g.admin("GET", "/api/usage")
	if err != nil {
		t.Fatal(err)
	}
	return memory{
		heap: m["go_memstats_heap_alloc_bytes"], rss: m["process_resident_memory_bytes"], series: float64(len(m)),
		answers: m[`rwsgate_cache_entries{cache="answers"}`], rows: m[`rwsgate_cache_entries{cache="rows"}`],
		answerBytes: m[`rwsgate_cache_bytes{cache="answers"}`], clients: float64(strings.Count(usage, `"user_agent"`)),
	}
}
