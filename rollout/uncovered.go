package rollout

import (
	"slices"

	"rwsgate/store"
	"rwsgate/translate"
)

// judge says of a client and its reports on which days it called, and whether it asks only for days not covered.
func (u *Usage) judge(days []store.LedgerDay) {
	for _, d := range days {
		u.Days = append(u.Days, d.Day)
	}
	slices.Sort(u.Days)
	u.Days = slices.Compact(u.Days)
	var behind int64
	u.OnlyUncovered, behind = onlyUncovered(days)
	u.SuggestedDelay = int(behind)
	for i := range u.Reports {
		of := &u.Reports[i]
		mine := slices.DeleteFunc(slices.Clone(days), func(d store.LedgerDay) bool { return d.Report != of.Report })
		of.OnlyUncovered, _ = onlyUncovered(mine)
	}
}

// onlyUncovered says whether on the last days with served calls all of them were for days not covered, and how many
// days behind the last covered day was at worst; 0 if they were not.
func onlyUncovered(days []store.LedgerDay) (only bool, behind int64) {
	byDay := map[translate.Day]store.LedgerCounts{}
	var last []translate.Day
	for i := range days {
		d := &days[i]
		if d.Served == 0 {
			continue
		}
		sum, known := byDay[d.Day]
		if !known {
			last = append(last, d.Day)
		}
		sum.Add(&d.LedgerCounts)
		byDay[d.Day] = sum
	}
	slices.Sort(last)
	last = last[max(0, len(last)-lookBack):]
	if len(last) < lookLeast {
		return false, 0
	}
	for _, d := range last {
		sum := byDay[d]
		if sum.Uncovered < sum.Served {
			return false, 0
		}
		behind = max(behind, sum.Behind)
	}
	return true, behind
}
