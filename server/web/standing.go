package web

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// standing fills in what the reader is to a community and may do in it.
func (d *Door) standing(c echo.Context, g *db.Group, p *views.Cop) error {
	who := frame.Me(c)
	if who == nil {
		return nil
	}
	ctx := c.Request().Context()
	f, m, err := d.ties(ctx, g, who)
	if err != nil {
		return err
	}
	follows := f != nil && f.State != db.FollowRejected
	switch {
	case m != nil && m.Belongs(), g.Openness != db.OpennessOpen && f != nil && f.State == db.FollowAccepted:
		p.Standing = views.Member
	case m != nil && m.Status == db.MemberPending && m.LeftAt.IsZero():
		p.Standing = views.Asked
	case follows:
		p.Standing = views.Following
	}
	p.Pending = follows && f.State == db.FollowPending
	if p.Joinable, err = d.joinable(ctx, g); err != nil {
		return err
	}
	if p.MayPost, err = d.may(ctx, g, who, community.ActStart); err != nil {
		return err
	}
	p.MayManage, err = d.may(ctx, g, who, community.ActEditGroup)
	p.MayManage = p.MayManage && g.Actor.Local
	if err != nil || !g.Actor.Local {
		return err
	}
	st, err := d.com.Standing(ctx, d.store, g, who)
	if err != nil {
		return err
	}
	p.Log, err = d.ShowsLog(ctx, g, st)
	return err
}

// ties are the follow and the membership between a person and a group, nil where there is none.
func (d *Door) ties(ctx context.Context, g *db.Group, who *db.Actor) (f *db.Follow, m *db.Membership, err error) {
	if f, err = d.store.FollowBetween(ctx, who.ID, g.ActorID); errors.Is(err, db.ErrNotFound) {
		f, err = nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("load follow: %w", err)
	}
	if m, err = d.store.MembershipOf(ctx, g.ActorID, who.ID); errors.Is(err, db.ErrNotFound) {
		m, err = nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("load membership: %w", err)
	}
	return f, m, nil
}

// joinable says whether the server of a group knows members beside followers: only Copse does. One
// that nobody has asked yet what it runs gets the benefit of the doubt, as in the rule.
func (d *Door) joinable(ctx context.Context, g *db.Group) (bool, error) {
	if g.Actor.Local {
		return true, nil
	}
	h, err := d.store.HostByName(ctx, g.Actor.Host)
	if errors.Is(err, db.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("load host %s: %w", g.Actor.Host, err)
	}
	return h.ProfiledAt.IsZero() || h.Software == "copse", nil
}

// may asks a rule a yes or no.
func (d *Door) may(ctx context.Context, g *db.Group, who *db.Actor, act community.Act) (bool, error) {
	err := d.com.Permit(ctx, d.store, g, who, act)
	if _, no := frame.Refusal(err); no {
		return false, nil
	}
	return err == nil, err
}

// people fills in who looks after a community, who is in it, and from where.
func (d *Door) people(c echo.Context, g *db.Group, p *views.Cop) error {
	ctx := c.Request().Context()
	stewards, err := d.store.Stewards(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load facilitators: %w", err)
	}
	seen := map[int64]bool{}
	for _, s := range stewards {
		if !seen[s.ActorID] && (s.Role == db.RoleFacilitator || !g.Actor.Local) {
			seen[s.ActorID] = true
			p.Facilitators = append(p.Facilitators, d.Face(s.Actor))
		}
	}
	counts, err := d.memberHosts(ctx, g)
	if err != nil {
		return err
	}
	if g.Actor.Local {
		p.Orgs = len(counts)
	}
	if p.Closed {
		return nil // who is in it is for members
	}
	p.ByOrg = d.orgCounts(counts[:min(len(counts), 8)])
	hide := []string{db.ShownNobody, db.ShownMembers}
	if p.Standing == views.Member {
		hide = hide[:1]
	}
	members, _, err := d.store.FindMembers(ctx, db.MemberQuery{GroupID: g.ActorID, Limit: 8, Hide: hide})
	if err != nil {
		return fmt.Errorf("load members: %w", err)
	}
	for _, m := range members {
		p.People = append(p.People, d.Face(m.Actor))
	}
	return nil
}

// maxScope is how long, in bytes of HTML, what a community says of itself may be to be shown whole.
const maxScope = 2400

// scopeOf is what a community cares about: its own words, or the beginning of very many.
func scopeOf(g *db.Group) ui.HTML {
	if words := g.Actor.Summary; words != "" && len(words) <= maxScope {
		return ui.HTML(words)
	}
	return ui.HTML(html.EscapeString(abstractOf(g)))
}

// abstractOf is the same in short and without marks, for previews elsewhere.
func abstractOf(g *db.Group) string {
	if g.Actor.Summary != "" {
		return content.Abstract(g.Actor.Summary, 600)
	}
	return g.Tagline
}

// tie is something a reader becomes to a community, or ceases to be.
type tie struct {
	do   func(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error
	done string
	// asks: it may have to be granted first.
	asks bool
}

// follow handles POST /c/:handle/follow.
func (d *Door) follow(c echo.Context) error {
	do := func(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
		_, err := d.com.Follow(ctx, tx, who, g.Actor)
		return err
	}
	return d.change(c, tie{do: do, done: frame.At(c).Loc.Text("You follow it. New discussions appear under Today."), asks: true})
}

// unfollow handles POST /c/:handle/unfollow.
func (d *Door) unfollow(c echo.Context) error {
	do := func(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
		return d.com.Unfollow(ctx, tx, who, g.Actor)
	}
	return d.change(c, tie{do: do, done: frame.At(c).Loc.Text("You no longer follow it.")})
}

// change does one of these and leads back to the community; a no is said on its page.
func (d *Door) change(c echo.Context, t tie) error {
	g, err := d.groupAt(c)
	if err != nil {
		return err
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error { return t.do(ctx, tx, frame.Me(c), g) })
	if no, is := frame.Refusal(err); is {
		return d.groupPage(c, http.StatusUnprocessableEntity, g, frame.Sentence(frame.At(c).Loc, no))
	}
	if err != nil {
		return fmt.Errorf("change what somebody is to %s: %w", g.Actor.URI, err)
	}
	said := t.done
	if t.asks {
		if said, err = d.granted(c, g, t.done); err != nil {
			return err
		}
	}
	d.Flash(c, said, "")
	if d.mayKnow(c, g) != nil {
		return frame.See(c, "/communities") // who leaves a confidential community no longer knows of it
	}
	return frame.See(c, d.groupPath(g.Actor))
}

// granted is what to say of something asked for: done, or who decides.
func (d *Door) granted(c echo.Context, g *db.Group, done string) (string, error) {
	f, m, err := d.ties(c.Request().Context(), g, frame.Me(c))
	if err != nil {
		return "", err
	}
	switch loc := frame.At(c).Loc; {
	case m != nil && m.Status == db.MemberPending && m.LeftAt.IsZero(), f != nil && f.State == db.FollowPending && g.Actor.Local:
		return loc.Text("Asked. The facilitators decide, and you read it in your inbox."), nil
	case f != nil && f.State == db.FollowPending:
		return loc.Text("Asked. %s answers by itself, usually within a minute.", g.Actor.Host), nil
	}
	return done, nil
}
