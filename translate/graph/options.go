package graph

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"rwsgate/translate"
)

// Kind is how the gateway proves to Entra ID who it is.
type Kind string

// The kinds of credential, with what each needs.
const (
	ClientSecret      Kind = "client-secret"      // ClientID, Secret
	ClientCertificate Kind = "client-certificate" // ClientID, Certificate, Password if it is encrypted
	WorkloadIdentity  Kind = "workload-identity"  // nothing: AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE; ClientID, TokenFile override them
	ManagedIdentity   Kind = "managed-identity"   // nothing: the system's identity; ClientID selects one assigned by the user
	DefaultChain      Kind = "default"            // azidentity's chain, narrowed by AZURE_TOKEN_CREDENTIALS
)

// Credential is one tenant's credential. Secrets are plain here: the caller has read them from where they are kept.
type Credential struct {
	Kind        Kind
	ClientID    string
	Secret      string
	Certificate []byte // PEM with certificate and key, or PFX
	Password    string // of an encrypted PFX
	SendChain   bool   // send the certificate chain too, for applications that trust a subject name and issuer
	TokenFile   string
}

// Cloud is where Entra ID and Graph are. Name is one of the known clouds; every other field that is not empty replaces
// that cloud's own value. The zero Cloud is the global one.
type Cloud struct {
	Name          string   // "", "global", "usgov", "usgov-dod", "china"
	Authority     string   // https://login.microsoftonline.com/
	Graph         string   // https://graph.microsoft.com/v1.0
	Scope         string   // https://graph.microsoft.com/.default
	DownloadHosts []string // host names or suffixes that a download may come from, on any port
	CA            []byte   // PEM of authorities to trust beside the system's
}

// Options is what a Client is made of. Only Tenant and Credential are needed.
type Options struct {
	Tenant     string // Entra tenant id, or a verified domain
	Credential Credential
	Cloud      Cloud
	Proxy      string           // URL, with user and password if it wants them; "": HTTPS_PROXY and NO_PROXY decide
	CA         []byte           // PEM of authorities to trust beside the system's, say of a proxy that opens TLS
	Timeout    time.Duration    // of one Fetch as a whole; 0 means 90 s
	Version    string           // of rwsgate, for the User-Agent; "" means dev
	Pool       *Pool            // connections shared with other clients; nil means its own
	Logger     *slog.Logger     // nil means silent
	Now        func() time.Time // nil means time.Now

	// Transport replaces the way to the network, for tests: Proxy and CA then have no effect.
	Transport http.RoundTripper
}

const defaultTimeout = 90 * time.Second

func (o Options) timeout() time.Duration {
	if o.Timeout <= 0 {
		return defaultTimeout
	}
	return o.Timeout
}

func (o Options) version() string {
	if o.Version == "" {
		return "dev"
	}
	return o.Version
}

// String tells what is asked for, without any secret.
func (o Options) String() string {
	return fmt.Sprintf("tenant %s, %s credential, cloud %s", o.Tenant, o.Credential.Kind, o.Cloud.Name)
}

// GoString keeps %#v from printing secrets.
func (o Options) GoString() string { return o.String() }

// String names the kind only.
func (c Credential) String() string { return string(c.Kind) + " <secret>" }

// GoString keeps %#v from printing secrets.
func (c Credential) GoString() string { return c.String() }

// misconfigured is the error of a client that cannot be built.
func misconfigured(reason, mend string) *translate.SourceError {
	return &translate.SourceError{Fault: translate.FaultConfig, Stage: translate.StageToken, Reason: reason, Mend: mend}
}
