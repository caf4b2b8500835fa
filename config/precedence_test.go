package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// samples gives each scalar key four values that differ from its default, for file, variable, flag and a fourth.
var samples = map[string][3]string{
	"listen": {"127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"}, "tls.min_version": {"1.0", "1.1", "1.3"},
	"allow_plain_http": {"true", "false", "true"}, "admin.listen": {"127.0.0.1:4", "127.0.0.1:5", "127.0.0.1:6"},
	"admin.metrics": {"auth", "open", "auth"}, "admin.pprof": {"true", "false", "true"},
	"public_url": {"https://a.example", "https://b.example", "https://c.example"},
	"store":      {"sqlite:/a", "sqlite:/b", "memory"}, "forward.url": {"https://a.example", "https://b.example", "https://c.example"},
	"refresh.every": {"1h", "2h", "3h"}, "refresh.timeout": {"1s", "2s", "3s"}, "refresh.first_wait": {"1s", "2s", "3s"},
	"upstream.proxy":  {"http://a.example:1", "http://b.example:1", "http://c.example:1"},
	"history.visible": {"all", "1y", "all"}, "history.unfinished": {"withhold", "serve", "withhold"},
	"unknown_timezone": {"utc", "reject", "utc"}, "cache.max_answers": {"1", "2", "3"}, "cache.max_bytes": {"1MiB", "2MiB", "3MiB"},
	"auth.anonymous": {"loopback", "none", "loopback"}, "auth.anonymous_tenant": {"example.com", tenantID, "EXAMPLE.com"},
	"auth.bearer.issuer": {"https://a.example", "https://b.example", "https://c.example"}, "auth.bearer.audience": {"a", "b", "c"},
	"rollout.successor": {"https://a.example", "https://b.example", "https://c.example"}, "rollout.deprecation": {"2020-01-01", "2020-01-02", "2020-01-03"},
	"rollout.sunset": {"2030-01-01", "2030-01-02", "2030-01-03"}, "rollout.brownout_status": {"500", "502", "504"}, "rollout.brownout_stop": {"never", "new-client", "never"},
	"rollout.digest.day": {"tue", "wed", "sun"}, "rollout.digest.at": {"07:00", "09:30", "00:00"}, "rollout.digest.zone": {"Europe/Berlin", "Tokyo Standard Time", "America/New_York"},
	"rollout.digest.webhook": {"https://a.example/x", "https://b.example/x", "https://c.example/x"}, "rollout.digest.file": {"/a", "/b", "/c"}, "rollout.digest.body": {"card", "text", "card"},
	"ledger.identity": {"hashed", "full", "hashed"}, "ledger.retention": {"1d", "2d", "3mo"},
	"limits.max_url": {"1KiB", "2KiB", "3KiB"}, "limits.filter_length": {"1KiB", "2KiB", "3KiB"}, "limits.filter_depth": {"11", "12", "13"},
	"limits.filter_nodes": {"11", "12", "13"}, "limits.page_size": {"11", "12", "13"}, "limits.requests_per_second": {"11", "12", "13"},
	"limits.concurrency": {"11", "12", "13"}, "limits.connections": {"17", "18", "19"},
	"limits.header_timeout": {"1s", "2s", "3s"}, "limits.drain": {"1s", "2s", "3s"}, "limits.drain_delay": {"1s", "2s", "3s"},
	"log.level": {"debug", "warn", "error"}, "log.format": {"text", "json", "text"},
}

const tenantID = "16a58f78-539f-47f7-b9bf-02a63867d73b"

// fileOf writes a dotted key as nested YAML.
func fileOf(key, value string) string {
	var b strings.Builder
	for i, part := range strings.Split(key, ".") {
		b.WriteString("\n" + strings.Repeat("  ", i) + part + ":")
	}
	return b.String() + " \"" + value + "\"\n"
}

// parsed gives what a text means for a key.
func parsed(t *testing.T, k Key, s string) any {
	t.Helper()
	v := reflect.New(reflect.TypeFor[Config]()).Elem().FieldByIndex(k.index)
	if err := setScalar(v, s); err != nil {
		t.Fatal(err)
	}
	return v.Interface()
}

// TestPrecedence sets every scalar key in every source, alone and together.
func TestPrecedence(t *testing.T) {
	for _, k := range Keys() {
		if k.Flag == "" || k.Run || strings.HasSuffix(k.Path, "_file") {
			continue
		}
		values, ok := samples[k.Path]
		if !ok {
			t.Errorf("%s has no samples", k.Path)
			continue
		}
		for mask := range 8 {
			src := Sources{ReadFile: func(string) ([]byte, error) { return []byte(fileOf(k.Path, values[0])), nil }}
			want := any(nil)
			if mask&1 != 0 {
				src.File, want = "/rwsgate.yml", parsed(t, k, values[0])
			}
			if mask&2 != 0 {
				src.Env, want = []string{k.Env + "=" + values[1]}, parsed(t, k, values[1])
			}
			if mask&4 != 0 {
				src.Flags, want = flags(t, "--"+k.Flag+"="+values[2]), parsed(t, k, values[2])
			}
			if mask == 0 {
				want = reflect.ValueOf(Default()).Elem().FieldByIndex(k.index).Interface()
			}
			cfg, problems := merge(src)
			if len(problems) > 0 {
				t.Fatalf("%s, sources %03b: %v", k.Path, mask, problems)
			}
			if got := reflect.ValueOf(cfg).Elem().FieldByIndex(k.index).Interface(); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, sources %03b: got %v, want %v", k.Path, mask, got, want)
			}
			if cfg.Given(k.Path) != (mask != 0) {
				t.Errorf("%s, sources %03b: given is %v", k.Path, mask, cfg.Given(k.Path))
			}
		}
	}
}

func flags(t *testing.T, args ...string) *pflag.FlagSet {
	t.Helper()
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	AddFlags(f)
	if err := f.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestShortFlags(t *testing.T) {
	src := Sources{Flags: flags(t, "--page-size", "7", "--admin-listen=127.0.0.1:0", "--listen", "127.0.0.1:0", "--demo", "--now", "2026-12-01T08:00")}
	cfg, err := Load(src)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Limits.PageSize != 7 || cfg.Admin.Listen != "127.0.0.1:0" || !cfg.Run.Demo || cfg.Clock(nil)().String() != "2026-12-01 08:00:00 +0000 UTC" {
		t.Errorf("got %+v", cfg)
	}
	if _, err := Load(Sources{NoTenant: true, Flags: flags(t, "--now=2026-12-01")}); err == nil || err.Error() != "--now: now: only the demo's clock can be fixed: add --demo or leave --now out" {
		t.Errorf("--now without --demo: %v", err)
	}
}

func TestSomeFlags(t *testing.T) {
	f := pflag.NewFlagSet("backup", pflag.ContinueOnError)
	AddFlags(f, "config", "store", "admin")
	var names []string
	f.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if got := strings.Join(names, " "); got != "admin-htpasswd-file admin-listen admin-metrics admin-pprof config store" {
		t.Errorf("got %s", got)
	}
}

func TestConfigFileIsNamedByFlagThenVariable(t *testing.T) {
	for _, c := range []struct {
		env, flag []string
		want      string
	}{
		{nil, nil, "/program.yml"},
		{[]string{"RWSGATE_CONFIG=/env.yml"}, nil, "/env.yml"},
		{[]string{"RWSGATE_CONFIG=/env.yml"}, []string{"--config=/flag.yml"}, "/flag.yml"},
	} {
		var read string
		cfg, err := Load(Sources{File: "/program.yml", Env: c.env, Flags: flags(t, c.flag...), NoTenant: true,
			ReadFile: func(name string) ([]byte, error) { read = name; return nil, nil }})
		if err != nil {
			t.Fatal(err)
		}
		if read != c.want || cfg.Run.File != c.want {
			t.Errorf("read %s, config says %s, want %s", read, cfg.Run.File, c.want)
		}
	}
}

func TestEnvironment(t *testing.T) {
	for _, c := range []struct{ name, env, err string }{
		{"empty counts as not set", "RWSGATE_LISTEN=", ""},
		{"another program's", "RWSGATEWAY_LISTEN=x", ""},
		{"service host", "RWSGATE_SERVICE_HOST=10.0.0.1", ""},
		{"service port", "RWSGATE_SERVICE_PORT=8080", ""},
		{"named service port", "RWSGATE_SERVICE_PORT_HTTP=8080", ""},
		{"docker style", "RWSGATE_PORT=tcp://10.0.0.1:8080", ""},
		{"docker style protocol", "RWSGATE_PORT_8080_TCP_PROTO=tcp", ""},
		{"docker style address", "RWSGATE_PORT_8080_TCP_ADDR=10.0.0.1", ""},
		{"second service", "RWSGATE_ADMIN_SERVICE_HOST=10.0.0.1", ""},
		{"second service, docker style", "RWSGATE_ADMIN_PORT=udp://10.0.0.1:1", ""},
		{"a port that is no link", "RWSGATE_PORT=8080", "RWSGATE_PORT: unknown variable: the nearest is RWSGATE_STORE"},
		{"one underscore", "RWSGATE_TLS_CERT_FILE=x", "RWSGATE_TLS_CERT_FILE: unknown variable: the nearest is RWSGATE_TLS__CERT_FILE"},
		{"a list", "RWSGATE_TENANTS=x", "RWSGATE_TENANTS: unknown variable: tenants can only be set in the file"},
		{"within a list", "RWSGATE_TENANTS__0__NAME=x", "RWSGATE_TENANTS__0__NAME: unknown variable: tenants can only be set in the file"},
		{"a bad value", "RWSGATE_LIMITS__PAGE_SIZE=many", `RWSGATE_LIMITS__PAGE_SIZE: limits.page_size: "many" is no whole number that fits`},
		{"out of bounds", "RWSGATE_LIMITS__PAGE_SIZE=0", "RWSGATE_LIMITS__PAGE_SIZE: limits.page_size: 0 is outside 1 to 100000"},
		{"a bad secret", "RWSGATE_STORE=" + planted, "RWSGATE_STORE: store: the value (not shown) is no store: write sqlite:PATH, postgres://user:password@host/database, or memory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(Sources{Env: []string{"PATH=/bin", c.env}, NoTenant: true})
			if got := errorText(err); got != c.err {
				t.Errorf("got  %s\nwant %s", got, c.err)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestErrorsOfAllSourcesTogether(t *testing.T) {
	_, err := Load(Sources{File: "rwsgate.yml", Env: []string{"RWSGATE_X=1", "RWSGATE_LOG__LEVEL=loud"}, Flags: flags(t, "--limits-drain=x"),
		ReadFile: func(string) ([]byte, error) { return []byte("\nlog: { format: xml }\nx: 1"), nil }, NoTenant: true})
	const want = `the configuration has 5 errors:
  rwsgate.yml:2: log.format: "xml" is not one of json, text
  rwsgate.yml:3: x: unknown key: the nearest here is tls; there are listen, tls, allow_plain_http, admin, public_url, trusted_proxies, store, store_file, forward, refresh, upstream, history, unknown_timezone, timezone_aliases, cache, auth, tenants, rollout, ledger, limits, log
  RWSGATE_X: unknown variable: the nearest is RWSGATE_NOW
  --limits-drain: limits.drain: "x" is no duration: write it as 90s, 15m, 6h or 3d
  RWSGATE_LOG__LEVEL: log.level: "loud" is not one of debug, info, warn, error`
	if errorText(err) != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestKeysAreCompleteAndUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Keys() {
		if k.Help == "" {
			t.Errorf("%s has no help", k.Path)
		}
		for _, name := range []string{k.Path, k.Env, k.Flag, k.Alias} {
			if name != "" && seen[name] {
				t.Errorf("%s stands twice", name)
			}
			if name != k.Flag || k.Flag != k.Path {
				seen[name] = true
			}
		}
	}
}
