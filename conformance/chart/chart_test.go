// Package chart holds the Helm chart to the gateway: its values to the configuration, its alerts and dashboard to the
// metrics.
package chart

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rwsgate/config"
)

// decided are the keys of the configuration file that the chart sets itself, so that its values refuse them.
var decided = []string{
	"listen", "tls.cert_file", "tls.key_file", "admin.listen", "admin.htpasswd_file", "auth.htpasswd_file",
	"store", "store_file", "forward.url", "forward.ca_file",
}

// harmless are keys that the configuration calls secret, of which the chart takes values without a password.
var harmless = []string{"upstream.proxy"}

type schema struct {
	Properties           map[string]*schema
	AdditionalProperties json.RawMessage
	Items                *schema
	AnyOf                []*schema
}

// keys lists the keys below a schema as config.Keys names them.
func (s *schema) keys(path string, found map[string]bool) {
	below := func(child *schema, name string) {
		if child != nil {
			child.keys(strings.TrimPrefix(path+name, "."), found)
		}
	}
	below(s.Items, "[]")
	for _, alternative := range s.AnyOf {
		below(alternative, "")
	}
	for name, child := range s.Properties {
		below(child, "."+name)
	}
	mapping := new(schema)
	if json.Unmarshal(s.AdditionalProperties, mapping) == nil && (mapping.Items != nil || mapping.Properties != nil) {
		below(mapping, ".NAME")
	}
	if s.Properties == nil && s.Items == nil || len(s.AnyOf) > 0 || s.Items != nil && s.Items.Properties == nil {
		found[path] = true
	}
}

func readSchema(t *testing.T) *schema {
	t.Helper()
	text, err := os.ReadFile("../../charts/rwsgate/values.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	root := new(schema)
	if err := json.Unmarshal(text, root); err != nil {
		t.Fatal(err)
	}
	return root
}

// TestValuesHaveEveryKey holds values.config to the gateway's configuration, both ways.
func TestValuesHaveEveryKey(t *testing.T) {
	inValues := map[string]bool{}
	readSchema(t).Properties["config"].keys("", inValues)
	expected := map[string]bool{}
	for _, k := range config.Keys() {
		secret := k.Secret && !slices.Contains(harmless, k.Path)
		if !k.Run && !secret && !slices.Contains(decided, k.Path) {
			expected[k.Path] = true
		}
	}
	for key := range expected {
		if !inValues[key] {
			t.Errorf("the chart's values refuse %s", key)
		}
	}
	for key := range inValues {
		if !expected[key] && !strings.HasSuffix(key, "[]") && !strings.HasSuffix(key, "[].reports") && key != "rollout.reports" {
			t.Errorf("the chart's values allow %s, which the gateway does not know, the chart decides, or is secret", key)
		}
	}
	if len(expected) < 60 {
		t.Errorf("only %d keys", len(expected))
	}
}

// TestOurObjectsAreClosed looks for an object of ours in the schema that would take any key.
func TestOurObjectsAreClosed(t *testing.T) {
	var walk func(path string, s *schema)
	closed := 0
	walk = func(path string, s *schema) {
		if s == nil {
			return
		}
		if s.Properties != nil {
			closed++
			if string(s.AdditionalProperties) != "false" {
				t.Errorf("%s takes unknown keys", path)
			}
		}
		for name, child := range s.Properties {
			walk(path+"."+name, child)
		}
		walk(path+"[]", s.Items)
		for _, alternative := range s.AnyOf {
			walk(path, alternative)
		}
	}
	walk("values", readSchema(t))
	if closed < 30 {
		t.Errorf("only %d objects found", closed)
	}
}

var metric = regexp.MustCompile(`rwsgate_[a-z0-9_]+`)

// TestMetricsAreReal finds every metric that alerts and dashboard name in the generated tables of the docs.
func TestMetricsAreReal(t *testing.T) {
	known := map[string]bool{}
	for _, page := range []string{"operations.md", "sidecar.md"} {
		text, err := os.ReadFile("../../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		_, table, _ := strings.Cut(string(text), "<!-- metrics: generated -->")
		table, _, found := strings.Cut(table, "<!-- end of metrics -->")
		if !found {
			t.Fatalf("%s has no table of metrics", page)
		}
		for _, name := range metric.FindAllString(table, -1) {
			known[name] = true
		}
	}
	for _, file := range []string{"alerts.yaml", "dashboard.json"} {
		text, err := os.ReadFile("../../charts/rwsgate/files/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".json") && !json.Valid(text) {
			t.Errorf("%s is no JSON: Grafana would refuse it", file)
		}
		named := metric.FindAllString(string(text), -1)
		if len(named) < 10 {
			t.Errorf("%s names only %d metrics", file, len(named))
		}
		for _, name := range named {
			if !known[name] && !known[strings.TrimSuffix(name, "_bucket")] {
				t.Errorf("%s names %s, a metric that there is not", file, name)
			}
		}
	}
}
