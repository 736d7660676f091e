package openness

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// readers handles GET /c/:handle/readers: what of a community can be read by whom, and which single
// texts of it everybody reads. Where only name and contact are public, it is for members.
func (d *Pages) readers(c echo.Context) error {
	a, err := d.Person(c)
	if err != nil {
		return err
	}
	if a.Type != db.ActorGroup || !a.Local {
		return echo.ErrNotFound
	}
	ctx, l := c.Request().Context(), d.Loc(c)
	g, err := d.store.GroupByID(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("load group %s: %w", a.URI, err)
	}
	if g.Openness == db.OpennessPrivate || g.Openness == db.OpennessConfidential {
		if err := d.o.Community.Permit(ctx, d.store, g, frame.Me(c), rights.Read); err != nil {
			return frame.Hidden(err)
		}
	}
	st, err := d.o.Community.Standing(ctx, d.store, g, frame.Me(c))
	if err != nil {
		return err
	}
	var p views.Readers
	if p.CommunityHead, err = d.CommunityHead(ctx, d.o.Community, g, frame.Me(c), st); err != nil {
		return err
	}
	log, err := d.store.LogReaders(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("see who reads the log of %s: %w", a.URI, err)
	}
	copies, err := d.store.CopiesToClients(ctx, g)
	if err != nil {
		return fmt.Errorf("see whom %s speaks to: %w", a.URI, err)
	}
	p.Rows = whoReads(l, g, log, copies)
	p.Releases = g.Openness == db.OpennessRestricted
	if p.Released, err = d.released(ctx, g); err != nil {
		return err
	}
	if err := d.takeBack(c, g, p.Released); err != nil {
		return err
	}
	if p.Shell, err = d.ShellIn(c, l.Text("Who reads what"), g); err != nil {
		return err
	}
	return d.Page(c, http.StatusOK, p)
}

// takeBack leaves the way to take a text back to its author and to those who may decide.
func (d *Pages) takeBack(c echo.Context, g *db.Group, list []views.ReleasedLine) error {
	err := d.rules.MayRelease(c.Request().Context(), d.store, frame.Me(c), g)
	_, no := frame.Refusal(err)
	if err != nil && !no {
		return err
	}
	for i := range list {
		if no && list[i].Author != frame.MyID(c) {
			list[i].Back = ""
		}
	}
	return nil
}

// whoReads puts in words what the levels of openness mean (domain.md 3g).
func whoReads(l loc, g *db.Group, log string, copies bool) []views.ReaderLine {
	open := g.Openness == db.OpennessOpen
	everybody, members := l.Text("Everybody"), l.Text("Members, on any server")
	page, talk, roster, done, kept := everybody, members, l.Text("Members; everybody sees those who chose it"), members, ""
	switch g.Openness {
	case db.OpennessOpen:
		talk = everybody
	case db.OpennessPrivate:
		page, roster = l.Text("Members; everybody sees name and contact"), members
	case db.OpennessConfidential:
		page, roster = l.Text("Members, and who is invited"), members
	}
	switch {
	case log == db.LogModerators:
		done = l.Text("Facilitators and moderators")
	case log == db.LogPublic && open:
		done = everybody
	}
	switch {
	case open:
		kept = l.Text("Any server that follows it")
	case copies:
		kept = l.Text("Servers of its members; on Mastodon and its kin in the community’s own words, which those who run them can read")
	default:
		kept = l.Text("Servers of its members that promise to keep them among members")
	}
	return []views.ReaderLine{
		{What: l.Text("Its page and its charter"), Who: page},
		{What: l.Text("Discussions and answers"), Who: talk},
		{What: l.Text("Who belongs"), Who: roster},
		{What: l.Text("What moderators did"), Who: done},
		{What: l.Text("Who keeps copies"), Who: kept},
	}
}
