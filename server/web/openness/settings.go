package openness

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/web/frame"
)

// settings handles GET /c/:handle/openness.
func (d *Pages) settings(c echo.Context) error {
	g, err := d.settable(c)
	if err != nil {
		return err
	}
	return d.settingsPage(c, http.StatusOK, g, views.OpennessPage{})
}

func (d *Pages) settingsPage(c echo.Context, status int, g *db.Group, p views.OpennessPage) error {
	ctx, l := c.Request().Context(), d.Loc(c)
	var err error
	if p.Shell, err = d.ShellIn(c, l.Text("Openness and trust"), g); err != nil {
		return err
	}
	p.CommunityHead, p.Levels = d.head(g), chosen(levels(l), g.Openness)
	p.Closed, p.Releases = g.Openness != db.OpennessOpen, g.Openness == db.OpennessRestricted
	if p.Orgs, p.Limits, err = d.organisations(ctx, g); err != nil {
		return err
	}
	if p.Held, err = d.held(ctx, g); err != nil {
		return err
	}
	p.Limits = p.Limits || g.Openness == db.OpennessConfidential
	said, err := d.store.SaidCopies(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load whom %s speaks to: %w", g.Actor.URI, err)
	}
	p.Copies = chosen(copies(l, g), said)
	if p.Released, err = d.released(ctx, g); err != nil {
		return err
	}
	return d.Page(c, status, p)
}

func chosen(list []ui.Choice, value string) []ui.Choice {
	for i := range list {
		list[i].Chosen = list[i].Value == value
	}
	return list
}

func levels(l loc) []ui.Choice {
	return []ui.Choice{
		{Value: db.OpennessOpen, Label: l.Text("Everybody, on any server")},
		{Value: db.OpennessRestricted, Label: l.Text("Members; anybody may ask to join")},
		{Value: db.OpennessPrivate, Label: l.Text("Members; listed by name only")},
		{Value: db.OpennessConfidential, Label: l.Text("Members; not listed anywhere")},
	}
}

func copies(l loc, g *db.Group) []ui.Choice {
	usual := l.Text("As is usual here: none")
	if g.Openness == db.OpennessRestricted {
		usual = l.Text("As is usual here: yes")
	}
	return []ui.Choice{{Value: "", Label: usual}, {Value: "yes", Label: l.Text("Yes")}, {Value: "no", Label: l.Text("No")}}
}

// organisations are those on the list, and others that have members; limits says that the list keeps
// others out.
func (d *Pages) organisations(ctx context.Context, g *db.Group) (list []views.TrustedOrg, limits bool, err error) {
	rows, err := d.store.Trusts(ctx, g.ActorID, "", page)
	if err != nil {
		return nil, false, fmt.Errorf("list organisations of %s: %w", g.Actor.URI, err)
	}
	members, err := d.store.FollowersByHost(ctx, g.ActorID)
	if err != nil {
		return nil, false, fmt.Errorf("count followers of %s: %w", g.Actor.URI, err)
	}
	delete(members, d.o.Host)
	for _, t := range rows {
		o := views.TrustedOrg{Org: d.Org(t.Host), Host: t.Host, State: t.State, Since: t.EndedAt.Time, Members: int(members[t.Host])}
		if t.Holds() {
			o.End = d.path(g) + "/end?host=" + t.Host
		}
		delete(members, t.Host)
		list = append(list, o)
	}
	var rest []views.TrustedOrg
	for host, n := range members {
		rest = append(rest, views.TrustedOrg{Org: d.Org(host), Host: host, Members: int(n)})
	}
	slices.SortFunc(rest, func(a, b views.TrustedOrg) int { return strings.Compare(a.Host, b.Host) })
	return append(list, rest[:min(len(rest), page)]...), len(rows) > 0, nil
}

// released are the posts that everybody reads.
func (d *Pages) released(ctx context.Context, g *db.Group) ([]views.ReleasedLine, error) {
	rows, err := d.store.ReleasesIn(ctx, g.ActorID, db.ReleaseOut, db.Before{Limit: page})
	if err != nil {
		return nil, fmt.Errorf("list releases of %s: %w", g.Actor.URI, err)
	}
	var list []views.ReleasedLine
	for _, r := range rows {
		p, err := d.store.PostByID(ctx, r.PostID)
		if err != nil {
			return nil, fmt.Errorf("load released post %d: %w", r.PostID, err)
		}
		list = append(list, views.ReleasedLine{
			Title: headingOf(p), By: p.Author.Label(), At: r.OutAt.Time, Open: postPath(p), Back: postPath(p) + "/release", Author: p.AuthorID,
		})
	}
	return list, nil
}

// headingOf is what a post is called: its title, else how it begins.
func headingOf(p *db.Post) string {
	if p.Title != "" {
		return p.Title
	}
	return content.Excerpt(p.Content, 80)
}

// trust handles POST /c/:handle/openness/trust: it asks an organisation to agree.
func (d *Pages) trust(c echo.Context) error {
	g, err := d.settable(c)
	if err != nil {
		return err
	}
	ctx, l := c.Request().Context(), d.Loc(c)
	host := strings.ToLower(strings.TrimSpace(c.FormValue("host")))
	host = strings.TrimSuffix(strings.TrimPrefix(host, "https://"), "/")
	p := views.OpennessPage{Host: ui.Answer{Value: host}}
	instance, err := d.o.Resolve(ctx, host+"@"+host)
	if err != nil {
		d.o.Log.InfoContext(ctx, "server of an organisation not found", "host", host, "err", err)
		p.Host.Error = l.Text("No server of this name answers. Look at how it is written, or ask there whether it is up.")
		return d.settingsPage(c, http.StatusUnprocessableEntity, g, p)
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error { return d.rules.Trust(ctx, tx, frame.Me(c), g, instance) })
	if no, is := frame.Refusal(err); is {
		p.Host.Error = d.Sentence(l, no)
		return d.settingsPage(c, http.StatusUnprocessableEntity, g, p)
	}
	if err != nil {
		return fmt.Errorf("trust %s: %w", host, err)
	}
	return d.done(c, l.Text("%s is asked to agree.", host), d.path(g))
}

// endForm handles GET /c/:handle/openness/end: what it means to trust an organisation no more.
func (d *Pages) endForm(c echo.Context) error {
	g, err := d.settable(c)
	if err != nil {
		return err
	}
	ctx, l, host := c.Request().Context(), d.Loc(c), c.QueryParam("host")
	t, err := d.store.TrustOf(ctx, g.ActorID, host)
	if err != nil {
		return err
	}
	members, err := d.store.FollowersByHost(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("count followers of %s: %w", g.Actor.URI, err)
	}
	p := views.Confirm{
		Heading: l.Text("Trust %s no more?", t.Host), Submit: l.Text("End it"), Danger: true, Action: d.path(g) + "/end?host=" + t.Host, Back: d.path(g),
		Explain: l.Count(
			"%d member there loses access at once, and nothing more is sent there. Its server is asked to throw away what it holds of the community. A Copse does; nobody can make sure of other software, or of what people saved.",
			"%d members there lose access at once, and nothing more is sent there. Its server is asked to throw away what it holds of the community. A Copse does; nobody can make sure of other software, or of what people saved.",
			int(members[t.Host])),
		Trail: []ui.Link{{Label: g.Actor.Label(), URL: "/c/" + d.PathHandle(g.Actor)}, {Label: l.Text("Openness and trust"), URL: d.path(g)}, {Label: l.Text("End it")}},
	}
	if p.Shell, err = d.ShellIn(c, p.Heading, g); err != nil {
		return err
	}
	return d.Page(c, http.StatusOK, p)
}

// end handles POST /c/:handle/openness/end.
func (d *Pages) end(c echo.Context) error {
	g, err := d.settable(c)
	if err != nil {
		return err
	}
	host := c.QueryParam("host")
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error { return d.rules.EndTrust(ctx, tx, frame.Me(c), g, host) })
	if err != nil {
		return fmt.Errorf("end trust of %s: %w", host, err)
	}
	return d.done(c, d.Loc(c).Text("%s has no access any more. Its server was asked to throw away what it holds.", host), d.path(g))
}

// copies handles POST /c/:handle/openness/copies.
func (d *Pages) copies(c echo.Context) error {
	g, err := d.settable(c)
	if err != nil {
		return err
	}
	said := c.FormValue("copies")
	if said != "yes" && said != "no" {
		said = ""
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error { return d.rules.SetCopies(ctx, tx, frame.Me(c), g, said) })
	if err != nil {
		return fmt.Errorf("set copies of %s: %w", g.Actor.URI, err)
	}
	return d.done(c, d.Loc(c).Text("Saved."), d.path(g))
}
