package admin

import (
	"errors"
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"rwsgate/gateway"
)

// guard lets loopback peers in and everybody else with a password. A request that a proxy forwarded is not loopback. One
// from loopback to a name that is not this machine's may come from a page of another site whose name was pointed here
// after it was loaded (DNS rebinding): it needs the password too.
func (a *admin) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		user, password, given := c.Request().BasicAuth()
		near := loopback(c.Request())
		switch local := a.local(c.Request().Host); {
		case near && local:
			return next(c)
		case near && !given:
			return echo.NewHTTPError(http.StatusForbidden, "without a password only requests to 127.0.0.1, localhost or the host of admin.listen are "+
				"answered; ask for one of these, or send a name and password of admin.htpasswd_file")
		}
		refusal := "a name and password of admin.htpasswd_file are needed from anywhere but this machine"
		if given {
			refusal = "this name and password are none of admin.htpasswd_file" // whichever of them is wrong
		}
		if given && a.Verify != nil {
			switch checked := a.Verify(c.Request().Context(), peerOf(c.Request()), user, []byte(password)); {
			case checked.OK:
				c.Set(operator, gateway.UserName(user))
				return next(c)
			case checked.Busy:
				c.Response().Header().Set("Retry-After", "1")
				return echo.NewHTTPError(http.StatusServiceUnavailable, "too many passwords wait for their check; this one was not looked at, try again")
			case checked.Wait > 0:
				seconds := strconv.Itoa(max(1, int(math.Ceil(checked.Wait.Seconds()))))
				c.Response().Header().Set("Retry-After", seconds)
				refusal = "after failed attempts this name and password were not looked at; try again in " + seconds + " s"
			}
		}
		c.Response().Header().Set("WWW-Authenticate", `Basic realm="rwsgate admin"`)
		return echo.NewHTTPError(http.StatusUnauthorized, refusal)
	}
}

const operator = "operator"

// sameOrigin refuses what a browser sends from another site's page.
func (a *admin) sameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		origin := r.Header.Get("Origin")
		if origin == "" && r.Header.Get("Sec-Fetch-Site") != "cross-site" {
			return next(c)
		}
		if from, err := url.Parse(origin); err == nil && origin != "" && from.Host == r.Host {
			return next(c)
		}
		return echo.NewHTTPError(http.StatusForbidden, "requests from another site are refused")
	}
}

// local says whether the host that a request asks for is a loopback name or address, or the listener's own.
func (a *admin) local(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"), "."))
	if addr, err := netip.ParseAddr(name); err == nil && addr.Unmap().IsLoopback() {
		return true
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || name != "" && name == strings.ToLower(a.Host)
}

func loopback(r *http.Request) bool {
	return peerOf(r).IsLoopback() && !gateway.Forwarded(r.Header)
}

// peerOf is the address that a request came from; forwarding headers do not count here.
func peerOf(r *http.Request) netip.Addr {
	from, _ := netip.ParseAddrPort(r.RemoteAddr) // the zero address is nobody's
	return from.Addr().Unmap()
}

// failed writes an error as JSON; what is not meant for the operator's eyes is only logged.
func (a *admin) failed(err error, c echo.Context) {
	status, message := http.StatusInternalServerError, "internal error"
	var told *echo.HTTPError
	switch {
	case c.Request().Context().Err() != nil:
		// Nobody is to blame that a caller has hung up, and nobody reads this.
		status, message = http.StatusRequestTimeout, "the connection was closed before the answer was ready"
	case errors.As(err, &told):
		status = told.Code
		message = http.StatusText(status)
		if s, ok := told.Message.(string); ok {
			message = s
		}
	default:
		a.Log.Error("admin request failed", "path", c.Path(), "cause", err.Error())
	}
	if c.Response().Committed {
		return
	}
	if err := c.JSON(status, map[string]string{"error": message}); err != nil {
		a.Log.Debug("admin answer was not taken", "cause", err.Error())
	}
}

// log records who did what to the running gateway.
func (a *admin) log(c echo.Context, action string, args ...any) {
	a.Log.Info("admin action", append([]any{"action", action, "who", who(c), "peer", c.Request().RemoteAddr}, args...)...)
}
