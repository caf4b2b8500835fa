package odata

// codeOp is what an instruction of a compiled expression does.
type codeOp uint8

const (
	codeConstant codeOp = iota
	codeNone            // the null literal
	codeRow             // the row itself
	codeProperty
	codeConvert
	codeIsType
	codeNot
	codeNegate
	codeLogical
	codeCompare
	codeArithmetic
	codeCall
)

// code is a compiled expression: a tree whose operands have the types that the server's LINQ expression gives them.
type code struct {
	op       codeOp
	operator nodeOp     // of codeLogical, codeCompare and codeArithmetic
	call     functionID // of codeCall
	property int
	typ      typ
	a, b, c  *code
	value    Value
	number   number // of a Decimal constant
	literal  string // the text of a literal, which promotion reads again; empty for other constants
	fold     bool   // strings compare without regard to case
}

var boolType = kindType(Boolean, false)

// isNull tells the null literal and constants that are null.
func (c *code) isNull() bool {
	return c.op == codeNone || c.op == codeConstant && c.value.Kind == Null
}

// mayBeNull tells whether the server guards against a null of this argument before it calls a function.
func (c *code) mayBeNull() bool {
	return c.op == codeNone || c.typ.nullable && c.op != codeConstant
}

// constant makes a constant of a value, which may be null.
func constant(t typ, v Value) *code {
	c := &code{op: codeConstant, typ: t, value: v}
	if v.Kind == Decimal {
		c.number, _ = parseDecimal(v.Str)
	}
	return c
}

// as gives the code under another type of the same kind.
func (c *code) as(t typ) *code {
	if c.typ == t {
		return c
	}
	d := *c
	d.typ, d.literal = t, ""
	return &d
}

// canPromote tells whether the evaluator lets an expression stand for a type. Number literals are read anew in the target
// type, nulls take any type that can be null.
func (c *code) canPromote(target typ) bool {
	if c.typ == target {
		return true
	}
	if c.op == codeNone {
		return target.nullable
	}
	if _, ok := c.reread(target.kind); ok && target.class == classPrimitive {
		return true
	}
	return converts(c.typ, target)
}

// reread reads a number literal as a number of another kind: integers as any, doubles as decimals.
func (c *code) reread(kind Kind) (Value, bool) {
	if c.literal == "" || kind > Decimal || kind < Byte {
		return Value{}, false
	}
	switch c.typ.kind {
	case Int32, Int64:
	case Double:
		if kind != Decimal {
			return Value{}, false
		}
	default:
		return Value{}, false
	}
	switch kind {
	case Single, Double:
		return parseFloat(c.literal, kind)
	case Decimal:
		if _, _, exponent := cutExponent(c.literal); exponent {
			return Value{}, false
		}
		d, ok := parseDecimal(c.literal)
		if !ok {
			return Value{}, false
		}
		return Value{Kind: Decimal, Str: d.text()}, true
	}
	return parseInteger(c.literal, kind)
}

// promote gives the code as the target type, which it can stand for.
func (c *code) promote(target typ) *code {
	switch {
	case c.typ == target:
		return c
	case c.op == codeNone:
		return constant(target, Value{})
	case target.class != classPrimitive:
		return c
	}
	if v, ok := c.reread(target.kind); ok {
		return constant(target, v)
	}
	if c.typ.kind == target.kind {
		return c.as(target)
	}
	return &code{op: codeConvert, typ: target, a: c}
}
