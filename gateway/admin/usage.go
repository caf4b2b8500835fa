package admin

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"rwsgate/rollout"
	"rwsgate/translate"
)

// usage answers GET /api/usage?since=2026-11-01&format=csv: who called on that UTC day or later, with all that is known
// of each (rollout.Client). since is a date or a span such as 12w, 30d without it; format is json or csv.
func (a *admin) usage(c echo.Context) error {
	since, err := rollout.ParseSince(c.QueryParam("since"), a.now())
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, "since "+err.Error())
	}
	format := c.QueryParam("format")
	if format != "" && format != "json" && format != "csv" {
		return echo.NewHTTPError(http.StatusBadRequest, "format is neither json nor csv")
	}
	clients, err := a.Usage(c.Request().Context(), since)
	if err != nil {
		return err
	}
	if format == "csv" {
		c.Response().Header().Set(echo.HeaderContentType, "text/csv; charset=utf-8")
		c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="rwsgate-usage.csv"`)
		c.Response().WriteHeader(http.StatusOK)
		return rollout.WriteUsageCSV(c.Response(), clients)
	}
	return c.JSON(http.StatusOK, Usage{Since: translate.DayOf(since).String(), Clients: clients})
}

// Usage is the answer of /api/usage. The counts of the clients are those since that day, all else is of all that is
// known of them.
type Usage struct {
	Since   string           `json:"since"`
	Clients []rollout.Client `json:"clients"`
}

func (a *admin) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

// preview answers GET /api/rollout/preview?at=2027-06-30: who would break then (rollout.Preview). A date means its end, so that
// its brownouts count.
func (a *admin) preview(c echo.Context) error {
	at, err := rollout.ParseAt(c.QueryParam("at"))
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, "at "+err.Error())
	}
	p, err := a.Preview(c.Request().Context(), at)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}

// evidence answers GET /api/rollout/evidence?format=md: whether the legacy service can be switched off
// (rollout.Evidence); format is json or md.
func (a *admin) evidence(c echo.Context) error {
	format := c.QueryParam("format")
	if format != "" && format != "json" && format != "md" {
		return echo.NewHTTPError(http.StatusBadRequest, "format is neither json nor md")
	}
	e, err := a.Evidence(c.Request().Context())
	if err != nil {
		return err
	}
	if format == "md" {
		return c.Blob(http.StatusOK, "text/markdown; charset=utf-8", []byte(e.Markdown()))
	}
	return c.JSON(http.StatusOK, e)
}

// digest answers GET /api/rollout/digest: the weekly digest as it would be sent now, Markdown.
func (a *admin) digest(c echo.Context) error {
	o, err := a.Rollout(c.Request().Context())
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "text/markdown; charset=utf-8", []byte(rollout.Digest(o)))
}
