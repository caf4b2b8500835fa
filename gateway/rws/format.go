package rws

import "strings"

// Format is what $format asks for.
type Format uint8

// The formats of the retired service; without $format the Accept header decides.
const (
	FormatNone Format = iota
	FormatAtom
	FormatJSON // verbose JSON
)

func (f Format) mediaType() string {
	if f == FormatJSON {
		return "application/json;odata=verbose"
	}
	return "application/atom+xml"
}

// format reads $format, whose name and value may have any letter case; an empty value counts as absent and two of them
// are as wrong as an unknown one (LEGACY 24).
func format(options optionList) (Format, *Fault) {
	value, seen := "", 0
	for _, o := range options {
		if strings.EqualFold(o.name, "$format") {
			value = o.value
			seen++
		}
	}
	switch {
	case seen > 1:
		return FormatNone, invalidFormat
	case value == "":
		return FormatNone, nil
	case strings.EqualFold(value, "json"):
		return FormatJSON, nil
	case strings.EqualFold(value, "atom"):
		return FormatAtom, nil
	}
	return FormatNone, invalidFormat
}
