package actors

import (
	"context"
	"errors"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/moving"
)

// archivePage handles GET /ap/moves/:id/:part/:after: a page of the archive of a community on its
// way, for the instance of its new home and nobody else. What is asked for stands in the path: a
// query is not part of what is signed (T08).
func (d *Door) archivePage(c echo.Context) error {
	return d.serve(c, document{age: keepNever, make: func(ctx context.Context, who *db.Actor) (any, error) {
		if who == nil {
			return nil, errSigned
		}
		id, err := number(c)
		if err != nil {
			return nil, err
		}
		after, err := strconv.ParseInt(c.Param("after"), 10, 64)
		if err != nil || strconv.FormatInt(after, 10) != c.Param("after") {
			return nil, errHidden
		}
		page, err := d.moving.Page(ctx, d.store, moving.Wanted{Move: id, Part: c.Param("part"), After: after}, who)
		if errors.Is(err, moving.ErrNoPage) {
			return nil, errHidden
		}
		return page, err
	}})
}

// takeMove follows an actor to its new place; a group takes along what was said in it.
func (d *Door) takeMove(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	out, err := d.community.TakeMove(ctx, tx, in)
	if err != nil || out.State != db.ReceiptDone {
		return out, err
	}
	return out, d.moving.Seen(ctx, tx, in)
}

// takeAccept takes a yes: to a follow or a wish to belong, or to a community on its way.
func (d *Door) takeAccept(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	out, move, err := d.moving.TakeCopied(ctx, tx, in)
	if err != nil || move {
		return out, err
	}
	if out, err = d.community.TakeAccept(ctx, tx, in); err != nil || out.State != db.ReceiptDone {
		return out, err
	}
	return out, d.membership.TakeAdmitted(ctx, tx, in)
}

// passOn hands what was applied to where its group has gone.
func (d *Door) passOn(ctx context.Context, tx *db.Store, in *federation.Incoming, out federation.Outcome) error {
	if d.moving == nil || out.State == db.ReceiptRefused {
		return nil
	}
	return d.moving.PassOn(ctx, tx, in)
}

// relMoved leads from the handle of who has moved to who they are now.
const relMoved = "https://www.w3.org/ns/activitystreams#movedTo"

// movedLinks point on from the old handle of a group. The handle itself goes on naming the old actor:
// whoever checks the signature of its Move must find it (FEP-7628).
func (d *Door) movedLinks(ctx context.Context, a *db.Actor) []vocab.JRDLink {
	if a.MovedTo == "" {
		return nil
	}
	links := []vocab.JRDLink{{Rel: relMoved, Type: "application/activity+json", Href: a.MovedTo}}
	if heir, err := d.store.ActorByURI(ctx, a.MovedTo); err == nil && heir.URL != "" {
		links = append(links, vocab.JRDLink{Rel: relMoved, Type: "text/html", Href: heir.URL})
	}
	return links
}
