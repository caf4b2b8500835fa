package rollout

import (
	"slices"
	"time"

	"rwsgate/translate"
)

// Forecast is what the days on which a client called say of its next calls.
type Forecast struct {
	Rhythm      Rhythm
	NextDue     translate.Day // UTC day of the first turn that is not missed yet; 0: not known
	Tolerance   int           // days after NextDue on which the call is not late yet
	MissedTurns int           // turns that have passed with their tolerance since the last call
	Quiet       bool          // it has stopped, as far as can be told; see Foretell
	QuietFrom   translate.Day // first day on which it would be quiet, did it not call until then
}

// forgotten is the silence, in days, after which a client is quiet whatever its rhythm: two yearly turns and their
// tolerance, 25 months. The ledger's default retention is as long: by then the client goes from the ledger altogether.
const forgotten = 2*366 + 28

// beat is what is taken for granted of a rhythm. All numbers are days.
type beat struct {
	rhythm    Rhythm
	longest   int // longest usual gap between calls
	radius    int // calls within it of a turn's first day belong to the turn: double runs, retries, test runs
	turns     int // fewest that make the rhythm known
	calendar  [2]int
	months    int // of a calendar turn
	tolerance int // of a due day, before what the turns' own scatter adds
	slack     int // silence beyond two periods that holidays excuse; no tolerance is greater
}

// beats are the rhythms from fast to slow. calendar is the range of usual gaps in which turns follow the calendar; with
// others they follow the last turn.
var beats = [...]beat{
	{rhythm: RhythmDaily, longest: 4, turns: 8, tolerance: 1, slack: 19},
	{rhythm: RhythmWeekly, longest: 10, radius: 2, turns: 4, calendar: [2]int{6, 8}, tolerance: 2, slack: 14},
	{rhythm: RhythmMonthly, longest: 45, radius: 10, turns: 3, calendar: [2]int{26, 35}, months: 1, tolerance: 5, slack: 14},
	{rhythm: RhythmQuarterly, longest: 135, radius: 30, turns: 3, calendar: [2]int{80, 104}, months: 3, tolerance: 10, slack: 21},
	{rhythm: RhythmYearly, longest: 450, radius: 60, turns: 2, calendar: [2]int{335, 397}, months: 12, tolerance: 21, slack: 28},
}

// Days of calls that the rhythm is learnt from, before the last one: longAgo are all that count; of lately, where there
// are enough, a slower rhythm is believed too, so that a job which slowed down is not missed too early.
const (
	longAgo  = 410
	lately   = 120
	leastFor = 14 // days between first and last call before a daily rhythm is believed
)

// Foretell learns a client's rhythm from the UTC days on which it called, ascending, and judges its silence.
//
// The usual gap is the one in which half of the time lies, so that double runs, retries and a week of tests do not make
// a monthly job a daily one. It tells the rhythm: up to 4 days daily, 10 weekly, 45 monthly, 135 quarterly, 450 yearly.
// The rhythm is known from 8 days of calls over two weeks (daily), 4 turns (weekly), 3 (monthly, quarterly) or 2
// (yearly), if half of the time lies in gaps between turns that are like the usual one, and there are two of
// them.
//
// The next turn of a daily job is the next of its weekdays (those on which it called in half of the last eight weeks);
// of a weekly one, its weekday; of the slower ones, the day that fits its last turns best: of the month, or the n-th
// working day from its beginning or end, or the n-th Monday and so on. A turn is missed when its day and the tolerance
// have passed.
//
// A client is quiet when it missed two turns and was silent for longer than two periods and the slack of its rhythm:
// 19 days for a daily job (two weeks' holidays with the weekends around them), 14 weekly and monthly, 21 quarterly, 28 yearly; and for more
// than a quarter longer than the longest silence from which it came back within the last 410 days of its calls. With a
// rhythm that is not known it is quiet after 25 months (760 days), as is a yearly client after two turns.
func Foretell(days []translate.Day, now time.Time) Forecast {
	if len(days) == 0 {
		return Forecast{Rhythm: RhythmUnknown}
	}
	today, last := translate.DayOf(now), days[len(days)-1]
	recent := since(days, last-longAgo)
	usual := usualGap(recent)
	if short := since(days, last-lately); len(short) >= 3 {
		usual = max(usual, usualGap(short))
	}
	b, turns := beatOf(recent, usual)
	if b == nil {
		f := Forecast{Rhythm: RhythmUnknown, QuietFrom: last + forgotten}
		f.Quiet = today >= f.QuietFrom
		return f
	}
	s := schedule{beat: b, days: recent, turns: turns, usual: usual}
	s.learn()
	return s.judge(today)
}

// since gives the days from one on.
func since(days []translate.Day, from translate.Day) []translate.Day {
	i, _ := slices.BinarySearch(days, from)
	return days[i:]
}

// gaps gives the days between days.
func gaps(days []translate.Day) []int {
	all := make([]int, 0, len(days))
	for i := 1; i < len(days); i++ {
		all = append(all, int(days[i]-days[i-1]))
	}
	return all
}

// usualGap gives the gap in which half of the time between the first and the last day lies; 0 for fewer than two days.
func usualGap(days []translate.Day) int {
	all := gaps(days)
	slices.Sort(all)
	whole, sum := 0, 0
	for _, g := range all {
		whole += g
	}
	for _, g := range all {
		if sum += g; 2*sum >= whole {
			return g
		}
	}
	return 0
}

// beatOf gives the rhythm of a usual gap with its turns; nil if too little is known.
func beatOf(days []translate.Day, usual int) (*beat, []translate.Day) {
	if usual == 0 {
		return nil, nil
	}
	i := slices.IndexFunc(beats[:], func(b beat) bool { return usual <= b.longest })
	if i < 0 {
		return nil, nil
	}
	b := &beats[i]
	turns := b.turnsOf(days)
	if len(turns) < b.turns || b.rhythm == RhythmDaily && turns[len(turns)-1]-turns[0] < leastFor {
		return nil, nil
	}
	if b.rhythm != RhythmDaily && !regular(turns, usual) {
		return nil, nil
	}
	return b, turns
}

// turnsOf gives the first days of turns.
func (b *beat) turnsOf(days []translate.Day) []translate.Day {
	var turns []translate.Day
	for _, d := range days {
		if n := len(turns); n == 0 || int(d-turns[n-1]) > b.radius {
			turns = append(turns, d)
		}
	}
	return turns
}

// regular says whether half of the time lies in gaps between turns that are like the usual one, and whether there
// are two of them, where there is more than one at all.
func regular(turns []translate.Day, usual int) bool {
	like, time, whole, all := 0, 0, 0, gaps(turns)
	for _, g := range all {
		whole += g
		if 20*g >= 9*usual && 10*g <= 17*usual {
			like++
			time += g
		}
	}
	return like >= min(2, len(all)) && 2*time >= whole
}
