package web

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
)

// What follows is the frame of this door for rooms whose pages stand in it: the desk, and the door
// for admins.

// Reader makes the visit of a request: session, language, theme. Every page needs it around.
func (d *Door) Reader(next echo.HandlerFunc) echo.HandlerFunc { return d.reader(next) }

// SignedIn sends readers without a session to sign in first.
func (d *Door) SignedIn(next echo.HandlerFunc) echo.HandlerFunc { return d.signedIn(next) }

// Shell is the frame of a page for the reader of a request.
func (d *Door) Shell(c echo.Context, title string, tab views.Tab) (views.Shell, error) {
	return d.shell(c, title, tab)
}

// Page prints a page whole or not at all.
func (d *Door) Page(c echo.Context, status int, p views.Page) error { return d.page(c, status, p) }

// Account is the login that reads, nil when signed out.
func (d *Door) Account(c echo.Context) *db.Account { return at(c).account }

// Loc is how the reader reads.
func (d *Door) Loc(c echo.Context) *locales.Loc { return at(c).loc }

// Flash says something at the top of the next page; undo takes a POST.
func (d *Door) Flash(c echo.Context, text, undo string) { d.flash(c, text, undo) }

// Back is where a form returns to, always a path of ours.
func (d *Door) Back(c echo.Context) string { return d.back(c) }

// Face is a person as pages show them.
func (d *Door) Face(a *db.Actor) ui.Person { return d.face(a) }

// Org is the organisation behind a host.
func (d *Door) Org(host string) ui.Org { return d.org(host) }

// Place is a community in a line of facts.
func (d *Door) Place(a *db.Actor) views.Place { return d.place(a) }

// PathHandle is how a group or person is called in addresses here.
func (d *Door) PathHandle(a *db.Actor) string { return d.pathHandle(a) }

// Person finds whom the address of a request names by :handle.
func (d *Door) Person(c echo.Context) (*db.Actor, error) { return d.personAt(c) }

// Readable is the post that the address of a request names by :id, for those who may see it.
func (d *Door) Readable(c echo.Context) (*db.Post, error) { return d.readablePost(c) }

// Sentence says a refusal in the reader's language.
func (d *Door) Sentence(l *locales.Loc, no *community.Refusal) string { return sentence(l, no) }

// Moderated are the groups whose reports an account sees; 0 stands for the instance.
func (d *Door) Moderated(ctx context.Context, a *db.Account) ([]int64, error) {
	return d.moderated(ctx, a)
}

// SessionHash is the stored name of the session of a request.
func (d *Door) SessionHash(ctx context.Context) string { return d.tokenHash(ctx) }
