package graph_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"rwsgate/graphsim"
	"rwsgate/translate"
	"rwsgate/translate/graph"
)

// pair makes a certificate, and the PEM of certificate and key as an operator would have it.
func pair(t *testing.T, expires time.Time) (*x509.Certificate, []byte) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "rwsgate"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: expires}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	both := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...)
	return certificate, both
}

func TestCertificate(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	expires := time.Now().Add(400 * 24 * time.Hour).UTC().Truncate(time.Second)
	certificate, both := pair(t, expires)
	o.Credential = graph.Credential{Kind: graph.ClientCertificate, ClientID: tenant.Credential().ClientID, Certificate: both}
	c := client(t, o)
	if at, ok := c.CredentialExpiry(); !ok || !at.Equal(expires) {
		t.Errorf("expires %s, %v; want %s", at, ok, expires)
	}
	_, err := c.Fetch(t.Context(), translate.D7)
	if f := fault(t, err); f.Code != "AADSTS700027" || f.Fault != translate.FaultCredential {
		t.Errorf("%+v", f)
	}
	tenant.SetCredentials(graphsim.Credential{ClientID: tenant.Credential().ClientID, Certificates: []*x509.Certificate{certificate}})
	if _, err := c.Fetch(t.Context(), translate.D7); err != nil {
		t.Error(err)
	}
}

// The PFX files hold a key made for this test; the one is in the encryption of old, the other in OpenSSL 3's.
func TestCertificateAsPFX(t *testing.T) {
	for _, name := range []string{"client.pfx", "modern.pfx"} {
		t.Run(name, func(t *testing.T) {
			pfx, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			_, tenant, o := simulator(t, graphsim.Options{})
			o.Credential = graph.Credential{Kind: graph.ClientCertificate, ClientID: tenant.Credential().ClientID, Certificate: pfx, Password: "opensesame"}
			_, err = client(t, o).Fetch(t.Context(), translate.D7)
			if f := fault(t, err); f.Code != "AADSTS700027" { // read and used; the stand-in only does not know it
				t.Errorf("%+v", f)
			}
			o.Credential.Password = "wrong-pfx-password"
			_, err = graph.New(o)
			if f := fault(t, err); f.Fault != translate.FaultConfig || strings.Contains(fmt.Sprintf("%+v", f), "wrong-pfx") {
				t.Errorf("%+v", f)
			}
		})
	}
}

// federate makes the stand-in trust an issuer of assertions, and gives a file with one.
func federate(t *testing.T, tenant *graphsim.Tenant) (clientID, file string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	clientID = tenant.Credential().ClientID
	const issuer, subject = "https://cluster.example", "system:serviceaccount:rws:rwsgate"
	tenant.SetCredentials(graphsim.Credential{ClientID: clientID, Federated: []graphsim.FederatedIdentity{{Issuer: issuer, Subject: subject, Key: key.Public()}}})
	assertion, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": issuer, "sub": subject, "aud": "api://AzureADTokenExchange", "exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(assertion), 0o600); err != nil {
		t.Fatal(err)
	}
	return clientID, file
}

func TestWorkloadIdentity(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	clientID, file := federate(t, tenant)
	o.Credential = graph.Credential{Kind: graph.WorkloadIdentity, ClientID: clientID, TokenFile: file}
	if _, err := client(t, o).Fetch(t.Context(), translate.D7); err != nil {
		t.Error(err)
	}
	t.Setenv("AZURE_CLIENT_ID", clientID)
	t.Setenv("AZURE_FEDERATED_TOKEN_FILE", file)
	o.Credential = graph.Credential{Kind: graph.WorkloadIdentity}
	if _, err := client(t, o).Fetch(t.Context(), translate.D7); err != nil {
		t.Error(err)
	}
	o.Credential.TokenFile = filepath.Join(t.TempDir(), "missing-file")
	_, err := client(t, o).Fetch(t.Context(), translate.D7)
	f := fault(t, err)
	if f.Fault != translate.FaultCredential || f.Stage != translate.StageToken || !strings.Contains(f.Reason, "token file") || strings.Contains(fmt.Sprintf("%+v", f), "missing-file") {
		t.Errorf("%+v", f)
	}
}

func TestDefaultChain(t *testing.T) {
	_, tenant, o := simulator(t, graphsim.Options{})
	o.Credential = graph.Credential{Kind: graph.DefaultChain}
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "")
	_, err := graph.New(o)
	if f := fault(t, err); f.Fault != translate.FaultConfig || !strings.Contains(f.Mend, "AZURE_TOKEN_CREDENTIALS") {
		t.Errorf("%+v", f)
	}
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
	t.Setenv("AZURE_TENANT_ID", tenant.ID())
	t.Setenv("AZURE_CLIENT_ID", tenant.Credential().ClientID)
	t.Setenv("AZURE_CLIENT_SECRET", tenant.Credential().Secret)
	c := client(t, o)
	if _, err := c.Fetch(t.Context(), translate.D7); err != nil {
		t.Error(err)
	}
	if _, ok := c.CredentialExpiry(); ok {
		t.Error("a chain has an expiry")
	}
}

// identityEndpoint is App Service's endpoint of a managed identity; its tokens come from the stand-in.
func identityEndpoint(t *testing.T, s *graphsim.Server, tenant *graphsim.Tenant, o graph.Options) {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CAPEM())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	trusting := &http.Client{Transport: transport}
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-IDENTITY-HEADER") != "proof" || r.URL.Query().Get("resource") != "https://graph.microsoft.com" {
			http.Error(w, `{"statusCode":400,"message":"not assigned"}`, http.StatusBadRequest)
			return
		}
		form := "grant_type=client_credentials&client_id=" + o.Credential.ClientID + "&client_secret=" + o.Credential.Secret + "&scope=https://graph.microsoft.com/.default"
		answer, err := trusting.Post(s.AuthorityURL()+tenant.ID()+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", strings.NewReader(form))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		var token struct {
			AccessToken string `json:"access_token"`
		}
		_ = json.NewDecoder(answer.Body).Decode(&token)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"access_token": token.AccessToken, "expires_on": fmt.Sprint(time.Now().Add(time.Hour).Unix()), "resource": "https://graph.microsoft.com", "token_type": "Bearer"})
	}))
	t.Cleanup(endpoint.Close)
	t.Setenv("IDENTITY_ENDPOINT", endpoint.URL)
	t.Setenv("IDENTITY_HEADER", "proof")
}

// Client ids are new ones each time: MSAL keeps the tokens of managed identities in one cache for the process.
func TestManagedIdentity(t *testing.T) {
	s, tenant, o := simulator(t, graphsim.Options{})
	identityEndpoint(t, s, tenant, o)
	o.Credential = graph.Credential{Kind: graph.ManagedIdentity, ClientID: uuid.NewString()}
	c := client(t, o)
	for range 2 {
		if _, err := c.Fetch(t.Context(), translate.D7); err != nil {
			t.Fatal(err)
		}
	}
	if calls := tenant.Calls(); calls.Tokens != 1 || calls.Reports != 2 {
		t.Errorf("%+v", calls)
	}
}

// A managed identity has tokens of its own tenant only; its report must never pass for another tenant's.
func TestTokenOfAnotherTenant(t *testing.T) {
	s, tenant, o := simulator(t, graphsim.Options{})
	identityEndpoint(t, s, tenant, o)
	o.Tenant = "00000000-1111-2222-3333-444444444444"
	o.Credential = graph.Credential{Kind: graph.ManagedIdentity, ClientID: uuid.NewString()}
	_, err := client(t, o).Fetch(t.Context(), translate.D7)
	if f := fault(t, err); f.Fault != translate.FaultTenant || f.Stage != translate.StageToken || tenant.Calls().Reports != 0 {
		t.Errorf("%+v, %+v", f, tenant.Calls())
	}
}

func TestManagedIdentityRefused(t *testing.T) {
	s, tenant, o := simulator(t, graphsim.Options{})
	identityEndpoint(t, s, tenant, o)
	t.Setenv("IDENTITY_HEADER", "wrong")
	o.Credential = graph.Credential{Kind: graph.ManagedIdentity, ClientID: uuid.NewString()}
	_, err := client(t, o).Fetch(t.Context(), translate.D7)
	if f := fault(t, err); f.Fault != translate.FaultCredential || f.Status != http.StatusBadRequest || !strings.Contains(f.Mend, "managed identity") {
		t.Errorf("%+v", f)
	}
}
