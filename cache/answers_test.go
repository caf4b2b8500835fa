package cache

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func answerOf(n int) *Answer { return &Answer{Status: 200, Body: make([]byte, n)} }

func TestAnswersKeepWhatWasPut(t *testing.T) {
	a := NewAnswers(AnswersOptions{})
	want := &Answer{Status: 200, Headers: []Header{{"Content-Type", []string{"application/atom+xml"}}}, Body: []byte("<feed/>"), Note: 7}
	if !a.Put("k", want) {
		t.Fatal("not kept")
	}
	got, ok := a.Get("k")
	if !ok || got != want {
		t.Errorf("got %v", got)
	}
	if got, ok := a.GetBytes([]byte("k")); !ok || got != want {
		t.Errorf("by bytes: %v", got)
	}
	if _, ok := a.Get("other"); ok {
		t.Error("found what was never put")
	}
	if s := a.Stats(); s.Hits != 2 || s.Misses != 1 || s.Entries != 1 || s.Bytes < int64(len("<feed/>")) {
		t.Errorf("stats %+v", s)
	}
}

func TestAnswersReplace(t *testing.T) {
	a := NewAnswers(AnswersOptions{})
	a.Put("k", answerOf(1000))
	one := a.Stats().Bytes
	a.Put("k", answerOf(1000))
	if s := a.Stats(); s.Entries != 1 || s.Bytes != one || s.Expired != 1 {
		t.Errorf("after replacing: %+v, one is %d bytes", s, one)
	}
}

func TestAnswersExpire(t *testing.T) {
	a := &Answers{newBounded[*Answer](100, 1<<20, time.Nanosecond)}
	a.Put("k", answerOf(10))
	for _, ok := a.Get("k"); ok; _, ok = a.Get("k") { // ends once the machine's clock has moved
	}
	a.kept.items.DeleteExpired() // what the janitor does
	if s := a.Stats(); s.Entries != 0 || s.Bytes != 0 || s.Expired != 1 {
		t.Errorf("stats %+v", s)
	}
	a.Put("k", answerOf(10))
	a.Put("k", answerOf(10)) // over an entry that has expired and is still there
	if s := a.Stats(); s.Entries != 1 || a.kept.items.ItemCount() != 1 {
		t.Errorf("stats %+v, %d in the map", s, a.kept.items.ItemCount())
	}
}

// A dropped cache takes its janitor with it: the ring must not lead back to it.
func TestDroppedCacheIsCollected(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 50 {
		NewAnswers(AnswersOptions{}).Put("k", answerOf(10))
	}
	for range 100 {
		runtime.GC()
		runtime.Gosched()
		if runtime.NumGoroutine() <= before+10 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines left of 50 caches", runtime.NumGoroutine()-before)
}

func TestAnswersLeastUsedGo(t *testing.T) {
	a := NewAnswers(AnswersOptions{MaxAnswers: 100})
	a.Put("hot", answerOf(10))
	for i := range 10_000 {
		a.Put(fmt.Sprint(i), answerOf(10))
		if _, ok := a.Get("hot"); !ok {
			t.Fatalf("an answer in use went after %d others", i)
		}
	}
	if s := a.Stats(); s.Entries != 100 || s.Evicted != 9901 {
		t.Errorf("stats %+v", s)
	}
	if _, ok := a.Get("0"); ok {
		t.Error("the oldest is still there")
	}
	if _, ok := a.Get("9999"); !ok {
		t.Error("the newest went")
	}
}

func TestAnswersGiantIsNotKept(t *testing.T) {
	a := NewAnswers(AnswersOptions{MaxBytes: 1 << 20})
	a.Put("small", answerOf(10))
	if a.Put("giant", answerOf(1<<18)) {
		t.Error("kept a quarter of all bytes")
	}
	if _, ok := a.Get("small"); !ok {
		t.Error("the giant pushed out the small one")
	}
	if none := NewAnswers(AnswersOptions{MaxAnswers: -1}); none.Put("k", answerOf(1)) {
		t.Error("a cache of nothing kept something")
	}
}

// Whatever is put and read, the bounds hold, and what is found is what was put last.
func TestAnswersBoundsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 20).Draw(t, "answers")
		bytes := rapid.Int64Range(1000, 40_000).Draw(t, "bytes")
		a := NewAnswers(AnswersOptions{MaxAnswers: limit, MaxBytes: bytes})
		last := map[string]*Answer{}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			key := fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "key"))
			if got, ok := a.Get(key); ok && got != last[key] {
				t.Fatalf("%s gives an outdated answer", key)
			}
			if rapid.Bool().Draw(t, "put") {
				v := answerOf(rapid.IntRange(0, 6000).Draw(t, "size"))
				if a.Put(key, v) {
					last[key] = v
				} else if got, ok := a.Get(key); ok && got != last[key] {
					t.Fatalf("%s gives an answer that was refused", key)
				}
			}
			s := a.Stats()
			if s.Entries > limit || s.Bytes > bytes || s.Entries != a.kept.items.ItemCount() {
				t.Fatalf("stats %+v, %d in the map; bounds %d and %d", s, a.kept.items.ItemCount(), limit, bytes)
			}
			var sum int64
			for _, item := range a.kept.items.Items() {
				sum += item.Object.(*entry[*Answer]).size
			}
			if sum != s.Bytes {
				t.Fatalf("%d bytes in the map, %d counted", sum, s.Bytes)
			}
		}
	})
}

// A storm of distinct keys leaves memory where it was.
func TestAnswersStorm(t *testing.T) {
	a := NewAnswers(AnswersOptions{MaxAnswers: 1000, MaxBytes: 4 << 20})
	var storm sync.WaitGroup
	for g := range 8 {
		storm.Go(func() {
			for i := range 20_000 {
				key := fmt.Sprint(g, " ", i)
				a.Put(key, answerOf(2000))
				a.Get(fmt.Sprint((g+1)%8, " ", i))
			}
		})
	}
	storm.Wait()
	s := a.Stats()
	if s.Entries > 1000 || s.Bytes > 4<<20 || s.Entries != a.kept.items.ItemCount() {
		t.Errorf("%+v, %d in the map", s, a.kept.items.ItemCount())
	}
	if s.Evicted+uint64(s.Entries) != 160_000 {
		t.Errorf("%d evicted and %d left of 160000", s.Evicted, s.Entries)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > 64<<20 {
		t.Errorf("heap of %d MiB after 320 MB of answers under a bound of 4 MiB", m.HeapAlloc>>20)
	}
	runtime.KeepAlive(a)
}

func TestHitAllocatesNothing(t *testing.T) {
	a := NewAnswers(AnswersOptions{})
	key := []byte("tenant|1|2026-11-23|UTC|CsP2PAVTimeDaily?$format=Atom")
	a.Put(string(key), answerOf(100))
	if n := testing.AllocsPerRun(1000, func() {
		if _, ok := a.GetBytes(key); !ok {
			t.Fatal("miss")
		}
	}); n != 0 {
		t.Errorf("a hit allocates %v times", n)
	}
}

func TestRowsStormComputesOnce(t *testing.T) {
	r := NewRows[[]int](RowsOptions{})
	for version := range int64(50) {
		var computed atomic.Int64
		key := RowsKey{Tenant: tenantA, Report: "CsP2PAVTimeDaily", Zone: "UTC", Version: version, Today: 20780}
		var storm sync.WaitGroup
		for range 100 {
			storm.Go(func() {
				v, _, err := r.Get(key, func() ([]int, int, error) {
					computed.Add(1)
					runtime.Gosched()
					return []int{1, 2}, 16, nil
				})
				if err != nil || len(v) != 2 {
					t.Errorf("%v, %v", v, err)
				}
			})
		}
		storm.Wait()
		if n := computed.Load(); n != 1 {
			t.Fatalf("computed %d times", n)
		}
		if _, hit, _ := r.Get(key, nil); !hit {
			t.Error("not kept")
		}
	}
}

func TestRowsErrorIsNotKept(t *testing.T) {
	r := NewRows[int](RowsOptions{})
	key := RowsKey{Tenant: tenantA}
	wrong := errors.New("wrong")
	if _, _, err := r.Get(key, func() (int, int, error) { return 0, 0, wrong }); !errors.Is(err, wrong) {
		t.Errorf("got %v", err)
	}
	if v, hit, err := r.Get(key, func() (int, int, error) { return 5, 8, nil }); v != 5 || hit || err != nil {
		t.Errorf("got %v, %v, %v", v, hit, err)
	}
}

func TestRowsKeysDiffer(t *testing.T) {
	base := RowsKey{"a", "b", "c", "d", 1, 2}
	seen := map[string]RowsKey{}
	for _, k := range []RowsKey{base, {"ab", "", "c", "d", 1, 2}, {"a", "bc", "", "d", 1, 2}, {"a", "b", "c", "d", 12, 2},
		{"a", "b", "c", "d", 1, 22}, {"a", "b", "c", "dv1", 1, 2}, {"a", "b", "c", "d", -1, 2}, {"a", "b", "1:c", "d", 1, 2}} {
		if other, ok := seen[k.String()]; ok {
			t.Errorf("%+v and %+v share a key", k, other)
		}
		seen[k.String()] = k
	}
}

func BenchmarkAnswersHit(b *testing.B) {
	a := NewAnswers(AnswersOptions{})
	key := []byte("tenant|1|2026-11-23|UTC|CsP2PAVTimeDaily?$format=Atom")
	a.Put(string(key), answerOf(10_000))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, ok := a.GetBytes(key); !ok {
				b.Fatal("miss")
			}
		}
	})
}

func BenchmarkAnswersStorm(b *testing.B) {
	a := NewAnswers(AnswersOptions{})
	v := answerOf(10_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		a.Put(fmt.Sprint(i), v)
	}
}

func BenchmarkRowsHit(b *testing.B) {
	r := NewRows[[]int](RowsOptions{})
	key := RowsKey{Tenant: tenantA, Report: "CsP2PAVTimeDaily", Zone: "America/Los_Angeles", View: "working-hours", Version: 3, Today: 20780}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := r.Get(key, func() ([]int, int, error) { return make([]int, 365), 3000, nil }); err != nil {
			b.Fatal(err)
		}
	}
}
