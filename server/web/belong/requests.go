package belong

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

// Bounds of the lists.
const (
	maxWaiting = 50
	maxDecided = 30
)

// tried is a form that comes back.
type tried struct {
	who    int64
	answer string
	text   string
	no     string
}

// requests handles GET /c/:handle/requests.
func (d *Pages) requests(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	return d.requestsPage(c, http.StatusOK, h, views.Requests{}, tried{})
}

func (d *Pages) requestsPage(c echo.Context, status int, h *here, p views.Requests, back tried) error {
	decides, err := d.may(c, h.group, rights.Admit)
	if err != nil {
		return err
	}
	if !decides || !h.group.Actor.Local {
		if err := d.com.Permit(c.Request().Context(), d.store, h.group, frame.Me(c), rights.Vouch); err != nil || !h.group.Actor.Local {
			return errors.Join(err, community.Refuse(community.Forbidden, "not-core"))
		}
	}
	if p.Shell, err = d.ShellIn(c, d.Loc(c).Text("Requests to join"), h.group); err != nil {
		return err
	}
	p.Decides = decides
	if p.Invites, err = d.may(c, h.group, rights.Invite); err != nil {
		return err
	}
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	p.Rule = joinRule(p.Shell.Loc, h.group)
	if p.Waiting, err = d.waiting(c, h, back); err != nil {
		return err
	}
	if err := d.lists(c, h, &p); err != nil {
		return err
	}
	return d.Page(c, status, p)
}

func joinRule(l loc, g *db.Group) string {
	switch g.Openness {
	case db.OpennessOpen:
		return l.Text("Reading is open. Membership asks for a link to the domain and a commitment, and is taken at once; who was refused before waits here.")
	case db.OpennessConfidential:
		return l.Text("Only who is invited can join.")
	}
	return l.Text("Members read. Membership asks for a link to the domain and a commitment; the core group, a facilitator or a moderator answers. Members may vouch.")
}

func (d *Pages) waiting(c echo.Context, h *here, back tried) ([]views.Wish, error) {
	ctx, l := c.Request().Context(), d.Loc(c)
	list, err := d.store.Requests(ctx, h.group.ActorID, maxWaiting)
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	var ids []int64
	for _, r := range list {
		ids = append(ids, r.ActorID)
	}
	people, err := d.store.ActorsByID(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("load who asks: %w", err)
	}
	var out []views.Wish
	for _, r := range list {
		a := people[r.ActorID]
		if a == nil {
			continue
		}
		w := views.Wish{Person: d.Face(a), Path: d.path(h.group) + "/requests/" + d.PathHandle(a), Since: r.Since.Time, Member: r.Member}
		if err := d.wish(ctx, l, h.group, r.ActorID, &w); err != nil {
			return nil, err
		}
		if back.who == r.ActorID {
			w.Answer, w.Text, w.Error = back.answer, back.text, back.no
		}
		out = append(out, w)
	}
	return out, nil
}

// wish fills in what somebody committed to, and what was said about it.
func (d *Pages) wish(ctx context.Context, l loc, g *db.Group, who int64, w *views.Wish) error {
	commit, err := d.store.CommitmentOf(ctx, g.ActorID, who)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load commitment: %w", err)
	}
	if err == nil {
		w.Link, w.Intro, w.Version, w.Since = commit.Link, commit.Introduction, int(commit.CharterVersion), commit.CreatedAt.Time
		w.Door = doorWord(l, commit.Door)
	}
	words, err := d.store.JoinWordsOf(ctx, g.ActorID, who)
	if err != nil {
		return fmt.Errorf("load words about a request: %w", err)
	}
	for _, one := range words {
		if one.Text != "" {
			w.Said = append(w.Said, views.JoinSaid{By: d.Face(one.By), Text: one.Text, At: one.CreatedAt.Time})
		}
		if one.Kind == db.JoinAsked || one.Kind == db.JoinAnswered {
			w.Asked = one.Kind == db.JoinAsked
		}
	}
	return nil
}

func doorWord(l loc, door string) string {
	switch door {
	case "peer":
		return l.Text("from another Copse")
	case "client":
		return l.Text("by message")
	case "web":
		return l.Text("on these pages")
	}
	return ""
}

func (d *Pages) lists(c echo.Context, h *here, p *views.Requests) error {
	ctx := c.Request().Context()
	invited, err := d.store.InvitedTo(ctx, h.group.ActorID, maxWaiting)
	if err != nil {
		return fmt.Errorf("list invitations: %w", err)
	}
	for _, i := range invited {
		row := views.Invite{Person: d.Face(i.Actor), By: i.By.Label(), At: i.CreatedAt.Time}
		if p.Invites {
			row.Withdraw = d.path(h.group) + "/invitations/" + d.PathHandle(i.Actor) + "/withdraw"
		}
		p.Invited = append(p.Invited, row)
	}
	if !p.Decides {
		return nil
	}
	decided, err := d.store.Decisions(ctx, h.group.ActorID, db.At(d.now().AddDate(0, 0, -30)), maxDecided)
	if err != nil {
		return fmt.Errorf("list decisions: %w", err)
	}
	for _, w := range decided {
		p.Decided = append(p.Decided, views.Decided{
			Person: d.Face(w.Actor), Accepted: w.Kind == db.JoinAccepted, Why: w.Text, By: w.By.Label(), At: w.CreatedAt.Time,
		})
	}
	return nil
}

// decide handles POST /c/:handle/requests/:who.
func (d *Pages) decide(c echo.Context) error {
	h, who, err := d.about(c)
	if err != nil {
		return err
	}
	me, l, g := frame.Me(c), d.Loc(c), h.group
	word := membership.Decision{Who: who, Text: c.FormValue("text")}
	rule, done := d.rules.Accept, l.Text("%s is a member now.", who.Label())
	switch c.FormValue("answer") {
	case "accept":
	case "ask":
		rule, done = d.rules.Question, l.Text("Asked. The request waits for %s.", who.Label())
	case "refuse":
		rule, done = d.rules.Refuse, l.Text("Refused. %s is told.", who.Label())
	default:
		return echo.ErrNotFound
	}
	act := func(ctx context.Context, tx *db.Store) error { return rule(ctx, tx, me, g, word) }
	return d.do(c, act, done, d.path(g)+"/requests", d.requestsAgain(c, h, tried{who: who.ID, answer: c.FormValue("answer"), text: word.Text}))
}

// requestsAgain shows the page with what was wrong.
func (d *Pages) requestsAgain(c echo.Context, h *here, back tried) func(*community.Refusal) error {
	return func(no *community.Refusal) error {
		p, say := views.Requests{}, d.Sentence(d.Loc(c), no)
		switch no.Field {
		case "who":
			p.Who = ui.Answer{Value: c.FormValue("who"), Error: say}
			p.Line.Value = c.FormValue("line")
		case "text":
			back.no = say
		default:
			p.Error = say
		}
		return d.requestsPage(c, http.StatusUnprocessableEntity, h, p, back)
	}
}

func (d *Pages) about(c echo.Context) (*here, *db.Actor, error) {
	h, err := d.groupAt(c)
	if err != nil {
		return nil, nil, err
	}
	who, err := d.whoAt(c)
	return h, who, err
}

// vouch handles POST /c/:handle/requests/:who/vouch.
func (d *Pages) vouch(c echo.Context) error {
	h, who, err := d.about(c)
	if err != nil {
		return err
	}
	word := membership.Decision{Who: who, Text: c.FormValue("text")}
	act := func(ctx context.Context, tx *db.Store) error {
		return d.rules.Vouch(ctx, tx, frame.Me(c), h.group, word)
	}
	return d.do(c, act, d.Loc(c).Text("Thank you. Those who decide read it."), d.path(h.group)+"/requests", d.requestsAgain(c, h, tried{who: who.ID, text: word.Text}))
}

// invite handles POST /c/:handle/invitations.
func (d *Pages) invite(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	again := d.requestsAgain(c, h, tried{})
	if err := d.com.Permit(c.Request().Context(), d.store, h.group, frame.Me(c), rights.Invite); err != nil {
		return err // nobody is looked for on other servers by who may not invite
	}
	who, err := d.resolve(c.Request().Context(), c.FormValue("who"))
	if err != nil {
		return again(community.RefuseField("who", "actor-unknown"))
	}
	act := func(ctx context.Context, tx *db.Store) error {
		return d.rules.Invite(ctx, tx, frame.Me(c), h.group, membership.Decision{Who: who, Text: c.FormValue("line")})
	}
	return d.do(c, act, d.Loc(c).Text("%s is invited.", who.Label()), d.path(h.group)+"/requests", again)
}

// withdrawInvitation handles POST /c/:handle/invitations/:who/withdraw.
func (d *Pages) withdrawInvitation(c echo.Context) error {
	h, who, err := d.about(c)
	if err != nil {
		return err
	}
	act := func(ctx context.Context, tx *db.Store) error {
		return d.rules.WithdrawInvitation(ctx, tx, frame.Me(c), h.group, who)
	}
	return d.do(c, act, d.Loc(c).Text("The invitation is withdrawn."), d.path(h.group)+"/requests", d.requestsAgain(c, h, tried{}))
}
