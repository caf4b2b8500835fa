package config

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestWarnings(t *testing.T) {
	const head = "auth: { anonymous: loopback }\ntenants:\n  - name: example.com\n    id: 16a58f78-539f-47f7-b9bf-02a63867d73b\n"
	const managed = head + "    credential: { kind: managed-identity }\n"
	secret := func(rest string) string {
		return head + "    credential: { kind: client-secret, client_id: 7d0b8d35-6c7a-4a0e-9a30-3a6a4c1f2b90, " + rest + " }\n"
	}
	for _, c := range []struct {
		name, file string
		args       []string
		mode       fs.FileMode
		want       string
	}{
		{"none", managed, nil, 0o644, ""},
		{"nobody gets in", strings.Replace(managed, "loopback", "none", 1), nil, 0o600, "auth: nobody can get in: set auth.htpasswd_file, auth.bearer or auth.anonymous"},
		{"old TLS", "tls: { cert_file: /cert.pem, key_file: /key.pem, min_version: 1.0 }\n" + managed, nil, 0o600, "tls.min_version: 1.0 is broken: keep it only as long as clients need it (.NET 4.0), then set 1.2"},
		{"old TLS unused", "tls: { min_version: 1.0 }\n" + managed, nil, 0o600, ""},
		{"plain with TLS", "tls: { cert_file: /cert.pem, key_file: /key.pem }\nallow_plain_http: true\n" + managed, nil, 0o600, "allow_plain_http: has no effect: the listener speaks TLS only"},
		{"plain", "allow_plain_http: true\n" + managed, nil, 0o600, "allow_plain_http: passwords cross the network in the clear: set tls.cert_file and tls.key_file"},
		{"open without TLS", "listen: :80\n" + managed, nil, 0o600, "listen: :80 speaks plain HTTP: passwords from other machines are refused until tls, trusted_proxies or allow_plain_http is set"},
		{"open behind a proxy", "listen: :80\ntrusted_proxies: [10.0.0.1]\n" + managed, nil, 0o600, ""},
		{"everyone is a proxy", "trusted_proxies: [10.0.0.1, \"::/0\"]\n" + managed, nil, 0o600, "trusted_proxies[1]: ::/0 trusts everyone's forwarding headers: name the proxies' own addresses"},
		{"forgetful", "store: memory\n" + managed, nil, 0o600, "store: memory forgets every history at a restart, and Graph gives back 180 days at most: use sqlite:PATH or postgres://…"},
		{"forward in the clear", "forward: { url: \"http://central.example\" }", nil, 0o600, "forward.url: http://central.example is not https: passwords are sent on in the clear"},
		{"the central one's keys", "forward: { url: \"https://central.example\" }\nauth: { anonymous: loopback }\n", nil, 0o600, "auth: has no effect beside forward.url: it is the central rwsgate's"},
		{"cloud", managed + "    cloud: usgov\n", nil, 0o600, "tenants[0].cloud: usgov has no such report: Microsoft Graph offers it in the global cloud only"},
		{"everyone", managed + "    principals: [\"*\"]\n", nil, 0o600, "tenants[0].principals[0]: * lets every principal of every tenant read example.com"},
		{"open file", secret("client_secret: planted-secret"), nil, 0o644, "tenants[0].credential.client_secret: the secret stands in a file that other users can read: chmod 600 it, or use tenants[0].credential.client_secret_file"},
		{"closed file", secret("client_secret: planted-secret"), nil, 0o640, ""},
		{"secret's file", secret("client_secret_file: /secret"), nil, 0o644, ""},
		{"secret's open file", secret("client_secret_file: /open/secret"), nil, 0o600, "tenants[0].credential.client_secret_file: other users can read \"/open/secret\": take that from them, chmod o-r"},
		{"secret's open file in a volume of Kubernetes", secret("client_secret_file: /mount/secret"), nil, 0o644, ""},
		{"file of an overridden secret", secret("client_secret_file: /open/secret"), []string{"--store-file=/closed/secret"}, 0o600, "tenants[0].credential.client_secret_file: other users can read \"/open/secret\": take that from them, chmod o-r"},
		{"open users", strings.Replace(managed, "loopback", "loopback, htpasswd_file: /open/users", 1), nil, 0o600, "auth.htpasswd_file: other users can read \"/open/users\": take that from them, chmod o-r"},
		{"open administrators", "admin: { htpasswd_file: /open/users }\n" + managed, nil, 0o600, "admin.htpasswd_file: other users can read \"/open/users\": take that from them, chmod o-r"},
		{"open key", "tls: { cert_file: /open/cert.pem, key_file: /open/key.pem }\n" + managed, nil, 0o600, "tls.key_file: other users can read \"/open/key.pem\": take that from them, chmod o-r"},
		{"open webhook", managed + "rollout: { digest: { webhook_file: /open/webhook } }", nil, 0o600, "rollout.digest.webhook_file: other users can read \"/open/webhook\": take that from them, chmod o-r"},
		{"webhook in an open file", managed + "rollout: { digest: { webhook: https://hooks.example/x } }", nil, 0o644, "rollout.digest.webhook: the secret stands in a file that other users can read: chmod 600 it, or use rollout.digest.webhook_file"},
		{"no users", strings.Replace(managed, "loopback", "none, htpasswd_file: /none", 1), nil, 0o600, "auth.htpasswd_file: \"/none\" has no entry: nobody can get in; make one with rwsgate passwd USER --file FILE"},
		{"no users but anonymous ones", strings.Replace(managed, "loopback", "loopback, htpasswd_file: /none", 1), nil, 0o600, "auth.htpasswd_file: \"/none\" has no entry: nobody can get in with a password; make one with rwsgate passwd USER --file FILE"},
		{"no administrators", "admin: { htpasswd_file: /none }\n" + managed, nil, 0o600, "admin.htpasswd_file: \"/none\" has no entry: nobody can get in from other machines; make one with rwsgate passwd USER --file FILE"},
		{"administrators from elsewhere", "admin: { listen: \":9090\", htpasswd_file: /users }\n" + managed, nil, 0o600, "admin.listen: operators' passwords reach it from other machines without TLS: let only a proxy with TLS, or a tunnel, come to it"},
		{"administrators on loopback", "admin: { htpasswd_file: /users }\n" + managed, nil, 0o600, ""},
		{"brownouts without windows", managed + "rollout: { reports: { \"*\": [ { from: 2027-03-02, phase: brownout }, { from: 2027-06-01, phase: retired } ] } }", nil, 0o600, "rollout.brownouts: no window is given, so that nothing fails in the phase brownout"},
		{"brownouts that are over", managed + "rollout: { reports: { \"*\": [ { from: 2026-03-02, phase: brownout }, { from: 2026-06-01, phase: retired } ] } }", nil, 0o600, ""},
		{"a hold without windows", managed + "rollout: { clients: [ { match: { agent: x }, until: 2027-04-01, phase: brownout, reason: y } ] }", nil, 0o600, "rollout.brownouts: no window is given, so that nothing fails in the phase brownout"},
		{"a delay longer than the drain", "limits: { drain: 5s, drain_delay: 10s }\n" + managed, nil, 0o600, "limits.drain_delay: 10s is part of limits.drain, 5s: requests under way then have no time to finish; make it shorter"},
		{"neither delay nor drain", "limits: { drain: 0s, drain_delay: 0s }\n" + managed, nil, 0o600, ""},
		{"an alias of a known zone", "timezone_aliases: { utc: Europe/Berlin, HQ: Europe/Berlin, \"Pacific Standard Time\": America/Los_Angeles }\n" + managed, nil, 0o600, "timezone_aliases.utc: \"utc\" is a known zone already: whoever asks for it gets Europe/Berlin instead"},
		{"secret's id", secret("client_secret: 7d0b8d35-6c7a-4a0e-9a30-3a6a4c1f2b90"), nil, 0o600, "tenants[0].credential.client_secret: the value (not shown) looks like the secret's id: Entra ID wants its value, shown once when it is made"},
		{"password as a flag", managed, []string{"--store=postgres://u:planted-secret@h/db"}, 0o600, "store: the password stands on the command line, where every user of this machine can read it: use store_file"},
		{"no password as a flag", managed, []string{"--store=postgres://h/db"}, 0o600, ""},
		{"windows for nobody", managed + "rollout: { brownouts: [ { from: 2027-03-01T09:00, duration: 3h } ] }", nil, 0o600, "rollout.brownouts: no report has the phase brownout, so that the windows have no effect"},
		{"a window too early", managed + "rollout: { reports: { \"*\": [ { from: 2027-03-02, phase: brownout }, { from: 2027-06-01, phase: retired } ] }, brownouts: [ { from: 2027-03-01T09:00, duration: 3h }, { from: 2027-03-01T22:00, duration: 3h }, { from: 2027-05-31T23:00, duration: 24h } ] }", nil, 0o600, "rollout.brownouts[0].from: the window of 2027-03-01T09:00 has no effect: no report or hold is in the phase brownout then"},
		{"a window too late", managed + "rollout: { reports: { \"*\": [ { from: 2027-03-02, phase: brownout }, { from: 2027-06-01, phase: retired } ] }, brownouts: [ { from: 2027-06-01T00:00, duration: 3h } ] }", nil, 0o600, "rollout.brownouts[0].from: the window of 2027-06-01T00:00 has no effect: no report or hold is in the phase brownout then"},
		{"a window for a hold", managed + "rollout: { brownouts: [ { from: 2027-03-01T09:00, duration: 3h } ], clients: [ { match: { agent: x }, until: 2027-04-01, phase: brownout, reason: y } ] }", nil, 0o600, ""},
		{"early retirement", managed + "rollout: { sunset: 2027-06-30, reports: { CsP2PAVTimeDaily: [ { from: 2027-06-29, phase: retired } ] } }", nil, 0o600, "rollout.reports.CsP2PAVTimeDaily[0].from: the report retires on 2027-06-29, before the sunset that clients are told, 2027-06-30"},
		{"idle anonymous_tenant", strings.Replace(managed, "loopback", "none, htpasswd_file: /users, anonymous_tenant: example.com", 1), nil, 0o600, "auth.anonymous_tenant: has no effect while auth.anonymous is none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := warnedOf(t, c.file, c.mode, c.args...); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// warnedOf gives the warnings of a configuration file of that mode, beside files whose modes tell by their folders.
func warnedOf(t *testing.T, file string, mode fs.FileMode, args ...string) string {
	t.Helper()
	certificates := withCertificate(t)
	disk := fstest.MapFS{
		"rwsgate.yml": {Data: []byte(file), Mode: mode},
		"open/secret": {Mode: 0o644}, "open/users": {Mode: 0o604}, "open/cert.pem": {Mode: 0o644}, "open/key.pem": {Mode: 0o644}, "open/webhook": {Mode: 0o644},
		"closed/secret": {Mode: 0o640},
		"mount/secret":  {Mode: 0o644}, "mount/..data/secret": {Mode: 0o644},
	}
	stat := func(name string) (fs.FileInfo, error) { return disk.Stat(strings.TrimPrefix(name, "/")) }
	read := func(name string) ([]byte, error) {
		switch name {
		case "rwsgate.yml":
			return disk.ReadFile(name)
		case "/secret", "/users", "/open/secret", "/open/users", "/mount/secret":
			return []byte(planted), nil
		case "/closed/secret":
			return []byte("sqlite:/x"), nil
		case "/open/webhook":
			return []byte("https://hooks.example/" + planted), nil
		case "/none":
			return []byte("\n # reader:x\n"), nil
		}
		return certificates(strings.TrimPrefix(name, "/open"))
	}
	cfg, err := Load(Sources{File: "rwsgate.yml", ReadFile: read, Flags: flags(t, args...)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range cfg.Warnings(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), stat) {
		w.Where = ""
		got = append(got, w.String())
	}
	return strings.Join(got, "\n")
}
