// Package translate is the domain of rwsgate: the legacy reports, the histories they are answered from, time zones,
// periods, and the re-bucketing of Graph's UTC days into periods of a requested zone. Pure functions: no I/O, no clock.
package translate

import "time"

// Minutes are whole minutes of audio and of video in peer-to-peer sessions.
type Minutes struct{ Audio, Video int64 }

// Add gives the sum of m and n.
func (m Minutes) Add(n Minutes) Minutes { return Minutes{m.Audio + n.Audio, m.Video + n.Video} }

// IsZero says whether there was neither audio nor video.
func (m Minutes) IsZero() bool { return m == Minutes{} }

// Observation is minutes over the half-open UTC interval [Start, End): one UTC day in Graph's report, one local day of
// some zone in an imported legacy answer.
type Observation struct {
	Start, End time.Time
	Minutes
}

// DayMinutes is the compact form of an observation of one UTC day.
type DayMinutes struct {
	Day Day
	Minutes
}

// Total is an imported sum of one period of a legacy report, known only for the zone it was saved in. It is answered
// as it is or not at all, and never spread into days.
type Total struct {
	Report string // name of the legacy report: CsP2PAVTimeWeekly, CsP2PAVTimeMonthly
	Zone   string // canonical zone name, Zone.Name
	Day    Day    // last local date of the period
	Minutes
}

// Row is one period's result of a report. Day is the last local date of the period, and also its ID.
type Row struct {
	Day Day
	Minutes
}
