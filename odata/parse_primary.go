package odata

// primary parses a literal, a call, parentheses or a path. Which of them begins a path is decided by looking one lexeme
// ahead, as the server does: its errors show in that order.
func (p *parser) primary() *node {
	var n *node
	if p.lex.peek().kind == lexSlash {
		n = p.segment(nil)
	} else {
		n = p.start()
	}
	for p.lex.cur.kind == lexSlash {
		p.lex.next()
		switch {
		case p.lex.cur.is("any"):
			n = p.lambda(opAny, n)
		case p.lex.cur.is("all"):
			n = p.lambda(opAll, n)
		case p.lex.peek().kind == lexSlash:
			n = p.segment(n)
		default:
			n = p.identifier(n)
		}
	}
	return n
}

func (p *parser) start() *node {
	switch p.lex.cur.kind {
	case lexIdentifier:
		return p.identifier(nil)
	case lexOpen:
		return p.parenthesis()
	case lexStar:
		p.lex.next()
		return p.node(opStar, "*")
	}
	if !p.lex.cur.kind.isLiteral() {
		p.lex.failExpected("Expression")
	}
	return p.literal()
}

func (p *parser) parenthesis() *node {
	p.lex.next()
	n := p.expression()
	if p.lex.cur.kind != lexClose {
		p.lex.failExpected("')' or operator")
	}
	p.lex.next()
	return n
}

func (p *parser) literal() *node {
	cur := p.lex.cur
	n := p.node(opLiteral, cur.text)
	if cur.kind != lexNull {
		v, ok := parseLiteral(cur.text, literalKinds[cur.kind])
		if !ok {
			fail("Unrecognized '%s' literal '%s' at '%d' in '%s'.", cur.kind.literalName(), cur.text, p.lex.place(cur.start), p.lex.text)
		}
		n.value = v
	}
	p.lex.next()
	return n
}

// segment parses a name that has more of a path behind it.
func (p *parser) segment(parent *node) *node {
	name := p.lex.name()
	p.lex.next()
	if parent == nil && p.isVariable(name) {
		return p.node(opIt, name)
	}
	n := p.node(opInner, name)
	n.parent = parent
	return n
}

func (p *parser) isVariable(name string) bool { return name == "$it" || p.variables[name] }

// identifier parses a name with nothing more of a path behind it: a call, a type's name or a property.
func (p *parser) identifier(parent *node) *node {
	p.lex.expect(lexIdentifier)
	if name, ok := p.lex.callName(); ok {
		return p.call(name, parent)
	}
	if p.lex.peek().kind == lexDot {
		n := p.node(opDotted, p.dotted())
		n.parent = parent
		return n
	}
	name := p.lex.cur.text
	p.lex.next()
	if parent == nil && p.isVariable(name) {
		return p.node(opIt, name)
	}
	n := p.node(opEnd, name)
	n.parent = parent
	return n
}

// callName tells whether the current identifier, with the dots and identifiers right behind it, is followed by an opening
// parenthesis without a blank between; then it moves to the parenthesis and gives the whole name.
func (l *lexer) callName() (string, bool) {
	from, at := l.cur.start, l.pos
	for l.byteAt(l.pos) == '.' {
		l.pos++
		if x := l.scanHere(); x.kind != lexIdentifier {
			break
		}
	}
	end := l.pos
	l.pos = at
	if l.byteAt(end-1) == '.' || l.byteAt(end) != '(' {
		return "", false
	}
	l.pos, l.peeked = end, false
	l.cur = l.scanHere()
	return l.text[from:end], true
}

// dotted reads a name with dots, blanks around them allowed and left out.
func (p *parser) dotted() string {
	name := p.lex.cur.text
	p.lex.next()
	for p.lex.cur.kind == lexDot {
		p.lex.next()
		p.lex.expect(lexIdentifier)
		name += "." + p.lex.cur.text
		p.lex.next()
	}
	return name
}
