package odata

import (
	"fmt"
	"unicode/utf8"
)

// failure carries an error out of the lexer, the parser and the binder to the call that began them.
type failure struct{ err *Error }

// rescue turns a failure into the error that a compiling call returns.
func rescue(err **Error) {
	if r := recover(); r != nil {
		f, ok := r.(failure)
		if !ok {
			panic(r)
		}
		*err = f.err
	}
}

func fail(format string, args ...any) { panic(failure{badRequest(fmt.Sprintf(format, args...))}) }

// place turns a byte offset into the UTF-16 offset that messages name.
func (l *lexer) place(at int) int {
	n := 0
	for _, r := range l.text[:at] {
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}

func (l *lexer) failSyntax(at int) {
	if l.dialect == tokenDialect {
		fail("Syntax error.")
	}
	fail("Syntax error at position %d in '%s'.", l.place(at), l.text)
}

// failCharacter refuses a character; to .NET one beyond the basic plane is two, each of them invalid alone.
func (l *lexer) failCharacter(r rune, at int) lexemeKind {
	if r >= 0x10000 {
		r = utf8.RuneError
	}
	if l.dialect == tokenDialect {
		fail("Syntax error '%c'.", r)
	}
	fail("Syntax error: character '%c' is not valid at position %d in '%s'.", r, l.place(at), l.text)
	return lexEnd
}

func (l *lexer) failUnterminated(what string, at int) {
	if l.dialect == tokenDialect {
		fail("Unterminated %s in '%s'.", what, l.text)
	}
	fail("There is an unterminated %s at position %d in '%s'.", what, l.place(at), l.text)
}

func (l *lexer) failDigit(at int) {
	if l.dialect == tokenDialect {
		fail("Digit expected.")
	}
	fail("A digit was expected at position %d in '%s'.", l.place(at), l.text)
}

func (l *lexer) failExpected(what string) {
	fail("%s expected at position %d in '%s'.", what, l.place(l.cur.start), l.text)
}

// expect fails unless the current lexeme is of a kind; the place named is behind it.
func (l *lexer) expect(kind lexemeKind) {
	if l.cur.kind != kind {
		l.failSyntax(l.pos)
	}
}

// name gives the current identifier's text.
func (l *lexer) name() string {
	if l.cur.kind != lexIdentifier {
		fail("An identifier was expected at position %d.", l.place(l.cur.start))
	}
	return l.cur.text
}
