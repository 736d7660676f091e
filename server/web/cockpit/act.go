package cockpit

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/duty"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/web/frame"
)

// act handles POST /c/:handle/cockpit/:kind/:object.
func (d *Pages) act(c echo.Context) error {
	s, err := d.in(c)
	if err != nil {
		return err
	}
	id, bad := strconv.ParseInt(c.Param("object"), 10, 64)
	kind := c.Param("kind")
	switch {
	case s.who == nil:
		return d.ToSignIn(c)
	case bad != nil || !slices.Contains(db.DutyKinds(), kind):
		return echo.ErrNotFound
	case len(s.scope[kind]) == 0:
		return community.Refuse(community.Forbidden, "not-facilitator")
	}
	done := d.Loc(c).Text("Done.")
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) (err error) {
		done, err = d.does(ctx, tx, c, deed{who: s.who, Chosen: duty.Chosen{Group: s.group, Kind: kind, ObjectID: id}})
		return err
	})
	if no, is := frame.Refusal(err); is {
		say := d.Sentence(d.Loc(c), no)
		if no.Field == "text" { // the other forms have nowhere to say it
			return d.again(c, s, wrong{id: kind + "-" + c.Param("object"), do: c.FormValue("do"), text: c.FormValue("text"), no: say})
		}
		done = say
	} else if err != nil {
		return fmt.Errorf("act on duty: %w", err)
	}
	d.Flash(c, done, "")
	return frame.See(c, d.back(c, s))
}

// back is the page that the act was taken on: over all, or of the community.
func (d *Pages) back(c echo.Context, s *sight) string {
	if at := d.Back(c); at == "/cockpit" || at == d.path(s.group)+"/cockpit?kind="+c.Param("kind") || at == "/cockpit?kind="+c.Param("kind") {
		return at
	}
	return d.path(s.group) + "/cockpit"
}

// deed is a duty and who does something about it.
type deed struct {
	duty.Chosen
	who       *db.Actor
	act, text string // what is done on the spot, and the words that go with it
}

// does takes one act and says what came of it.
func (d *Pages) does(ctx context.Context, tx *db.Store, c echo.Context, do deed) (string, error) {
	l := d.Loc(c)
	form, err := c.FormParams()
	if err != nil {
		return "", err
	}
	switch {
	case form.Has("days"):
		days, err := strconv.Atoi(form.Get("days"))
		if err != nil {
			return "", community.RefuseField("days", "choice-unknown")
		}
		if days <= 0 {
			return l.Text("It is on the list again."), d.o.Duty.Snooze(ctx, tx, do.who, do.Chosen, time.Time{})
		}
		until := d.o.Now().Add(time.Duration(days) * 24 * time.Hour)
		return l.Text("Put off until %s.", l.Date(until)), d.o.Duty.Snooze(ctx, tx, do.who, do.Chosen, until)
	case form.Has("to"):
		return d.assign(ctx, tx, l, do, form.Get("to"))
	case form.Has("kind"):
		return l.Text("Done."), d.sort(ctx, tx, do, form.Get("post"), form.Get("kind"))
	}
	do.act, do.text = form.Get("do"), form.Get("text")
	return d.work(ctx, tx, l, do)
}

func (d *Pages) assign(ctx context.Context, tx *db.Store, l loc, do deed, to string) (string, error) {
	if to == "" {
		return l.Text("It is nobody's in particular now."), d.o.Duty.Assign(ctx, tx, do.who, do.Chosen, nil)
	}
	who, err := d.Named(ctx, to)
	if frame.IsMissing(err) {
		return "", community.RefuseField("to", "choice-unknown")
	}
	if err != nil {
		return "", err
	}
	return l.Text("Given to %s.", who.Label()), d.o.Duty.Assign(ctx, tx, do.who, do.Chosen, who)
}

// sort says of what kind a response to the query is.
func (d *Pages) sort(ctx context.Context, tx *db.Store, do deed, post, kind string) error {
	id, err := strconv.ParseInt(post, 10, 64)
	if err != nil {
		return community.Refuse(community.Gone, "post-gone")
	}
	r, err := tx.ResponseOf(ctx, id)
	if frame.IsMissing(err) || err == nil && r.QueryID != do.ObjectID {
		return community.Refuse(community.Gone, "post-gone")
	}
	if err != nil {
		return fmt.Errorf("load response %d: %w", id, err)
	}
	p, err := tx.PostByID(ctx, id)
	if err != nil {
		return fmt.Errorf("load post %d: %w", id, err)
	}
	return d.o.Query.SetKind(ctx, tx, do.who, p, kind)
}

// work is what can be done on the spot, in the words of the forms.
func (d *Pages) work(ctx context.Context, tx *db.Store, l loc, do deed) (string, error) {
	if do.Kind == db.DutyAnswer || do.Kind == db.DutyClose {
		q, err := tx.QueryOf(ctx, do.ObjectID)
		if frame.IsMissing(err) || err == nil && q.GroupID != do.Group.ActorID {
			return "", community.Refuse(community.Gone, "duty-gone")
		}
		if err != nil {
			return "", fmt.Errorf("load query %d: %w", do.ObjectID, err)
		}
		switch do.act {
		case "nudge":
			return l.Text("Asked."), d.o.Query.NudgeNow(ctx, tx, do.who, do.ObjectID)
		case query.Open, query.Extend, query.Close, query.Reopen:
			return l.Text("Done."), d.o.Query.Do(ctx, tx, do.who, do.ObjectID, query.Step{Do: do.act, Words: do.text})
		}
		return "", community.Refuse(community.Invalid, "choice-unknown")
	}
	if do.Kind != db.DutyWelcome {
		return "", community.Refuse(community.Invalid, "choice-unknown")
	}
	who, err := tx.ActorByID(ctx, do.ObjectID)
	if err != nil {
		return "", community.Refuse(community.Gone, "duty-gone")
	}
	word := membership.Decision{Who: who, Text: do.text}
	switch do.act {
	case "welcome":
		return l.Text("%s is welcomed.", who.Label()), d.o.Duty.Welcome(ctx, tx, do.who, do.Chosen, do.text)
	case "accept":
		return l.Text("%s is a member now.", who.Label()), d.o.Membership.Accept(ctx, tx, do.who, do.Group, membership.Decision{Who: who})
	case "ask":
		return l.Text("Asked. The request waits for %s.", who.Label()), d.o.Membership.Question(ctx, tx, do.who, do.Group, word)
	}
	return "", community.Refuse(community.Invalid, "choice-unknown")
}
