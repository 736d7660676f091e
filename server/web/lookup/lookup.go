// Package lookup is the part of the web door where people find things: search, the page of a
// person, what a post said before, and the way to follow from another server.
//
// It stands in the frame of the web door, changes nothing but who follows a person, and reaches
// other hosts only through the functions it is given. Start with search.go.
package lookup

import (
	"context"
	"log/slog"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// Options is what these pages need; see web.Options.
type Options struct {
	Frame      *frame.Frame
	Store      *db.Store
	Community  *community.Rules
	Base, Host string
	Resolve    func(ctx context.Context, handle string) (*db.Actor, error)
	Subscribe  func(ctx context.Context, handle, address string) (string, error)
	Log        *slog.Logger
}

// Pages serves them.
type Pages struct {
	*frame.Frame
	o     Options
	store *db.Store
	com   *community.Rules
}

// New makes the pages.
func New(o Options) *Pages {
	return &Pages{Frame: o.Frame, o: o, store: o.Store, com: o.Community}
}

// Mount adds the routes to a group that has the frame's reader around it. The page of a person is
// mounted by the server: other servers ask for its address too.
func (d *Pages) Mount(g *echo.Group) {
	g.POST("/u/:handle/follow", d.followPerson, d.SignedIn)
	g.POST("/u/:handle/unfollow", d.unfollowPerson, d.SignedIn)
	g.GET("/search", d.search)
	g.GET("/p/:id/history", d.history)
	g.GET("/c/:handle/feed.atom", d.feed)
	for _, path := range []string{"/follow/:handle", "/follow/c/:handle", "/follow/u/:handle"} {
		g.GET(path, d.followFrom)
		g.POST(path, d.followFrom)
	}
	g.GET("/follow/d/:id", d.answerFrom)
	g.POST("/follow/d/:id", d.answerFrom)
}
