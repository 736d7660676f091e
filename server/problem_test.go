package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
)

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

func newRequest(path string) *http.Request {
	return httptest.NewRequestWithContext(context.Background(), http.MethodGet, home+path, nil)
}

func TestProblem_table(t *testing.T) {
	t.Parallel()
	var fail error
	h := newHouse(t, pages{more: func(e *echo.Echo) {
		e.GET("/fail", func(echo.Context) error { return fail })
	}})
	for _, c := range []struct {
		err    error
		status int
		body   string
	}{
		{community.RefuseField("title", "title-short"), 422, `{"type":"about:blank","title":"Unprocessable Entity","status":422,"code":"title-short","field":"title"}`},
		{community.Refuse(community.Forbidden, "banned"), 403, `{"type":"about:blank","title":"Forbidden","status":403,"code":"banned"}`},
		{community.Refuse(community.Conflict, "handle-taken"), 409, ""},
		{community.Refuse(community.Gone, "discussion-gone"), 410, ""},
		{community.Refuse(community.Limit, "too-many"), 429, ""},
		{fmt.Errorf("load: %w", db.ErrNotFound), 404, `{"type":"about:blank","title":"Not Found","status":404}`},
		{echo.ErrNotFound, 404, `{"type":"about:blank","title":"Not Found","status":404}`},
		{db.ErrConflict, 409, ""},
		{federation.ErrUnauthentic, 401, ""},
		{federation.ErrForbidden, 403, ""},
		{federation.ErrRefusedHost, 403, ""},
		{federation.ErrGone, 410, ""},
		{federation.ErrNotFound, 404, ""},
		{&http.MaxBytesError{Limit: 1}, 413, ""},
		{context.DeadlineExceeded, 503, ""},
		{fmt.Errorf("load: %w", db.ErrUnavailable), 503, `{"type":"about:blank","title":"Service Unavailable","status":503}`},
		{db.ErrFull, 507, ""},
		{context.Canceled, 499, ""},
		{errors.New("dial tcp 10.0.0.7: password is hunter2"), 500, `{"type":"about:blank","title":"Internal Server Error","status":500}`},
	} {
		fail = c.err
		rec := h.ask(http.MethodGet, "/fail")
		if rec.Code != c.status || rec.Header().Get("Content-Type") != "application/problem+json" || rec.Header().Get("Cache-Control") != "private, no-store" {
			t.Errorf("%v: %d %v", c.err, rec.Code, rec.Header())
		}
		if again := rec.Header().Get("Retry-After") != ""; again != (c.status == 503 || c.status == 507) {
			t.Errorf("%v: Retry-After %q", c.err, rec.Header().Get("Retry-After"))
		}
		if c.body != "" && rec.Body.String() != c.body {
			t.Errorf("%v: %s", c.err, rec.Body)
		}
		page := h.ask(http.MethodGet, "/fail", "Accept", "text/html")
		if page.Code != c.status || page.Body.String() != "<h1>"+http.StatusText(c.status)+"</h1>" {
			t.Errorf("%v as a page: %d %s", c.err, page.Code, page.Body)
		}
	}
}
