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
)

// ownPost is a post that the reader wrote here and can still change; to others it says no in the
// words of the rules.
func (d *Door) ownPost(c echo.Context) (found, error) {
	f, err := d.readable(c)
	if err != nil {
		return f, err
	}
	if f.post.AuthorID != myID(c) || !f.post.Local {
		return f, community.Refuse(community.Forbidden, "not-author")
	}
	if f.post.State == db.PostDeleted || f.post.State == db.PostRemoved {
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
	form := written{Title: f.post.Title, Text: f.post.Source, Language: f.post.Lang}
	draft, err := d.draftFor(c, formEdit, f.post.ID)
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
	return d.page(c, http.StatusOK, p)
}

func (d *Door) editPage(c echo.Context, f found, form written) (*composing, error) {
	loc := at(c).loc
	shell, err := d.shellIn(c, loc.Text("Edit"), f.group)
	if err != nil {
		return nil, err
	}
	p := &composing{Compose: views.Compose{
		Shell: shell, Heading: loc.Text("Change what you wrote"), Action: postPath(f.post.ID) + "/edit", Cancel: postPath(f.post.ID),
		Body: ui.Answer{Value: form.Text}, MaxText: exchange.MaxText, DraftKey: draftKey(c, formEdit, f.post.ID),
		Submit: loc.Text("Save the change"),
	}}
	p.Head.NoIndex = true
	if f.group != nil {
		p.Trail = append(p.Trail, d.communityLink(f.group.Actor))
		p.Languages = languagesFor(loc, f.group, form.Language)
	}
	p.Trail = append(p.Trail, ui.Link{Label: loc.Text("Edit")})
	if f.post.Starts() {
		p.Subject, p.MaxTitle = &ui.Answer{Value: form.Title}, exchange.MaxTitle
	}
	if f.post.State == db.PostPublished {
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
		return d.dropDraft(c, formEdit, f.post.ID, postPath(f.post.ID)+"/edit")
	}
	if form.Preview != "" {
		return d.editAgain(c, http.StatusOK, f, form, nil)
	}
	err = d.inTx(c, func(ctx context.Context, tx *db.Store) error {
		p, err := tx.PostByID(ctx, f.post.ID)
		if err != nil {
			return err
		}
		if err := d.ex.Edit(ctx, tx, p, d.draftOf(c, form)); err != nil {
			return err
		}
		return tx.DropDraft(ctx, at(c).account.ID, formEdit, target(p.ID))
	})
	if no, is := refusalIn(err); is {
		if err := d.keepDraft(c, formEdit, target(f.post.ID), form); err != nil {
			return err
		}
		return d.editAgain(c, http.StatusUnprocessableEntity, f, form, no)
	}
	if err != nil {
		return fmt.Errorf("edit: %w", err)
	}
	d.flash(c, at(c).loc.Text("Changed."), "")
	d.forget(c, formEdit, f.post.ID)
	return see(c, postPath(f.post.ID))
}

func (d *Door) editAgain(c echo.Context, status int, f found, form written, no *community.Refusal) error {
	p, err := d.editPage(c, f, form)
	if err != nil {
		return err
	}
	if form.Preview != "" {
		p.Preview = d.preview(c, f.group, form, f.post.Starts())
	}
	p.mend(at(c).loc, no)
	return d.page(c, status, p)
}
