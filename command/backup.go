package command

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"rwsgate/config"
)

func newBackup() *cobra.Command {
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a consistent copy of the store to a new file, while it is in use",
		Long: `Copies the SQLite store to FILE, which must not exist yet. A running server is neither stopped nor slowed. The copy is
itself a store: to restore it, stop rwsgate serve, move the store away with its -wal and -shm, and put the copy in its
place, or set store to sqlite:FILE.

PostgreSQL is copied with its own pg_dump. A store in memory cannot be copied by another process; rwsgate export does
not reach it either.`,
		Example: "  rwsgate backup --config rwsgate.yaml /backup/rwsgate-2026-12-01.db",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("%s needs one FILE (see %s --help)", c.CommandPath(), c.CommandPath())}
			}
			return nil
		},
	}
	config.AddFlags(c.Flags(), "config", "store")
	c.RunE = func(c *cobra.Command, args []string) error { return backup(c, args[0]) }
	return c
}

func backup(c *cobra.Command, file string) error {
	sources := sourcesOf(c)
	sources.NoTenant = true
	cfg, err := config.Load(sources)
	if err != nil {
		return err
	}
	if cfg.Store.Kind == config.StorePostgres {
		return errors.New("the store is PostgreSQL: copy it with pg_dump --format=custom, restore it with pg_restore")
	}
	s, err := openStore(c.Context(), cfg, slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil)), toRead)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if err := s.Backup(c.Context(), file); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %d bytes, a copy of %s\n", file, info.Size(), s.Path())
	return err
}
