package actors

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// outbox handles GET …/outbox: of a group what it announced first of each discussion (FEP-1b12),
// of a person how they sent what they wrote, newest first.
func (d *Door) outbox(c echo.Context) error {
	return d.collection(c, func(ctx context.Context, of owner) (any, error) {
		a, g := of.actor, of.group
		id := a.URI + federation.Outbox
		if c.QueryParam("page") == "" {
			total := a.PostsCount
			if g != nil {
				total = g.DiscussionsCount
			}
			return counted(id, total), nil
		}
		before := cursor(c, "before")
		var items []any
		var last int64
		var err error
		if g != nil {
			items, last, err = d.announced(ctx, g, before)
		} else {
			items, last, err = d.written(ctx, a, before)
		}
		if err != nil {
			return nil, fmt.Errorf("list outbox of %s: %w", a.URI, err)
		}
		return outboxPage(id, before, items, last), nil
	})
}

// outboxPage is one page of an outbox; last is where the next one goes on, 0 on the last.
func outboxPage(id string, before int64, items []any, last int64) *vocab.CollectionDoc {
	page := &vocab.CollectionDoc{
		ID: id + "?page=1", Type: "OrderedCollectionPage", PartOf: id, OrderedItems: items,
	}
	if before > 0 {
		page.ID += "&before=" + strconv.FormatInt(before, 10)
	}
	if last > 0 {
		page.Next = id + "?page=1&before=" + strconv.FormatInt(last, 10)
	}
	return page
}

// fewAnnounces is how many announces of one post are looked at for the one that wraps its Create:
// a group sends the boost for microblogs beside it.
const fewAnnounces = 3

// announced lists how a group passed on its discussions.
func (d *Door) announced(ctx context.Context, g *db.Group, before int64) (items []any, last int64, err error) {
	posts, err := d.store.StartersIn(ctx, g.ActorID, before, perPage)
	if err != nil {
		return nil, 0, err
	}
	ids := make([]int64, len(posts))
	for i, p := range posts {
		ids[i] = p.ID
	}
	announces, err := d.store.FirstAnnounces(ctx, g.ActorID, ids, fewAnnounces)
	if err != nil {
		return nil, 0, err
	}
	items = []any{}
	for _, p := range posts {
		if best := wrapping(announces[p.ID]); best != nil {
			items = append(items, vocab.Raw(best.Body))
		}
	}
	if len(posts) == perPage {
		last = posts[perPage-1].ID
	}
	return items, last, nil
}

// wrapping picks the announce of a whole Create, else the first one.
func wrapping(list []*db.Activity) *db.Activity {
	for _, a := range list {
		if bytes.Contains(a.Body, []byte(`"type":"Create"`)) {
			return a
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// written lists how a person first sent what is public of theirs.
func (d *Door) written(ctx context.Context, a *db.Actor, before int64) (items []any, last int64, err error) {
	list, err := d.store.PublicCreates(ctx, a.ID, before, perPage)
	if err != nil {
		return nil, 0, err
	}
	items = []any{}
	for _, row := range list {
		items = append(items, vocab.Raw(row.Body))
	}
	if len(list) == perPage {
		last = list[perPage-1].ID
	}
	return items, last, nil
}
