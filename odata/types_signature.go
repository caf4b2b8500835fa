package odata

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

// applicable gives the signatures that all arguments fit.
func (c *chooser) applicable() []signature {
	var found []signature
	for _, s := range c.signatures {
		if c.isApplicable(s) {
			found = append(found, s)
		}
	}
	return found
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
func (c *chooser) best() []signature {
	found := c.applicable()
	if len(found) < 2 {
		return found
	}
	var best []signature
	for i := range found {
		if !c.beaten(found, i) {
			best = append(best, found[i])
		}
	}
	return best
}

func (c *chooser) beaten(found []signature, i int) bool {
	for j := range found {
		if i != j && c.better(found[j], found[i]) {
			return true
		}
	}
	return false
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

// operator gives the one signature for an operator's operands. Of a pair that differs in nullability only, the nullable one is taken.
func (c *chooser) operator() (signature, bool) {
	best := c.best()
	switch {
	case len(best) == 1:
		return best[0], true
	case len(best) == 2 && len(c.sources) == 2 && best[0][0].lifted() == best[1][0].lifted():
		if best[0][0].nullable {
			return best[0], true
		}
		return best[1], true
	}
	return nil, false
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
