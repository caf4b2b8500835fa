package odata

import (
	"strings"
	"unicode"
)

func punctuationState(l *lexer, start int) lexemeKind {
	l.pos++
	return punctuation[l.text[start]]
}

func semicolonState(l *lexer, _ int) lexemeKind {
	l.pos++
	return lexSemicolon
}

// stringState reads 'o”b': a doubled quote goes on, a single one ends.
func stringState(l *lexer, _ int) lexemeKind {
	for {
		end := strings.IndexByte(l.text[l.pos+1:], '\'')
		if end < 0 {
			l.failUnterminated("string literal", len(l.text))
		}
		l.pos += end + 2
		if l.byteAt(l.pos) != '\'' {
			return lexString
		}
	}
}

// minusState reads a minus together with the number or infinity right behind it.
func minusState(l *lexer, start int) lexemeKind {
	l.pos++
	r, n := l.char()
	switch {
	case n > 0 && unicode.IsDigit(r):
		if kind := digitState(l, l.pos); kind.isNumeric() {
			return kind
		}
	case r == 'I':
		nameState(l, l.pos)
		switch l.text[start+1 : l.pos] {
		case "INF":
			return lexDouble
		case "INFf", "INFF":
			return lexSingle
		}
	}
	l.pos = start + 1
	return lexMinus
}

func nameState(l *lexer, _ int) lexemeKind {
	_, n := l.char()
	for l.pos += n; ; l.pos += n {
		var r rune
		if r, n = l.char(); n == 0 || !isNamePart(r) {
			return lexIdentifier
		}
	}
}

// itState reads $it, the only name with a dollar that the data service's own lexer knows.
func itState(l *lexer, start int) lexemeKind {
	l.pos++
	if l.byteAt(l.pos) == 'i' {
		if nameState(l, l.pos); l.text[start:l.pos] == "$it" {
			return lexIdentifier
		}
	}
	return l.failCharacter('$', start)
}

func aliasState(l *lexer, _ int) lexemeKind {
	l.pos++
	r, n := l.char()
	if n == 0 {
		l.failSyntax(l.pos)
	}
	if !isNameStart(r) && r != '$' {
		return l.failCharacter(r, l.pos)
	}
	nameState(l, l.pos)
	return lexAlias
}

// bracketState reads a balanced [ … ] or { … }; quoted text inside does not count.
func bracketState(l *lexer, start int) lexemeKind {
	open, depth := l.text[start], 1
	closing := open + 2 // ASCII: [ and ], { and }
	for l.pos++; depth > 0; l.pos++ {
		if l.byteAt(l.pos) == '\'' {
			if end := strings.IndexByte(l.text[l.pos+1:], '\''); end >= 0 {
				l.pos += end + 1
			} else {
				l.pos = len(l.text)
			}
		}
		switch {
		case l.pos >= len(l.text):
			panic(failure{badRequest("Found an unbalanced bracket expression.")})
		case l.text[l.pos] == open:
			depth++
		case l.text[l.pos] == closing:
			depth--
		}
	}
	return lexBracketed
}

func strangeState(l *lexer, start int) lexemeKind {
	r, _ := l.char()
	return l.failCharacter(r, start)
}

// isNameStart tells the characters that EDM names begin with; characters beyond the basic plane are surrogates to .NET, no letters.
func isNameStart(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
	}
	return r < 0x10000 && (unicode.IsLetter(r) || unicode.Is(unicode.Nl, r))
}

func isNamePart(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
	}
	return r < 0x10000 && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.In(r, unicode.Nl, unicode.Mn, unicode.Mc, unicode.Pc, unicode.Cf))
}
