package config

import (
	"bytes"
	"crypto/x509"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"rwsgate/translate"
)

var domain = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$`)

func (k *checker) listeners() {
	c := k.cfg
	if c.Listen == "" {
		k.fail("listen", "is missing: write host:port, such as 127.0.0.1:8080")
	}
	if c.Admin.Listen == "" {
		k.fail("admin.listen", "is missing: write host:port, such as 127.0.0.1:9090")
		return
	}
	if c.Listen == c.Admin.Listen && c.Listen.Port() != 0 {
		k.fail("admin.listen", "%s is the address of listen too: give the admin listener its own", c.Admin.Listen)
	}
	if !c.Admin.Listen.Loopback() && c.Admin.HtpasswdFile == "" {
		k.fail("admin.listen", "%s is reachable from other machines: set admin.htpasswd_file, or listen on 127.0.0.1", c.Admin.Listen)
	}
	if c.Admin.Metrics == "auth" && c.Admin.HtpasswdFile == "" {
		k.fail("admin.metrics", "auth needs admin.htpasswd_file: set it, or metrics to open")
	}
	if c.Run.Demo || c.Run.Now.IsZero() {
		return
	}
	k.fail("now", "only the demo's clock can be fixed: add --demo or leave --now out")
}

func (k *checker) addresses() {
	c := k.cfg
	k.web("public_url", c.PublicURL)
	if u := c.PublicURL.Reveal(); u != nil && (strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "") {
		k.fail("public_url", "%s has more than scheme and host: leave out what follows the host", c.PublicURL)
	}
	k.web("rollout.successor", c.Rollout.Successor)
	k.web("forward.url", c.Forward.URL)
	if p := c.Upstream.Proxy; !p.IsZero() && !slices.Contains([]string{"http", "https", "socks5"}, p.scheme()) {
		k.fail("upstream.proxy", "%s has a scheme that is no proxy's: use http://, https:// or socks5://", p)
	}
}

// web wants http or https and nobody's password.
func (k *checker) web(key string, u URL) {
	if !u.IsZero() && u.scheme() != "http" && u.scheme() != "https" {
		k.fail(key, "%s is no web address: begin it with https://", u)
	}
	if u.hasUser() {
		k.fail(key, "%s has a user name or password in it: leave it out", u)
	}
}

func (k *checker) aliases() {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(k.cfg.TimezoneAliases)) {
		key := join("timezone_aliases", cut(name))
		lower := strings.ToLower(name)
		switch {
		case !translate.CanBeAlias(name):
			k.fail(key, "%s cannot be an alias: a name has 1 to %d bytes of UTF-8, no spaces around it, and is not Local", quote(name), translate.MaxZoneName)
		case seen[lower] != "":
			k.fail(key, "%s is the same name as %s: letter case does not count", quote(name), quote(seen[lower]))
		default:
			k.knownZone(key, k.cfg.TimezoneAliases[name], k.base)
		}
		seen[lower] = name
	}
}

func (k *checker) knownZone(key, name string, lookup func(string) (*time.Location, error)) bool {
	if strings.TrimSpace(name) == "" {
		k.fail(key, "is missing: name a time zone, such as Pacific Standard Time or Europe/Berlin")
		return false
	}
	_, err := lookup(name)
	if err == nil {
		return true
	}
	meant := ""
	if z := (*translate.ZoneError)(nil); errors.As(err, &z) && z.Hint != "" {
		meant = "did you mean " + z.Hint + "? "
	}
	k.fail(key, "%s is no time zone that is known: %suse a Windows or IANA name, such as Pacific Standard Time or Europe/Berlin", quote(name), meant)
	return false
}

func (k *checker) auth() {
	a := k.cfg.Auth
	if (a.Bearer.Issuer == "") != (a.Bearer.Audience == "") {
		k.fail("auth.bearer", "needs issuer and audience together")
	}
	if a.Bearer.Issuer != "" {
		k.issuer(a.Bearer.Issuer)
	}
	if len(k.cfg.Tenants) == 0 {
		return
	}
	if a.Anonymous == "loopback" && a.AnonymousTenant == "" && len(k.cfg.Tenants) > 1 {
		k.fail("auth.anonymous_tenant", "is missing: with several tenants, name the one that anonymous clients read")
	}
	if a.AnonymousTenant != "" && k.cfg.TenantByName(a.AnonymousTenant) == nil {
		k.fail("auth.anonymous_tenant", "%s is no name or id in tenants", quote(a.AnonymousTenant))
	}
}

func (k *checker) issuer(issuer string) {
	u, err := ParseURL(strings.ReplaceAll(issuer, "{tid}", "16a58f78-539f-47f7-b9bf-02a63867d73b"))
	switch {
	case err != nil:
		k.fail("auth.bearer.issuer", "the value (not shown) %s", err)
	case u.hasUser():
		k.fail("auth.bearer.issuer", "%s has a user name or password in it: leave it out", u)
	case u.scheme() != "https" && !(u.scheme() == "http" && loopbackHost(u.u.Hostname())):
		k.fail("auth.bearer.issuer", "%s is not https: signing keys must come over TLS", quote(issuer))
	}
}

// thin checks that a forwarding gateway has nothing of its own to serve.
func (k *checker) thin() {
	c := k.cfg
	if !c.Thin() {
		if c.Forward.CAFile != "" {
			k.fail("forward.ca_file", "has no use without forward.url")
		}
		return
	}
	for _, key := range []string{"store", "store_file"} {
		if c.origins.given(key) {
			k.fail(key, "cannot stand beside forward.url: the store is the central rwsgate's; remove one of the two")
		}
	}
	if len(c.Tenants) > 0 {
		k.fail("tenants", "cannot stand beside forward.url: the tenants are the central rwsgate's; remove one of the two")
	}
	if u := c.Forward.URL.Reveal(); strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		k.fail("forward.url", "%s has more than scheme and host: leave out what follows the host", c.Forward.URL)
	}
}

// files checks the files that are named; reading them here also lets the Watcher notice when they change.
func (k *checker) files() {
	c := k.cfg
	k.keyPair()
	c.vacant = nil
	k.users("auth.htpasswd_file", c.Auth.HtpasswdFile)
	k.users("admin.htpasswd_file", c.Admin.HtpasswdFile)
	k.roots("upstream.ca_file", c.Upstream.CAFile)
	k.roots("forward.ca_file", c.Forward.CAFile)
}

func (k *checker) readable(key string, name Path) ([]byte, bool) {
	if name == "" {
		return nil, false
	}
	data, err := k.cfg.files.read(string(name))
	if err != nil {
		k.failFile(key, "%s %s", quotePath(string(name)), fileTrouble(err))
	}
	return data, err == nil
}

// users notes an htpasswd file without an entry; what its entries are worth is the gateway's to say.
func (k *checker) users(key string, name Path) {
	data, ok := k.readable(key, name)
	if !ok {
		return
	}
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return
		}
	}
	k.cfg.vacant = append(k.cfg.vacant, key)
}

// emptied gives the problem of a configuration whose users are all gone since the old one: a file that is written anew
// is empty for a moment, and nobody is shut out by that.
func (c *Config) emptied(old *Config) []Problem {
	var gone []Problem
	for _, f := range []struct {
		key      string
		old, now Path
	}{{"auth.htpasswd_file", old.Auth.HtpasswdFile, c.Auth.HtpasswdFile}, {"admin.htpasswd_file", old.Admin.HtpasswdFile, c.Admin.HtpasswdFile}} {
		if slices.Contains(c.vacant, f.key) && f.old != "" && !slices.Contains(old.vacant, f.key) {
			at := c.origins.nearest(f.key)
			gone = append(gone, Problem{at.where, f.key, quotePath(string(f.now)) + " has no entry any more, so that nobody could get in: its old users stay; if that is wanted, remove the key", at.line, true})
		}
	}
	return gone
}

func (k *checker) roots(key string, name Path) {
	if data, ok := k.readable(key, name); ok && !x509.NewCertPool().AppendCertsFromPEM(data) {
		k.failFile(key, "%s holds no certificate in PEM form", quotePath(string(name)))
	}
}

func (k *checker) keyPair() {
	t := k.cfg.TLS
	switch {
	case t.CertFile != "" && t.KeyFile == "":
		k.fail("tls.key_file", "is missing: tls.cert_file needs its private key")
	case t.CertFile == "" && t.KeyFile != "":
		k.fail("tls.cert_file", "is missing: tls.key_file needs its certificate")
	}
	cert, okCert := k.readable("tls.cert_file", t.CertFile)
	key, okKey := k.readable("tls.key_file", t.KeyFile)
	if !okCert || !okKey {
		return
	}
	if _, err := KeyPair(cert, key); err != nil {
		k.fail("tls.cert_file", "%s and tls.key_file %s are no pair of certificate and key in PEM form that belong together", quotePath(string(t.CertFile)), quotePath(string(t.KeyFile)))
	}
}
