package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/password"
	"github.com/copse-social/copse/server/web/frame"
)

// signInForm handles GET /sign-in.
func (d *Door) signInForm(c echo.Context) error {
	if frame.At(c).Account != nil {
		return frame.See(c, frame.LocalPath(c.QueryParam("back"), d.o.Base))
	}
	return d.signInPage(c, http.StatusOK, views.SignIn{Back: c.QueryParam("back")})
}

func (d *Door) signInPage(c echo.Context, status int, p views.SignIn) error {
	shell, err := d.Shell(c, frame.At(c).Loc.Text("Sign in"), views.NoTab)
	if err != nil {
		return err
	}
	p.Shell, p.Contact = shell, shell.Instance.Contact
	p.Head.NoIndex = true
	return d.Page(c, status, p)
}

// signIn handles POST /sign-in. Unknown people cost the same time as wrong passwords (T48).
func (d *Door) signIn(c echo.Context) error {
	var form struct {
		Login    string `form:"login"`
		Password string `form:"password"`
		Back     string `form:"back"`
	}
	if err := c.Bind(&form); err != nil {
		return err
	}
	p := views.SignIn{Login: form.Login, Back: form.Back}
	account, err := d.store.AccountByLogin(c.Request().Context(), form.Login)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load account to sign in: %w", err)
	}
	login := form.Login
	if err == nil {
		login = account.Actor.Handle // handle and mail address are one account
	}
	if d.o.Limit != nil && !d.o.Limit(c, login) {
		p.Error = frame.At(c).Loc.Text("Too many attempts. Wait a few minutes and try again.")
		return d.signInPage(c, http.StatusTooManyRequests, p)
	}
	hash := ""
	if err == nil {
		hash = account.PasswordHash
	}
	if !password.Matches(hash, form.Password) || err != nil || !account.DisabledAt.IsZero() {
		p.Error = frame.At(c).Loc.Text("Handle or mail address and password do not fit together.")
		return d.signInPage(c, http.StatusUnprocessableEntity, p)
	}
	if account.IsAdmin() {
		if err := d.noteAdmin(c, account); err != nil {
			return err
		}
	}
	if err := d.SignIn(c, account); err != nil {
		return err
	}
	return frame.See(c, frame.LocalPath(form.Back, d.o.Base))
}

// noteAdmin writes into the audit log that an admin comes in.
func (d *Door) noteAdmin(c echo.Context, account *db.Account) error {
	return d.store.InTx(c.Request().Context(), func(ctx context.Context, tx *db.Store) error {
		return tx.Audit(ctx, db.AuditEntry{Who: account.Actor.Handle, Act: "sign-in", Address: c.RealIP()})
	})
}

// signOut handles POST /sign-out.
func (d *Door) signOut(c echo.Context) error {
	if err := d.SignOut(c); err != nil {
		return err
	}
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return frame.See(c, "/")
}

// chooseLanguage handles POST /lang.
func (d *Door) chooseLanguage(c echo.Context) error {
	code := locales.Match("", c.FormValue("lang"))
	if a := frame.At(c).Account; a != nil {
		a.Locale = code
		if err := d.store.SaveAccount(c.Request().Context(), a); err != nil {
			return fmt.Errorf("save language: %w", err)
		}
	}
	d.Remember(c, frame.CookieLang, code)
	return frame.See(c, d.Back(c))
}

// chooseTheme handles POST /theme.
func (d *Door) chooseTheme(c echo.Context) error {
	theme := c.FormValue("theme")
	if theme != "light" && theme != "dark" {
		theme = ""
	}
	if a := frame.At(c).Account; a != nil {
		a.Theme = theme
		if err := d.store.SaveAccount(c.Request().Context(), a); err != nil {
			return fmt.Errorf("save theme: %w", err)
		}
	}
	d.Remember(c, frame.CookieTheme, theme)
	return frame.See(c, d.Back(c))
}
