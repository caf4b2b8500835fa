package cache

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rwsgate/translate"
)

const tenantA = "16a58f78-539f-47f7-b9bf-02a63867d73b"

var errAway = errors.New("store is away")

// books is a store in memory, with a switch to fail and counters.
type books struct {
	mu        sync.Mutex
	snapshots map[string]translate.Snapshot
	leases    map[string]held
	fail      func(op string) error
	merges    int
	loads     int
	delay     time.Duration // of each load
}

type held struct {
	holder string
	until  time.Time
}

func newBooks() *books {
	return &books{snapshots: map[string]translate.Snapshot{}, leases: map[string]held{}}
}

func (b *books) enter(ctx context.Context, op string) error {
	b.mu.Lock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.fail != nil {
		return b.fail(op)
	}
	return nil
}

func (b *books) setFail(f func(op string) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = f
}

func away(ops ...string) func(string) error {
	return func(op string) error {
		if len(ops) == 0 || strings.Contains(strings.Join(ops, " "), op) {
			return errAway
		}
		return nil
	}
}

func (b *books) Load(ctx context.Context, tenant string) (translate.Snapshot, error) {
	time.Sleep(b.delay)
	defer b.mu.Unlock()
	if err := b.enter(ctx, "load"); err != nil {
		return translate.Snapshot{}, err
	}
	b.loads++
	return b.snapshots[tenant], nil
}

func (b *books) Merge(ctx context.Context, tenant string, d translate.Download, r translate.Refresh) (translate.Snapshot, translate.Change, error) {
	defer b.mu.Unlock()
	if err := b.enter(ctx, "merge"); err != nil {
		return translate.Snapshot{}, translate.Change{}, err
	}
	b.merges++
	s := b.snapshots[tenant]
	h, change := translate.Merge(s.History, d)
	s.History, s.Refresh = h, r
	if change.Added+change.Corrected > 0 {
		s.Version++
		s.Stored = d.Fetched
	}
	b.snapshots[tenant] = s
	return s, change, nil
}

func (b *books) SaveRefresh(ctx context.Context, tenant string, r translate.Refresh) error {
	defer b.mu.Unlock()
	if err := b.enter(ctx, "save"); err != nil {
		return err
	}
	s := b.snapshots[tenant]
	s.Refresh = r
	b.snapshots[tenant] = s
	return nil
}

func (b *books) Versions(ctx context.Context) (map[string]int64, error) {
	defer b.mu.Unlock()
	if err := b.enter(ctx, "versions"); err != nil {
		return nil, err
	}
	m := map[string]int64{}
	for id, s := range b.snapshots {
		if s.Version > 0 {
			m[id] = s.Version
		}
	}
	return m, nil
}

func (b *books) Lease(ctx context.Context, tenant, holder string, now, until time.Time) (bool, error) {
	defer b.mu.Unlock()
	if err := b.enter(ctx, "lease"); err != nil {
		return false, err
	}
	if l, ok := b.leases[tenant]; ok && l.holder != holder && !l.until.Before(now) {
		return false, nil
	}
	b.leases[tenant] = held{holder, until}
	return true, nil
}

func (b *books) Release(ctx context.Context, tenant, holder string) error {
	defer b.mu.Unlock()
	if err := b.enter(ctx, "release"); err != nil {
		return err
	}
	if b.leases[tenant].holder == holder {
		delete(b.leases, tenant)
	}
	return nil
}

func (b *books) get(tenant string) translate.Snapshot {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.snapshots[tenant]
}

func (b *books) merged() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.merges
}

func (b *books) loaded() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.loads
}

// notDue makes a tenant's history in the store one that was fetched just now.
func (b *books) notDue(tenant string) {
	b.edit(tenant, report(translate.D180, 2, 5))
	now := time.Now()
	_ = b.SaveRefresh(context.Background(), tenant, translate.Refresh{Due: now.Add(time.Hour), LastSuccess: now, LastTry: now,
		LastFull: now, RefreshDate: translate.DayOf(now) - 2, State: translate.SourceLive})
}

// edit changes a tenant's history as another process would.
func (b *books) edit(tenant string, d translate.Download) {
	r := b.get(tenant).Refresh
	_, _, _ = b.Merge(context.Background(), tenant, d, r)
}

// graph is a Fetcher over a function, noting each call.
type graph struct {
	mu     sync.Mutex
	answer func(ctx context.Context, w translate.Window) (translate.Download, error)
	asked  []ask
}

type ask struct {
	at     time.Time
	window translate.Window
}

func (g *graph) Fetch(ctx context.Context, w translate.Window) (translate.Download, error) {
	g.mu.Lock()
	g.asked = append(g.asked, ask{time.Now(), w})
	answer := g.answer
	g.mu.Unlock()
	if answer == nil {
		return report(w, 2, 5), nil
	}
	return answer(ctx, w)
}

func (g *graph) set(answer func(ctx context.Context, w translate.Window) (translate.Download, error)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answer = answer
}

func (g *graph) asks() []ask {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]ask(nil), g.asked...)
}

// report is a download that ends lag days before now, every day with the same minutes of audio.
func report(w translate.Window, lag int, audio int64) translate.Download {
	refresh := translate.DayOf(time.Now()) - translate.Day(lag)
	d := translate.Download{Window: w, Refresh: refresh, Fetched: time.Now(), Calls: 1}
	for day := refresh - translate.Day(w) + 1; day <= refresh; day++ {
		d.Days = append(d.Days, translate.DayMinutes{Day: day, Minutes: translate.Minutes{Audio: audio}})
	}
	return d
}

func failing(e translate.SourceError) func(context.Context, translate.Window) (translate.Download, error) {
	return func(context.Context, translate.Window) (translate.Download, error) { return translate.Download{}, &e }
}

func fault(f translate.Fault) translate.SourceError {
	return translate.SourceError{Fault: f, Stage: translate.StageReport, Reason: "made to fail", Mend: "mend it", Calls: 1}
}

// records collects the log.
type records struct {
	mu    sync.Mutex
	lines []string
}

func (r *records) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, string(p))
	return len(p), nil
}

func (r *records) count(part string) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.lines {
		if strings.Contains(l, part) {
			n++
		}
	}
	return n
}

// house is a keeper that runs in a bubble of simulated time.
type house struct {
	*Keeper
	t     *testing.T
	store *books
	graph *graph
	log   *records
	end   context.CancelFunc
	ended chan struct{}
}

// newHouse starts a keeper with one tenant; the options may be changed before.
func newHouse(t *testing.T, store *books, g *graph, change ...func(*KeeperOptions)) *house {
	t.Helper()
	h := &house{t: t, store: store, graph: g, log: &records{}, ended: make(chan struct{})}
	o := KeeperOptions{
		Histories: store, Rand: func() float64 { return 0 },
		Logger: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&o)
	}
	h.Keeper = NewKeeper(o)
	h.Add(tenantA, "example", g)
	ctx, cancel := context.WithCancel(t.Context())
	h.end = cancel
	go func() {
		defer close(h.ended)
		if err := h.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	return h
}

// seldom lets long simulations look at the store and the schedule once a minute only.
func seldom(o *KeeperOptions) { o.Poll = time.Minute }

func (h *house) close() {
	h.end()
	<-h.ended
}

// pass lets simulated time go by.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (h *house) status() Status {
	h.t.Helper()
	s, ok := h.Status(tenantA)
	if !ok {
		h.t.Fatal("tenant has no status")
	}
	return s
}

func (h *house) days() map[translate.Day]translate.Minutes {
	s, _ := h.Snapshot(tenantA)
	m := map[translate.Day]translate.Minutes{}
	for _, d := range s.History.Days() {
		m[d.Day] = d.Minutes
	}
	return m
}

func sameDays(a, b map[translate.Day]translate.Minutes) bool { return maps.Equal(a, b) }

// bubble runs f in simulated time.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}
