package command

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/crypto/bcrypt"

	"rwsgate/config"
	"rwsgate/graphsim"
)

// world is the whole program with a stand-in of Microsoft behind it, all by one clock that the test moves.
type world struct {
	*Program
	t      *testing.T
	nanos  atomic.Int64
	folder string
	dsn    string
	tenant string // Entra tenant id
	head   string // of the configuration, without its rollout
	log    *lines
	http   *http.Client
	ends   func()
}

const worldPassword = "pass-word-planted"

// newWorld starts the program at an instant for a tenant with users and a rollout; without dsn the store is a file. More
// stands in the configuration before the tenants.
func newWorld(t *testing.T, dsn, tenant, more string, users []string, from time.Time, rollout string) *world {
	t.Helper()
	w := &world{t: t, folder: t.TempDir(), dsn: dsn, tenant: tenant, log: &lines{}, http: &http.Client{Transport: &http.Transport{DisableCompression: true}}}
	w.nanos.Store(from.UnixNano())
	sim, err := graphsim.Start(graphsim.Options{Now: w.clock, LinkLife: 10 * 365 * 24 * time.Hour, Tenants: []graphsim.TenantOptions{{ID: w.tenant}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	credential := sim.Tenant(w.tenant).Credential()
	hash, err := bcrypt.GenerateFromPassword([]byte(worldPassword), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	var passwords strings.Builder
	for _, user := range users {
		fmt.Fprintf(&passwords, "%s:%s\n", user, hash)
	}
	w.put("users", passwords.String())
	w.put("ca.pem", string(sim.CAPEM()))
	w.put("secret", credential.Secret+"\n")
	if w.dsn == "" {
		w.dsn = "sqlite:" + filepath.Join(w.folder, "rwsgate.db")
	}
	w.head = fmt.Sprintf(`listen: 127.0.0.1:0
admin: { listen: "127.0.0.1:0" }
auth: { htpasswd_file: users }
store: %q
limits: { drain_delay: 0s, requests_per_second: 10000000 }
%stenants:
  - name: example.onmicrosoft.com
    id: %s
    credential: { kind: client-secret, client_id: %s, client_secret_file: secret }
    cloud: { authority: %q, graph: %q, download_hosts: ["127.0.0.1"], ca_file: ca.pem }
`, w.dsn, more, w.tenant, credential.ClientID, sim.AuthorityURL(), sim.GraphURL())
	w.put("rwsgate.yaml", w.head+rollout)
	w.start()
	return w
}

func (w *world) clock() time.Time { return time.Unix(0, w.nanos.Load()).UTC() }

func (w *world) put(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.folder, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// start opens the program and serves until the test ends, or stop.
func (w *world) start() {
	w.t.Helper()
	watcher, err := config.NewWatcher(config.Sources{File: filepath.Join(w.folder, "rwsgate.yaml"), Now: w.clock})
	if err != nil {
		w.t.Fatal(err)
	}
	watcher.Every = time.Hour // only a reload reads the file
	if w.Program, err = openAt(w.t.Context(), watcher, os.ReadFile, slog.New(slog.NewJSONHandler(w.log, nil)), w.clock); err != nil {
		w.t.Fatal(err)
	}
	p := w.Program
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	done := false
	w.ends = func() {
		if done {
			return
		}
		done = true
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("the program did not end cleanly: %v", err)
		}
		if err := p.Close(); err != nil {
			w.t.Error(err)
		}
	}
	w.t.Cleanup(w.ends)
}

// moveTo sets the clock, never back, and does what the program's own loops do every second or so by the machine's
// clock: they cannot keep pace with years that pass in seconds.
func (w *world) moveTo(at time.Time) {
	w.t.Helper()
	w.settle()
	if at.UnixNano() > w.nanos.Load() {
		w.nanos.Store(at.UnixNano())
	}
	if err := w.ledger.Flush(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if err := w.rollout.Sync(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.rollout.LoadKnown(w.t.Context())
}

// settle waits until the program is done with the last call: a long answer reaches its client before the ledger hears of
// it. The next request on the same connection is read after that; one without a password is no call.
func (w *world) settle() {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+w.Legacy+root+"/", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if a := w.do(request); a.status != http.StatusUnauthorized {
		w.t.Fatalf("without a password: %d", a.status)
	}
}

// reload puts another rollout into force, as an operator does.
func (w *world) reload(rollout string) {
	w.t.Helper()
	w.put("rwsgate.yaml", w.head+rollout)
	w.post("/api/reload")
	w.moveTo(w.clock())
}

func (w *world) post(path string) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, "http://"+w.Admin+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if a := w.do(request); a.status != http.StatusOK {
		w.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
}

// admin asks the admin listener.
func (w *world) admin(path string) string {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+w.Admin+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	a := w.do(request)
	if a.status != http.StatusOK {
		w.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	return a.body
}

func (w *world) adminJSON(path string, into any) {
	w.t.Helper()
	if err := json.Unmarshal([]byte(w.admin(path)), into); err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
}

// legacy sends a client's request to the legacy listener.
func (w *world) legacy(user, agent, query string, headers ...string) answer {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+w.Legacy+root+"/"+strings.ReplaceAll(query, " ", "%20"), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	request.SetBasicAuth(user, worldPassword)
	request.Header.Set("User-Agent", agent)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	return w.do(request)
}

func (w *world) do(request *http.Request) answer {
	w.t.Helper()
	response, err := w.http.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

// rwsgate runs a command against the running program.
func (w *world) rwsgate(code int, args ...string) string {
	w.t.Helper()
	got, out, stderr := cli(append(args, "--admin", "http://"+w.Admin)...)
	if got != code {
		w.t.Fatalf("%s: rwsgate %s: exit code %d, not %d: %s", w.clock().Format(time.RFC3339), strings.Join(args, " "), got, code, stderr)
	}
	return out
}

// ownSchema gives the URL of an empty schema of a PostgreSQL: the ledger of other tests has clients of other years.
func ownSchema(t *testing.T, dsn string) string {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	name := "years_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if _, err := db.ExecContext(t.Context(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.ExecContext(context.WithoutCancel(t.Context()), "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", name)
	u.RawQuery = query.Encode()
	return u.String()
}
