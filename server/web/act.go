package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// like handles POST /p/:id/like; on=0 takes the mark back.
func (d *Door) like(c echo.Context) error {
	f, err := d.Seen(c)
	if err != nil {
		return err
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		p, err := tx.PostByID(ctx, f.Post.ID)
		if err != nil {
			return err
		}
		if c.FormValue("on") == "0" {
			return d.ex.Unlike(ctx, tx, frame.Me(c), p)
		}
		return d.ex.Like(ctx, tx, frame.Me(c), p)
	})
	if err != nil {
		return fmt.Errorf("mark as helpful: %w", err)
	}
	return frame.See(c, d.backTo(c, f.Post))
}

// backTo is the page a small act was pressed on, at the post it was about.
func (d *Door) backTo(c echo.Context, p *db.Post) string {
	path, _, _ := strings.Cut(d.Back(c), "#")
	if !strings.HasPrefix(path, "/d/") {
		path = discussionPath(p.DiscussionID)
	}
	return path + "#p" + strconv.FormatInt(p.ID, 10)
}

// question is an act that is asked about on a page of its own before it is done.
type question struct {
	name    string // last part of its address
	heading string
	explain string
	submit  string
	danger  bool
	reason  string // label of the field for one; "" asks for none
	done    string // said afterwards
	undo    string // last part of the address that takes it back; "" for none
	act     community.Act
	do      func(ctx context.Context, tx *db.Store, p *db.Post, reason string) error
}

// ask shows the page of a question.
func (d *Door) ask(c echo.Context, pick func(*Door, echo.Context, *db.Post) question) error {
	f, err := d.Seen(c)
	if err != nil {
		return err
	}
	q := pick(d, c, f.Post)
	if err := d.mayAsk(c, f, q); err != nil {
		return err
	}
	return d.questionPage(c, http.StatusOK, f, q, nil)
}

// mayAsk keeps pages of acts from those who can't do them; the rule decides again when it is done.
func (d *Door) mayAsk(c echo.Context, f frame.Seen, q question) error {
	if q.act == "" {
		_, err := d.ownPost(c)
		return err
	}
	if f.Group == nil {
		return echo.ErrNotFound
	}
	return d.com.Permit(c.Request().Context(), d.store, f.Group, frame.Me(c), q.act)
}

func (d *Door) questionPage(c echo.Context, status int, f frame.Seen, q question, no *community.Refusal) error {
	shell, err := d.ShellIn(c, q.heading, f.Group)
	if err != nil {
		return err
	}
	shell.Head.NoIndex = true
	p := views.Confirm{
		Shell: shell, Heading: q.heading, Explain: q.explain, Submit: q.submit, Danger: q.danger,
		Action: postPath(f.Post.ID) + "/" + q.name, Back: postPath(f.Post.ID),
		Quote: &views.Quote{
			By: d.Face(f.Post.Author), From: d.origin(f.Post), At: f.Post.PublishedAt.Time, Lang: f.Post.Lang,
			Title: f.Post.Title, Excerpt: content.Excerpt(f.Post.Content, 300),
		},
	}
	if f.Group != nil {
		p.Trail = append(p.Trail, d.communityLink(f.Group.Actor))
	}
	p.Trail = append(p.Trail, ui.Link{Label: q.submit})
	if q.reason != "" {
		p.Reason = &ui.Field{
			Name: "reason", Label: q.reason, Optional: true, Max: 300, Value: c.FormValue("reason"),
			Hint: frame.At(c).Loc.Text("Everybody who reads here sees it. May stay empty."),
		}
	}
	if no != nil {
		p.Error = frame.Sentence(frame.At(c).Loc, no)
	}
	return d.Page(c, status, p)
}

// answerTo does what a question asked about.
func (d *Door) answerTo(c echo.Context, pick func(*Door, echo.Context, *db.Post) question) error {
	f, err := d.Seen(c)
	if err != nil {
		return err
	}
	q := pick(d, c, f.Post)
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		p, err := tx.PostByID(ctx, f.Post.ID)
		if err != nil {
			return err
		}
		return q.do(ctx, tx, p, cut(content.PlainName(c.FormValue("reason")), 1000))
	})
	if no, is := frame.Refusal(err); is {
		status := http.StatusUnprocessableEntity
		if no.Kind == community.Forbidden { // nothing in the form would help
			status = http.StatusForbidden
		}
		return d.questionPage(c, status, f, q, no)
	}
	if err != nil {
		return fmt.Errorf("%s post: %w", q.name, err)
	}
	undo := ""
	if q.undo != "" {
		undo = postPath(f.Post.ID) + "/" + q.undo
	}
	d.Flash(c, q.done, undo)
	return frame.See(c, d.afterAct(c, f))
}

// afterAct is where an act leads: to the post where it is still shown, else to its community.
func (d *Door) afterAct(c echo.Context, f frame.Seen) string {
	again, err := d.SeenByID(c, f.Post.ID)
	switch {
	case err == nil && again.Post.Visibility != db.VisibilityDirect:
		return postPath(f.Post.ID)
	case f.Group != nil:
		return d.groupPath(f.Group.Actor)
	}
	return "/"
}
