package lookup

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/web/frame"
)

// history handles GET /p/:id/history. What was removed has none: its old texts are as removed as
// the last one.
func (d *Pages) history(c echo.Context) error {
	post, err := d.Readable(c)
	if err != nil {
		return err
	}
	if post.State == db.PostRemoved || post.State == db.PostDeleted {
		return echo.ErrNotFound
	}
	old, err := d.store.RevisionsOf(c.Request().Context(), post.ID)
	if err != nil {
		return fmt.Errorf("list revisions of post %d: %w", post.ID, err)
	}
	loc := frame.At(c).Loc
	shell, err := d.Shell(c, loc.Text("What it said before"), views.NoTab)
	if err != nil {
		return err
	}
	p := views.History{Shell: shell, Author: d.Face(post.Author), Versions: versions(post, old)}
	p.Head.NoIndex = true
	label := post.Title
	if label == "" {
		label = content.Excerpt(post.Content, 80)
	}
	back := "/p/" + strconv.FormatInt(post.ID, 10)
	if post.Starts() {
		back = "/d/" + strconv.FormatInt(post.ID, 10)
	}
	p.Trail = []ui.Link{{Label: label, URL: back}, {Label: loc.Text("Versions")}}
	return d.Page(c, http.StatusOK, p)
}

func versions(post *db.Post, old []*db.Revision) []views.Version {
	n := len(old) + 1
	written := post.EditedAt
	if written.IsZero() {
		written = post.PublishedAt
	}
	list := []views.Version{{
		Number: n, At: written.Time, Title: post.Title, Body: ui.HTML(post.Content), Lang: post.Lang, Shown: true,
	}}
	for i, r := range old {
		list = append(list, views.Version{
			Number: n - 1 - i, At: r.WrittenAt.Time, Title: r.Title, Body: ui.HTML(r.Content), Lang: post.Lang,
		})
	}
	return list
}
