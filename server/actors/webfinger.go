package actors

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

const jrdJSON = "application/jrd+json"

// relSubscribe leads people whose home is here back to it, from the "follow" page of a server where
// they found something; OStatus named it, Mastodon and its kin still ask for it.
const relSubscribe = "http://ostatus.org/schema/1.0/subscribe"

// webfinger handles GET /.well-known/webfinger (RFC 7033): people, groups and, as the bare host,
// the instance (FEP-d556), by handle, by id or by page. Any Accept gets JSON.
func (d *Door) webfinger(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderAccessControlAllowOrigin, "*") // RFC 7033 §5
	query, err := url.ParseQuery(c.Request().URL.RawQuery)
	asked := query["resource"]
	if err != nil || len(asked) != 1 || !plainText(asked[0]) {
		return echo.ErrBadRequest
	}
	ctx, key := c.Request().Context(), "webfinger "+c.Request().URL.RawQuery
	now := d.present()
	if known := d.cache.get(key, lagActor, now); known != nil {
		return send(c, known)
	}
	a, err := d.named(ctx, asked[0])
	if errors.Is(err, db.ErrNotFound) {
		d.reader(c) // as where there is one who is not for everybody
	}
	if err != nil {
		return hidden(err)
	}
	switch {
	case !a.DeletedAt.IsZero():
		return echo.NewHTTPError(http.StatusGone)
	case !a.SuspendedAt.IsZero():
		return echo.ErrNotFound
	}
	listed, err := d.listed(ctx, a)
	if err == nil && !listed {
		err = d.invited(c, a)
	}
	if errors.Is(err, errHidden) {
		err = db.ErrNotFound
	}
	if err != nil {
		return hidden(err)
	}
	jrd := vocab.WebFinger(a.Acct(), a.URI, d.pageOf(a))
	if a.Type == db.ActorPerson {
		jrd.Links = append(jrd.Links, vocab.JRDLink{Rel: relSubscribe, Template: d.iris.Base() + "/authorize_interaction?uri={uri}"})
	}
	jrd.Links = append(jrd.Links, d.movedLinks(ctx, a)...)
	if rel := query["rel"]; len(rel) > 0 { // RFC 7033 §4.3
		jrd.Links = slices.DeleteFunc(jrd.Links, func(l vocab.JRDLink) bool { return !slices.Contains(rel, l.Rel) })
	}
	found, err := sealed(jrdJSON, jrd)
	if err != nil {
		return err
	}
	if !listed {
		found.age = keepNever
		return send(c, found)
	}
	found.made = now
	d.cache.put(key, found)
	return send(c, found)
}

// invited answers nil where the handle of a confidential group is for who signed the request: its
// members' servers and those it invites (domain.md 3g).
func (d *Door) invited(c echo.Context, a *db.Actor) error {
	who := d.reader(c)
	if who == nil {
		return errHidden
	}
	g, err := d.store.GroupByID(c.Request().Context(), a.ID)
	if err != nil {
		return err
	}
	return d.known(c.Request().Context(), g, who)
}

// reader is who signed a request, nil where nobody did. It is asked alike where there is nothing
// and where there is something that not everybody may know of: to have one's key fetched tells too.
func (d *Door) reader(c echo.Context) *db.Actor {
	if c.Request().Header.Get("Signature") == "" {
		return nil
	}
	who, err := d.receiver.Reader(c.Request())
	if err != nil {
		return nil
	}
	return who
}

// listed tells whether a handle may be known at all: that of a confidential group may not.
func (d *Door) listed(ctx context.Context, a *db.Actor) (bool, error) {
	if a.Type != db.ActorGroup {
		return true, nil
	}
	g, err := d.store.GroupByID(ctx, a.ID)
	if err != nil {
		return false, err
	}
	return g.Openness != db.OpennessConfidential, nil
}

// plainText refuses what could break a line of a log or header (T43).
func plainText(s string) bool {
	return s != "" && len(s) <= 2048 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// named finds the actor of ours that a resource means.
func (d *Door) named(ctx context.Context, resource string) (*db.Actor, error) {
	if strings.HasPrefix(resource, "http://") || strings.HasPrefix(resource, "https://") {
		return d.atAddress(ctx, resource)
	}
	acct := resource
	if scheme, rest, ok := strings.Cut(resource, ":"); ok && strings.EqualFold(scheme, "acct") {
		acct = rest
	}
	at := strings.LastIndexByte(acct, '@')
	if at < 1 {
		return nil, db.ErrNotFound
	}
	handle, host := strings.TrimPrefix(acct[:at], "@"), strings.TrimSuffix(acct[at+1:], ".")
	if !strings.EqualFold(host, d.iris.Host()) {
		return nil, db.ErrNotFound
	}
	if strings.EqualFold(handle, d.iris.Host()) {
		return d.store.ActorByURI(ctx, d.iris.Instance())
	}
	return d.store.LocalActor(ctx, handle)
}

// atAddress finds an actor by its id or its page.
func (d *Door) atAddress(ctx context.Context, address string) (*db.Actor, error) {
	rest, ok := strings.CutPrefix(address, d.iris.Base())
	switch {
	case !ok:
		return nil, db.ErrNotFound
	case rest == "" || rest == "/":
		return d.store.ActorByURI(ctx, d.iris.Instance())
	case strings.HasPrefix(rest, "/ap/"):
		a, err := d.store.ActorByURI(ctx, address)
		if err == nil && !a.Local {
			return nil, db.ErrNotFound
		}
		return a, err
	}
	for _, prefix := range []string{"/c/", "/u/", "/@"} {
		handle, ok := strings.CutPrefix(rest, prefix)
		if !ok || handle == "" || strings.ContainsAny(handle, "/?#") {
			continue
		}
		a, err := d.store.LocalActor(ctx, handle)
		if err != nil || prefix != "/@" && d.pageOf(a) != d.iris.Base()+prefix+a.Handle {
			return nil, db.ErrNotFound
		}
		return a, nil
	}
	return nil, db.ErrNotFound
}

// sendJSON answers a small document of discovery, whatever was asked for.
func sendJSON(c echo.Context, kind string, doc any) error {
	a, err := sealed(kind, doc)
	if err != nil {
		return err
	}
	return send(c, a)
}

// sealed encodes a document that may be kept shortly.
func sealed(kind string, doc any) (*answer, error) {
	body, err := vocab.Encode(doc)
	if err != nil {
		return nil, err
	}
	a := newAnswer(http.StatusOK, kind, body)
	a.age = keepShortly
	return a, nil
}

// hostMeta handles GET /.well-known/host-meta, where Mastodon looks after a 404 of WebFinger.
func (d *Door) hostMeta(c echo.Context) error {
	a := newAnswer(http.StatusOK, "application/xrd+xml", vocab.HostMeta(d.iris.Base()))
	a.age = keepShortly
	return send(c, a)
}

// hostMetaJSON handles GET /.well-known/host-meta.json (RFC 6415).
func (d *Door) hostMetaJSON(c echo.Context) error {
	return sendJSON(c, jrdJSON, vocab.JRD{Links: []vocab.JRDLink{{
		Rel: "lrdd", Type: jrdJSON, Template: d.iris.Base() + "/.well-known/webfinger?resource={uri}",
	}}})
}
