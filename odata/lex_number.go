package odata

import "unicode"

// digitState reads a number: what follows the digits makes it a Double, a Decimal, an Int64, a Single or the old binary form.
func digitState(l *lexer, start int) lexemeKind {
	_, n := l.char()
	l.pos += n
	if c := l.byteAt(l.pos); c == 'X' || c == 'x' && l.text[start] == '0' {
		for l.pos++; unhex(l.byteAt(l.pos)) >= 0; l.pos++ {
		}
		return lexBinary
	}
	kind := lexInteger
	l.digits()
	if l.byteAt(l.pos) == '.' {
		kind = lexDouble
		l.pos++
		l.needDigits()
	}
	if c := l.byteAt(l.pos); c == 'E' || c == 'e' {
		kind = lexDouble
		l.pos++
		if c := l.byteAt(l.pos); c == '+' || c == '-' {
			l.pos++
		}
		l.needDigits()
	}
	if suffix := suffixKind(l.byteAt(l.pos)); suffix != lexEnd {
		l.pos++
		return suffix
	}
	return kind
}

func suffixKind(c byte) lexemeKind {
	switch c {
	case 'M', 'm':
		return lexDecimal
	case 'D', 'd':
		return lexDouble
	case 'L', 'l':
		return lexInt64
	case 'F', 'f':
		return lexSingle
	}
	return lexEnd
}

// digits skips decimal digits, of any script as .NET does; the literal's parser refuses those that are not ASCII.
func (l *lexer) digits() {
	for {
		r, n := l.char()
		if n == 0 || r >= 0x10000 || !unicode.IsDigit(r) {
			return
		}
		l.pos += n
	}
}

func (l *lexer) needDigits() {
	at := l.pos
	if l.digits(); l.pos == at {
		l.failDigit(at)
	}
}
