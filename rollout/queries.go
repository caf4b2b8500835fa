package rollout

import (
	"net/url"
	"slices"
	"strings"

	"rwsgate/store"
	"rwsgate/translate"
)

// Bounds of a shape.
const (
	maxShape     = 300  // bytes
	maxShapeRead = 4096 // bytes of a query's text that are looked at
	maxShapes    = 8    // of a client, report and day; more count as OtherName
)

// markShape is the kind of marks that are shapes of queries.
const markShape = store.LedgerShape

// shapeOptions are the options of a query that its shape tells, in the order in which it tells them; others are left
// out, whatever they are called: some clients put secrets there.
var shapeOptions = [...]struct {
	name string
	of   func(value string) string
}{
	{"$filter", shapeOfFilter}, {"$orderby", shapeOfNames}, {"$top", shapeOfNumber}, {"$skip", elide}, {"$skiptoken", elide},
	{"$select", shapeOfNames}, {"$inlinecount", shapeOfWord}, {"$expand", elide}, {"$callback", elide},
}

// Shape gives what stays of a report's query when the values that change from call to call are left out: literals,
// keys, skiptokens and numbers of $skip become … (translate.Elided), so does every word that is not the query
// language's or the reports' own. So no shape holds a credential or a name of anybody. Options stand in one order,
// decoded; path and rawQuery are as sent, behind the service root, the query without $format, whose value is apart. It
// is empty for what is no report, and at most 300 bytes long.
func Shape(path, rawQuery, format string) string {
	segment, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	name, _, keyed := strings.Cut(segment, "(")
	report, ok := translate.ReportNamed(name)
	if !ok {
		return ""
	}
	var b strings.Builder
	b.WriteString(report.Name)
	if keyed && !strings.HasSuffix(segment, "()") {
		b.WriteString("(" + translate.Elided + ")")
	}
	for part := range strings.SplitSeq(clip(rest, maxShapeRead), "/") {
		if part, err := url.PathUnescape(part); err == nil && part != "" {
			b.WriteString("/" + shapeOfWord(part))
		}
	}
	sep := "?"
	add := func(name, value string) {
		b.WriteString(sep + name + "=" + value)
		sep = "&"
	}
	values := shapeValues(rawQuery)
	for _, o := range shapeOptions {
		if value, given := values[o.name]; given {
			add(o.name, o.of(value))
		}
	}
	if format != "" {
		add("$format", format)
	}
	return clipShape(b.String())
}

// clipShape bounds a shape. A cut one ends with an ellipsis.
func clipShape(s string) string {
	if len(s) <= maxShape {
		return s
	}
	cut := maxShape - len(translate.Elided)
	for cut > 0 && s[cut]&0xc0 == 0x80 { // within a character
		cut--
	}
	return strings.TrimSuffix(s[:cut], translate.Elided) + translate.Elided
}

// shapeValues gives the options of a raw query, decoded; of one given twice the first.
func shapeValues(rawQuery string) map[string]string {
	if rawQuery == "" {
		return nil
	}
	values := map[string]string{}
	for part := range strings.SplitSeq(clip(rawQuery, maxShapeRead), "&") {
		name, value, _ := strings.Cut(part, "=")
		name, value = decoded(name), decoded(value)
		if _, again := values[name]; !again {
			values[name] = value
		}
	}
	return values
}

// decoded undoes form encoding; what cannot be decoded stays as it is.
func decoded(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		s = d
	}
	return strings.TrimSpace(s)
}

func elide(string) string { return translate.Elided }

// shapeOfNumber keeps a short number: the $top of a job is part of what it asks.
func shapeOfNumber(value string) string {
	if value == "" || len(value) > 6 || strings.Trim(value, "0123456789") != "" {
		return translate.Elided
	}
	return value
}

// shapeWords are all words that a shape can hold.
var shapeWords = func() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(`ID Date TenantGuid TenantName TotalAudioMinutes TotalVideoMinutes
		eq ne gt ge lt le and or not add sub mul div mod true false null asc desc allpages none * $count $value $links
		year month day hour minute second length indexof substring substringof startswith endswith tolower toupper trim
		concat replace round floor ceiling isof cast`) {
		words[w] = true
	}
	return words
}()

func shapeOfWord(w string) string {
	if shapeWords[w] {
		return w
	}
	return translate.Elided
}

// shapeOfNames is the shape of $select and $orderby.
func shapeOfNames(value string) string {
	parts := strings.Split(clip(value, maxShapeRead), ",")
	for i, p := range parts {
		words := strings.Fields(p)
		for j, w := range words {
			words[j] = shapeOfWord(w)
		}
		parts[i] = strings.Join(words, " ")
	}
	return strings.Join(parts, ",")
}

// literalPrefixes are the words that stand before a literal in quotation marks.
var literalPrefixes = []string{"datetime", "datetimeoffset", "guid", "time", "binary", "x"}

// shapeOfFilter is the shape of a $filter: words, parentheses and commas, literals left out.
func shapeOfFilter(value string) string {
	var b strings.Builder
	for rest := value; rest != ""; {
		switch c := rest[0]; {
		case c == ' ' || c == '\t':
			rest = strings.TrimLeft(rest, " \t")
			if b.Len() > 0 && rest != "" {
				b.WriteByte(' ')
			}
		case c == '(' || c == ')' || c == ',':
			b.WriteByte(c)
			rest = rest[1:]
		default:
			word := rest[:wordEnd(rest)]
			rest = rest[len(word):]
			b.WriteString(shapeOfToken(word))
		}
		if b.Len() > maxShape { // the rest would be cut off anyway
			break
		}
	}
	return b.String()
}

// wordEnd gives where a token ends: at white space, a parenthesis or a comma that is not in quotation marks.
func wordEnd(s string) int {
	quoted := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '(' || c == ')' || c == ','):
			return max(i, 1)
		}
	}
	return len(s)
}

// shapeOfToken keeps the known words, and of a literal what it is.
func shapeOfToken(word string) string {
	prefix, _, quoted := strings.Cut(word, "'")
	if !quoted {
		return shapeOfWord(word)
	}
	if prefix = strings.ToLower(prefix); slices.Contains(literalPrefixes, prefix) {
		return prefix + "'" + translate.Elided + "'"
	}
	return "'" + translate.Elided + "'"
}
