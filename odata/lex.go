package odata

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// dialect is which of the server's two lexers reads a text.
type dialect uint8

const (
	expressionDialect dialect = iota // $filter and $orderby
	keyDialect                       // key predicates: as above without @aliases
	tokenDialect                     // $skiptoken: the data service's own, whose messages name no place
)

// lexer cuts an expression into lexemes, one at a time, so that an error shows only when the parser gets there.
type lexer struct {
	text    string
	pos     int // byte behind the current lexeme
	dialect dialect
	cur     lexeme

	peeked bool
	ahead  lexeme
	behind int // byte behind ahead
}

// state reads the rest of a lexeme that began at start, moves pos behind it, and says what it was.
type state func(l *lexer, start int) lexemeKind

// newLexer stands on the first lexeme of text. It fails like every method of the lexer: by panic with a failure.
func newLexer(text string, d dialect) *lexer {
	l := &lexer{text: text, dialect: d}
	l.next()
	return l
}

// next moves to the next lexeme, skipping white space.
func (l *lexer) next() {
	if l.peeked {
		l.cur, l.pos, l.peeked = l.ahead, l.behind, false
		return
	}
	l.cur = l.scan()
}

// peek gives the next lexeme without moving.
func (l *lexer) peek() lexeme {
	if !l.peeked {
		pos := l.pos
		l.ahead = l.scan()
		l.behind, l.pos, l.peeked = l.pos, pos, true
	}
	return l.ahead
}

// scan reads the lexeme at pos or behind the white space there.
func (l *lexer) scan() lexeme {
	for {
		r, n := l.char()
		if n == 0 || !unicode.IsSpace(r) {
			return l.scanHere()
		}
		l.pos += n
	}
}

// scanHere reads the lexeme that begins exactly at pos.
func (l *lexer) scanHere() lexeme {
	start := l.pos
	r, n := l.char()
	if n == 0 {
		return lexeme{kind: lexEnd, start: start}
	}
	kind := l.stateFor(r)(l, start)
	x := lexeme{kind: kind, start: start, text: l.text[start:l.pos]}
	if kind == lexIdentifier {
		l.refine(&x)
	}
	return x
}

// char gives the character at pos and its width, which is zero at the end.
func (l *lexer) char() (rune, int) {
	if l.pos >= len(l.text) {
		return 0, 0
	}
	if c := l.text[l.pos]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(l.text[l.pos:])
}

// byteAt gives the byte at pos, zero at the end; enough where only ASCII matters.
func (l *lexer) byteAt(pos int) byte {
	if pos < len(l.text) {
		return l.text[pos]
	}
	return 0
}

var punctuation = [utf8.RuneSelf]lexemeKind{
	'(': lexOpen, ')': lexClose, ',': lexComma, '/': lexSlash, '.': lexDot, '*': lexStar, '=': lexEqual, '?': lexQuestion, ':': lexColon,
}

func (l *lexer) stateFor(r rune) state {
	switch {
	case r < utf8.RuneSelf && punctuation[r] != lexEnd:
		return punctuationState
	case r == '\'':
		return stringState
	case r == '-':
		return minusState
	case isNameStart(r), r == '$' && l.dialect != tokenDialect:
		return nameState
	case unicode.IsDigit(r):
		return digitState
	case r == '@' && l.dialect == expressionDialect:
		return aliasState
	case (r == '[' || r == '{') && l.dialect != tokenDialect:
		return bracketState
	case r == ';' && l.dialect == tokenDialect:
		return semicolonState
	case r == '$':
		return itState
	}
	return strangeState
}

// refine turns an identifier into the literal it stands for: a keyword, or the prefix of a quoted one.
func (l *lexer) refine(x *lexeme) {
	if l.byteAt(l.pos) == '\'' {
		if kind := prefixKind(x.text); kind != lexEnd {
			l.quoted(x, kind)
			return
		}
	}
	switch x.text {
	case "null":
		x.kind = lexNull
	case "true", "false":
		x.kind = lexBoolean
	case "INF", "NaN":
		x.kind = lexDouble
	case "INFf", "INFF", "NaNf", "NaNF":
		x.kind = lexSingle
	}
}

// quoted ends a prefixed literal at the next quote: a doubled quote is not an escape here.
func (l *lexer) quoted(x *lexeme, kind lexemeKind) {
	end := strings.IndexByte(l.text[l.pos+1:], '\'')
	if end < 0 {
		l.failUnterminated("literal", len(l.text))
	}
	l.pos += end + 2
	x.kind, x.text = kind, l.text[x.start:l.pos]
}

func prefixKind(name string) lexemeKind {
	switch {
	case strings.EqualFold(name, "datetime"):
		return lexDateTime
	case strings.EqualFold(name, "guid"):
		return lexGuid
	case strings.EqualFold(name, "binary"), name == "X", name == "x":
		return lexBinary
	case strings.EqualFold(name, "datetimeoffset"):
		return lexDateTimeOffset
	case strings.EqualFold(name, "time"):
		return lexTime
	case strings.EqualFold(name, "geography"):
		return lexGeography
	case strings.EqualFold(name, "geometry"):
		return lexGeometry
	}
	return lexEnd
}
