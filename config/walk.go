package config

import (
	"reflect"
	"sort"
	"strconv"
)

// walk visits every value of a struct with a key of its own, lists and mappings element by element.
func walk(v reflect.Value, path string, visit func(v reflect.Value, path string, tag reflect.StructTag)) {
	structs(v, path, func(s reflect.Value, at string) {
		for i := range s.NumField() {
			f := s.Type().Field(i)
			if name, known := fieldName(f); known && name != "" {
				leaves(s.Field(i), join(at, name), f.Tag, visit)
			}
		}
	})
}

func leaves(v reflect.Value, path string, tag reflect.StructTag, visit func(reflect.Value, string, reflect.StructTag)) {
	switch {
	case isLeaf(v.Type()):
		visit(v, path, tag)
	case v.Kind() == reflect.Slice && isLeaf(v.Type().Elem()):
		for i := range v.Len() {
			visit(v.Index(i), path+"["+strconv.Itoa(i)+"]", tag)
		}
	}
}

// structs visits every struct that has keys, outer ones first, those in lists and mappings too.
func structs(v reflect.Value, path string, visit func(s reflect.Value, path string)) {
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil():
		structs(v.Elem(), path, visit)
	case v.Kind() == reflect.Slice && !isLeaf(v.Type().Elem()):
		for i := range v.Len() {
			structs(v.Index(i), path+"["+strconv.Itoa(i)+"]", visit)
		}
	case v.Kind() == reflect.Map:
		keys := v.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
		for _, k := range keys {
			structs(v.MapIndex(k), join(path, k.String()), visit)
		}
	case hasFields(v.Type()):
		visit(v, path)
		for i := range v.NumField() {
			if name, known := fieldName(v.Type().Field(i)); known {
				structs(v.Field(i), join(path, name), visit)
			}
		}
	}
}
