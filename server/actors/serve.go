package actors

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

// vary names what an answer may depend on, for caches on the way (T34).
const vary = "Accept, Accept-Encoding, Authorization, Cookie, Signature"

// Cache-Control of what everybody gets. A post must be asked for again each time, or a peer that
// confirms a Delete would be shown it.
const (
	keepShortly = "public, max-age=180"
	keepChecked = "public, max-age=0, must-revalidate"
	keepNever   = "private, no-store"
)

var (
	// errHidden: there is nothing here for this reader. It is answered like what never was (T48).
	errHidden = errors.New("nothing for this reader")
	// errGone: it was here, and its author took it away.
	errGone = errors.New("gone")
	// errSigned: a signed request may get more.
	errSigned = errors.New("for signed requests")
)

// maker makes a document for a reader; nil stands for everybody. With errSigned it may return what
// everybody gets all the same.
type maker func(ctx context.Context, who *db.Actor) (any, error)

// document is how one kind of document is served.
type document struct {
	lag  time.Duration
	age  string
	make maker
	// page leads people who open the id in a browser to what they can read; nil leads nowhere.
	page func(ctx context.Context) (string, error)
}

// serve answers a document: from the cache, or as everybody gets it, or, where that is not all
// there is, as the one who signed the request gets it.
func (d *Door) serve(c echo.Context, doc document) error {
	req := c.Request()
	ctx := req.Context()
	c.Response().Header().Set(echo.HeaderVary, vary)
	if doc.page != nil && wantsPage(req) {
		to, err := doc.page(ctx)
		if err == nil {
			return c.Redirect(http.StatusSeeOther, to)
		}
		if !errors.Is(err, db.ErrNotFound) && !errors.Is(err, errHidden) && !errors.Is(err, errSigned) {
			return err
		}
	}
	plain := req.URL.RawQuery == "" && doc.age != keepNever
	now := d.present()
	if plain {
		if a := d.cache.get(req.URL.Path, doc.lag, now); a != nil {
			return send(c, a)
		}
	}
	made, err := doc.make(ctx, nil)
	if errors.Is(err, errSigned) {
		return d.serveSigned(c, doc, made)
	}
	if errors.Is(err, db.ErrNotFound) || errors.Is(err, errHidden) {
		d.reader(c)
	}
	a, err := answered(made, err)
	if err != nil {
		return err
	}
	a.age, a.made = doc.age, now
	if plain && a.status == http.StatusOK {
		d.cache.put(req.URL.Path, a)
	}
	return send(c, a)
}

// serveSigned answers who signed the request, and strangers with what there is for them.
func (d *Door) serveSigned(c echo.Context, doc document, made any) error {
	who, err := d.receiver.Reader(c.Request())
	switch {
	case err == nil:
		made, err = doc.make(c.Request().Context(), who)
	case made != nil:
		err = nil
	default:
		err = errHidden
	}
	a, err := answered(made, err)
	if err != nil {
		return err
	}
	a.age = keepNever
	return send(c, a)
}

// answered encodes what a maker made. All that is hidden, unknown or malformed ends in one 404.
func answered(made any, err error) (*answer, error) {
	if errors.Is(err, db.ErrNotFound) || errors.Is(err, errHidden) || errors.Is(err, errSigned) {
		return nil, echo.ErrNotFound
	}
	if errors.Is(err, errGone) {
		return nil, echo.NewHTTPError(http.StatusGone)
	}
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	switch doc := made.(type) {
	case []byte: // an activity as it was sent
		return newAnswer(status, activityJSON, doc), nil
	case *vocab.TombstoneDoc:
		status = http.StatusGone
		doc.AtContext = vocab.PlainContext
	case *vocab.CollectionDoc:
		if doc.AtContext == "" {
			doc.AtContext = vocab.PlainContext
		}
	}
	body, err := vocab.Encode(made)
	if err != nil {
		return nil, err
	}
	return newAnswer(status, activityJSON, body), nil
}

// send writes an answer, packed where the reader takes it, or 304 where it has it already.
func send(c echo.Context, a *answer) error {
	h := c.Response().Header()
	h.Set(echo.HeaderVary, vary)
	h.Set(echo.HeaderCacheControl, a.age)
	if a.age != keepNever {
		h.Set("ETag", a.etag)
	}
	req := c.Request()
	if a.status == http.StatusOK && a.age != keepNever && sameTag(req.Header.Get("If-None-Match"), a.etag) {
		c.Response().WriteHeader(http.StatusNotModified)
		return nil
	}
	body := a.body
	if takesGzip(req.Header) {
		if small := a.small(); small != nil {
			h.Set(echo.HeaderContentEncoding, "gzip")
			body = small
		}
	}
	h.Set(echo.HeaderContentType, a.kind)
	h.Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	c.Response().WriteHeader(a.status)
	if req.Method == http.MethodHead {
		return nil
	}
	_, err := c.Response().Write(body)
	return err
}

// sameTag compares If-None-Match weakly, RFC 9110 §13.1.2.
func sameTag(asked, tag string) bool {
	if asked == "" {
		return false
	}
	for one := range strings.SplitSeq(asked, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

func takesGzip(h http.Header) bool {
	for part := range strings.SplitSeq(h.Get(echo.HeaderAcceptEncoding), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" || name == "*" {
			q, _ := strings.CutPrefix(strings.TrimSpace(params), "q=")
			return quality(q) > 0
		}
	}
	return false
}

// number reads the id in the path. Ids have one spelling: digits as they are printed.
func number(c echo.Context) (int64, error) {
	text := c.Param("id")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 || strconv.FormatInt(id, 10) != text {
		return 0, db.ErrNotFound
	}
	return id, nil
}

// cursor reads a keyset cursor from the query; whatever is not one starts from the beginning.
func cursor(c echo.Context, name string) int64 {
	n, err := strconv.ParseInt(c.QueryParam(name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
