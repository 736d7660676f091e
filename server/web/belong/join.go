package belong

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/membership"
	"github.com/copse-social/copse/server/web/frame"
)

// joinForm handles GET /c/:handle/join.
func (d *Pages) joinForm(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	return d.joinPage(c, http.StatusOK, h, views.Join{})
}

func (d *Pages) joinPage(c echo.Context, status int, h *here, p views.Join) error {
	shell, err := d.ShellIn(c, d.Loc(c).Text("Join"), h.group)
	if err != nil {
		return err
	}
	p.Shell, p.Remote = shell, !h.group.Actor.Local
	p.Head.NoIndex = true
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	if p.Charter, err = d.charter(c, h.group); err != nil {
		return err
	}
	if err := d.joinState(c, h, &p); err != nil {
		return err
	}
	if p.Stewards, err = d.stewards(c, h.group); err != nil {
		return err
	}
	if p.Untended, err = d.untended(c, h); err != nil {
		return err
	}
	if h.group.Actor.Local && h.group.Openness != db.OpennessConfidential {
		p.ByMessage = "@" + h.group.Actor.Acct()
	}
	return d.Page(c, status, p)
}

// charter is what one commits to: the charter in force, else what the community says of itself.
func (d *Pages) charter(c echo.Context, g *db.Group) (views.CharterGist, error) {
	out := views.CharterGist{Text: ui.HTML(g.Actor.Summary), URL: d.path(g) + "/charter"}
	one, err := d.store.AdoptedCharter(c.Request().Context(), g.ActorID)
	if errors.Is(err, db.ErrNotFound) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("load charter: %w", err)
	}
	out.Version, out.Lang = int(one.Version), one.Language
	if one.Text != "" {
		out.Text = ui.HTML(one.Text)
	}
	return out, nil
}

// joinState fills in where the reader's wish stands, or the membership.
func (d *Pages) joinState(c echo.Context, h *here, p *views.Join) error {
	ctx, me := c.Request().Context(), frame.Me(c)
	m, err := d.store.MembershipOf(ctx, h.group.ActorID, me.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load membership: %w", err)
	}
	if h.standing.Belongs {
		return d.mine(c, h, m, p)
	}
	i, err := d.invitation(c, h.group)
	if err != nil {
		return err
	}
	if i != nil {
		p.Invited = &views.InvitedBy{By: d.Face(i.By), Text: i.Text, At: i.CreatedAt.Time}
	}
	if m.ID == 0 {
		return nil
	}
	words, err := d.store.JoinWordsOf(ctx, h.group.ActorID, me.ID)
	if err != nil {
		return fmt.Errorf("load words about a request: %w", err)
	}
	d.wishState(m, words, p)
	for _, w := range words {
		if w.Kind != db.JoinVouched && w.Text != "" {
			p.Said = append(p.Said, views.JoinSaid{By: d.Face(w.By), Text: w.Text, At: w.CreatedAt.Time, Mine: w.ByID == me.ID})
		}
	}
	commit, err := d.store.CommitmentOf(ctx, h.group.ActorID, me.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load commitment: %w", err)
	}
	if err == nil {
		p.Asked = commit.CreatedAt.Time
		if p.Link.Value == "" && p.Link.Error == "" { // who comes back finds their words again
			p.Link.Value, p.Intro.Value = commit.Link, commit.Introduction
		}
	}
	return nil
}

func (d *Pages) wishState(m *db.Membership, words []*db.JoinWord, p *views.Join) {
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1].Kind
	}
	switch {
	case m.Status == db.MemberPending && m.LeftAt.IsZero() && last == db.JoinAsked:
		p.State = views.JoinAskedBack
	case m.Status == db.MemberPending && m.LeftAt.IsZero():
		p.State = views.JoinPending
	case m.Status == db.MemberRemoved && last == db.JoinRefused:
		p.State = views.JoinRefused
	}
}

// mine is the reader's membership, for the page where it is looked after.
func (d *Pages) mine(c echo.Context, h *here, m *db.Membership, p *views.Join) error {
	ctx, me, l := c.Request().Context(), frame.Me(c), d.Loc(c)
	p.State, p.Mine = views.JoinMember, &views.Mine{Since: m.JoinedAt.Time, Sleeps: m.Status == db.MemberDormant}
	commit, err := d.store.CommitmentOf(ctx, h.group.ActorID, me.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load commitment: %w", err)
	}
	if err == nil {
		p.Mine.Link, p.Mine.Intro, p.Mine.Version, p.Mine.At = commit.Link, commit.Introduction, int(commit.CharterVersion), commit.CreatedAt.Time
	}
	if p.Mine.Posted, err = d.introductionOf(ctx, h.group, me.ID); err != nil {
		return err
	}
	p.Mine.Newer = p.Charter.Version > p.Mine.Version
	roles, err := d.store.RolesOf(ctx, h.group.ActorID, me.ID)
	if err != nil {
		return fmt.Errorf("load roles: %w", err)
	}
	for _, r := range roles {
		p.Mine.Roles = append(p.Mine.Roles, roleWord(l, r))
	}
	choice, err := d.store.MemberChoiceOf(ctx, h.group.ActorID, me.ID)
	if err != nil {
		return fmt.Errorf("load choice: %w", err)
	}
	p.Mine.Shown = []ui.Choice{
		{Value: db.ShownPublic, Label: l.Text("Everybody")},
		{Value: db.ShownMembers, Label: l.Text("Members of the community")},
		{Value: db.ShownNobody, Label: l.Text("Only those who look after it")},
	}
	for i := range p.Mine.Shown {
		p.Mine.Shown[i].Chosen = p.Mine.Shown[i].Value == choice.Shown
	}
	return nil
}

// introductionOf is where a member's introduction stands; "" where it was not posted, or is gone.
func (d *Pages) introductionOf(ctx context.Context, g *db.Group, who int64) (string, error) {
	p, err := d.store.IntroductionOf(ctx, g.ActorID, who)
	if errors.Is(err, db.ErrNotFound) || err == nil && !p.Public() {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("load introduction: %w", err)
	}
	return "/d/" + strconv.FormatInt(p.ID, 10), nil
}

// invitation is the reader's, where one stands.
func (d *Pages) invitation(c echo.Context, g *db.Group) (*db.Invitation, error) {
	me := frame.Me(c)
	if me == nil {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	i, err := d.store.InvitationOf(c.Request().Context(), g.ActorID, me.ID)
	if errors.Is(err, db.ErrNotFound) || err == nil && !i.Stands(d.now()) {
		return nil, nil //nolint:nilnil // as above
	}
	if err != nil {
		return nil, fmt.Errorf("load invitation: %w", err)
	}
	return i, nil
}

func (d *Pages) stewards(c echo.Context, g *db.Group) ([]ui.Person, error) {
	grants, err := d.store.Stewards(c.Request().Context(), g.ActorID)
	if err != nil {
		return nil, fmt.Errorf("list facilitators: %w", err)
	}
	var list []ui.Person
	seen := map[int64]bool{}
	for _, g := range grants {
		if !seen[g.ActorID] {
			seen[g.ActorID] = true
			list = append(list, d.Face(g.Actor))
		}
	}
	return list, nil
}

// join handles POST /c/:handle/join.
func (d *Pages) join(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.FormValue("version"), 10, 64)
	w := membership.Wish{
		Link: c.FormValue("link"), Introduction: c.FormValue("introduction"), Commits: c.FormValue("commit") != "",
		Quiet: c.FormValue("quiet") != "", Version: version, Door: "web",
	}
	act := func(ctx context.Context, tx *db.Store) error { return d.rules.Ask(ctx, tx, frame.Me(c), h.group, w) }
	again := func(no *community.Refusal) error {
		p := views.Join{Link: ui.Answer{Value: w.Link}, Intro: ui.Answer{Value: w.Introduction}, Chosen: w.Commits, Quiet: w.Quiet}
		say := d.Sentence(d.Loc(c), no)
		switch no.Field {
		case "link":
			p.Link.Error = say
		case "introduction":
			p.Intro.Error = say
		case "commit":
			p.Commit.Error = say
		default:
			p.Error = say
		}
		return d.joinPage(c, http.StatusUnprocessableEntity, h, p)
	}
	if h.group.Openness == db.OpennessOpen && h.group.Actor.Local {
		return d.do(c, act, d.Loc(c).Text("You are a member. Say hello when you like."), d.path(h.group), again)
	}
	return d.do(c, act, d.Loc(c).Text("Sent. You read here what becomes of it."), d.path(h.group)+"/join", again)
}

// joinAct handles POST /c/:handle/join/:act: the small acts about one's own membership.
func (d *Pages) joinAct(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	me, l, g := frame.Me(c), d.Loc(c), h.group
	var act func(ctx context.Context, tx *db.Store) error
	done, next := l.Text("Saved."), d.path(g)+"/join"
	switch c.Param("act") {
	case "answer":
		act, done = func(ctx context.Context, tx *db.Store) error {
			return d.rules.Answer(ctx, tx, me, g, c.FormValue("text"))
		}, l.Text("Sent. You read here what becomes of it.")
	case "withdraw":
		act, done, next = func(ctx context.Context, tx *db.Store) error { return d.rules.Withdraw(ctx, tx, me, g) }, l.Text("Your request is withdrawn."), d.afterwards(g)
	case "decline":
		act, done, next = func(ctx context.Context, tx *db.Store) error { return d.rules.Decline(ctx, tx, me, g) }, l.Text("You have declined."), d.afterwards(g)
	case "stay":
		act = func(ctx context.Context, tx *db.Store) error { return d.rules.Stay(ctx, tx, me, g) }
	case "renew":
		act = func(ctx context.Context, tx *db.Store) error { return d.rules.Renew(ctx, tx, me, g) }
	case "shown":
		act = func(ctx context.Context, tx *db.Store) error {
			return d.rules.Show(ctx, tx, me, g, c.FormValue("shown"))
		}
	default:
		return echo.ErrNotFound
	}
	return d.do(c, act, done, next, func(no *community.Refusal) error {
		return d.joinPage(c, http.StatusUnprocessableEntity, h, views.Join{Error: d.Sentence(l, no)})
	})
}

// afterwards is where somebody goes who has nothing more to do with a community: one that is
// confidential is no longer known to them.
func (d *Pages) afterwards(g *db.Group) string {
	if g.Openness == db.OpennessConfidential {
		return "/communities"
	}
	return d.path(g)
}

// leave handles POST /c/:handle/leave.
func (d *Pages) leave(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	act := func(ctx context.Context, tx *db.Store) error {
		return d.rules.Leave(ctx, tx, frame.Me(c), h.group, c.FormValue("why"))
	}
	return d.do(c, act, d.Loc(c).Text("You have left. What you wrote stays yours."), d.afterwards(h.group), func(no *community.Refusal) error {
		return d.joinPage(c, http.StatusUnprocessableEntity, h, views.Join{Error: d.Sentence(d.Loc(c), no)})
	})
}
