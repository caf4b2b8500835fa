package rollout

import (
	"testing"
)

// TestOnlyUncovered: a series of days, the latest last, one letter each: u asked for uncovered days only, c for covered
// ones, b both, e was refused, - did not call.
func TestOnlyUncovered(t *testing.T) {
	for series, want := range map[string]bool{
		"uu":          false,
		"uuu":         true,
		"u--u--u":     true,
		"ueueu":       true,
		"uue":         false,
		"eee":         false,
		"ccc":         false,
		"cuuu":        false,
		"cuuuuuu":     false,
		"cuuuuuuu":    true,
		"uuuuuuuc":    false,
		"uuuuuuub":    false,
		"uuuuuuuuuuu": true,
	} {
		t.Run(series, func(t *testing.T) {
			l := ledgerOn(openStore(t, "memory"), LedgerOptions{})
			for i, kind := range series {
				c := call()
				c.At = noon.AddDate(0, 0, i-len(series))
				c.Uncovered, c.Behind = kind == 'u' || kind == 'e', 1+i%3
				switch kind {
				case 'e':
					c.Status = 400
				case '-':
					continue
				case 'b':
					more := c
					more.Uncovered = true
					l.Note(more)
				}
				l.Note(c)
			}
			u := usage(t, l)[0]
			if u.OnlyUncovered != want || u.Reports[0].OnlyUncovered != want || (u.SuggestedDelay > 0) != want {
				t.Errorf("%v, %v, delay %d", u.OnlyUncovered, u.Reports[0].OnlyUncovered, u.SuggestedDelay)
			}
		})
	}
}

// TestSuggestedDelayIsTheWorst: the delay that would have served every one of the last days.
func TestSuggestedDelayIsTheWorst(t *testing.T) {
	l := ledgerOn(openStore(t, "memory"), LedgerOptions{})
	for i, behind := range []int{9, 2, 3, 5, 2, 2, 2, 1} {
		c := call()
		c.At, c.Uncovered, c.Behind = noon.AddDate(0, 0, i-8), true, behind
		l.Note(c)
	}
	c := call()
	c.Report = "CsP2PAVTimeMonthly"
	for i := range 3 {
		c.At = noon.AddDate(0, 0, -20-i)
		l.Note(c)
	}
	u := usage(t, l)[0]
	if !u.OnlyUncovered || u.SuggestedDelay != 5 || u.Reports[1].OnlyUncovered {
		t.Errorf("%+v", u)
	}
}
