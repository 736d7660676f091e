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
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
)

// isMissing says that something is not there, or not for this reader.
func isMissing(err error) bool {
	return errors.Is(err, db.ErrNotFound) || errors.Is(err, echo.ErrNotFound)
}

// like handles POST /p/:id/like; on=0 takes the mark back.
func (d *Door) like(c echo.Context) error {
	f, err := d.readable(c)
	if err != nil {
		return err
	}
	err = d.inTx(c, func(ctx context.Context, tx *db.Store) error {
		p, err := tx.PostByID(ctx, f.post.ID)
		if err != nil {
			return err
		}
		if c.FormValue("on") == "0" {
			return d.ex.Unlike(ctx, tx, me(c), p)
		}
		return d.ex.Like(ctx, tx, me(c), p)
	})
	if err != nil {
		return fmt.Errorf("mark as helpful: %w", err)
	}
	return see(c, d.backTo(c, f.post))
}

// backTo is the page a small act was pressed on, at the post it was about.
func (d *Door) backTo(c echo.Context, p *db.Post) string {
	path, _, _ := strings.Cut(d.back(c), "#")
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
	f, err := d.readable(c)
	if err != nil {
		return err
	}
	q := pick(d, c, f.post)
	if err := d.mayAsk(c, f, q); err != nil {
		return err
	}
	return d.questionPage(c, http.StatusOK, f, q, nil)
}

// mayAsk keeps pages of acts from those who can't do them; the rule decides again when it is done.
func (d *Door) mayAsk(c echo.Context, f found, q question) error {
	if q.act == "" {
		_, err := d.ownPost(c)
		return err
	}
	if f.group == nil {
		return echo.ErrNotFound
	}
	return d.com.Permit(c.Request().Context(), d.store, f.group, me(c), q.act)
}

func (d *Door) questionPage(c echo.Context, status int, f found, q question, no *community.Refusal) error {
	shell, err := d.shellIn(c, q.heading, f.group)
	if err != nil {
		return err
	}
	shell.Head.NoIndex = true
	p := views.Confirm{
		Shell: shell, Heading: q.heading, Explain: q.explain, Submit: q.submit, Danger: q.danger,
		Action: postPath(f.post.ID) + "/" + q.name, Back: postPath(f.post.ID),
		Quote: &views.Quote{
			By: d.face(f.post.Author), From: d.origin(f.post), At: f.post.PublishedAt.Time, Lang: f.post.Lang,
			Title: f.post.Title, Excerpt: content.Excerpt(f.post.Content, 300),
		},
	}
	if f.group != nil {
		p.Trail = append(p.Trail, d.communityLink(f.group.Actor))
	}
	p.Trail = append(p.Trail, ui.Link{Label: q.submit})
	if q.reason != "" {
		p.Reason = &ui.Field{
			Name: "reason", Label: q.reason, Optional: true, Max: 300, Value: c.FormValue("reason"),
			Hint: at(c).loc.Text("Everybody who reads here sees it. May stay empty."),
		}
	}
	if no != nil {
		p.Error = sentence(at(c).loc, no)
	}
	return d.page(c, status, p)
}

// answerTo does what a question asked about.
func (d *Door) answerTo(c echo.Context, pick func(*Door, echo.Context, *db.Post) question) error {
	f, err := d.readable(c)
	if err != nil {
		return err
	}
	q := pick(d, c, f.post)
	err = d.inTx(c, func(ctx context.Context, tx *db.Store) error {
		p, err := tx.PostByID(ctx, f.post.ID)
		if err != nil {
			return err
		}
		return q.do(ctx, tx, p, cut(content.PlainName(c.FormValue("reason")), 1000))
	})
	if no, is := refusalIn(err); is {
		return d.questionPage(c, http.StatusUnprocessableEntity, f, q, no)
	}
	if err != nil {
		return fmt.Errorf("%s post: %w", q.name, err)
	}
	undo := ""
	if q.undo != "" {
		undo = postPath(f.post.ID) + "/" + q.undo
	}
	d.flash(c, q.done, undo)
	return see(c, d.afterAct(c, f))
}

// afterAct is where an act leads: to the post where it is still shown, else to its community.
func (d *Door) afterAct(c echo.Context, f found) string {
	again, err := d.readableByID(c, f.post.ID)
	switch {
	case err == nil && again.post.Visibility != db.VisibilityDirect:
		return postPath(f.post.ID)
	case f.group != nil:
		return d.groupPath(f.group.Actor)
	}
	return "/"
}
