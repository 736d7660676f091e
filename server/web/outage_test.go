package web_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
)

// A disk without space still has pages to read; without a database there is nothing to make one of.
func TestOutage_pages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var passed error
	h.echo.GET("/full", h.door.Reader(func(echo.Context) error { return fmt.Errorf("write: %w", db.ErrFull) }))
	h.echo.GET("/away", func(c echo.Context) error {
		passed = h.door.Reader(func(echo.Context) error { return fmt.Errorf("read: %w", db.ErrUnavailable) })(c)
		return nil
	})
	v := h.visitor()
	a := v.get("/full").want(http.StatusInsufficientStorage)
	if again := a.header.Get("Retry-After"); again == "" || !strings.Contains(a.body, "<html") {
		t.Errorf("a full disk: Retry-After %q, %.80s", again, a.body)
	}
	v.get("/away")
	if !errors.Is(passed, db.ErrUnavailable) {
		t.Errorf("an absent database passes %v on", passed)
	}
}

// Who is signed in meets the database before any handler does.
func TestOutage_sessions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.as(h.person("ana"))
	var passed error
	h.echo.HTTPErrorHandler = func(err error, c echo.Context) {
		passed = err
		_ = c.NoContent(http.StatusServiceUnavailable)
	}
	h.echo.GET("/within", h.door.Reader(func(c echo.Context) error {
		return c.NoContent(http.StatusOK)
	}))
	v.get("/within").want(http.StatusOK)
	h.ok(h.store.Close())
	v.get("/within").want(http.StatusServiceUnavailable)
	if passed == nil || !strings.Contains(passed.Error(), "session") {
		t.Errorf("a session that cannot be loaded gives %v", passed)
	}
}
