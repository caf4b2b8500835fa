package odata

import "strings"

// known are the options of the data service; the letter case counts.
var known = [...]string{"$expand", "$filter", "$orderby", "$skip", "$skiptoken", "$inlinecount", "$top", "$select", "$format", "$callback"}

// options are the query options of a request by their trimmed names, decoded.
type options map[string]string

// get gives an option's value, empty when it is absent.
func (o options) get(name string) string { return o[name] }

// pair is one name=value of a query string, decoded; bare ones have no equals sign, their text is the value.
type pair struct {
	name, value string
	bare        bool
}

// splitQuery decodes a query string.
func splitQuery(raw string) []pair {
	if raw == "" {
		return nil
	}
	pairs := make([]pair, 0, strings.Count(raw, "&")+1)
	for raw != "" || len(pairs) == 0 {
		item, rest, more := strings.Cut(raw, "&")
		raw = rest
		if name, value, ok := strings.Cut(item, "="); ok {
			pairs = append(pairs, pair{name: unescape(name, true), value: unescape(value, true)})
		} else {
			pairs = append(pairs, pair{value: unescape(item, true), bare: true})
		}
		if !more {
			break
		}
	}
	return pairs
}

// once is the message for a missing or repeated option.
func once(name string) *Error {
	return badRequest("Query parameter '" + name + "' is specified, but it should be specified exactly once.")
}

// group is the options of one name; names that differ in letter case only are one name to the host's collection.
type group struct {
	name  string // as first written
	bare  bool
	pairs []pair
}

// groupPairs collects equal names, in the order of their first appearance.
func groupPairs(pairs []pair) []group {
	var groups []group
next:
	for _, p := range pairs {
		for i := range groups {
			if groups[i].bare == p.bare && (p.bare || strings.EqualFold(groups[i].name, p.name)) {
				groups[i].pairs = append(groups[i].pairs, p)
				continue next
			}
		}
		groups = append(groups, group{name: p.name, bare: p.bare, pairs: []pair{p}})
	}
	return groups
}

// readOptions checks a query string and gives its options. Names that do not begin with $ are the client's own business,
// as long as none comes twice with different blanks around it.
func readOptions(m *Model, raw string) (options, *Error) {
	opts := options{}
	for _, g := range groupPairs(splitQuery(raw)) {
		if g.bare {
			if err := checkBare(g.pairs); err != nil {
				return nil, err
			}
			continue
		}
		name := strings.TrimSpace(g.name)
		if _, twice := opts[name]; twice {
			return nil, once(name)
		}
		if strings.HasPrefix(name, "$") {
			if !isKnown(m, name) {
				return nil, badRequest("The query parameter '" + name + "' begins with a system-reserved '$' character but is not recognized.")
			}
			if len(g.pairs) != 1 {
				return nil, once(name)
			}
		}
		opts[name] = g.pairs[0].value
	}
	return opts, nil
}

// checkBare refuses system options without an equals sign.
func checkBare(pairs []pair) *Error {
	for _, p := range pairs {
		if text := strings.TrimSpace(p.value); strings.HasPrefix(text, "$") {
			return once(text)
		}
	}
	return nil
}

// isKnown tells whether a name is a system option of this service.
func isKnown(m *Model, name string) bool {
	for _, k := range known {
		if k == name {
			return name != "$callback" || m.JSONP
		}
	}
	return false
}

// formatOption finds $format in a query string that may otherwise be wrong, for the errors about it.
func formatOption(raw string) (value string, ok bool) {
	for _, p := range splitQuery(raw) {
		if p.bare || strings.TrimSpace(p.name) != "$format" {
			continue
		}
		if ok {
			return "", false
		}
		value, ok = p.value, true
	}
	return value, ok
}
