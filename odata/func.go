package odata

import (
	"slices"
	"strings"
)

// functionID is which function a call runs.
type functionID uint8

const (
	fnEndsWith functionID = iota
	fnStartsWith
	fnSubstringOf
	fnIndexOf
	fnLength
	fnSubstring
	fnToLower
	fnToUpper
	fnTrim
	fnConcat
	fnReplace
	fnYear
	fnMonth
	fnDay
	fnHour
	fnMinute
	fnSecond
	fnRound
	fnFloor
	fnCeiling
	fnSpatial
)

// function is one of the language's functions.
type function struct {
	id functionID
	// signatures are the binder's; the evaluator's follow from them.
	signatures []signature
	plain      []signature // what methods gives, where it is not the same
	result     Kind
	sameType   bool // the result has the argument's type
	// described is the list of signatures for messages, where it cannot be made from them.
	described string
}

var (
	anyString    = kindType(String, true)
	oneString    = []signature{{anyString}}
	twoStrings   = []signature{{anyString, anyString}}
	threeStrings = []signature{{anyString, anyString, anyString}}
	dates        = operands(1, DateTime, DateTimeOffset)
	clocks       = operands(1, DateTime, DateTimeOffset, Time)
	fractional   = []signature{{kindType(Double, false)}, {kindType(Decimal, false)}, {kindType(Double, true)}, {kindType(Decimal, true)}}
	substrings   = substringSignatures()

	plainDates      = plainOnly(dates)
	plainClocks     = plainOnly(clocks)
	plainFractional = plainOnly(fractional)
	plainSubstrings = plainOnly(substrings)
)

// plainOnly leaves out the signatures that take nullable values.
func plainOnly(signatures []signature) []signature {
	return slices.DeleteFunc(slices.Clone(signatures), func(s signature) bool {
		return slices.ContainsFunc(s, func(t typ) bool { return t.nullable && !t.isReference() })
	})
}

// methods gives the signatures of the .NET methods behind the function: the binder's without the nullable ones.
func (f *function) methods() []signature {
	if f.plain != nil {
		return f.plain
	}
	return f.signatures
}

// functions are all functions by name but isof and cast, which take types.
var functions = map[string]*function{
	"endswith":    {id: fnEndsWith, signatures: twoStrings, result: Boolean},
	"startswith":  {id: fnStartsWith, signatures: twoStrings, result: Boolean},
	"substringof": {id: fnSubstringOf, signatures: twoStrings, result: Boolean},
	"indexof":     {id: fnIndexOf, signatures: twoStrings, result: Int32},
	"length":      {id: fnLength, signatures: oneString, result: Int32},
	"substring":   {id: fnSubstring, signatures: substrings, plain: plainSubstrings, result: String},
	"tolower":     {id: fnToLower, signatures: oneString, result: String},
	"toupper":     {id: fnToUpper, signatures: oneString, result: String},
	"trim":        {id: fnTrim, signatures: oneString, result: String},
	"concat":      {id: fnConcat, signatures: twoStrings, result: String},
	"replace":     {id: fnReplace, signatures: threeStrings, result: String},
	"year":        {id: fnYear, signatures: dates, plain: plainDates, result: Int32},
	"month":       {id: fnMonth, signatures: dates, plain: plainDates, result: Int32},
	"day":         {id: fnDay, signatures: dates, plain: plainDates, result: Int32},
	"hour":        {id: fnHour, signatures: clocks, plain: plainClocks, result: Int32},
	"minute":      {id: fnMinute, signatures: clocks, plain: plainClocks, result: Int32},
	"second":      {id: fnSecond, signatures: clocks, plain: plainClocks, result: Int32},
	"round":       {id: fnRound, signatures: fractional, plain: plainFractional, sameType: true},
	"floor":       {id: fnFloor, signatures: fractional, plain: plainFractional, sameType: true},
	"ceiling":     {id: fnCeiling, signatures: fractional, plain: plainFractional, sameType: true},

	"geo.distance": {id: fnSpatial, described: "geo.distance(Edm.GeographyPoint Nullable=true, Edm.GeographyPoint Nullable=true); " +
		"geo.distance(Edm.GeometryPoint Nullable=true, Edm.GeometryPoint Nullable=true)"},
	"geo.intersects": {id: fnSpatial, described: "geo.intersects(Edm.GeometryPoint Nullable=true, Edm.GeometryPolygon Nullable=true); " +
		"geo.intersects(Edm.GeometryPolygon Nullable=true, Edm.GeometryPoint Nullable=true); " +
		"geo.intersects(Edm.GeographyPoint Nullable=true, Edm.GeographyPolygon Nullable=true); " +
		"geo.intersects(Edm.GeographyPolygon Nullable=true, Edm.GeographyPoint Nullable=true)"},
	"geo.length": {id: fnSpatial, described: "geo.length(Edm.GeometryLineString Nullable=true); geo.length(Edm.GeographyLineString Nullable=true)"},
}

// substringSignatures has every mix of nullable and plain positions, in the server's order.
func substringSignatures() []signature {
	plain, nullable := kindType(Int32, false), kindType(Int32, true)
	return []signature{
		{anyString, plain}, {anyString, nullable},
		{anyString, plain, plain}, {anyString, nullable, plain}, {anyString, plain, nullable}, {anyString, nullable, nullable},
	}
}

// describe lists the signatures as the binder's messages do: year(Edm.DateTime); year(Edm.DateTime Nullable=true).
func (f *function) describe(name string) string {
	if f.described != "" {
		return f.described
	}
	return describe(name, f.signatures, func(t typ) string {
		if t.nullable {
			return t.kind.String() + " Nullable=true"
		}
		return t.kind.String()
	})
}

func describe(name string, signatures []signature, typeName func(typ) string) string {
	var sb strings.Builder
	for i, s := range signatures {
		if i > 0 {
			sb.WriteString("; ")
		}
		sb.WriteString(name + "(")
		for j, t := range s {
			if j > 0 {
				sb.WriteString(", ")
			}
			sb.WriteString(typeName(t))
		}
		sb.WriteString(")")
	}
	return sb.String()
}
