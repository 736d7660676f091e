package actors

import (
	"context"
	"fmt"
	"path"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// featured handles GET …/featured: the pinned discussions of a group on one page, ours as objects
// (Lemmy reads no ids), others' as ids. Mastodon shows those that the group itself wrote.
func (d *Door) featured(c echo.Context) error {
	return d.collection(c, func(ctx context.Context, of owner) (any, error) {
		a, g := of.actor, of.group
		id := a.URI + federation.Featured
		if g == nil {
			return vocab.Ordered(id, nil), nil
		}
		pinned, err := d.store.PinnedIn(ctx, g.ActorID)
		if err != nil {
			return nil, fmt.Errorf("list pinned of %s: %w", a.URI, err)
		}
		return d.objects(ctx, id, pinned)
	})
}

// objects is a whole collection of posts, ours embedded.
func (d *Door) objects(ctx context.Context, id string, posts []*db.Post) (*vocab.CollectionDoc, error) {
	items := []any{}
	for _, p := range posts {
		if p.Visibility == db.VisibilityDirect {
			continue
		}
		if !p.Local {
			items = append(items, p.URI)
			continue
		}
		doc, err := d.exchange.PostDoc(ctx, d.store, p)
		if err != nil {
			return nil, err
		}
		doc.AtContext = ""
		items = append(items, doc)
	}
	n := len(items)
	return &vocab.CollectionDoc{
		AtContext: vocab.ObjectContext, ID: id, Type: "OrderedCollection", TotalItems: &n, OrderedItems: items,
	}, nil
}

// featuredTags handles GET …/featured-tags; we feature none.
func (d *Door) featuredTags(c echo.Context) error {
	return d.collection(c, func(_ context.Context, of owner) (any, error) {
		none := 0
		return &vocab.CollectionDoc{
			ID: of.actor.URI + federation.FeaturedTags, Type: "Collection", TotalItems: &none, Items: []any{},
		}, nil
	})
}

// empty handles collections of a group that an actor names and that hold nothing yet.
func (d *Door) empty(c echo.Context) error {
	return d.collection(c, func(_ context.Context, of owner) (any, error) {
		return vocab.Ordered(of.actor.URI+"/"+path.Base(c.Path()), []string{}), nil
	})
}

// moderators handles GET /ap/groups/:id/moderators: all of them on one page, as Lemmy reads it,
// with the role of each for those who know our term.
func (d *Door) moderators(c echo.Context) error {
	return d.collection(c, func(ctx context.Context, of owner) (any, error) {
		doc, err := d.community.ModeratorsDoc(ctx, d.store, of.actor)
		if err != nil {
			return nil, err
		}
		doc.AtContext, doc.AttributedTo = vocab.ObjectContext, of.actor.URI
		return doc, nil
	})
}
