package config

import (
	"testing"

	"rwsgate/translate"
)

// demo builds a configuration as a program does.
func demo() *Config {
	c := Default()
	c.Tenants = []Tenant{{Name: "Example.onmicrosoft.com", ID: "16A58F78-539F-47F7-B9BF-02A63867D73B", Credential: Credential{Kind: ManagedIdentity}}}
	return c
}

func TestDefaultIsValidButForTenants(t *testing.T) {
	if err := Default().Validate(); errorText(err) != "tenants: is missing: name at least one tenant with name, id and credential, or try rwsgate serve --demo" {
		t.Errorf("got %v", err)
	}
}

func TestValidateCompletes(t *testing.T) {
	c := demo()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	tenant := c.Tenants[0]
	if tenant.ID != tenantID || tenant.Cloud.Name != CloudGlobal || tenant.Rebucket != "working-hours" || !tenant.Reads("A@EXAMPLE.onmicrosoft.com") || tenant.Reads("a@example.com") {
		t.Errorf("got %+v", tenant)
	}
}

func TestValidateRefusesWhatAProgramGotWrong(t *testing.T) {
	c := demo()
	c.Log.Level, c.Limits.PageSize, c.Listen = "", 0, ""
	const want = `the configuration has 3 errors:
  limits.page_size: 0 is outside 1 to 100000
  log.level: is missing: use one of debug, info, warn, error
  listen: is missing: write host:port, such as 127.0.0.1:8080`
	if err := c.Validate(); errorText(err) != want {
		t.Errorf("got %v", err)
	}
}

func TestAdjust(t *testing.T) {
	src := Sources{Env: []string{"RWSGATE_DEMO=true", "RWSGATE_STORE=sqlite:/x"}, Adjust: func(c *Config) {
		c.Tenants = demo().Tenants
		if !c.Given("store") {
			t.Error("the store was given")
		}
		if !c.Given("listen") {
			c.Listen = "127.0.0.1:0"
		}
	}}
	c, err := Load(src)
	if err != nil || c.Listen != "127.0.0.1:0" || c.Tenants[0].ID != tenantID || c.Store.Path != "/x" {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestMethod(t *testing.T) {
	zones, err := translate.NewZones(map[string]string{"HQ": "Europe/Berlin"})
	if err != nil {
		t.Fatal(err)
	}
	tenant := Tenant{Rebucket: "working-hours"}
	if m, err := tenant.Method(zones); err != nil || m != translate.DefaultHours {
		t.Errorf("got %v, %v", m, err)
	}
	tenant.WorkingHours = &WorkingHours{Zone: "hq", Days: []Weekday{Monday}, From: 8 * 60, To: 18 * 60, Density: 10}
	if m, err := tenant.Method(zones); err != nil || m == translate.DefaultHours {
		t.Errorf("got %v, %v", m, err)
	}
	tenant.WorkingHours.Zone = "nowhere"
	if _, err := tenant.Method(zones); err == nil {
		t.Error("no error for an unknown zone")
	}
}
