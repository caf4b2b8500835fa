package command

import (
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

const legacyHost = "reports.office365.com"

func newCert() *cobra.Command {
	var hosts []string
	var renew bool
	c := &cobra.Command{
		Use:   "cert [--host NAME]… DIR",
		Short: "Make a certificate for the legacy listener, and a CA that may sign for its hosts only",
		Long: `Makes a certificate authority that is constrained to the given hosts (a client that trusts it trusts it for nothing
else), and a certificate of it for the legacy listener (RSA 2048, which old clients need; 825 days). Writes into DIR:

  ca.pem      the CA: what clients import
  ca-key.pem  its private key: keep it off the gateway; only --renew needs it
  tls.crt     certificate chain, for tls.cert_file
  tls.key     its private key, for tls.key_file

Nothing is ever overwritten, but by --renew: it keeps the CA, and makes tls.crt and tls.key anew for the same hosts.
A running gateway notices the new files within seconds.`,
		Example: "  rwsgate cert tls\n  rwsgate cert --host reports.office365.com --host 10.0.0.5 tls\n  rwsgate cert --renew tls",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("%s needs one DIR (see %s --help)", c.CommandPath(), c.CommandPath())}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			a := authority{folder: args[0]}
			if renew {
				hosts, err := a.renew(hosts)
				if err != nil {
					return err
				}
				return renewedLines(c.OutOrStdout(), a, hosts)
			}
			if len(hosts) == 0 {
				hosts = []string{legacyHost}
			}
			if err := a.create(hosts); err != nil {
				return err
			}
			return certLines(c.OutOrStdout(), a, hosts)
		},
	}
	c.Flags().StringArrayVar(&hosts, "host", nil, "host name or address that clients use; may be repeated (default "+legacyHost+")")
	c.Flags().BoolVar(&renew, "renew", false, "keep the CA of DIR and make a new certificate, for its old hosts unless --host names others")
	return c
}

// certLines says what was made and how each runtime comes to trust it.
func certLines(out io.Writer, a authority, hosts []string) error {
	folder, err := filepath.Abs(a.folder)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `Made a certificate for %[1]q, valid until %[2]s.

In the configuration file:
  tls: { cert_file: %[3]s, key_file: %[4]s }

Have the clients trust %[5]s:
  Windows, .NET, PowerShell  certutil -addstore -f Root %[5]s
  Debian, Ubuntu             sudo cp %[5]s /usr/local/share/ca-certificates/rwsgate.crt && sudo update-ca-certificates
  Red Hat, Fedora            sudo cp %[5]s /etc/pki/ca-trust/source/anchors/rwsgate.pem && sudo update-ca-trust
  Mono                       cat /etc/ssl/certs/ca-certificates.crt %[5]s > all.pem && cert-sync --user all.pem
  Java                       keytool -importcert -noprompt -alias rwsgate -file %[5]s -cacerts -storepass changeit
  Python (requests)          export REQUESTS_CA_BUNDLE=%[5]s
  Node.js                    export NODE_EXTRA_CA_CERTS=%[5]s
  Ruby                       export SSL_CERT_FILE=%[5]s
  curl                       curl --cacert %[5]s https://%[6]s/
`, hosts, a.until.Format(time.DateOnly), filepath.Join(folder, leafFile), filepath.Join(folder, leafKeyFile),
		filepath.Join(folder, caFile), urlHost(hosts[0]))
	return err
}

// renewedLines says what a renewal changed and what is left to do, which is nothing for whoever trusts the CA already.
func renewedLines(out io.Writer, a authority, hosts []string) error {
	folder, err := filepath.Abs(a.folder)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `Made a new certificate for %q, valid until %s: %s and %s.
The CA is the same: clients need nothing new.

Next: if the gateway reads copies (tls.cert_file, tls.key_file), put these two in their place. It takes them within
seconds, without a restart.
`, hosts, a.until.Format(time.DateOnly), filepath.Join(folder, leafFile), filepath.Join(folder, leafKeyFile))
	return err
}
