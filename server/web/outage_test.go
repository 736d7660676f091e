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
