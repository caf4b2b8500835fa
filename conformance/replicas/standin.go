package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rwsgate/graphsim"
)

// standIn serves the demo tenant until ctx ends. Into folder it writes what a gateway needs to ask it: tenants.yaml, the
// end of a configuration file, with secret and graph-ca.pem beside it; and last counts, the address that gives how often
// it was asked, as JSON.
func standIn(ctx context.Context, folder string, out io.Writer) error {
	sim, err := graphsim.Start(graphsim.Options{})
	if err != nil {
		return err
	}
	tenant := sim.Tenant(graphsim.DemoTenantID)
	counts, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, sim.Close())
	}
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(tenant.Calls()) // whoever asked may be gone
	})}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(counts) }) // ends by Close
	err = writeTenant(folder, sim, "http://"+counts.Addr().String()+"/")
	if err == nil {
		<-ctx.Done()
	}
	err = errors.Join(err, server.Close())
	serving.Wait()
	fmt.Fprintf(out, "%+v\n", tenant.Calls())
	return errors.Join(err, sim.Close())
}

// writeTenant writes the files of standIn.
func writeTenant(folder string, sim *graphsim.Server, counts string) error {
	credential := sim.Tenant(graphsim.DemoTenantID).Credential()
	for _, f := range []struct{ name, content string }{
		{"secret", credential.Secret},
		{"graph-ca.pem", string(sim.CAPEM())},
		{"tenants.yaml", fmt.Sprintf(`tenants:
  - name: %s
    id: %s
    credential: { kind: client-secret, client_id: %q, client_secret_file: secret }
    cloud: { authority: %q, graph: %q, download_hosts: [%q], ca_file: graph-ca.pem }
`, graphsim.DemoTenantName, graphsim.DemoTenantID, credential.ClientID, sim.AuthorityURL(), sim.GraphURL(), sim.DownloadHost())},
		{"counts", counts},
	} {
		// Readable by all: the gateways run as another user, and the secret is good for this stand-in only.
		if err := os.WriteFile(filepath.Join(folder, f.name), []byte(f.content), 0o644); err != nil { //nolint:gosec // see above
			return err
		}
	}
	return nil
}
