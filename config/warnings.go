package config

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Warnings gives what is allowed but worth knowing, at a time, in the order of the keys. It reads no file content; stat
// (nil means os.Stat) tells who else may read the file.
func (c *Config) Warnings(now time.Time, stat func(string) (fs.FileInfo, error)) []Problem {
	if stat == nil {
		stat = os.Stat
	}
	w := &warner{cfg: c, now: now, stat: stat}
	w.transport()
	w.access()
	w.thin()
	w.limits()
	w.zones()
	w.secrets()
	for i := range c.Tenants {
		w.tenant("tenants["+strconv.Itoa(i)+"]", &c.Tenants[i])
	}
	w.rollout()
	return w.found
}

type warner struct {
	cfg   *Config
	now   time.Time
	stat  func(string) (fs.FileInfo, error)
	found []Problem
}

func (w *warner) warn(key, format string, args ...any) {
	at := w.cfg.origins.nearest(key)
	w.found = append(w.found, Problem{Where: at.where, Key: key, Text: fmt.Sprintf(format, args...), line: at.line})
}

func (w *warner) transport() {
	c := w.cfg
	secure := c.TLS.CertFile != ""
	if v := c.TLS.MinVersion; secure && (v == "1.0" || v == "1.1") {
		w.warn("tls.min_version", "%s is broken: keep it only as long as clients need it (.NET 4.0), then set 1.2", v)
	}
	switch {
	case secure && c.AllowPlainHTTP:
		w.warn("allow_plain_http", "has no effect: the listener speaks TLS only")
	case c.AllowPlainHTTP:
		w.warn("allow_plain_http", "passwords cross the network in the clear: set tls.cert_file and tls.key_file")
	case !secure && !c.Listen.Loopback() && len(c.TrustedProxies) == 0:
		w.warn("listen", "%s speaks plain HTTP: passwords from other machines are refused until tls, trusted_proxies or allow_plain_http is set", c.Listen)
	}
	for i, p := range c.TrustedProxies {
		if !p.IsZero() && p.Bits() == 0 {
			w.warn("trusted_proxies["+strconv.Itoa(i)+"]", "%s trusts everyone's forwarding headers: name the proxies' own addresses", p)
		}
	}
	if c.Forward.URL.scheme() == "http" && !loopbackHost(c.Forward.URL.u.Hostname()) {
		w.warn("forward.url", "%s is not https: passwords are sent on in the clear", c.Forward.URL)
	}
	if c.Store.Kind == StoreMemory && !c.Run.Demo && !c.Thin() {
		w.warn("store", "memory forgets every history at a restart, and Graph gives back 180 days at most: use sqlite:PATH or postgres://…")
	}
}

// centrals are the parts of a configuration that a sidecar has no use for.
var centrals = []string{"auth", "refresh", "upstream", "history", "rollout", "ledger", "unknown_timezone", "timezone_aliases"}

// thin names what is given but belongs to the central gateway.
func (w *warner) thin() {
	if !w.cfg.Thin() {
		return
	}
	for _, part := range centrals {
		given := func(key string) bool { return key == part || strings.HasPrefix(key, part+".") }
		if slices.ContainsFunc(slices.Collect(maps.Keys(w.cfg.origins)), given) {
			w.warn(part, "has no effect beside forward.url: it is the central rwsgate's")
		}
	}
}

func (w *warner) limits() {
	l := w.cfg.Limits
	if l.DrainDelay > 0 && l.DrainDelay >= l.Drain {
		w.warn("limits.drain_delay", "%s is part of limits.drain, %s: requests under way then have no time to finish; make it shorter", l.DrainDelay, l.Drain)
	}
}

// zones warns of aliases that change what a known name means.
func (w *warner) zones() {
	aliases := w.cfg.TimezoneAliases
	for _, name := range slices.Sorted(maps.Keys(aliases)) {
		known, err := embeddedZone(name)
		if err != nil {
			continue
		}
		if means, err := embeddedZone(aliases[name]); err == nil && means.String() != known.String() {
			w.warn(join("timezone_aliases", cut(name)), "%s is a known zone already: whoever asks for it gets %s instead", quote(name), aliases[name])
		}
	}
}

func (w *warner) access() {
	a := w.cfg.Auth
	if a.HtpasswdFile == "" && a.Anonymous == "none" && a.Bearer.Issuer == "" && !w.cfg.Run.Demo && !w.cfg.Thin() {
		w.warn("auth", "nobody can get in: set auth.htpasswd_file, auth.bearer or auth.anonymous")
	}
	w.vacant()
	if h := w.cfg.Admin.HtpasswdFile; h != "" && !w.cfg.Admin.Listen.Loopback() {
		w.warn("admin.listen", "operators' passwords reach it from other machines without TLS: let only a proxy with TLS, or a tunnel, come to it")
	}
	if a.AnonymousTenant != "" && a.Anonymous == "none" {
		w.warn("auth.anonymous_tenant", "has no effect while auth.anonymous is none")
	}
}

// vacant warns of htpasswd files without an entry.
func (w *warner) vacant() {
	a := w.cfg.Auth
	if key := "auth.htpasswd_file"; slices.Contains(w.cfg.vacant, key) && !w.cfg.Thin() {
		who := "nobody can get in"
		if a.Anonymous != "none" || a.Bearer.Issuer != "" {
			who = "nobody can get in with a password"
		}
		w.warn(key, "%s has no entry: %s; make one with rwsgate passwd USER --file FILE", quotePath(string(a.HtpasswdFile)), who)
	}
	if key := "admin.htpasswd_file"; slices.Contains(w.cfg.vacant, key) {
		w.warn(key, "%s has no entry: nobody can get in from other machines; make one with rwsgate passwd USER --file FILE", quotePath(string(w.cfg.Admin.HtpasswdFile)))
	}
}

func (w *warner) tenant(at string, t *Tenant) {
	if t.Cloud.Name != "" && t.Cloud.Name != CloudGlobal {
		w.warn(at+".cloud", "%s has no such report: Microsoft Graph offers it in the global cloud only", t.Cloud)
	}
	for i, g := range t.Principals {
		if g.String() == "*" {
			w.warn(at+".principals["+strconv.Itoa(i)+"]", "* lets every principal of every tenant read %s", t.Name)
		}
	}
	c := t.Credential
	if guid.MatchString(c.ClientSecret.Reveal()) {
		w.warn(at+".credential.client_secret", "the value (not shown) looks like the secret's id: Entra ID wants its value, shown once when it is made")
	}
}
