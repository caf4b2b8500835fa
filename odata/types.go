package odata

// typeClass is what sort of type an expression has.
type typeClass uint8

const (
	classPrimitive typeClass = iota
	classNone                // the null literal's: no type to the binder, System.Object to the evaluator
	classEntity
)

// typ is the type of an expression.
type typ struct {
	class    typeClass
	kind     Kind // of a primitive
	nullable bool
	entity   *EntityType // of an entity
}

var noType = typ{class: classNone, nullable: true}

// kindType gives a type of a kind; strings and binaries can always be null.
func kindType(k Kind, nullable bool) typ {
	return typ{kind: k, nullable: nullable || k == String || k == Binary}
}

// name gives the type's name for messages; none is the name of no type.
func (t typ) name(none string) string {
	switch t.class {
	case classNone:
		return none
	case classEntity:
		return t.entity.FullName()
	}
	return t.kind.String()
}

// isReference tells the types that are classes to .NET: they need no nullable form.
func (t typ) isReference() bool {
	return t.class != classPrimitive || t.kind == String || t.kind == Binary
}

// lifted is the type's nullable form.
func (t typ) lifted() typ {
	t.nullable = true
	return t
}

// widens tells whether numbers of one kind convert to another without a cast: what C# does implicitly, less Single to Decimal.
func widens(from, to Kind) bool {
	switch from {
	case Byte, SByte:
		return to >= Int16 && to <= Decimal
	case Int16, Int32, Int64:
		return to > from && to <= Decimal
	case Single:
		return to == Double
	}
	return false
}

// converts tells whether one type can stand for another, nullable or not.
func converts(from, to typ) bool {
	switch {
	case to.class == classNone:
		return true
	case from.class != classPrimitive || to.class != classPrimitive:
		return from.class == to.class && from.entity == to.entity
	}
	return from.kind == to.kind || widens(from.kind, to.kind)
}

func isSigned(t typ) bool { return t.kind >= SByte && t.kind <= Int64 }

func isFloat(t typ) bool { return t.kind == Single || t.kind == Double }

// compareConversions tells which of two targets is the better one for a source: positive for a, negative for b.
func compareConversions(source, a, b typ, preferDecimal bool) int {
	switch {
	case a == b:
		return 0
	case source == a:
		return 1
	case source == b:
		return -1
	}
	toB, toA := converts(a, b), converts(b, a)
	switch {
	case toB && !toA:
		return 1
	case toA && !toB:
		return -1
	case a.nullable != b.nullable && source.nullable == a.nullable:
		return 1
	case a.nullable != b.nullable:
		return -1
	case isSigned(a) && b.kind == Byte:
		return 1
	case isSigned(b) && a.kind == Byte:
		return -1
	case preferDecimal && a.kind == Decimal && isFloat(b):
		return 1
	case preferDecimal && b.kind == Decimal && isFloat(a):
		return -1
	}
	return 0
}
