package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/bcrypt"

	"rwsgate/config"
	"rwsgate/graphsim"
)

const (
	demoUser     = "reader@" + graphsim.DemoTenantName
	demoPassword = "demo"
)

// demo is a stand-in of Entra ID and Graph with the configuration that leads to it.
type demo struct {
	sim    *graphsim.Server
	folder string
}

// startDemo starts the stand-in and turns the sources into those of a gateway that asks it.
func startDemo(sources config.Sources, now time.Time) (*demo, config.Sources, error) {
	clock := time.Now
	if !now.IsZero() {
		clock = func() time.Time { return now }
	}
	sim, err := graphsim.Start(graphsim.Options{Now: clock})
	if err != nil {
		return nil, sources, fmt.Errorf("start the stand-in of Entra ID and Graph: %w", err)
	}
	folder, err := os.MkdirTemp("", "rwsgate-demo-")
	if err != nil {
		return nil, sources, err
	}
	d := &demo{sim, folder}
	file, err := d.write()
	if err != nil {
		d.close()
		return nil, sources, err
	}
	sources.File = file
	return d, sources, nil
}

// write makes the demo's configuration file: the same keys that a real tenant needs.
func (d *demo) write() (string, error) {
	credential := d.sim.Tenant(graphsim.DemoTenantID).Credential()
	ca := filepath.Join(d.folder, "ca.pem")
	if err := os.WriteFile(ca, d.sim.CAPEM(), 0o600); err != nil {
		return "", err
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(demoPassword), bcrypt.MinCost)
	if err != nil {
		return "", err
	}
	users := filepath.Join(d.folder, "users.htpasswd")
	if err := os.WriteFile(users, fmt.Appendf(nil, "%s:%s\n", demoUser, hash), 0o600); err != nil {
		return "", err
	}
	text := fmt.Sprintf(`store: memory
auth: { htpasswd_file: %q, anonymous: loopback }
log: { format: text }
tenants:
  - name: %s
    id: %s
    credential: { kind: client-secret, client_id: %q, client_secret: %q }
    cloud: { authority: %q, graph: %q, download_hosts: [%q], ca_file: %q }
`, users, graphsim.DemoTenantName, graphsim.DemoTenantID, credential.ClientID, credential.Secret,
		d.sim.AuthorityURL(), d.sim.GraphURL(), d.sim.DownloadHost(), ca)
	file := filepath.Join(d.folder, "demo.yaml")
	return file, os.WriteFile(file, []byte(text), 0o600)
}

func (d *demo) close() {
	_ = d.sim.Close()
	_ = os.RemoveAll(d.folder)
}

// serveDemo serves the demo tenant until the context ends.
func serveDemo(ctx context.Context, sources config.Sources, now time.Time, stdout, stderr io.Writer) error {
	d, sources, err := startDemo(sources, now)
	if err != nil {
		return err
	}
	defer d.close()
	w, err := config.NewWatcher(sources)
	if err != nil {
		return err
	}
	p, err := Open(ctx, w, newLog(stderr, w.Current().Log))
	if err != nil {
		return err
	}
	if err := tryLines(stdout, p.Legacy); err != nil {
		return err
	}
	defer d.farewell(p.log)
	return run(ctx, p)
}

// tryLines prints three requests to try.
func tryLines(w io.Writer, address string) error {
	root := "http://" + address + "/ecp/reportingwebservice/reporting.svc"
	_, err := fmt.Fprintf(w, `rwsgate demo: a stand-in of Entra ID and Graph runs in this process. Try:

  curl '%[1]s/CsP2PAVTimeDaily?$select=Date,TotalAudioMinutes,TotalVideoMinutes&$orderby=Date%%20desc&$top=10&$format=Atom'
  curl -H 'X-timezone: Pacific Standard Time' '%[1]s/CsP2PAVTimeWeekly?$format=Json'
  curl -u %[2]s:%[3]s '%[1]s/CsP2PAVTimeMonthly'

`, root, demoUser, demoPassword)
	return err
}

// farewell says what the stand-in was asked.
func (d *demo) farewell(log *slog.Logger) {
	calls := d.sim.Tenant(graphsim.DemoTenantID).Calls()
	log.Info("the stand-in was asked", "tokens", calls.Tokens, "report_calls", calls.Reports, "downloads", calls.Downloads, "sdk", calls.LastSdkVersion)
}

// demoAsked says whether --demo is given, and which instant --now fixes (zero: none).
func demoAsked(s config.Sources) (bool, time.Time, error) {
	s.NoTenant = true
	c, err := config.Load(s)
	switch {
	case err != nil:
		return false, time.Time{}, err
	case c.Run.Demo && c.Run.File != "":
		return false, time.Time{}, usageError{errors.New("--demo makes its own configuration: leave --config out")}
	}
	return c.Run.Demo, c.Run.Now.Time, nil
}
