package admin

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"rwsgate/rollout"
)

// rolloutNow answers GET /api/rollout: the whole rollout at this moment (rollout.Overview).
func (a *admin) rolloutNow(c echo.Context) error {
	o, err := a.Rollout(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, o)
}

const maxReason = 256 // bytes

// pause answers POST /api/rollout/pause?reason=…: from the next request on every phase is at most announce, on other
// replicas within seconds. The answer is the state that is stored then (rollout.State).
func (a *admin) pause(c echo.Context) error {
	reason := c.QueryParam("reason")
	if len(reason) > maxReason {
		return echo.NewHTTPError(http.StatusBadRequest, "the reason is longer than 256 bytes")
	}
	a.log(c, "pause the rollout", "reason", reason)
	state, err := a.Pause(c.Request().Context(), who(c), reason)
	return a.stored(c, state, err)
}

// resume answers POST /api/rollout/resume: the phases count again.
func (a *admin) resume(c echo.Context) error {
	a.log(c, "resume the rollout")
	state, err := a.Resume(c.Request().Context())
	return a.stored(c, state, err)
}

// stored answers with the state, or says whether the store has taken the change.
func (a *admin) stored(c echo.Context, state rollout.State, err error) error {
	switch {
	case errors.Is(err, rollout.ErrStored):
		a.Log.Error("the rollout's state was stored, but the store was not read again", "cause", err.Error())
		return echo.NewHTTPError(http.StatusServiceUnavailable, err.Error())
	case err != nil:
		a.Log.Error("the rollout's state was not stored, or the store did not say so", "cause", err.Error())
		return echo.NewHTTPError(http.StatusServiceUnavailable, "nothing has changed here; should the store have taken it all the same, it counts within seconds: "+err.Error())
	}
	return c.JSON(http.StatusOK, state)
}

// who names the operator of a request.
func who(c echo.Context) string {
	if name, _ := c.Get(operator).(string); name != "" {
		return name
	}
	return "loopback"
}
