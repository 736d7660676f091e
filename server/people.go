package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/server/admin"
	"github.com/copse-social/copse/server/web"
)

// People is everything for browsers: the web door and, in its frame, the door for admins.
type People struct {
	*web.Door
	Admin *admin.Door
}

// Mount adds the routes of both doors.
func (p People) Mount(e *echo.Echo) {
	p.Door.Mount(e)
	p.Admin.Mount(e)
}

// Fault answers a browser with a page about a status; it suits Options.Fault.
func (p People) Fault(c echo.Context, status int) error {
	return p.Reader(func(echo.Context) error { return echo.NewHTTPError(status, http.StatusText(status)) })(c)
}
