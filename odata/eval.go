package odata

// filter is a compiled $filter; safe for concurrent use.
type filter struct {
	model  *Model
	entity *EntityType
	tree   *node
	code   *code
}

// compileFilter parses and binds a $filter over entities of type t. What the server refuses comes back with its status and
// message: 400, or 500 for what it trips over itself.
func compileFilter(m *Model, t *EntityType, text string) (_ *filter, err *Error) {
	defer rescue(&err)
	f := &filter{model: m, entity: t, tree: parseExpression(text, m.limits())}
	f.compile()
	return f, nil
}

func (m *Model) limits() Limits {
	if m == nil {
		return Limits{}
	}
	return m.Limits
}

// compile binds the tree, requires a Boolean of it, and makes it fit to run.
func (f *filter) compile() {
	b := binder{model: f.model, entity: f.entity}
	b.bind(f.tree)
	if t := f.tree.typ; t.class == classEntity || t.class == classPrimitive && t.kind != Boolean {
		fail("The $filter expression must evaluate to a single boolean value.")
	}
	f.code = b.translate(f.tree)
	if t := f.code.typ; f.code.op != codeNone && t != boolType && t != boolType.lifted() && !f.code.isNull() {
		fail("Expression of type 'Edm.Boolean' expected.")
	}
}

// match tells whether a row satisfies the filter; null does not. It allocates nothing, but for arithmetic on decimals. The error is
// the server's 500 for what cannot be computed.
func (f *filter) match(rows RowSource, row int) (bool, *Error) {
	m := machine{rows: rows, row: row}
	defer m.release()
	ok := m.truth(f.code) == isTrue
	if m.failed {
		return false, unexpected()
	}
	return ok, nil
}

// String prints the filter back; it parses to an equal filter.
func (f *filter) String() string { return string(f.tree.append(nil)) }

// shift gives a filter whose DateTime literals are moved by a number of ticks wherever they are compared with the named
// property. The filter itself stays as it is.
func (f *filter) shift(property string, ticks int64) *filter {
	tree, changed := shiftDates(f.tree, property, ticks)
	if !changed {
		return f
	}
	moved := &filter{model: f.model, entity: f.entity, tree: tree}
	moved.compile() // the types are the same, so it cannot fail
	return moved
}
