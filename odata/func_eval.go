package odata

import (
	"math"
	"strings"
)

// callFunction computes a function. A null argument makes the result null, but where a cast made it: there the server does not
// look before it calls, and fails.
func (m *machine) callFunction(c *code) Value {
	if c.a.typ.kind == Decimal {
		n, ok := m.decimal(c)
		if !ok {
			return Value{}
		}
		return Value{Kind: Decimal, Str: n.text()}
	}
	var args [3]Value
	careless := false
	for i, arg := range [...]*code{c.a, c.b, c.c} {
		if arg == nil {
			break
		}
		if args[i] = m.eval(arg); m.failed {
			return Value{}
		}
		if args[i].Kind == Null {
			if arg.op != codeConstant {
				return Value{}
			}
			careless = true
		}
	}
	if careless && c.call != fnConcat {
		return m.fail()
	}
	switch {
	case c.call <= fnConcat:
		return m.callString(c, &args)
	case c.call >= fnRound:
		return Value{Kind: Double, Float: roundFloat(c.call, args[0].Float)}
	}
	return Value{Kind: Int32, Int: datePart(c.call, &args[0])}
}

func (m *machine) callString(c *code, args *[3]Value) Value {
	s, t := args[0].Str, args[1].Str
	switch c.call {
	case fnEndsWith:
		return boolValue(hasSuffix(s, t, c.fold))
	case fnStartsWith:
		return boolValue(hasPrefix(s, t, c.fold))
	case fnSubstringOf:
		return boolValue(indexOf(t, s, c.fold) >= 0)
	case fnIndexOf:
		return Value{Kind: Int32, Int: int64(unitIndex(s, indexOf(s, t, c.fold)))}
	case fnLength:
		return Value{Kind: Int32, Int: int64(unitLength(s))}
	case fnSubstring:
		return m.substring(c, s, args)
	case fnToLower, fnToUpper:
		return Value{Kind: String, Str: m.changeCase(s, c.call == fnToUpper)}
	case fnTrim:
		return Value{Kind: String, Str: strings.TrimSpace(s)}
	}
	arena := m.build()
	return Value{Kind: String, Str: m.built(append(append(arena, s...), t...), len(arena))}
}

// substring takes UTF-16 units; a start or a length beyond the end fails.
func (m *machine) substring(c *code, s string, args *[3]Value) Value {
	from, n := args[1].Int, int64(unitLength(s))-args[1].Int
	if c.c != nil {
		if args[2].Int > n {
			return m.fail()
		}
		n = args[2].Int
	}
	if from < 0 || n < 0 {
		return m.fail()
	}
	return Value{Kind: String, Str: m.units(s, int(from), int(n))}
}

func roundFloat(call functionID, f float64) float64 {
	switch call {
	case fnRound:
		return math.RoundToEven(f)
	case fnFloor:
		return math.Floor(f)
	}
	return math.Ceil(f)
}

// datePart reads a field of a date by its own clock, or of a time span.
func datePart(call functionID, v *Value) int64 {
	t := v.Int + int64(v.Offset)*ticksPerMinute
	switch call {
	case fnHour:
		return t / ticksPerHour % 24
	case fnMinute:
		return t / ticksPerMinute % 60
	case fnSecond:
		return t / ticksPerSecond % 60
	}
	y, month, d := civilDate(t / ticksPerDay)
	switch call {
	case fnYear:
		return int64(y)
	case fnMonth:
		return int64(month)
	}
	return int64(d)
}
