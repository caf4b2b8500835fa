package odata

// binder gives the nodes of a syntax tree their types, and refuses what the server's metadata binder refuses, in its order:
// operands first, from left to right, then the operator.
type binder struct {
	model  *Model
	entity *EntityType
}

func (b *binder) bind(n *node) {
	switch n.op {
	case opLiteral:
		n.typ = literalType(n)
	case opIt:
		n.typ = typ{class: classEntity, entity: b.entity, nullable: true}
	case opInner:
		b.inner(n)
	case opEnd:
		b.end(n)
	case opDotted:
		b.dotted(n)
	case opStar:
		fail("An unsupported query token kind 'Star' was found.")
	case opCall:
		b.call(n)
	case opNamed:
		fail("An unsupported query token kind 'RawFunctionParameterValue' was found.")
	case opAny, opAll:
		b.bind(n.parent)
		fail("Any/All may only be used following a collection.")
	case opNot, opNegate:
		b.sign(n)
	default:
		b.operator(n)
	}
}

func literalType(n *node) typ {
	if n.value.Kind == Null {
		return noType
	}
	return kindType(n.value.Kind, false)
}

// sign binds not and the minus.
func (b *binder) sign(n *node) {
	operand := n.args[0]
	b.bind(operand)
	n.typ = operand.typ
	if operand.typ.class == classNone {
		return
	}
	signatures := negationSignatures
	if n.op == opNot {
		signatures = notSignatures
	}
	s := promote(signatures, operand.typ)
	if s == nil {
		fail("A unary operator with an incompatible type was detected. Found operand type '%s' for operator kind '%s'.",
			operand.typ.name(""), operatorNames[n.op])
	}
	n.typ = s[0]
}

func (b *binder) operator(n *node) {
	left, right := n.args[0], n.args[1]
	b.bind(left)
	b.bind(right)
	operand, ok := operandType(n.op, left.typ, right.typ)
	if !ok {
		fail("A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind '%s'.",
			left.typ.name("<null>"), right.typ.name("<null>"), operatorNames[n.op])
	}
	switch {
	case operand.class == classNone:
		n.typ = noType
	case n.op.isComparison() || n.op.isLogical():
		n.typ = kindType(Boolean, operand.nullable)
	default:
		n.typ = operand
	}
}

// operandType is the type that both operands of an operator are converted to.
func operandType(op nodeOp, left, right typ) (typ, bool) {
	if left.class == classNone && right.class == classNone {
		return noType, true
	}
	if left.class == classEntity || right.class == classEntity {
		return entityOperands(op, left, right)
	}
	if left.class == right.class && left.kind == right.kind && !(left.kind < Int32 && left.kind != Boolean) {
		if t, ok := sameKind(op, left, right); ok {
			return t, true
		}
	}
	signatures := relationalSignatures
	switch {
	case op.isLogical():
		signatures = logicalSignatures
	case !op.isComparison():
		signatures = arithmeticSignatures
	}
	s := promote(signatures, left, right)
	if s == nil {
		return typ{}, false
	}
	return s[0], true
}

// sameKind is the short way for operands of one kind that the operator takes as they are.
func sameKind(op nodeOp, left, right typ) (typ, bool) {
	numeric := left.kind >= Int32 && left.kind <= Decimal
	if op.isComparison() || op.isLogical() && left.kind == Boolean || !op.isLogical() && numeric {
		return kindType(left.kind, left.nullable || right.nullable), true
	}
	return typ{}, false
}

// entityOperands allows eq and ne between entities of one type and null.
func entityOperands(op nodeOp, left, right typ) (typ, bool) {
	if op != opEqual && op != opNotEqual {
		return typ{}, false
	}
	switch {
	case left.class == classNone:
		return right, true
	case right.class == classNone, left.entity == right.entity && left.class == right.class:
		return left, true
	}
	return typ{}, false
}

// promote finds an operator's signature for the operands' types by the binder's rules, or nil.
func promote(signatures []signature, operands ...typ) signature {
	c := chooser{signatures: signatures, sources: operands, preferDecimal: true, skipNone: true}
	c.fits = func(i int, target typ) bool { return fitsBinder(operands[i], target) }
	return c.operator()
}

// fitsBinder tells whether the binder lets a type stand for another: no type stands for anything that can be null.
func fitsBinder(source, target typ) bool {
	if source.class == classNone {
		return target.nullable
	}
	return converts(source, target)
}
