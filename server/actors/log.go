package actors

import (
	"context"
	"fmt"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// pageOfLog is how many acts a page of a log holds.
const pageOfLog = 50

// moderationLog handles GET /ap/groups/:id/moderation-log: what was done in a group, newest first,
// for whom the group lets read it.
func (d *Door) moderationLog(c echo.Context) error {
	return d.serve(c, document{lag: lagActor, age: keepNever, make: func(ctx context.Context, who *db.Actor) (any, error) {
		a, err := d.actorAt(ctx, c)
		if err != nil {
			return nil, err
		}
		g, err := d.members(ctx, a, who)
		if err != nil {
			return nil, err
		}
		if err := d.readsLog(ctx, g, who); err != nil {
			return nil, err
		}
		before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
		list, err := d.store.ModerationLog(ctx, g.ActorID, before, pageOfLog)
		if err != nil {
			return nil, fmt.Errorf("list log of %s: %w", a.URI, err)
		}
		docs, err := d.moderation.LogDocs(ctx, d.store, g, list)
		if err != nil {
			return nil, err
		}
		return logPage(a.URI+community.LogPart, before, list, docs), nil
	}})
}

// logPage is the collection with its newest acts in it, or a later page of it.
func logPage(id string, before int64, list []*db.ModerationEntry, docs []vocab.ActivityDoc) *vocab.CollectionDoc {
	doc := &vocab.CollectionDoc{AtContext: vocab.WrapContext, ID: id, Type: "OrderedCollection"}
	if before != 0 {
		doc.ID, doc.Type, doc.PartOf = id+"?before="+strconv.FormatInt(before, 10), "OrderedCollectionPage", id
	}
	doc.OrderedItems = make([]any, len(docs))
	for i := range docs {
		doc.OrderedItems[i] = docs[i]
	}
	if len(list) == pageOfLog {
		doc.Next = id + "?before=" + strconv.FormatInt(list[len(list)-1].ID, 10)
	}
	return doc
}

func (d *Door) readsLog(ctx context.Context, g *db.Group, who *db.Actor) error {
	yes, err := d.moderation.ReadsLog(ctx, d.store, g, who)
	switch {
	case err != nil:
		return err
	case yes:
		return nil
	case who == nil:
		return errSigned
	}
	return errHidden
}
