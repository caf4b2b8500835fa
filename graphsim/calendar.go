package graphsim

import (
	"time"

	"rwsgate/translate"
)

// Volumes are in thousandths and all arithmetic is in whole numbers: a float would let two kinds of processor differ in
// the last bit, and with it in a call.
const thousand = 1000

// callsPerUser is the calls a user makes on an ordinary working day, in thousandths.
const callsPerUser = 600

// months is how busy a month is.
var months = [13]int64{0, 980, 1020, 1040, 1000, 1000, 980, 840, 820, 1040, 1060, 1040, 900}

// shape is when a profile's people call.
type shape struct {
	weekdays [7]int64  // how busy a weekday is, Sunday first
	holiday  int64     // how busy a holiday is
	halves   [48]int64 // weight of each half hour of the local day
	total    int64     // sum of halves
}

var shapes = [...]*shape{
	Office: {
		weekdays: [7]int64{12, 980, 1060, 1080, 1040, 820, 25}, holiday: 40,
		halves: [48]int64{
			12: 1, 2, 4, 12, // 06:00
			16: 40, 62, 88, 100, 104, 98, 90, 70, // 08:00
			24: 34, 36, 66, 88, 100, 102, 96, 88, 74, 56, 38, 24, // 12:00
			36: 12, 8, 5, 4, 3, 2, 1, 1, // 18:00
		},
	},
	LongDay: {
		weekdays: [7]int64{150, 1000, 1020, 1020, 1020, 1000, 500}, holiday: 250,
		halves: [48]int64{
			12: 4, 8, 40, 52, 60, 66, 70, 72, 74, 72, 70, 66, // 06:00
			24: 56, 56, 64, 70, 72, 74, 72, 70, 68, 66, 64, 62, // 12:00
			36: 58, 54, 50, 46, 42, 38, 34, 28, 22, 16, 6, 3, // 18:00
		},
	},
	RoundClock: {
		weekdays: [7]int64{880, 1000, 1000, 1010, 1000, 990, 900}, holiday: 750,
		halves: [48]int64{
			40, 39, 38, 37, 36, 36, 36, 37, 38, 40, 42, 44, // 00:00
			47, 50, 53, 56, 58, 60, 61, 62, 62, 62, 61, 60, // 06:00
			58, 58, 60, 61, 62, 62, 61, 60, 59, 58, 57, 56, // 12:00
			55, 54, 53, 52, 51, 50, 48, 47, 45, 44, 42, 41, // 18:00
		},
	},
}

func init() {
	for _, s := range shapes {
		for _, w := range s.halves {
			s.total += w
		}
	}
}

// volume gives how many calls, in thousandths, a local day is expected to bring.
func (s *shape) volume(users int, day translate.Day) int64 {
	date := day.UTC()
	v := int64(users) * callsPerUser
	v = v * growth(day) / thousand
	v = v * months[date.Month()] / thousand
	v = v * s.weekdays[date.Weekday()] / thousand
	if holiday(date) {
		v = v * s.holiday / thousand
	}
	return v
}

// growth rises by 8 % of the volume of 2025 a year; it hangs on the date alone, so that a day stays as it is however far
// the clock has moved.
func growth(day translate.Day) int64 {
	days := int64(day - translate.Date(2025, time.January, 1))
	return min(max(thousand+80*days/365, 400), 2500)
}

// holiday says whether offices are shut: fixed days, and those of the Monday and Thursday kind.
func holiday(date time.Time) bool {
	d := date.Day()
	nth := (d-1)/7 + 1
	switch date.Month() {
	case time.January:
		return d == 1
	case time.May:
		return date.Weekday() == time.Monday && d > 24
	case time.July:
		return d == 4
	case time.September:
		return date.Weekday() == time.Monday && nth == 1
	case time.November:
		thursday := date.AddDate(0, 0, int(time.Thursday-date.Weekday()))
		return date.Weekday() >= time.Thursday && date.Weekday() <= time.Friday && (thursday.Day()-1)/7+1 == 4
	case time.December:
		return d >= 24 && d <= 26 || d == 31
	}
	return false
}
