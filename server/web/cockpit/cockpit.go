// Package cockpit is the part of the web door for those who look after communities: what waits for
// them, over all of theirs or in one, and the way in for facilitators whose account is elsewhere.
//
// Like the rest of the door it decides nothing: server/duty lists what waits, and what is done about it
// here goes to the rules of queries and of belonging; the rest leads to the pages where the work is.
// Guests act as far as the table of rights lets them. Start with page.go; row.go words a duty.
package cockpit

import (
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/server/duty"
	"github.com/copse-social/copse/server/guest"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/web/frame"
)

// Options is what the pages need.
type Options struct {
	Store      *db.Store
	Duty       *duty.Rules
	Guest      *guest.Rules
	Query      *query.Rules
	Membership *membership.Rules
	Frame      *frame.Frame
	// Limit answers whether an attempt to sign in from an address for a login may go on.
	Limit func(c echo.Context, login string) bool
	Now   func() time.Time
}

// Pages serves them.
type Pages struct {
	*frame.Frame
	o     Options
	store *db.Store
}

// New makes the pages.
func New(o Options) *Pages { return &Pages{Frame: o.Frame, o: o, store: o.Store} }

// Mount adds the routes to a group that has the web door's reader around it.
func (d *Pages) Mount(g *echo.Group) {
	g.GET("/cockpit", d.all)
	g.GET("/c/:handle/cockpit", d.one)
	g.POST("/c/:handle/cockpit/:kind/:object", d.act)
	g.GET("/guest", d.guestForm)
	g.POST("/guest", d.askLink)
	g.POST("/guest/leave", d.leave)
	g.GET("/guest/:token", d.openLink)
	g.POST("/guest/:token", d.enter)
}

type loc = *locales.Loc
