package frame

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Page prints a page whole before a byte of it is sent, so that a failure is an error page and
// not half a page. Readers without a session get an ETag and may keep the page for a short time.
func (fr *Frame) Page(c echo.Context, status int, p views.Page) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := p.View().Render(c.Request().Context(), buf); err != nil {
		return fmt.Errorf("render page: %w", err)
	}
	h := c.Response().Header()
	h.Add("Vary", "Accept, Accept-Language, Cookie")
	if status != http.StatusOK || At(c).Account != nil {
		h.Set("Cache-Control", "private, no-store")
		return c.HTMLBlob(status, buf.Bytes())
	}
	sum := sha256.Sum256(buf.Bytes())
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	whole := &printed{body: buf.Bytes(), etag: tag}
	if s, ok := c.Get(slotKey).(slot); ok {
		whole.body = bytes.Clone(whole.body)
		fr.keep(s, whole)
	}
	return send(c, whole)
}

// See sends the browser to a page after an act.
func See(c echo.Context, path string) error { return c.Redirect(http.StatusSeeOther, path) }

// LocalPath reduces an address to a path of ours: anything that could lead elsewhere becomes "/"
// (T42).
func LocalPath(address, base string) string {
	path := strings.TrimPrefix(address, base)
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	if low := strings.ToLower(path); len(path) > 1 && (path[1] == '/' || strings.HasPrefix(low, "/%2f") || strings.HasPrefix(low, "/%5c")) {
		return "/"
	}
	return path
}

// Back is where a form returns to: its own field, else the page it was sent from.
func (fr *Frame) Back(c echo.Context) string {
	if b := c.FormValue("back"); b != "" {
		return LocalPath(b, fr.o.Base)
	}
	return LocalPath(c.Request().Referer(), fr.o.Base)
}

// Remember sets a cookie that holds a choice and no secret.
func (fr *Frame) Remember(c echo.Context, name, value string) {
	c.SetCookie(&http.Cookie{
		Name: name, Value: value, Path: "/", Secure: fr.o.Secure, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, MaxAge: int((365 * 24 * time.Hour).Seconds()),
	})
}

// InTx runs an act in its transaction.
func (fr *Frame) InTx(c echo.Context, do func(ctx context.Context, tx *db.Store) error) error {
	return fr.o.Store.InTx(c.Request().Context(), do)
}
