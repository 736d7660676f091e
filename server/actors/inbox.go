package actors

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// retryAfter is when a sender should come back after a fault that is not its own, in seconds.
const retryAfter = "60"

// inbox handles POST to the shared inbox and to that of each actor: 202 means stored, and nothing
// else has happened yet.
func (d *Door) inbox(c echo.Context) error {
	req := c.Request()
	if err := wellFormed(req); err != nil {
		return err
	}
	var of int64
	if c.Path() != "/ap"+federation.Inbox {
		a, err := d.actorAt(req.Context(), c)
		if err != nil {
			return hidden(err)
		}
		if living(a) != nil {
			return echo.NewHTTPError(http.StatusGone)
		}
		of = a.ID
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), req.Body, vocab.MaxBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return echo.ErrStatusRequestEntityTooLarge
	}
	if err != nil {
		return echo.ErrBadRequest.WithInternal(err) // the sender hung up
	}
	if err := d.receiver.Receive(req, body, of); err != nil {
		return d.refuse(c, err)
	}
	return c.NoContent(http.StatusAccepted)
}

// wellFormed refuses what no honest sender sends, before anything is read: another spelling of
// the path (T07), a query (T08), a packed or overlong body, a type that is not ActivityPub.
func wellFormed(req *http.Request) error {
	switch {
	case req.RequestURI != "" && strings.HasPrefix(req.RequestURI, "/") && strings.ContainsAny(req.RequestURI, "%;"):
		return echo.ErrNotFound
	case req.URL.RawQuery != "" || req.URL.ForceQuery:
		return echo.ErrBadRequest
	case req.ContentLength > vocab.MaxBytes:
		return echo.ErrStatusRequestEntityTooLarge
	case req.Header.Get(echo.HeaderContentEncoding) != "":
		return echo.ErrUnsupportedMediaType
	}
	kind, params, err := mime.ParseMediaType(req.Header.Get(echo.HeaderContentType))
	if err != nil || !isActivity(kind, params) && kind != echo.MIMEApplicationJSON {
		return echo.ErrUnsupportedMediaType
	}
	return nil
}

// refuse words the failures that only this door knows; the server's table has the others.
func (d *Door) refuse(c echo.Context, err error) error {
	switch {
	case errors.Is(err, vocab.ErrMalformed):
		return echo.ErrBadRequest.WithInternal(err)
	case errors.Is(err, vocab.ErrTooLarge):
		return echo.ErrStatusRequestEntityTooLarge.WithInternal(err)
	case errors.Is(err, federation.ErrUnauthentic), errors.Is(err, federation.ErrForbidden), errors.Is(err, federation.ErrRefusedHost):
		return err
	case federation.Temporary(err), d.store.Ping(c.Request().Context()) != nil:
		c.Response().Header().Set(echo.HeaderRetryAfter, retryAfter)
		return echo.ErrServiceUnavailable.WithInternal(err)
	}
	return err
}
