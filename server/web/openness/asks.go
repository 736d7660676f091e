package openness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
)

// gate lets admins in.
func (d *Pages) gate(c echo.Context) error {
	if !d.Account(c).IsAdmin() {
		return community.Refuse(community.Forbidden, "not-admin")
	}
	return nil
}

// asks handles GET /admin/trust: communities elsewhere that trust this server, or ask to.
func (d *Pages) asks(c echo.Context) error {
	if err := d.gate(c); err != nil {
		return err
	}
	ctx := c.Request().Context()
	rows, err := d.store.TrustsIn(ctx, d.o.Host, 0, page)
	if err != nil {
		return fmt.Errorf("list communities that trust us: %w", err)
	}
	p := views.TrustAsks{}
	if p.Shell, err = d.Shell(c, d.Loc(c).Text("Communities that trust us"), views.Federation); err != nil {
		return err
	}
	for _, t := range rows {
		g, err := d.store.GroupByID(ctx, t.GroupID)
		if err != nil {
			return fmt.Errorf("load community %d: %w", t.GroupID, err)
		}
		members, err := d.store.LocalFollowers(ctx, t.GroupID)
		if err != nil {
			return fmt.Errorf("count members of %s: %w", g.Actor.URI, err)
		}
		row := views.TrustAsk{
			Person: d.Face(g.Actor), Org: d.Org(g.Actor.Host), Page: "/c/" + d.PathHandle(g.Actor), State: t.State, Asked: t.CreatedAt.Time, Members: int(members),
		}
		if t.Holds() {
			row.Answer = "/admin/trust/" + strconv.FormatInt(t.GroupID, 10)
		} else {
			row.Asked = t.EndedAt.Time
		}
		p.Rows = append(p.Rows, row)
	}
	return d.Page(c, http.StatusOK, p)
}

// answer handles POST /admin/trust/:group.
func (d *Pages) answer(c echo.Context) error {
	if err := d.gate(c); err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Param("group"), 10, 64)
	if err != nil {
		return echo.ErrNotFound
	}
	g, err := d.store.GroupByID(c.Request().Context(), id)
	if errors.Is(err, db.ErrNotFound) {
		return echo.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("load community %d: %w", id, err)
	}
	said := c.FormValue("answer")
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error { return d.rules.Answer(ctx, tx, g, said) })
	if err != nil {
		return fmt.Errorf("answer %s: %w", g.Actor.URI, err)
	}
	l := d.Loc(c)
	if said == "yes" {
		return d.done(c, l.Text("Agreed. People here may ask to join %s.", g.Actor.Label()), "/admin/trust")
	}
	return d.done(c, l.Text("Said no to %s.", g.Actor.Label()), "/admin/trust")
}
