package admin

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"rwsgate/cache"
	"rwsgate/gateway"
	"rwsgate/translate"
)

// Minutes are a tenant's minutes of audio and video by period in a zone, as clients in that zone get them.
type Minutes struct {
	Tenant     string       `json:"tenant"`
	Zone       string       `json:"zone"` // canonical name
	Period     string       `json:"period"`
	Report     string       `json:"report"`
	Method     string       `json:"rebucket"`
	Today      string       `json:"today"`             // in the zone
	First      string       `json:"first,omitempty"`   // first covered local day
	Through    string       `json:"through,omitempty"` // last covered local day that is over
	Unfinished int          `json:"unfinished"`        // rows of periods that are over and not covered
	Holes      []Hole       `json:"holes"`             // local days between the first and the last covered that are not
	Rows       []MinutesRow `json:"rows"`              // by date; a period without minutes has none
}

// The states of a row.
const (
	RowComplete   = "complete"
	RowRunning    = "running"    // the period has today in it
	RowUnfinished = "unfinished" // over, but its last days are not known yet
	RowPartial    = "partial"    // some of its days lie in a hole; an imported total may stand for them
)

// MinutesRow is one period with minutes.
type MinutesRow struct {
	First   string `json:"first"` // first local day of the period
	Date    string `json:"date"`  // last, as the legacy report dates it
	Audio   int64  `json:"audio"`
	Video   int64  `json:"video"`
	State   string `json:"state"`
	Days    int    `json:"days"`    // of the period
	Covered int    `json:"covered"` // of them covered by Graph's days or an imported interval; 0 for an imported total
}

// minutes answers GET /api/minutes?tenant=&zone=&period=daily|weekly|monthly: the rows of a report as clients get them.
// Without tenant it is the first of the configuration, without zone UTC, without period daily.
func (a *admin) minutes(c echo.Context) error {
	report, err := reportOf(c.QueryParam("period"))
	if err != nil {
		return err
	}
	m, err := a.Minutes(c.QueryParam("tenant"), c.QueryParam("zone"), report)
	var zone *translate.ZoneError
	var none *cache.NoHistoryError
	switch {
	case errors.As(err, &zone):
		return echo.NewHTTPError(http.StatusBadRequest, "zone: "+zone.Error())
	case errors.As(err, &none):
		return echo.NewHTTPError(http.StatusServiceUnavailable, none.Tenant+" has no history yet: it comes with the first fetch, or an import")
	case errors.Is(err, gateway.ErrNoTenant):
		return echo.NewHTTPError(http.StatusNotFound, "no tenant is called "+c.QueryParam("tenant"))
	case err != nil:
		return err
	}
	return c.JSON(http.StatusOK, minutesOf(m))
}

// zones answers GET /api/zones: the names that a zone may be asked by, for a chooser.
func (a *admin) zones(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]any{"zones": a.Zones()})
}

// reportOf finds the report with periods of a name.
func reportOf(period string) (translate.Report, error) {
	for _, r := range translate.Reports() {
		if r.Period.String() == period || period == "" {
			return r, nil
		}
	}
	return translate.Report{}, echo.NewHTTPError(http.StatusBadRequest, "period is daily, weekly or monthly")
}

func minutesOf(m gateway.Minutes) Minutes {
	out := Minutes{
		Tenant: m.Tenant, Zone: m.Zone.Name(), Period: m.Report.Period.String(), Report: m.Report.Name, Method: m.Method.String(),
		Today: m.Today.String(), Unfinished: m.Answer.Unfinished, Holes: []Hole{}, Rows: make([]MinutesRow, 0, len(m.Answer.Rows)),
	}
	if m.Coverage.Known {
		out.First = m.Coverage.First.String()
	}
	if m.Answer.Covered {
		out.Through = m.Answer.Through.String()
	}
	for _, h := range m.Coverage.Holes {
		out.Holes = append(out.Holes, Hole{First: h.First.String(), Last: h.Last.String(), Days: h.Len()})
	}
	for _, r := range m.Answer.Rows {
		out.Rows = append(out.Rows, rowOf(m, r))
	}
	return out
}

func rowOf(m gateway.Minutes, r translate.Row) MinutesRow {
	first, last := m.Report.Period.First(r.Day), r.Day
	out := MinutesRow{First: first.String(), Date: last.String(), Audio: r.Audio, Video: r.Video, State: RowComplete}
	switch {
	case last >= m.Today && m.Report.Period != translate.Daily:
		out.State = RowRunning
	case m.Answer.IsUnfinished(last):
		out.State = RowUnfinished
	}
	for d := first; d <= last; d++ {
		if _, _, exists := m.Zone.DayBounds(d); exists {
			out.Days++
			if covers(m.Coverage, d) {
				out.Covered++
			}
		}
	}
	if out.State == RowComplete && out.Covered > 0 && out.Covered < out.Days {
		out.State = RowPartial
	}
	return out
}

// covers says whether a local day is covered.
func covers(c translate.Coverage, d translate.Day) bool {
	if !c.Known || d < c.First || d > c.Last {
		return false
	}
	for _, h := range c.Holes {
		if h.First <= d && d <= h.Last {
			return false
		}
	}
	return true
}
