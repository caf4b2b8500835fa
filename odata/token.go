package odata

// lexemeKind is what the lexer calls a piece of an expression.
type lexemeKind uint8

const (
	lexEnd lexemeKind = iota
	lexIdentifier
	lexNull
	lexBoolean
	lexString
	lexInteger
	lexInt64
	lexSingle
	lexDouble
	lexDecimal
	lexDateTime
	lexDateTimeOffset
	lexTime
	lexGuid
	lexBinary
	lexGeography
	lexGeometry
	lexBracketed // [ … ] or { … }
	lexAlias     // @name
	lexOpen
	lexClose
	lexComma
	lexMinus
	lexSlash
	lexDot
	lexStar
	lexEqual
	lexQuestion
	lexColon
	lexSemicolon
)

// lexeme is one piece of an expression with its place in bytes; errors count UTF-16 units, as .NET does.
type lexeme struct {
	kind  lexemeKind
	start int
	text  string
}

// is tells whether the lexeme is an identifier with exactly this text: operators and keywords are lower-case only.
func (l *lexeme) is(keyword string) bool { return l.kind == lexIdentifier && l.text == keyword }

// isNumeric tells the literals that a minus in front becomes part of.
func (k lexemeKind) isNumeric() bool { return k >= lexInteger && k <= lexDecimal }

// isLiteral tells the literals of a $skiptoken.
func (k lexemeKind) isLiteral() bool { return k >= lexNull && k <= lexGeometry }

// isKeyValue tells the literals of a key predicate.
func (k lexemeKind) isKeyValue() bool { return k >= lexBoolean && k <= lexGeometry }

// literalKinds gives the type of a literal; spatial ones have none here.
var literalKinds = [...]Kind{
	lexBoolean: Boolean, lexString: String, lexInteger: Int32, lexInt64: Int64, lexSingle: Single, lexDouble: Double,
	lexDecimal: Decimal, lexDateTime: DateTime, lexDateTimeOffset: DateTimeOffset, lexTime: Time, lexGuid: Guid, lexBinary: Binary,
	lexGeography: Null, lexGeometry: Null,
}

// literalName gives the EDM name of a literal's type for messages.
func (k lexemeKind) literalName() string {
	switch k {
	case lexGeography:
		return "Edm.Geography"
	case lexGeometry:
		return "Edm.Geometry"
	}
	return literalKinds[k].String()
}
