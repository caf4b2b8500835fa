package odata

// translate compiles a bound tree, and refuses what the server refuses when it builds its LINQ expression.
func (b *binder) translate(n *node) *code {
	switch n.op {
	case opLiteral:
		if n.value.Kind == Null {
			return &code{op: codeNone, typ: noType}
		}
		c := constant(literalType(n), n.value)
		c.literal = n.name
		return c
	case opEnd:
		return b.translateProperty(n)
	case opCall:
		return b.translateCall(n)
	case opNot, opNegate:
		return b.translateSign(n)
	case opIt, opDotted:
		return &code{op: codeRow, typ: n.typ}
	}
	left, right := b.translate(n.args[0]), b.translate(n.args[1])
	if n.op.isComparison() {
		return compareCode(n.op, left, right)
	}
	own := evaluatedArithmetic
	c := &code{op: codeArithmetic, operator: n.op}
	if n.op.isLogical() {
		own, c.op = evaluatedLogical, codeLogical
	}
	c.a, c.b = promoteOperands(n.op, left, right, own)
	c.typ = c.a.typ
	return c
}

// translateProperty reads a property of the row; behind a cast even a plain one can be null.
func (b *binder) translateProperty(n *node) *code {
	p := &b.entity.Properties[n.property]
	c := &code{op: codeProperty, property: n.property, typ: n.typ, fold: p.IgnoreCase}
	if n.parent != nil && n.parent.op != opIt {
		b.translate(n.parent)
		c.typ = c.typ.lifted()
	}
	return c
}

func (b *binder) translateSign(n *node) *code {
	a := b.translate(n.args[0])
	c := &code{op: codeNegate}
	signatures := evaluatedNegation
	if n.op == opNot {
		c.op, signatures = codeNot, evaluatedNot
	}
	s := choose(signatures, a)
	if s == nil {
		fail("Operator '%s' incompatible with operand type '%s'.", operatorNames[n.op], a.typ.name("System.Object"))
	}
	c.a, c.typ = a.promote(s[0]), s[0]
	return c
}

// The operators' signatures, as the evaluator has them: any operator also takes System.Object, for properties that a type
// does not declare. With nulls that makes the choice ambiguous, or leads to nothing.
var (
	evaluatedArithmetic = append(arithmeticSignatures[:len(arithmeticSignatures):len(arithmeticSignatures)], signature{noType, noType})
	evaluatedLogical    = append(logicalSignatures[:len(logicalSignatures):len(logicalSignatures)], signature{noType, noType})
	evaluatedNegation   = append(negationSignatures[:len(negationSignatures):len(negationSignatures)], signature{noType})
	evaluatedNot        = append(notSignatures[:len(notSignatures):len(notSignatures)], signature{noType})
	evaluatedRelational = operands(2, String, Boolean, Guid, DateTime, DateTimeOffset, Time)
)

// choose finds the evaluator's signature for operands, or nil.
func choose(signatures []signature, operands ...*code) signature {
	var sources [2]typ
	for i, c := range operands {
		sources[i] = c.typ
	}
	c := chooser{signatures: signatures, sources: sources[:len(operands)]}
	c.fits = func(i int, target typ) bool { return operands[i].canPromote(target) }
	s := c.operator()
	if s == nil || s[0].class == classNone {
		return nil
	}
	return s
}

func promoteOperands(op nodeOp, left, right *code, lists ...[]signature) (*code, *code) {
	if left.typ.class == classPrimitive && left.typ.class == right.typ.class && left.typ.kind == right.typ.kind {
		if t, ok := sameKind(op, left.typ, right.typ); ok && left.typ.kind >= Int32 && left.typ.kind != Binary || ok && left.typ.kind == Boolean {
			return left.promote(t), right.promote(t)
		}
	}
	for _, signatures := range lists {
		if s := choose(signatures, left, right); s != nil {
			return left.promote(s[0]), right.promote(s[1])
		}
	}
	failOperands(op, left, right)
	return nil, nil
}

func failOperands(op nodeOp, left, right *code) {
	fail("Operator '%s' incompatible with operand types '%s' and '%s'.", operatorNames[op],
		left.typ.name("System.Object"), right.typ.name("System.Object"))
}

// compareCode compiles a comparison. Between classes, equality needs no promotion; with null it is the only operator allowed.
func compareCode(op nodeOp, left, right *code) *code {
	c := &code{op: codeCompare, operator: op, typ: boolType, a: left, b: right}
	equality := op == opEqual || op == opNotEqual
	switch {
	case equality && left.typ.isReference() && right.typ.isReference():
		if left.typ != right.typ && !left.isNull() && !right.isNull() && !sameClass(left.typ, right.typ) {
			failOperands(op, left, right)
		}
	case left.isNull() || right.isNull():
		if !equality {
			fail("The operator '%s' is not supported for the 'null' literal; only equality checks are supported.", operatorNames[op])
		}
	default:
		c.a, c.b = promoteOperands(op, left, right, evaluatedRelational, evaluatedArithmetic)
	}
	c.fold = c.a.fold || c.b.fold
	return c
}

func sameClass(a, b typ) bool { return a.class == b.class && a.kind == b.kind && a.entity == b.entity }
