// Package asking is the part of the web door where people ask: the form, what is near while they type,
// the list of a community's queries, and what a query has beside the discussion that it is.
//
// Like the rest of the door it decides nothing; it stands in the frame of the web door, which shows
// the discussion itself and calls Head. Start with Mount.
package asking

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// Options is what the pages need.
type Options struct {
	Store     *db.Store
	Community *community.Rules
	Exchange  *exchange.Rules
	Query     *query.Rules
	Frame     *frame.Frame
	// Mentioned finds the people that a text names.
	Mentioned func(ctx context.Context, text string) map[string]*db.Actor
	Now       func() time.Time
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

// Mount adds the routes to a group that has the web door's reader around it.
func (d *Pages) Mount(g *echo.Group) {
	g.GET("/c/:handle/queries", d.queries)
	g.GET("/c/:handle/ask", d.askForm, d.SignedIn)
	g.POST("/c/:handle/ask", d.ask, d.SignedIn)
	g.GET("/c/:handle/ask/near", d.near, d.SignedIn)
	g.POST("/c/:handle/ask/served", d.served, d.SignedIn)
	g.POST("/d/:id/query", d.step, d.SignedIn)
	g.POST("/p/:id/kind", d.kind, d.SignedIn)
}

// place is a community as the reader meets it.
type place struct {
	group    *db.Group
	standing community.Standing
	reads    bool
}

// at is the community of an address; confidential ones are nowhere for who does not belong.
func (d *Pages) at(c echo.Context) (*place, error) {
	a, err := d.Person(c)
	if err != nil {
		return nil, err
	}
	if a.Type != db.ActorGroup {
		return nil, echo.ErrNotFound
	}
	ctx := c.Request().Context()
	p := &place{}
	if p.group, err = d.store.GroupByID(ctx, a.ID); err != nil {
		return nil, fmt.Errorf("load group %s: %w", a.URI, err)
	}
	if p.standing, err = d.com.Standing(ctx, d.store, p.group, frame.Me(c)); err != nil {
		return nil, err
	}
	if p.reads, err = d.may(c, p.group, rights.Read); err != nil {
		return nil, err
	}
	if !p.reads && p.group.Openness == db.OpennessConfidential {
		return nil, echo.ErrNotFound
	}
	return p, nil
}

// may turns a rule's answer into yes or no, to show something or not; the act itself asks again.
func (d *Pages) may(c echo.Context, g *db.Group, act rights.Act) (bool, error) {
	err := d.com.Permit(c.Request().Context(), d.store, g, frame.Me(c), act)
	if _, no := frame.Refusal(err); no {
		return false, nil
	}
	return err == nil, err
}

func (d *Pages) path(g *db.Group) string { return "/c/" + d.PathHandle(g.Actor) }

func (d *Pages) link(a *db.Actor) ui.Link {
	return ui.Link{Label: a.Label(), URL: "/c/" + d.PathHandle(a)}
}

func discussion(id int64) string { return "/d/" + strconv.FormatInt(id, 10) }

// mine is the query of an address for who may act on it: whoever sees it, and who asked it, also while
// it waits without a name.
func (d *Pages) mine(c echo.Context) (*db.Query, error) {
	ctx := c.Request().Context()
	f, err := d.Seen(c)
	if err == nil {
		return d.store.QueryOf(ctx, f.Post.ID)
	}
	id, bad := strconv.ParseInt(c.Param("id"), 10, 64)
	if bad != nil || !frame.IsMissing(err) {
		return nil, err
	}
	q, gone := d.store.QueryOf(ctx, id)
	if gone != nil || q.AskerID != frame.MyID(c) {
		return nil, err
	}
	return q, nil
}

// step handles POST /d/:id/query.
func (d *Pages) step(c echo.Context) error {
	q, err := d.mine(c)
	if err != nil {
		return err
	}
	l, do := d.Loc(c), c.FormValue("do")
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error { return d.act(ctx, tx, c, q, do) })
	if no, is := frame.Refusal(err); is {
		d.Flash(c, d.Sentence(l, no), "")
		return frame.See(c, discussion(q.PostID))
	}
	if err != nil {
		return fmt.Errorf("%s query: %w", do, err)
	}
	d.Flash(c, l.Text("Done."), "")
	g, err := d.store.GroupByID(c.Request().Context(), q.GroupID)
	if err != nil {
		return fmt.Errorf("load group of query: %w", err)
	}
	if !g.Actor.Local {
		d.Flash(c, l.Text("Sent to %s, which decides.", g.Actor.Host), "")
	}
	if _, err := d.SeenByID(c, q.PostID); err != nil {
		return frame.See(c, d.path(g)+"/queries")
	}
	return frame.See(c, discussion(q.PostID))
}

func (d *Pages) act(ctx context.Context, tx *db.Store, c echo.Context, q *db.Query, do string) error {
	me := frame.Me(c)
	switch do {
	case "me-too":
		p, err := tx.PostByID(ctx, q.PostID)
		if err != nil {
			return err
		}
		_, err = d.o.Exchange.Reply(ctx, tx, &exchange.Draft{
			Author: me, Parent: p, Source: d.Loc(c).Text("I have this too."), Door: "web", Kept: query.Typed(db.MeToo),
		})
		return err
	case "nudge":
		return d.o.Query.NudgeNow(ctx, tx, me, q.PostID)
	case "nudge-no":
		return tx.RefuseNudges(ctx, q.GroupID, me.ID)
	case "point":
		to, err := d.sister(ctx, tx, c.FormValue("to"))
		if err != nil {
			return err
		}
		_, err = d.o.Query.Point(ctx, tx, me, q.PostID, to)
		return err
	}
	days, _ := strconv.Atoi(c.FormValue("days")) // 0 stands for as it was asked
	return d.o.Query.Do(ctx, tx, me, q.PostID, query.Step{
		Do: do, Words: c.FormValue("words"), Of: d.address(ctx, c.FormValue("of")), Outcome: c.FormValue("outcome"), Days: days,
	})
}

// sister is a community that a handle names, here or elsewhere; nobody is asked for it.
func (d *Pages) sister(ctx context.Context, tx *db.Store, handle string) (*db.Group, error) {
	a, err := d.Named(ctx, strings.TrimPrefix(strings.TrimSpace(handle), "@"))
	if frame.IsMissing(err) || err == nil && a.Type != db.ActorGroup {
		return nil, community.RefuseField("to", "choice-unknown")
	}
	if err != nil {
		return nil, err
	}
	return tx.GroupByID(ctx, a.ID)
}

// address is the ActivityPub id of a page of ours, or an address elsewhere as it is.
func (d *Pages) address(ctx context.Context, url string) string {
	url = strings.TrimSpace(url)
	_, end, ours := strings.Cut(url, "/d/")
	if id, err := strconv.ParseInt(end, 10, 64); ours && err == nil {
		if p, err := d.store.PostByID(ctx, id); err == nil && p.Public() {
			return p.URI
		}
	}
	return url
}

// kind handles POST /p/:id/kind.
func (d *Pages) kind(c echo.Context) error {
	f, err := d.Seen(c)
	if err != nil {
		return err
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		return d.o.Query.SetKind(ctx, tx, frame.Me(c), f.Post, c.FormValue("kind"))
	})
	if no, is := frame.Refusal(err); is {
		d.Flash(c, d.Sentence(d.Loc(c), no), "")
	} else if err != nil {
		return fmt.Errorf("sort response: %w", err)
	}
	return frame.See(c, discussion(f.Post.DiscussionID)+"#p"+strconv.FormatInt(f.Post.ID, 10))
}

// status is that of a form that came back.
const status = http.StatusUnprocessableEntity
