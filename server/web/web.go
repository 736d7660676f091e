// Package web is the door for browsers: it turns forms into rule calls and what is there into
// pages. It decides nothing; one act is one transaction.
//
// It must not speak ActivityPub, import federation, or reach other hosts but through the
// functions it is given. What all pages share is in frame: start there, then take the file named
// after the page. What members look after themselves is in desk, what is only looked up in lookup.
package web

import (
	"context"
	"log/slog"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend"
	"github.com/copse-social/copse/server/artifact"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/duty"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/guest"
	"github.com/copse-social/copse/server/media"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/moderation"
	"github.com/copse-social/copse/server/moving"
	"github.com/copse-social/copse/server/paper"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/synthesis"
	"github.com/copse-social/copse/server/trust"
	"github.com/copse-social/copse/server/web/asking"
	"github.com/copse-social/copse/server/web/belong"
	"github.com/copse-social/copse/server/web/civil"
	"github.com/copse-social/copse/server/web/cockpit"
	"github.com/copse-social/copse/server/web/desk"
	"github.com/copse-social/copse/server/web/founding"
	"github.com/copse-social/copse/server/web/frame"
	"github.com/copse-social/copse/server/web/library"
	"github.com/copse-social/copse/server/web/lookup"
	"github.com/copse-social/copse/server/web/moves"
	"github.com/copse-social/copse/server/web/openness"
	"github.com/copse-social/copse/server/web/summing"
)

// Options is what the door needs.
type Options struct {
	Store      *db.Store
	Community  *community.Rules
	Exchange   *exchange.Rules
	Membership *membership.Rules
	Moderation *moderation.Rules
	Charter    *charter.Rules
	Moving     *moving.Rules
	Artifact   *artifact.Rules
	Query      *query.Rules
	Synthesis  *synthesis.Rules
	Duty       *duty.Rules
	Guest      *guest.Rules
	Trust      *trust.Rules
	Press      *paper.Press // what makes PDFs; nil makes none
	Shelf      *media.Shelf // where files lie
	// Base is scheme and host of the instance without a slash at the end, Host the name in handles.
	Base, Host string
	// Secure marks cookies for https only; false in a laboratory.
	Secure bool
	// Resolve finds an actor anywhere by handle or address, asking its host where needed.
	Resolve func(ctx context.Context, handle string) (*db.Actor, error)
	Refresh func(ctx context.Context, iri string) (*db.Actor, error) // asks the actor's server anew
	// Subscribe finds the page on a reader's own server that follows an address; "" when that
	// server names none.
	Subscribe func(ctx context.Context, handle, address string) (string, error)
	// Limit answers whether a sign-in attempt from an address for a login may go on.
	Limit func(c echo.Context, login string) bool
	// Reads counts a request of an account, 0 for who is signed out; nil counts nothing.
	Reads func(c echo.Context, account int64) error
	Now   func() time.Time
	Log   *slog.Logger
}

// Door serves browsers.
type Door struct {
	*frame.Frame
	o     Options
	store *db.Store
	com   *community.Rules
	ex    *exchange.Rules

	tallies *tallies
}

// New makes the door.
func New(o Options) *Door {
	fr := frame.New(frame.Options{
		Store: o.Store, Community: o.Community, Base: o.Base, Host: o.Host, Secure: o.Secure,
		Resolve: o.Resolve, Limit: o.Reads, Now: o.Now, Log: o.Log,
	})
	return &Door{Frame: fr, o: o, store: o.Store, com: o.Community, ex: o.Exchange, tallies: newTallies(o.Now)}
}

// Mount adds the routes of this door. GET routes that other servers ask too are mounted by the
// server, which picks the door by Accept: see Shared.
func (d *Door) Mount(e *echo.Echo) {
	e.GET(frontend.Prefix+"*", echo.WrapHandler(frontend.Files()))
	g := e.Group("", d.Reader)
	g.GET("/sign-in", d.signInForm)
	g.POST("/sign-in", d.signIn)
	g.POST("/sign-out", d.signOut)
	g.GET("/setup", d.setupForm)
	g.POST("/setup", d.setup)
	g.POST("/lang", d.chooseLanguage)
	g.POST("/theme", d.chooseTheme)
	g.GET("/communities", d.communities)
	g.GET("/authorize_interaction", d.interact, d.SignedIn)
	g.GET("/c/:handle/new", d.compose, d.SignedIn)
	g.POST("/c/:handle/new", d.start, d.SignedIn)
	g.POST("/c/:handle/follow", d.follow, d.SignedIn)
	g.POST("/c/:handle/unfollow", d.unfollow, d.SignedIn)
	g.POST("/d/:id/replies", d.reply, d.SignedIn)
	g.GET("/p/:id/reply", d.replyForm, d.SignedIn)
	g.GET("/p/:id/edit", d.editForm, d.SignedIn)
	g.POST("/p/:id/edit", d.edit, d.SignedIn)
	g.GET("/p/:id/delete", d.deleteForm, d.SignedIn)
	g.POST("/p/:id/delete", d.delete, d.SignedIn)
	g.POST("/p/:id/like", d.like, d.SignedIn)
	g.GET("/p/:id/pin", d.pinForm, d.SignedIn)
	g.POST("/p/:id/pin", d.pin, d.SignedIn)
	g.GET("/p/:id/lock", d.lockForm, d.SignedIn)
	g.POST("/p/:id/lock", d.lock, d.SignedIn)
	g.GET("/p/:id/remove", d.removeForm, d.SignedIn)
	g.POST("/p/:id/remove", d.remove, d.SignedIn)
	g.GET("/p/:id/restore", d.restoreForm, d.SignedIn)
	g.POST("/p/:id/restore", d.restore, d.SignedIn)
	g.POST("/read", d.readAll, d.SignedIn)
	g.POST("/drafts", d.saveDraft, d.SignedIn)
	belong.New(belong.Options{
		Store: d.store, Community: d.com, Membership: d.o.Membership, Frame: d.Frame, Resolve: d.o.Resolve, Refresh: d.o.Refresh, Now: d.o.Now,
	}).Mount(g)
	desk.New(desk.Options{Store: d.store, Community: d.com, Exchange: d.ex, Moderation: d.o.Moderation, Frame: d.Frame, Now: d.o.Now}).Mount(g)
	civil.New(civil.Options{Store: d.store, Community: d.com, Exchange: d.ex, Moderation: d.o.Moderation, Frame: d.Frame}).Mount(g)
	moves.New(moves.Options{Store: d.store, Community: d.com, Moving: d.o.Moving, Frame: d.Frame, Host: d.o.Host, Resolve: d.o.Resolve}).Mount(g)
	d.asking().Mount(g)
	summing.New(summing.Options{Store: d.store, Rules: d.o.Synthesis, Frame: d.Frame}).Mount(g)
	cockpit.New(cockpit.Options{
		Store: d.store, Duty: d.o.Duty, Guest: d.o.Guest, Query: d.o.Query, Membership: d.o.Membership, Frame: d.Frame, Limit: d.o.Limit, Now: d.o.Now,
	}).Mount(g)
	d.lookup().Mount(g)
	d.founding().Mount(g)
	d.openness().Mount(g)
	d.library().Mount(g)
}

// Shared are the pages whose addresses other servers ask too, by route.
func (d *Door) Shared() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"/":                  d.Cached(d.home),
		"/c/:handle":         d.Cached(d.group),
		"/c/:handle/charter": d.Cached(d.founding().Charter),
		"/u/:handle":         d.Cached(d.lookup().PersonPage),
		"/d/:id":             d.Cached(d.discussion),
		"/p/:id":             d.Cached(d.post),
		"/a/:id":             d.Cached(d.library().Current),
	}
}

// founding are the pages on which communities begin and say what they are.
func (d *Door) founding() *founding.Pages {
	return founding.New(founding.Options{
		Store: d.store, Community: d.com, Charter: d.o.Charter, Frame: d.Frame, Host: d.o.Host, Resolve: d.o.Resolve, Press: d.o.Press, Now: d.o.Now, Log: d.o.Log,
	})
}

// asking are the pages on which people ask.
func (d *Door) asking() *asking.Pages {
	return asking.New(asking.Options{
		Store: d.store, Community: d.com, Exchange: d.ex, Query: d.o.Query, Frame: d.Frame, Mentioned: d.mentioned, Now: d.o.Now,
	})
}

// openness are the pages on which communities open and close.
func (d *Door) openness() *openness.Pages {
	return openness.New(openness.Options{
		Store: d.store, Community: d.com, Trust: d.o.Trust, Frame: d.Frame, Host: d.o.Host, Resolve: d.o.Resolve, Log: d.o.Log,
	})
}

// library are the pages of what communities keep.
func (d *Door) library() *library.Pages {
	return library.New(library.Options{
		Store: d.store, Community: d.com, Artifact: d.o.Artifact, Frame: d.Frame, Shelf: d.o.Shelf, Press: d.o.Press, Base: d.o.Base, Log: d.o.Log, Open: d.openness().Open,
	})
}

// lookup are the pages that find and show without taking part.
func (d *Door) lookup() *lookup.Pages {
	return lookup.New(lookup.Options{
		Frame: d.Frame, Store: d.store, Community: d.com, Base: d.o.Base, Host: d.o.Host,
		Resolve: d.o.Resolve, Subscribe: d.o.Subscribe, Log: d.o.Log,
	})
}
