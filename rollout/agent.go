package rollout

import "strings"

// NoAgent and OtherAgent stand in the place of an agent family: of a client that sends no User-Agent, and of the
// client that stands for all whom the ledger has no room for. No family looks like them.
const (
	NoAgent    = "(none)"
	OtherAgent = "(other)"
)

const (
	maxFamily   = 80 // bytes
	maxProducts = 4
)

// AgentFamily gives what stays of a User-Agent when the program is updated: its product names without versions and
// comments, browsers by their own name. It is printable ASCII without parentheses and at signs, at most 80 bytes;
// NoAgent if nothing is left.
func AgentFamily(userAgent string) string {
	products, comments := splitAgent(userAgent)
	if name := named(products, comments); name != "" {
		return clip(name, maxFamily)
	}
	products = withoutEngines(products)
	family := strings.Join(products[:min(maxProducts, len(products))], " ")
	if family = strings.TrimSpace(clip(family, maxFamily)); family == "" {
		return NoAgent
	}
	return family
}

// families are the products whose name is not the name people know, or that carry another product's name too.
var families = map[string]string{
	"windowspowershell": "PowerShell",
	"powershell":        "PowerShell",
	"microsoft excel":   "Excel",
	"edg":               "Edge",
	"opr":               "Opera",
}

// named gives the family of agents that a single product or comment tells: PowerShell poses as Mozilla, the programs
// of Office name themselves in a comment.
func named(products, comments []string) string {
	for _, p := range products {
		if family := families[strings.ToLower(p)]; family != "" {
			return family
		}
	}
	for _, c := range comments {
		if name, ok := strings.CutPrefix(c, "Microsoft "); ok && len(products) > 0 && products[0] == "Microsoft Office" {
			return officeProgram(name)
		}
		if strings.HasPrefix(c, "MSIE ") || strings.HasPrefix(c, "Trident/") {
			return "Internet Explorer"
		}
	}
	return ""
}

// officeProgram gives the name before the version in a comment such as "Excel 16.0.4266".
func officeProgram(comment string) string {
	name := word(strings.Fields(comment + " -")[0])
	if name == "" {
		return "Microsoft Office"
	}
	return name
}

// engines are products that browsers, and programs that pose as one, name beside their own.
var engines = map[string]bool{"mozilla": true, "applewebkit": true, "gecko": true, "version": true, "mobile": true, "safari": true}

func withoutEngines(products []string) []string {
	var own []string
	for _, p := range products {
		if !engines[strings.ToLower(p)] {
			own = append(own, p)
		}
	}
	if len(own) > 0 || len(products) == 0 {
		return own
	}
	return products[len(products)-1:] // Safari names itself last
}

// splitAgent gives the products without versions, each once, and the parts of the comments. Words up to one with a
// version are one product: "Microsoft BITS/7.8".
func splitAgent(s string) (products, comments []string) {
	s = clip(s, maxText)
	var phrase []string
	end := func() {
		if name := strings.Join(phrase, " "); name != "" && !contains(products, name) {
			products = append(products, name)
		}
		phrase = nil
	}
	for s != "" {
		switch s[0] {
		case ' ', '\t':
			s = s[1:]
		case '(':
			inside, rest := comment(s)
			for part := range strings.SplitSeq(inside, ";") {
				comments = append(comments, strings.TrimSpace(part))
			}
			end()
			s = rest
		default:
			token := s
			if i := strings.IndexAny(s, " \t("); i >= 0 {
				token = s[:i]
			}
			s = s[len(token):]
			name, _, versioned := strings.Cut(token, "/")
			if name = word(name); name != "" {
				phrase = append(phrase, name)
			}
			if versioned || name == "" {
				end()
			}
		}
	}
	end()
	return products, comments
}

// comment gives what stands in the parentheses at the beginning of s, and what follows them; one that is not closed
// ends with s.
func comment(s string) (inside, rest string) {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s[1:i], s[i+1:]
			}
		}
	}
	return s[1:], ""
}

// word gives a product's name without a version glued to it (Tool-1.2.3, Tool_v2.0) and without what no name has;
// nothing if it is a version alone.
func word(s string) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;\"[]{}?=/`, r) {
			return -1
		}
		return r
	}, s)
	if i := strings.LastIndexAny(s, "-_"); i > 0 && strings.Contains(s[i:], ".") && isVersion(s[i+1:]) {
		s = s[:i]
	}
	if isVersion(s) || strings.Trim(s, "-_.:+*!#$%&'^`|~") == "" {
		return ""
	}
	return s
}

func isVersion(s string) bool {
	s = strings.TrimLeft(s, "vV")
	return s != "" && strings.Trim(s, "0123456789._-+") == "" && s[0] >= '0' && s[0] <= '9'
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if strings.EqualFold(one, s) {
			return true
		}
	}
	return false
}
