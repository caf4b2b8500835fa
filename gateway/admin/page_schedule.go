package admin

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"rwsgate/rollout"
	"rwsgate/translate"
)

// Schedule is what is planned for one report, whatever is in force now.
type Schedule struct {
	Report string             `json:"report"`
	Steps  []rollout.NextStep `json:"steps"` // by time
}

// schedule answers GET /api/rollout/schedule: every step of each report's schedule, past ones too, for the calendar.
func (a *admin) schedule(c echo.Context) error {
	plan := a.Plan()
	out := make([]Schedule, 0, len(translate.Reports()))
	for _, r := range translate.Reports() {
		s := Schedule{Report: r.Name, Steps: []rollout.NextStep{}}
		steps, own := plan.Reports[r.Name]
		if !own {
			steps = plan.Reports[rollout.Others]
		}
		for _, step := range steps {
			s.Steps = append(s.Steps, rollout.NextStep(step))
		}
		out = append(out, s)
	}
	return c.JSON(http.StatusOK, map[string]any{"reports": out})
}
