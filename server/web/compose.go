package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
)

// Forms that drafts belong to.
const (
	formDiscussion = "discussion"
	formReply      = "reply"
	formEdit       = "edit"
)

// Mentions in one text whose hosts may be asked, and for how long in all.
const (
	maxLookups  = 5
	lookupsTime = 5 * time.Second
)

// whoCanSee are the audiences of a post.
const (
	toEveryone     = "everyone"
	toFacilitators = "facilitators"
)

// written is what a composer sends.
type written struct {
	Title    string `form:"title"`
	Text     string `form:"text"`
	Summary  string `form:"summary"`
	Audience string `form:"audience"`
	To       int64  `form:"to"`
	Discard  string `form:"discard"`
	Preview  string `query:"preview"`
}

// replyComposer is the composer below a discussion, or why there is none.
func (d *Door) replyComposer(c echo.Context, t *talk) (*ui.Composer, string, error) {
	who := me(c)
	if who == nil {
		return nil, "", nil
	}
	ctx := c.Request().Context()
	if t.group != nil {
		if err := d.com.Permit(ctx, d.store, t.group, who, community.ActReply); err != nil {
			no, is := refusalIn(err)
			if !is {
				return nil, "", err
			}
			return nil, sentence(at(c).loc, no), nil
		}
	}
	answered := t.starter
	if to, err := strconv.ParseInt(c.QueryParam("to"), 10, 64); err == nil {
		for _, p := range t.page {
			if p.ID == to {
				answered = p
			}
		}
	}
	box := d.replyBox(c, t, answered)
	draft, err := d.store.DraftFor(ctx, at(c).account.ID, formReply, strconv.FormatInt(t.starter.ID, 10))
	if err == nil {
		box.Text, box.Restored = draft.Body, draft.UpdatedAt.Time
	} else if !errors.Is(err, db.ErrNotFound) {
		return nil, "", fmt.Errorf("load draft: %w", err)
	}
	return box, "", nil
}

// replyBox is an empty composer that answers a post.
func (d *Door) replyBox(c echo.Context, t *talk, answered *db.Post) *ui.Composer {
	loc := at(c).loc
	id := strconv.FormatInt(t.starter.ID, 10)
	box := &ui.Composer{
		Action: "/d/" + id + "/replies", Label: loc.Text("Your reply"), Submit: loc.Text("Reply"),
		DraftKey: formReply + ":" + id, MaxLength: exchange.MaxText, MayPreview: true,
		Hidden:    []ui.Pair{{Name: "to", Value: strconv.FormatInt(answered.ID, 10)}},
		Audiences: d.audiences(c, t.group, ""),
	}
	if answered.ID != t.starter.ID {
		box.Submit = loc.Text("Reply to %s", answered.Author.Label())
	}
	return box
}

// audiences are the choices of who can see a post, with how far it goes.
func (d *Door) audiences(c echo.Context, g *db.Group, chosen string) []ui.Choice {
	loc := at(c).loc
	all := ui.Choice{Value: toEveryone, Label: loc.Text("Everyone"), Chosen: chosen != toFacilitators}
	if g == nil {
		return []ui.Choice{all}
	}
	if n := int(g.Actor.FollowersCount); n > 0 {
		all.Label = loc.Count("Everyone: %d follower", "Everyone: %d followers", n)
	}
	return []ui.Choice{all, {Value: toFacilitators, Label: loc.Text("Only the facilitators"), Chosen: chosen == toFacilitators}}
}

// reply handles POST /d/:id/replies.
func (d *Door) reply(c echo.Context) error {
	var form written
	if err := bind(c, &form); err != nil {
		return err
	}
	starter, err := d.readablePost(c)
	if err != nil {
		return err
	}
	ctx, id := c.Request().Context(), strconv.FormatInt(starter.ID, 10)
	if form.Discard != "" {
		if err := d.store.DropDraft(ctx, at(c).account.ID, formReply, id); err != nil {
			return fmt.Errorf("drop draft: %w", err)
		}
		return see(c, "/d/"+id+"#write")
	}
	parent := starter
	if form.To != 0 && form.To != starter.ID {
		if parent, err = d.store.PostByID(ctx, form.To); err != nil || parent.DiscussionID != starter.ID {
			return firstError(err, echo.ErrNotFound)
		}
	}
	draft := d.draftOf(c, form)
	draft.Parent = parent
	if form.Preview != "" {
		return d.replyAgain(c, http.StatusOK, starter, parent, form, nil)
	}
	var p *db.Post
	err = d.inTx(c, func(ctx context.Context, tx *db.Store) error {
		var err error
		if p, err = d.ex.Reply(ctx, tx, draft); err != nil {
			return err
		}
		return tx.DropDraft(ctx, at(c).account.ID, formReply, id)
	})
	if no, is := refusalIn(err); is {
		if derr := d.keepDraft(c, formReply, id, form); derr != nil {
			return derr
		}
		return d.replyAgain(c, http.StatusUnprocessableEntity, starter, parent, form, no)
	}
	if err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	d.flash(c, d.sentNote(c, p, starter.GroupID), "")
	if p.Visibility == db.VisibilityDirect {
		return see(c, "/d/"+id)
	}
	return see(c, d.postPath(ctx, p))
}

// replyAgain shows the discussion with the reply as it was typed: for a preview, or with what is
// wrong.
func (d *Door) replyAgain(c echo.Context, status int, starter, parent *db.Post, form written, no *community.Refusal) error {
	t, err := d.talk(c, starter, "")
	if err != nil {
		return err
	}
	box := d.replyBox(c, t, parent)
	box.Text, box.Audiences = form.Text, d.audiences(c, t.group, form.Audience)
	if form.Preview != "" {
		box.Preview = ui.HTML(d.ex.Preview(form.Text))
	}
	if no != nil {
		box.Error = sentence(at(c).loc, no)
	}
	return d.discussionPage(c, status, t, box)
}

// sentNote says what happens to a post now.
func (d *Door) sentNote(c echo.Context, p *db.Post, _ int64) string {
	loc := at(c).loc
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

// draftOf is what the form says, with the people it names.
func (d *Door) draftOf(c echo.Context, form written) *exchange.Draft {
	a := at(c).account
	return &exchange.Draft{
		Author: a.Actor, Title: form.Title, Source: strings.ReplaceAll(form.Text, "\r\n", "\n"), Summary: form.Summary,
		Door: "web", ToFacilitators: form.Audience == toFacilitators, WithFollowers: a.SharesWithFollowers,
		Mentions: d.mentioned(c.Request().Context(), form.Text),
	}
}

// mentioned finds the people that a text names; of hosts not known yet only a few are asked, for
// a short time, and who is not found stays text.
func (d *Door) mentioned(ctx context.Context, text string) map[string]*db.Actor {
	found := make(map[string]*db.Actor)
	ctx, cancel := context.WithTimeout(ctx, lookupsTime)
	defer cancel()
	lookups := 0
	for _, handle := range content.Mentions(text) {
		name, host, remote := strings.Cut(handle, "@")
		var a *db.Actor
		var err error
		switch {
		case !remote || host == d.o.Host:
			a, err = d.store.LocalActor(ctx, name)
		default:
			a, err = d.store.ActorByHandle(ctx, name, host)
			if err != nil && lookups < maxLookups {
				lookups++
				a, err = d.o.Resolve(ctx, handle)
			}
		}
		if err == nil && a.Type == db.ActorPerson {
			found[handle] = a
		}
	}
	return found
}

// keepDraft puts text that could not be sent where it is found again.
func (d *Door) keepDraft(c echo.Context, form, target string, w written) error {
	err := d.store.PutDraft(c.Request().Context(), &db.Draft{
		AccountID: at(c).account.ID, Form: form, Target: target, Title: w.Title, Body: w.Text,
	})
	if err != nil {
		return fmt.Errorf("keep draft: %w", err)
	}
	return nil
}

// saveDraft handles POST /drafts, which the composer sends while somebody writes.
func (d *Door) saveDraft(c echo.Context) error {
	var form struct {
		Draft string `form:"draft" json:"draft"`
		Title string `form:"title" json:"title"`
		Text  string `form:"text" json:"text"`
	}
	if err := c.Bind(&form); err != nil {
		return err
	}
	kind, target, ok := strings.Cut(form.Draft, ":")
	if !ok || (kind != formDiscussion && kind != formReply && kind != formEdit) || len(target) > 300 || len(form.Text) > exchange.MaxText {
		return echo.NewHTTPError(http.StatusUnprocessableEntity)
	}
	if err := d.keepDraft(c, kind, target, written{Title: form.Title, Text: form.Text}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// inTx runs an act in its transaction.
func (d *Door) inTx(c echo.Context, do func(ctx context.Context, tx *db.Store) error) error {
	return d.store.InTx(c.Request().Context(), do)
}

// bind reads form and query alike; Echo reads the query of a GET only.
func bind(c echo.Context, into any) error {
	if err := c.Bind(into); err != nil {
		return err
	}
	return (&echo.DefaultBinder{}).BindQueryParams(c, into)
}
