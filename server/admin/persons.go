package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// personPath is the page of what is decided about somebody.
func personPath(a *db.Actor) string { return "/admin/persons/" + strconv.FormatInt(a.ID, 10) }

// findPerson handles GET /admin/persons: somebody by handle, of those who are known here. Nobody is
// asked for: who never came needs no sanction.
func (d *Door) findPerson(c echo.Context) error {
	handle := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(c.QueryParam("handle"))), "@")
	name, host, _ := strings.Cut(handle, "@")
	if host == "" {
		host = d.o.Host
	}
	a, err := d.store.ActorByHandle(c.Request().Context(), name, host)
	if errors.Is(err, db.ErrNotFound) || err == nil && a.Type == db.ActorGroup {
		return d.accountsPage(c, http.StatusNotFound, d.loc(c).Text("Nobody of that address is known here."))
	}
	if err != nil {
		return fmt.Errorf("find %s: %w", handle, err)
	}
	return c.Redirect(http.StatusSeeOther, personPath(a))
}

// personAt loads who an address names.
func (d *Door) personAt(c echo.Context) (*db.Actor, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return nil, echo.ErrNotFound
	}
	a, err := d.store.ActorByID(c.Request().Context(), id)
	if err != nil {
		return nil, err
	}
	if a.Type == db.ActorGroup || !a.DeletedAt.IsZero() {
		return nil, echo.ErrNotFound
	}
	return a, nil
}

// person handles GET /admin/persons/:id.
func (d *Door) person(c echo.Context) error {
	a, err := d.personAt(c)
	if err != nil {
		return err
	}
	return d.personPage(c, http.StatusOK, a, "")
}

func (d *Door) personPage(c echo.Context, status int, a *db.Actor, wrong string) error {
	ctx, l := c.Request().Context(), d.loc(c)
	shell, err := d.Shell(c, a.Label(), views.Federation)
	if err != nil {
		return err
	}
	belongs, err := d.store.MembershipsOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("list memberships of %s: %w", a.URI, err)
	}
	return d.Page(c, status, views.Sanction{
		Shell: shell, Who: d.Face(a), Local: a.Local, Suspended: a.SuspendedAt.Time, Silenced: a.SilencedAt.Time,
		Words: int(a.PostsCount), Belongs: len(belongs), Path: personPath(a),
		Confirm: ui.Field{
			Name: "handle", Label: l.Text("Their address once more"), Hint: "@" + a.Acct(), Error: wrong, Max: 300, Code: true, Autocomplete: "off",
		},
	})
}

// sanction handles POST /admin/persons/:id/:act.
func (d *Door) sanction(c echo.Context) error {
	a, err := d.personAt(c)
	if err != nil {
		return err
	}
	l, act, name := d.loc(c), c.Param("act"), a.Label()
	acts := map[string]struct {
		do   func(context.Context, *db.Store, *db.Actor) error
		said string
	}{
		"silence":   {d.o.Sanction.Silence, l.Text("%s is silenced.", name)},
		"suspend":   {d.o.Sanction.Suspend, l.Text("%s is suspended.", name)},
		"reinstate": {d.o.Sanction.Lift, l.Text("%s may do everything again.", name)},
		"purge":     {d.o.Sanction.Purge, l.Text("Everything of %s is removed.", name)},
	}
	one, known := acts[act]
	if !known {
		return echo.ErrNotFound
	}
	if act == "purge" && strings.TrimPrefix(strings.ToLower(strings.TrimSpace(c.FormValue("handle"))), "@") != strings.ToLower(a.Acct()) {
		return d.personPage(c, http.StatusUnprocessableEntity, a, l.Text("This is not their address. Nothing was removed."))
	}
	err = d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		if err := one.do(ctx, tx, a); err != nil {
			return err
		}
		return d.note(ctx, tx, c, db.ModerationEntry{Act: act, TargetID: a.ID, Reason: c.FormValue("reason")})
	})
	if no, is := errors.AsType[*community.Refusal](err); is {
		return d.personPage(c, http.StatusUnprocessableEntity, a, frame.Sentence(l, no))
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", act, a.URI, err)
	}
	next := personPath(a)
	if act == "purge" && a.Local {
		next = "/admin/people"
	}
	return d.done(c, one.said, next)
}
