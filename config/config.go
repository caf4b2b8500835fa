// Package config holds the whole configuration of rwsgate as one typed value: defaults, a YAML file, environment
// variables and flags, strictly read, validated, and reloaded without a restart. The struct tags are the one table
// from which keys, variables, flags and the reference page come:
//
//	yaml    name of the key
//	help    one line that teaches
//	oneof   the values allowed
//	min/max bounds of a number, size or duration, both included
//	restart "yes" where a change needs a restart
//	secret  "yes" where the value is never shown and a sibling key with _file reads it from a file
package config

import "time"

// Config is everything an operator can set. A Config that Load gave is complete and valid; one built in a program
// starts from Default and goes through Validate. It is read-only once in use.
type Config struct {
	Listen          HostPort          `yaml:"listen" restart:"yes" help:"address of the legacy listener, host:port"`
	TLS             TLS               `yaml:"tls"`
	AllowPlainHTTP  bool              `yaml:"allow_plain_http" help:"accept passwords over plain HTTP from anywhere; without it only from loopback, or through a trusted proxy that says X-Forwarded-Proto: https"`
	Admin           Admin             `yaml:"admin"`
	PublicURL       URL               `yaml:"public_url" help:"scheme and host in ids and links, if not those of the request"`
	TrustedProxies  []Prefix          `yaml:"trusted_proxies" help:"addresses or networks whose X-Forwarded-For, -Proto and -Host count"`
	Store           Store             `yaml:"store" restart:"yes" secret:"yes" help:"where histories and the ledger survive: sqlite:PATH, postgres://… or memory"`
	StoreFile       Path              `yaml:"store_file" restart:"yes" help:"file that holds the value of store, for an address with a password"`
	Forward         Forward           `yaml:"forward"`
	Refresh         Refresh           `yaml:"refresh"`
	Upstream        Upstream          `yaml:"upstream"`
	History         History           `yaml:"history"`
	UnknownTimezone string            `yaml:"unknown_timezone" oneof:"reject utc" help:"what an unknown X-timezone gets: an error 400, or an answer in UTC with a warning in the log"`
	TimezoneAliases map[string]string `yaml:"timezone_aliases" help:"more names for X-timezone, each with the zone it means: { \"Pacific Time\": America/Los_Angeles }"`
	Cache           Cache             `yaml:"cache"`
	Auth            Auth              `yaml:"auth"`
	Tenants         []Tenant          `yaml:"tenants"`
	Rollout         Rollout           `yaml:"rollout"`
	Ledger          Ledger            `yaml:"ledger"`
	Limits          Limits            `yaml:"limits"`
	Log             Log               `yaml:"log"`
	Run             Run               `yaml:"-"`

	generation uint64
	origins    origins
	files      *fileReader
	vacant     []string // keys of htpasswd files that hold no entry
}

// Run is what belongs to one start of the program and is not allowed in the file: flags and their variables only.
type Run struct {
	File string `yaml:"config" help:"configuration file, YAML"`
	Demo bool   `yaml:"demo" help:"run against a stand-in of Entra ID and Graph in the same process: no file, account or network needed"`
	Now  Time   `yaml:"now" help:"with --demo: fix the clock at this date or timestamp"`
}

// TLS is the certificate of the legacy listener; without files the listener speaks plain HTTP.
type TLS struct {
	CertFile   Path   `yaml:"cert_file" restart:"if set or unset" help:"certificate chain of the legacy listener, PEM; with key_file it turns TLS on"`
	KeyFile    Path   `yaml:"key_file" restart:"if set or unset" help:"private key of cert_file, PEM"`
	MinVersion string `yaml:"min_version" restart:"yes" oneof:"1.0 1.1 1.2 1.3" help:"oldest TLS version accepted; 1.0 and 1.1 only for clients that know no other (.NET 4.0)"`
}

// Admin is the second listener: status page, probes, metrics, admin API.
type Admin struct {
	Listen       HostPort `yaml:"listen" restart:"yes" help:"address of the admin listener, host:port"`
	HtpasswdFile Path     `yaml:"htpasswd_file" help:"bcrypt entries of administrators; needed when the admin listener is not on loopback"`
	Metrics      string   `yaml:"metrics" oneof:"open auth" help:"whether /metrics needs a password; probes never do"`
	Pprof        bool     `yaml:"pprof" restart:"yes" help:"serve Go profiles under /debug/pprof/ on the admin listener"`
}

// Forward is the thin mode: misses and ledger entries go to a central rwsgate.
type Forward struct {
	URL    URL  `yaml:"url" restart:"yes" help:"address of a central rwsgate; then this one keeps only the last answers and has neither tenants nor a store"`
	CAFile Path `yaml:"ca_file" restart:"yes" help:"roots for the central rwsgate, PEM, instead of the system's"`
}

// Refresh says when and how long Graph is asked.
type Refresh struct {
	Every     Duration `yaml:"every" min:"1m" max:"7d" help:"how often a tenant's history is fetched from Graph, with jitter and within a budget of calls"`
	Timeout   Duration `yaml:"timeout" min:"1s" max:"1h" help:"longest one fetch may take, token and download included"`
	FirstWait Duration `yaml:"first_wait" min:"0s" max:"5m" help:"how long the first request of a tenant without history waits for Graph before it gets 503"`
}

// Upstream is the way to Entra ID, Graph and the download hosts, for every cloud.
type Upstream struct {
	Proxy     URL  `yaml:"proxy" secret:"yes" help:"proxy for Entra ID, Graph and downloads, http://[user:password@]host:port; default HTTPS_PROXY and NO_PROXY"`
	ProxyFile Path `yaml:"proxy_file" help:"file that holds the value of upstream.proxy, for a proxy with a password"`
	CAFile    Path `yaml:"ca_file" help:"roots for upstream TLS, PEM, beside the system's: for a proxy that opens TLS"`
}

// History says what of the stored history is answered.
type History struct {
	Visible    string `yaml:"visible" oneof:"1y all" help:"how far back answers go: one year like the retired service, or all that is stored"`
	Unfinished string `yaml:"unfinished" oneof:"serve withhold" help:"a week or month that is over but whose data is still late: serve what is known, or leave it out until it is whole"`
}

// Cache bounds the memory spent on rendered answers.
type Cache struct {
	MaxAnswers int   `yaml:"max_answers" min:"1" max:"10000000" help:"most rendered answers kept in memory"`
	MaxBytes   Bytes `yaml:"max_bytes" min:"1MiB" max:"1TiB" help:"most bytes of rendered answers kept in memory"`
}

// Auth says who may ask.
type Auth struct {
	HtpasswdFile    Path   `yaml:"htpasswd_file" help:"bcrypt entries of the legacy clients' users; make them with: rwsgate passwd USER --file F"`
	Anonymous       string `yaml:"anonymous" oneof:"none loopback" help:"loopback: let loopback peers without forwarding headers in without a password"`
	AnonymousTenant string `yaml:"anonymous_tenant" help:"name or id of the tenant that anonymous clients read; needed with several tenants"`
	Bearer          Bearer `yaml:"bearer"`
}

// Bearer is the acceptance of OpenID Connect access tokens.
type Bearer struct {
	Issuer   string `yaml:"issuer" help:"accept bearer tokens of this issuer; {tid} stands for the tenant id: https://login.microsoftonline.com/{tid}/v2.0"`
	Audience string `yaml:"audience" help:"audience that a bearer token must have"`
}

// Ledger is the record of who still calls.
type Ledger struct {
	Identity  string   `yaml:"identity" oneof:"full hashed" help:"store principals, agents and addresses in full, or as keyed hashes"`
	Retention Duration `yaml:"retention" min:"1d" max:"120mo" help:"how long usage is kept; a yearly client needs more than two years to be known"`
}

// Limits bound what one request, one principal, or all together may take.
type Limits struct {
	MaxURL            Bytes    `yaml:"max_url" min:"1KiB" max:"1MiB" help:"longest request target"`
	FilterLength      Bytes    `yaml:"filter_length" min:"128B" max:"1MiB" help:"longest $filter"`
	FilterDepth       int      `yaml:"filter_depth" min:"4" max:"1000" help:"deepest nesting in a $filter"`
	FilterNodes       int      `yaml:"filter_nodes" min:"8" max:"100000" help:"most operators, functions, names and literals in a $filter"`
	PageSize          int      `yaml:"page_size" flag:"page-size" min:"1" max:"100000" help:"rows of a page; the retired service had 1000"`
	RequestsPerSecond int      `yaml:"requests_per_second" min:"1" max:"10000000" help:"sustained requests per second of one principal"`
	Concurrency       int      `yaml:"concurrency" min:"1" max:"1000000" help:"most requests at work at once, until their answers are written, all principals together; one principal has three quarters of it at most"`
	Connections       int      `yaml:"connections" restart:"yes" min:"16" max:"1000000" help:"most connections open at once on each listener; the one that is quiet for longest makes room for the next (a sidecar: 512)"`
	HeaderTimeout     Duration `yaml:"header_timeout" restart:"yes" min:"100ms" max:"5m" help:"longest a client may take to send its request header"`
	Drain             Duration `yaml:"drain" restart:"yes" min:"0s" max:"1h" help:"longest wait for running requests after SIGTERM"`
	DrainDelay        Duration `yaml:"drain_delay" restart:"yes" min:"0s" max:"10m" help:"how long requests are still accepted after SIGTERM, while /readyz answers 503 and load balancers notice; part of drain"`
}

// Log is the form of the program's own log.
type Log struct {
	Level  string `yaml:"level" oneof:"debug info warn error" help:"least severe record written"`
	Format string `yaml:"format" restart:"yes" oneof:"json text" help:"form of the log records"`
}

// Thin says whether this gateway forwards to a central one and so has neither tenants nor a store.
func (c *Config) Thin() bool { return !c.Forward.URL.IsZero() }

// Generation counts the configurations that one Watcher has put in force, from 1; 0 for one that no Watcher gave.
func (c *Config) Generation() uint64 { return c.generation }

// Given says whether a key was set by file, environment or flag, rather than left at its default.
func (c *Config) Given(key string) bool { return c.origins.given(key) }

// Clock gives the fixed time of --now, or the time of now (time.Now if nil).
func (c *Config) Clock(now func() time.Time) func() time.Time {
	if !c.Run.Now.IsZero() {
		return func() time.Time { return c.Run.Now.Time }
	}
	if now == nil {
		return time.Now
	}
	return now
}
