package web

import (
	"fmt"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
)

// post handles GET /p/:id: it leads to the post in its discussion. A private one has a page of its
// own.
func (d *Door) post(c echo.Context) error {
	f, err := d.readable(c)
	if err != nil {
		return err
	}
	if f.post.Visibility == db.VisibilityDirect {
		return d.messageHere(c, f)
	}
	if f.post.Starts() {
		return see(c, discussionPath(f.post.ID))
	}
	path, err := d.placeOf(c, f.post)
	if err != nil {
		return err
	}
	return see(c, path+"#p"+strconv.FormatInt(f.post.ID, 10))
}

// placeOf is the page of a discussion that holds a reply.
func (d *Door) placeOf(c echo.Context, p *db.Post) (string, error) {
	after, err := d.store.PageStart(c.Request().Context(), p, pageReplies)
	if err != nil {
		return "", fmt.Errorf("find page of post: %w", err)
	}
	path := discussionPath(p.DiscussionID)
	if after != "" {
		path += "?after=" + queryEscape(after)
	}
	return path, nil
}

// replyForm handles GET /p/:id/reply: the composer of the discussion, answering this post.
func (d *Door) replyForm(c echo.Context) error {
	f, err := d.readable(c)
	if err != nil {
		return err
	}
	if f.post.Visibility == db.VisibilityDirect {
		return see(c, postPath(f.post.ID))
	}
	if f.post.Starts() {
		return see(c, discussionPath(f.post.ID)+"#write")
	}
	after, err := d.store.PageStart(c.Request().Context(), f.post, pageReplies)
	if err != nil {
		return fmt.Errorf("find page of post: %w", err)
	}
	path := discussionPath(f.post.DiscussionID) + "?to=" + strconv.FormatInt(f.post.ID, 10)
	if after != "" {
		path += "&after=" + queryEscape(after)
	}
	return see(c, path+"#write")
}
