package odata

import "strings"

// translateCall compiles a function call.
func (b *binder) translateCall(n *node) *code {
	if n.name == "isof" || n.name == "cast" {
		return b.translateTypeCall(n)
	}
	f := functions[n.name]
	if f.id == fnReplace || f.id == fnSpatial {
		fail("Unknown function '%s'.", n.name) // replace is off unless a service turns it on
	}
	args := make([]*code, len(n.args))
	for i, arg := range n.args {
		args[i] = b.translate(arg)
	}
	s := f.evaluate(args)
	if s == nil {
		fail("No applicable function found for '%s' with the specified arguments. The functions considered are: %s.",
			n.name, describe(n.name, f.methods(), clrName))
	}
	c := &code{op: codeCall, call: f.id, typ: kindType(f.result, false)}
	if f.sameType {
		c.typ = kindType(s[0].kind, false)
	}
	for i, arg := range args {
		if arg.mayBeNull() {
			c.typ = c.typ.lifted()
		}
		c.fold = c.fold || arg.fold
		if arg.op != codeNone {
			args[i] = arg.promote(s[i])
		}
	}
	c.setArgs(args)
	return c
}

func (c *code) setArgs(args []*code) {
	for i, arg := range args {
		switch i {
		case 0:
			c.a = arg
		case 1:
			c.b = arg
		case 2:
			c.c = arg
		}
	}
}

// evaluate picks the first method that no other is better than for the arguments, or nil.
func (f *function) evaluate(args []*code) signature {
	var sources [3]typ
	for i, arg := range args {
		sources[i] = arg.typ
	}
	c := chooser{signatures: f.methods(), sources: sources[:len(args)]}
	c.fits = func(i int, target typ) bool { return args[i].canPromote(target) }
	return c.first(c.best())
}

func clrName(t typ) string {
	if t.kind == Time {
		return "System.TimeSpan"
	}
	return "System." + strings.TrimPrefix(t.kind.String(), "Edm.")
}

// translateTypeCall compiles isof and cast.
func (b *binder) translateTypeCall(n *node) *code {
	a := &code{op: codeRow, typ: typ{class: classEntity, entity: b.entity, nullable: true}}
	if len(n.args) == 2 {
		a = b.translate(n.args[0])
	}
	target, _ := b.namedType(n.args[len(n.args)-1].value.Str)
	if n.name == "isof" {
		return &code{op: codeIsType, typ: boolType, a: a, value: boolValue(isOfType(a.typ, target))}
	}
	switch {
	case a.isNull():
		return constant(target.lifted(), Value{})
	case target.class == classEntity && a.typ.class == classEntity && a.typ.entity == target.entity:
		return a.as(target.lifted())
	case target.class == classPrimitive && a.typ.class == classPrimitive && canCast(a.typ.kind, target.kind):
		if a.typ.kind == target.kind {
			return a.as(target.lifted())
		}
		return &code{op: codeConvert, typ: target.lifted(), a: a}
	}
	// .NET has no such conversion, and the server trips over that while it builds the query.
	panic(failure{unexpected()})
}

// isOfType tells whether a value of a type, where it is not null, is of another: numbers are not widened.
func isOfType(t, target typ) bool {
	return t.class == target.class && t.class != classNone && t.kind == target.kind && t.entity == target.entity
}

// canCast tells the conversions that .NET has between primitive types.
func canCast(from, to Kind) bool {
	number := func(k Kind) bool { return k >= Byte && k <= Decimal }
	return from == to || number(from) && number(to) || from == DateTime && to == DateTimeOffset
}
