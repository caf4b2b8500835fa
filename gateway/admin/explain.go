package admin

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"

	"rwsgate/gateway"
)

// Explanation is the answer of GET /api/explain: what a legacy request would do. Its JSON is that of the gateway's type.
type Explanation = gateway.Explanation

// Explain says what a legacy request would do; see gateway.Gateway.Explain.
type Explain func(ctx context.Context, ask gateway.Ask) (*Explanation, error)

// explain answers GET /api/explain?url=…&header=X-timezone:+…&method=GET&tenant=…&principal=…&address=…: what a legacy
// request would do. All but url may be left out; header may stand several times. tenant is needed where there are
// several, unless principal says who asks.
func (a *admin) explain(c echo.Context) error {
	query := c.QueryParams()
	ask := gateway.Ask{
		URL: query.Get("url"), Method: strings.ToUpper(query.Get("method")), Tenant: query.Get("tenant"), Principal: query.Get("principal"),
		Header: http.Header{},
	}
	if text := query.Get("address"); text != "" {
		address, err := netip.ParseAddr(text)
		if err != nil {
			return echo.NewHTTPError(http.StatusBadRequest, "address is none: write it as 192.0.2.1")
		}
		ask.Address = address.Unmap()
	}
	for _, field := range query["header"] {
		name, value, ok := strings.Cut(field, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !isToken(name) || strings.ContainsAny(value, "\r\n\x00") {
			return echo.NewHTTPError(http.StatusBadRequest, "header is none: write it as X-timezone: Pacific Standard Time")
		}
		ask.Header.Add(name, value)
	}
	e, err := a.Explain(c.Request().Context(), ask)
	var asked *gateway.AskError
	if errors.As(err, &asked) {
		return echo.NewHTTPError(http.StatusBadRequest, asked.Text)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, e)
}

// isToken says whether a text may be the name of a header.
func isToken(s string) bool {
	return s != "" && len(s) <= 100 && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	})
}
