package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// drafts handles GET /drafts.
func (d *Desk) drafts(c echo.Context) error {
	ctx := c.Request().Context()
	shell, err := d.Shell(c, d.Loc(c).Text("Drafts"), views.Drafts)
	if err != nil {
		return err
	}
	list, err := d.store.DraftsOf(ctx, d.Account(c).ID)
	if err != nil {
		return fmt.Errorf("list drafts: %w", err)
	}
	p := views.DraftsPage{Shell: shell}
	for _, row := range list {
		draft, err := d.draft(ctx, shell.Loc, d.reader(c), row)
		if err != nil {
			return err
		}
		p.Drafts = append(p.Drafts, draft)
	}
	return d.Page(c, http.StatusOK, p)
}

// draft is one row. What it was written for may be gone: the text then still can be read and
// copied here.
func (d *Desk) draft(ctx context.Context, l loc, who *db.Actor, row *db.Draft) (views.Draft, error) {
	key := "form=" + queryEscape(row.Form) + "&target=" + queryEscape(row.Target)
	out := views.Draft{
		Icon: "draft", Title: row.Title, Open: "/drafts", Text: excerpt(row.Body, 160), Saved: row.UpdatedAt.Time,
		Drop: "/drafts/drop?" + key,
	}
	if row.Form == "discussion" {
		a, err := d.draftGroup(ctx, row.Target)
		if err != nil {
			return out, err
		}
		if a != nil {
			out.Place = d.Place(a)
			out.Open = out.Place.URL + "/new"
		}
		if out.Title == "" {
			out.Title = l.Text("A discussion without a title")
		}
		return out, nil
	}
	return d.aboutPost(ctx, l, who, row, out)
}

// draftGroup is the group that a discussion is begun for; nil when it is gone.
func (d *Desk) draftGroup(ctx context.Context, target string) (*db.Actor, error) {
	id, _ := strconv.ParseInt(target, 10, 64)
	a, err := d.store.ActorByID(ctx, id)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // gone is an answer
	}
	if err != nil {
		return nil, fmt.Errorf("load community of draft: %w", err)
	}
	return a, nil
}

// aboutPost fills in what an answer or an edit is about, while its writer may read that.
func (d *Desk) aboutPost(ctx context.Context, l loc, who *db.Actor, row *db.Draft, out views.Draft) (views.Draft, error) {
	id, _ := strconv.ParseInt(row.Target, 10, 64)
	post, err := d.store.PostByID(ctx, id)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return out, fmt.Errorf("load post of draft: %w", err)
	}
	out.Icon = "reply"
	if row.Form == "edit" {
		out.Icon = "edit"
	}
	readable, rerr := d.store.ReadableAmong(ctx, who.ID, []int64{id})
	if rerr != nil {
		return out, fmt.Errorf("see what can be read: %w", rerr)
	}
	if err != nil || (!readable[id] && post.AuthorID != who.ID) {
		out.Title = l.Text("About something that is gone")
		return out, nil
	}
	if g, err := d.draftGroup(ctx, strconv.FormatInt(post.GroupID, 10)); err != nil {
		return out, err
	} else if g != nil {
		out.Place = d.Place(g)
	}
	if row.Form == "edit" {
		out.Title, out.Open = l.Text("Change to “%s”", titleOf(post)), "/p/"+row.Target+"/edit"
		return out, nil
	}
	out.Title, out.Open = l.Text("Reply in “%s”", titleOf(post)), "/d/"+strconv.FormatInt(post.DiscussionID, 10)+"#write"
	return out, nil
}

// dropDraft handles POST /drafts/drop.
func (d *Desk) dropDraft(c echo.Context) error {
	err := d.store.DropDraft(c.Request().Context(), d.Account(c).ID, c.QueryParam("form"), c.QueryParam("target"))
	if err != nil {
		return fmt.Errorf("drop draft: %w", err)
	}
	d.Flash(c, d.Loc(c).Text("The draft is thrown away."), "")
	return c.Redirect(http.StatusSeeOther, "/drafts")
}

// excerpt is the beginning of plain text on one line.
func excerpt(text string, n int) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > n {
		return string(r[:n]) + "…"
	}
	return text
}

// titleOf is how a post is called in a line.
func titleOf(p *db.Post) string {
	if p.Title != "" {
		return p.Title
	}
	if words := content.Excerpt(p.Content, 80); words != "" {
		return words
	}
	return "…"
}

// linkTo leads to a post in its discussion.
func linkTo(p *db.Post) ui.Link {
	id := strconv.FormatInt(p.ID, 10)
	if p.Starts() {
		return ui.Link{Label: titleOf(p), URL: "/d/" + id}
	}
	return ui.Link{Label: titleOf(p), URL: "/p/" + id}
}
