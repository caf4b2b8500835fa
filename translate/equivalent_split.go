package translate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitFilter cuts a $filter into parentheses, commas, and words; a literal in quotation marks, with its prefix, is part
// of one word.
func splitFilter(filter string) []string {
	var tokens []string
	for filter = strings.TrimSpace(filter); filter != ""; filter = strings.TrimLeftFunc(filter, unicode.IsSpace) {
		n := wordLength(filter)
		tokens = append(tokens, filter[:n])
		filter = filter[n:]
	}
	return tokens
}

// wordLength gives the bytes of the first token, at least one.
func wordLength(s string) int {
	if strings.ContainsRune("(),", rune(s[0])) {
		return 1
	}
	for i, r := range s {
		switch {
		case r == '\'':
			return i + quotedLength(s[i:])
		case i > 0 && (unicode.IsSpace(r) || strings.ContainsRune("(),", r)):
			return i
		}
	}
	return len(s)
}

// quotedLength gives the bytes of the text in quotation marks that s begins with; a doubled mark stands for one.
func quotedLength(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 == len(s) || s[i+1] != '\'' {
			return i + 1
		}
		i++
	}
	return len(s)
}

// cutAt cuts tokens at a word outside all parentheses.
func cutAt(tokens []string, word string) (parts [][]string) {
	depth, start := 0, 0
	for i, token := range tokens {
		switch token {
		case "(":
			depth++
		case ")":
			depth--
		case word:
			if depth == 0 && i > start {
				parts = append(parts, tokens[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, tokens[start:])
}

// closing gives the index of the parenthesis that closes the one tokens begins with; -1 if none does.
func closing(tokens []string) int {
	depth := 0
	for i, token := range tokens {
		switch token {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// clipRunes shortens s to some bytes at a rune's border.
func clipRunes(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + Elided
}

// written joins tokens as people write them: no blanks inside parentheses or behind a function's name.
func written(tokens []string) string {
	var b strings.Builder
	for i, token := range tokens {
		if i > 0 && token != ")" && token != "," && tokens[i-1] != "(" && (token != "(" || isWord[tokens[i-1]]) {
			b.WriteByte(' ')
		}
		b.WriteString(token)
	}
	return b.String()
}

// isWord are the words that a parenthesis may stand behind without being a function's.
var isWord = map[string]bool{
	"and": true, "or": true, "not": true, "eq": true, "ne": true, "gt": true, "ge": true, "lt": true, "le": true,
	"add": true, "sub": true, "mul": true, "div": true, "mod": true, ",": true,
}
