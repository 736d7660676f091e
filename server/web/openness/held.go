package openness

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/web/frame"
)

// held are the servers that have not confirmed whom a community sent away.
func (d *Pages) held(ctx context.Context, g *db.Group) ([]views.HeldServer, error) {
	ends, err := d.store.OpenEnds(ctx, g.ActorID, "", page)
	if err != nil {
		return nil, fmt.Errorf("list who was sent away from %s: %w", g.Actor.URI, err)
	}
	var list []views.HeldServer
	at := make(map[string]int)
	for _, e := range ends {
		i, known := at[e.Host]
		if !known {
			n, err := d.store.CountHeld(ctx, g.ActorID, e.Host)
			if err != nil {
				return nil, fmt.Errorf("count what waits for %s: %w", e.Host, err)
			}
			i, at[e.Host] = len(list), len(list)
			list = append(list, views.HeldServer{
				Org: d.Org(e.Host), Host: e.Host, Since: e.CreatedAt.Time, Posts: int(n), Open: d.path(g) + "/without?host=" + e.Host,
			})
		}
		list[i].People, list[i].Times = append(list[i].People, "@"+e.Actor.Acct()), max(list[i].Times, int(e.Times))
	}
	return list, nil
}

// withoutForm handles GET /c/:handle/openness/without: what it means not to wait for a server.
func (d *Pages) withoutForm(c echo.Context) error {
	g, err := d.settable(c)
	if err != nil {
		return err
	}
	ctx, l, host := c.Request().Context(), d.Loc(c), c.QueryParam("host")
	ends, err := d.store.OpenEnds(ctx, g.ActorID, host, page)
	if err != nil {
		return fmt.Errorf("list who was sent away from %s: %w", g.Actor.URI, err)
	}
	if len(ends) == 0 || host == "" {
		return d.done(c, l.Text("Nothing is held back there."), d.path(g))
	}
	p := views.Confirm{
		Heading: l.Text("Go on without %s?", host), Submit: l.Text("Go on without"), Danger: true, Action: d.path(g) + "/without?host=" + host, Back: d.path(g),
		Explain: l.Text("What waits is sent to the other members there, and so is all that follows. That server has not confirmed whom the community sent away: it may show them everything. Nobody here can see whether it does."),
		Trail:   []ui.Link{{Label: g.Actor.Label(), URL: "/c/" + d.PathHandle(g.Actor)}, {Label: l.Text("Openness and trust"), URL: d.path(g)}, {Label: l.Text("Go on without")}},
	}
	if p.Shell, err = d.ShellIn(c, p.Heading, g); err != nil {
		return err
	}
	return d.Page(c, http.StatusOK, p)
}

// without handles POST /c/:handle/openness/without.
func (d *Pages) without(c echo.Context) error {
	g, err := d.settable(c)
	if err != nil {
		return err
	}
	host := c.QueryParam("host")
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		return d.rules.GoOnWithout(ctx, tx, frame.Me(c), g, host)
	})
	if err != nil {
		return fmt.Errorf("go on without %s: %w", host, err)
	}
	return d.done(c, d.Loc(c).Text("What waited for members at %s is sent.", host), d.path(g))
}
