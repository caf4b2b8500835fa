package command

import (
	"bytes"
	"fmt"
	"net/http"

	"rwsgate/config"
	"rwsgate/gateway"
	"rwsgate/odata"
	"rwsgate/translate"
)

type handler = http.Handler

// settingsOf translates the configuration into what the gateway's hot path needs.
func settingsOf(c *config.Config, files Files) (gateway.Settings, error) {
	zones, err := newZones(c.TimezoneAliases)
	if err != nil {
		return gateway.Settings{}, err
	}
	passwords, err := readPasswords(files, string(c.Auth.HtpasswdFile))
	if err != nil {
		return gateway.Settings{}, err
	}
	s := gateway.Settings{
		Passwords:         passwords,
		AnonymousLoopback: c.Auth.Anonymous == "loopback",
		AnonymousTenant:   c.Auth.AnonymousTenant,
		AllowPlainHTTP:    c.AllowPlainHTTP,
		PublicURL:         c.PublicURL.String(),
		Zones:             zones,
		UnknownZoneUTC:    c.UnknownTimezone == "utc",
		PageSize:          c.Limits.PageSize,
		MaxURL:            int(c.Limits.MaxURL),
		RequestsPerSecond: c.Limits.RequestsPerSecond,
		Concurrency:       c.Limits.Concurrency,
		Filter:            odata.Limits{FilterLength: int(c.Limits.FilterLength), FilterDepth: c.Limits.FilterDepth, FilterNodes: c.Limits.FilterNodes},
	}
	if c.History.Unfinished == "withhold" {
		s.Unfinished = translate.Withhold
	}
	if c.History.Visible == "all" {
		s.Visible = translate.All
	}
	for i := range c.Rollout.Clients {
		if client := &c.Rollout.Clients[i]; client.DateDelay > 0 {
			s.Delays = append(s.Delays, gateway.Delay{Match: client.Match.Fits, Days: int(client.DateDelay.Std().Hours() / 24)})
		}
	}
	for _, p := range c.TrustedProxies {
		s.TrustedProxies = append(s.TrustedProxies, p.Prefix)
	}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		method, err := t.Method(zones)
		if err != nil {
			return gateway.Settings{}, fmt.Errorf("tenant %s: %w", t.Name, err)
		}
		s.Tenants = append(s.Tenants, gateway.Tenant{ID: t.ID, Name: t.Name, Reads: t.Reads, Method: method})
	}
	return s, nil
}

// readOperators reads admin.htpasswd_file.
func readOperators(c *config.Config, files Files) (gateway.PasswordFile, error) {
	users, err := readPasswords(files, string(c.Admin.HtpasswdFile))
	if err != nil {
		return nil, fmt.Errorf("admin.htpasswd_file: %w", err)
	}
	return users, nil
}

// readPasswords reads an htpasswd file; without a path there are no users.
func readPasswords(files Files, path string) (gateway.PasswordFile, error) {
	if path == "" {
		return nil, nil
	}
	text, err := files(path)
	if err != nil {
		return nil, err
	}
	users, err := gateway.ReadPasswords(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return users, nil
}

// dsn gives the address of the store as package store reads it.
func dsn(s config.Store) string {
	if s.Kind == config.StorePostgres {
		return s.DSN.Reveal()
	}
	return s.String()
}

// warningsOf gives what is allowed in a configuration but worth knowing.
func warningsOf(c *config.Config) []string {
	var out []string
	for _, w := range c.Warnings(c.Clock(nil)(), nil) {
		out = append(out, w.String())
	}
	return out
}
