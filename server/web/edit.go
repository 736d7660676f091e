package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/web/frame"
)

// ownPost is a post that the reader wrote here and can still change; to others it says no in the
// words of the rules.
func (d *Door) ownPost(c echo.Context) (frame.Seen, error) {
	f, err := d.Seen(c)
	if err != nil {
		return f, err
	}
	if f.Post.AuthorID != frame.MyID(c) || !f.Post.Local {
		return f, community.Refuse(community.Forbidden, "not-author")
	}
	if f.Post.State == db.PostDeleted || f.Post.State == db.PostRemoved {
		return f, echo.ErrNotFound
	}
	return f, nil
}

// editForm handles GET /p/:id/edit.
func (d *Door) editForm(c echo.Context) error {
	f, err := d.ownPost(c)
	if err != nil {
		return err
	}
	form := written{Title: f.Post.Title, Text: f.Post.Source, Language: f.Post.Lang}
	draft, err := d.draftFor(c, formEdit, f.Post.ID)
	if err != nil {
		return err
	}
	if draft != nil {
		form.Title, form.Text = draft.Title, draft.Body
	}
	p, err := d.editPage(c, f, form)
	if err != nil {
		return err
	}
	if draft != nil {
		p.Restored = draft.UpdatedAt.Time
	}
	return d.Page(c, http.StatusOK, p)
}

func (d *Door) editPage(c echo.Context, f frame.Seen, form written) (*composing, error) {
	loc := frame.At(c).Loc
	shell, err := d.ShellIn(c, loc.Text("Edit"), f.Group)
	if err != nil {
		return nil, err
	}
	p := &composing{Compose: views.Compose{
		Shell: shell, Heading: loc.Text("Change what you wrote"), Action: postPath(f.Post.ID) + "/edit", Cancel: postPath(f.Post.ID),
		Body: ui.Answer{Value: form.Text}, MaxText: exchange.MaxText, DraftKey: draftKey(c, formEdit, f.Post.ID),
		Submit: loc.Text("Save the change"),
	}}
	p.Head.NoIndex = true
	if f.Group != nil {
		p.Trail = append(p.Trail, d.communityLink(f.Group.Actor))
		p.Languages = languagesFor(loc, f.Group, form.Language)
	}
	p.Trail = append(p.Trail, ui.Link{Label: loc.Text("Edit")})
	if f.Post.Starts() {
		p.Subject, p.MaxTitle = &ui.Answer{Value: form.Title}, exchange.MaxTitle
	}
	if f.Post.State == db.PostPublished {
		p.Waits = loc.Text("The change goes to every server that has it. What it said before stays readable under “edited”.")
	}
	return p, nil
}

// edit handles POST /p/:id/edit.
func (d *Door) edit(c echo.Context) error {
	var form written
	if err := bind(c, &form); err != nil {
		return err
	}
	f, err := d.ownPost(c)
	if err != nil {
		return err
	}
	if form.Discard != "" {
		return d.dropDraft(c, formEdit, f.Post.ID, postPath(f.Post.ID)+"/edit")
	}
	if form.Preview != "" {
		return d.editAgain(c, http.StatusOK, f, form, nil)
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		p, err := tx.PostByID(ctx, f.Post.ID)
		if err != nil {
			return err
		}
		if err := d.ex.Edit(ctx, tx, p, d.draftOf(c, form)); err != nil {
			return err
		}
		return tx.DropDraft(ctx, frame.At(c).Account.ID, formEdit, target(p.ID))
	})
	if no, is := frame.Refusal(err); is {
		if err := d.keepDraft(c, formEdit, target(f.Post.ID), form); err != nil {
			return err
		}
		return d.editAgain(c, http.StatusUnprocessableEntity, f, form, no)
	}
	if err != nil {
		return fmt.Errorf("edit: %w", err)
	}
	d.Flash(c, frame.At(c).Loc.Text("Changed."), "")
	d.forget(c, formEdit, f.Post.ID)
	return frame.See(c, postPath(f.Post.ID))
}

func (d *Door) editAgain(c echo.Context, status int, f frame.Seen, form written, no *community.Refusal) error {
	p, err := d.editPage(c, f, form)
	if err != nil {
		return err
	}
	if form.Preview != "" {
		p.Preview = d.preview(c, f.Group, form, f.Post.Starts())
	}
	p.mend(frame.At(c).Loc, no)
	return d.Page(c, status, p)
}
