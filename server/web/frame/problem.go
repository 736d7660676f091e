package frame

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
)

// statusOf is the status of each kind of refusal on the web.
var statusOf = map[community.Kind]int{
	community.Invalid:   http.StatusUnprocessableEntity,
	community.Forbidden: http.StatusForbidden,
	community.Conflict:  http.StatusConflict,
	community.Gone:      http.StatusNotFound,
	community.Limit:     http.StatusTooManyRequests,
}

// answer turns an error of a handler into a page. Missing, removed and members-only look alike.
func (fr *Frame) answer(c echo.Context, err error) error {
	if c.Response().Committed {
		return err
	}
	status := http.StatusInternalServerError
	p := views.Problem{RequestID: c.Response().Header().Get(echo.HeaderXRequestID)}
	var web *echo.HTTPError
	if no, is := errors.AsType[*community.Refusal](err); is {
		if status = statusOf[no.Kind]; no.Kind == community.Forbidden {
			p.Why = Sentence(At(c).Loc, no)
		}
	} else if errors.As(err, &web) {
		status = web.Code
	} else if errors.Is(err, db.ErrNotFound) {
		status = http.StatusNotFound
	} else if errors.Is(err, db.ErrUnavailable) {
		return err // the page would need the database too
	} else if errors.Is(err, db.ErrFull) {
		status = fr.full(c, err)
	} else {
		fr.o.Log.ErrorContext(c.Request().Context(), "request failed", "request_id", p.RequestID, "path", c.Path(), "err", err)
		if v := At(c); v.Account != nil && v.Account.IsAdmin() {
			p.Detail = err.Error()
		}
	}
	p.Status = shownStatus(status)
	shell, serr := fr.Shell(c, "", views.NoTab)
	if serr != nil {
		return errors.Join(err, serr)
	}
	p.Shell = shell
	p.Shell.Head.NoIndex = true
	return fr.Page(c, status, p)
}

// full answers a write for which there is no space; reading goes on. The log tells the admin.
func (fr *Frame) full(c echo.Context, err error) int {
	c.Response().Header().Set(echo.HeaderRetryAfter, "60")
	fr.o.Log.ErrorContext(c.Request().Context(), "the disk below the database is full: nothing can be written until there is space", "err", err)
	return http.StatusInsufficientStorage
}

// shownStatus is the page that words a status best.
func shownStatus(status int) int {
	switch status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusRequestEntityTooLarge,
		http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInternalServerError:
		return status
	case http.StatusInsufficientStorage:
		return http.StatusServiceUnavailable
	}
	if status >= http.StatusInternalServerError {
		return http.StatusInternalServerError
	}
	return http.StatusNotFound
}
