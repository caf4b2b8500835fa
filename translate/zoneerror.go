package translate

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ZoneError is a zone name that is not accepted. Its text may be shown to the client that sent the name.
type ZoneError struct {
	Value string // what was asked for, as it came
	Hint  string // a name that was probably meant; empty if none
}

// Error names the value, shortened and made printable, and gives right examples.
func (e *ZoneError) Error() string {
	text := fmt.Sprintf("The time zone '%s' is not known. ", printable(e.Value))
	if e.Hint != "" {
		text += fmt.Sprintf("Was '%s' meant? ", e.Hint)
	}
	return text + "Use a Windows time zone id such as 'Pacific Standard Time', an IANA name such as 'America/Los_Angeles', or an offset such as '-08:00'."
}

// shownRunes is how much of a value an error repeats.
const shownRunes = 64

// printable shortens s and puts a replacement character for every rune that does not print.
func printable(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > shownRunes {
			b.WriteRune('…')
			break
		}
		if !unicode.IsPrint(r) {
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hint guesses which name was meant by one in lower case: what is left of both without offset, city's region, letter
// case, punctuation and the words for time must be the same.
func (z *Zones) hint(name string) string {
	if key := hintKey(name); key != "" {
		return z.hints[key]
	}
	return ""
}

func hintKey(name string) string {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "(") {
		if _, rest, ok := strings.Cut(name, ")"); ok {
			name = rest
		}
	}
	name, _, _ = strings.Cut(name, "(")
	name = name[strings.LastIndexByte(name, '/')+1:]
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) })
	var b strings.Builder
	for _, w := range words {
		switch w {
		case "standard", "daylight", "summer", "time", "utc", "gmt":
		default:
			b.WriteString(w)
		}
	}
	return b.String()
}

// better says which of two names with the same key is the clearer advice: a Windows id before an IANA name, a name with
// a region before one without; of equals, the first of the alphabet, so that the choice is always the same.
func better(a, b string) bool {
	rank := func(s string) int {
		switch {
		case strings.HasSuffix(s, "Time"):
			return 0
		case strings.Contains(s, "/"):
			return 1
		}
		return 2
	}
	return rank(a) < rank(b) || rank(a) == rank(b) && a < b
}
