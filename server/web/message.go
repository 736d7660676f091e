package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/exchange"
)

// messageHere prints a private post with a fresh composer below it.
func (d *Door) messageHere(c echo.Context, f found) error {
	box := d.messageBox(c, f)
	draft, err := d.draftFor(c, formReply, f.post.ID)
	if err != nil {
		return err
	}
	if draft != nil {
		box.Text, box.Restored = draft.Body, draft.UpdatedAt.Time
	}
	return d.messagePage(c, http.StatusOK, f, box)
}

// messageBox is an empty composer that answers a private post.
func (d *Door) messageBox(c echo.Context, f found) *ui.Composer {
	loc := at(c).loc
	return &ui.Composer{
		Action: discussionPath(f.post.ID) + "/replies", Label: loc.Text("Your reply"),
		Submit: loc.Text("Reply to %s", f.post.Author.Label()), DraftKey: draftKey(c, formReply, f.post.ID),
		MaxLength: exchange.MaxText, MayPreview: true,
		Audiences: []ui.Choice{{Value: "named", Label: loc.Text("Only those who read this message"), Chosen: true}},
	}
}

// messagePage prints a private post for those who may see it.
func (d *Door) messagePage(c echo.Context, status int, f found, box *ui.Composer) error {
	loc := at(c).loc
	shell, err := d.shellIn(c, headingOf(f.post), f.group)
	if err != nil {
		return err
	}
	shell.Head.NoIndex = true
	t := &talk{starter: f.post, group: f.group}
	if err := d.gather(c.Request().Context(), t, myID(c)); err != nil {
		return err
	}
	p := views.Message{Shell: shell, Post: d.replyOf(c, t, f.post), To: loc.Text("Only you and the other side see this")}
	if f.group != nil {
		p.Trail = append(p.Trail, d.communityLink(f.group.Actor))
		p.To = loc.Text("Only its author and the facilitators see this")
	}
	p.Trail = append(p.Trail, ui.Link{Label: loc.Text("Private message")})
	if f.post.State == db.PostPublished {
		p.Composer = box
	}
	if !f.post.Starts() {
		above, err := d.readableByID(c, f.post.ReplyToID)
		if err == nil {
			p.About = ui.Link{Label: headingOf(above.post), URL: postPath(above.post.ID)}
		} else if !isMissing(err) {
			return err
		}
	}
	if status == http.StatusOK {
		if err := d.store.MarkThreadRead(c.Request().Context(), at(c).account.ID, f.post.DiscussionID); err != nil {
			return fmt.Errorf("clear message from inbox: %w", err)
		}
	}
	return d.page(c, status, p)
}

// answerMessage handles POST /d/:id/replies for a private post: the answer is as private.
func (d *Door) answerMessage(c echo.Context, f found, form written) error {
	box := d.messageBox(c, f)
	box.Text = form.Text
	if form.Discard != "" {
		return d.dropDraft(c, formReply, f.post.ID, postPath(f.post.ID)+"#write")
	}
	if form.Preview != "" {
		box.Preview = ui.HTML(d.ex.Preview(form.Text))
		return d.messagePage(c, http.StatusOK, f, box)
	}
	draft := d.draftOf(c, form)
	draft.Parent = f.post
	var p *db.Post
	err := d.inTx(c, func(ctx context.Context, tx *db.Store) error {
		var err error
		if p, err = d.ex.Reply(ctx, tx, draft); err != nil {
			return err
		}
		return tx.DropDraft(ctx, at(c).account.ID, formReply, target(f.post.ID))
	})
	if no, is := refusalIn(err); is {
		if err := d.keepDraft(c, formReply, target(f.post.ID), form); err != nil {
			return err
		}
		box.Error = sentence(at(c).loc, no)
		return d.messagePage(c, http.StatusUnprocessableEntity, f, box)
	}
	if err != nil {
		return fmt.Errorf("answer message: %w", err)
	}
	d.flash(c, at(c).loc.Text("Sent. Nobody else sees it."), "")
	d.forget(c, formReply, f.post.ID)
	return see(c, postPath(p.ID))
}
