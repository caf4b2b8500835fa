package translate

import "sort"

// sharer puts observations, ascending, into local days.
type sharer struct {
	l      *localDays
	method Method
	zone   Zone

	day    int // where the last observation began
	ready  bool
	hours  []segment // working hours, once ready
	hour   int       // first of hours that may still matter
	weight []int64   // working space
	parts  []int64
	rests  []uint64
}

// rewind makes s ready for observations from the beginning again.
func (s *sharer) rewind() { s.day, s.hour = 0, 0 }

// add puts the minutes of [from, to) into the local days that it touches.
func (s *sharer) add(from, to int64, m Minutes) {
	starts := s.l.starts
	if starts[s.day+1] <= from {
		rest := starts[s.day+1:]
		s.day += sort.Search(len(rest), func(i int) bool { return rest[i] > from })
	}
	if to <= starts[s.day+1] {
		s.l.minutes[s.day] = s.l.minutes[s.day].Add(m)
		return
	}
	if m.IsZero() {
		return
	}
	s.weigh(from, to)
	n := len(s.weight)
	for len(s.parts) < n {
		s.parts, s.rests = append(s.parts, 0), append(s.rests, 0)
	}
	shareInto(s.parts[:n], s.rests[:n], m.Audio, s.weight)
	for i, part := range s.parts[:n] {
		s.l.minutes[s.day+i].Audio += part
	}
	shareInto(s.parts[:n], s.rests[:n], m.Video, s.weight)
	for i, part := range s.parts[:n] {
		s.l.minutes[s.day+i].Video += part
	}
}

// weigh gives each local day from s.day on the weight of its part of [from, to).
func (s *sharer) weigh(from, to int64) {
	s.weight = s.weight[:0]
	for i := s.day; from < to; i++ {
		end := min(to, s.l.starts[i+1])
		w := max(0, end-from)
		if w > 0 && s.method.density == byWorkingHours {
			h := s.working()
			w += int64(h.density-1) * s.openSeconds(from, end)
		}
		s.weight = append(s.weight, w)
		from = max(from, end)
	}
}

// working gives the hours that count, and finds when they are.
func (s *sharer) working() Hours {
	h := s.method.hoursIn(s.zone)
	if !s.ready {
		s.hours, s.ready = h.open(s.l.starts[0], s.l.starts[len(s.l.starts)-1]), true
	}
	return h
}

// openSeconds gives the working time within [from, to); from never goes back between rewinds.
func (s *sharer) openSeconds(from, to int64) (sum int64) {
	for s.hour < len(s.hours) && s.hours[s.hour].to <= from {
		s.hour++
	}
	for _, o := range s.hours[s.hour:] {
		if o.from >= to {
			break
		}
		sum += min(o.to, to) - max(o.from, from)
	}
	return sum
}
