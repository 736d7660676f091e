package actors

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
)

// instancePage answers ActivityPub at / with the instance actor.
func (d *Door) instancePage(c echo.Context) error {
	return d.serve(c, document{lag: lagActor, age: keepShortly, make: func(ctx context.Context, who *db.Actor) (any, error) {
		a, err := d.store.ActorByURI(ctx, d.iris.Instance())
		if err != nil {
			return nil, err
		}
		return d.actorDoc(ctx, a, who)
	}})
}

// actorPage answers ActivityPub at the page of a group or person with its document, whose id
// differs from the address: readers ask again at the id. Those of other hosts are at home there.
func (d *Door) actorPage(c echo.Context) error {
	want := db.ActorPerson
	if strings.HasPrefix(c.Path(), "/c/") {
		want = db.ActorGroup
	}
	handle, host, remote := strings.Cut(c.Param("handle"), "@")
	if remote && !strings.EqualFold(host, d.iris.Host()) {
		a, err := d.store.ActorByHandle(c.Request().Context(), handle, host)
		if err != nil || a.Type != want || !a.Active() {
			return hidden(err)
		}
		return d.elsewhere(c, a.URI)
	}
	return d.serve(c, document{lag: lagActor, age: keepShortly, make: func(ctx context.Context, who *db.Actor) (any, error) {
		a, err := d.store.LocalActor(ctx, handle)
		if err != nil {
			return nil, err
		}
		if a.Type != want {
			return nil, db.ErrNotFound
		}
		return d.actorDoc(ctx, a, who)
	}})
}

// postPage answers ActivityPub at the page of a discussion or answer.
func (d *Door) postPage(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderVary, vary) // also where there is nothing: it must look alike
	ctx := c.Request().Context()
	id, err := number(c)
	if err != nil {
		return hidden(err)
	}
	p, err := d.store.PostByID(ctx, id)
	if err != nil {
		return hidden(err)
	}
	if !p.Local {
		if all, err := d.forAll(ctx, p); err != nil || !all || !p.Public() {
			if err != nil {
				return err
			}
			return d.serve(c, document{lag: lagPost, age: keepChecked, make: func(ctx context.Context, _ *db.Actor) (any, error) {
				return d.closedPage(ctx, p, errHidden)
			}})
		}
		return d.elsewhere(c, p.URI)
	}
	return d.serve(c, document{lag: lagPost, age: keepChecked, make: func(ctx context.Context, who *db.Actor) (any, error) {
		doc, err := d.postDoc(ctx, p, who)
		if errors.Is(err, errSigned) || errors.Is(err, errHidden) {
			return d.closedPage(ctx, p, err)
		}
		return doc, err
	}})
}

// elsewhere sends a reader to where a thing is at home. Only ids that were verified when they were
// stored come here.
func (d *Door) elsewhere(c echo.Context, uri string) error {
	c.Response().Header().Set(echo.HeaderVary, vary)
	return c.Redirect(http.StatusSeeOther, uri)
}

// hidden is the one 404, except where the database itself failed.
func hidden(err error) error {
	if err == nil || errors.Is(err, db.ErrNotFound) {
		return echo.ErrNotFound
	}
	return err
}
