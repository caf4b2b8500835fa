package command

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"go.opentelemetry.io/otel"
	"golang.org/x/crypto/bcrypt"
	"software.sslmate.com/src/go-pkcs12"

	"rwsgate/graphsim"
)

// What is planted has this word in it, so that a piece of it is found too.
const plantedWord = "planted"

// proxyWithPassword tunnels for whoever knows its password, and counts them.
func proxyWithPassword(t *testing.T, user, password string) (address string, tunnels *atomic.Int64) {
	t.Helper()
	tunnels = new(atomic.Int64)
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") != want {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		there, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		tunnels.Add(1)
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, here); _ = there.Close() }()
		go func() { _, _ = io.Copy(here, there); _ = here.Close() }()
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), tunnels
}

// tokenIssuer is an issuer of bearer tokens; sign signs claims for it.
func tokenIssuer(t *testing.T) (server *httptest.Server, sign func(claims map[string]any) string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	server = httptest.NewUnstartedServer(nil)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "openid-configuration") {
			_ = json.NewEncoder(w).Encode(map[string]string{"issuer": server.URL, "jwks_uri": server.URL + "/keys"})
			return
		}
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Use: "sig"}}})
	})
	server.StartTLS()
	t.Cleanup(server.Close)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "k"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return server, func(claims map[string]any) string {
		text, err := json.Marshal(claims)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign(text)
		if err != nil {
			t.Fatal(err)
		}
		token, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
}

// pfx is a certificate and its key under a password.
func pfx(t *testing.T, password string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := pkcs12.Modern.Encode(key, certificate, nil, password)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// secretive is a rig in which every secret that there can be is planted, and all that was said about them.
type secretive struct {
	*rig
	t       *testing.T
	said    []saying
	tunnels *atomic.Int64
	tokens  struct{ good, bad string }
}

// saying is what one source said.
type saying struct{ source, text string }

func (s *secretive) say(source, text string) { s.said = append(s.said, saying{source, text}) }

func newSecretive(t *testing.T) *secretive {
	t.Helper()
	s := &secretive{rig: newBorders(t), t: t}
	proxy, tunnels := proxyWithPassword(t, "proxy-user", "planted-proxy-password")
	s.tunnels = tunnels
	issuer, sign := tokenIssuer(t)
	s.tokens.good = sign(map[string]any{"iss": issuer.URL, "aud": "api://rwsgate", "tid": graphsim.DemoTenantID, "preferred_username": homeReader,
		"exp": time.Now().Add(time.Hour).Unix(), "planted": "planted-claim"})
	s.tokens.bad = sign(map[string]any{"iss": issuer.URL, "aud": "api://another", "tid": graphsim.DemoTenantID, "exp": time.Now().Add(time.Hour).Unix()})
	s.ca = append(s.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issuer.Certificate().Raw})...)
	hash, err := bcrypt.GenerateFromPassword([]byte("planted-operator-password"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"operators": append([]byte("op:"), hash...), "bad.pfx": pfx(t, "planted-right-password"), "pfx-password": []byte("planted-wrong-password\n"),
	} {
		if err := os.WriteFile(filepath.Join(s.folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.more = strings.Replace(s.more, "certificate_file: no.pem", "certificate_file: bad.pfx, certificate_password_file: pfx-password", 1)
	s.extra += "store: sqlite:history.db\nlog: { level: debug }\nupstream: { proxy: \"http://proxy-user:planted-proxy-password@" + proxy + "\", ca_file: ca.pem }\n"
	s.env = []string{
		"RWSGATE_ADMIN__HTPASSWD_FILE=" + filepath.Join(s.folder, "operators"), "RWSGATE_ADMIN__PPROF=true",
		"RWSGATE_AUTH__BEARER__ISSUER=" + issuer.URL, "RWSGATE_AUTH__BEARER__AUDIENCE=api://rwsgate",
	}
	return s
}

// ask sends a request with an Authorization header and notes the whole answer.
func (s *secretive) ask(method, address, host, authorization string) (status int) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Host = host
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	a := do(s.t, request)
	s.say(method+" "+address, fmt.Sprint(a.status, a.header, a.body))
	return a.status
}

func basicOf(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// clients has every kind of client come to the legacy listener.
func (s *secretive) clients(p *running) {
	s.t.Helper()
	daily := p.url + "/CsP2PAVTimeDaily"
	for _, c := range []struct {
		url, authorization string
		status             int
	}{
		{daily, basicOf(homeReader, "pass-word-planted"), 200},
		{daily + "?$format=json", "Bearer " + s.tokens.good, 200},
		{daily, "Bearer " + s.tokens.bad, 401},
		{daily, "Bearer " + s.tokens.good + "x", 401},
		{daily, "Negotiate cGxhbnRlZC1uZWdvdGlhdGU=", 401},
		{daily, "Digest username=\"planted-digest\"", 401},
		{daily, basicOf(homeReader, "planted-guess"), 401},
		{daily, basicOf("nobody@example.onmicrosoft.com", "planted-guess"), 401},
		{daily + "?DelegatedOrg=" + unbuiltName, basicOf(homeReader, "pass-word-planted"), 503},
		{daily + "?DelegatedOrg=" + refusedName, basicOf(homeReader, "pass-word-planted"), 503},
		{daily + "?DelegatedOrg=nobody.example", basicOf(homeReader, "pass-word-planted"), 403},
		{daily + "?$filter=Nope", basicOf(homeReader, "pass-word-planted"), 400},
		{p.url + "/Nope", basicOf(homeReader, "pass-word-planted"), 404},
		{"http://" + p.Legacy + "/elsewhere", basicOf(homeReader, "pass-word-planted"), 404},
	} {
		if got := s.ask(http.MethodGet, c.url, "", c.authorization); got != c.status {
			s.t.Errorf("%s with %.12s…: %d, want %d", c.url, c.authorization, got, c.status)
		}
	}
}

var adminRoute = regexp.MustCompile(`\b(?:closed|open|e|g)\.(GET|POST)\("(/[^"*]*)"`)

// operators asks for every route of the admin listener, those of later versions included.
func (s *secretive) operators(p *running) {
	s.t.Helper()
	sources, err := filepath.Glob("../gateway/admin/*.go")
	if err != nil {
		s.t.Fatal(err)
	}
	routes := map[[2]string]bool{}
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, m := range adminRoute.FindAllStringSubmatch(string(text), -1) {
			routes[[2]string{m[1], m[2]}] = true
		}
	}
	if len(routes) < 10 {
		s.t.Fatalf("only %d routes were found in the source", len(routes))
	}
	const legacy = "https%3A%2F%2Fuser%3Aplanted-url-password%40reports.office365.com" + root + "%2FCsP2PAVTimeDaily"
	for route := range routes {
		path := route[1]
		switch {
		case strings.HasPrefix(path, "/debug/pprof/profile"), strings.HasPrefix(path, "/debug/pprof/trace"):
			path += "?seconds=1"
		case path == "/api/explain":
			path += "?url=" + legacy
		}
		s.ask(route[0], "http://"+p.Admin+path, "", "")
	}
	for _, path := range []string{"/debug/pprof/goroutine?debug=2", "/debug/pprof/heap?debug=1", "/debug/pprof/allocs?debug=1", "/api/explain?url=nonsense", "/nope"} {
		s.ask(http.MethodGet, "http://"+p.Admin+path, "", "")
	}
	for password, status := range map[string]int{"planted-operator-password": 200, "planted-operator-guess": 401} {
		if got := s.ask(http.MethodGet, "http://"+p.Admin+"/api/tenants", "gate.example", basicOf("op", password)); got != status {
			s.t.Errorf("an operator: %d, want %d", got, status)
		}
	}
}

// commands runs the command line with a store and a proxy that work, and with such as do not.
func (s *secretive) commands(file string) {
	s.t.Helper()
	for _, e := range s.env {
		name, value, _ := strings.Cut(e, "=")
		s.t.Setenv(name, value)
	}
	run := func(args ...string) {
		code, stdout, stderr := cli(append(args, "--config", file)...)
		s.say("rwsgate "+strings.Join(args, " "), fmt.Sprint(code, stdout, stderr))
	}
	bad := filepath.Join("testdata", "import", "bad.csv")
	every := [][]string{
		{"check"}, {"import", "--tenant", home, bad, filepath.Join("testdata", "import", "graph.csv")}, {"import", "--tenant", "nobody", bad},
		{"export", "--tenant", home}, {"export", "--tenant", home, "--format", "json"}, {"backup", filepath.Join(s.folder, "copy.db")}, {"passwd", "reader", "--file", bad},
	}
	for _, args := range every {
		run(args...)
	}
	s.t.Setenv("RWSGATE_STORE", "postgres://rwsgate:planted-dsn-password@"+closedAddress+"/rwsgate?connect_timeout=2&password=planted-dsn-password")
	for _, args := range append(every, []string{"serve"}) {
		run(args...)
	}
	s.t.Setenv("RWSGATE_UPSTREAM__PROXY", "http://proxy-user:planted-proxy-guess@"+closedAddress)
	run("check")
	s.t.Setenv("RWSGATE_UPSTREAM__PROXY", "ftp://proxy-user:planted-proxy-guess@proxy.example")
	s.t.Setenv("RWSGATE_STORE", "planted://x:planted-dsn-password@y")
	run("serve")
}

// TestSecretsStayOut plants a recognisable value in every secret that there can be, has all of them used and refused,
// and looks for them in all that the program says: answers, pages, APIs, metrics, profiles, the log at level debug, traces,
// and what the commands print.
func TestSecretsStayOut(t *testing.T) {
	cleanEnv(t)
	before := otel.GetTracerProvider()
	t.Cleanup(func() { otel.SetTracerProvider(before) })
	spans := &lines{}
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Fprint(spans, r.URL, r.Header)
		_, _ = io.Copy(spans, r.Body)
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)

	s := newSecretive(t)
	p := s.start(t)
	s.clients(p)
	s.operators(p)
	right := s.secret
	s.secret = "planted-new-secret"
	file := s.file(t)
	for _, path := range []string{"/api/reload", "/api/refresh", "/api/refresh?tenant=planted"} {
		s.ask(http.MethodPost, "http://"+p.Admin+path, "", "")
	}
	s.operators(p)
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	s.say("the log", p.log.String())
	s.say("the traces", spans.String())
	s.secret = right
	s.file(t)
	s.commands(file)

	if s.tunnels.Load() == 0 {
		t.Error("nobody went through the proxy")
	}
	s.mustSay("the log", "7000215", "its password is wrong", "bearer token refused")
	s.mustSay("the traces", "legacy request", "fetch")
	s.mustSay("rwsgate check", "AADSTS7000215", "its password is wrong", "issuer", "PostgreSQL does not answer", "the proxy")
	forbidden := []string{
		right, s.sim.Tenant(otherID).Credential().Secret, "wrong-planted", "pass-word-planted", "eyJ", "?token=", "&token=",
		s.tokens.good[len(s.tokens.good)-40:], s.tokens.bad[len(s.tokens.bad)-40:],
		"cGxhbnRlZC1uZWdvdGlhdGU", strings.TrimPrefix(basicOf(homeReader, "pass-word-planted"), "Basic "), strings.TrimPrefix(basicOf("op", "planted-operator-password"), "Basic "),
	}
	for _, said := range s.said {
		text := said.text
		for _, secret := range forbidden {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("%s tells %q: …%s", said.source, secret, text[max(0, i-200):i+len(secret)])
			}
		}
		for _, i := range plantedIn(text) {
			t.Errorf("%s: …%s", said.source, text[max(0, i-200):min(len(text), i+40)])
		}
	}
}

// TestSecretsStayOutOfEveryFault has Entra ID, Graph and the download fail in every way that the stand-in knows, and
// looks for credential, token and download link in log, pages and what check prints.
func TestSecretsStayOutOfEveryFault(t *testing.T) {
	for _, fault := range graphsim.Faults() {
		t.Run(string(fault.Name), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.tenant.SetFault(graphsim.Fault{Name: fault.Name, Wait: 100 * time.Millisecond})
			p := r.start(t)
			said := p.refreshNow(t).body + p.get(t, p.url+"/CsP2PAVTimeDaily").body
			for _, path := range []string{"/", "/metrics", "/api/tenants"} {
				said += p.get(t, "http://"+p.Admin+path).body
			}
			_, out, stderr := cli("check", "--config", filepath.Join(r.folder, "rwsgate.yaml"))
			if err := p.end(); err != nil {
				t.Fatal(err)
			}
			said += out + stderr + p.log.String()
			for _, secret := range []string{r.secret, "pass-word-planted", "eyJ", "?token=", "&token="} {
				if i := strings.Index(said, secret); i >= 0 {
					t.Errorf("%q is told: …%s", secret, said[max(0, i-200):i+len(secret)])
				}
			}
		})
	}
}

// plantedIn finds what was planted.
func plantedIn(text string) (at []int) {
	for i := 0; ; i++ {
		n := strings.Index(text[i:], plantedWord+"-")
		if n < 0 {
			return at
		}
		i += n
		at = append(at, i)
	}
}

// mustSay demands that all that a source said holds some texts: the planted values were really met.
func (s *secretive) mustSay(source string, texts ...string) {
	s.t.Helper()
	all := ""
	for _, said := range s.said {
		if said.source == source {
			all += said.text
		}
	}
	for _, text := range texts {
		if !strings.Contains(all, text) {
			s.t.Errorf("%s does not say %q:\n%.3000s", source, text, all)
		}
	}
}
