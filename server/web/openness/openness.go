// Package openness is the part of the web door where facilitators say who reads a community and
// which organisations it trusts, where admins answer communities elsewhere that trust this server,
// and where one post of a closed community is opened to everybody.
//
// Like the rest of the door it decides nothing: server/trust does. It stands in the frame of the
// web door. Start with settings.go; level.go previews a change, release.go opens a post.
package openness

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/trust"
	"github.com/copse-social/copse/server/web/frame"
)

type loc = *locales.Loc

// page bounds the lists of these pages.
const page = 200

// Options is what the pages need.
type Options struct {
	Store     *db.Store
	Community *community.Rules
	Trust     *trust.Rules
	Frame     *frame.Frame
	Host      string // in our handles
	// Resolve finds an actor anywhere by handle, asking its host where needed: that of a server
	// itself is called as its host.
	Resolve func(ctx context.Context, handle string) (*db.Actor, error)
	Log     *slog.Logger
}

// Pages serves them.
type Pages struct {
	*frame.Frame
	o     Options
	store *db.Store
	rules *trust.Rules
}

// New makes the pages.
func New(o Options) *Pages { return &Pages{Frame: o.Frame, o: o, store: o.Store, rules: o.Trust} }

// Mount adds the routes to a group that has the web door's reader around it.
func (d *Pages) Mount(g *echo.Group) {
	in := d.SignedIn
	g.GET("/c/:handle/openness", d.settings, in)
	g.POST("/c/:handle/openness/trust", d.trust, in)
	g.GET("/c/:handle/openness/end", d.endForm, in)
	g.POST("/c/:handle/openness/end", d.end, in)
	g.GET("/c/:handle/openness/without", d.withoutForm, in)
	g.POST("/c/:handle/openness/without", d.without, in)
	g.POST("/c/:handle/openness/copies", d.copies, in)
	g.GET("/c/:handle/openness/change", d.preview, in)
	g.POST("/c/:handle/openness/change", d.change, in)
	g.GET("/c/:handle/readers", d.readers)
	g.GET("/p/:id/release", d.releaseForm, in)
	g.POST("/p/:id/release", d.release, in)
	g.GET("/admin/trust", d.asks, in)
	g.POST("/admin/trust/:group", d.answer, in)
}

// settable is the community of an address, for whoever may change its settings.
func (d *Pages) settable(c echo.Context) (*db.Group, error) {
	a, err := d.Person(c)
	if err != nil {
		return nil, err
	}
	if a.Type != db.ActorGroup || !a.Local {
		return nil, echo.ErrNotFound
	}
	ctx := c.Request().Context()
	g, err := d.store.GroupByID(ctx, a.ID)
	if err != nil {
		return nil, fmt.Errorf("load group %s: %w", a.URI, err)
	}
	if g.Openness == db.OpennessConfidential { // not even admins learn that it is there
		if err := d.o.Community.Permit(ctx, d.store, g, frame.Me(c), rights.Read); err != nil {
			return nil, frame.Hidden(err)
		}
	}
	return g, d.o.Community.Permit(ctx, d.store, g, frame.Me(c), rights.EditGroup)
}

// head is the top of every page in a community of ours whose settings the reader may change.
func (d *Pages) head(g *db.Group) views.CommunityHead {
	a := g.Actor
	return views.CommunityHead{
		Name: a.Label(), Handle: d.PathHandle(a), Address: "@" + a.Acct(), Org: d.Org(a.Host), Openness: frame.OpennessOf(g),
		Members: int(g.MembersCount), Followers: int(a.FollowersCount), MayManage: true, Log: true,
	}
}

func (d *Pages) path(g *db.Group) string { return "/c/" + d.PathHandle(g.Actor) + "/openness" }

// done says what was done on the page that follows.
func (d *Pages) done(c echo.Context, text, next string) error {
	d.Flash(c, text, "")
	return frame.See(c, next)
}
