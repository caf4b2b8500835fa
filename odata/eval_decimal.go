package odata

import "strconv"

// decimal computes code that is a Decimal, or is converted from one; not ok means null, or failed.
func (m *machine) decimal(c *code) (number, bool) {
	switch c.op {
	case codeConstant:
		return c.number, c.value.Kind == Decimal
	case codeConvert:
		return m.toDecimal(c.a)
	case codeNegate:
		n, ok := m.decimal(c.a)
		return number{n.Neg()}, ok
	case codeArithmetic:
		return m.decimalResult(c)
	case codeCall:
		return m.roundDecimal(c)
	}
	v := m.eval(c)
	if v.Kind != Decimal {
		return number{}, false
	}
	return m.checked(parseDecimal(v.Str))
}

// checked fails where a result does not fit.
func (m *machine) checked(n number, ok bool) (number, bool) {
	if !ok {
		m.failed = true
	}
	return n, ok
}

func (m *machine) decimalResult(c *code) (number, bool) {
	a, ok := m.decimal(c.a)
	if m.failed {
		return a, false
	}
	b, ok2 := m.decimal(c.b)
	if !ok || !ok2 {
		return a, false
	}
	switch c.operator {
	case opAdd:
		return m.checked(a.add(b))
	case opSubtract:
		return m.checked(a.sub(b))
	case opMultiply:
		return m.checked(a.mul(b))
	case opDivide:
		return m.checked(a.div(b))
	}
	return m.checked(a.mod(b))
}

// toDecimal converts a number; Doubles keep 15 digits and Singles 7, as .NET's conversion does.
func (m *machine) toDecimal(a *code) (number, bool) {
	if a.typ.kind == Decimal {
		return m.decimal(a)
	}
	v := m.eval(a)
	switch {
	case v.Kind == Null:
		return number{}, false
	case a.typ.kind == Double:
		return m.checked(floatDecimal(v.Float, 15))
	case a.typ.kind == Single:
		return m.checked(floatDecimal(v.Float, 7))
	}
	return integerNumber(v.Int), true
}

func floatDecimal(f float64, digits int) (number, bool) {
	n, ok := parseDecimal(strconv.FormatFloat(f, 'e', digits-1, 64))
	if !ok {
		return n, false
	}
	return n.trim(), true
}

func (m *machine) roundDecimal(c *code) (number, bool) {
	n, ok := m.decimal(c.a)
	if !ok {
		if c.a.op == codeConstant {
			m.failed = true
		}
		return n, false
	}
	switch c.call {
	case fnRound:
		return number{n.RoundBank(0)}, true
	case fnFloor:
		return number{n.Floor()}, true
	}
	return number{n.Ceil()}, true
}
