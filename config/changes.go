package config

import (
	"reflect"
	"slices"
)

// each visits every field that is a key, in the order of Config, descending into plain structs but not into lists.
func each(v reflect.Value, path string, visit func(v reflect.Value, path string, tag reflect.StructTag)) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, known := fieldName(f)
		if !known || name == "" {
			continue
		}
		if field := v.Field(i); hasFields(field.Type()) {
			each(field, join(path, name), visit)
		} else {
			visit(field, join(path, name), f.Tag)
		}
	}
}

// changes gives the keys in which two configurations differ; lists count as one key.
func changes(before, after *Config) []string {
	var keys []string
	compare(before, after, func(path string, _, _ reflect.Value, _ reflect.StructTag) { keys = append(keys, path) })
	walk(reflect.ValueOf(after).Elem(), "", func(v reflect.Value, path string, _ reflect.StructTag) {
		if v.Type() != reflect.TypeFor[Path]() || slices.Contains(keys, path) {
			return
		}
		was, known := before.files.sums[v.String()]
		if is, read := after.files.sums[v.String()]; known && read && is != was {
			keys = append(keys, path+" (content)")
		}
	})
	return keys
}

// restarts says in words which differences need a restart.
func restarts(before, after *Config) []string {
	var sentences []string
	compare(before, after, func(path string, was, is reflect.Value, tag reflect.StructTag) {
		switch tag.Get("restart") {
		case "":
			return
		case "yes":
		default:
			if was.IsZero() == is.IsZero() {
				return
			}
		}
		sentences = append(sentences, path+": the change from "+shown(was)+" to "+shown(is)+" takes effect after a restart")
	})
	return sentences
}

func shown(v reflect.Value) string {
	if s := text(v); s != "" {
		return s
	}
	return "none"
}

func compare(before, after *Config, differs func(path string, was, is reflect.Value, tag reflect.StructTag)) {
	old := map[string]reflect.Value{}
	each(reflect.ValueOf(before).Elem(), "", func(v reflect.Value, path string, _ reflect.StructTag) { old[path] = v })
	each(reflect.ValueOf(after).Elem(), "", func(v reflect.Value, path string, tag reflect.StructTag) {
		if was := old[path]; !reflect.DeepEqual(was.Interface(), v.Interface()) {
			differs(path, was, v, tag)
		}
	})
}
