package cockpit

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/guest"
	"github.com/copse-social/copse/server/web/frame"
)

// reader is who is at the cockpit: one of ours, or a guest with a pass; nil when signed out.
func (d *Pages) reader(c echo.Context) (*db.Actor, *db.GuestPass, error) {
	if me := frame.Me(c); me != nil {
		return me, nil, nil
	}
	pass, err := guest.Known(c.Request().Context(), d.store, d.GuestPass(c))
	if err != nil || pass == nil {
		return nil, nil, err
	}
	return pass.Actor, pass, nil
}

// guestForm handles GET /guest.
func (d *Pages) guestForm(c echo.Context) error {
	who, _, err := d.reader(c)
	if err != nil {
		return err
	}
	if who != nil {
		return frame.See(c, "/cockpit")
	}
	return d.guestPage(c, http.StatusOK, views.GuestSignIn{})
}

func (d *Pages) guestPage(c echo.Context, status int, p views.GuestSignIn) error {
	var err error
	if p.Shell, err = d.Shell(c, d.Loc(c).Text("Sign in with your home account"), views.NoTab); err != nil {
		return err
	}
	p.Head.NoIndex = true
	return d.Page(c, status, p)
}

// askLink handles POST /guest. Whoever is named, the answer is the same (T48), and nobody is looked
// for on other servers.
func (d *Pages) askLink(c echo.Context) error {
	handle := strings.TrimPrefix(strings.TrimSpace(c.FormValue("who")), "@")
	l := d.Loc(c)
	if !strings.Contains(handle, "@") || len(handle) > 300 {
		return d.guestPage(c, http.StatusUnprocessableEntity, views.GuestSignIn{Who: ui.Answer{Value: handle, Error: l.Text("Write it with the name of your server, like name@example.org.")}})
	}
	if d.o.Limit != nil && !d.o.Limit(c, "guest "+strings.ToLower(handle)) {
		return d.guestPage(c, http.StatusTooManyRequests, views.GuestSignIn{No: l.Text("Too many attempts. Wait a few minutes and try again.")})
	}
	who, err := d.Named(c.Request().Context(), handle)
	if frame.IsMissing(err) {
		who = nil
	} else if err != nil {
		return fmt.Errorf("find who wants to sign in: %w", err)
	}
	browser := d.NameBrowser(c)
	if err := d.InTx(c, func(ctx context.Context, tx *db.Store) error { return d.o.Guest.Ask(ctx, tx, who, browser) }); err != nil {
		return fmt.Errorf("send link to guest: %w", err)
	}
	return d.guestPage(c, http.StatusOK, views.GuestSignIn{Asked: true})
}

// openLink handles GET /guest/:token. It changes nothing: servers look at links before people do.
func (d *Pages) openLink(c echo.Context) error {
	c.Response().Header().Set("Referrer-Policy", "no-referrer")
	who, err := d.o.Guest.Holder(c.Request().Context(), d.store, c.Param("token"), d.Browser(c))
	if no, is := frame.Refusal(err); is {
		return d.guestPage(c, http.StatusForbidden, views.GuestSignIn{No: d.Sentence(d.Loc(c), no)})
	}
	if err != nil {
		return err
	}
	return d.guestPage(c, http.StatusOK, views.GuestSignIn{Enter: "/guest/" + c.Param("token"), As: ui.Link{Label: "@" + who.Acct()}})
}

// enter handles POST /guest/:token.
func (d *Pages) enter(c echo.Context) error {
	var pass string
	agent := c.Request().UserAgent()
	agent = strings.ToValidUTF8(agent[:min(len(agent), 200)], "")
	err := d.InTx(c, func(ctx context.Context, tx *db.Store) (err error) {
		pass, _, err = d.o.Guest.Enter(ctx, tx, c.Param("token"), d.Browser(c), agent)
		return err
	})
	if no, is := frame.Refusal(err); is {
		return d.guestPage(c, http.StatusForbidden, views.GuestSignIn{No: d.Sentence(d.Loc(c), no)})
	}
	if err != nil {
		return fmt.Errorf("let guest in: %w", err)
	}
	if err := d.EnterGuest(c, pass); err != nil {
		return err
	}
	return frame.See(c, "/cockpit")
}

// leave handles POST /guest/leave: in this browser, or everywhere.
func (d *Pages) leave(c echo.Context) error {
	pass, err := guest.Known(c.Request().Context(), d.store, d.GuestPass(c))
	if err != nil {
		return err
	}
	if pass != nil {
		one := pass.PublicID
		if c.FormValue("everywhere") != "" {
			one = 0
		}
		if err := d.store.EndGuestPasses(c.Request().Context(), pass.ActorID, one); err != nil {
			return fmt.Errorf("end visit of guest: %w", err)
		}
	}
	if err := d.SignOut(c); err != nil {
		return err
	}
	return frame.See(c, "/guest")
}
