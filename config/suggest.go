package config

import "strings"

// nearest gives the candidate that takes the fewest edits to reach from name, the first of several.
func nearest(name string, candidates []string) (best string, edits int) {
	edits = -1
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), strings.ToLower(c)); edits < 0 || d < edits {
			best, edits = c, d
		}
	}
	return best, edits
}

// distance is that of Levenshtein, in bytes; names of keys are ASCII.
func distance(a, b string) int {
	const enough = 64
	a, b = a[:min(len(a), enough)], b[:min(len(b), enough)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j]+1, row[j+1]+1, corner+cost)
			corner, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}

// suggestKey says what an unknown key of the file may have meant: a near one of its own level, else the same name
// elsewhere, else the nearest of its level.
func suggestKey(name, parent string, level []string) string {
	best, edits := nearest(name, level)
	if edits >= 0 && edits <= max(1, len(name)/3) {
		return "did you mean " + best + "?"
	}
	for _, k := range Keys() {
		if k.Run && k.Path == name {
			return "it is no key of the file: use --" + k.Flag + " or " + k.Env
		}
	}
	for _, k := range Keys() {
		if strings.HasSuffix(k.Path, "."+name) || k.Path == name && parent != "" {
			return "did you mean " + k.Path + "?"
		}
	}
	if best == "" {
		return "it has no keys here"
	}
	return "the nearest here is " + best + "; there are " + strings.Join(level, ", ")
}
