package desk

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/password"
)

// access handles GET /settings/access.
func (d *Desk) access(c echo.Context) error { return d.accessPage(c, http.StatusOK, views.Access{}) }

func (d *Desk) accessPage(c echo.Context, status int, p views.Access) error {
	ctx, a := c.Request().Context(), d.Account(c)
	shell, err := d.Shell(c, d.Loc(c).Text("Settings"), views.Settings)
	if err != nil {
		return err
	}
	p.Shell, p.Mail = shell, a.Email
	list, err := d.store.SessionsOf(ctx, a.ID)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	mine := d.SessionHash(ctx)
	for _, s := range list {
		p.Sessions = append(p.Sessions, views.OpenSession{
			ID: strconv.FormatInt(s.PublicID, 10), Browser: browserOf(s.UserAgent), Address: s.Address,
			Since: s.CreatedAt.Time, Seen: s.SeenAt.Time, Current: s.TokenHash == mine,
		})
	}
	return d.Page(c, status, p)
}

// browserOf is what people recognise in a User-Agent header: a browser and a system.
func browserOf(agent string) string {
	pick := func(names ...[2]string) string {
		for _, n := range names {
			if strings.Contains(agent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	browser := pick([2]string{"Edg", "Edge"}, [2]string{"OPR", "Opera"}, [2]string{"Firefox", "Firefox"},
		[2]string{"SamsungBrowser", "Samsung Internet"}, [2]string{"Chrom", "Chrome"}, [2]string{"Safari", "Safari"})
	system := pick([2]string{"Android", "Android"}, [2]string{"iPhone", "iPhone"}, [2]string{"iPad", "iPad"},
		[2]string{"Windows", "Windows"}, [2]string{"Mac OS", "macOS"}, [2]string{"Linux", "Linux"})
	switch {
	case browser != "" && system != "":
		return browser + ", " + system
	case browser+system != "":
		return browser + system
	case agent == "":
		return "–"
	}
	return excerpt(agent, 60)
}

// changePassword handles POST /settings/password: all other browsers are signed out (T40).
func (d *Desk) changePassword(c echo.Context) error {
	a, l := d.Account(c), d.Loc(c)
	var p views.Access
	if !password.Matches(a.PasswordHash, c.FormValue("old")) {
		p.Old.Error = l.Text("The password is not right.")
		return d.accessPage(c, http.StatusUnprocessableEntity, p)
	}
	hash, err := password.Hash(c.FormValue("new"))
	if no, is := refusalIn(err); is {
		p.New.Error = d.Sentence(l, no)
		return d.accessPage(c, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return fmt.Errorf("hash password: %w", err)
	}
	a.PasswordHash = hash
	err = d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		if err := tx.SavePassword(ctx, a); err != nil {
			return err
		}
		if err := tx.RevokeSessions(ctx, a.ID, d.SessionHash(ctx)); err != nil {
			return err
		}
		return tx.Audit(ctx, db.AuditEntry{Who: a.Actor.Handle, Act: "password", Object: a.Actor.Handle, Address: c.RealIP()})
	})
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	d.Flash(c, l.Text("The password is changed. All other browsers are signed out."), "")
	return c.Redirect(http.StatusSeeOther, "/settings/access")
}

// endSession handles POST /settings/sessions/:session/end.
func (d *Desk) endSession(c echo.Context) error {
	id, err := strconv.ParseInt(c.Param("session"), 10, 64)
	if err != nil {
		return echo.ErrNotFound
	}
	if err := d.store.RevokeSession(c.Request().Context(), d.Account(c).ID, id); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	d.Flash(c, d.Loc(c).Text("That browser is signed out."), "")
	return c.Redirect(http.StatusSeeOther, "/settings/access")
}

// endOtherSessions handles POST /settings/sessions/end.
func (d *Desk) endOtherSessions(c echo.Context) error {
	ctx := c.Request().Context()
	if err := d.store.RevokeSessions(ctx, d.Account(c).ID, d.SessionHash(ctx)); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	d.Flash(c, d.Loc(c).Text("All other browsers are signed out."), "")
	return c.Redirect(http.StatusSeeOther, "/settings/access")
}
