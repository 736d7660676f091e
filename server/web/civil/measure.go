package civil

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/exchange"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// measure is something that whoever looks after a community does about a place: asked on a page of
// its own, with what there is to choose.
type measure struct {
	group *db.Group
	post  *db.Post // nil: about the whole community
	act   community.Act
	page  views.Confirm
	done  string
	do    func(ctx context.Context, tx *db.Store, by *db.Actor, reason string) error
}

// about is where a measure is taken; the zero post stands for the whole community.
func (d *Pages) about(c echo.Context) (*db.Group, *db.Post, error) {
	if c.Param("id") == "" {
		a, err := d.Person(c)
		if err != nil {
			return nil, nil, err
		}
		if a.Type != db.ActorGroup {
			return nil, nil, echo.ErrNotFound
		}
		ctx := c.Request().Context()
		g, err := d.store.GroupByID(ctx, a.ID)
		if err != nil {
			return nil, nil, fmt.Errorf("load group %s: %w", a.URI, err)
		}
		err = d.com.Permit(ctx, d.store, g, frame.Me(c), community.ActRead)
		if _, no := frame.Refusal(err); no && g.Openness == db.OpennessConfidential {
			return nil, nil, echo.ErrNotFound // also for admins, who are no members
		} else if err != nil && !no {
			return nil, nil, err
		}
		return g, nil, nil
	}
	f, err := d.Seen(c)
	if err != nil {
		return nil, nil, err
	}
	if f.Group == nil {
		return nil, nil, echo.ErrNotFound
	}
	return f.Group, f.Post, nil
}

// prepare makes one kind of measure about a place.
type prepare func(c echo.Context, g *db.Group, p *db.Post) (*measure, error)

// ask handles the page of a measure. Who may not take it finds nothing that tells of it.
func (d *Pages) ask(make prepare) echo.HandlerFunc {
	return func(c echo.Context) error {
		m, err := d.measureAt(c, make)
		if err != nil {
			return err
		}
		return d.measurePage(c, http.StatusOK, m, nil)
	}
}

func (d *Pages) measureAt(c echo.Context, make prepare) (*measure, error) {
	g, p, err := d.about(c)
	if err != nil {
		return nil, err
	}
	m, err := make(c, g, p)
	if err != nil {
		return nil, err
	}
	m.group, m.post = g, p
	err = d.com.Permit(c.Request().Context(), d.store, g, frame.Me(c), m.act)
	if _, no := frame.Refusal(err); no && g.Openness != db.OpennessOpen && p == nil {
		return nil, echo.ErrNotFound
	}
	return m, err
}

// take handles the POST of a measure.
func (d *Pages) take(make prepare) echo.HandlerFunc {
	return func(c echo.Context) error {
		m, err := d.measureAt(c, make)
		if err != nil {
			return err
		}
		reason := content.PlainName(c.FormValue("reason"))
		if r := []rune(reason); len(r) > 300 {
			reason = string(r[:300])
		}
		err = d.InTx(c, func(ctx context.Context, tx *db.Store) error { return m.do(ctx, tx, frame.Me(c), reason) })
		if no, is := frame.Refusal(err); is {
			return d.measurePage(c, http.StatusUnprocessableEntity, m, no)
		}
		if err != nil {
			return fmt.Errorf("%s in %s: %w", m.act, m.group.Actor.URI, err)
		}
		d.Flash(c, m.done, "")
		return frame.See(c, d.placeOf(m))
	}
}

// placeOf is the page that a measure is about.
func (d *Pages) placeOf(m *measure) string {
	if m.post != nil {
		return "/d/" + strconv.FormatInt(m.post.DiscussionID, 10)
	}
	return "/c/" + d.PathHandle(m.group.Actor)
}

func (d *Pages) measurePage(c echo.Context, status int, m *measure, no *community.Refusal) error {
	p := m.page
	var err error
	if p.Shell, err = d.ShellIn(c, p.Heading, m.group); err != nil {
		return err
	}
	p.Head.NoIndex = true
	p.Action, p.Back = c.Request().URL.RequestURI(), d.placeOf(m)
	p.Trail = []ui.Link{{Label: m.group.Actor.Label(), URL: "/c/" + d.PathHandle(m.group.Actor)}, {Label: cmp.Or(p.Submit, p.Heading)}}
	if m.post != nil {
		p.Quote = &views.Quote{
			By: d.Face(m.post.Author), At: m.post.PublishedAt.Time, Lang: m.post.Lang, Title: m.post.Title, Excerpt: content.Excerpt(m.post.Content, 300),
		}
	}
	if p.Submit != "" {
		p.Reason = reasonField(p.Loc, c.FormValue("reason"))
	}
	if no != nil {
		p.Error = d.Sentence(p.Loc, no)
	}
	return d.Page(c, status, p)
}

func reasonField(l *locales.Loc, given string) *ui.Field {
	return &ui.Field{
		Name: "reason", Label: l.Text("Reason"), Optional: true, Max: 300, Value: given, Hint: l.Text("It stands in the log of the community."),
	}
}

// slowing is slow mode: to begin or change it, and with nothing between two posts to end it.
func (d *Pages) slowing(c echo.Context, g *db.Group, p *db.Post) (*measure, error) {
	l := d.Loc(c)
	pace := func(reason string) exchange.Pace {
		return exchange.Pace{Group: g, Post: p, Wait: seconds(c.FormValue("wait")), For: seconds(c.FormValue("for")), Reason: reason}
	}
	m := &measure{act: rights.Slow, done: l.Text("Slow mode is set.")}
	m.page = views.Confirm{Heading: l.Text("Slow this discussion down"), Submit: l.Text("Set slow mode"), Picks: []views.Pick{
		{Field: ui.Field{Name: "wait", Label: l.Text("Between two posts of one person")}, Choices: waits(l, c.FormValue("wait"))},
		{Field: ui.Field{Name: "for", Label: l.Text("For how long")}, Choices: spans(l, c.FormValue("for"))},
	}}
	m.page.Explain = l.Text("Everybody waits between two posts, from every server; who looks after the community does not. What comes too early goes back to its author with its text.")
	if p == nil {
		m.page.Heading = l.Text("Slow this community down")
	}
	m.do = func(ctx context.Context, tx *db.Store, by *db.Actor, reason string) error {
		if c.FormValue("wait") == "0" {
			return d.ex.SpeedUp(ctx, tx, by, pace(reason))
		}
		return d.ex.SlowDown(ctx, tx, by, pace(reason))
	}
	if c.FormValue("wait") == "0" {
		m.done = l.Text("Slow mode has ended.")
	}
	return m, nil
}

func seconds(s string) time.Duration {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1<<30 {
		return 0
	}
	return time.Duration(n) * time.Second
}

func waits(l *locales.Loc, chosen string) []ui.Choice {
	return pick(chosen, "3600", []ui.Choice{
		{Value: "600", Label: l.Text("10 minutes")},
		{Value: "3600", Label: l.Text("1 hour")},
		{Value: "21600", Label: l.Text("6 hours")},
		{Value: "86400", Label: l.Text("1 day")},
		{Value: "0", Label: l.Text("Nothing: end slow mode")},
	})
}

func spans(l *locales.Loc, chosen string) []ui.Choice {
	return pick(chosen, "172800", []ui.Choice{
		{Value: "21600", Label: l.Text("6 hours")}, {Value: "86400", Label: l.Text("1 day")}, {Value: "172800", Label: l.Text("2 days")}, {Value: "604800", Label: l.Text("1 week")},
	})
}

// pick marks what was chosen, or what is usual.
func pick(chosen, usual string, list []ui.Choice) []ui.Choice {
	if chosen == "" {
		chosen = usual
	}
	for i := range list {
		list[i].Chosen = list[i].Value == chosen
	}
	return list
}

// hiding takes a post out of sight for a day.
func (d *Pages) hiding(c echo.Context, _ *db.Group, p *db.Post) (*measure, error) {
	l := d.Loc(c)
	return &measure{
		act: rights.Hide, done: l.Text("Hidden for a day."),
		page: views.Confirm{
			Heading: l.Text("Hide this for a day?"), Submit: l.Text("Hide"),
			Explain: l.Text("Nobody sees it for 24 hours, here and on other servers. Then it comes back by itself, unless a moderator removes it."),
		},
		do: func(ctx context.Context, tx *db.Store, by *db.Actor, reason string) error {
			fresh, err := tx.PostByID(ctx, p.ID)
			if err != nil {
				return err
			}
			return d.ex.Hide(ctx, tx, by, fresh, reason)
		},
	}, nil
}

// transferring gives a discussion to another community that the reader looks after.
func (d *Pages) transferring(c echo.Context, g *db.Group, p *db.Post) (*measure, error) {
	l := d.Loc(c)
	places, err := d.targets(c, g)
	if err != nil {
		return nil, err
	}
	m := &measure{act: rights.MoveThread, done: l.Text("Moved. A line in the old community leads here.")}
	m.page = views.Confirm{Heading: l.Text("Move this discussion?"), Submit: l.Text("Move")}
	m.page.Explain = l.Text("It goes with all replies. Addresses stay, a line in the old community leads on, and other servers are told.")
	if len(places) == 0 {
		m.page.Submit = ""
		m.page.Explain = l.Text("You look after no other community here that everybody reads. A discussion moves only between two that you look after. Ask to be made a facilitator there, or ask somebody who looks after both.")
	} else {
		m.page.Picks = []views.Pick{{Field: ui.Field{Name: "to", Label: l.Text("To")}, Choices: places}}
	}
	m.do = func(ctx context.Context, tx *db.Store, by *db.Actor, reason string) error {
		a, err := tx.LocalActor(ctx, strings.ToLower(c.FormValue("to")))
		if frame.IsMissing(err) || err == nil && a.Type != db.ActorGroup {
			return community.RefuseField("to", "choice-unknown")
		}
		if err != nil {
			return err
		}
		to, err := tx.GroupByID(ctx, a.ID)
		if err != nil {
			return err
		}
		fresh, err := tx.PostByID(ctx, p.ID)
		if err != nil {
			return err
		}
		return d.ex.MoveThread(ctx, tx, by, exchange.Transfer{Post: fresh, To: to, Reason: reason})
	}
	return m, nil
}

// targets are the other open communities of ours that the reader looks after.
func (d *Pages) targets(c echo.Context, from *db.Group) ([]ui.Choice, error) {
	ctx := c.Request().Context()
	ids, err := d.store.GroupsModeratedBy(ctx, frame.MyID(c))
	if err != nil {
		return nil, fmt.Errorf("list communities to move to: %w", err)
	}
	var list []ui.Choice
	for _, id := range ids {
		g, err := d.store.GroupByID(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("load community %d: %w", id, err)
		}
		if g.Actor.Local && id != from.ActorID && g.Openness == db.OpennessOpen && g.ArchivedAt.IsZero() {
			list = append(list, ui.Choice{Value: g.Actor.Handle, Label: g.Actor.Label()})
		}
	}
	return list, nil
}
