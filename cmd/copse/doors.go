package main

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/server/admin"
	"github.com/copse-social/copse/server/web"
)

// pages is everything for people: the web door and, in its frame, the door for admins.
type pages struct {
	*web.Door
	admin *admin.Door
}

// Mount adds the routes of both doors.
func (p pages) Mount(e *echo.Echo) {
	p.Door.Mount(e)
	p.admin.Mount(e)
}

// fault answers a browser with a page about a status.
func (p pages) fault(c echo.Context, status int) error {
	return p.Reader(func(echo.Context) error { return echo.NewHTTPError(status, http.StatusText(status)) })(c)
}

// newPages builds both doors.
func (i *instance) newPages() pages {
	w := web.New(web.Options{
		Store: i.store, Community: i.community, Exchange: i.exchange, Base: i.iris.Base(), Host: i.iris.Host(),
		Secure: i.cfg.URL.Scheme == "https", Resolve: i.resolver.Handle, Subscribe: i.subscribe,
		Limit: i.limits.Login, Now: i.now, Log: i.log,
	})
	return pages{Door: w, admin: admin.New(admin.Options{
		Store: i.store, Host: i.iris.Host(), Reader: w.Reader, Account: w.Account, Loc: w.Loc, Shell: w.Shell,
		Page: w.Page, Flash: w.Flash, Face: w.Face, Org: w.Org, Retry: i.deliverer.Retry, Drop: i.deliverer.Drop,
		Pause: i.deliverer.Pause, Resume: i.deliverer.Resume, Now: i.now, Log: i.log,
	})}
}
