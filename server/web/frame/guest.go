package frame

import (
	"crypto/rand"
	"fmt"

	"github.com/labstack/echo/v4"
)

// What the session of somebody holds who signs in with an account elsewhere.
const (
	keyBrowser = "guest_browser"
	keyGuest   = "guest_pass"
)

// Browser is a secret by which a browser that asks for a way in is known again; it stays in the session
// on this server.
func (fr *Frame) Browser(c echo.Context) string {
	return fr.sessions.GetString(c.Request().Context(), keyBrowser)
}

// NameBrowser makes that secret anew.
func (fr *Frame) NameBrowser(c echo.Context) string {
	secret := rand.Text()
	fr.sessions.Put(c.Request().Context(), keyBrowser, secret)
	return secret
}

// GuestPass is the pass with which a guest comes, "" for everybody else. Pages other than the cockpit
// do not ask for it: to them a guest is signed out.
func (fr *Frame) GuestPass(c echo.Context) string {
	return fr.sessions.GetString(c.Request().Context(), keyGuest)
}

// EnterGuest keeps a pass under a fresh token (no fixation, T40).
func (fr *Frame) EnterGuest(c echo.Context, pass string) error {
	ctx := c.Request().Context()
	if err := fr.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	fr.sessions.Remove(ctx, keyBrowser)
	fr.sessions.Put(ctx, keyGuest, pass)
	return nil
}
