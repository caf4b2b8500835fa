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
)

// access is what a command wants of a tenant's store.
type access uint8

const (
	toRead  access = iota // the store must be there
	toWrite               // the store is made if it is missing
	toTry                 // a copy in memory is used; a store that is missing is as good as an empty one
)

// tenantStore is a tenant's history in a store that a command opened beside whatever else uses it.
type tenantStore struct {
	config *config.Config
	tenant *config.Tenant
	store  *store.Store
	now    func() time.Time
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

// openStore opens the store that the configuration names; it never makes one only to read it.
func openStore(ctx context.Context, c *config.Config, log *slog.Logger, a access) (*store.Store, error) {
	if c.Thin() {
		return nil, &thinError{c.Forward.URL}
	}
	if c.Store.Kind == config.StoreMemory {
		return nil, errMemory
	}
	at := dsn(c.Store)
	if c.Store.Kind == config.StoreSQLite && a != toWrite {
		_, err := os.Stat(string(c.Store.Path))
		switch {
		case errors.Is(err, fs.ErrNotExist) && a == toTry:
			at = string(store.KindMemory)
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("the store %s does not exist: rwsgate serve or rwsgate import makes it", c.Store.Path)
		}
	}
	return store.Open(ctx, at, store.Options{Log: log})
}
