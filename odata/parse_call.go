package odata

// call parses the arguments of a function; the current lexeme is the opening parenthesis.
func (p *parser) call(name string, parent *node) *node {
	n := p.node(opCall, name)
	n.parent = parent
	p.lex.next()
	if p.lex.cur.kind != lexClose {
		n.args = p.arguments(n.room[:0])
	}
	if p.lex.cur.kind != lexClose {
		p.lex.failExpected("')' or ','")
	}
	p.lex.next()
	return n
}

func (p *parser) arguments(args []*node) []*node {
	if p.lex.cur.kind == lexIdentifier && p.lex.peek().kind == lexEqual {
		return p.namedArguments(args)
	}
	for {
		args = append(args, p.expression())
		if p.lex.cur.kind != lexComma {
			return args
		}
		p.lex.next()
	}
}

// namedArguments parses name=literal pairs; the commas between them may be left out, as the server lets them.
func (p *parser) namedArguments(args []*node) []*node {
	seen := map[string]bool{}
	duplicate := false
	for p.lex.cur.kind != lexClose {
		p.lex.expect(lexIdentifier)
		name := p.lex.cur.text
		p.lex.next()
		p.lex.expect(lexEqual)
		p.lex.next()
		kind := p.lex.cur.kind
		if !kind.isLiteral() && kind != lexAlias && kind != lexBracketed {
			p.lex.failSyntax(p.lex.cur.start)
		}
		n := p.node(opNamed, name)
		n.room[0] = p.node(opLiteral, p.lex.cur.text)
		n.args = n.room[:1]
		args = append(args, n)
		p.lex.next()
		if p.lex.cur.kind == lexComma {
			if p.lex.next(); p.lex.cur.kind == lexClose {
				p.lex.failSyntax(p.lex.cur.start)
			}
		}
		duplicate = duplicate || seen[name]
		seen[name] = true
	}
	if duplicate {
		fail("Found duplicate parameter names in a function call.")
	}
	return args
}

// lambda parses any(x: …), all(x: …) or any() behind a path.
func (p *parser) lambda(op nodeOp, parent *node) *node {
	n := p.node(op, "")
	n.parent = parent
	p.lex.next()
	if p.lex.cur.kind != lexOpen {
		p.lex.failExpected("'('")
	}
	p.lex.next()
	if p.lex.cur.kind == lexClose {
		p.lex.next()
		return n
	}
	n.name = p.declare()
	p.lex.next()
	p.lex.expect(lexColon)
	p.lex.next()
	n.room[0] = p.expression()
	n.args = n.room[:1]
	if p.lex.cur.kind != lexClose {
		p.lex.failExpected("')' or ','")
	}
	delete(p.variables, n.name)
	p.lex.next()
	return n
}

// declare adds the current identifier to the variables.
func (p *parser) declare() string {
	name := p.lex.name()
	if p.isVariable(name) {
		fail("The range variable '%s' has already been declared.", name)
	}
	if p.variables == nil {
		p.variables = map[string]bool{}
	}
	p.variables[name] = true
	return name
}
