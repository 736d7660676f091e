package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
)

// statusClosed is what the log shows for a client that did not wait (nginx's 499).
const statusClosed = 499

// kinds is the status of each kind of refusal.
var kinds = map[community.Kind]int{
	community.Invalid:   http.StatusUnprocessableEntity,
	community.Forbidden: http.StatusForbidden,
	community.Conflict:  http.StatusConflict,
	community.Gone:      http.StatusGone,
	community.Limit:     http.StatusTooManyRequests,
}

// sentinels is the status of each error that callers tell apart; the first that fits counts.
var sentinels = []struct {
	err    error
	status int
}{
	{federation.ErrUnauthentic, http.StatusUnauthorized},
	{federation.ErrForbidden, http.StatusForbidden},
	{federation.ErrRefusedHost, http.StatusForbidden},
	{federation.ErrGone, http.StatusGone},
	{federation.ErrNotFound, http.StatusNotFound},
	{db.ErrNotFound, http.StatusNotFound},
	{db.ErrConflict, http.StatusConflict},
	{db.ErrUnavailable, http.StatusServiceUnavailable},
	{db.ErrFull, http.StatusInsufficientStorage},
	{context.Canceled, statusClosed},
	{context.DeadlineExceeded, http.StatusServiceUnavailable},
}

// problem is what the outside learns of an error.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code,omitempty"`
	Field  string `json:"field,omitempty"`
}

// problemOf is the one table from errors to statuses. What is not in it is our fault, and the
// outside learns no more than that.
func problemOf(err error) problem {
	p := problem{Type: "about:blank", Status: http.StatusInternalServerError}
	if no, is := errors.AsType[*community.Refusal](err); is {
		p.Status, p.Code, p.Field = kinds[no.Kind], no.Code, no.Field
	} else if web, is := errors.AsType[*echo.HTTPError](err); is {
		p.Status = web.Code
	} else if _, is := errors.AsType[*http.MaxBytesError](err); is {
		p.Status = http.StatusRequestEntityTooLarge
	} else {
		for _, s := range sentinels {
			if errors.Is(err, s.err) {
				p.Status = s.status
				break
			}
		}
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// fault answers an error: with a page to browsers, else with problem+json (RFC 9457). All 404 are
// alike to the byte, so that nobody learns what is hidden (T45, T48).
func (s *Server) fault(err error, c echo.Context) {
	p := problemOf(err)
	ctx, req := c.Request().Context(), c.Request()
	id := c.Response().Header().Get(echo.HeaderXRequestID)
	switch {
	case p.Status >= http.StatusInternalServerError && p.Status != http.StatusServiceUnavailable:
		s.log.ErrorContext(ctx, "request failed", "request_id", id, "route", c.Path(), "err", err)
	default:
		s.log.DebugContext(ctx, "request refused", "request_id", id, "route", c.Path(), "status", p.Status, "err", err)
	}
	if c.Response().Committed {
		return
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "private, no-store")
	if p.Status == http.StatusUnauthorized && peersOnly(req.URL.Path) {
		h.Set(echo.HeaderWWWAuthenticate, `Signature headers="(request-target) host date digest"`)
	}
	if again(p.Status) && h.Get(echo.HeaderRetryAfter) == "" {
		h.Set(echo.HeaderRetryAfter, retryAfter)
	}
	if s.o.Fault != nil && !peersOnly(req.URL.Path) && wantsHTML(req) {
		if err := s.o.Fault(c, p.Status); err == nil || c.Response().Committed {
			return
		}
	}
	body, merr := json.Marshal(p)
	if merr != nil {
		return // no such value
	}
	h.Set(echo.HeaderContentType, "application/problem+json")
	c.Response().WriteHeader(p.Status)
	_, _ = c.Response().Write(body) // the reader may be gone
}

// retryAfter is when to come back to an instance whose database cannot be used, in seconds: about
// as long as a restart of it takes.
const retryAfter = "5"

// again says that the same request may succeed later.
func again(status int) bool {
	return status == http.StatusServiceUnavailable || status == http.StatusInsufficientStorage
}

func wantsHTML(req *http.Request) bool {
	return strings.Contains(req.Header.Get(echo.HeaderAccept), "text/html")
}
