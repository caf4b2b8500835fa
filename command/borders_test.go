package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rwsgate/gateway/admin"
	"rwsgate/graphsim"
	"rwsgate/translate"
)

const (
	home, homeReader   = "example.onmicrosoft.com", "reader@example.onmicrosoft.com"
	other, otherReader = "other.onmicrosoft.com", "stranger@elsewhere.example"
	otherID            = "0b2a8c14-5d0e-4c3f-9f51-6f6ad9c2f1de"
	unbuiltName        = "unbuilt.onmicrosoft.com" // its certificate is none
	refusedName        = "refused.onmicrosoft.com" // its secret is wrong
)

// newBorders is a rig of four tenants: two that work, each with a reader of its own, and two with a broken credential
// that the first tenant's reader is granted.
func newBorders(t *testing.T) *rig {
	t.Helper()
	const refusedID = "3c1a8c14-5d0e-4c3f-9f51-6f6ad9c2f1de"
	sim, err := graphsim.Start(graphsim.Options{Now: clock, Tenants: []graphsim.TenantOptions{
		{}, {ID: otherID, Name: other, Users: 50}, {ID: refusedID, Name: refusedName},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	tenant := sim.Tenant(graphsim.DemoTenantID)
	credential := tenant.Credential()
	r := &rig{
		sim: sim, tenant: tenant, folder: t.TempDir(), id: graphsim.DemoTenantID, clientID: credential.ClientID, secret: credential.Secret,
		authority: sim.AuthorityURL(), graph: sim.GraphURL(), ca: sim.CAPEM(), extra: "limits: { page_size: 7 }\n",
	}
	if err := os.WriteFile(filepath.Join(r.folder, "no.pem"), []byte("no certificate\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	add := func(name, id, principals, credential string) {
		r.more += fmt.Sprintf("  - name: %s\n    id: %s\n    principals: [%s]\n    credential: %s\n"+
			"    cloud: { authority: %q, graph: %q, download_hosts: [\"127.0.0.1\"], ca_file: ca.pem }\n", name, id, principals, credential, r.authority, r.graph)
	}
	credential = sim.Tenant(otherID).Credential()
	add(other, otherID, otherReader, fmt.Sprintf("{ kind: client-secret, client_id: %s, client_secret: %s }", credential.ClientID, credential.Secret))
	add(unbuiltName, "2b2a8c14-5d0e-4c3f-9f51-6f6ad9c2f1de", homeReader, fmt.Sprintf("{ kind: client-certificate, client_id: %s, certificate_file: no.pem }", credential.ClientID))
	credential = sim.Tenant(refusedID).Credential()
	add(refusedName, refusedID, homeReader, fmt.Sprintf("{ kind: client-secret, client_id: %s, client_secret: wrong-planted }", credential.ClientID))
	return r
}

// as asks with a user's password.
func (r *running) as(t *testing.T, user, address string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(user, "pass-word-planted")
	return do(t, request)
}

// TestBordersBetweenTenants lets the readers of two tenants, which ask the same process for the same URLs, try to see
// each other's rows.
func TestBordersBetweenTenants(t *testing.T) {
	p := newBorders(t).start(t)
	own := map[string]string{homeReader: graphsim.DemoTenantID, otherReader: otherID}
	nameOf := map[string]string{homeReader: home, otherReader: other}
	strange := map[string]string{homeReader: otherID, otherReader: graphsim.DemoTenantID}
	// sees demands rows of the user's own tenant and no trace of the other.
	sees := func(user, address string) answer {
		t.Helper()
		a := p.as(t, user, address)
		if a.status != http.StatusOK || !strings.Contains(a.body, own[user]) || !strings.Contains(a.body, nameOf[user]) ||
			strings.Contains(a.body, strange[user]) {
			t.Errorf("%s %s: %d %s", user, address, a.status, a.body)
		}
		return a
	}
	next := map[string]string{}
	first := map[string]string{}
	for _, user := range []string{homeReader, otherReader, homeReader, otherReader} { // the second time from the cache
		a := sees(user, p.url+"/CsP2PAVTimeDaily")
		_, link, _ := strings.Cut(a.body, `<link rel="next" href="`)
		link, _, _ = strings.Cut(link, `"`)
		next[user] = strings.ReplaceAll(link, "&amp;", "&")
		first[user] = readFeed(t, a).Entries[0].ID
		if !strings.Contains(next[user], "$skiptoken=") {
			t.Fatalf("no next link in %s", a.body)
		}
	}
	if p.as(t, homeReader, p.url+"/CsP2PAVTimeDaily").body == p.as(t, otherReader, p.url+"/CsP2PAVTimeDaily").body {
		t.Error("both tenants read the same")
	}
	for user, stranger := range map[string]string{homeReader: otherReader, otherReader: homeReader} {
		sees(user, next[stranger])
		sees(user, first[stranger])
		for _, filter := range []string{"TenantGuid eq guid'" + strange[user] + "'", "TenantName eq '" + nameOf[stranger] + "'", "TenantGuid ne guid'" + own[user] + "'"} {
			a := p.as(t, user, p.url+"/CsP2PAVTimeDaily?$filter="+url.QueryEscape(filter))
			if a.status != http.StatusOK || strings.Contains(a.body, "<entry>") {
				t.Errorf("%s: %d %s", filter, a.status, a.body)
			}
		}
		sees(user, p.url+"/CsP2PAVTimeDaily?tenantDomain="+nameOf[stranger])
		for _, name := range []string{nameOf[stranger], strings.ToUpper(nameOf[stranger])} {
			if a := p.as(t, user, p.url+"/CsP2PAVTimeDaily?DelegatedOrg="+name); a.status != http.StatusForbidden {
				t.Errorf("DelegatedOrg=%s: %d", name, a.status)
			}
		}
	}
}

// TestABrokenCredentialStaysWithItsTenant pins that nobody else notices: not at the start, not while asking.
func TestABrokenCredentialStaysWithItsTenant(t *testing.T) {
	r := newBorders(t)
	p := r.start(t)
	for range 2 {
		readFeed(t, p.as(t, homeReader, p.url+"/CsP2PAVTimeDaily"))
		readFeed(t, p.as(t, otherReader, p.url+"/CsP2PAVTimeDaily"))
		for _, name := range []string{unbuiltName, refusedName} {
			a := p.as(t, homeReader, p.url+"/CsP2PAVTimeDaily?DelegatedOrg="+name)
			if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || strings.Contains(a.body, name) || strings.Contains(a.body, "certificate") {
				t.Errorf("%s: %d %v %s", name, a.status, a.header, a.body)
			}
		}
	}
	var shown struct{ Tenants []admin.Tenant }
	if err := json.Unmarshal([]byte(p.get(t, "http://"+p.Admin+"/api/tenants").body), &shown); err != nil || len(shown.Tenants) != 4 {
		t.Fatalf("%v, %+v", err, shown)
	}
	for _, tenant := range shown.Tenants {
		broken := tenant.Name == unbuiltName || tenant.Name == refusedName
		if refused := tenant.Source.State == translate.SourceRefused; refused != broken || broken != (tenant.Source.Mend != "") || broken != (tenant.Refresh.Failures > 0) {
			t.Errorf("%+v", tenant)
		}
	}
	metrics := p.get(t, "http://"+p.Admin+"/metrics").body
	for name, failures := range map[string]string{home: "0", other: "0", unbuiltName: "1", refusedName: "1"} {
		if !strings.Contains(metrics, fmt.Sprintf("rwsgate_fetch_failures{tenant=%q} %s\n", name, failures)) {
			t.Errorf("rwsgate_fetch_failures of %s is not %s", name, failures)
		}
	}
	for _, line := range strings.Split(p.log.String(), "\n") {
		if strings.Contains(line, "no client of Graph can be made") && (!strings.Contains(line, unbuiltName) || !strings.Contains(line, `"mend":"`)) {
			t.Errorf("the log: %s", line)
		}
		if strings.Contains(line, "wrong-planted") {
			t.Errorf("a secret is in the log: %s", line)
		}
	}
	if !strings.Contains(p.log.String(), "no client of Graph can be made") {
		t.Error("the log does not name the broken credential")
	}
}

// TestAReloadKeepsAWorkingCredential pins that a credential that is broken by a reload leaves the old one in force.
func TestAReloadKeepsAWorkingCredential(t *testing.T) {
	r := newBorders(t)
	p := r.start(t)
	before := readFeed(t, p.as(t, otherReader, p.url+"/CsP2PAVTimeDaily"))
	from := "credential: { kind: client-secret, client_id: " + r.sim.Tenant(otherID).Credential().ClientID
	head, tail, found := strings.Cut(r.more, from)
	if !found {
		t.Fatal(r.more)
	}
	_, tail, _ = strings.Cut(tail, "\n")
	r.more = head + "credential: { kind: client-certificate, client_id: " + r.clientID + ", certificate_file: no.pem }\n" + tail
	r.file(t)
	if _, err := p.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(p.log.String(), "no client of Graph can be made"); n != 3 { // one at the start, two at the reload
		t.Errorf("%d lines about broken credentials", n)
	}
	if after := readFeed(t, p.as(t, otherReader, p.url+"/CsP2PAVTimeDaily")); len(after.Entries) != len(before.Entries) {
		t.Errorf("%d entries, before %d", len(after.Entries), len(before.Entries))
	}
	for _, o := range p.refresh(t.Context(), other) {
		if o.Error != "" {
			t.Errorf("a refresh with the credential that works: %s", o.Error)
		}
	}
}
