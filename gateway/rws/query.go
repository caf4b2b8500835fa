package rws

import "strings"

// option is one segment of a raw query: its text as sent, and its decoded, trimmed name and value.
type option struct {
	raw, name, value string
}

// optionList is a raw query in its order.
type optionList []option

// scan splits a raw query at its ampersands. White space around names and values does not count, nor does the way they
// are percent-encoded (LEGACY 13); what cannot be decoded stays as it is.
func scan(rawQuery string) optionList {
	if rawQuery == "" {
		return nil
	}
	list := make(optionList, 0, strings.Count(rawQuery, "&")+1)
	for raw := range strings.SplitSeq(rawQuery, "&") {
		name, value, _ := strings.Cut(raw, "=")
		list = append(list, option{raw, strings.TrimSpace(decode(name)), strings.TrimSpace(decode(value))})
	}
	return list
}

// get gives the value of the option of exactly this name; the values of several are joined by commas, as .NET does.
func (l optionList) get(name string) (value string, ok bool) {
	for _, o := range l {
		switch {
		case o.name != name:
		case ok:
			value += "," + o.value
		default:
			value, ok = o.value, true
		}
	}
	return value, ok
}

// without gives the raw query less every option of this name in any letter case, the others as they were sent.
func (l optionList) without(name string) string {
	kept := make([]string, 0, len(l))
	for _, o := range l {
		if !strings.EqualFold(o.name, name) {
			kept = append(kept, o.raw)
		}
	}
	return strings.Join(kept, "&")
}

// quoted says whether an option of exactly this name holds a single quotation mark.
func (l optionList) quoted(name string) bool {
	for _, o := range l {
		if o.name == name && strings.Contains(o.value, "'") {
			return true
		}
	}
	return false
}

// OptionNames gives the names of a raw query's options, decoded and trimmed.
func OptionNames(rawQuery string) []string {
	list := scan(rawQuery)
	names := make([]string, len(list))
	for i, o := range list {
		names[i] = o.name
	}
	return names
}

// OptionValue gives the value of a raw query's option of exactly this name, decoded and trimmed; empty if it is absent.
func OptionValue(rawQuery, name string) string {
	value, _ := scan(rawQuery).get(name)
	return value
}

// decode undoes form encoding: plus signs and percent escapes; a malformed escape stands for itself.
func decode(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			out = append(out, ' ')
		case s[i] == '%' && i+2 < len(s) && hex(s[i+1]) >= 0 && hex(s[i+2]) >= 0:
			out = append(out, byte(hex(s[i+1])<<4|hex(s[i+2])))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return string(out)
}

func hex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
