package graph

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"software.sslmate.com/src/go-pkcs12"
)

// gate lets one caller at a time ask a credential for a token. azidentity does the same with a mutex, on which a caller
// whose context ends would wait on.
type gate struct {
	credential azcore.TokenCredential
	tenant     string
	turn       chan struct{}
}

func newGate(c azcore.TokenCredential, tenant string) *gate {
	return &gate{c, tenant, make(chan struct{}, 1)}
}

// GetToken gives the cached token or a new one; its error is noted in the context's flight.
func (g *gate) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-ctx.Done():
		return azcore.AccessToken{}, ctx.Err()
	}
	token, err := g.credential.GetToken(ctx, o)
	if err == nil {
		err = belongs(token.Token, g.tenant)
	}
	if err != nil {
		flightOf(ctx).refuseToken(err)
		return azcore.AccessToken{}, err
	}
	return token, nil
}

// errands are the azcore options of a token request. Retries are few, so that they cannot eat a fetch's deadline.
func (o Options) errands(p place, transport http.RoundTripper) azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: p.authority, Services: map[cloud.ServiceName]cloud.ServiceConfiguration{}},
		Retry:     policy.RetryOptions{MaxRetries: 1, RetryDelay: 500 * time.Millisecond, MaxRetryDelay: longestPause},
		Telemetry: policy.TelemetryOptions{ApplicationID: "rwsgate/" + o.version()},
		Transport: &http.Client{Transport: transport, CheckRedirect: stay},
	}
}

// stay follows no redirect: net/http would take the credential along.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// credential builds the tenant's credential; nothing is sent yet. A certificate's expiry comes with it, zero for the
// other kinds.
func (o Options) credential(p place, transport http.RoundTripper) (azcore.TokenCredential, time.Time, error) {
	client, c := o.errands(p, transport), o.Credential
	switch c.Kind {
	case ClientSecret:
		if c.ClientID == "" || c.Secret == "" {
			return nil, time.Time{}, misconfigured("the credential lacks its client_id or client_secret", "set credential.client_id and credential.client_secret_file")
		}
		made, err := azidentity.NewClientSecretCredential(o.Tenant, c.ClientID, c.Secret,
			&azidentity.ClientSecretCredentialOptions{ClientOptions: client, DisableInstanceDiscovery: p.private})
		return built(made, time.Time{}, err)
	case ClientCertificate:
		return o.certificate(p, client)
	case WorkloadIdentity:
		made, err := azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
			ClientOptions: client, ClientID: c.ClientID, TenantID: o.Tenant, TokenFilePath: c.TokenFile, DisableInstanceDiscovery: p.private})
		if err != nil {
			return nil, time.Time{}, misconfigured("the workload identity lacks its client id or token file", "set AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE (the webhook of Azure Workload Identity does), or credential.client_id and credential.token_file")
		}
		return made, time.Time{}, nil
	case ManagedIdentity:
		client.Retry.MaxRetries = 3 // the identity's endpoint is local, and slow to come up
		options := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: client}
		if c.ClientID != "" {
			options.ID = azidentity.ClientID(c.ClientID)
		}
		made, err := azidentity.NewManagedIdentityCredential(options)
		return built(made, time.Time{}, err)
	case DefaultChain:
		made, err := azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{
			ClientOptions: client, TenantID: o.Tenant, DisableInstanceDiscovery: p.private, RequireAzureTokenCredentials: true})
		if err != nil {
			return nil, time.Time{}, misconfigured("the default credential does not know which credentials to try", "set AZURE_TOKEN_CREDENTIALS to prod, dev or one credential's name, or choose another credential.kind")
		}
		return made, time.Time{}, nil
	}
	return nil, time.Time{}, misconfigured("the kind of credential is not known", "set credential.kind to client-secret, client-certificate, workload-identity, managed-identity or default")
}

// certificate builds a credential of a certificate and its key.
func (o Options) certificate(p place, client azcore.ClientOptions) (azcore.TokenCredential, time.Time, error) {
	c := o.Credential
	if c.ClientID == "" || len(c.Certificate) == 0 {
		return nil, time.Time{}, misconfigured("the credential lacks its client_id or certificate", "set credential.client_id and credential.certificate_file")
	}
	certificates, key, err := readCertificate(c.Certificate, c.Password)
	if err != nil {
		return nil, time.Time{}, misconfigured("the certificate cannot be read, or its password is wrong",
			"give credential.certificate_file a PEM with the certificate and its unencrypted RSA key, or a PFX, and credential.certificate_password the PFX's password")
	}
	made, err := azidentity.NewClientCertificateCredential(o.Tenant, c.ClientID, certificates, key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: client, DisableInstanceDiscovery: p.private, SendCertificateChain: c.SendChain})
	return built(made, certificates[0].NotAfter, err)
}

// readCertificate reads PEM or PFX; azidentity knows only the encryption that PFX files had until OpenSSL 3.
func readCertificate(data []byte, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	if block, _ := pem.Decode(data); block != nil {
		return azidentity.ParseCertificates(data, nil)
	}
	key, leaf, chain, err := pkcs12.DecodeChain(data, password)
	if err != nil {
		return nil, nil, err
	}
	return append([]*x509.Certificate{leaf}, chain...), key, nil
}

// built turns a constructor's error into ours. They all check the same: the form of the tenant, the key.
func built(c azcore.TokenCredential, expiry time.Time, err error) (azcore.TokenCredential, time.Time, error) {
	if err != nil {
		return nil, time.Time{}, misconfigured("the credential cannot be built from what is configured",
			"check the tenant's id (letters, digits, dots and dashes) and that the certificate's key is RSA and its own")
	}
	return c, expiry, nil
}

// local says whether a credential asks an endpoint of its own machine, which no proxy stands before.
func (c Credential) local() bool { return c.Kind == ManagedIdentity }

// tokenFile gives the file of a workload identity.
func (c Credential) tokenFile() string {
	return pick(c.TokenFile, os.Getenv("AZURE_FEDERATED_TOKEN_FILE"))
}
