// Package frame is what all pages of the web door stand in: who reads, in which language and
// session, the shell around a page, how it is printed and kept, what errors look like, and which
// of the things that an address names the reader may see.
//
// It has no page of its own but the one of a server that nobody has set up, and takes no act.
// Start with visit.go (who reads), shell.go and render.go; named.go is where hidden things end.
package frame

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
)

// Names of our cookies beside the session.
const (
	CookieLang  = "copse_lang"
	CookieTheme = "copse_theme"
	CookieHome  = "copse_home"
)

// Visit is one request as this door sees it: who reads and how.
type Visit struct {
	Account *db.Account // nil: signed out
	Loc     *locales.Loc
	Theme   string
}

// seenEvery is how often it is worth a write that somebody was here.
const seenEvery = time.Hour

const visitKey = "web.visit"

// Reader is the middleware around every page: it loads the session and makes the visit.
func (fr *Frame) Reader(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		var err error
		var lapse lapse
		c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), lapseKey{}, &lapse)))
		fr.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c.SetRequest(r)
			c.Response().Writer = w
			var v *Visit
			if v, err = fr.visit(c); err != nil {
				return
			}
			c.Set(visitKey, v)
			if err = fr.enter(c, next); err != nil {
				err = fr.answer(c, err) // inside, so that the session is saved with the answer
			}
		})).ServeHTTP(c.Response().Writer, c.Request())
		if lapse.err != nil && !c.Response().Committed {
			return errors.Join(err, lapse.err)
		}
		if lapse.err != nil {
			fr.o.Log.WarnContext(c.Request().Context(), "session not saved", "err", lapse.err)
		}
		return err
	}
}

// enter opens the page, unless nobody lives here yet: then only the set-up is open.
func (fr *Frame) enter(c echo.Context, next echo.HandlerFunc) error {
	if err := fr.counted(c); err != nil {
		return err
	}
	if At(c).Account == nil && c.Request().Method == http.MethodGet && c.Path() != "/setup" {
		alone, err := fr.unsettled(c.Request().Context())
		if err != nil {
			return err
		}
		if alone {
			return fr.unsettledPage(c)
		}
	}
	return next(c)
}

// counted refuses readers who ask too often.
func (fr *Frame) counted(c echo.Context) error {
	if fr.o.Limit == nil {
		return nil
	}
	if a := At(c).Account; a != nil {
		return fr.o.Limit(c, a.ID)
	}
	return fr.o.Limit(c, 0)
}

func (fr *Frame) visit(c echo.Context) (*Visit, error) {
	ctx := c.Request().Context()
	v := &Visit{Theme: Cookie(c, CookieTheme)}
	chosen, zone := []string{Cookie(c, CookieLang)}, time.UTC
	if id := fr.sessions.GetInt64(ctx, keyAccount); id != 0 {
		account, err := fr.signedIn(ctx, id)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return nil, fmt.Errorf("load account of session: %w", err)
		}
		if err == nil && account.DisabledAt.IsZero() && account.Actor.Active() {
			v.Account = account
			if fr.o.Now().Sub(account.SeenAt.Time) > seenEvery {
				if err := fr.o.Store.SeenAccount(ctx, id); err != nil {
					return nil, err
				}
			}
			chosen = []string{account.Locale, Cookie(c, CookieLang)}
			if z := fr.zone(account.TimeZone); z != nil {
				zone = z
			}
			if account.Theme != "" {
				v.Theme = account.Theme
			}
		}
	}
	code := locales.Match(c.Request().Header.Get("Accept-Language"), chosen...)
	v.Loc = locales.New(code, zone, fr.o.Now())
	return v, nil
}

// signedIn is the account that a session names; it came with the session where that was looked for in
// this request.
func (fr *Frame) signedIn(ctx context.Context, id int64) (*db.Account, error) {
	if l, ok := ctx.Value(lapseKey{}).(*lapse); ok && l.account != nil && l.account.ID == id {
		return l.account, nil
	}
	return fr.o.Store.AccountByID(ctx, id)
}

// zone is a time zone by name, nil where there is none. Each is read from its file once.
func (fr *Frame) zone(name string) *time.Location {
	if z, ok := fr.zones.Load(name); ok {
		zone, _ := z.(*time.Location)
		return zone
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	fr.zones.Store(name, z)
	return z
}

// Cookie is the value of a cookie, "" where there is none.
func Cookie(c echo.Context, name string) string {
	k, err := c.Cookie(name)
	if err != nil {
		return ""
	}
	return k.Value
}

// At is the visit of a request; the reader must be around the page.
func At(c echo.Context) *Visit { return c.Get(visitKey).(*Visit) }

// Me is the person who reads, nil when signed out.
func Me(c echo.Context) *db.Actor {
	if v := At(c); v.Account != nil {
		return v.Account.Actor
	}
	return nil
}

// MyID is the actor id of the reader, 0 when signed out.
func MyID(c echo.Context) int64 {
	if a := Me(c); a != nil {
		return a.ID
	}
	return 0
}

// SignedIn sends readers without a session to the sign-in page and back afterwards.
func (fr *Frame) SignedIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if At(c).Account != nil {
			return next(c)
		}
		return fr.ToSignIn(c)
	}
}

// ToSignIn leads a signed-out reader to the form, and back afterwards.
func (fr *Frame) ToSignIn(c echo.Context) error {
	back := c.Request().URL.RequestURI()
	if c.Request().Method != http.MethodGet {
		back = LocalPath(c.Request().Referer(), fr.o.Base)
	}
	return c.Redirect(http.StatusSeeOther, "/sign-in?back="+url.QueryEscape(back))
}

// Account is the login that reads, nil when signed out.
func (fr *Frame) Account(c echo.Context) *db.Account { return At(c).Account }

// Loc is how the reader reads.
func (fr *Frame) Loc(c echo.Context) *locales.Loc { return At(c).Loc }
