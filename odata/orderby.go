package odata

import "cmp"

// orderBy is a compiled $orderby; safe for concurrent use.
type orderBy struct {
	trees []*node
	terms []orderTerm
}

// orderTerm is one expression of an order.
type orderTerm struct {
	code *code
	desc bool
}

// compileOrderBy parses and binds a $orderby. The caller appends ",Date asc" (the key) when the set is paged.
func compileOrderBy(m *Model, t *EntityType, text string) (_ *orderBy, err *Error) {
	defer rescue(&err)
	o := parseOrderBy(text, m.limits())
	b := binder{model: m, entity: t}
	for i := len(o.trees) - 1; i >= 0; i-- { // the server binds the last expression first
		b.bind(o.trees[i])
		if o.trees[i].typ.class == classEntity {
			fail("The $orderby expression must evaluate to a single value of primitive type.")
		}
	}
	for i, tree := range o.trees {
		o.terms[i].code = b.translate(tree)
	}
	for _, term := range o.terms {
		if term.code.typ.class == classNone {
			fail("Ordering does not support expressions of type 'System.Object'.")
		}
	}
	return o, nil
}

func parseOrderBy(text string, limits Limits) *orderBy {
	p, o := newParser(text, limits), &orderBy{}
	for {
		o.trees = append(o.trees, p.expression())
		term := orderTerm{desc: p.lex.cur.is("desc")}
		o.terms = append(o.terms, term)
		if term.desc || p.lex.cur.is("asc") {
			p.lex.next()
		}
		if p.lex.cur.kind != lexComma {
			break
		}
		p.lex.next()
	}
	p.lex.expect(lexEnd)
	return o
}

// String prints the order back; it parses to an equal order.
func (o *orderBy) String() string {
	var dst []byte
	for i, tree := range o.trees {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = tree.append(dst)
		if o.terms[i].desc {
			dst = append(dst, " desc"...)
		}
	}
	return string(dst)
}

// compare orders two rows: negative when i comes first; nulls first ascending.
func (o *orderBy) compare(rows RowSource, i, j int) (int, *Error) {
	m := machine{rows: rows, row: i}
	defer m.release()
	for _, term := range o.terms {
		m.row = i
		left := m.eval(term.code)
		m.row = j
		right := m.eval(term.code)
		r, ok := orderValues(term.code, &left, &right)
		switch {
		case m.failed, !ok && i != j:
			return 0, unexpected()
		case r != 0 && term.desc:
			return -r, nil
		case r != 0:
			return r, nil
		}
	}
	return 0, nil
}

// orderValues sorts as .NET's comparers do: null before all, NaN before numbers. Binaries have no order.
func orderValues(c *code, a, b *Value) (r int, ok bool) {
	if a.Kind == Null || b.Kind == Null {
		return cmp.Compare(min(a.Kind, 1), min(b.Kind, 1)), true
	}
	switch c.typ.kind {
	case Single, Double:
		return cmp.Compare(a.Float, b.Float), true
	case Decimal:
		left, ok := parseDecimal(a.Str)
		right, ok2 := parseDecimal(b.Str)
		return left.Cmp(right.Decimal), ok && ok2
	case Binary:
		return 0, false
	}
	return compareValues(c.typ.kind, a, b, c.fold), true
}
