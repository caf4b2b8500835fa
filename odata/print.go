package odata

// append prints the expression back; it parses to an equal tree. Parentheses stand only where the tree needs them.
func (n *node) append(dst []byte) []byte {
	switch n.op {
	case opLiteral:
		return append(dst, n.name...)
	case opNot, opNegate:
		dst = append(dst, keywords[n.op]...)
		if n.op == opNot {
			dst = append(dst, ' ')
		}
		operand := n.args[0]
		return operand.appendInside(dst, operand.level() < len(levels) || n.op == opNegate && operand.op == opLiteral)
	case opCall:
		dst = append(n.appendParent(dst), n.name...)
		return append(appendNodes(append(dst, '('), n.args), ')')
	case opNamed:
		dst = append(append(dst, n.name...), '=')
		return n.args[0].append(dst)
	case opAny, opAll:
		return n.appendLambda(dst)
	case opIt, opInner, opEnd, opDotted, opStar:
		return append(n.appendParent(dst), n.name...)
	}
	level := n.level()
	dst = n.args[0].appendInside(dst, n.args[0].level() < level)
	dst = append(append(append(dst, ' '), keywords[n.op]...), ' ')
	return n.args[1].appendInside(dst, n.args[1].level() <= level)
}

func (n *node) appendInside(dst []byte, parentheses bool) []byte {
	if !parentheses {
		return n.append(dst)
	}
	return append(n.append(append(dst, '(')), ')')
}

func (n *node) appendLambda(dst []byte) []byte {
	dst = n.appendParent(dst)
	if n.op == opAny {
		dst = append(dst, "any("...)
	} else {
		dst = append(dst, "all("...)
	}
	if n.name != "" {
		dst = n.args[0].append(append(append(dst, n.name...), ':'))
	}
	return append(dst, ')')
}

// appendParent prints what stands before the last slash. A last name in parentheses differs from one in the middle of a path.
func (n *node) appendParent(dst []byte) []byte {
	p := n.parent
	if p == nil {
		return dst
	}
	switch p.op {
	case opIt, opInner, opDotted, opCall, opAny, opAll:
		dst = p.append(dst)
	case opEnd:
		dst = p.appendInside(dst, p.parent == nil || n.op == opEnd)
	default:
		dst = p.appendInside(dst, true)
	}
	return append(dst, '/')
}

// level is how tightly an expression binds: that of its operator, else tighter than all.
func (n *node) level() int {
	for i, ops := range levels {
		for _, op := range ops {
			if op == n.op {
				return i
			}
		}
	}
	if n.op == opNot || n.op == opNegate {
		return len(levels)
	}
	return len(levels) + 1
}

func appendNodes(dst []byte, nodes []*node) []byte {
	for i, n := range nodes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = n.append(dst)
	}
	return dst
}
