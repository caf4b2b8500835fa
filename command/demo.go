package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"golang.org/x/crypto/bcrypt"

	"rwsgate/config"
	"rwsgate/graphsim"
)

const (
	demoUser     = "reader@" + graphsim.DemoTenantName
	demoPassword = "demo"
)

// demo is a stand-in of Entra ID and Graph with the configuration that leads to it. Its files are in memory: the demo
// needs no disk.
type demo struct {
	sim   *graphsim.Server
	files map[string][]byte // by name, without a folder
	pair  *authority        // of the legacy listener; nil for plain HTTP
	file  string            // the operator's own, whose keys come before the demo's; empty: none
}

// demoRun is how the demo is asked for.
type demoRun struct {
	now  time.Time // fixes the clock; zero: the machine's
	file string    // the rollout to try, and other keys that the demo does not bring itself; empty: none
}

const (
	demoFile   = "demo.yaml"
	demoCA     = "demo-ca.pem"
	demoUsers  = "demo-users"
	demoSecret = "demo-secret"
)

// startDemo starts the stand-in and turns the sources into those of a gateway that asks it. With a folder the legacy
// listener speaks TLS with the folder's certificate, made if the folder has none.
func startDemo(sources config.Sources, asked demoRun, folder string) (*demo, config.Sources, error) {
	pair, err := demoPair(folder)
	if err != nil {
		return nil, sources, err
	}
	clock := time.Now
	if !asked.now.IsZero() {
		clock = func() time.Time { return asked.now }
	}
	sim, err := graphsim.Start(graphsim.Options{Now: clock})
	if err != nil {
		return nil, sources, fmt.Errorf("start the stand-in of Entra ID and Graph: %w", err)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(demoPassword), bcrypt.MinCost)
	if err != nil {
		return nil, sources, errors.Join(err, sim.Close())
	}
	d := &demo{sim: sim, pair: pair, file: asked.file, files: map[string][]byte{
		demoCA:     sim.CAPEM(),
		demoUsers:  fmt.Appendf(nil, "%s:%s\n", demoUser, hash),
		demoSecret: []byte(sim.Tenant(graphsim.DemoTenantID).Credential().Secret),
	}}
	d.files[demoFile] = d.configuration()
	// Of the flags and the environment, --config has named d.file if there is one.
	sources.File, sources.ReadFile = d.path(demoFile), d.readFile
	return d, sources, nil
}

// path is where a file of the demo seems to lie.
func (d *demo) path(name string) string {
	return filepath.Join(string(filepath.Separator)+"rwsgate-demo", name)
}

// readFile reads a file of the demo by its name, in whatever folder it is looked for, and others from the disk. The
// operator's file is read as if the demo's keys stood at its end, so that its lines keep their numbers.
func (d *demo) readFile(name string) ([]byte, error) {
	if d.file != "" && name == d.file {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		return append(append(text, '\n'), d.files[demoFile]...), nil
	}
	if content, ok := d.files[filepath.Base(name)]; ok {
		return content, nil
	}
	return os.ReadFile(name)
}

// configuration is the demo's configuration file: the same keys that a real tenant needs.
func (d *demo) configuration() []byte {
	credential := d.sim.Tenant(graphsim.DemoTenantID).Credential()
	text := fmt.Appendf(nil, `store: memory
auth: { htpasswd_file: %s, anonymous: loopback }
log: { format: text }
tenants:
  - name: %s
    id: %s
    credential: { kind: client-secret, client_id: %q, client_secret_file: %s }
    cloud: { authority: %q, graph: %q, download_hosts: [%q], ca_file: %s }
`, demoUsers, graphsim.DemoTenantName, graphsim.DemoTenantID, credential.ClientID, demoSecret,
		d.sim.AuthorityURL(), d.sim.GraphURL(), d.sim.DownloadHost(), demoCA)
	if d.pair != nil {
		text = fmt.Appendf(text, "tls: { cert_file: %q, key_file: %q }\n", d.pair.path(leafFile), d.pair.path(leafKeyFile))
	}
	return text
}

// demoPair gives a certificate for this machine, nil without a folder.
func demoPair(folder string) (*authority, error) {
	if folder == "" {
		return nil, nil
	}
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	a := &authority{folder: absolute}
	return a, a.ensure([]string{"localhost", "127.0.0.1", "::1"})
}

func (d *demo) close() { _ = d.sim.Close() }

// serveDemo serves the demo tenant until the context ends.
func serveDemo(ctx context.Context, sources config.Sources, asked demoRun, folder string, stdout, stderr io.Writer) error {
	d, sources, err := startDemo(sources, asked, folder)
	if err != nil {
		return err
	}
	defer d.close()
	w, err := config.NewWatcher(sources)
	if err != nil {
		return err
	}
	p, err := Open(ctx, w, Files(d.readFile), newLog(stderr, w.Current().Log))
	if err != nil {
		return err
	}
	if err := tryLines(stdout, p.Legacy, p.Admin, d.pair); err != nil {
		return err
	}
	defer d.farewell(p.log)
	return run(ctx, p)
}

// tryLines prints three requests to try, over TLS if there is a pair, and where the status page is.
func tryLines(w io.Writer, address, admin string, pair *authority) error {
	curl, scheme := "curl", "http"
	if pair != nil {
		curl, scheme = "curl --cacert '"+pair.path(caFile)+"'", "https"
	}
	root := scheme + "://" + address + "/ecp/reportingwebservice/reporting.svc"
	_, err := fmt.Fprintf(w, `rwsgate demo: a stand-in of Entra ID and Graph runs in this process. Try:

  %[4]s '%[1]s/CsP2PAVTimeDaily?$select=Date,TotalAudioMinutes,TotalVideoMinutes&$orderby=Date%%20desc&$top=10&$format=Atom'
  %[4]s -H 'X-timezone: Pacific Standard Time' '%[1]s/CsP2PAVTimeWeekly?$format=Json'
  %[4]s -u %[2]s:%[3]s '%[1]s/CsP2PAVTimeMonthly'

Who asks stands on the status page, http://%[5]s/

`, root, demoUser, demoPassword, curl, admin)
	return err
}

// farewell says what the stand-in was asked.
func (d *demo) farewell(log *slog.Logger) {
	calls := d.sim.Tenant(graphsim.DemoTenantID).Calls()
	log.Info("the stand-in was asked", "tokens", calls.Tokens, "report_calls", calls.Reports, "downloads", calls.Downloads, "sdk", calls.LastSdkVersion)
}

// demoAsked says whether --demo is given, and how.
func demoAsked(s config.Sources) (bool, demoRun, error) {
	s.NoTenant = true
	c, err := config.Load(s)
	if err != nil {
		return false, demoRun{}, err
	}
	if c.Run.Demo && c.Run.File != "" {
		if err := ownKeys(c.Run.File); err != nil {
			return false, demoRun{}, err
		}
	}
	return c.Run.Demo, demoRun{c.Run.Now.Time, c.Run.File}, nil
}

// demoKey is a line that begins one of the keys that the demo brings itself.
var demoKey = regexp.MustCompile(`^["']?(auth|log|store|tenants|tls)["']?\s*:`)

// ownKeys refuses a file that has keys of the demo's own.
func ownKeys(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if key := demoKey.FindSubmatch(line); key != nil {
			return usageError{fmt.Errorf("%s:%d: --demo brings its own %s: leave the key out (flags such as --store work)", file, n, key[1])}
		}
	}
	return nil
}
