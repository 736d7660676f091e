package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/web/asking"
	"github.com/copse-social/copse/server/web/frame"
)

// Audiences of a post.
const (
	toEveryone     = "everyone"
	toFacilitators = "facilitators"
)

// written is what a composer sends.
type written struct {
	Title    string `form:"title"`
	Text     string `form:"text"`
	Summary  string `form:"summary"`
	Language string `form:"language"`
	Audience string `form:"audience"`
	To       int64  `form:"to"`
	Discard  string `form:"discard"`
	Preview  string `query:"preview"`
	Save     string `query:"save"`
	Kind     string `form:"kind"`
}

// composerBelow puts the composer below a discussion, with what the reader began to write; where
// they can't write it says why and gives the text back.
func (d *Door) composerBelow(c echo.Context, t *talk, p *views.Discussion) error {
	if frame.Me(c) == nil {
		return nil
	}
	if p.Composer != nil { // came back from a send
		if p.Locked != nil {
			p.Unsent = p.Composer.Text
		}
		return nil
	}
	var draft *db.Draft
	var err error
	if p.Shell.Viewer.Drafts > 0 {
		if draft, err = d.draftFor(c, formReply, t.starter.ID); err != nil {
			return err
		}
	}
	if p.Refusal, err = d.noReply(c, t); err != nil {
		return err
	}
	if p.Refusal != "" || p.Locked != nil {
		if draft != nil {
			p.Unsent = draft.Body
		}
		return nil
	}
	if p.Composer, err = d.replyBox(c, t, answeredOn(t, c.QueryParam("to")), written{}); err != nil {
		return err
	}
	if draft != nil {
		p.Composer.Text, p.Composer.Restored = draft.Body, draft.UpdatedAt.Time
	}
	return nil
}

// noReply words why the reader can't answer here, "" when they can.
func (d *Door) noReply(c echo.Context, t *talk) (string, error) {
	if t.starter.State != db.PostPublished && t.starter.State != db.PostWaiting {
		return frame.At(c).Loc.Text("Nothing can be added here now."), nil
	}
	if t.group == nil {
		return "", nil
	}
	err := d.com.PermitAt(t.standing, t.group, frame.Me(c), community.ActReply)
	if no, is := frame.Refusal(err); is {
		return frame.Sentence(frame.At(c).Loc, no), nil
	}
	return "", err
}

// answeredOn is the post of a page that somebody chose to answer, else the start of the discussion.
func answeredOn(t *talk, to string) *db.Post {
	for _, p := range t.page {
		if target(p.ID) == to && p.State == db.PostPublished {
			return p
		}
	}
	return t.starter
}

// replyBox is an empty composer that answers a post.
func (d *Door) replyBox(c echo.Context, t *talk, answered *db.Post, form written) (*ui.Composer, error) {
	loc, id := frame.At(c).Loc, strconv.FormatInt(t.starter.ID, 10)
	box := &ui.Composer{
		Action: "/d/" + id + "/replies", Label: loc.Text("Your reply"), Submit: loc.Text("Reply"),
		DraftKey: draftKey(c, formReply, t.starter.ID), MaxLength: exchange.MaxText, MayPreview: true,
		Hidden: []ui.Pair{{Name: "to", Value: strconv.FormatInt(answered.ID, 10)}},
	}
	box.Kinds = asking.ResponseKinds(loc, t.starter, answered, form.Kind)
	if answered.ID != t.starter.ID {
		box.Submit = loc.Text("Reply to %s", answered.Author.Label())
	}
	list, err := d.audiences(c, t.group, t.facts.stewards, form.Audience)
	for _, a := range list {
		label := a.Label
		if a.People > 0 && a.Value == toEveryone {
			label = loc.Text("%s: %s on %s", a.Label, loc.Count("%d person", "%d people", a.People), loc.Count("%d server", "%d servers", a.Hosts))
		}
		box.Audiences = append(box.Audiences, ui.Choice{Value: a.Value, Label: label, Chosen: a.Chosen})
	}
	return box, err
}

// reply handles POST /d/:id/replies.
func (d *Door) reply(c echo.Context) error {
	var form written
	if err := bind(c, &form); err != nil {
		return err
	}
	f, err := d.Seen(c)
	if err != nil {
		return err
	}
	if f.Post.Visibility == db.VisibilityDirect {
		return d.answerMessage(c, f, form)
	}
	if !f.Post.Starts() {
		return echo.ErrNotFound
	}
	if form.Discard != "" {
		return d.dropDraft(c, formReply, f.Post.ID, discussionPath(f.Post.ID)+"#write")
	}
	parent, err := d.answered(c, f, form.To)
	if err != nil {
		return err
	}
	if form.Preview != "" {
		return d.replyAgain(c, http.StatusOK, replying{f, parent, form}, nil)
	}
	draft := d.draftOf(c, form)
	draft.Parent, draft.Kept = parent, query.Typed(form.Kind)
	var p *db.Post
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
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
		return d.replyAgain(c, http.StatusUnprocessableEntity, replying{f, parent, form}, no)
	}
	if err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	d.Flash(c, d.sentNote(c, p), "")
	d.forget(c, formReply, f.Post.ID)
	return frame.See(c, postPath(p.ID))
}

// answered is the post a reply is about: the start of its discussion, or a post in it that the
// reader sees. Private words have their own page.
func (d *Door) answered(c echo.Context, f frame.Seen, to int64) (*db.Post, error) {
	if to == 0 || to == f.Post.ID {
		return f.Post, nil
	}
	above, err := d.SeenByID(c, to)
	if err != nil {
		return nil, err
	}
	if above.Post.DiscussionID != f.Post.ID || above.Post.Visibility == db.VisibilityDirect {
		return nil, echo.ErrNotFound
	}
	return above.Post, nil
}

// replying is a reply as it was sent: in which discussion, to what.
type replying struct {
	in     frame.Seen
	parent *db.Post
	form   written
}

// replyAgain shows the discussion with the reply as it was typed: for a preview, or with what is
// wrong.
func (d *Door) replyAgain(c echo.Context, status int, r replying, no *community.Refusal) error {
	t, err := d.talk(c, r.in, "")
	if err != nil {
		return err
	}
	box, err := d.replyBox(c, t, r.parent, r.form)
	if err != nil {
		return err
	}
	box.Text = r.form.Text
	if r.form.Preview != "" {
		box.Preview = ui.HTML(d.ex.Preview(r.form.Text))
	}
	if no != nil {
		box.Error = frame.Sentence(frame.At(c).Loc, no)
	}
	return d.discussionPage(c, status, t, box)
}

// sentNote says what happens to a post now.
func (d *Door) sentNote(c echo.Context, p *db.Post) string {
	loc := frame.At(c).Loc
	switch {
	case p.Visibility == db.VisibilityDirect:
		return loc.Text("Sent to the facilitators. Nobody else sees it.")
	case p.State == db.PostHeld:
		return loc.Text("A facilitator looks at it first. It appears here when it is let through.")
	case p.State == db.PostWaiting:
		return loc.Text("On its way to the community’s own server.")
	}
	return loc.Text("Sent.")
}

// bind reads form and query alike; Echo reads the query of a GET only.
func bind(c echo.Context, into any) error {
	if err := c.Bind(into); err != nil {
		return err
	}
	return (&echo.DefaultBinder{}).BindQueryParams(c, into)
}
