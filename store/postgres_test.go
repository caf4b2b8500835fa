package store

import (
	"bytes"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"rwsgate/translate"
)

// withQuery gives a URL with one more parameter.
func withQuery(t *testing.T, dsn, key, value string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(key, value)
	u.RawQuery = q.Encode()
	return u.String()
}

// TestPostgresComesBack: a server that ends its connections costs errors that say so, and nothing after.
func TestPostgresComesBack(t *testing.T) {
	dsn := cluster.schema(t)
	s := open(t, withQuery(t, dsn, "application_name", t.Name()))
	want, _ := merge(t, s, download(minutes("2026-02-01", 1, 1)))
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", t.Name()); err != nil {
		t.Fatal(err)
	}
	for try := 0; ; try++ {
		got, err := s.Load(t.Context(), tenant)
		if err == nil {
			same(t, "afterwards", got, want)
			return
		}
		if FaultOf(err) != FaultUnreachable || try > 5 {
			t.Fatalf("try %d: %s, %v", try, FaultOf(err), err)
		}
	}
}

func TestPostgresReadOnly(t *testing.T) {
	dsn := cluster.schema(t)
	want, _ := merge(t, open(t, dsn), download(minutes("2026-02-01", 1, 1)))
	var log bytes.Buffer
	s := openWith(t, withQuery(t, dsn, "default_transaction_read_only", "on"), Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	same(t, "read", load(t, s), want)
	_, _, err := s.Merge(t.Context(), tenant, download(minutes("2026-02-01", 2, 1)), translate.Refresh{})
	if FaultOf(err) != FaultReadOnly || !strings.Contains(log.String(), "level=WARN") {
		t.Errorf("%v; said %s", err, log.String())
	}
}

func TestPostgresRefuses(t *testing.T) {
	u, err := url.Parse(cluster.schema(t))
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("stranger", "hunter2")
	_, err = Open(t.Context(), u.String(), Options{})
	if FaultOf(err) != FaultRefused || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%s, %v", FaultOf(err), err)
	}
}

func TestHidePassword(t *testing.T) {
	leaky := &Error{Fault: FaultUnreachable, Reason: "dialling with hunter2"}
	if err := hidePassword(leaky, "hunter2"); strings.Contains(err.Error(), "hunter2") || FaultOf(err) != FaultUnreachable {
		t.Errorf("%s, %v", FaultOf(err), err)
	}
	if err := hidePassword(leaky, "other"); !errors.Is(err, leaky) {
		t.Errorf("%v", err)
	}
}

// TestPostgresIsMadeByOneOfTwo: of two that find no store at the same moment, and are not there to migrate one, the second
// waits while the first is half-way, and uses what that one made.
func TestPostgresIsMadeByOneOfTwo(t *testing.T) {
	dsn := cluster.schema(t)
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// The last step waits until the test lets it.
	execute(t, db, "CREATE TABLE gate (id INT)")
	hold, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	if _, err := hold.Exec("LOCK TABLE gate"); err != nil {
		t.Fatal(err)
	}
	slow := later(t, "INSERT INTO gate VALUES (1);")
	begin := func(name string) (done chan error) {
		done = make(chan error, 1)
		go func() {
			s, err := Open(t.Context(), withQuery(t, dsn, "application_name", name), Options{migrations: slow, Log: slog.New(slog.DiscardHandler)})
			if err == nil {
				err = s.Close()
			}
			done <- err
		}()
		awaitLock(t, db, name, done)
		return done
	}
	first := begin(t.Name() + "-1")
	second := begin(t.Name() + "-2")
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	for name, done := range map[string]chan error{"first": first, "second": second} {
		if err := <-done; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var steps int
	if err := db.QueryRow("SELECT COUNT(*) FROM gate").Scan(&steps); err != nil || steps != 1 {
		t.Errorf("the last step was taken %d times (%v)", steps, err)
	}
}

// awaitLock waits until a connection of an application waits for a lock, or nobody would any more.
func awaitLock(t *testing.T, db *sql.DB, application string, done chan error) {
	t.Helper()
	for waiting := 0; waiting == 0 && len(done) == 0; time.Sleep(5 * time.Millisecond) {
		const query = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'"
		if err := db.QueryRow(query, application).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
	}
}
