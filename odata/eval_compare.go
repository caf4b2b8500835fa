package odata

import "bytes"

// compare computes a comparison. Two nulls are equal; beyond that, null is less than any string, Boolean and guid, and
// neither less nor more than any other value.
func (m *machine) compare(c *code) truth {
	if c.a.typ.kind == Decimal && c.b.typ.kind == Decimal {
		return m.compareNumbers(c)
	}
	left := m.eval(c.a)
	if m.failed {
		return isNull
	}
	right := m.eval(c.b)
	if left.Kind == Null || right.Kind == Null {
		return compareNull(c, left.Kind == Null, right.Kind == Null)
	}
	if k := c.a.typ.kind; k == Single || k == Double {
		return compareFloats(c.operator, left.Float, right.Float)
	}
	return truthOf(holds(c.operator, compareValues(c.a.typ.kind, &left, &right, c.fold)))
}

func compareNull(c *code, left, right bool) truth {
	switch c.operator {
	case opEqual:
		return truthOf(left && right)
	case opNotEqual:
		return truthOf(left != right)
	}
	switch c.a.typ.kind {
	case String, Boolean, Guid:
		r := 0
		if left != right {
			if r = 1; left {
				r = -1
			}
		}
		return truthOf(holds(c.operator, r))
	}
	return isFalse
}

func (m *machine) compareNumbers(c *code) truth {
	left, ok := m.decimal(c.a)
	right, ok2 := m.decimal(c.b)
	if !ok || !ok2 {
		return compareNull(c, !ok, !ok2)
	}
	return truthOf(holds(c.operator, left.Cmp(right.Decimal)))
}

// compareFloats leaves NaN unequal to everything, and neither less nor more.
func compareFloats(op nodeOp, a, b float64) truth {
	switch op {
	case opEqual:
		return truthOf(a == b)
	case opNotEqual:
		return truthOf(a != b)
	case opGreater:
		return truthOf(a > b)
	case opGreaterEqual:
		return truthOf(a >= b)
	case opLess:
		return truthOf(a < b)
	}
	return truthOf(a <= b)
}

// holds tells whether a comparison holds for operands that compare as r.
func holds(op nodeOp, r int) bool {
	switch op {
	case opEqual:
		return r == 0
	case opNotEqual:
		return r != 0
	case opGreater:
		return r > 0
	case opGreaterEqual:
		return r >= 0
	case opLess:
		return r < 0
	}
	return r <= 0
}

// compareValues compares values of one kind that are not null and no floats or decimals.
func compareValues(kind Kind, a, b *Value, fold bool) int {
	switch kind {
	case String:
		if fold {
			return compareFold(a.Str, b.Str)
		}
		return compareOrdinal(a.Str, b.Str)
	case Binary:
		if a.Str == b.Str {
			return 0
		}
		return 1
	case Guid:
		return bytes.Compare(a.Guid[:], b.Guid[:])
	}
	switch {
	case a.Int < b.Int:
		return -1
	case a.Int > b.Int:
		return 1
	}
	return 0
}
