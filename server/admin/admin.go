// Package admin is the door for those who run the instance: which servers it deals with and how
// deliveries to them go, who has an account, what the instance says of itself, and the log of all
// that.
//
// It stands in the frame of the web door, and must not import that door or federation. Who isn't an admin is refused in gate, before any handler runs. Start
// with hosts.go.
package admin

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/sanction"
	"github.com/copse-social/copse/server/web/frame"
)

// Options is what the door needs.
type Options struct {
	Store *db.Store
	// Host is the name of this instance, which nobody can block.
	Host  string
	Frame *frame.Frame

	// What an admin may do to the deliveries to a host.
	Retry, Drop, Pause, Resume func(ctx context.Context, host string) error

	// Sanction decides about people on the whole instance.
	Sanction *sanction.Rules

	// Away names the parts that do not answer though all goes on without them; nil: nobody looks.
	Away func(ctx context.Context) []string

	Now func() time.Time
	Log *slog.Logger
}

// Door serves the pages below /admin.
type Door struct {
	*frame.Frame
	o     Options
	store *db.Store
}

// New makes the door.
func New(o Options) *Door { return &Door{Frame: o.Frame, o: o, store: o.Store} }

// Mount adds the routes.
func (d *Door) Mount(e *echo.Echo) {
	g := e.Group("/admin", d.Reader, d.gate)
	g.GET("/federation", d.hosts)
	g.POST("/federation", d.decide)
	g.GET("/federation/lists", d.blocks)
	g.GET("/federation/lists.csv", d.exportBlocks)
	g.POST("/federation/lists", d.importBlocks)
	g.GET("/federation/:host", d.host)
	g.POST("/federation/:host/policy", d.setPolicy)
	g.GET("/federation/:host/purge", d.purgePage)
	g.POST("/federation/:host/purge", d.purge)
	g.GET("/federation/:host/export", d.exportDead)
	g.POST("/federation/:host/dead/:id/:act", d.deadAct)
	g.POST("/federation/:host/:act", d.hostAct)
	g.GET("/people", d.accounts)
	g.POST("/people/:account/:act", d.accountAct)
	g.GET("/persons", d.findPerson)
	g.GET("/persons/:id", d.person)
	g.POST("/persons/:id/:act", d.sanction)
	g.GET("/settings", d.settings)
	g.POST("/settings", d.saveSettings)
	g.GET("/log", d.log)
}

// gate lets admins in. Others are told that it isn't theirs; strangers sign in first.
func (d *Door) gate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		a := d.Account(c)
		switch {
		case a == nil && c.Request().Method == http.MethodGet:
			return c.Redirect(http.StatusSeeOther, "/sign-in?back="+escape(c.Request().URL.RequestURI()))
		case a == nil:
			return c.Redirect(http.StatusSeeOther, "/sign-in")
		case !a.IsAdmin():
			return community.Refuse(community.Forbidden, "not-admin")
		}
		return next(c)
	}
}

// done says what was done on the page that follows.
func (d *Door) done(c echo.Context, text, path string) error {
	d.Flash(c, text, "")
	return c.Redirect(http.StatusSeeOther, path)
}

// note writes an act of the reader into the log of the instance.
func (d *Door) note(ctx context.Context, tx *db.Store, c echo.Context, e db.ModerationEntry) error {
	e.ActorID, e.Address = d.Account(c).ActorID, c.RealIP()
	if err := tx.LogModeration(ctx, &e); err != nil {
		return fmt.Errorf("log %s: %w", e.Act, err)
	}
	return nil
}
