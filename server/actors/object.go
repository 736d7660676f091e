package actors

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// object handles GET /ap/objects/:id: a post of ours, or the Tombstone where one was.
func (d *Door) object(c echo.Context) error {
	return d.serve(c, document{
		lag: lagPost, age: keepChecked,
		make: func(ctx context.Context, who *db.Actor) (any, error) {
			p, err := d.postAt(ctx, c)
			if errors.Is(err, db.ErrNotFound) {
				return d.retold(ctx, c, who)
			}
			if err != nil {
				return nil, err
			}
			return d.postDoc(ctx, p, who)
		},
		page: func(ctx context.Context) (string, error) { return d.postPageOf(ctx, c) },
	})
}

// postPageOf is where people read the post that a path names. The page of one that not everybody
// may read is named alike whether there is one or not: who reads is for the page to see.
func (d *Door) postPageOf(ctx context.Context, c echo.Context) (string, error) {
	id, err := number(c)
	if err != nil {
		return "", err
	}
	p, err := d.postAt(ctx, c)
	if errors.Is(err, db.ErrNotFound) {
		return d.iris.PostPage(id), nil
	}
	if err != nil {
		return "", err
	}
	all, err := d.forAll(ctx, p)
	switch {
	case err != nil:
		return "", err
	case all && p.State == db.PostDeleted:
		return "", errHidden // to its Tombstone
	case all && p.Public() && p.Starts():
		return d.iris.DiscussionPage(id), nil
	}
	return d.iris.PostPage(id), nil
}

// postAt finds the post of ours that a path below /ap/objects names.
func (d *Door) postAt(ctx context.Context, c echo.Context) (*db.Post, error) {
	id, err := number(c)
	if err != nil {
		return nil, err
	}
	p, err := d.store.PostByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if !p.Local || p.URI != d.iris.Object(id) {
		return nil, db.ErrNotFound
	}
	return p, nil
}

// postDoc is the document of a post of ours as a reader gets it.
func (d *Door) postDoc(ctx context.Context, p *db.Post, who *db.Actor) (any, error) {
	switch {
	case p.State == db.PostDeleted && p.Visibility == db.VisibilityDirect && who == nil:
		return nil, errSigned
	case p.State == db.PostDeleted:
		if err := d.readableTrace(ctx, p, who); err != nil {
			return nil, err
		}
		return d.exchange.Tombstone(p), nil
	}
	if err := living(p.Author); err != nil {
		return nil, err
	}
	if err := d.readablePost(ctx, p, who); err != nil {
		return nil, err
	}
	doc, err := d.exchange.PostDoc(ctx, d.store, p)
	if err != nil {
		return nil, fmt.Errorf("write post %d: %w", p.ID, err)
	}
	return doc, nil
}

// part loads a post for one of its collections, readable by who.
func (d *Door) part(ctx context.Context, c echo.Context, who *db.Actor) (*db.Post, error) {
	p, err := d.postAt(ctx, c)
	if err != nil {
		return nil, err
	}
	if p.State == db.PostDeleted {
		return nil, errors.Join(d.readableTrace(ctx, p, who), errGone)
	}
	return p, d.readablePost(ctx, p, who)
}

// replies handles GET /ap/objects/:id/replies: all answers to a post, from everywhere, as ids. The
// first page is embedded, the one form GoToSocial crawls; pages go on after the id of an answer.
func (d *Door) replies(c echo.Context) error {
	return d.serve(c, document{lag: lagPost, age: keepChecked, make: func(ctx context.Context, who *db.Actor) (any, error) {
		p, err := d.part(ctx, c, who)
		if err != nil {
			return nil, err
		}
		id, after := p.URI+federation.Replies, cursor(c, "after")
		list, err := d.store.RepliesTo(ctx, p.ID, after, perPage)
		if err != nil {
			return nil, fmt.Errorf("list answers to post %d: %w", p.ID, err)
		}
		next := ""
		if len(list) == perPage {
			next = nextPage(id, list[perPage-1].ID)
		}
		if c.QueryParam("page") != "" {
			return &vocab.CollectionDoc{
				ID: pageID(c, id, after), Type: "CollectionPage",
				PartOf: id, Next: next, Items: vocab.IDs(addresses(list)),
			}, nil
		}
		total, err := d.store.CountReplies(ctx, p.ID)
		if err != nil {
			return nil, fmt.Errorf("count answers to post %d: %w", p.ID, err)
		}
		return vocab.Replies(id, int(total), addresses(list), next), nil
	}})
}

// nextPage is the page that goes on after an id.
func nextPage(collection string, after int64) string {
	return collection + "?page=1&after=" + strconv.FormatInt(after, 10)
}

// pageID is the id of the page that was asked for. Page 0 is the embedded first one, which lists
// the same as page 1.
func pageID(c echo.Context, collection string, after int64) string {
	switch {
	case after > 0:
		return nextPage(collection, after)
	case c.QueryParam("page") == "0":
		return collection + "?page=0"
	}
	return collection + "?page=1"
}

func addresses(posts []db.Address) []string {
	list := make([]string, len(posts))
	for i, p := range posts {
		list[i] = p.URI
	}
	return list
}

// likes and shares handle GET /ap/objects/:id/likes and /shares: counts, never names.
func (d *Door) likes(c echo.Context) error {
	return d.count(c, federation.Likes, func(p *db.Post) int64 { return p.LikesCount })
}

func (d *Door) shares(c echo.Context) error {
	return d.count(c, federation.Shares, func(p *db.Post) int64 { return p.SharesCount })
}

func (d *Door) count(c echo.Context, part string, of func(*db.Post) int64) error {
	return d.serve(c, document{lag: lagActor, age: keepShortly, make: func(ctx context.Context, who *db.Actor) (any, error) {
		p, err := d.part(ctx, c, who)
		if err != nil {
			return nil, err
		}
		return vocab.Count(p.URI+part, int(of(p))), nil
	}})
}

// conversation handles GET /ap/contexts/:id: the ids of all posts of a discussion by age, owned by
// its group (FEP-7888, FEP-f228). It is read from the database each time: NodeBB drops a comment
// that it does not find there at once.
func (d *Door) conversation(c echo.Context) error {
	return d.serve(c, document{age: keepNever, make: func(ctx context.Context, who *db.Actor) (any, error) {
		id, err := number(c)
		if err != nil {
			return nil, err
		}
		starter, err := d.store.PostByID(ctx, id)
		if err != nil {
			return nil, err
		}
		owner, err := d.ownerOf(ctx, starter, who)
		if err != nil {
			return nil, err
		}
		return d.contextDoc(ctx, c, starter, owner)
	}})
}

// ownerOf says whose conversation a discussion is: its group's where that is ours, else its
// author's. Conversations of others have no address here.
func (d *Door) ownerOf(ctx context.Context, starter *db.Post, who *db.Actor) (string, error) {
	if !starter.Starts() || starter.ContextURI != "" || starter.Visibility == db.VisibilityDirect {
		return "", errHidden
	}
	g, err := d.store.GroupByID(ctx, starter.GroupID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return "", fmt.Errorf("load group of discussion %d: %w", starter.ID, err)
	}
	if err == nil && g.Actor.Local {
		if starter.State != db.PostPublished && starter.State != db.PostDeleted && starter.State != db.PostRemoved {
			return "", errHidden
		}
		return g.Actor.URI, d.readable(ctx, g, who)
	}
	if !starter.Local {
		return "", errHidden
	}
	return starter.Author.URI, d.readablePost(ctx, starter, who)
}

// whole is how many posts a context lists without pages: the forum family reads such a list in
// one request.
const whole = 200

func (d *Door) contextDoc(ctx context.Context, c echo.Context, starter *db.Post, owner string) (any, error) {
	id, after := d.iris.Context(starter.ID), cursor(c, "after")
	list, err := d.store.Conversation(ctx, starter.ID, after, whole+1)
	if err != nil {
		return nil, fmt.Errorf("list discussion %d: %w", starter.ID, err)
	}
	more := len(list) > whole
	list = list[:min(len(list), whole)]
	total := int(starter.RepliesCount) + 1
	if c.QueryParam("page") == "" {
		doc := &vocab.CollectionDoc{ID: id, Type: "OrderedCollection", AttributedTo: owner, TotalItems: &total}
		if more {
			doc.First = id + "?page=1"
			return doc, nil
		}
		total = len(list)
		doc.OrderedItems = vocab.IDs(addresses(list))
		return doc, nil
	}
	doc := &vocab.CollectionDoc{
		ID: pageID(c, id, after), Type: "OrderedCollectionPage", PartOf: id,
		AttributedTo: owner, OrderedItems: vocab.IDs(addresses(list)),
	}
	if more {
		doc.Next = nextPage(id, list[whole-1].ID)
	}
	return doc, nil
}
