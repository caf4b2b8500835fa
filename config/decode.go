package config

import (
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// decoder puts a YAML tree into a Config, noting where each key stands and everything that is wrong on the way. The
// decoder of the YAML library is not used: it stops at the first error, and its errors repeat lines of the file.
type decoder struct {
	file     string // as named by the operator
	dir      string // that relative paths are relative to
	origins  origins
	problems []Problem
	anchors  map[string]ast.Node
	nodes    int
}

type pair struct {
	name  string
	line  int
	value ast.Node
}

func (d *decoder) problem(line int, key, text string) {
	d.problems = append(d.problems, Problem{Where: d.where(line), Key: key, Text: text, line: line})
}

func (d *decoder) where(line int) string {
	if line == 0 {
		return d.file
	}
	return d.file + ":" + strconv.Itoa(line)
}

// root decodes a whole file.
func (d *decoder) root(node ast.Node, cfg *Config) {
	d.anchors = map[string]ast.Node{}
	ast.Walk(anchorFinder(d.anchors), node)
	if _, null := d.unwrap(node).(*ast.NullNode); null {
		return
	}
	if _, ok := d.unwrap(node).(ast.MapNode); !ok {
		d.problem(lineOf(node), "", "the configuration file must be a mapping of keys to values, such as listen: 127.0.0.1:8080")
		return
	}
	d.value(node, reflect.ValueOf(cfg).Elem(), "", "")
}

// affordable counts the nodes visited: aliases of aliases can make a small file unfold into a huge one.
func (d *decoder) affordable(line int) bool {
	if d.nodes++; d.nodes == maxNodes {
		d.problem(line, "", "the configuration file unfolds into too many values: use fewer aliases (*)")
	}
	return d.nodes < maxNodes
}

type anchorFinder map[string]ast.Node

// Visit notes anchors; it is the visitor of ast.Walk.
func (f anchorFinder) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok && a.Name != nil {
		f[a.Name.GetToken().Value] = a.Value
	}
	return f
}

// unwrap follows anchors and aliases, and a !!str tag; nil if that leads nowhere.
func (d *decoder) unwrap(n ast.Node) ast.Node {
	for range maxNesting {
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.AliasNode:
			if v.Value == nil {
				return nil
			}
			n = d.anchors[v.Value.GetToken().Value]
		case *ast.TagNode:
			if v.Start == nil || v.Start.Value != "!!str" {
				return nil
			}
			n = v.Value
		default:
			return n
		}
	}
	return nil
}

// value decodes one node into v. tag is that of the field that holds v.
func (d *decoder) value(raw ast.Node, v reflect.Value, key string, tag reflect.StructTag) {
	line := lineOf(raw)
	if !d.affordable(line) {
		return
	}
	node := d.unwrap(raw)
	if node == nil {
		d.problem(line, key, noValue(raw))
		return
	}
	if _, null := node.(*ast.NullNode); null {
		return // a key without a value keeps its default, as in a file made from a template
	}
	if key != "" {
		if _, again := d.origins[key]; !again || d.origins[key].layer < layerFile {
			d.origins[key] = origin{layerFile, d.where(line), line}
		}
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
		setDefaults(v)
	}
	if s, ok := scalarText(node); ok {
		d.scalar(s, line, v, key, tag)
		return
	}
	d.collection(node, line, v, key, tag)
}

func (d *decoder) scalar(s string, line int, v reflect.Value, key string, tag reflect.StructTag) {
	if !isLeaf(v.Type()) && !isText(v.Type()) {
		d.problem(line, key, wrongKind(v, "a single value"))
		return
	}
	if err := setScalar(v, s); err != nil {
		d.problem(line, key, refusal(s, tag.Get("secret") != "", err))
		return
	}
	d.anchor(v)
}

// anchor makes relative paths relative to the file.
func (d *decoder) anchor(v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *Path:
		*p = resolve(d.dir, *p)
	case *Store:
		p.Path = resolve(d.dir, p.Path)
	}
}

func resolve(dir string, p Path) Path {
	if p == "" || filepath.IsAbs(string(p)) {
		return p
	}
	return Path(filepath.Join(dir, string(p)))
}

func (d *decoder) collection(node ast.Node, line int, v reflect.Value, key string, tag reflect.StructTag) {
	seq, isSeq := node.(*ast.SequenceNode)
	switch {
	case isSeq && v.Kind() == reflect.Slice:
		d.sequence(seq, v, key, tag)
	case !isSeq && v.Kind() == reflect.Map:
		d.mapping(node, v, key, tag)
	case !isSeq && hasFields(v.Type()):
		setDefaultsOf(v, isText(v.Type()))
		d.structure(node, v, key)
	default:
		d.problem(line, key, wrongKind(v, nodeName(node)))
	}
}

func (d *decoder) sequence(seq *ast.SequenceNode, v reflect.Value, key string, tag reflect.StructTag) {
	v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
	for i, n := range seq.Values {
		elem := v.Index(i)
		setDefaults(elem)
		at := key + "[" + strconv.Itoa(i) + "]"
		if empty(d.unwrap(n)) {
			d.problem(lineOf(n), at, "is empty: write a value or remove the entry")
			continue
		}
		d.value(n, elem, at, tag)
	}
}

func (d *decoder) mapping(node ast.Node, v reflect.Value, key string, tag reflect.StructTag) {
	v.Set(reflect.MakeMap(v.Type()))
	for _, p := range d.pairs(node, key, 0) {
		elem := reflect.New(v.Type().Elem()).Elem()
		d.value(p.value, elem, join(key, p.name), tag)
		v.SetMapIndex(reflect.ValueOf(p.name), elem)
	}
}

func (d *decoder) structure(node ast.Node, v reflect.Value, key string) {
	fields, level := map[string]int{}, []string{}
	for i := range v.NumField() {
		if name := v.Type().Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			fields[name] = i
			level = append(level, name)
		}
	}
	for _, p := range d.pairs(node, key, 0) {
		i, known := fields[p.name]
		if !known {
			d.problem(p.line, join(key, cut(p.name)), "unknown key: "+suggestKey(p.name, key, level))
			continue
		}
		d.value(p.value, v.Field(i), join(key, p.name), v.Type().Field(i).Tag)
	}
}

// pairs gives the keys of a mapping, those it merges in (<<) where it has none of its own; a key given twice is a
// problem.
func (d *decoder) pairs(node ast.Node, key string, depth int) []pair {
	m, ok := node.(ast.MapNode)
	if !ok || depth > 8 {
		d.problem(lineOf(node), key, "merges (<<) too many levels deep, or something that is no mapping")
		return nil
	}
	var own, merged []pair
	if !d.affordable(lineOf(node)) {
		return nil
	}
	seen := map[string]int{}
	for it := m.MapRange(); it.Next(); {
		k := it.Key()
		line := lineOf(k)
		if k.IsMergeKey() {
			merged = append(merged, d.merged(it.Value(), key, depth)...)
			continue
		}
		name, ok := scalarText(d.unwrap(k))
		if !ok {
			d.problem(line, key, "has a key that is not a plain name")
			continue
		}
		if first, twice := seen[name]; twice {
			d.problem(line, join(key, cut(name)), "is given twice, first on line "+strconv.Itoa(first))
			continue
		}
		seen[name] = line
		own = append(own, pair{name, line, it.Value()})
	}
	for _, p := range merged {
		if _, overridden := seen[p.name]; !overridden {
			seen[p.name] = p.line
			own = append(own, p)
		}
	}
	return own
}

func (d *decoder) merged(value ast.Node, key string, depth int) []pair {
	node := d.unwrap(value)
	seq, ok := node.(*ast.SequenceNode)
	if !ok {
		return d.pairs(node, key, depth+1)
	}
	var all []pair
	for _, n := range seq.Values {
		all = append(all, d.pairs(d.unwrap(n), key, depth+1)...)
	}
	return all
}

func cut(name string) string {
	if len(name) > 60 || strings.ContainsAny(name, "\r\n\t") {
		return quote(name)
	}
	return name
}

type defaulter interface{ setDefaults() }

func setDefaults(v reflect.Value) { setDefaultsOf(v, true) }

func setDefaultsOf(v reflect.Value, wanted bool) {
	if d, ok := v.Addr().Interface().(defaulter); ok && wanted {
		d.setDefaults()
	}
}

func empty(n ast.Node) bool {
	if n == nil {
		return false // value says what is wrong
	}
	s, scalar := scalarText(n)
	return n.Type() == ast.NullType || scalar && s == ""
}

// noValue says why a node gives no value.
func noValue(n ast.Node) string {
	switch n.(type) {
	case *ast.AliasNode:
		return "a * outside quotes names an anchor (&), and there is none of this name: put patterns in quotes"
	case *ast.TagNode:
		return "a YAML tag (!) is not understood here: write the plain value"
	}
	return "has no value"
}

func wrongKind(v reflect.Value, got string) string {
	return "must be " + kindName(v.Type()) + ", not " + got
}

func kindName(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Slice:
		return "a list"
	case t.Kind() == reflect.Map || hasFields(t):
		return "a mapping"
	}
	return "a single value"
}

func nodeName(n ast.Node) string {
	if n.Type() == ast.SequenceType {
		return "a list"
	}
	return "a mapping"
}
