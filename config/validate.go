package config

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// checker gathers what is wrong with a configuration.
type checker struct {
	cfg      *Config
	base     func(name string) (*time.Location, error) // without the operator's own names
	zone     func(name string) (*time.Location, error)
	problems []Problem
	noTenant bool
	noFile   bool // a command line named no configuration file, in any way
}

// Validate completes a configuration that a program built or changed (defaults within tenants, letter case) and says
// everything that is wrong with it, as an *Error. Load has done so already.
func (c *Config) Validate() error {
	if c.files == nil {
		c.files = newFileReader(nil)
	}
	c.complete()
	if problems := c.settle(c.check(Sources{})); len(problems) > 0 {
		return &Error{sorted(problems)}
	}
	return nil
}

// complete fills what depends on other keys.
func (c *Config) complete() {
	for i := range c.Tenants {
		c.Tenants[i].complete()
	}
	for i := range c.Rollout.Brownouts {
		if c.Rollout.Brownouts[i].Zone == "" {
			c.Rollout.Brownouts[i].setDefaults()
		}
	}
}

func (t *Tenant) complete() {
	t.ID = strings.ToLower(t.ID)
	if len(t.Principals) == 0 && t.Name != "" {
		t.Principals = []Glob{NewGlob("*@" + t.Name)}
	}
	if t.Rebucket == "" {
		t.Rebucket = "working-hours"
	}
	if t.Cloud.Name == "" && t.Cloud.Authority.IsZero() && t.Cloud.Graph.IsZero() && t.Cloud.DownloadHosts == nil && t.Cloud.CAFile == "" {
		t.Cloud.Name = CloudGlobal
	}
	for i, h := range t.Cloud.DownloadHosts {
		t.Cloud.DownloadHosts[i] = strings.ToLower(h)
	}
}

func (c *Config) check(src Sources) []Problem {
	k := &checker{cfg: c, base: src.Zone, noTenant: src.NoTenant || c.Run.Demo, noFile: src.Flags != nil && c.Run.File == ""}
	if k.base == nil {
		k.base = embeddedZone
	}
	k.zone = withAliases(k.base, c.TimezoneAliases)
	k.bounds()
	k.listeners()
	k.addresses()
	k.files()
	k.aliases()
	k.auth()
	k.thin()
	k.tenants()
	k.rollout()
	return k.problems
}

func (k *checker) fail(key, format string, args ...any) {
	k.report(key, false, format, args...)
}

// failFile reports a file that a key names and that cannot be used.
func (k *checker) failFile(key, format string, args ...any) {
	k.report(key, true, format, args...)
}

func (k *checker) report(key string, file bool, format string, args ...any) {
	at := k.cfg.origins.nearest(key)
	where := at.where
	if where == "" {
		where = k.cfg.Run.File
	}
	k.problems = append(k.problems, Problem{where, key, fmt.Sprintf(format, args...), at.line, file})
}

// bounds checks what the struct tags say: oneof, min and max.
func (k *checker) bounds() {
	walk(reflect.ValueOf(k.cfg).Elem(), "", func(v reflect.Value, key string, tag reflect.StructTag) {
		if names := strings.Fields(tag.Get("oneof")); len(names) > 0 {
			k.oneOf(key, v.String(), names)
		}
		if low := tag.Get("min"); low != "" {
			k.between(key, v, low, tag.Get("max"))
		}
	})
}

func (k *checker) oneOf(key, value string, names []string) {
	if slices.Contains(names, value) {
		return
	}
	list := strings.Join(names, ", ")
	if value == "" {
		k.fail(key, "is missing: use one of %s", list)
		return
	}
	meant := ""
	if best, edits := nearest(value, names); len(value) > 3 && edits <= len(value)/2 {
		meant = ": did you mean " + best + "?"
	}
	k.fail(key, "%s is not one of %s%s", quote(value), list, meant)
}

func (k *checker) between(key string, v reflect.Value, low, high string) {
	lowest, highest := bound(v.Type(), low), bound(v.Type(), high)
	if n := v.Int(); n < lowest || n > highest {
		if n == 0 && strings.HasPrefix(key, "rollout.brownouts[") {
			k.fail(key, "is missing: say how long the window lasts, such as 3h")
			return
		}
		k.fail(key, "%s is outside %s to %s", text(v), low, high)
	}
}

// bound reads a bound in the syntax of the type it bounds.
func bound(t reflect.Type, s string) int64 {
	v := reflect.New(t).Elem()
	if setScalar(v, s) != nil {
		return math.MinInt64
	}
	return v.Int()
}
