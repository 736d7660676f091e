// Package desk is the part of the web door where people look after things: their own inbox, drafts
// and settings, and, where they hold a role, the people, reports and settings of a community.
//
// Like the rest of the door it decides nothing and reaches no other host; it stands in the frame
// of the web door and must not know how sessions or pages are made. Start with the file named
// after the page.
package desk

import (
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/moderation"
	"github.com/copse-social/copse/server/web/frame"
)

// Options is what the desk needs.
type Options struct {
	Store      *db.Store
	Community  *community.Rules
	Exchange   *exchange.Rules
	Moderation *moderation.Rules
	Frame      *frame.Frame
	Now        func() time.Time
}

// Desk serves the pages.
type Desk struct {
	*frame.Frame
	store *db.Store
	com   *community.Rules
	ex    *exchange.Rules
	mod   *moderation.Rules
	now   func() time.Time
}

// New makes the desk.
func New(o Options) *Desk {
	return &Desk{Frame: o.Frame, store: o.Store, com: o.Community, ex: o.Exchange, mod: o.Moderation, now: o.Now}
}

// Mount adds the routes to a group that has the web door's reader around it.
func (d *Desk) Mount(g *echo.Group) {
	d.mountOwn(g)
	d.mountCare(g)
}

func (d *Desk) mountOwn(g *echo.Group) {
	in := d.SignedIn
	g.GET("/notifications", d.inbox, in)
	g.POST("/notifications/read", d.markRead, in)
	g.POST("/notifications/unread", d.markUnread, in)
	g.GET("/notifications/:ids", d.open, in)
	g.GET("/drafts", d.drafts, in)
	g.POST("/drafts/drop", d.dropDraft, in)
	g.GET("/p/:id/receipts", d.receipts, in)
	g.GET("/settings", d.profile, in)
	g.POST("/settings", d.saveProfile, in)
	g.GET("/settings/reading", d.reading, in)
	g.POST("/settings/reading", d.saveReading, in)
	g.GET("/settings/communities", d.levels, in)
	g.POST("/settings/communities", d.saveLevels, in)
	g.GET("/settings/access", d.access, in)
	g.POST("/settings/password", d.changePassword, in)
	g.POST("/settings/sessions/:session/end", d.endSession, in)
	g.POST("/settings/sessions/end", d.endOtherSessions, in)
}

func (d *Desk) mountCare(g *echo.Group) {
	in := d.SignedIn
	g.GET("/c/:handle/people", d.people)
	g.GET("/c/:handle/people/:who", d.personHere, in)
	g.POST("/c/:handle/people/:who/:act", d.personAct, in)
	g.GET("/c/:handle/settings", d.groupSettings, in)
	g.POST("/c/:handle/settings", d.saveGroupSettings, in)
	g.GET("/c/:handle/log", d.log)
	g.GET("/reports", d.reports, in)
	g.GET("/reports/:id", d.report, in)
	g.POST("/reports/:id", d.resolve, in)
	g.GET("/held/:id", d.held, in)
	g.POST("/held/:id", d.decideHeld, in)
	g.GET("/p/:id/report", d.reportPost, in)
	g.POST("/p/:id/report", d.sendPostReport, in)
	g.GET("/u/:handle/report", d.reportPerson, in)
	g.POST("/u/:handle/report", d.sendPersonReport, in)
}
