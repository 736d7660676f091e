package web

import (
	"errors"
	"fmt"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/web/frame"
)

// remote fills in what the page of a community elsewhere has besides: where it lives, what is
// kept and fetched here, and how far the reader has come.
func (d *Door) remote(c echo.Context, g *db.Group, p *views.Cop) error {
	if g.Actor.Local {
		return nil
	}
	ctx, loc := c.Request().Context(), frame.At(c).Loc
	p.Remote = &views.Remote{Host: g.Actor.Host, URL: g.Actor.URL}
	if p.Remote.URL == "" {
		p.Remote.URL = g.Actor.URI
	}
	p.Members, p.Followers = 0, int(g.Actor.FollowersCount) // of its members we know ours alone
	people, err := d.store.LocalFollowers(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("count readers here: %w", err)
	}
	p.Remote.Kept = views.Kept{
		Posts: int(g.DiscussionsCount), Since: g.Actor.CreatedAt.Time, Readers: int(people), There: int(g.Actor.FollowersCount),
	}
	h, err := d.store.HostByName(ctx, g.Actor.Host)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load host %s: %w", g.Actor.Host, err)
	}
	if err == nil {
		p.Remote.Kept.Contact = later(h.LastInAt, h.LastOKAt).Time
	}
	switch {
	case g.BackfillNote != "":
		p.Remote.Note = loc.Text("Older posts are being fetched from %s, a few at a time. What has come can be read now.", g.Actor.Host)
	case g.BackfilledAt.IsZero() && people == 0:
		p.Remote.Note = loc.Text("Nobody here follows it yet, so only what somebody looked at is kept here. Follow it and older posts are fetched.")
	}
	p.Remote.Steps = way(c, g, p)
	return nil
}

func later(a, b db.Time) db.Time {
	if a.After(b.Time) {
		return a
	}
	return b
}

// way is the reader's path into a community elsewhere, from following to belonging.
func way(c echo.Context, g *db.Group, p *views.Cop) []views.Step {
	loc := frame.At(c).Loc
	if frame.Me(c) == nil || p.Standing == views.Stranger {
		return nil
	}
	follow := views.Step{Title: loc.Text("Follow accepted"), Note: loc.Text("You read and reply from here.")}
	if p.Pending {
		follow = views.Step{Title: loc.Text("Follow asked"), Note: loc.Text("Waits for an answer from %s.", g.Actor.Host), Current: true}
	}
	steps := []views.Step{follow}
	if !p.Joinable {
		return steps
	}
	asked := views.Step{Title: loc.Text("Membership asked"), Note: loc.Text("Its facilitators decide.")}
	member := views.Step{Title: loc.Text("Member"), Note: loc.Text("You may start discussions.")}
	switch p.Standing {
	case views.Following:
		return append(steps, views.Step{Title: loc.Text("Member"), Note: loc.Text("Ask to join, then you may start discussions.")})
	case views.Asked:
		asked.Current = true
	case views.Member:
		member.Current = true
	}
	return append(steps, asked, member)
}
