package web

import (
	"errors"
	"fmt"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/web/frame"
)

// reading is how far the reader has read a discussion; nil for never, and for who is signed out.
func (d *Door) reading(c echo.Context, discussionID int64) (*db.Reading, error) {
	a := frame.At(c).Account
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
	a := frame.At(c).Account
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
		d.RecountNews(a.ID)
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
