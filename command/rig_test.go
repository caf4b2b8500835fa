package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"rwsgate/config"
	"rwsgate/graphsim"
)

const root = "/ecp/reportingwebservice/reporting.svc"

// now is the clock of the stand-in in these tests: a Monday.
var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// rig is a stand-in of Entra ID and Graph with a configuration that leads to it.
type rig struct {
	sim    *graphsim.Server
	tenant *graphsim.Tenant
	folder string
	// Values of the configuration that tests change before they write it.
	id, clientID, secret, authority, graph, extra string
	more                                          string // tenants after the first
	expires                                       string // when the first tenant's secret ends; empty: unknown
	ca                                            []byte
	every                                         time.Duration // between looks at the files; 0: as usual
	env                                           []string      // RWSGATE_ variables
}

func newRig(t *testing.T) *rig { return newRigOf(t, graphsim.DemoTenantID) }

// newRigOf is a rig whose tenant has an id of its own.
func newRigOf(t *testing.T, id string) *rig {
	t.Helper()
	sim, err := graphsim.Start(graphsim.Options{Now: clock, Tenants: []graphsim.TenantOptions{{ID: id}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	tenant := sim.Tenant(id)
	credential := tenant.Credential()
	return &rig{
		sim: sim, tenant: tenant, folder: t.TempDir(), id: id, clientID: credential.ClientID, secret: credential.Secret,
		authority: sim.AuthorityURL(), graph: sim.GraphURL(), ca: sim.CAPEM(),
	}
}

// file writes the configuration file.
func (r *rig) file(t *testing.T) string {
	t.Helper()
	put := func(name, content string) string {
		path := filepath.Join(r.folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	hash, err := bcrypt.GenerateFromPassword([]byte("pass-word-planted"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	put("users", "reader@example.onmicrosoft.com:"+string(hash)+"\nstranger@elsewhere.example:"+string(hash)+"\n")
	put("ca.pem", string(r.ca))
	put("secret", r.secret+"\n")
	extra := r.extra
	if !strings.Contains(extra, "store:") {
		extra += "store: memory\n"
	}
	if !strings.Contains(extra, "limits:") {
		extra += "limits: { drain_delay: 0s }\n" // no load balancer watches these tests
	}
	expires := ""
	if r.expires != "" {
		expires = ", expires: " + r.expires
	}
	return put("rwsgate.yaml", fmt.Sprintf(`listen: 127.0.0.1:0
admin: { listen: "127.0.0.1:0" }
auth: { htpasswd_file: users }
refresh: { first_wait: 30s, timeout: 60s }
%s
tenants:
  - name: example.onmicrosoft.com
    id: %s
    credential: { kind: client-secret, client_id: %s, client_secret_file: secret%s }
    cloud: { authority: %q, graph: %q, download_hosts: ["127.0.0.1"], ca_file: ca.pem }
%s`, extra, r.id, r.clientID, expires, r.authority, r.graph, r.more))
}

// running is a program that serves.
type running struct {
	*Program
	log *lines
	url string
	end func() error
	ill *bool // it is to end with an error
}

// lines is a log that can be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start runs the program until the test ends.
func (r *rig) start(t *testing.T) *running {
	t.Helper()
	return launch(t, config.Sources{File: r.file(t), Env: r.env, Now: clock}, r.every)
}

// launch runs the program of a configuration until the test ends.
func launch(t *testing.T, sources config.Sources, every time.Duration) *running {
	t.Helper()
	w, err := config.NewWatcher(sources)
	if err != nil {
		t.Fatal(err)
	}
	w.Every = every
	log := &lines{}
	p, err := Open(t.Context(), w, os.ReadFile, slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	p.now = clock
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	var once sync.Once
	var result error
	ill := false
	end := func() error {
		once.Do(func() {
			cancel()
			result = <-ended
			if err := p.Close(); err != nil && result == nil {
				result = err
			}
		})
		return result
	}
	t.Cleanup(func() {
		if err := end(); (err != nil) != ill {
			t.Errorf("the program did not end cleanly: %v", err)
		}
	})
	return &running{p, log, "http://" + p.Legacy + root, end, &ill}
}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

// get asks with the reader's password and headers given as "Name: value".
func (r *running) get(t *testing.T, url string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("reader@example.onmicrosoft.com", "pass-word-planted")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	return do(t, request)
}

// plainClient leaves Accept-Encoding to the test.
var plainClient = &http.Client{Transport: &http.Transport{DisableCompression: true}}

func do(t *testing.T, request *http.Request) answer {
	t.Helper()
	response, err := plainClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

// cli runs a command line and gives its exit code and outputs.
func cli(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = Main(args, strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}
