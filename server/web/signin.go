package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
)

// signInForm handles GET /sign-in.
func (d *Door) signInForm(c echo.Context) error {
	if at(c).account != nil {
		return see(c, localPath(c.QueryParam("back"), d.o.Base))
	}
	return d.signInPage(c, http.StatusOK, views.SignIn{Back: c.QueryParam("back")})
}

func (d *Door) signInPage(c echo.Context, status int, p views.SignIn) error {
	shell, err := d.shell(c, at(c).loc.Text("Sign in"), views.NoTab)
	if err != nil {
		return err
	}
	p.Shell, p.Contact = shell, shell.Instance.Contact
	p.Head.NoIndex = true
	return d.page(c, status, p)
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
	if d.o.Limit != nil && !d.o.Limit(c, form.Login) {
		p.Error = at(c).loc.Text("Too many attempts. Wait a few minutes and try again.")
		return d.signInPage(c, http.StatusTooManyRequests, p)
	}
	account, err := d.store.AccountByLogin(c.Request().Context(), form.Login)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load account to sign in: %w", err)
	}
	hash := ""
	if err == nil {
		hash = account.PasswordHash
	}
	if !community.PasswordMatches(hash, form.Password) || err != nil || !account.DisabledAt.IsZero() {
		p.Error = at(c).loc.Text("Handle or mail address and password do not fit together.")
		return d.signInPage(c, http.StatusUnprocessableEntity, p)
	}
	if err := d.SignIn(c, account); err != nil {
		return err
	}
	return see(c, localPath(form.Back, d.o.Base))
}

// signOut handles POST /sign-out.
func (d *Door) signOut(c echo.Context) error {
	if err := d.sessions.Destroy(c.Request().Context()); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return see(c, "/")
}

// chooseLanguage handles POST /lang.
func (d *Door) chooseLanguage(c echo.Context) error {
	code := locales.Match("", c.FormValue("lang"))
	if a := at(c).account; a != nil {
		a.Locale = code
		if err := d.store.SaveAccount(c.Request().Context(), a); err != nil {
			return fmt.Errorf("save language: %w", err)
		}
	}
	d.remember(c, cookieLang, code)
	return see(c, d.back(c))
}

// chooseTheme handles POST /theme.
func (d *Door) chooseTheme(c echo.Context) error {
	theme := c.FormValue("theme")
	if theme != "light" && theme != "dark" {
		theme = ""
	}
	if a := at(c).account; a != nil {
		a.Theme = theme
		if err := d.store.SaveAccount(c.Request().Context(), a); err != nil {
			return fmt.Errorf("save theme: %w", err)
		}
	}
	d.remember(c, cookieTheme, theme)
	return see(c, d.back(c))
}

// remember sets a cookie that holds a choice and no secret.
func (d *Door) remember(c echo.Context, name, value string) {
	c.SetCookie(&http.Cookie{
		Name: name, Value: value, Path: "/", Secure: d.o.Secure, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, MaxAge: int((365 * 24 * time.Hour).Seconds()),
	})
}
