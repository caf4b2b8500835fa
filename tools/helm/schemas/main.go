// Command schemas writes JSON schemas for kubeconform, strict about unknown fields: of Kubernetes' own kinds from its
// swagger.json, and of custom resources from the files of their definitions.
//
//	schemas DIR swagger.json crd.yaml…
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "schemas DIR swagger.json crd.yaml…")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir, swagger string, crds []string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := own(dir, swagger); err != nil {
		return fmt.Errorf("%s: %w", swagger, err)
	}
	for _, crd := range crds {
		if err := custom(dir, crd); err != nil {
			return fmt.Errorf("%s: %w", crd, err)
		}
	}
	return nil
}

type kind struct{ Group, Version, Kind string }

// file is where kubeconform looks for a kind: its lower case, the first part of the group, the version.
func (k kind) file(dir string) string {
	name := strings.ToLower(k.Kind)
	if group, _, _ := strings.Cut(k.Group, "."); group != "" {
		name += "-" + strings.ToLower(group)
	}
	return filepath.Join(dir, name+"-"+strings.ToLower(k.Version)+".json")
}

// own writes all definitions into one file, and for each kind one that refers to it.
func own(dir, swagger string) error {
	text, err := os.ReadFile(swagger)
	if err != nil {
		return err
	}
	var document struct{ Definitions map[string]map[string]any }
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	for name, d := range document.Definitions {
		strict(d)
		if d["format"] == "int-or-string" || strings.HasSuffix(name, ".api.resource.Quantity") {
			document.Definitions[name] = map[string]any{"type": []string{"string", "number"}}
		}
		for _, k := range kindsOf(d) {
			if err := write(k.file(dir), map[string]string{"$ref": "definitions.json#/definitions/" + name}); err != nil {
				return err
			}
		}
	}
	return write(filepath.Join(dir, "definitions.json"), map[string]any{"definitions": document.Definitions})
}

func kindsOf(definition map[string]any) (all []kind) {
	text, err := json.Marshal(definition["x-kubernetes-group-version-kind"])
	if err != nil || json.Unmarshal(text, &all) != nil {
		return nil
	}
	return all
}

// custom writes a schema for each served version of a custom resource.
func custom(dir, crd string) error {
	text, err := os.ReadFile(crd)
	if err != nil {
		return err
	}
	var definition struct {
		Spec struct {
			Group    string
			Names    struct{ Kind string }
			Versions []struct {
				Name   string
				Schema struct {
					OpenAPIV3Schema map[string]any `json:"openAPIV3Schema"`
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &definition); err != nil {
		return err
	}
	for _, v := range definition.Spec.Versions {
		schema := v.Schema.OpenAPIV3Schema
		if properties, ok := schema["properties"].(map[string]any); ok {
			properties["metadata"] = map[string]any{"$ref": "definitions.json#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
		}
		strict(schema)
		if err := write(kind{definition.Spec.Group, v.Name, definition.Spec.Names.Kind}.file(dir), schema); err != nil {
			return err
		}
	}
	return nil
}

// strict refuses unknown fields in every object whose fields are listed.
func strict(node any) {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			strict(child)
		}
	case map[string]any:
		_, listed := n["properties"].(map[string]any)
		_, said := n["additionalProperties"]
		if listed && !said && n["x-kubernetes-preserve-unknown-fields"] != true {
			n["additionalProperties"] = false
		}
		if n["x-kubernetes-int-or-string"] == true {
			delete(n, "type")
		}
		for _, child := range n {
			strict(child)
		}
	}
}

func write(name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}
