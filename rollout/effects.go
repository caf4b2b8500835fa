package rollout

import "time"

// watchAfter is how long after a brownout's end served calls are noted to the nanosecond; after that, to the day.
const watchAfter = 24 * time.Hour

// Watched gives the start of the newest brownout that has begun and is not over since a day or more; zero if there is
// none. While there is one, the ledger notes when clients are served.
func (p *Plan) Watched(now time.Time) time.Time {
	var start time.Time
	for i := range p.Brownouts {
		if w := &p.Brownouts[i]; !now.Before(w.From) && now.Before(w.Until.Add(watchAfter)) {
			start = w.From
		}
	}
	return start
}
