package actors

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
)

// actor handles GET /ap/groups/:id, /ap/people/:id and /ap/instance.
func (d *Door) actor(c echo.Context) error {
	return d.serve(c, document{
		lag: lagActor, age: keepShortly,
		make: func(ctx context.Context, who *db.Actor) (any, error) {
			a, err := d.actorAt(ctx, c)
			if err != nil {
				return nil, err
			}
			return d.actorDoc(ctx, a, who)
		},
		page: func(ctx context.Context) (string, error) {
			a, err := d.actorAt(ctx, c)
			if err != nil {
				return "", err
			}
			if a.Type == db.ActorGroup {
				g, err := d.store.GroupByID(ctx, a.ID)
				if err != nil || g.Openness == db.OpennessConfidential {
					return "", errors.Join(errHidden, err) // its address would tell its handle
				}
			}
			return d.pageOf(a), nil
		},
	})
}

// actorAt finds the actor of ours that a path below /ap names, tombstones included.
func (d *Door) actorAt(ctx context.Context, c echo.Context) (*db.Actor, error) {
	path := c.Path()
	if strings.HasPrefix(path, "/ap/instance") {
		return d.store.ActorByURI(ctx, d.iris.Instance())
	}
	id, err := number(c)
	if err != nil {
		return nil, err
	}
	a, err := d.store.ActorByID(ctx, id)
	if err != nil {
		return nil, err
	}
	uri := d.iris.Person(id)
	if strings.HasPrefix(path, "/ap/groups/") {
		uri = d.iris.Group(id)
	}
	if !a.Local || a.URI != uri {
		return nil, db.ErrNotFound // others' actors have no address here
	}
	return a, nil
}

// actorDoc is the document of one of our actors as a reader gets it. Where only signed requests
// are served, everybody still gets what a signature of ours is checked with, except where the
// group must not be known at all.
func (d *Door) actorDoc(ctx context.Context, a *db.Actor, who *db.Actor) (any, error) {
	switch err := living(a); {
	case errors.Is(err, errGone):
		return tombstoneOf(a), nil
	case err != nil:
		return nil, err
	}
	doc, err := d.community.ActorDoc(ctx, d.store, a)
	if err != nil {
		return nil, fmt.Errorf("write actor %s: %w", a.URI, err)
	}
	if a.Type != db.ActorGroup {
		return doc, nil
	}
	g, err := d.store.GroupByID(ctx, a.ID)
	if err != nil {
		return nil, fmt.Errorf("load group %d: %w", a.ID, err)
	}
	if g.Openness == db.OpennessRestricted && !g.SignedFetch {
		return doc, nil // its home page is public
	}
	if who != nil {
		if onItsWay, err := d.store.MayFetch(ctx, g.ActorID, who.ID); err != nil || onItsWay {
			return doc, err // the two homes know it
		}
	}
	err = d.known(ctx, g, who)
	switch {
	case err == nil:
		return doc, nil
	case g.Openness == db.OpennessConfidential:
		return nil, err
	case who == nil:
		return doc.Stub(), err
	}
	return doc.Stub(), nil
}

// living answers nil for an actor that is there.
func living(a *db.Actor) error {
	switch {
	case !a.DeletedAt.IsZero():
		return errGone
	case !a.SuspendedAt.IsZero():
		return errHidden
	}
	return nil
}

// pageOf is where people read about an actor of ours.
func (d *Door) pageOf(a *db.Actor) string {
	switch a.Type {
	case db.ActorGroup:
		return d.iris.GroupPage(a.Handle)
	case db.ActorPerson:
		return d.iris.PersonPage(a.Handle)
	}
	return d.iris.Page("/")
}

// members loads the group of an actor, nil for one that is none, and answers whether who may read
// what belongs to the actor.
func (d *Door) members(ctx context.Context, a, who *db.Actor) (*db.Group, error) {
	if err := living(a); err != nil {
		return nil, err
	}
	if a.Type != db.ActorGroup {
		return nil, nil //nolint:nilnil // a person has no group, and that is no fault
	}
	g, err := d.store.GroupByID(ctx, a.ID)
	if err != nil {
		return nil, fmt.Errorf("load group %d: %w", a.ID, err)
	}
	return g, d.readable(ctx, g, who)
}
