package odata

// token is a parsed $skiptoken, compiled against its order.
type token struct{ terms []tokenTerm }

// tokenTerm compares one expression of an order with its literal in the token.
type tokenTerm struct{ behind, equal *code }

// appendToken writes the $skiptoken of a row: the comma-separated literals of its order values.
func (o *orderBy) appendToken(dst []byte, rows RowSource, row int) []byte {
	m := machine{rows: rows, row: row}
	defer m.release()
	for i, term := range o.terms {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendLiteral(dst, m.eval(term.code))
	}
	return dst
}

// parseToken reads a $skiptoken against the order's types, refusing what the server refuses. The text is decoded already.
func (o *orderBy) parseToken(m *Model, _ *EntityType, text string) (tok token, err *Error) {
	defer rescue(&err)
	if limit := m.limits().orDefaults().FilterLength; len(text) > limit {
		failLimit("It is longer than %d bytes.", limit)
	}
	literals := readToken(text)
	if len(literals) != len(o.terms) {
		fail("The number of keys '%d' in skip token with value '%s' did not match the number of ordering constraints '%d' for the resource type.",
			len(literals), text, len(o.terms))
	}
	terms := make([]tokenTerm, len(literals))
	for i, literal := range literals {
		terms[i] = tokenCode(o.terms[i], tokenLiteral(literal))
	}
	return token{terms: terms}, nil
}

// readToken cuts a token into its literals; the commas between them may be missing, as the server lets them.
func readToken(text string) []lexeme {
	var literals []lexeme
	for l := newLexer(text, tokenDialect); l.cur.kind != lexEnd; {
		if !l.cur.kind.isLiteral() {
			panic(failure{syntaxError()})
		}
		literals = append(literals, l.cur)
		if l.next(); l.cur.kind == lexComma {
			if l.next(); l.cur.kind == lexEnd {
				panic(failure{syntaxError()})
			}
		}
	}
	return literals
}

func tokenLiteral(l lexeme) *code {
	if l.kind == lexNull {
		return &code{op: codeNone, typ: noType}
	}
	v, ok := parseLiteral(l.text, literalKinds[l.kind])
	if !ok {
		fail("Unrecognized '%s' literal '%s'.", l.kind.literalName(), l.text)
	}
	c := constant(kindType(v.Kind, false), v)
	c.literal = l.text
	return c
}

// tokenCode compiles the two comparisons that the server's generated expression makes of a value. A null counts as the least value.
func tokenCode(term orderTerm, value *code) tokenTerm {
	op := opGreater
	if term.desc {
		op = opLess
	}
	left, right := term.code, value
	switch {
	case left.typ.nullable && !right.typ.nullable:
		right = right.as(right.typ.lifted())
	case right.typ.nullable && !left.typ.nullable && right.op != codeNone:
		left = left.as(left.typ.lifted())
	}
	t := tokenTerm{}
	switch {
	case right.op == codeNone || left.isNull():
		// Behind null comes whatever is not null, ascending; descending, nothing does.
		t.behind = constant(boolType, boolValue(false))
		if !term.desc && right.op == codeNone {
			t.behind = compareCode(opNotEqual, left, right)
		}
	case left.typ.nullable && term.desc:
		null := &code{op: codeNone, typ: noType}
		less := compareCode(op, left, right)
		t.behind = &code{op: codeLogical, operator: opOr, typ: boolType, a: compareCode(opEqual, left, null), b: less}
	default:
		t.behind = compareCode(op, left, right)
	}
	t.equal = compareCode(opEqual, term.code, value)
	return t
}

// after tells whether a row comes behind the token, as the server's generated expression says.
func (o *orderBy) after(rows RowSource, row int, tok token) (bool, *Error) {
	m := machine{rows: rows, row: row}
	defer m.release()
	for _, term := range tok.terms {
		behind := m.truth(term.behind) == isTrue
		if !behind && !m.failed && m.truth(term.equal) == isTrue {
			continue
		}
		if m.failed {
			return false, unexpected()
		}
		return behind, nil
	}
	return false, nil
}
