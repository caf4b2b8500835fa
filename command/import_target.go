package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rwsgate/config"
	"rwsgate/store"
	"rwsgate/translate"
)

// access is what a command wants of a tenant's store.
type access uint8

const (
	toRead  access = iota // the store must be there
	toWrite               // the store is made if it is missing, when there is something to store
	toTry                 // a copy in memory is used; a store that is missing is as good as an empty one
)

// tenantStore is a tenant's history in a store that a command opened beside whatever else uses it.
type tenantStore struct {
	config *config.Config
	tenant *config.Tenant
	store  *store.Store
	now    func() time.Time
	make   func(context.Context) (*store.Store, error) // of a store that is missing; nil: store is the configured one
}

// openTenant opens the configured store for a tenant named by its name or id.
func openTenant(ctx context.Context, c *cobra.Command, name string, a access) (*tenantStore, error) {
	if name == "" {
		return nil, usageError{fmt.Errorf("%s needs --tenant NAME (see %s --help)", c.CommandPath(), c.CommandPath())}
	}
	cfg, err := config.Load(sourcesOf(c))
	if err != nil {
		return nil, err
	}
	t := &tenantStore{config: cfg, now: cfg.Clock(nil)}
	if t.tenant, err = tenantNamed(cfg, name); err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(c.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	if a == toWrite && !cfg.Thin() && missing(cfg) {
		t.make = func(ctx context.Context) (*store.Store, error) { return openStore(ctx, cfg, log, toWrite) }
		a = toTry
	}
	s, err := openStore(ctx, cfg, log, a)
	if err != nil {
		return nil, err
	}
	t.store = s
	if a == toTry {
		defer func() { _ = s.Close() }()
		t.store, err = copyInMemory(ctx, s, t.tenant.ID)
	}
	return t, err
}

// put stores a batch. A store that is missing is made for the first one, so that files that cannot be read make none.
func (t *tenantStore) put(ctx context.Context, b store.ImportBatch) (translate.Change, error) {
	if t.make != nil {
		made, err := t.make(ctx)
		if err != nil {
			return translate.Change{}, err
		}
		_ = t.store.Close() // in memory, and empty
		t.store, t.make = made, nil
	}
	return t.store.Import(ctx, t.tenant.ID, b)
}

func (t *tenantStore) close() { _ = t.store.Close() }

// tenantNamed finds a tenant by its name or id, without regard to letter case.
func tenantNamed(c *config.Config, name string) (*config.Tenant, error) {
	if c.Thin() {
		return nil, &thinError{c.Forward.URL}
	}
	var known []string
	for i := range c.Tenants {
		t := &c.Tenants[i]
		if strings.EqualFold(t.Name, name) || strings.EqualFold(t.ID, name) {
			return t, nil
		}
		known = append(known, t.Name)
	}
	return nil, fmt.Errorf("no tenant %q is configured; there is: %s", name, strings.Join(known, ", "))
}

var errMemory = errors.New("the configured store is memory: it lives and ends with rwsgate serve; set store to sqlite:PATH or postgres://USER@HOST/DATABASE")

// openStore opens the store that the configuration names; it never makes one only to read it, and migrates none: an older
// rwsgate serve may run on it.
func openStore(ctx context.Context, c *config.Config, log *slog.Logger, a access) (*store.Store, error) {
	if c.Thin() {
		return nil, &thinError{c.Forward.URL}
	}
	if c.Store.Kind == config.StoreMemory {
		return nil, errMemory
	}
	if a == toWrite {
		return store.Open(ctx, dsn(c.Store), store.Options{Log: log, For: store.ToWrite})
	}
	s, err := store.Open(ctx, dsn(c.Store), store.Options{Log: log, For: store.AsItIs})
	switch missing := store.FaultOf(err) == store.FaultMissing; {
	case missing && a == toTry:
		return store.Open(ctx, string(store.KindMemory), store.Options{Log: log})
	case missing && c.Store.Kind == config.StoreSQLite:
		return nil, fmt.Errorf("the store %s does not exist: rwsgate serve or rwsgate import makes it", c.Store.Path)
	}
	return s, err
}

// missing says whether the configured store is a file that is not there.
func missing(c *config.Config) bool {
	if c.Store.Kind != config.StoreSQLite {
		return false
	}
	_, err := os.Stat(string(c.Store.Path))
	return errors.Is(err, fs.ErrNotExist)
}
