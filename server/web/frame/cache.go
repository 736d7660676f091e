package frame

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"

	"github.com/copse-social/copse/frontend/locales"
)

// Pages for readers without a session are kept in memory while nothing changes, at most for
// oldest: another process may have changed something. Nothing that depends on who asks enters (T34).
// They last for so short that few are enough, whatever addresses somebody makes up.
const (
	cacheBytes = 8 << 20
	oldest     = time.Second
)

// printed is a page as every signed-out reader of one language and theme gets it.
type printed struct {
	body    []byte
	small   func() []byte // packed once for all who take it
	etag    string
	changes uint64 // of the database before it was made
	at      time.Time
}

type pageCache struct {
	kept *otter.Cache[string, *printed]
}

func newPageCache() *pageCache {
	return &pageCache{kept: otter.Must(&otter.Options[string, *printed]{
		MaximumWeight: cacheBytes,
		Weigher:       func(key string, p *printed) uint32 { return uint32(len(key) + len(p.body) + len(p.body)/4 + 128) },
	})}
}

// slot is where the page of a request goes, if it may be kept.
type slot struct {
	key     string
	changes uint64
	at      time.Time
}

const slotKey = "web.slot"

// Cached serves a page that other servers know by address, too: from memory where a signed-out
// Reader was given the same just now.
func (fr *Frame) Cached(next echo.HandlerFunc) echo.HandlerFunc {
	inner := fr.Reader(next)
	return func(c echo.Context) error {
		req := c.Request()
		if _, err := c.Cookie(fr.sessions.Cookie.Name); err == nil || req.Method != http.MethodGet {
			return inner(c)
		}
		s := slot{key: pageKey(c), changes: fr.o.Store.Changes(), at: fr.o.Now()}
		if p, ok := fr.pages.kept.GetIfPresent(s.key); ok && p.changes == s.changes && s.at.Sub(p.at) < oldest {
			c.Response().Header().Add("Vary", "Accept, Accept-Language, Cookie")
			return sendSmall(c, p)
		}
		c.Set(slotKey, s)
		return inner(c)
	}
}

// pageKey names a page by all that a signed-out reader's version depends on.
func pageKey(c echo.Context) string {
	lang := locales.Match(c.Request().Header.Get("Accept-Language"), Cookie(c, CookieLang))
	return strings.Join([]string{c.Request().URL.RequestURI(), lang, Cookie(c, CookieTheme)}, "\x00")
}

// keep remembers a page that was just printed for a signed-out reader.
func (fr *Frame) keep(s slot, p *printed) {
	p.changes, p.at = s.changes, s.at
	p.small = sync.OnceValue(func() []byte { return pack(p.body) })
	fr.pages.kept.Set(s.key, p)
}

// sendSmall is send for a page that was kept, without packing it anew for each reader.
func sendSmall(c echo.Context, p *printed) error {
	req := c.Request().Header
	if strings.Contains(req.Get("If-None-Match"), p.etag) || !strings.Contains(req.Get("Accept-Encoding"), "gzip") {
		return send(c, p)
	}
	small := p.small()
	if small == nil {
		return send(c, p)
	}
	h := c.Response().Header()
	h.Set("ETag", "W/"+p.etag) // other bytes, same page
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Content-Encoding", "gzip")
	return c.HTMLBlob(http.StatusOK, small)
}

// pack gzips a page; nil would only come from a level that gzip does not know.
func pack(body []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.DefaultCompression)
	if err != nil {
		return nil
	}
	if _, err := w.Write(body); err != nil || w.Close() != nil {
		return nil
	}
	return out.Bytes()
}

// send answers with a page for signed-out readers, or says that it is unchanged.
func send(c echo.Context, p *printed) error {
	h := c.Response().Header()
	h.Set("ETag", p.etag)
	h.Set("Cache-Control", "private, no-cache")
	if strings.Contains(c.Request().Header.Get("If-None-Match"), p.etag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.HTMLBlob(http.StatusOK, p.body)
}
