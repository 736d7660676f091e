package asking

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/query"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// asked is a query as its page shows it to one reader.
type asked struct {
	q         *db.Query
	group     *db.Group
	responses []*db.Response
	count     query.Count
	own, open bool // the reader asks; the reader opens queries
	closes    bool // the reader closes queries of others
	loc       *locales.Loc
}

// Head fills in what a discussion has beside its text where it is a query; p is nil where it is none.
func (d *Pages) Head(c echo.Context, post *db.Post, g *db.Group) (*views.QueryHead, error) {
	if post.Kind != db.KindQuery || g == nil {
		return nil, nil //nolint:nilnil // most discussions are none
	}
	ctx := c.Request().Context()
	q, err := d.store.QueryOf(ctx, post.ID)
	if frame.IsMissing(err) {
		return nil, nil //nolint:nilnil // as above
	}
	if err != nil {
		return nil, fmt.Errorf("load query: %w", err)
	}
	q.Post = post
	a := &asked{q: q, group: g, loc: d.Loc(c)}
	if a.responses, err = d.responses(ctx, []*db.Query{q}); err != nil {
		return nil, err
	}
	a.count = query.CountOf(q, a.responses)
	a.own = frame.MyID(c) != 0 && frame.MyID(c) == q.AskerID
	if a.open, err = d.may(c, g, rights.OpenQuery); err != nil {
		return nil, err
	}
	if a.closes, err = d.may(c, g, rights.CloseQuery); err != nil {
		return nil, err
	}
	replies, err := d.may(c, g, rights.Reply)
	if err != nil {
		return nil, err
	}
	h := &views.QueryHead{
		Group: "@" + g.Actor.Acct(), Kind: q.Kind, Act: discussion(post.ID) + "/query", Ended: !q.IsOpen() && !q.Checked(), MeToo: a.count.MeToo,
		Useful: a.count.Useful, Orgs: a.count.Organisations, Late: a.count.Late, Outcome: a.outcome(), Note: a.note(),
		Mark: views.MarkQuery(a.loc, q.State, q.ClosesAt.Time, d.o.Now(), a.count.Useful > 0), Ribbon: a.ribbon(), Steps: a.steps(), Hidden: a.hidden(),
		MayMeToo: replies && !a.own && q.IsOpen() && !slices.ContainsFunc(a.responses, func(r *db.Response) bool {
			return r.AuthorID == frame.MyID(c) && r.Kind == db.MeToo
		}),
	}
	if q.State == db.QueryReopened {
		h.Why = q.Why
	}
	h.Kinds = a.kinds(frame.MyID(c))
	if h.Reply, err = d.reply(c, a); err != nil {
		return nil, err
	}
	return h, d.around(c, a, h)
}

// reply leads to the consolidated reply, or members to where it is written.
func (d *Pages) reply(c echo.Context, a *asked) (ui.Link, error) {
	ctx, l := c.Request().Context(), a.loc
	uri, err := d.store.QueryReply(ctx, a.q.PostID)
	if err != nil {
		return ui.Link{}, fmt.Errorf("load reply to %d: %w", a.q.PostID, err)
	}
	if uri != "" {
		at, err := d.store.PostByURI(ctx, uri)
		if err != nil || d.MayRead(ctx, frame.Me(c), frame.Seen{Post: at, Group: a.group}) != nil {
			return ui.Link{Label: l.Text("Read the consolidated reply"), URL: uri}, nil
		}
		return ui.Link{Label: l.Text("Consolidated reply: %s", at.Title), URL: discussion(at.ID)}, nil
	}
	if a.q.State != db.QueryConsolidating || !a.group.Actor.Local || d.com.Permit(ctx, d.store, a.group, frame.Me(c), rights.Synthesise) != nil {
		return ui.Link{}, nil
	}
	return ui.Link{Label: l.Text("Write the consolidated reply"), URL: discussion(a.q.PostID) + "/synthesis"}, nil
}

// around fills in who was asked to help and where else it is pointed to.
func (d *Pages) around(c echo.Context, a *asked, h *views.QueryHead) error {
	ctx := c.Request().Context()
	if a.q.DuplicateOf != "" {
		h.Of = ui.Link{Label: a.q.DuplicateOf, URL: a.q.DuplicateOf}
		if p, err := d.store.PostByURI(ctx, a.q.DuplicateOf); err == nil && d.MayRead(ctx, frame.Me(c), frame.Seen{Post: p, Group: a.group}) == nil && p.GroupID == a.group.ActorID {
			h.Of = ui.Link{Label: p.Title, URL: discussion(p.ID)}
		}
	}
	if !a.open || !a.group.Actor.Local {
		return nil
	}
	nudged, err := d.store.NudgesFor(ctx, a.q.PostID)
	if err != nil {
		return fmt.Errorf("list who was asked to help: %w", err)
	}
	for _, n := range nudged {
		h.Nudged = append(h.Nudged, d.Face(n.Actor))
	}
	h.MayNudge = a.q.IsOpen()
	h.MayPoint = a.q.IsOpen() && a.group.Openness == db.OpennessOpen
	pointers, err := d.store.PointersTo(ctx, a.q.PostID)
	if err != nil {
		return fmt.Errorf("list pointers: %w", err)
	}
	for _, p := range pointers {
		to, err := d.store.ActorByID(ctx, p.GroupID)
		if err != nil {
			return fmt.Errorf("load sister community: %w", err)
		}
		h.Pointed = append(h.Pointed, d.link(to))
	}
	return nil
}

// kinds is what is known of each response, by its id.
func (a *asked) kinds(me int64) map[string]views.Sorted {
	out := make(map[string]views.Sorted, len(a.responses))
	for _, r := range a.responses {
		out[strconv.FormatInt(r.PostID, 10)] = views.Sorted{
			Kind: r.Kind, Late: query.Late(a.q, r.Post), Asker: a.q.AskerID != 0 && !a.q.Anonymous && r.AuthorID == a.q.AskerID,
			MaySort: me != 0 && (a.open || a.own || r.AuthorID == me),
		}
	}
	return out
}

func (a *asked) hidden() string {
	switch {
	case !a.q.Checked():
		return ""
	case a.own:
		return a.loc.Text("A facilitator looks at first queries, usually within a working day. Nobody else sees it yet.")
	case a.q.Anonymous:
		return a.loc.Text("Asked without a name: only those who look after the community know who asks. Open it as it is, or ask first.")
	}
	return a.loc.Text("A newcomer’s first query. Open it as it is, or ask first. Whoever asked was told that it waits.")
}

func (a *asked) outcome() string { return outcomeWord(a.loc, a.q.Outcome) }

func outcomeWord(l *locales.Loc, o string) string {
	switch o {
	case db.OutcomeHelped:
		return l.Text("Whoever asked says: it helped.")
	case db.OutcomePartly:
		return l.Text("Whoever asked says: it helped in part.")
	case db.OutcomeNo:
		return l.Text("Whoever asked says: it did not help.")
	}
	return ""
}

// note is what happens next and by when.
func (a *asked) note() string {
	l, q := a.loc, a.q
	switch {
	case q.IsOpen() && !q.ClosesAt.IsZero():
		return l.Text("Closes on %s. What comes later is kept and marked late.", l.Stamp(q.ClosesAt.Time))
	case q.State == db.QueryConsolidating:
		return l.Text("A consolidated reply is due by %s. New responses are kept and marked late.", l.Date(q.ClosedAt.Add(query.SynthesisIn)))
	case q.State == db.QueryUnanswered:
		return l.Text("Nobody could help in time. An answer is welcome at any time.")
	}
	return ""
}

// ribbon is the five stages of a query.
func (a *asked) ribbon() []views.Stage {
	l, q := a.loc, a.q
	date := func(t db.Time) string {
		if t.IsZero() {
			return ""
		}
		return l.Date(t.Time)
	}
	at := map[string]int{
		db.QueryWaiting: 0, db.QueryClarifying: 0, db.QueryOpen: 1, db.QueryReopened: 1, db.QueryClosing: 2, db.QueryConsolidating: 3, db.QueryConsolidated: 4,
		db.QueryUnanswered: 4, db.QueryWithdrawn: 4, db.QueryDuplicate: 4,
	}[q.State]
	last := views.Stage{Label: l.TextIn("stage", "Consolidated")}
	switch q.State {
	case db.QueryUnanswered:
		last = views.Stage{Label: l.TextIn("stage", "Unanswered"), Note: date(q.ClosedAt)}
	case db.QueryWithdrawn:
		last = views.Stage{Label: l.TextIn("stage", "Taken back"), Note: date(q.ClosedAt)}
	case db.QueryDuplicate:
		last = views.Stage{Label: l.TextIn("stage", "Asked before"), Note: date(q.ClosedAt)}
	}
	opened := l.Count("%d day", "%d days", int(q.Days))
	if !q.OpenedAt.IsZero() {
		opened = l.Count("%d response", "%d responses", a.count.Useful)
	}
	due := ""
	if q.State == db.QueryConsolidating {
		due = l.Text("due %s", l.Date(q.ClosedAt.Add(query.SynthesisIn)))
	}
	list := []views.Stage{
		{Label: l.TextIn("stage", "Asked"), Note: l.Date(q.Post.PublishedAt.Time)},
		{Label: l.TextIn("stage", "Open"), Note: opened},
		{Label: l.TextIn("stage", "Closing"), Note: date(q.ClosesAt)},
		{Label: l.TextIn("stage", "Summarising"), Note: due},
		last,
	}
	for i := range list {
		list[i].Done, list[i].Now = i < at, i == at
	}
	return list
}

// steps are the acts that are the reader's; the rule asks again.
func (a *asked) steps() []views.QueryStep {
	l, q := a.loc, a.q
	var list []views.QueryStep
	add := func(is bool, s views.QueryStep) {
		if is {
			list = append(list, s)
		}
	}
	held, ended := q.Checked(), !q.IsOpen() && !q.Checked()
	add(held && a.open, views.QueryStep{Do: query.Open, Label: l.Count("Open it for %d day", "Open it for %d days", int(q.Days)), Primary: true})
	add(q.State == db.QueryWaiting && a.open, views.QueryStep{Do: query.Clarify, Label: l.Text("Ask who asked"), Words: l.Text("What is not clear? Only they read it.")})
	add(q.IsOpen() && q.ExtendedAt.IsZero() && (a.open || a.own), views.QueryStep{Do: query.Extend, Label: l.Count("Extend once, %d day", "Extend once, %d days", query.DaysLonger)})
	add(q.IsOpen() && (a.closes || a.own), views.QueryStep{Do: query.Close, Label: l.Text("Close it now")})
	add(!ended && a.open, views.QueryStep{Do: query.Duplicate, Label: l.Text("Point to an earlier one"), Of: l.Text("Address of the query or page with the answer")})
	add(!ended && a.own, views.QueryStep{Do: query.Withdraw, Label: l.Text("Take it back")})
	reopens := slices.Contains([]string{db.QueryConsolidating, db.QueryConsolidated, db.QueryUnanswered, db.QueryWithdrawn}, q.State)
	add(reopens && (a.open || a.own), views.QueryStep{Do: query.Reopen, Label: l.Text("Open it again"), Words: l.Text("Why? Everybody reads it.")})
	add(ended && a.own && !q.ClosedAt.IsZero() && q.State != db.QueryWithdrawn && q.State != db.QueryDuplicate, views.QueryStep{
		Do: query.Outcome, Label: l.Text("Say what came of it"), Words: l.Text("What did you do next?"), Outcomes: []ui.Choice{
			{Value: db.OutcomeHelped, Label: l.Text("It helped"), Chosen: q.Outcome == db.OutcomeHelped},
			{Value: db.OutcomePartly, Label: l.Text("It helped in part"), Chosen: q.Outcome == db.OutcomePartly},
			{Value: db.OutcomeNo, Label: l.Text("It did not help"), Chosen: q.Outcome == db.OutcomeNo},
		},
	})
	return list
}

// ResponseKinds are the kinds to choose from below a query; none below any other discussion.
func ResponseKinds(l *locales.Loc, starter, answered *db.Post, chosen string) []ui.Kind {
	if starter.Kind != db.KindQuery || answered.ID != starter.ID {
		return nil
	}
	if chosen == "" {
		chosen = db.Experience
	}
	var list []ui.Kind
	for _, k := range db.ResponseKinds() {
		if k != db.MeToo {
			list = append(list, ui.Kind{Choice: ui.Choice{Value: k, Label: views.ResponseKind(l, k), Chosen: k == chosen}, Icon: views.ResponseIcon(k)})
		}
	}
	return list
}
