package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/bcrypt"

	"rwsgate/graphsim"
)

const (
	root     = "/ecp/reportingwebservice/reporting.svc"
	daily    = root + "/CsP2PAVTimeDaily"
	reader   = "loader@example.onmicrosoft.com"
	late     = "late@example.onmicrosoft.com" // comes seldom: never remembered
	password = "the right password"
)

// gate is a compiled rwsgate that runs as its own process, with a stand-in of Entra ID and Graph in this one.
type gate struct {
	Legacy, Admin string // addresses
	Dir           string // of its configuration, certificates and store

	binary  string
	roots   *x509.CertPool // of its certificate; nil: plain HTTP
	sim     *graphsim.Server
	process *exec.Cmd
	read    chan struct{} // closed when its log has ended
	mu      sync.Mutex
	faults  []string // records of its log that no client may cause
	last    []string // the newest records
	watch   atomic.Pointer[func(record string)]
}

// gateOptions say how a gate is configured.
type gateOptions struct {
	Binary string
	Dir    string
	TLS    bool
	Cost   int    // of the reader's bcrypt entry; 0: the cheapest
	More   string // YAML, replaces the keys of defaults that it names
}

// defaults are keys of the configuration that gateOptions.More may set otherwise.
var defaults = map[string]string{
	"limits": "{ requests_per_second: 1000000, drain_delay: 1s }",
	"store":  "sqlite:rwsgate.db",
	"log":    "{ level: info }",
}

// startGate starts a gate and waits until it is ready.
func startGate(o gateOptions) (g *gate, err error) {
	g = &gate{Dir: o.Dir, binary: o.Binary, read: make(chan struct{})}
	defer func() {
		if err != nil {
			_ = g.kill()
		}
	}()
	if g.sim, err = graphsim.Start(graphsim.Options{}); err != nil {
		return g, err
	}
	if o.TLS {
		if err = g.run("cert", "--host", "127.0.0.1", filepath.Join(o.Dir, "tls")); err != nil {
			return g, err
		}
		text, err := os.ReadFile(filepath.Join(o.Dir, "tls", "ca.pem"))
		if err != nil {
			return g, err
		}
		g.roots = x509.NewCertPool()
		g.roots.AppendCertsFromPEM(text)
	}
	if err = g.SetPassword(max(o.Cost, bcrypt.MinCost)); err != nil {
		return g, err
	}
	if err = errors.Join(g.write("ca.pem", g.sim.CAPEM()), g.Configure(o.More)); err != nil {
		return g, err
	}
	return g, g.start()
}

// Configure writes the configuration file in one step, as editors do.
func (g *gate) Configure(more string) error {
	credential := g.sim.Tenant(graphsim.DemoTenantID).Credential()
	text := fmt.Sprintf(`listen: 127.0.0.1:0
admin: { listen: "127.0.0.1:0", pprof: true }
public_url: https://reports.office365.com
trusted_proxies: [127.0.0.1]
auth: { htpasswd_file: users, anonymous: loopback, anonymous_tenant: %s }
%s
tenants:
  - name: %s
    id: %s
    credential: { kind: client-secret, client_id: %s, client_secret: %q }
    cloud: { authority: %q, graph: %q, download_hosts: [%q], ca_file: ca.pem }
`, graphsim.DemoTenantName, more, graphsim.DemoTenantName, graphsim.DemoTenantID, credential.ClientID, credential.Secret,
		g.sim.AuthorityURL(), g.sim.GraphURL(), g.sim.DownloadHost())
	if g.roots != nil {
		text = "tls: { cert_file: tls/tls.crt, key_file: tls/tls.key }\n" + text
	}
	for key, value := range defaults {
		if !strings.Contains("\n"+more, "\n"+key+":") {
			text = key + ": " + value + "\n" + text
		}
	}
	return g.write("rwsgate.yaml", []byte(text))
}

// Reconfigure writes the configuration file and has the gate put it into force.
func (g *gate) Reconfigure(more string) error {
	if err := g.Configure(more); err != nil {
		return err
	}
	_, err := g.admin(http.MethodPost, "/api/reload")
	return err
}

// SetPassword writes the htpasswd file with a new hash of the password, so that no credential is remembered any more.
func (g *gate) SetPassword(cost int) error {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), cost)
	if err != nil {
		return err
	}
	return g.write("users", fmt.Appendf(nil, "%s:%s\n%s:%s\n", reader, hash, late, hash))
}

func (g *gate) write(name string, content []byte) error {
	path := filepath.Join(g.Dir, name)
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// run has the binary do something and waits for it.
func (g *gate) run(args ...string) error {
	if out, err := exec.CommandContext(context.Background(), g.binary, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", args[0], err, out)
	}
	return nil
}

func (g *gate) start() error {
	g.process = exec.CommandContext(context.Background(), g.binary, "serve", "--config", filepath.Join(g.Dir, "rwsgate.yaml"))
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "RWSGATE_") { // ours, not the gate's
			g.process.Env = append(g.process.Env, variable)
		}
	}
	log, err := g.process.StderrPipe()
	if err != nil {
		return err
	}
	if err := startChild(g.process, syscall.SIGKILL); err != nil {
		return err
	}
	ready := make(chan struct{})
	go g.follow(log, ready)
	select {
	case <-ready:
	case <-g.read:
		return fmt.Errorf("the gateway did not start:\n%s", g.tail())
	case <-time.After(time.Minute):
		return fmt.Errorf("the gateway is not ready:\n%s", g.tail())
	}
	answer, err := http.Get("http://" + g.Admin + "/readyz") //nolint:noctx // loopback, at the start
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("readyz: %s", answer.Status)
	}
	return nil
}

// follow reads the gate's log to its end.
func (g *gate) follow(log io.Reader, ready chan<- struct{}) {
	defer close(g.read)
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		record := lines.Text()
		g.mu.Lock()
		if g.Legacy == "" && strings.Contains(record, `"msg":"ready"`) {
			g.Legacy, g.Admin = field(record, "listen"), field(record, "admin")
			close(ready)
		}
		if isFault(record) && len(g.faults) < 100 {
			g.faults = append(g.faults, record)
		}
		if g.last = append(g.last, record); len(g.last) > 60 {
			g.last = g.last[1:]
		}
		g.mu.Unlock()
		if watch := g.watch.Load(); watch != nil {
			(*watch)(record)
		}
	}
}

// isFault says whether a record tells of a fault of the gateway's: a panic, a race, an error.
func isFault(record string) bool {
	if !strings.HasPrefix(record, "{") {
		return record != ""
	}
	return strings.Contains(record, `"level":"ERROR"`) || strings.Contains(record, "panic")
}

// field gives the text of a key of a JSON record.
func field(record, key string) string {
	_, rest, _ := strings.Cut(record, `"`+key+`":"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func (g *gate) tail() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return strings.Join(g.last, "\n")
}

// Faults gives what its log has told of faults so far.
func (g *gate) Faults() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.faults...)
}

// Signal sends the process a signal.
func (g *gate) Signal(s os.Signal) error { return g.process.Process.Signal(s) }

// Wait waits for the end of the process and gives its exit code.
func (g *gate) Wait() int {
	<-g.read
	_ = g.process.Wait() // its code is what counts
	_ = g.sim.Close()
	return g.process.ProcessState.ExitCode()
}

// Stop ends the process by SIGTERM and gives its exit code.
func (g *gate) Stop() int {
	if err := g.Signal(syscall.SIGTERM); err != nil {
		return -1
	}
	return g.Wait()
}

// kill ends what there is of a gate, at once.
func (g *gate) kill() error {
	if g.process != nil && g.process.Process != nil && g.process.ProcessState == nil {
		_ = g.process.Process.Kill()
		g.Wait()
		return nil
	}
	if g.sim != nil {
		return g.sim.Close()
	}
	return nil
}

// Dial opens a connection to the legacy listener, with TLS if it has any.
func (g *gate) Dial() (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: 30 * time.Second}).DialContext(context.Background(), "tcp", g.Legacy)
	if err != nil || g.roots == nil {
		return c, err
	}
	t := tls.Client(c, g.tlsConfig())
	if err := t.HandshakeContext(context.Background()); err != nil {
		_ = c.Close()
		return nil, err
	}
	return t, nil
}

func (g *gate) tlsConfig(protocols ...string) *tls.Config {
	return &tls.Config{RootCAs: g.roots, ServerName: "127.0.0.1", NextProtos: protocols, MinVersion: tls.VersionTLS12}
}

// Metrics reads /metrics: the values by series.
func (g *gate) Metrics() (map[string]float64, error) {
	text, err := g.admin(http.MethodGet, "/metrics")
	if err != nil {
		return nil, err
	}
	series := map[string]float64{}
	for line := range strings.Lines(text) {
		i := strings.LastIndexByte(line, ' ')
		if strings.HasPrefix(line, "#") || i < 0 {
			continue
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(line[i:]), 64)
		if err != nil {
			return nil, err
		}
		series[line[:i]] = value
	}
	return series, nil
}

// admin asks the admin listener and gives the body of a 200.
func (g *gate) admin(method, path string) (string, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, "http://"+g.Admin+path, nil)
	if err != nil {
		return "", err
	}
	request.Close = true // no connection of ours stands among those that are counted
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, body)
	}
	return string(body), err
}
