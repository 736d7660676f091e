package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
)

// pageAccounts is how many accounts a page holds.
const pageAccounts = 50

func escape(s string) string { return url.QueryEscape(s) }

// loc is how the reader reads; every page and act needs it for words.
func (d *Door) loc(c echo.Context) *locales.Loc { return d.Loc(c) }

// accounts handles GET /admin/people.
func (d *Door) accounts(c echo.Context) error { return d.accountsPage(c, http.StatusOK, "") }

func (d *Door) accountsPage(c echo.Context, status int, wrong string) error {
	ctx := c.Request().Context()
	shell, err := d.Shell(c, d.loc(c).Text("Accounts"), views.Federation)
	if err != nil {
		return err
	}
	p := views.Accounts{Shell: shell, Words: c.QueryParam("q"), Error: wrong}
	all, active, err := d.store.AccountsCount(ctx, db.At(d.o.Now().AddDate(0, -1, 0)))
	if err != nil {
		return fmt.Errorf("count accounts: %w", err)
	}
	p.All, p.Active = int(all), int(active)
	after, _ := strconv.ParseInt(c.QueryParam("after"), 10, 64)
	list, err := d.store.FindAccounts(ctx, p.Words, after, pageAccounts+1)
	if err != nil {
		return fmt.Errorf("list accounts: %w", err)
	}
	base := "/admin/people?q=" + escape(p.Words)
	if len(list) > pageAccounts {
		list = list[:pageAccounts]
		p.Pages.Older = base + "&after=" + strconv.FormatInt(list[pageAccounts-1].ID, 10)
	}
	if after > 0 {
		p.Pages.Newer = base
	}
	for _, a := range list {
		p.People = append(p.People, views.AccountRow{
			Person: d.Face(a.Actor), Path: "/admin/people/" + strconv.FormatInt(a.ID, 10), Sanction: personPath(a.Actor), Mail: a.Email, Admin: a.IsAdmin(),
			Since: a.CreatedAt.Time, Seen: a.SeenAt.Time, Disabled: a.DisabledAt.Time, Self: a.ID == d.Account(c).ID,
		})
	}
	return d.Page(c, status, p)
}

// accountAct handles POST /admin/people/:account/:act. Nobody changes their own account here: the
// last admin would lock the door from outside.
func (d *Door) accountAct(c echo.Context) error {
	id, err := strconv.ParseInt(c.Param("account"), 10, 64)
	if err != nil {
		return echo.ErrNotFound
	}
	ctx, act, l := c.Request().Context(), c.Param("act"), d.loc(c)
	a, err := d.store.AccountByID(ctx, id)
	if err != nil {
		return err
	}
	if a.ID == d.Account(c).ID {
		return d.accountsPage(c, http.StatusUnprocessableEntity, l.Text("Another admin has to change your own account."))
	}
	if a.ActorID != 0 && !a.Actor.DeletedAt.IsZero() {
		return community.Refuse(community.Gone, "actor-gone")
	}
	said, ends := d.apply(l, act, a)
	if said == "" {
		return echo.ErrNotFound
	}
	err = d.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if err := tx.SaveAccess(ctx, a); err != nil {
			return err
		}
		if ends { // whoever loses a right is signed out of it at once (T40)
			if err := tx.RevokeSessions(ctx, a.ID, ""); err != nil {
				return err
			}
		}
		return d.note(ctx, tx, c, db.ModerationEntry{Act: act, TargetID: a.ActorID})
	})
	if err != nil {
		return fmt.Errorf("%s account %d: %w", act, a.ID, err)
	}
	return d.done(c, said, "/admin/people")
}

// apply changes an account; ends says that its sessions end with it.
func (d *Door) apply(l *locales.Loc, act string, a *db.Account) (said string, ends bool) {
	name := a.Actor.Label()
	switch act {
	case "disable":
		a.DisabledAt = db.At(d.o.Now().Truncate(time.Millisecond))
		return l.Text("The account of %s is closed.", name), true
	case "enable":
		a.DisabledAt = db.Time{}
		return l.Text("The account of %s is open again.", name), false
	case "promote":
		a.Role = db.RoleAdmin
		return l.Text("%s is an admin now.", name), false
	case "demote":
		a.Role = db.RoleUser
		return l.Text("%s is no admin any more.", name), true
	}
	return "", false
}
