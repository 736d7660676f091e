// Package belong is the part of the web door where people come into a community and are known in
// it: joining, requests and invitations, the directory, what one tells of oneself, and who may do
// what.
//
// Like the rest of the door it decides nothing; it stands in the frame of the web door. Start with
// the file named after the page.
package belong

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// Options is what the pages need.
type Options struct {
	Store      *db.Store
	Community  *community.Rules
	Membership *membership.Rules
	Frame      *frame.Frame
	// Resolve finds an actor anywhere by handle or address, asking its host where needed.
	Resolve func(ctx context.Context, handle string) (*db.Actor, error)
	// Refresh asks the server of an actor anew what it says of itself; nil leaves it at what is known.
	Refresh func(ctx context.Context, iri string) (*db.Actor, error)
	Now     func() time.Time
}

// Pages serves them.
type Pages struct {
	*frame.Frame
	store   *db.Store
	com     *community.Rules
	rules   *membership.Rules
	resolve func(ctx context.Context, handle string) (*db.Actor, error)
	refresh func(ctx context.Context, iri string) (*db.Actor, error)
	now     func() time.Time
}

// New makes the pages.
func New(o Options) *Pages {
	return &Pages{Frame: o.Frame, store: o.Store, com: o.Community, rules: o.Membership, resolve: o.Resolve, refresh: o.Refresh, now: o.Now}
}

// Mount adds the routes to a group that has the web door's reader around it.
func (d *Pages) Mount(g *echo.Group) {
	in := d.SignedIn
	g.GET("/c/:handle/join", d.joinForm, in)
	g.POST("/c/:handle/join", d.join, in)
	g.POST("/c/:handle/join/:act", d.joinAct, in)
	g.POST("/c/:handle/leave", d.leave, in)
	g.GET("/c/:handle/requests", d.requests, in)
	g.POST("/c/:handle/requests/:who", d.decide, in)
	g.POST("/c/:handle/requests/:who/vouch", d.vouch, in)
	g.POST("/c/:handle/invitations", d.invite, in)
	g.POST("/c/:handle/invitations/:who/withdraw", d.withdrawInvitation, in)
	g.GET("/c/:handle/members", d.directory)
	g.GET("/c/:handle/rights", d.rights)
	g.POST("/c/:handle/tend/offer", d.offer, in)
	g.POST("/c/:handle/tend/:who", d.consent, in)
	g.GET("/settings/knowledge", d.knowledge, in)
	g.POST("/settings/knowledge", d.saveKnowledge, in)
	g.POST("/settings/doors", d.openDoor, in)
	g.POST("/settings/doors/close", d.closeDoor, in)
	g.POST("/u/:handle/endorse", d.endorse, in)
}

type loc = *locales.Loc

// here is a community as the reader of a page meets it.
type here struct {
	group    *db.Group
	standing community.Standing
	reads    bool
}

// groupAt loads the community that an address names. Who may not even know of it gets the answer of
// a name that nobody has; who is invited may know.
func (d *Pages) groupAt(c echo.Context) (*here, error) {
	a, err := d.Person(c)
	if err != nil {
		return nil, err
	}
	if a.Type != db.ActorGroup {
		return nil, echo.ErrNotFound
	}
	ctx := c.Request().Context()
	g, err := d.store.GroupByID(ctx, a.ID)
	if err != nil {
		return nil, fmt.Errorf("load group %s: %w", a.URI, err)
	}
	h := &here{group: g}
	if h.standing, err = d.com.Standing(ctx, d.store, g, frame.Me(c)); err != nil {
		return nil, err
	}
	if h.reads, err = d.may(c, g, rights.Read); err != nil {
		return nil, err
	}
	if h.reads || g.Openness != db.OpennessConfidential {
		return h, nil
	}
	if i, err := d.invitation(c, g); err != nil || i == nil {
		return nil, echo.ErrNotFound
	}
	return h, nil
}

// may turns a rule's answer into yes or no, to show something or not; the act itself asks again.
func (d *Pages) may(c echo.Context, g *db.Group, act rights.Act) (bool, error) {
	err := d.com.Permit(c.Request().Context(), d.store, g, frame.Me(c), act)
	if _, no := frame.Refusal(err); no {
		return false, nil
	}
	return err == nil, err
}

// head is the top of every page in a community.
func (d *Pages) head(c echo.Context, h *here) (views.CommunityHead, error) {
	return d.CommunityHead(c.Request().Context(), d.com, h.group, frame.Me(c), h.standing)
}

func (d *Pages) path(g *db.Group) string { return "/c/" + d.PathHandle(g.Actor) }

// do runs one act in a transaction and leads on; a no is shown by again.
func (d *Pages) do(c echo.Context, act func(ctx context.Context, tx *db.Store) error, done, next string, again func(*community.Refusal) error) error {
	err := d.InTx(c, act)
	if no, is := frame.Refusal(err); is {
		return again(no)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.Path(), err)
	}
	d.Flash(c, done, "")
	return c.Redirect(http.StatusSeeOther, next)
}

// whoAt is the person that an address names; nobody is asked for on other servers.
func (d *Pages) whoAt(c echo.Context) (*db.Actor, error) {
	return d.Named(c.Request().Context(), c.Param("who"))
}
