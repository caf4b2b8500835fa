package odata

import "math"

// arithmetic computes a sign or an arithmetic operator. Integers wrap around as in unchecked C#; what .NET throws on fails.
func (m *machine) arithmetic(c *code) Value {
	kind := c.typ.kind
	if kind == Decimal {
		n, ok := m.decimal(c)
		if !ok {
			return Value{}
		}
		return Value{Kind: Decimal, Str: n.text()}
	}
	a := m.eval(c.a)
	if c.op == codeNegate {
		if a.Kind == Null {
			return a
		}
		return Value{Kind: kind, Int: wrap(kind, -a.Int), Float: -a.Float}
	}
	if m.failed {
		return a
	}
	b := m.eval(c.b)
	switch {
	case a.Kind == Null || b.Kind == Null:
		return Value{}
	case kind == Double:
		return Value{Kind: kind, Float: floatResult(c.operator, a.Float, b.Float)}
	case kind == Single:
		return Value{Kind: kind, Float: float64(float32(floatResult(c.operator, a.Float, b.Float)))}
	}
	n, ok := integerResult(c.operator, kind, a.Int, b.Int)
	if !ok {
		return m.fail()
	}
	return Value{Kind: kind, Int: wrap(kind, n)}
}

// wrap brings an integer into the range of its kind.
func wrap(kind Kind, n int64) int64 {
	switch kind {
	case Byte:
		return int64(uint8(n))
	case SByte:
		return int64(int8(n))
	case Int16:
		return int64(int16(n))
	case Int32:
		return int64(int32(n))
	}
	return n
}

// floatResult computes on Doubles. Rounding the exact result of two Singles to a Double first does no harm: a Double has
// more than twice their digits.
func floatResult(op nodeOp, a, b float64) float64 {
	switch op {
	case opAdd:
		return a + b
	case opSubtract:
		return a - b
	case opMultiply:
		return a * b
	case opDivide:
		return a / b
	}
	return math.Mod(a, b)
}

// integerResult fails for division by zero, and for the smallest number by -1, which has no result.
func integerResult(op nodeOp, kind Kind, a, b int64) (int64, bool) {
	switch op {
	case opAdd:
		return a + b, true
	case opSubtract:
		return a - b, true
	case opMultiply:
		return a * b, true
	}
	if b == 0 || b == -1 && a == integerBounds[kind][0] {
		return 0, false
	}
	if op == opDivide {
		return a / b, true
	}
	return a % b, true
}

// convert computes a conversion between numbers, by promotion or by cast.
func (m *machine) convert(c *code) Value {
	if c.typ.kind == Decimal || c.a.typ.kind == Decimal {
		return m.convertDecimal(c)
	}
	v := m.eval(c.a)
	if v.Kind == Null {
		return v
	}
	to := c.typ.kind
	switch from := c.a.typ.kind; {
	case to == DateTimeOffset:
		return Value{Kind: to, Int: v.Int}
	case to == Double && (from == Single || from == Double):
		return Value{Kind: to, Float: v.Float}
	case to == Single && (from == Single || from == Double):
		return Value{Kind: to, Float: float64(float32(v.Float))}
	case to == Double:
		return Value{Kind: to, Float: float64(v.Int)}
	case to == Single:
		return Value{Kind: to, Float: float64(float32(v.Int))}
	case from == Single || from == Double:
		return Value{Kind: to, Int: wrap(to, truncate(v.Float))}
	}
	return Value{Kind: to, Int: wrap(to, v.Int)}
}

// truncate cuts a float to an integer; what has none becomes the smallest one, as processors have it.
func truncate(f float64) int64 {
	if !(f >= -(1<<63) && f < 1<<63) {
		return math.MinInt64
	}
	return int64(f)
}

func (m *machine) convertDecimal(c *code) Value {
	n, ok := m.decimal(c)
	if !ok {
		return Value{}
	}
	switch kind := c.typ.kind; kind {
	case Decimal:
		return Value{Kind: Decimal, Str: n.text()}
	case Double, Single:
		v, _ := parseFloat(n.text(), kind)
		return v
	default:
		whole := n.Truncate(0)
		if !whole.IsInteger() || whole.Cmp(integerNumber(integerBounds[kind][0]).Decimal) < 0 || whole.Cmp(integerNumber(integerBounds[kind][1]).Decimal) > 0 {
			return m.fail()
		}
		return Value{Kind: kind, Int: whole.IntPart()}
	}
}
