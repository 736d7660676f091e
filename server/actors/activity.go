package actors

import (
	"context"
	"fmt"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
)

// activity handles GET /ap/activities/:id: an act of ours with its exact bytes. NodeBB fetches
// every wrapped activity of a third host by its id before it believes it.
func (d *Door) activity(c echo.Context) error {
	return d.serve(c, document{lag: lagPost, age: keepChecked, make: func(ctx context.Context, who *db.Actor) (any, error) {
		id, err := number(c)
		if err != nil {
			return nil, err
		}
		a, err := d.store.ActivityByID(ctx, id)
		if err != nil {
			return nil, err
		}
		if !a.Local || a.URI != d.iris.Activity(id) {
			return nil, db.ErrNotFound
		}
		if err := d.readableActivity(ctx, a, who); err != nil {
			return nil, err
		}
		return a.Body, nil
	}})
}

// readableActivity answers whether who may read an act: everybody where it is public, else the
// hosts it names. An act that carries a post can be read only while the post can.
func (d *Door) readableActivity(ctx context.Context, a *db.Activity, who *db.Actor) error {
	doc, err := vocab.Decode(a.Body)
	if err != nil {
		return fmt.Errorf("read activity %s: %w", a.URI, err)
	}
	if a.PostID != 0 && carries(doc) {
		p, err := d.store.PostByID(ctx, a.PostID)
		if err != nil {
			return fmt.Errorf("load post of activity %s: %w", a.URI, err)
		}
		if p.State == db.PostDeleted {
			if err := d.readableTrace(ctx, p, who); err != nil {
				return err
			}
			return errGone
		}
		if !p.Local && !p.Public() {
			return errHidden
		}
		if p.Local {
			if err := d.readablePost(ctx, p, who); err != nil {
				return err
			}
		}
	}
	switch {
	case a.Public:
		return nil
	case who == nil:
		return errSigned
	case concerns(doc, who.Host):
		return nil
	case a.GroupID != 0:
		return d.readableByMembers(ctx, a, doc, who)
	}
	return errHidden
}

// readableByMembers lets members and their servers read what their group gave to its followers.
func (d *Door) readableByMembers(ctx context.Context, a *db.Activity, doc *vocab.Object, who *db.Actor) error {
	g, err := d.store.GroupByID(ctx, a.GroupID)
	if err != nil {
		return fmt.Errorf("load group of activity %s: %w", a.URI, err)
	}
	if !g.Actor.Local || g.Actor.FollowersURI == "" || !doc.Addresses(g.Actor.FollowersURI) {
		return errHidden
	}
	return d.readable(ctx, g, who)
}

// carries tells whether an activity has the text of a post in it, at any depth.
func carries(doc *vocab.Object) bool {
	for _, r := range doc.Object {
		if r.Object == nil {
			continue
		}
		if vocab.IsPost(r.Object.Type) || carries(r.Object) {
			return true
		}
	}
	return false
}

// concerns tells whether an activity is addressed to, or about, somebody at a host.
func concerns(doc *vocab.Object, host string) bool {
	for _, iri := range doc.Audiences() {
		if vocab.Host(iri) == host {
			return true
		}
	}
	for _, r := range doc.Object {
		if vocab.Host(r.IRI) == host {
			return true
		}
		if r.Object != nil && (vocab.Host(r.Object.Actor.IRI) == host || concerns(r.Object, host)) {
			return true
		}
	}
	return false
}
