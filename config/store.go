package config

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
)

// StoreKind is the technology of a store.
type StoreKind string

// The kinds of store.
const (
	StoreSQLite   StoreKind = "sqlite"
	StorePostgres StoreKind = "postgres"
	StoreMemory   StoreKind = "memory"
)

// Store is where histories and the ledger survive. Printed, it shows neither user nor password nor parameters.
type Store struct {
	Kind StoreKind
	Path Path   // StoreSQLite: the database file
	DSN  Secret // StorePostgres: the whole address
}

// ParseStore reads sqlite:PATH, postgres://… or memory. Its errors never repeat s, which may hold a password.
func ParseStore(s string) (Store, error) {
	if s == string(StoreMemory) {
		return Store{Kind: StoreMemory}, nil
	}
	if path, ok := strings.CutPrefix(s, "sqlite:"); ok {
		if path == "" || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "?\x00") {
			return Store{}, reason("has no usable path: write sqlite:PATH, such as sqlite:/var/lib/rwsgate/rwsgate.db")
		}
		return Store{Kind: StoreSQLite, Path: Path(path)}, nil
	}
	if strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://") {
		u, err := url.Parse(s)
		if err != nil || strings.Trim(u.Path, "/") == "" {
			return Store{}, reason("is no address of a database: write postgres://user:password@host:5432/database")
		}
		return Store{Kind: StorePostgres, DSN: NewSecret(s)}, nil
	}
	return Store{}, reason("is no store: write sqlite:PATH, postgres://user:password@host/database, or memory")
}

// String gives the store without user, password and parameters.
func (s Store) String() string {
	switch s.Kind {
	case StoreSQLite:
		return "sqlite:" + string(s.Path)
	case StorePostgres:
		u, err := url.Parse(s.DSN.Reveal())
		if err != nil {
			return hidden
		}
		return "postgres://" + u.Host + u.Path
	}
	return string(s.Kind)
}

// IsZero says whether no store is named.
func (s Store) IsZero() bool { return s.Kind == "" }

// Format prints String, whatever the verb.
func (s Store) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// LogValue gives String to slog.
func (s Store) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText gives String.
func (s Store) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what ParseStore reads.
func (s *Store) UnmarshalText(b []byte) error {
	v, err := ParseStore(string(b))
	if err == nil {
		*s = v
	}
	return err
}

func (s Store) hasPassword() bool {
	u, err := url.Parse(s.DSN.Reveal())
	if err != nil {
		return false
	}
	_, set := u.User.Password()
	return set || u.Query().Has("password")
}
