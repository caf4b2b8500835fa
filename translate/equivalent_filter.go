package translate

import (
	"strings"
	"time"
)

// condition is a $filter as far as it can be carried over: comparisons of a property with a literal, joined by and, or and
// not. Everything else is opaque.
type condition struct {
	kind     conditionKind
	property string
	operator string // eq, ne, gt, ge, lt, le
	literal  string // of a number: its digits; of a date: 2006-01-02T15:04:05; or Elided
	text     string // as it was written, blanks aside
	parts    []*condition
}

type conditionKind uint8

const (
	conditionNone conditionKind = iota // no filter
	conditionCompare
	conditionAnd
	conditionOr
	conditionNot
	conditionOpaque
)

// deepestCondition bounds how far parentheses are followed.
const deepestCondition = 50

// readCondition reads a $filter. It never fails: what it cannot read is opaque.
func readCondition(filter string) *condition {
	tokens := splitFilter(filter)
	if len(tokens) == 0 {
		return &condition{}
	}
	return readJoined(tokens, deepestCondition)
}

// readJoined reads operands joined by or, then by and.
func readJoined(tokens []string, depth int) *condition {
	if depth == 0 {
		return opaque(tokens)
	}
	for _, join := range []struct {
		word string
		kind conditionKind
	}{{"or", conditionOr}, {"and", conditionAnd}} {
		if parts := cutAt(tokens, join.word); len(parts) > 1 {
			c := &condition{kind: join.kind, text: written(tokens)}
			for _, p := range parts {
				c.parts = append(c.parts, readJoined(p, depth-1))
			}
			return c
		}
	}
	return readOperand(tokens, depth)
}

// readOperand reads what stands between and and or.
func readOperand(tokens []string, depth int) *condition {
	switch {
	case len(tokens) > 2 && tokens[0] == "(" && closing(tokens) == len(tokens)-1:
		return readJoined(tokens[1:len(tokens)-1], depth-1)
	case len(tokens) > 2 && tokens[0] == "not" && tokens[1] == "(" && closing(tokens[1:]) == len(tokens)-2:
		return &condition{kind: conditionNot, text: written(tokens), parts: []*condition{readJoined(tokens[2:len(tokens)-1], depth-1)}}
	case len(tokens) == 3:
		if c := readComparison(tokens[0], tokens[1], tokens[2]); c != nil {
			return c
		}
		if c := readComparison(tokens[2], mirrored[tokens[1]], tokens[0]); c != nil {
			return c
		}
	}
	return opaque(tokens)
}

func opaque(tokens []string) *condition {
	return &condition{kind: conditionOpaque, text: written(tokens)}
}

// mirrored are the operators of a comparison with its sides changed.
var mirrored = map[string]string{"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}

func readComparison(property, operator, literal string) *condition {
	if mirrored[operator] == "" {
		return nil
	}
	c := &condition{kind: conditionCompare, property: property, operator: operator}
	switch property {
	case "Date":
		c.literal = dateLiteral(literal)
	case "ID", "TotalAudioMinutes", "TotalVideoMinutes":
		c.literal = numberLiteral(literal)
	}
	if c.literal == "" {
		return nil
	}
	return c
}

// dateLiteral gives the clock value of datetime'…': of one with an offset in UTC, as the service compared it (LEGACY 45).
func dateLiteral(literal string) string {
	if literal == Elided {
		return literal
	}
	prefix, body, ok := strings.Cut(literal, "'")
	if !ok || !strings.EqualFold(prefix, "datetime") {
		return ""
	}
	body = strings.TrimSpace(strings.TrimSuffix(body, "'"))
	if strings.Contains(body, Elided) {
		return Elided
	}
	body = strings.TrimSuffix(body, "Z")
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, body); err == nil {
			return at.UTC().Format(clockLayout)
		}
	}
	return ""
}

// clockLayout is a clock value to the 100 nanoseconds that .NET's clock counts.
const clockLayout = "2006-01-02T15:04:05.9999999"

// numberLiteral gives the digits of a whole number without its suffix.
func numberLiteral(literal string) string {
	if literal == Elided {
		return literal
	}
	digits := strings.TrimRight(strings.TrimPrefix(literal, "-"), "lLmM")
	if digits == "" || len(digits) > 18 || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	if strings.HasPrefix(literal, "-") {
		return "-" + digits
	}
	return digits
}

// dates is a window of dates; minDay and maxDay stand for no bound.
type dates struct{ from, to Day }

// window gives the dates that a condition may let through: never fewer than it does.
func (c *condition) window() dates {
	all := dates{minDay, maxDay}
	switch c.kind {
	case conditionCompare:
		return c.compared()
	case conditionAnd:
		w := all
		for _, p := range c.parts {
			of := p.window()
			w = dates{max(w.from, of.from), min(w.to, of.to)}
		}
		return w
	case conditionOr:
		w := c.parts[0].window()
		for _, p := range c.parts[1:] {
			of := p.window()
			w = dates{min(w.from, of.from), max(w.to, of.to)}
		}
		return w
	}
	return all
}

// compared gives the dates that a comparison lets through; a Date is always midnight.
func (c *condition) compared() dates {
	w := dates{minDay, maxDay}
	if c.property != "Date" || c.literal == Elided {
		return w
	}
	at, err := time.Parse(clockLayout, c.literal)
	if err != nil {
		return w
	}
	day := DayOf(at)
	midnight := at.Equal(day.UTC())
	switch {
	case c.operator == "eq":
		return dates{day, day}
	case c.operator == "ge" && midnight:
		w.from = day
	case c.operator == "gt", c.operator == "ge":
		w.from = day + 1
	case c.operator == "lt" && midnight:
		w.to = day - 1
	case c.operator == "lt", c.operator == "le":
		w.to = day
	}
	return w
}
