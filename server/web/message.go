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
	"github.com/copse-social/copse/server/web/frame"
)

// messageHere prints a private post with a fresh composer below it.
func (d *Door) messageHere(c echo.Context, f frame.Seen) error {
	box := d.messageBox(c, f)
	draft, err := d.draftFor(c, formReply, f.Post.ID)
	if err != nil {
		return err
	}
	if draft != nil {
		box.Text, box.Restored = draft.Body, draft.UpdatedAt.Time
	}
	return d.messagePage(c, http.StatusOK, f, box)
}

// messageBox is an empty composer that answers a private post.
func (d *Door) messageBox(c echo.Context, f frame.Seen) *ui.Composer {
	loc := frame.At(c).Loc
	return &ui.Composer{
		Action: discussionPath(f.Post.ID) + "/replies", Label: loc.Text("Your reply"),
		Submit: loc.Text("Reply to %s", f.Post.Author.Label()), DraftKey: draftKey(c, formReply, f.Post.ID),
		MaxLength: exchange.MaxText, MayPreview: true,
		Audiences: []ui.Choice{{Value: "named", Label: loc.Text("Only those who read this message"), Chosen: true}},
	}
}

// messagePage prints a private post for those who may see it.
func (d *Door) messagePage(c echo.Context, status int, f frame.Seen, box *ui.Composer) error {
	loc := frame.At(c).Loc
	shell, err := d.ShellIn(c, headingOf(f.Post), f.Group)
	if err != nil {
		return err
	}
	shell.Head.NoIndex = true
	t := &talk{starter: f.Post, group: f.Group}
	if err := d.gather(c.Request().Context(), t, frame.MyID(c)); err != nil {
		return err
	}
	p := views.Message{Shell: shell, Post: d.replyOf(c, t, f.Post), To: loc.Text("Only you and the other side see this")}
	if f.Group != nil {
		p.Trail = append(p.Trail, d.communityLink(f.Group.Actor))
		p.To = loc.Text("Only its author and the facilitators see this")
	}
	p.Trail = append(p.Trail, ui.Link{Label: loc.Text("Private message")})
	if f.Post.State == db.PostPublished {
		p.Composer = box
	}
	if !f.Post.Starts() {
		above, err := d.SeenByID(c, f.Post.ReplyToID)
		if err == nil {
			p.About = ui.Link{Label: headingOf(above.Post), URL: postPath(above.Post.ID)}
		} else if !frame.IsMissing(err) {
			return err
		}
	}
	if status == http.StatusOK {
		if err := d.store.MarkThreadRead(c.Request().Context(), frame.At(c).Account.ID, f.Post.DiscussionID); err != nil {
			return fmt.Errorf("clear message from inbox: %w", err)
		}
	}
	return d.Page(c, status, p)
}

// answerMessage handles POST /d/:id/replies for a private post: the answer is as private.
func (d *Door) answerMessage(c echo.Context, f frame.Seen, form written) error {
	box := d.messageBox(c, f)
	box.Text = form.Text
	if form.Discard != "" {
		return d.dropDraft(c, formReply, f.Post.ID, postPath(f.Post.ID)+"#write")
	}
	if form.Preview != "" {
		box.Preview = ui.HTML(d.ex.Preview(form.Text))
		return d.messagePage(c, http.StatusOK, f, box)
	}
	draft := d.draftOf(c, form)
	draft.Parent = f.Post
	var p *db.Post
	err := d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		var err error
		if p, err = d.ex.Reply(ctx, tx, draft); err != nil {
			return err
		}
		return tx.DropDraft(ctx, frame.At(c).Account.ID, formReply, target(f.Post.ID))
	})
	if no, is := frame.Refusal(err); is {
		if err := d.keepDraft(c, formReply, target(f.Post.ID), form); err != nil {
			return err
		}
		box.Error = frame.Sentence(frame.At(c).Loc, no)
		return d.messagePage(c, http.StatusUnprocessableEntity, f, box)
	}
	if err != nil {
		return fmt.Errorf("answer message: %w", err)
	}
	d.Flash(c, frame.At(c).Loc.Text("Sent. Nobody else sees it."), "")
	d.forget(c, formReply, f.Post.ID)
	return frame.See(c, postPath(p.ID))
}
