// Package founding is the part of the web door where communities begin and say what they are: the
// steps of starting one, its charter and versions, its stage of life, and the page to print.
//
// Like the rest of the door it decides nothing: what may be signed and when it counts is for
// server/charter to say. Start with start.go for the way through the steps, then charterpage.go.
package founding

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/charter"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/paper"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// Options is what the pages need.
type Options struct {
	Store     *db.Store
	Community *community.Rules
	Charter   *charter.Rules
	Frame     *frame.Frame
	Host      string
	// Resolve finds an actor anywhere by handle, asking its host where needed.
	Resolve func(ctx context.Context, handle string) (*db.Actor, error)
	Press   *paper.Press // what makes PDFs; nil makes none
	Now     func() time.Time
	Log     *slog.Logger
}

// Pages serves them.
type Pages struct {
	*frame.Frame
	o       Options
	store   *db.Store
	com     *community.Rules
	charter *charter.Rules
}

// New makes the pages.
func New(o Options) *Pages {
	return &Pages{Frame: o.Frame, o: o, store: o.Store, com: o.Community, charter: o.Charter}
}

// Mount adds the routes to a group that has the web door's reader around it.
func (d *Pages) Mount(g *echo.Group) {
	in := d.SignedIn
	g.GET("/start", d.begun, in)
	g.POST("/start", d.begin, in)
	g.GET("/start/:id", d.resume, in)
	g.POST("/start/:id/drop", d.drop, in)
	g.GET("/start/:id/:step", d.step, in)
	g.POST("/start/:id/:step", d.answer, in)
	g.GET("/c/:handle/charter/write", d.write, in)
	g.POST("/c/:handle/charter/write", d.saveDraft, in)
	g.GET("/c/:handle/charter/compare", d.compare)
	g.GET("/c/:handle/charter/:version", d.version)
	g.GET("/c/:handle/charter/:version/print", d.print)
	g.POST("/c/:handle/charter/:version/:act", d.act, in)
	g.GET("/c/:handle/charter/:version/pdf", d.versionPDF)
	g.GET("/c/:handle/charter/:version/markdown", d.markdown)
	g.GET("/c/:handle/flyer", d.flyer)
	g.GET("/c/:handle/flyer.pdf", d.flyerPDF)
	g.GET("/c/:handle/flyer.svg", d.code)
	g.GET("/c/:handle/life", d.life, in)
	g.POST("/c/:handle/life", d.saveLife, in)
	g.POST("/c/:handle/life/archive", d.archive, in)
	g.POST("/c/:handle/life/kin", d.saveKin, in)
	g.GET("/c/:handle/launch", d.launch, in)
	g.POST("/c/:handle/launch", d.launched, in)
}

// here is a community as the reader of a page meets it.
type here struct {
	group    *db.Group
	standing community.Standing
}

// groupAt loads the community that an address names. Who may not even know of it gets the answer of
// a name that nobody has.
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
	if known, err := d.known(c, h); err != nil || !known {
		return nil, errors.Join(err, echo.ErrNotFound)
	}
	return h, nil
}

// known says that the reader may know of a community: of a confidential one only who belongs to it,
// helps it, or was asked to found it (T45).
func (d *Pages) known(c echo.Context, h *here) (bool, error) {
	me := frame.Me(c)
	if h.group.Openness != db.OpennessConfidential || h.standing.Belongs || h.standing.Moderates() {
		return true, nil
	}
	if me == nil {
		return false, nil
	}
	founders, err := d.store.FoundersOf(c.Request().Context(), h.group.ActorID)
	if err != nil {
		return false, fmt.Errorf("load founders of %s: %w", h.group.Actor.URI, err)
	}
	return slices.ContainsFunc(founders, func(f *db.Founder) bool { return f.ActorID == me.ID }), nil
}

// may turns a rule's answer into yes or no, to show a button or not; the act itself asks again.
func (d *Pages) may(ctx context.Context, g *db.Group, who *db.Actor, act rights.Act) (bool, error) {
	err := d.com.Permit(ctx, d.store, g, who, act)
	if _, is := frame.Refusal(err); is {
		return false, nil
	}
	return err == nil, err
}

// head is the top of every page in a community.
func (d *Pages) head(c echo.Context, h *here) (views.CommunityHead, error) {
	return d.CommunityHead(c.Request().Context(), d.com, h.group, frame.Me(c), h.standing)
}
