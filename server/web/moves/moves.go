// Package moves is the part of the web door about communities that go to another organisation's server
// or into another community: proposing it, answering, watching how far it is, choosing to stay behind,
// and what is left to say at the old address.
//
// Like the rest of the door it decides nothing: who may propose, agree or call off is for server/moving
// to say, and the steps between are taken by its porter. Start with page.go.
package moves

import (
	"context"
	"errors"
	"fmt"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/moving"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// Options is what the pages need.
type Options struct {
	Store     *db.Store
	Community *community.Rules
	Moving    *moving.Rules
	Frame     *frame.Frame
	Host      string // the name in handles
	// Resolve finds an actor anywhere by handle, asking its host where needed.
	Resolve func(ctx context.Context, handle string) (*db.Actor, error)
}

// Pages serves them.
type Pages struct {
	*frame.Frame
	host    string
	store   *db.Store
	com     *community.Rules
	rules   *moving.Rules
	resolve func(ctx context.Context, handle string) (*db.Actor, error)
}

// New makes the pages.
func New(o Options) *Pages {
	return &Pages{Frame: o.Frame, host: o.Host, store: o.Store, com: o.Community, rules: o.Moving, resolve: o.Resolve}
}

// Mount adds the routes to a group that has the web door's reader around it.
func (d *Pages) Mount(g *echo.Group) {
	in := d.SignedIn
	g.GET("/moves", d.list, in)
	g.GET("/c/:handle/move", d.move)
	g.POST("/c/:handle/move", d.propose, in)
	g.POST("/c/:handle/move/:act", d.decide, in)
}

type loc = *locales.Loc

// here is a community as the reader of a page meets it, and its move, if there is one: away from here,
// or to here.
type here struct {
	group    *db.Group
	standing community.Standing
	move     *db.Move

	manages  bool // may change what the group is
	runs     bool // runs this instance
	takes    bool // looks after the community here that the group wants to go into
	insider  bool // may know why, and what did not come
	before   *db.Group
	home     *db.Group // nil before there is one
	homePath string
}

// groupAt loads the community that an address names and its move. What its members alone may know is
// not there for others; that it has gone, everybody may know who may know that it was.
func (d *Pages) groupAt(c echo.Context) (*here, error) {
	a, err := d.Person(c)
	if err != nil {
		return nil, err
	}
	if a.Type != db.ActorGroup {
		return nil, echo.ErrNotFound
	}
	ctx, me := c.Request().Context(), frame.Me(c)
	h := &here{}
	if h.group, err = d.store.GroupByID(ctx, a.ID); err != nil {
		return nil, fmt.Errorf("load group %s: %w", a.URI, err)
	}
	if h.standing, err = d.com.Standing(ctx, d.store, h.group, me); err != nil {
		return nil, err
	}
	if err := d.find(ctx, h); err != nil {
		return nil, err
	}
	account := d.Account(c)
	h.runs = account != nil && account.IsAdmin()
	if h.manages, err = d.may(ctx, h.group, me, rights.EditGroup); err != nil {
		return nil, err
	}
	if err := d.sees(ctx, h, me); err != nil {
		return nil, err
	}
	return h, nil
}

// find loads the move of a community, or the last one into it, with the two places.
func (d *Pages) find(ctx context.Context, h *here) error {
	m, err := d.store.MoveOf(ctx, h.group.ActorID)
	if errors.Is(err, db.ErrNotFound) {
		var into []*db.Move
		if into, err = d.store.MovesInto(ctx, h.group.ActorID, 1); err != nil || len(into) == 0 {
			return err
		}
		m = into[0]
	}
	if err != nil {
		return fmt.Errorf("load move of %s: %w", h.group.Actor.URI, err)
	}
	if h.before, err = d.store.GroupByID(ctx, m.Group); err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	h.move = m
	if m.Home() == 0 {
		return nil
	}
	if h.home, err = d.store.GroupByID(ctx, m.Home()); errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err == nil {
		h.homePath = "/c/" + d.PathHandle(h.home.Actor)
	}
	return err
}

// sees lets those in who may know of the move.
func (d *Pages) sees(ctx context.Context, h *here, me *db.Actor) error {
	m := h.move
	if m == nil {
		if !h.manages || !h.group.Actor.Local {
			return echo.ErrNotFound
		}
		return nil
	}
	if m.Side == db.MoveArriving || m.Side == db.MoveMerging {
		if err := d.receives(ctx, h, me); err != nil {
			return err
		}
	}
	h.insider = h.manages || h.takes || h.standing.Moderates() || h.standing.Belongs || h.runs && m.Side == db.MoveArriving
	gone := m.State == db.MoveSwitched || m.State == db.MoveDone
	if !h.insider && (!gone || h.group.Openness == db.OpennessConfidential) {
		return echo.ErrNotFound
	}
	return nil
}

// receives sees whether the reader looks after the community of ours that another one goes into.
func (d *Pages) receives(ctx context.Context, h *here, me *db.Actor) error {
	if h.home == nil || !h.home.Actor.Local || h.move.Side == db.MoveArriving && h.move.Into == 0 {
		return nil
	}
	var err error
	h.takes, err = d.may(ctx, h.home, me, rights.EditGroup)
	return err
}

// may turns a rule's answer into yes or no, to show something or not; the act itself asks again.
func (d *Pages) may(ctx context.Context, g *db.Group, who *db.Actor, act rights.Act) (bool, error) {
	err := d.com.Permit(ctx, d.store, g, who, act)
	if _, no := frame.Refusal(err); no {
		return false, nil
	}
	return err == nil, err
}

// head is the top of every page in a community.
func (d *Pages) head(h *here) views.CommunityHead {
	a := h.group.Actor
	return views.CommunityHead{
		Name: a.Label(), Handle: d.PathHandle(a), Address: "@" + a.Acct(), Org: d.Org(a.Host), Openness: frame.OpennessOf(h.group),
		Members: int(h.group.MembersCount), Followers: int(a.FollowersCount),
		Log:       a.Local && (h.standing.Belongs || h.standing.Moderates()),
		MayManage: a.Local && h.manages,
	}
}

func (d *Pages) path(g *db.Group) string { return "/c/" + d.PathHandle(g.Actor) }

// list handles GET /moves: all of them for who runs this instance, and those of the communities that
// the reader looks after.
func (d *Pages) list(c echo.Context) error {
	ctx, me := c.Request().Context(), frame.Me(c)
	shell, err := d.Shell(c, d.Loc(c).Text("Moves"), views.Communities)
	if err != nil {
		return err
	}
	p := views.Moves{Shell: shell, Admin: d.Account(c).IsAdmin()}
	all, err := d.store.Moves(ctx, listed)
	if err != nil {
		return fmt.Errorf("list moves: %w", err)
	}
	for _, m := range all {
		h := &here{move: m, runs: p.Admin}
		if h.group, err = d.store.GroupByID(ctx, m.Group); err != nil {
			return fmt.Errorf("load group %d: %w", m.Group, err)
		}
		if err := d.find(ctx, h); err != nil {
			return err
		}
		h.move = m
		if h.manages, err = d.may(ctx, h.group, me, rights.EditGroup); err != nil {
			return err
		}
		if err := d.receives(ctx, h, me); err != nil {
			return err
		}
		if !h.manages && !h.takes && (!p.Admin || m.Side != db.MoveArriving) {
			continue
		}
		p.Rows = append(p.Rows, d.row(shell.Loc, h))
	}
	return d.Page(c, 200, p)
}

// listed bounds the page of all moves.
const listed = 200

func (d *Pages) row(l loc, h *here) views.MoveRow {
	kind, stands := state(l, h.move)
	return views.MoveRow{
		Name: h.group.Actor.Label(), URL: d.path(h.group) + "/move", From: "@" + h.group.Actor.Acct(), To: d.to(h).Label,
		Kind: kind, Stands: stands, At: h.move.CreatedAt.Time,
	}
}

// to is the place that a community goes to.
func (d *Pages) to(h *here) ui.Link {
	link := ui.Link{Label: "@" + h.move.Handle + "@" + h.move.Host, URL: h.homePath}
	if h.move.Side == db.MoveArriving {
		link.Label = "@" + h.move.Handle + "@" + d.host
	}
	if h.home != nil && h.home.Actor.MovedTo == "" && (h.move.Into != 0 || h.move.Side != db.MoveArriving || h.move.State == db.MoveDone) {
		link.Label = "@" + h.home.Actor.Acct()
	}
	return link
}
