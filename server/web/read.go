package web

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
)

// found is a post that the reader may see, with its group (nil outside of groups).
type found struct {
	post  *db.Post
	group *db.Group
}

// readable is the post an address names, for those who may see it; for everybody else there is
// none of that name.
func (d *Door) readable(c echo.Context) (found, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return found{}, echo.ErrNotFound
	}
	return d.readableByID(c, id)
}

func (d *Door) readableByID(c echo.Context, id int64) (found, error) {
	ctx := c.Request().Context()
	var f found
	var err error
	if f.post, err = d.store.PostByID(ctx, id); err != nil {
		return f, err
	}
	if f.post.GroupID != 0 {
		if f.group, err = d.store.GroupByID(ctx, f.post.GroupID); err != nil {
			return f, fmt.Errorf("load group of post: %w", err)
		}
	}
	return f, d.mayRead(ctx, me(c), f)
}

// mayRead answers ErrNotFound for what a reader must not know of: missing, removed, waiting and
// members-only look alike.
func (d *Door) mayRead(ctx context.Context, who *db.Actor, f found) error {
	if f.post.Visibility == db.VisibilityDirect {
		return d.mayReadDirect(ctx, who, f)
	}
	own := who != nil && f.post.AuthorID == who.ID
	if f.post.State == db.PostDeleted && !placeholder(f.post) {
		return echo.ErrNotFound
	}
	if f.post.State == db.PostPublished || placeholder(f.post) || own {
		if f.group == nil {
			return nil
		}
		return hidden(d.com.Permit(ctx, d.store, f.group, who, community.ActRead))
	}
	return d.moderates(ctx, who, f.group)
}

// placeholder says that of a post only a line is left that keeps its answers in place.
func placeholder(p *db.Post) bool {
	if p.Starts() {
		return p.State == db.PostDeleted && p.RepliesCount > 0
	}
	return p.State == db.PostDeleted || p.State == db.PostRemoved
}

// moderates lets those who look after a group see what waits for them.
func (d *Door) moderates(ctx context.Context, who *db.Actor, g *db.Group) error {
	if who == nil || g == nil {
		return echo.ErrNotFound
	}
	return hidden(d.com.Permit(ctx, d.store, g, who, community.ActSeeReports))
}

// mayReadDirect lets a private post be seen by who wrote it, whom it names, and who looks after
// its group.
func (d *Door) mayReadDirect(ctx context.Context, who *db.Actor, f found) error {
	if who == nil {
		return echo.ErrNotFound
	}
	if f.post.AuthorID == who.ID {
		return nil
	}
	named, err := d.store.MentionsOf(ctx, f.post.ID)
	if err != nil {
		return fmt.Errorf("load mentions of post: %w", err)
	}
	for _, a := range named {
		if a.ID == who.ID {
			return nil
		}
	}
	return d.moderates(ctx, who, f.group)
}

// hidden turns a refusal to read into "there is none": a 403 would say that there is one.
func hidden(err error) error {
	if _, is := refusalIn(err); is {
		return echo.ErrNotFound
	}
	return err
}

// reading is how far the reader has read a discussion; nil for never, and for who is signed out.
func (d *Door) reading(c echo.Context, discussionID int64) (*db.Reading, error) {
	a := at(c).account
	if a == nil {
		return nil, nil //nolint:nilnil // nobody's place is an answer
	}
	r, err := d.store.ReadingOf(c.Request().Context(), a.ID, discussionID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // as above
	}
	if err != nil {
		return nil, fmt.Errorf("load reading place: %w", err)
	}
	return r, nil
}

// markSeen moves the reader's place on and clears the discussion from their inbox. While later
// pages are unread only the visit is noted, so that what is new there stays new.
func (d *Door) markSeen(c echo.Context, t *talk, viewer *views.Viewer) error {
	a := at(c).account
	if a == nil {
		return nil
	}
	newest := t.starter.ID
	if !t.more {
		for _, p := range t.page {
			newest = max(newest, p.ID)
		}
	}
	ctx := c.Request().Context()
	if t.reading == nil || newest > t.reading.LastPostID {
		err := d.store.PutReading(ctx, &db.Reading{AccountID: a.ID, DiscussionID: t.starter.ID, LastPostID: newest})
		if err != nil {
			return fmt.Errorf("keep reading place: %w", err)
		}
	}
	if viewer.Unread == 0 {
		return nil
	}
	if err := d.store.MarkThreadRead(ctx, a.ID, t.starter.ID); err != nil {
		return fmt.Errorf("clear discussion from inbox: %w", err)
	}
	var err error
	if viewer.Unread, err = d.store.UnreadCount(ctx, a.ID); err != nil {
		return fmt.Errorf("count notifications: %w", err)
	}
	return nil
}

// readablePost is readable for pages that need no group.
func (d *Door) readablePost(c echo.Context) (*db.Post, error) {
	f, err := d.readable(c)
	return f.post, err
}
