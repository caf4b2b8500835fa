package graphsim

import (
	"math/bits"
	"math/rand/v2"
	"time"

	"rwsgate/translate"
)

// call is one peer-to-peer session. It lasts whole minutes; each of them counts into the day in which it begins. That
// is how seconds become minutes everywhere in the stand-in: the report's UTC days and the truth of any zone are sums of
// the same minutes, so they agree in total, and in UTC day by day.
type call struct {
	start int64 // Unix seconds
	audio int64 // minutes
	video int64 // minutes, from the start on; not more than audio
}

// spans are the sixteen sixteenths of call lengths, in minutes: half of the calls last up to nine.
var spans = [17]int64{1, 1, 2, 2, 3, 4, 5, 7, 9, 11, 14, 18, 24, 31, 45, 62, 120}

// dayCalls makes the calls that begin on a local day of the tenant, by that day's own generator.
func (t *Tenant) dayCalls(day translate.Day) []call {
	s := shapes[t.options.Profile]
	p := source(t.seed, t.options.ID, "calls", int64(day))
	v := s.volume(t.options.Users, day)
	v = v * (850 + below(p, 301)) / thousand
	calls := make([]call, (v+below(p, thousand))/thousand)
	// Half a day before noon is midnight on all days but those that change the offset; there, mornings shift with it,
	// and only the zone's own rules say what day a minute falls on.
	noon := time.Date(1970, time.January, 1+int(day), 12, 0, 0, 0, t.options.Zone).Unix()
	for i := range calls {
		calls[i] = s.call(p, noon-12*60*60)
	}
	return calls
}

// call draws one call of the day that begins at midnight.
func (s *shape) call(p *rand.PCG, midnight int64) call {
	at := below(p, s.total)
	half := 0
	for at >= s.halves[half] {
		at -= s.halves[half]
		half++
	}
	c := call{start: midnight + int64(half)*1800 + below(p, 1800)}
	n := below(p, 16)
	c.audio = spans[n] + below(p, spans[n+1]-spans[n]+1)
	if below(p, 100) < 22 {
		c.video = 1 + below(p, c.audio)
	}
	return c
}

// below draws from 0 to n-1.
func below(p *rand.PCG, n int64) int64 {
	hi, _ := bits.Mul64(p.Uint64(), uint64(n))
	return int64(hi)
}

const (
	minute    = 60
	dayLength = 24 * 60 * minute
)

// split shares a call out to the UTC days in which its minutes begin.
func (c call) split(add func(day translate.Day, part call)) {
	for c.audio > 0 {
		day := translate.Day(floorDiv(c.start, dayLength))
		left := min((int64(day+1)*dayLength-c.start+minute-1)/minute, c.audio)
		add(day, call{c.start, left, min(left, c.video)})
		c = call{c.start + left*minute, c.audio - left, max(c.video-left, 0)}
	}
}

// splitIn shares a call out to the local days of a zone in which its minutes begin.
func (c call) splitIn(loc *time.Location, add func(translate.Day, translate.Minutes)) {
	shift := offset(c.start, loc)
	if offset(c.start+(c.audio-1)*minute, loc) == shift {
		call{c.start + shift, c.audio, c.video}.split(func(d translate.Day, part call) {
			add(d, translate.Minutes{Audio: part.audio, Video: part.video})
		})
		return
	}
	// The clock changes during the call: it may even go back into the day before, so every minute is looked at.
	for k := range c.audio {
		at := c.start + k*minute
		m := translate.Minutes{Audio: 1}
		if k < c.video {
			m.Video = 1
		}
		add(translate.Day(floorDiv(at+offset(at, loc), dayLength)), m)
	}
}

// offset gives a zone's seconds east of UTC at an instant.
func offset(unix int64, loc *time.Location) int64 {
	_, s := time.Unix(unix, 0).In(loc).Zone()
	return int64(s)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
