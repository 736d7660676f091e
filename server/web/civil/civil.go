// Package civil is the part of the web door about what keeps a community civil beside reports: slowing
// down, hiding, moving discussions, its log, and the appeal of whom it was closed to.
//
// Like the rest of the door it decides nothing; it stands in the frame of the web door. What those
// who look after a community see of reports is in desk. Start with Mount.
package civil

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/moderation"
	"github.com/copse-social/copse/server/web/frame"
)

// Options is what the pages need.
type Options struct {
	Store      *db.Store
	Community  *community.Rules
	Exchange   *exchange.Rules
	Moderation *moderation.Rules
	Frame      *frame.Frame
}

// Pages serves them.
type Pages struct {
	*frame.Frame
	store *db.Store
	com   *community.Rules
	ex    *exchange.Rules
	mod   *moderation.Rules
}

// New makes the pages.
func New(o Options) *Pages {
	return &Pages{Frame: o.Frame, store: o.Store, com: o.Community, ex: o.Exchange, mod: o.Moderation}
}

// Mount adds the routes to a group that has the web door's reader around it.
func (d *Pages) Mount(g *echo.Group) {
	g.GET("/c/:handle/appeal", d.appealForm, d.SignedIn)
	g.POST("/c/:handle/appeal", d.appeal, d.SignedIn)
	for path, make := range map[string]prepare{
		"/p/:id/slow": d.slowing, "/c/:handle/slow": d.slowing, "/p/:id/hide": d.hiding, "/p/:id/move": d.transferring,
	} {
		g.GET(path, d.ask(make), d.SignedIn)
		g.POST(path, d.take(make), d.SignedIn)
	}
}

// banAt is the reader's own ban from the community of an address. Who has none finds nothing; a
// confidential community is not named to who may not know of it.
func (d *Pages) banAt(c echo.Context) (*db.Group, *db.Ban, error) {
	a, err := d.Person(c)
	if err != nil {
		return nil, nil, err
	}
	if a.Type != db.ActorGroup {
		return nil, nil, echo.ErrNotFound
	}
	ctx := c.Request().Context()
	g, err := d.store.GroupByID(ctx, a.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("load group %s: %w", a.URI, err)
	}
	if g.Openness == db.OpennessConfidential {
		return nil, nil, echo.ErrNotFound
	}
	ban, err := d.store.BanOf(ctx, g.ActorID, frame.MyID(c))
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil, echo.ErrNotFound
	}
	return g, ban, err
}

// appealForm handles GET /c/:handle/appeal.
func (d *Pages) appealForm(c echo.Context) error {
	g, ban, err := d.banAt(c)
	if err != nil {
		return err
	}
	return d.appealPage(c, http.StatusOK, g, ban, views.AppealForm{})
}

func (d *Pages) appealPage(c echo.Context, status int, g *db.Group, ban *db.Ban, p views.AppealForm) error {
	var err error
	if p.Shell, err = d.Shell(c, d.Loc(c).Text("Appeal"), views.Communities); err != nil {
		return err
	}
	p.Head.NoIndex = true
	p.Place, p.Reason, p.Since, p.Until = d.Place(g.Actor), ban.Reason, ban.CreatedAt.Time, ban.Until.Time
	_, err = d.store.AppealAgainst(c.Request().Context(), g.ActorID, ban.URI)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load appeal: %w", err)
	}
	p.Before = err == nil
	return d.Page(c, status, p)
}

// appeal handles POST /c/:handle/appeal.
func (d *Pages) appeal(c echo.Context) error {
	g, ban, err := d.banAt(c)
	if err != nil {
		return err
	}
	words := strings.TrimSpace(c.FormValue("words"))
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		return d.mod.Appeal(ctx, tx, frame.Me(c), g, words)
	})
	if no, is := frame.Refusal(err); is {
		p := views.AppealForm{Words: ui.Answer{Value: words}}
		if say := d.Sentence(d.Loc(c), no); no.Field == "words" {
			p.Words.Error = say
		} else {
			p.Error = say
		}
		return d.appealPage(c, http.StatusUnprocessableEntity, g, ban, p)
	}
	if err != nil {
		return fmt.Errorf("appeal in %s: %w", g.Actor.URI, err)
	}
	d.Flash(c, d.Loc(c).Text("Sent. What is decided stands under Reports."), "")
	return c.Redirect(http.StatusSeeOther, "/reports")
}
