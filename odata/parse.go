package odata

// nodeOp is what a node of the syntax tree is.
type nodeOp uint8

const (
	opLiteral nodeOp = iota
	opIt             // $it, or the variable of an any or all
	opInner          // a name with a path behind it
	opEnd            // the last name of a path
	opDotted         // a type's name
	opStar
	opCall
	opNamed // name=value among a call's arguments
	opAny
	opAll
	opNot
	opNegate
	opOr
	opAnd
	opEqual
	opNotEqual
	opGreater
	opGreaterEqual
	opLess
	opLessEqual
	opAdd
	opSubtract
	opMultiply
	opDivide
	opModulo
)

// operatorNames are the server's names of the operators, for messages.
var operatorNames = [...]string{
	opNot: "Not", opNegate: "Negate", opOr: "Or", opAnd: "And", opEqual: "Equal", opNotEqual: "NotEqual",
	opGreater: "GreaterThan", opGreaterEqual: "GreaterThanOrEqual", opLess: "LessThan", opLessEqual: "LessThanOrEqual",
	opAdd: "Add", opSubtract: "Subtract", opMultiply: "Multiply", opDivide: "Divide", opModulo: "Modulo",
}

// keywords are the operators' spellings.
var keywords = [...]string{
	opNot: "not", opNegate: "-", opOr: "or", opAnd: "and", opEqual: "eq", opNotEqual: "ne", opGreater: "gt", opGreaterEqual: "ge",
	opLess: "lt", opLessEqual: "le", opAdd: "add", opSubtract: "sub", opMultiply: "mul", opDivide: "div", opModulo: "mod",
}

func (op nodeOp) isLogical() bool    { return op == opOr || op == opAnd }
func (op nodeOp) isComparison() bool { return op >= opEqual && op <= opLessEqual }

// node is one node of the syntax tree. The binder fills typ and property.
type node struct {
	op   nodeOp
	name string // an identifier, or a literal's text
	// args are operands or arguments; a path's, call's or lambda's parent is parent.
	args   []*node
	parent *node
	value  Value // of a literal

	typ      typ
	property int // of opEnd: index into the type's properties
	room     [2]*node
}

// parser reads an expression by recursive descent, one method a level of precedence.
type parser struct {
	lex       *lexer
	limits    Limits
	depth     int
	nodes     int
	variables map[string]bool // of the any and all around
}

// levels are the binary operators from the loosest level to the tightest; all of them are left-associative.
var levels = [...][]nodeOp{
	{opOr}, {opAnd}, {opEqual, opNotEqual, opGreater, opGreaterEqual, opLess, opLessEqual}, {opAdd, opSubtract}, {opMultiply, opDivide, opModulo},
}

// parseExpression parses a whole $filter.
func parseExpression(text string, limits Limits) *node {
	p := newParser(text, limits)
	n := p.expression()
	p.lex.expect(lexEnd)
	return n
}

func newParser(text string, limits Limits) *parser {
	limits = limits.orDefaults()
	if len(text) > limits.FilterLength {
		failLimit("It is longer than %d bytes.", limits.FilterLength)
	}
	return &parser{lex: newLexer(text, expressionDialect), limits: limits}
}

func (p *parser) expression() *node {
	p.enter()
	n := p.binary(0)
	p.depth--
	return n
}

func (p *parser) binary(level int) *node {
	if level == len(levels) {
		return p.unary()
	}
	left := p.binary(level + 1)
	for {
		op := p.operator(level)
		if op == 0 {
			return left
		}
		p.lex.next()
		n := p.node(op, "")
		n.room[0], n.room[1] = left, p.binary(level+1)
		n.args = n.room[:2]
		left = n
	}
}

// operator gives the binary operator of a level that stands here, or zero.
func (p *parser) operator(level int) nodeOp {
	if p.lex.cur.kind == lexIdentifier {
		for _, op := range levels[level] {
			if keywords[op] == p.lex.cur.text {
				return op
			}
		}
	}
	return 0
}

func (p *parser) unary() *node {
	cur := p.lex.cur
	minus := cur.kind == lexMinus
	if !minus && !cur.is("not") {
		return p.primary()
	}
	p.enter()
	defer func() { p.depth-- }()
	p.lex.next()
	if minus && p.lex.cur.kind.isNumeric() {
		// A minus before a number makes a negative literal, blanks or not.
		p.lex.cur.text, p.lex.cur.start = "-"+p.lex.cur.text, cur.start
		return p.primary()
	}
	n := p.node(opNot, "")
	if minus {
		n.op = opNegate
	}
	n.room[0] = p.unary()
	n.args = n.room[:1]
	return n
}
