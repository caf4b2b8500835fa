package odata

// Kind is a primitive type of EDM (MS-ODATA 2.2.2); the zero Kind is the null literal's.
type Kind uint8

// The primitive types.
const (
	Null Kind = iota
	Boolean
	Byte
	SByte
	Int16
	Int32
	Int64
	Single
	Double
	Decimal
	DateTime
	DateTimeOffset
	Time
	Guid
	String
	Binary
)

// Value is one primitive value. Which field holds it follows from Kind; a null of any type has Kind Null.
type Value struct {
	Kind  Kind
	UTC   bool    // DateTime only: written with Z
	Int   int64   // Boolean (0, 1), all integers, DateTime and Time in ticks of 100 ns (DateTime from 0001-01-01T00:00:00)
	Float float64 // Single, Double
	Str   string  // String; Binary as raw bytes; Decimal in its invariant text form, scale kept ("2.50")
	Guid  [16]byte
}
