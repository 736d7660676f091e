package server

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/server/media"
)

// maxForm bounds what a form may send: the longest text there may be, percent-encoded, with room
// for what goes with it. Without a bound anybody could fill the disk with one multipart form.
const maxForm = 1 << 20

// bounded refuses forms that are too large, and text that no browser sends and no database keeps:
// bytes that are not UTF-8 and NUL (T16, T44). The inboxes read and check their own bodies.
func bounded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		req := c.Request()
		if !clean(req.URL.Path) {
			return echo.ErrNotFound
		}
		if req.URL.RawQuery != "" && !cleanValues(req.URL.Query()) {
			return echo.ErrBadRequest
		}
		if isInbox(req) || req.Body == nil || req.Body == http.NoBody {
			return next(c)
		}
		req.Body = http.MaxBytesReader(c.Response(), req.Body, formOf(c))
		if err := readForm(req); err != nil {
			return err
		}
		if !cleanValues(req.PostForm) {
			return echo.ErrBadRequest
		}
		return next(c)
	}
}

// maxUpload is the largest file with the form around it; maxForm of it stands in memory, the rest in a
// file that goes with the request.
const maxUpload = media.MaxFile + maxForm

// formOf is how much the form of a route may hold: files are sent to few.
func formOf(c echo.Context) int64 {
	switch c.Path() {
	case "/a/:id/files", "/c/:handle/library/import":
		return maxUpload
	}
	return maxForm
}

// readForm parses a form where there is one, so that handlers find all of it or are not reached.
func readForm(req *http.Request) error {
	kind, _, err := mime.ParseMediaType(req.Header.Get(echo.HeaderContentType))
	if err != nil {
		return nil // no form; handlers that want one find it empty
	}
	switch kind {
	case echo.MIMEApplicationForm:
		err = req.ParseForm()
	case echo.MIMEMultipartForm:
		err = req.ParseMultipartForm(maxForm)
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return err
	}
	if err != nil {
		return echo.ErrBadRequest.WithInternal(err)
	}
	return nil
}

func clean(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func cleanValues(values url.Values) bool {
	for name, list := range values {
		if !clean(name) {
			return false
		}
		for _, v := range list {
			if !clean(v) {
				return false
			}
		}
	}
	return true
}
