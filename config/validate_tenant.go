package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	guid     = regexp.MustCompile(`^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)
	hostName = regexp.MustCompile(`^\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
)

const emptyGUID = "00000000-0000-0000-0000-000000000000"

// TenantByName gives the tenant with a name or id, whatever the letter case; nil if there is none.
func (c *Config) TenantByName(nameOrID string) *Tenant {
	for i := range c.Tenants {
		if t := &c.Tenants[i]; strings.EqualFold(t.Name, nameOrID) || strings.EqualFold(t.ID, nameOrID) {
			return t
		}
	}
	return nil
}

// settle leaves with each tenant what is wrong with the files of that tenant alone, and gives the problems that refuse
// the configuration.
func (c *Config) settle(problems []Problem) (refused []Problem) {
	for _, p := range problems {
		t := c.tenantOf(p.Key)
		switch {
		case !p.file || t == nil:
			refused = append(refused, p)
		case !slices.Contains(t.unusable, p): // Validate may come after Load
			t.unusable = append(t.unusable, p)
		}
	}
	return refused
}

// tenantOf gives the tenant that a key such as tenants[3].cloud.ca_file is of, nil for any other key.
func (c *Config) tenantOf(key string) *Tenant {
	number, found := strings.CutPrefix(key, "tenants[")
	number, _, closed := strings.Cut(number, "]")
	i, err := strconv.Atoi(number)
	if !found || !closed || err != nil || i < 0 || i >= len(c.Tenants) {
		return nil
	}
	return &c.Tenants[i]
}

func (k *checker) tenants() {
	c := k.cfg
	if len(c.Tenants) == 0 && !k.noTenant && !c.Thin() && !c.Given("forward.url") {
		if k.noFile {
			k.fail("tenants", "is missing, and no configuration file was given: name one with --config FILE or RWSGATE_CONFIG; rwsgate serve --demo needs none")
		} else {
			k.fail("tenants", "is missing: name at least one tenant with name, id and credential, or try rwsgate serve --demo")
		}
	}
	names, ids := map[string]int{}, map[string]int{}
	for i := range c.Tenants {
		t, at := &c.Tenants[i], "tenants["+strconv.Itoa(i)+"]"
		k.identity(at, t)
		k.unique(at+".name", strings.ToLower(t.Name), names, i)
		k.unique(at+".id", t.ID, ids, i)
		k.credential(at+".credential", &t.Credential)
		k.cloud(at+".cloud", &t.Cloud)
		if t.WorkingHours != nil {
			k.workingHours(at+".working_hours", t.WorkingHours)
		}
	}
}

func (k *checker) unique(key, value string, seen map[string]int, i int) {
	if value == "" {
		return
	}
	if first, again := seen[value]; again {
		k.fail(key, "%s is that of tenants[%d] too: every tenant stands once", quote(value), first)
		return
	}
	seen[value] = i
}

func (k *checker) identity(at string, t *Tenant) {
	switch {
	case t.Name == "":
		k.fail(at+".name", "is missing: write the tenant's domain, such as example.onmicrosoft.com")
	case !domain.MatchString(t.Name) || len(t.Name) > 253:
		k.fail(at+".name", "%s is no domain: write it as example.onmicrosoft.com (xn--… for letters beyond ASCII)", quote(t.Name))
	}
	k.guid(at+".id", t.ID, "write the Entra tenant id, such as 16a58f78-539f-47f7-b9bf-02a63867d73b", true)
	for i, g := range t.Principals {
		if g.IsZero() {
			k.fail(at+".principals["+strconv.Itoa(i)+"]", "is empty: write a name or pattern, such as *@%s", t.Name)
		}
	}
}

func (k *checker) guid(key, value, hint string, required bool) {
	switch {
	case value == "" && required:
		k.fail(key, "is missing: %s", hint)
	case value == "":
	case !guid.MatchString(value):
		k.fail(key, "%s is no GUID: %s", quote(value), hint)
	case value == emptyGUID:
		k.fail(key, "is the empty GUID: %s", hint)
	}
}

// kindFields says which fields of a credential each kind needs and allows.
var kindFields = map[string]struct{ needs, allows []string }{
	ClientSecret:      {[]string{"client_id", "client_secret"}, []string{"expires"}},
	ClientCertificate: {[]string{"client_id", "certificate_file"}, []string{"certificate_key_file", "certificate_password"}},
	WorkloadIdentity:  {nil, []string{"client_id", "token_file"}},
	ManagedIdentity:   {nil, []string{"client_id"}},
	DefaultCredential: {nil, []string{"client_id"}},
}

func (k *checker) credential(at string, c *Credential) {
	rule, known := kindFields[c.Kind]
	if !known {
		return // bounds has said so
	}
	given := []struct {
		name string
		set  bool
	}{
		{"client_id", c.ClientID != ""},
		{"client_secret", !c.ClientSecret.IsZero() || c.ClientSecretFile != ""},
		{"certificate_file", c.CertificateFile != ""},
		{"certificate_key_file", c.CertificateKeyFile != ""},
		{"certificate_password", !c.CertificatePassword.IsZero() || c.CertificatePassFile != ""},
		{"token_file", c.TokenFile != ""},
		{"expires", !c.Expires.IsZero()},
	}
	for _, f := range given {
		needed, allowed := contains(rule.needs, f.name), contains(rule.allows, f.name)
		switch {
		case needed && !f.set:
			k.fail(at+"."+f.name, "is missing: kind %s needs %s", c.Kind, strings.Join(rule.needs, " and "))
		case f.set && !needed && !allowed:
			k.fail(at+"."+f.name, "has no use with kind %s: remove it or change the kind", c.Kind)
		}
	}
	k.guid(at+".client_id", c.ClientID, "write the application (client) id from the app registration", false)
	k.readable(at+".certificate_file", c.CertificateFile)
	k.readable(at+".certificate_key_file", c.CertificateKeyFile)
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func (k *checker) cloud(at string, c *Cloud) {
	if c.Name != "" {
		return
	}
	k.https(at+".authority", c.Authority, "https://login.microsoftonline.com/")
	k.https(at+".graph", c.Graph, "https://graph.microsoft.com/v1.0")
	if u := c.Graph.Reveal(); u != nil && u.Scheme == "https" && strings.Trim(u.Path, "/") == "" {
		k.fail(at+".graph", "%s has no version: write it as https://%s/v1.0", c.Graph, c.Graph.Host())
	}
	if len(c.DownloadHosts) == 0 {
		k.fail(at+".download_hosts", "is missing: list the host names or suffixes that reports are downloaded from")
	}
	for i, h := range c.DownloadHosts {
		if !hostName.MatchString(h) || strings.Contains(h, "..") {
			k.fail(at+".download_hosts["+strconv.Itoa(i)+"]", "%s is no host name or suffix: write it as reports.example.com or example.com, without scheme, port and *", quote(h))
		}
	}
	k.roots(at+".ca_file", c.CAFile)
}

func (k *checker) https(key string, u URL, example string) {
	switch {
	case u.IsZero():
		k.fail(key, "is missing: write it as %s", example)
	case u.scheme() != "https":
		k.fail(key, "%s is not https: tokens and credentials travel there", u)
	case u.hasUser() || u.u.RawQuery != "" || u.u.Fragment != "":
		k.fail(key, "%s has more than host and path: write it as %s", u, example)
	}
}

func (k *checker) workingHours(at string, w *WorkingHours) {
	k.knownZone(at+".zone", w.Zone, k.zone)
	if w.From >= w.To {
		k.fail(at+".to", "%s is not later than from (%s): working hours lie within one day", w.To, w.From)
	}
	if len(w.Days) == 0 {
		k.fail(at+".days", "is empty: list the working days, such as [mon, tue, wed, thu, fri]")
	}
	seen := map[Weekday]bool{}
	for i, d := range w.Days {
		if seen[d] {
			k.fail(at+".days["+strconv.Itoa(i)+"]", "%s is listed twice", d)
		}
		seen[d] = true
	}
}
