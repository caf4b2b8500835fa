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

var edmNames = [...]string{
	Null: "Null", Boolean: "Edm.Boolean", Byte: "Edm.Byte", SByte: "Edm.SByte", Int16: "Edm.Int16", Int32: "Edm.Int32",
	Int64: "Edm.Int64", Single: "Edm.Single", Double: "Edm.Double", Decimal: "Edm.Decimal", DateTime: "Edm.DateTime",
	DateTimeOffset: "Edm.DateTimeOffset", Time: "Edm.Time", Guid: "Edm.Guid", String: "Edm.String", Binary: "Edm.Binary",
}

// String gives the type's EDM name, such as Edm.Int64.
func (k Kind) String() string { return edmNames[k] }

// kindNamed gives the primitive type with an EDM name, or Null.
func kindNamed(name string) Kind {
	for k := Boolean; k <= Binary; k++ {
		if edmNames[k] == name {
			return k
		}
	}
	return Null
}

// Value is one primitive value. Which field holds it follows from Kind; a null of any type has Kind Null.
type Value struct {
	Kind   Kind
	UTC    bool    // DateTime only: written with Z
	Offset int16   // DateTimeOffset only: minutes east of UTC
	Int    int64   // Boolean (0, 1), all integers, DateTime and Time in ticks of 100 ns (DateTime from 0001-01-01T00:00:00; DateTimeOffset the same, in UTC)
	Float  float64 // Single, Double
	Str    string  // String; Binary as raw bytes; Decimal in its invariant text form, scale kept ("2.50")
	Guid   [16]byte
}

func boolValue(b bool) Value {
	v := Value{Kind: Boolean}
	if b {
		v.Int = 1
	}
	return v
}
