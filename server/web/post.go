package web

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// post handles GET /p/:id: it leads to the post in its discussion. A private one has a page of its
// own.
func (d *Door) post(c echo.Context) error {
	f, err := d.readable(c)
	if err != nil {
		return err
	}
	if f.post.Visibility == db.VisibilityDirect {
		return d.messagePage(c, f)
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

// messagePage prints a private post for those who may see it.
func (d *Door) messagePage(c echo.Context, f found) error {
	ctx, loc := c.Request().Context(), at(c).loc
	shell, err := d.shell(c, headingOf(f.post), views.NoTab)
	if err != nil {
		return err
	}
	shell.Head.NoIndex = true
	t := &talk{starter: f.post, group: f.group}
	if err := d.gather(ctx, t, myID(c)); err != nil {
		return err
	}
	p := views.Message{Shell: shell, Post: d.replyOf(c, t, f.post), To: loc.Text("Only you and the other side see this")}
	if f.group != nil {
		p.Trail = append(p.Trail, d.communityLink(f.group.Actor))
		p.To = loc.Text("Only its author and the facilitators see this")
	}
	p.Trail = append(p.Trail, ui.Link{Label: loc.Text("Private message")})
	if !f.post.Starts() {
		above, err := d.readableByID(c, f.post.ReplyToID)
		if err == nil {
			p.About = ui.Link{Label: headingOf(above.post), URL: postPath(above.post.ID)}
		} else if !isMissing(err) {
			return err
		}
	}
	return d.page(c, http.StatusOK, p)
}
