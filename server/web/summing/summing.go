// Package summing is the part of the web door where the responses to a query become one consolidated
// reply: the desk of those who work on it, and what contributors are shown before it is published.
//
// Like the rest of the door it decides nothing; it stands in the frame of the web door and asks
// server/synthesis. Start with Mount.
package summing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/synthesis"
	"github.com/copse-social/copse/server/web/frame"
)

// Options is what the pages need.
type Options struct {
	Store *db.Store
	Rules *synthesis.Rules
	Frame *frame.Frame
}

// Pages serves them.
type Pages struct {
	*frame.Frame
	store *db.Store
	rules *synthesis.Rules
}

// New makes the pages.
func New(o Options) *Pages { return &Pages{Frame: o.Frame, store: o.Store, rules: o.Rules} }

// Mount adds the routes to a group that has the web door's reader around it.
func (d *Pages) Mount(g *echo.Group) {
	g.GET("/d/:id/synthesis", d.desk, d.SignedIn)
	g.POST("/d/:id/synthesis", d.act, d.SignedIn)
	g.GET("/d/:id/synthesis/look", d.look, d.SignedIn)
	g.POST("/d/:id/synthesis/object", d.object, d.SignedIn)
}

// asked is the query of an address, whose discussion the reader may read.
func (d *Pages) asked(c echo.Context) (frame.Seen, error) {
	f, err := d.Seen(c)
	if err != nil {
		return f, err
	}
	if f.Group == nil || f.Post.Kind != db.KindQuery {
		return f, echo.ErrNotFound
	}
	return f, nil
}

// desk handles GET /d/:id/synthesis. Where nobody has begun it offers to.
func (d *Pages) desk(c echo.Context) error {
	f, err := d.asked(c)
	if err != nil {
		return err
	}
	k, err := d.rules.Open(c.Request().Context(), d.store, f.Post.ID, frame.Me(c))
	if errors.Is(err, db.ErrNotFound) {
		return d.offer(c, http.StatusOK, f, "")
	}
	if err != nil {
		return err
	}
	return d.deskPage(c, http.StatusOK, k, nil, nil)
}

// offer asks whether the reader takes the reply on.
func (d *Pages) offer(c echo.Context, status int, f frame.Seen, wrong string) error {
	l := d.Loc(c)
	p := views.Confirm{
		Heading: l.Text("Write the consolidated reply"), Error: wrong,
		Explain: l.Text("You sort the responses into themes, write what they come to, and name who said it. Others can join you; those who answered look at it before it is published."),
		Submit:  l.Text("Begin"), Action: deskPath(f.Post.ID), Back: "/d/" + strconv.FormatInt(f.Post.ID, 10),
		Trail: d.trail(c, f.Group, f.Post),
		Quote: &views.Quote{By: d.Face(f.Post.Author), At: f.Post.PublishedAt.Time, Lang: f.Post.Lang, Title: f.Post.Title},
	}
	if err := d.rules.MayBegin(c.Request().Context(), d.store, frame.Me(c), f.Post.ID); err != nil {
		no, is := frame.Refusal(err)
		if !is {
			return err
		}
		p.Explain, p.Submit = d.Sentence(l, no), ""
	}
	var err error
	if p.Shell, err = d.ShellIn(c, p.Heading, f.Group); err != nil {
		return err
	}
	p.Head.NoIndex = true
	return d.Page(c, status, p)
}

func deskPath(id int64) string { return "/d/" + strconv.FormatInt(id, 10) + "/synthesis" }

func (d *Pages) trail(c echo.Context, g *db.Group, p *db.Post) []ui.Link {
	return []ui.Link{
		{Label: g.Actor.Label(), URL: "/c/" + d.PathHandle(g.Actor)},
		{Label: p.Title, URL: "/d/" + strconv.FormatInt(p.ID, 10)},
		{Label: d.Loc(c).Text("Consolidated reply")},
	}
}

// act handles POST /d/:id/synthesis: every act of the desk keeps first what the form holds.
func (d *Pages) act(c echo.Context) error {
	f, err := d.asked(c)
	if err != nil {
		return err
	}
	act := c.FormValue("act")
	if act == "" || act == "begin" {
		return d.begin(c, f)
	}
	if act == "again" {
		return d.reopen(c, f)
	}
	draft, err := draftOf(c)
	if err != nil {
		return err
	}
	id, me, clashes := f.Post.ID, frame.Me(c), false
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) (err error) {
		clashes, err = d.rules.Save(ctx, tx, me, id, draft)
		return err
	})
	if err == nil && !clashes {
		err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
			return d.further(ctx, tx, id, further{me, act, c.FormValue})
		})
	}
	if no, is := frame.Refusal(err); is {
		return d.again(c, id, &draft, no)
	}
	if err != nil {
		return fmt.Errorf("%s reply to %d: %w", act, id, err)
	}
	return d.done(c, id, act, clashes)
}

func (d *Pages) begin(c echo.Context, f frame.Seen) error {
	err := d.InTx(c, func(ctx context.Context, tx *db.Store) error { return d.rules.Begin(ctx, tx, frame.Me(c), f.Post.ID) })
	if no, is := frame.Refusal(err); is {
		return d.offer(c, http.StatusUnprocessableEntity, f, d.Sentence(d.Loc(c), no))
	}
	if err != nil {
		return fmt.Errorf("begin reply to %d: %w", f.Post.ID, err)
	}
	return frame.See(c, deskPath(f.Post.ID))
}

// reopen begins the next version of a published reply.
func (d *Pages) reopen(c echo.Context, f frame.Seen) error {
	err := d.InTx(c, func(ctx context.Context, tx *db.Store) error { return d.rules.Again(ctx, tx, frame.Me(c), f.Post.ID) })
	if no, is := frame.Refusal(err); is {
		return d.again(c, f.Post.ID, nil, no)
	}
	if err != nil {
		return fmt.Errorf("open reply to %d again: %w", f.Post.ID, err)
	}
	return frame.See(c, deskPath(f.Post.ID))
}

// further is an act of the desk beside saving.
type further struct {
	me    *db.Actor
	act   string
	value func(field string) string
}

// further does what is asked beside saving.
func (d *Pages) further(ctx context.Context, tx *db.Store, id int64, f further) error {
	me, act := f.me, f.act
	switch {
	case act == "theme":
		return d.rules.AddTheme(ctx, tx, me, id)
	case act == "show":
		return d.rules.Show(ctx, tx, me, id)
	case act == "publish":
		return d.rules.Publish(ctx, tx, me, id)
	case strings.HasPrefix(act, "settle-"):
		objection, err := strconv.ParseInt(strings.TrimPrefix(act, "settle-"), 10, 64)
		if err != nil {
			return community.Refuse(community.Gone, "gone")
		}
		return d.rules.Settle(ctx, tx, id, synthesis.Settling{By: me, Objection: objection, Answer: f.value("answer-" + strconv.FormatInt(objection, 10))})
	}
	return nil
}

// again gives the form back with all that was typed.
func (d *Pages) again(c echo.Context, id int64, draft *synthesis.Draft, no *community.Refusal) error {
	k, err := d.rules.Open(c.Request().Context(), d.store, id, frame.Me(c))
	if err != nil {
		return err
	}
	return d.deskPage(c, http.StatusUnprocessableEntity, k, draft, no)
}

func (d *Pages) done(c echo.Context, id int64, act string, clashes bool) error {
	l := d.Loc(c)
	switch {
	case clashes:
		d.Flash(c, l.Text("Saved. Somebody else wrote another text for one part: both stand there."), "")
	case act == "publish":
		d.Flash(c, l.Text("Published."), "")
		return frame.See(c, "/d/"+strconv.FormatInt(id, 10))
	case act == "show":
		d.Flash(c, l.Text("Shown to those who contributed. They have 48 hours to object."), "")
	default:
		d.Flash(c, l.Text("Saved."), "")
	}
	return frame.See(c, deskPath(id)+anchor(act))
}

// anchor is where on the desk the reader goes on.
func anchor(act string) string {
	if act == "theme" {
		return "#write"
	}
	return ""
}

// draftOf reads the form of the desk.
func draftOf(c echo.Context) (synthesis.Draft, error) {
	form, err := c.FormParams()
	if err != nil {
		return synthesis.Draft{}, echo.NewHTTPError(http.StatusBadRequest).SetInternal(fmt.Errorf("read the form of a desk: %w", err))
	}
	dr := synthesis.Draft{
		Title: form.Get("title"), Texts: make(map[string]string), Names: make(map[string]string), Places: make(map[int]synthesis.Place),
		At: form.Get("at"), Settled: form["settled"],
	}
	if dr.Revision, err = strconv.ParseInt(form.Get("revision"), 10, 64); err != nil {
		return dr, echo.NewHTTPError(http.StatusBadRequest).SetInternal(fmt.Errorf("read the revision of a desk: %w", err))
	}
	for name, values := range form {
		if key, is := strings.CutPrefix(name, "t-"); is {
			dr.Texts[key] = values[0]
		} else if key, is := strings.CutPrefix(name, "n-"); is {
			dr.Names[key] = values[0]
		} else if key, is := strings.CutPrefix(name, "place-"); is {
			if n, err := strconv.Atoi(key); err == nil {
				dr.Places[n] = synthesis.Place{In: values[0], Reason: form.Get("why-" + key)}
			}
		}
	}
	cells := [][]string{form["row-place"], form["row-done"], form["row-result"], form["row-from"]}
	if len(cells[0]) > 0 {
		dr.Rows = []synthesis.Row{}
	}
	for i := range cells[0] {
		at := func(col int) string {
			if i < len(cells[col]) {
				return cells[col][i]
			}
			return ""
		}
		dr.Rows = append(dr.Rows, synthesis.Row{Place: at(0), Done: at(1), Result: at(2), From: at(3)})
	}
	return dr, nil
}
