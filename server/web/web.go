// Package web is the door for browsers: it turns forms into rule calls and what is there into
// pages. It decides nothing; one act is one transaction.
//
// It must not speak ActivityPub, import federation, or reach other hosts but through the
// functions it is given. Start with frame.go (who reads, in which language) and render.go, then
// the file named after the page.
package web

import (
	"context"
	"log/slog"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// Options is what the door needs.
type Options struct {
	Store     *db.Store
	Community *community.Rules
	Exchange  *exchange.Rules
	// Base is scheme and host of the instance without a slash at the end, Host the name in handles.
	Base, Host string
	// Secure marks cookies for https only; false in a laboratory.
	Secure bool
	// Resolve finds an actor anywhere by handle or address, asking its host where needed.
	Resolve func(ctx context.Context, handle string) (*db.Actor, error)
	// Subscribe finds the page on a reader's own server that follows an address; "" when that
	// server names none.
	Subscribe func(ctx context.Context, handle, address string) (string, error)
	// Limit answers whether a sign-in attempt from an address for a login may go on.
	Limit func(c echo.Context, login string) bool
	Now   func() time.Time
	Log   *slog.Logger
}

// Door serves browsers.
type Door struct {
	o        Options
	store    *db.Store
	com      *community.Rules
	ex       *exchange.Rules
	sessions *scs.SessionManager
	instance *instanceCache
	pages    *pageCache
}

// New makes the door.
func New(o Options) *Door {
	d := &Door{o: o, store: o.Store, com: o.Community, ex: o.Exchange, instance: &instanceCache{}, pages: newPageCache()}
	d.sessions = newSessions(o)
	return d
}

// Mount adds the routes of this door. GET routes that other servers ask too are mounted by the
// server, which picks the door by Accept: see Shared.
func (d *Door) Mount(e *echo.Echo) {
	e.GET(frontend.Prefix+"*", echo.WrapHandler(frontend.Files()))
	g := e.Group("", d.reader)
	g.GET("/sign-in", d.signInForm)
	g.POST("/sign-in", d.signIn)
	g.POST("/sign-out", d.signOut)
	g.GET("/setup", d.setupForm)
	g.POST("/setup", d.setup)
	g.POST("/lang", d.chooseLanguage)
	g.POST("/theme", d.chooseTheme)
	g.GET("/communities", d.communities)
	g.GET("/c/:handle/new", d.compose, d.signedIn)
	g.POST("/c/:handle/new", d.start, d.signedIn)
	g.GET("/c/:handle/feed.atom", d.feed)
	g.POST("/c/:handle/follow", d.follow, d.signedIn)
	g.POST("/c/:handle/unfollow", d.unfollow, d.signedIn)
	g.POST("/c/:handle/join", d.join, d.signedIn)
	g.POST("/c/:handle/leave", d.leave, d.signedIn)
	g.POST("/d/:id/replies", d.reply, d.signedIn)
	g.GET("/p/:id/reply", d.replyForm, d.signedIn)
	g.GET("/p/:id/edit", d.editForm, d.signedIn)
	g.POST("/p/:id/edit", d.edit, d.signedIn)
	g.GET("/p/:id/delete", d.deleteForm, d.signedIn)
	g.POST("/p/:id/delete", d.delete, d.signedIn)
	g.POST("/p/:id/like", d.like, d.signedIn)
	g.GET("/p/:id/pin", d.pinForm, d.signedIn)
	g.POST("/p/:id/pin", d.pin, d.signedIn)
	g.GET("/p/:id/lock", d.lockForm, d.signedIn)
	g.POST("/p/:id/lock", d.lock, d.signedIn)
	g.GET("/p/:id/remove", d.removeForm, d.signedIn)
	g.POST("/p/:id/remove", d.remove, d.signedIn)
	g.GET("/p/:id/restore", d.restoreForm, d.signedIn)
	g.POST("/p/:id/restore", d.restore, d.signedIn)
	g.POST("/read", d.readAll, d.signedIn)
	g.POST("/drafts", d.saveDraft, d.signedIn)
	d.mountMore(g)
}

// Shared are the pages whose addresses other servers ask too, by route.
func (d *Door) Shared() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"/":          d.cached(d.home),
		"/c/:handle": d.cached(d.group),
		"/u/:handle": d.cached(d.person),
		"/d/:id":     d.cached(d.discussion),
		"/p/:id":     d.cached(d.post),
	}
}
