package odata

import "strings"

// call binds a function: its arguments first, even where the function does not exist.
func (b *binder) call(n *node) {
	if n.parent != nil {
		b.bind(n.parent)
	}
	for _, arg := range n.args {
		b.bind(arg)
	}
	if n.parent != nil {
		fail("Found a built-in function '%s' with a parent token. Built-in functions cannot have parent tokens.", n.name)
	}
	if n.name == "isof" || n.name == "cast" {
		b.typeCall(n)
		return
	}
	f := functions[n.name]
	if f == nil {
		fail("An unknown function with name '%s' was found. This may also be a key lookup on a navigation property, which is not allowed.", n.name)
	}
	n.typ = f.match(n)
}

// match gives the type of a call, or fails where no signature fits. With nulls alone as arguments the type is open.
func (f *function) match(n *node) typ {
	types := make([]typ, len(n.args))
	open := len(n.args) > 0
	for i, arg := range n.args {
		types[i] = arg.typ
		open = open && arg.typ.class == classNone
	}
	if open {
		for _, s := range f.signatures {
			if len(s) == len(types) {
				return noType
			}
		}
		fail("Cannot find a suitable overload for function '%s' that takes '%d' arguments.", n.name, len(types))
	}
	c := chooser{signatures: f.signatures, sources: types, preferDecimal: true, skipNone: true}
	c.fits = func(i int, target typ) bool { return fitsBinder(types[i], target) }
	best := c.best()
	if best == 0 || best&(best-1) != 0 {
		fail("No function signature for the function with name '%s' matches the specified arguments. The function signatures considered are: %s.",
			n.name, f.describe(n.name))
	}
	if f.sameType {
		return kindType(c.first(best)[0].kind, false)
	}
	return kindType(f.result, false)
}

// typeCall binds isof and cast: their last argument names a type.
func (b *binder) typeCall(n *node) {
	if len(n.args) != 1 && len(n.args) != 2 {
		fail("Cast or IsOf expression has an invalid number of operands: number of operands is '%d' and it should be 1 or 2.", len(n.args))
	}
	last := n.args[len(n.args)-1]
	var t typ
	known := last.op == opLiteral && last.value.Kind == String
	if known {
		name := last.value.Str
		if inner, ok := strings.CutPrefix(name, "Collection("); ok && strings.HasSuffix(inner, ")") {
			if _, known := b.namedType(strings.TrimSuffix(inner, ")")); known {
				fail("The Cast and IsOf functions do not support collection arguments or types.")
			}
		}
		t, known = b.namedType(name)
	}
	if !known {
		fail("Cast or IsOf Function must have a type in its arguments.")
	}
	if n.typ = t; n.name == "isof" {
		n.typ = kindType(Boolean, true)
	}
}

// namedType gives the type with a full name.
func (b *binder) namedType(name string) (typ, bool) {
	if k := kindNamed(name); k != Null {
		return kindType(k, false), true
	}
	if t := b.typeNamed(name); t != nil {
		return typ{class: classEntity, entity: t}, true
	}
	return typ{}, false
}
