package command

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// issuerKeys is a key set with one RSA key, of RFC 7517's example, and one for encryption.
const issuerKeys = `{"keys":[{"kty":"RSA","kid":"2011-04-29","use":"sig","e":"AQAB","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"},{"kty":"oct","use":"enc","k":"cGxhbnRlZA"}]}`

// TestCheckAsksTheIssuer goes through what can be wrong with the issuer of bearer tokens: one of all tenants, then one of
// each tenant.
func TestCheckAsksTheIssuer(t *testing.T) {
	var broken atomic.Pointer[string]
	server := httptest.NewUnstartedServer(nil)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what := *broken.Load()
		path, _ := strings.CutPrefix(r.URL.Path, "/tenant/16a58f78-539f-47f7-b9bf-02a63867d73b")
		switch {
		case path == "/.well-known/openid-configuration" && what == "discovery":
			http.Error(w, "planted-page", http.StatusNotFound)
		case path == "/.well-known/openid-configuration" && what == "another issuer":
			fmt.Fprintf(w, `{"issuer":"https://evil.example","jwks_uri":%q}`, server.URL+"/keys")
		case path == "/.well-known/openid-configuration":
			fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, server.URL+strings.TrimSuffix(r.URL.Path, path), server.URL+"/keys")
		case r.URL.Path == "/keys" && what == "no keys":
			fmt.Fprint(w, `{"keys":[]}`)
		case r.URL.Path == "/keys" && what == "nonsense":
			fmt.Fprint(w, `planted-page`)
		case r.URL.Path == "/keys":
			fmt.Fprint(w, issuerKeys)
		default:
			http.NotFound(w, r)
		}
	})
	server.StartTLS()
	defer server.Close()
	trusted := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for _, path := range []string{"", "/tenant/{tid}"} {
		name := "-"
		if path != "" {
			name = "example.onmicrosoft.com"
		}
		for _, c := range []struct {
			what string
			code int
			want string
		}{
			{"", 0, "ok       1 signing key of bearer tokens"},
			{"discovery", 1, "error    bearer tokens cannot be judged: discovery: status 404"},
			{"another issuer", 1, `error    bearer tokens cannot be judged: discovery: the document is of the issuer "https://evil.example"`},
			{"no keys", 1, "error    bearer tokens cannot be judged: keys: there is no signing key among them"},
			{"nonsense", 1, "error    bearer tokens cannot be judged: keys: the answer is not the document that was asked for"},
			{"untrusted", 1, "error    bearer tokens cannot be judged: discovery: "},
		} {
			broken.Store(&c.what)
			r := newRig(t)
			if c.what != "untrusted" {
				r.ca = append(r.ca, trusted...)
				r.extra = "upstream: { ca_file: ca.pem }\n"
			}
			code, out, stderr := cli("check", "--config", r.file(t), "--auth-bearer-issuer", server.URL+path, "--auth-bearer-audience", "api://rwsgate")
			line := ""
			for l := range strings.Lines(out) {
				if f := strings.Fields(l); len(f) > 1 && f[0] == name && f[1] == "issuer" {
					line += l
				}
			}
			if code != c.code || !strings.Contains(strings.Join(strings.Fields(line), " "), strings.Join(strings.Fields(c.want), " ")) || strings.Contains(out, "planted") {
				t.Errorf("%s %s: exit code %d, want %d with %s:\n%s%s", path, c.what, code, c.code, c.want, out, stderr)
			}
			if (c.code != 0) != strings.Contains(out, "mend: "+mendIssuer) {
				t.Errorf("%s %s: the mend:\n%s", path, c.what, out)
			}
		}
	}
}
