package odata

import (
	"sync"
	"unsafe"
)

// truth is a Boolean that may be null.
type truth uint8

const (
	isFalse truth = iota
	isTrue
	isNull
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// machine evaluates code for one row. Strings that it builds live in its arena until it is released. It lives on the stack.
type machine struct {
	rows   RowSource
	row    int
	failed bool // something could not be computed; values are meaningless from then on
	arena  *[]byte
}

var arenas = sync.Pool{New: func() any {
	b := make([]byte, 0, 256)
	return &b
}}

// release gives the arena back. Strings that the machine built are void from then on.
func (m *machine) release() {
	if m.arena != nil {
		arenas.Put(m.arena)
	}
}

// build begins a string in the arena: what is appended to the bytes becomes it by built.
func (m *machine) build() []byte {
	if m.arena == nil {
		m.arena = arenas.Get().(*[]byte)
		*m.arena = (*m.arena)[:0]
	}
	return *m.arena
}

// built ends a string that began at a length of the arena. It is not copied: no later append writes there.
func (m *machine) built(arena []byte, start int) string {
	*m.arena = arena
	b := arena[start:]
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// fail notes that the row cannot be computed, and gives null.
func (m *machine) fail() Value {
	m.failed = true
	return Value{}
}

// eval computes a value of any type but Decimal arithmetic, which number does.
func (m *machine) eval(c *code) Value {
	switch c.op {
	case codeConstant:
		return c.value
	case codeProperty:
		return m.rows.Value(m.row, c.property)
	case codeRow:
		return boolValue(true) // a row is never null; equality is all that is asked of it
	case codeNot, codeLogical, codeCompare, codeIsType:
		switch m.truth(c) {
		case isTrue:
			return boolValue(true)
		case isFalse:
			return boolValue(false)
		}
	case codeConvert:
		return m.convert(c)
	case codeNegate, codeArithmetic:
		return m.arithmetic(c)
	case codeCall:
		return m.callFunction(c)
	}
	return Value{}
}

// truth computes a Boolean. And and or follow C#'s on nullable operands: the right one is left alone where the left one decides.
func (m *machine) truth(c *code) truth {
	switch c.op {
	case codeNot:
		switch m.truth(c.a) {
		case isTrue:
			return isFalse
		case isFalse:
			return isTrue
		}
		return isNull
	case codeLogical:
		return m.logical(c)
	case codeCompare:
		return m.compare(c)
	case codeIsType:
		return truthOf(c.value.Int != 0 && m.eval(c.a).Kind != Null)
	}
	v := m.eval(c)
	if v.Kind == Null {
		return isNull
	}
	return truthOf(v.Int != 0)
}

func (m *machine) logical(c *code) truth {
	decides := truthOf(c.operator == opOr)
	left := m.truth(c.a)
	if left == decides || m.failed {
		return left
	}
	right := m.truth(c.b)
	switch {
	case right == decides:
		return decides
	case left == isNull || right == isNull:
		return isNull
	}
	return right
}
