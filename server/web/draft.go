package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/web/frame"
)

// Forms that drafts belong to; the target is the group, the discussion, or the edited post.
const (
	formDiscussion = "discussion"
	formReply      = "reply"
	formEdit       = "edit"
)

func target(id int64) string { return strconv.FormatInt(id, 10) }

// draftKey names a draft on the device too, so it holds the account: two people may share one.
func draftKey(c echo.Context, form string, id int64) string {
	return form + ":" + target(id) + ":" + target(frame.At(c).Account.ID)
}

// draftFor is what the reader began to write in a form, nil for nothing.
func (d *Door) draftFor(c echo.Context, form string, id int64) (*db.Draft, error) {
	draft, err := d.store.DraftFor(c.Request().Context(), frame.At(c).Account.ID, form, target(id))
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // no draft is an answer
	}
	if err != nil {
		return nil, fmt.Errorf("load draft: %w", err)
	}
	return draft, nil
}

// keepDraft puts text that could not be sent where it is found again.
func (d *Door) keepDraft(c echo.Context, form, target string, w written) error {
	err := d.store.PutDraft(c.Request().Context(), &db.Draft{
		AccountID: frame.At(c).Account.ID, Form: form, Target: target, Title: cut(w.Title, 4*exchange.MaxTitle), Body: cut(w.Text, exchange.MaxText),
	})
	if err != nil {
		return fmt.Errorf("keep draft: %w", err)
	}
	return nil
}

// cut keeps the beginning of a text that is longer than anything we take.
func cut(s string, most int) string {
	if len(s) <= most {
		return strings.ToValidUTF8(s, "")
	}
	return strings.ToValidUTF8(s[:most], "")
}

func (d *Door) dropDraft(c echo.Context, form string, id int64, next string) error {
	if err := d.store.DropDraft(c.Request().Context(), frame.At(c).Account.ID, form, target(id)); err != nil {
		return fmt.Errorf("drop draft: %w", err)
	}
	d.forget(c, form, id)
	return frame.See(c, next)
}

// forget lets the device drop its copy of a draft that was sent or thrown away.
func (d *Door) forget(c echo.Context, form string, id int64) {
	d.Forget(c, draftKey(c, form, id))
}

// saveDraft handles POST /drafts, which the composer sends while somebody writes.
func (d *Door) saveDraft(c echo.Context) error {
	var form struct {
		Key   string `form:"key" json:"key"`
		Title string `form:"title" json:"title"`
		Text  string `form:"text" json:"text"`
	}
	if err := c.Bind(&form); err != nil {
		return err
	}
	kind, rest, _ := strings.Cut(form.Key, ":")
	about, owner, _ := strings.Cut(rest, ":")
	if owner != target(frame.At(c).Account.ID) {
		return c.NoContent(http.StatusForbidden) // written while somebody else was signed in
	}
	id, err := strconv.ParseInt(about, 10, 64)
	if err != nil || (kind != formDiscussion && kind != formReply && kind != formEdit) || len(form.Text) > exchange.MaxText {
		return c.NoContent(http.StatusUnprocessableEntity)
	}
	if err := d.keepDraft(c, kind, target(id), written{Title: form.Title, Text: form.Text}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// draftRows words some drafts for lists and says where each goes on. What a draft was about may be
// gone; such a draft is left out.
func (d *Door) draftRows(c echo.Context, drafts []*db.Draft) ([]views.DraftRow, error) {
	var list []views.DraftRow
	for _, draft := range drafts {
		row, err := d.draftRow(c, draft)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("load what draft %s %s is about: %w", draft.Form, draft.Target, err)
		}
		list = append(list, row)
	}
	return list, nil
}

func (d *Door) draftRow(c echo.Context, draft *db.Draft) (views.DraftRow, error) {
	ctx, loc := c.Request().Context(), frame.At(c).Loc
	row := views.DraftRow{Saved: draft.UpdatedAt.Time}
	id, err := strconv.ParseInt(draft.Target, 10, 64)
	if err != nil {
		return row, db.ErrNotFound
	}
	if draft.Form == formDiscussion {
		return d.startRow(ctx, row, draft, id)
	}
	p, err := d.store.PostByID(ctx, id)
	if err != nil {
		return row, err
	}
	row.Title, row.URL = loc.Text("Reply in “%s”", headingOf(p)), discussionPath(p.ID)+"#write"
	if draft.Form == formEdit {
		row.Title, row.URL = loc.Text("Change to “%s”", headingOf(p)), postPath(p.ID)+"/edit"
	}
	return row, nil
}

func (d *Door) startRow(ctx context.Context, row views.DraftRow, draft *db.Draft, groupID int64) (views.DraftRow, error) {
	g, err := d.store.GroupByID(ctx, groupID)
	if err != nil {
		return row, err
	}
	row.Title, row.URL = draft.Title, d.groupPath(g.Actor)+"/new"
	if row.Title == "" {
		row.Title = g.Actor.Label()
	}
	return row, nil
}
