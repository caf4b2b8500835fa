package odata

import "math/bits"

// signature is the parameter types of an operator or function.
type signature []typ

// chooser picks among signatures by the server's overload rules. The data service's binder and its evaluator each have
// their own copy of the rules, with small differences.
type chooser struct {
	signatures []signature
	sources    []typ
	fits       func(argument int, target typ) bool
	// preferDecimal is the binder's: Decimal beats Double and Single where both fit.
	preferDecimal bool
	// skipNone leaves arguments without a type out of the comparison.
	skipNone bool
}

// found is a set of signatures: bit i for the i-th.
type found uint64

func (f found) has(i int) bool { return f>>i&1 == 1 }

// applicable gives the signatures that all arguments fit.
func (c *chooser) applicable() (f found) {
	for i, s := range c.signatures {
		if c.isApplicable(s) {
			f |= 1 << i
		}
	}
	return f
}

func (c *chooser) isApplicable(s signature) bool {
	if len(s) != len(c.sources) {
		return false
	}
	for i, t := range s {
		if !c.fits(i, t) {
			return false
		}
	}
	return true
}

// best gives the applicable signatures that no other is better than.
func (c *chooser) best() found {
	all := c.applicable()
	best := all
	for i := range c.signatures {
		if all.has(i) && c.beaten(all, i) {
			best &^= 1 << i
		}
	}
	return best
}

func (c *chooser) beaten(all found, i int) bool {
	for j := range c.signatures {
		if i != j && all.has(j) && c.better(c.signatures[j], c.signatures[i]) {
			return true
		}
	}
	return false
}

// first gives the first signature of a set, or nil.
func (c *chooser) first(f found) signature {
	if f == 0 {
		return nil
	}
	return c.signatures[bits.TrailingZeros64(uint64(f))]
}

func (c *chooser) better(first, second signature) bool {
	better := false
	for i, source := range c.sources {
		if c.skipNone && source.class == classNone {
			continue
		}
		switch r := compareConversions(source, first[i], second[i], c.preferDecimal); {
		case r < 0:
			return false
		case r > 0:
			better = true
		}
	}
	return better
}

// operator gives the one signature for an operator's operands, or nil. Of a pair that differs in nullability only, the nullable
// one is taken.
func (c *chooser) operator() signature {
	best := c.best()
	one := c.first(best)
	two := c.first(best & (best - 1))
	switch {
	case two == nil:
		return one
	case bits.OnesCount64(uint64(best)) > 2 || len(c.sources) != 2 || one[0].lifted() != two[0].lifted():
		return nil
	case one[0].nullable:
		return one
	}
	return two
}

// operands gives the signatures of an operator on n operands of one kind, for kinds nullable and not.
func operands(n int, kinds ...Kind) []signature {
	var list []signature
	for _, k := range kinds {
		for _, nullable := range []bool{false, true} {
			if !nullable && (k == String || k == Binary) {
				continue
			}
			s := make(signature, n)
			for i := range s {
				s[i] = kindType(k, nullable)
			}
			list = append(list, s)
		}
	}
	return list
}

// The operators' signatures, as the binder has them.
var (
	logicalSignatures    = operands(2, Boolean)
	notSignatures        = operands(1, Boolean)
	arithmeticSignatures = operands(2, Int32, Int64, Single, Double, Decimal)
	negationSignatures   = operands(1, Int32, Int64, Single, Double, Decimal)
	relationalSignatures = operands(2, Int32, Int64, Single, Double, Decimal, String, Binary, Boolean, Guid, DateTime, DateTimeOffset, Time)
)
