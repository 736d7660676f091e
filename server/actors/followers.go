package actors

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// perPage bounds every page of a collection.
const perPage = 50

// perRoster bounds a page of followers at one host, which is read whole where they changed.
const perRoster = 500

// owner is whose collection is asked for, and who asks: the group is nil for people, the reader for
// unsigned requests.
type owner struct {
	actor, reader *db.Actor
	group         *db.Group
}

// collection serves a collection of the actor that the address names, to those who may see the
// members of what it is.
func (d *Door) collection(c echo.Context, of func(ctx context.Context, of owner) (any, error)) error {
	return d.serve(c, document{lag: lagActor, age: keepShortly, make: func(ctx context.Context, who *db.Actor) (any, error) {
		a, err := d.actorAt(ctx, c)
		if err != nil {
			return nil, err
		}
		g, err := d.members(ctx, a, who)
		if err != nil {
			return nil, err
		}
		return of(ctx, owner{actor: a, reader: who, group: g})
	}})
}

// followers handles GET …/followers: the count for everybody, the names at a host for that host
// alone. Asked with is_follower it says whether one actor follows, which lets a third host check
// a reader (Lemmy).
func (d *Door) followers(c echo.Context) error {
	if asked := c.QueryParam("is_follower"); asked != "" {
		return d.serve(c, document{age: keepNever, make: func(ctx context.Context, who *db.Actor) (any, error) {
			return d.isFollower(ctx, c, who, asked)
		}})
	}
	return d.collection(c, func(ctx context.Context, of owner) (any, error) {
		id := of.actor.URI + federation.Followers
		if c.QueryParam("page") == "" {
			return counted(id, of.actor.FollowersCount), nil
		}
		return d.followersPage(ctx, c, of.actor, of.reader)
	})
}

// counted is a collection that gives its size and a first page without members: Mastodon takes
// one without "first" for an actor who hides it all.
func counted(id string, n int64) *vocab.CollectionDoc {
	total := int(n)
	return &vocab.CollectionDoc{ID: id, Type: "OrderedCollection", TotalItems: &total, First: id + "?page=1"}
}

func emptyPage(id string) *vocab.CollectionDoc {
	return &vocab.CollectionDoc{ID: id + "?page=1", Type: "OrderedCollectionPage", PartOf: id, OrderedItems: []any{}}
}

// followersPage names to a host its own people (FEP-8fcf), and to everybody nobody.
func (d *Door) followersPage(ctx context.Context, c echo.Context, a, who *db.Actor) (any, error) {
	id := a.URI + federation.Followers
	if who == nil {
		return emptyPage(id), errSigned
	}
	after := c.QueryParam("after")
	list, err := d.store.FollowersAt(ctx, a.ID, who.Host, after, perRoster)
	if err != nil {
		return nil, fmt.Errorf("list followers of %s at %s: %w", a.URI, who.Host, err)
	}
	page := emptyPage(id)
	if page.OrderedItems = vocab.IDs(list); after != "" {
		page.ID = id + "?page=1&after=" + url.QueryEscape(after)
	}
	if len(list) == perRoster {
		page.Next = id + "?page=1&after=" + url.QueryEscape(list[perRoster-1])
	}
	return page, nil
}

// isFollower answers 200 or 404, and only to hosts that are concerned: the actor's own, or one
// where the group has followers too.
func (d *Door) isFollower(ctx context.Context, c echo.Context, who *db.Actor, asked string) (any, error) {
	a, err := d.actorAt(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := living(a); err != nil {
		return nil, err
	}
	if who == nil {
		return nil, errSigned
	}
	if who.Host != vocab.Host(asked) {
		from, err := d.store.FollowedFrom(ctx, a.ID, who.Host)
		if err != nil || !from {
			return nil, errors.Join(errHidden, err)
		}
	}
	reader, err := d.store.ActorByURI(ctx, asked)
	if err != nil {
		return nil, err
	}
	if reader.Type == db.ActorApplication {
		from, err := d.store.FollowedFrom(ctx, a.ID, reader.Host)
		if err != nil || !from {
			return nil, errors.Join(errHidden, err)
		}
		return counted(a.URI+federation.Followers, a.FollowersCount), nil
	}
	f, err := d.store.FollowBetween(ctx, reader.ID, a.ID)
	if err != nil {
		return nil, err
	}
	if f.State != db.FollowAccepted {
		return nil, errHidden
	}
	return counted(a.URI+federation.Followers, a.FollowersCount), nil
}

// following handles GET …/following: a count, never whom.
func (d *Door) following(c echo.Context) error {
	return d.collection(c, func(_ context.Context, of owner) (any, error) {
		id := of.actor.URI + federation.Following
		if c.QueryParam("page") != "" {
			return emptyPage(id), nil
		}
		return counted(id, of.actor.FollowingCount), nil
	})
}
