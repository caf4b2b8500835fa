package translate

import "sort"

// BigHole is the longest hole, in local days, that a week or month over it may still be shown.
const BigHole = 7

// verdict is what becomes of a period by what is observed of it.
type verdict uint8

const (
	whole      verdict = iota // every local day is covered
	partial                   // shown with what is known: running, or a small hole
	unfinished                // shown with what is known though it is over: its last days are late
	withheld                  // not shown before its last days are covered
	hidden                    // before the old edge or over a big hole: a part never poses as a whole
)

func (q *query) answerPeriod(first, last Day) {
	v := q.judge(first, last)
	m := q.days.sum(first, last)
	if t, ok := q.totalOn(last); ok && v != whole && (v == hidden || t.Audio >= m.Audio && t.Video >= m.Video) {
		// A total with fewer minutes than are known of the period was saved while the period still ran.
		v, m = whole, t
	}
	if v >= withheld || m.IsZero() {
		return
	}
	if v == unfinished {
		q.out.unfinished = append(q.out.unfinished, last)
	}
	q.out.Rows = append(q.out.Rows, Row{last, m})
}

func (q *query) judge(first, last Day) verdict {
	switch {
	case !q.cover.Known || first < q.known:
		return hidden
	case q.isWhole(first, last):
		return whole
	case last >= q.today:
		return partial
	case q.overBigHole(first, last):
		return hidden
	case !q.lacksAfter(first, last):
		return partial
	case q.view.Unfinished == Withhold:
		return withheld
	}
	return unfinished
}

func (q *query) isWhole(first, last Day) bool {
	for d := first; d <= last; d++ {
		if !q.days.isCovered(d) && q.days.exists(d) {
			return false
		}
	}
	return true
}

// lacksAfter says whether the period lacks a day after all that are covered: one that Graph has not given yet.
func (q *query) lacksAfter(first, last Day) bool {
	for d := max(first, q.cover.Last+1); d <= last; d++ {
		if q.days.exists(d) {
			return true
		}
	}
	return false
}

func (q *query) overBigHole(first, last Day) bool {
	for _, hole := range q.cover.Holes {
		if hole.First <= last && hole.Last >= first && q.days.count(hole) > BigHole {
			return true
		}
	}
	return false
}

func (q *query) totalOn(d Day) (Minutes, bool) {
	i := sort.Search(len(q.totals), func(i int) bool { return q.totals[i].Day >= d })
	if i == len(q.totals) || q.totals[i].Day != d {
		return Minutes{}, false
	}
	return q.totals[i].Minutes, true
}
