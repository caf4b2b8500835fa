package cache

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"rwsgate/translate"
)

// ErrTenant says that a tenant was never added to the keeper, or was removed.
var ErrTenant = errors.New("tenant is not configured")

// ErrClosed says that the keeper has ended.
var ErrClosed = errors.New("keeper has ended")

// KeeperOptions are a keeper's parts and times. Only Histories is needed; zero values mean the defaults named.
type KeeperOptions struct {
	Histories Histories
	Logger    *slog.Logger     // default: discard
	Now       func() time.Time // default: time.Now. Waiting always uses the runtime's timers
	Rand      func() float64   // in [0,1), safe for concurrent use; default: math/rand/v2
	Hooks     Hooks

	Every     time.Duration // time between fetches of a tenant, plus up to a tenth of jitter; default 6h
	Timeout   time.Duration // longest fetch; default 90s
	FirstWait time.Duration // longest wait for a first history; default 10s
	Poll      time.Duration // how often the store's versions and the schedule are looked at; default 3s
	LeaseFor  time.Duration // life of a lease, renewed while a fetch runs; default 30s
	Parallel  int           // scheduled fetches at a time, and as many on demand beside them; default 16
	Holder    string        // names this process in leases; default: random
}

// Hooks are called on what metrics count; each may be nil. They must return soon and not call the keeper back.
type Hooks struct {
	// Fetched is called after each fetch. The error is nil, a *translate.SourceError, or the store's.
	Fetched func(o Outcome, err error)
	// Changed is called when a tenant's source state changes.
	Changed func(tenant, name string, from, to translate.SourceState)
	// Polled is called after each look at the store's versions.
	Polled func(err error)
}

// Keeper keeps the histories of many tenants fresh. It is safe for concurrent use; without Run it loads and fetches
// only on demand.
type Keeper struct {
	o       KeeperOptions
	tenants atomic.Pointer[map[string]*tenant] // replaced as a whole: reading takes no lock
	slots   chan struct{}                      // scheduled work
	demand  chan struct{}                      // work somebody waits for
	kick    chan struct{}

	base context.Context
	stop context.CancelFunc

	mu sync.Mutex // guards changes of the map of tenants; taken before a tenant's own

	life   sync.Mutex // guards closed and the start of jobs; taken last
	closed bool
	jobs   sync.WaitGroup

	added        atomic.Bool // a tenant was added since the schedule looked
	storeDown    atomic.Bool // its versions could not be read
	storeFailing atomic.Bool // it refused what a tenant needed, and has taken no download since
}

// NewKeeper makes a keeper without tenants.
func NewKeeper(o KeeperOptions) *Keeper {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	o.Every = cmp.Or(o.Every, 6*time.Hour)
	o.Timeout = cmp.Or(o.Timeout, 90*time.Second)
	o.FirstWait = cmp.Or(o.FirstWait, 10*time.Second)
	o.Poll = cmp.Or(o.Poll, 3*time.Second)
	o.LeaseFor = cmp.Or(o.LeaseFor, 30*time.Second)
	o.Parallel = cmp.Or(o.Parallel, 16)
	if o.Holder == "" {
		o.Holder = uuid.NewString()
	}
	k := &Keeper{
		o:      o,
		slots:  make(chan struct{}, o.Parallel),
		demand: make(chan struct{}, o.Parallel),
		kick:   make(chan struct{}, 1),
	}
	k.base, k.stop = context.WithCancel(context.Background())
	k.tenants.Store(&map[string]*tenant{})
	return k
}

// Add begins to keep a tenant's history; id is its Entra tenant id, name is for logs. For a tenant that is kept already
// it replaces name and fetcher; if the fetcher is another one, the tenant's back-off is forgotten once, since a new
// credential may have mended what failed.
func (k *Keeper) Add(id, name string, f Fetcher) {
	id = strings.ToLower(id)
	k.mu.Lock()
	defer k.mu.Unlock()
	if t := k.find(id); t != nil {
		t.replace(name, f)
	} else {
		k.change(func(m map[string]*tenant) { m[id] = newTenant(id, name, f) })
	}
	k.added.Store(true)
	k.wake()
}

// Remove ends the keeping of a tenant: a fetch under way is cancelled, what is stored stays.
func (k *Keeper) Remove(id string) {
	id = strings.ToLower(id)
	k.mu.Lock()
	defer k.mu.Unlock()
	if t := k.find(id); t != nil {
		t.remove()
		k.change(func(m map[string]*tenant) { delete(m, id) })
	}
}

// Tenants gives the ids of all kept tenants, in no order.
func (k *Keeper) Tenants() []string {
	all := *k.tenants.Load()
	ids := make([]string, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	return ids
}

// Snapshot gives a tenant's history from memory. It is false while there is none: the tenant is unknown, not loaded
// yet, or was never fetched. A tenant whose only downloads were header-only has an empty history of Version 0.
func (k *Keeper) Snapshot(id string) (translate.Snapshot, bool) {
	t := k.find(id)
	if t == nil {
		return translate.Snapshot{}, false
	}
	s := t.snapshot.Load()
	return *s, answerable(s)
}

func (k *Keeper) find(id string) *tenant { return (*k.tenants.Load())[id] }

// change replaces the map of tenants; k.mu is held.
func (k *Keeper) change(edit func(map[string]*tenant)) {
	old := *k.tenants.Load()
	m := make(map[string]*tenant, len(old)+1)
	for id, t := range old {
		m[id] = t
	}
	edit(m)
	k.tenants.Store(&m)
}

func (k *Keeper) wake() {
	select {
	case k.kick <- struct{}{}:
	default:
	}
}

// launch runs f as a job that Run waits for; false if the keeper has ended.
func (k *Keeper) launch(f func()) bool {
	k.life.Lock()
	defer k.life.Unlock()
	if k.closed {
		return false
	}
	k.jobs.Go(f)
	return true
}

// Close ends all work and returns when it has ended; fetches are cancelled, leases given back. Run does the same when
// its context ends.
func (k *Keeper) Close() {
	k.life.Lock()
	k.closed = true
	k.life.Unlock()
	k.stop()
	k.jobs.Wait()
}

// answerable says whether clients can be answered from s: something is stored, or Graph said once that there is
// nothing.
func answerable(s *translate.Snapshot) bool {
	return s.Version > 0 || !s.Refresh.LastSuccess.IsZero()
}
