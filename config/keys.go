package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// Key is one line of the table of everything that can be set.
type Key struct {
	Path    string // limits.page_size, tenants[].credential.kind; rollout.reports.NAME[].from in a mapping
	Env     string // RWSGATE_LIMITS__PAGE_SIZE; empty where only the file can set it
	Flag    string // limits-page-size, without dashes; empty where only the file can set it
	Alias   string // page-size: a shorter flag; mostly empty
	Default string // as one would write it; empty for none
	Help    string // one line
	Values  string // the values allowed, or the bounds; empty if neither applies
	Restart string // when a change needs a restart: yes, or a condition; empty for never
	Secret  bool   // never shown; <path>_file reads it from a file
	Run     bool   // not allowed in the file
	Bool    bool   // true or false; the flag alone means true

	index []int // of the field in Config, only where Flag is set
}

// Keys gives the whole table in the order of Config.
var Keys = sync.OnceValue(func() []Key {
	t := table{defaults: reflect.ValueOf(Default()).Elem()}
	t.structure(t.defaults.Type(), "", nil, false)
	return t.keys
})

type table struct {
	defaults reflect.Value
	keys     []Key
}

// structure adds the fields of a struct; index is nil inside lists and mappings, which only the file can set.
func (t *table) structure(typ reflect.Type, path string, index []int, listed bool) {
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, known := fieldName(f)
		if !known {
			continue
		}
		at := append(append([]int(nil), index...), i)
		if f.Type == reflect.TypeFor[Run]() {
			t.structure(f.Type, "", at, listed)
			continue
		}
		t.field(f, join(path, name), at, listed, typ == reflect.TypeFor[Run]())
	}
}

func (t *table) field(f reflect.StructField, path string, index []int, listed, run bool) {
	typ := f.Type
	if typ.Kind() == reflect.Pointer {
		typ, listed = typ.Elem(), true
	}
	if isLeaf(typ) || f.Tag.Get("help") != "" {
		t.keys = append(t.keys, t.key(f, typ, path, index, listed, run))
	}
	switch elem := listElem(typ); {
	case elem != nil && hasFields(elem):
		suffix := map[reflect.Kind]string{reflect.Slice: "[]", reflect.Map: ".NAME[]"}[typ.Kind()]
		t.structure(elem, path+suffix, nil, true)
	case elem == nil && hasFields(typ):
		t.structure(typ, path, index, listed || isText(typ))
	}
}

func (t *table) key(f reflect.StructField, typ reflect.Type, path string, index []int, listed, run bool) Key {
	k := Key{
		Path: path, Help: f.Tag.Get("help"), Restart: f.Tag.Get("restart"), Alias: f.Tag.Get("flag"),
		Values: allowed(f.Tag), Secret: f.Tag.Get("secret") != "", Run: run, Bool: typ.Kind() == reflect.Bool,
	}
	if listed {
		k.Default = elementDefault(path)
		return k
	}
	k.Default = text(t.defaults.FieldByIndex(index))
	if isLeaf(typ) {
		k.index = index
		k.Env = "RWSGATE_" + strings.ToUpper(strings.ReplaceAll(path, ".", "__"))
		k.Flag = strings.NewReplacer(".", "-", "_", "-").Replace(path)
	}
	return k
}

// elementDefault gives the defaults of what stands in lists, taken from the same setDefaults that decoding uses.
func elementDefault(path string) string {
	var tenant Tenant
	var hours WorkingHours
	var brownout Brownout
	tenant.setDefaults()
	hours.setDefaults()
	brownout.setDefaults()
	var days []string
	for _, d := range hours.Days {
		days = append(days, d.String())
	}
	return map[string]string{
		"tenants[].principals":            "*@NAME",
		"tenants[].cloud":                 tenant.Cloud.Name,
		"tenants[].rebucket":              tenant.Rebucket,
		"tenants[].working_hours.days":    strings.Join(days, ", "),
		"tenants[].working_hours.from":    hours.From.String(),
		"tenants[].working_hours.to":      hours.To.String(),
		"tenants[].working_hours.density": strconv.Itoa(hours.Density),
		"rollout.brownouts[].zone":        brownout.Zone,
	}[path]
}

func allowed(tag reflect.StructTag) string {
	if s := tag.Get("oneof"); s != "" {
		return strings.ReplaceAll(s, " ", ", ")
	}
	if s := tag.Get("min"); s != "" {
		return s + " to " + tag.Get("max")
	}
	return ""
}

// fieldName gives the key of a struct field; known is false for fields that are no keys.
func fieldName(f reflect.StructField) (name string, known bool) {
	name = f.Tag.Get("yaml")
	if f.Type == reflect.TypeFor[Run]() {
		return "", true
	}
	return name, name != "" && name != "-"
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// isLeaf says whether one scalar gives the whole value, always.
func isLeaf(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64:
		return true
	case reflect.Struct:
		return isText(t) && !hasFields(t)
	}
	return false
}

func hasFields(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("yaml") != "" {
			return true
		}
	}
	return false
}

// listElem gives what stands in a list, or in a mapping of lists; nil for anything else.
func listElem(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Slice:
		return t.Elem()
	case reflect.Map:
		if t.Elem().Kind() == reflect.Slice {
			return t.Elem().Elem()
		}
		return t.Elem()
	}
	return nil
}

// text gives a value as one would write it in the file, secrets hidden.
func text(v reflect.Value) string {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		b, err := m.MarshalText()
		if err != nil {
			return ""
		}
		return string(b)
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return ""
	}
	return fmt.Sprint(v.Interface())
}
