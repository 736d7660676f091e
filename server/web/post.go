package web

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/web/frame"
)

// post handles GET /p/:id: it leads to the post in its discussion. A private one has a page of its
// own.
func (d *Door) post(c echo.Context) error {
	f, err := d.Seen(c)
	if err != nil {
		return d.openness().Open(c, err)
	}
	if f.Post.Visibility == db.VisibilityDirect {
		return d.messageHere(c, f)
	}
	if f.Post.Starts() {
		return frame.See(c, discussionPath(f.Post.ID))
	}
	path, err := d.placeOf(c, f.Post)
	if err != nil {
		return err
	}
	return frame.See(c, path+"#p"+strconv.FormatInt(f.Post.ID, 10))
}

// placeOf is the page of a discussion that holds a reply.
func (d *Door) placeOf(c echo.Context, p *db.Post) (string, error) {
	after, err := d.store.PageStart(c.Request().Context(), p, pageReplies)
	if err != nil {
		return "", fmt.Errorf("find page of post: %w", err)
	}
	return pageAfter(p.DiscussionID, after), nil
}

// replyForm handles GET /p/:id/reply: the composer of the discussion, answering this post.
func (d *Door) replyForm(c echo.Context) error {
	f, err := d.Seen(c)
	if err != nil {
		return err
	}
	if f.Post.Visibility == db.VisibilityDirect {
		return frame.See(c, postPath(f.Post.ID))
	}
	if f.Post.Starts() {
		return frame.See(c, discussionPath(f.Post.ID)+"#write")
	}
	after, err := d.store.PageStart(c.Request().Context(), f.Post, pageReplies)
	if err != nil {
		return fmt.Errorf("find page of post: %w", err)
	}
	path := discussionPath(f.Post.DiscussionID) + "?to=" + strconv.FormatInt(f.Post.ID, 10)
	if after != "" {
		path += "&after=" + url.QueryEscape(after)
	}
	return frame.See(c, path+"#write")
}
