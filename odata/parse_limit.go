package odata

// The limits of an expression where the model names none.
const (
	defaultFilterLength = 8 << 10
	defaultFilterDepth  = 100
	defaultFilterNodes  = 1000
)

func (l Limits) orDefaults() Limits {
	if l.FilterLength <= 0 {
		l.FilterLength = defaultFilterLength
	}
	if l.FilterDepth <= 0 {
		l.FilterDepth = defaultFilterDepth
	}
	if l.FilterNodes <= 0 {
		l.FilterNodes = defaultFilterNodes
	}
	return l
}

// failLimit refuses an expression that asks too much, with the front's text for such queries.
func failLimit(format string, limit int) { fail("The query is invalid. "+format, limit) }

// enter counts a level of nesting: parentheses, arguments, signs and negations.
func (p *parser) enter() {
	if p.depth++; p.depth > p.limits.FilterDepth {
		failLimit("It is nested deeper than %d levels.", p.limits.FilterDepth)
	}
}

func (p *parser) node(op nodeOp, name string) *node {
	if p.nodes++; p.nodes > p.limits.FilterNodes {
		failLimit("It has more than %d nodes.", p.limits.FilterNodes)
	}
	return &node{op: op, name: name}
}
