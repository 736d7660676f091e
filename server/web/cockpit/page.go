package cockpit

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/duty"
	"github.com/copse-social/copse/server/query"
)

// How many duties stand on a page: of each kind, and of one alone.
const (
	eachKind = 8
	oneKind  = 25
)

// measured is how many days back the pulse looks, over how many of a thing at most.
const (
	measured = 90 * 24 * time.Hour
	manySeen = 500
)

// sight is a cockpit as somebody sees it.
type sight struct {
	who    *db.Actor
	pass   *db.GuestPass
	group  *db.Group // nil: over all
	groups map[int64]*db.Group
	scope  db.DutyScope
	wrong  *wrong
}

// wrong is a form that comes back.
type wrong struct {
	id, do, text, no string
}

// all handles GET /cockpit.
func (d *Pages) all(c echo.Context) error {
	who, pass, err := d.reader(c)
	if err != nil {
		return err
	}
	if who == nil {
		return d.ToSignIn(c)
	}
	s := &sight{who: who, pass: pass, groups: map[int64]*db.Group{}}
	scope, groups, err := d.o.Duty.Scope(c.Request().Context(), d.store, who)
	if err != nil {
		return err
	}
	s.scope = scope
	for _, g := range groups {
		s.groups[g.ActorID] = g
	}
	return d.page(c, http.StatusOK, s)
}

// one handles GET /c/:handle/cockpit.
func (d *Pages) one(c echo.Context) error {
	s, err := d.in(c)
	if err != nil {
		return err
	}
	if s.who == nil {
		return d.ToSignIn(c)
	}
	return d.page(c, http.StatusOK, s)
}

// in is the cockpit of the community that an address names, for who has one there. To everybody else a
// community that hides is not there.
func (d *Pages) in(c echo.Context) (*sight, error) {
	ctx := c.Request().Context()
	a, err := d.Person(c)
	if err != nil {
		return nil, err
	}
	if a.Type != db.ActorGroup {
		return nil, echo.ErrNotFound
	}
	g, err := d.store.GroupByID(ctx, a.ID)
	if err != nil {
		return nil, fmt.Errorf("load group %s: %w", a.URI, err)
	}
	s := &sight{group: g, groups: map[int64]*db.Group{g.ActorID: g}}
	if s.who, s.pass, err = d.reader(c); err != nil {
		return nil, err
	}
	kinds, err := d.o.Duty.Kinds(ctx, d.store, g, s.who)
	if err != nil {
		return nil, err
	}
	s.scope = duty.In(g, kinds)
	switch {
	case len(kinds) > 0:
		return s, nil
	case g.Openness == db.OpennessConfidential:
		return nil, echo.ErrNotFound
	case s.who == nil:
		return s, nil // to the sign-in
	}
	return nil, community.Refuse(community.Forbidden, "not-facilitator")
}

func (d *Pages) page(c echo.Context, status int, s *sight) error {
	ctx, l := c.Request().Context(), d.Loc(c)
	p := views.Cockpit{Off: c.QueryParam("off") != "", Core: len(s.scope[db.DutyAnswer]) == 0}
	var err error
	if p.Shell, err = d.ShellIn(c, l.Text("Cockpit"), s.group); err != nil {
		return err
	}
	p.Tab, p.Head.NoIndex = views.CockpitTab, true
	w := duty.Wanted{Scope: s.scope, Off: p.Off, Each: eachKind}
	if kind := c.QueryParam("kind"); slices.Contains(db.DutyKinds(), kind) {
		p.Kind, w.Kind, w.Each, w.After = kind, kind, oneKind, after(c)
	}
	sh, err := d.o.Duty.Sheet(ctx, d.store, w)
	if err != nil {
		return err
	}
	d.heads(s, sh, &p)
	if s.pass != nil {
		list, err := d.store.GuestPassesOf(ctx, s.who.ID)
		if err != nil {
			return fmt.Errorf("list visits of guest: %w", err)
		}
		p.Guest = &views.CockpitGuest{Person: d.Face(s.who), Until: s.pass.ExpiresAt.Time, Browsers: len(list)}
	}
	d.sections(c, s, sh, &p)
	if !p.Core {
		if p.Pulse, err = d.pulse(c, s); err != nil {
			return err
		}
	}
	return d.Page(c, status, p)
}

// heads fills in what the page is about.
func (d *Pages) heads(s *sight, sh *duty.Sheet, p *views.Cockpit) {
	for _, n := range sh.Counts {
		p.All += n
	}
	if s.group == nil {
		return
	}
	p.Of = ui.Link{Label: s.group.Actor.Label(), URL: d.path(s.group)}
	for _, h := range sh.Holders {
		p.Holders = append(p.Holders, d.Face(h.Actor))
	}
}

func (d *Pages) path(g *db.Group) string { return "/c/" + d.PathHandle(g.Actor) }

// after is where a page goes on: the moment and the id of the last duty of the page before.
func after(c echo.Context) *db.Duty {
	due, id, ok := strings.Cut(c.QueryParam("after"), "-")
	at, err := strconv.ParseInt(due, 36, 64)
	object, bad := strconv.ParseInt(id, 36, 64)
	if !ok || err != nil || bad != nil {
		return nil
	}
	return &db.Duty{Due: db.At(time.UnixMilli(at)), ObjectID: object}
}

// sections are the kinds, that with the most urgent duty first.
func (d *Pages) sections(c echo.Context, s *sight, sh *duty.Sheet, p *views.Cockpit) {
	l := d.Loc(c)
	at, base := map[string]int{}, "/cockpit"
	if s.group != nil {
		base = d.path(s.group) + base
	}
	for _, one := range sh.List {
		i, there := at[one.Kind]
		if !there {
			i, at[one.Kind] = len(p.Sections), len(p.Sections)
			section := head(l, one.Kind)
			section.Count = l.Number(sh.Counts[one.Kind])
			if sh.Counts[one.Kind] >= duty.MaxCounted {
				section.Count = l.Number(duty.MaxCounted) + "+"
			}
			if p.Off {
				section.Count = ""
			}
			if p.Kind == "" && sh.More[one.Kind] {
				section.All = base + "?kind=" + one.Kind
				if p.Off {
					section.All += "&off=1"
				}
			}
			p.Sections = append(p.Sections, section)
		}
		r := &row{d: d, l: l, s: s, sh: sh, duty: one}
		p.Sections[i].Rows = append(p.Sections[i].Rows, r.view())
	}
	if p.Kind == "" || !sh.More[p.Kind] {
		return
	}
	last := slices.MaxFunc(sh.List, func(a, b *db.Duty) int {
		if n := a.Due.Compare(b.Due.Time); n != 0 {
			return n
		}
		return int(min(max(a.ObjectID-b.ObjectID, -1), 1))
	})
	p.Older = base + "?kind=" + p.Kind + "&after=" + strconv.FormatInt(last.Due.Millis(), 36) + "-" + strconv.FormatInt(last.ObjectID, 36)
	if p.Off {
		p.Older += "&off=1"
	}
}

func head(l loc, kind string) views.DutySection {
	s := views.DutySection{Kind: kind}
	switch kind {
	case db.DutyAnswer:
		s.Heading, s.Hint = l.TextIn("duty", "Answer"), l.Text("No useful response yet")
	case db.DutyWelcome:
		s.Heading, s.Hint = l.TextIn("duty", "Welcome"), l.Text("Aim: within three days, by a person")
	case db.DutyClose:
		s.Heading, s.Hint = l.Text("Close and summarise"), l.Text("Consolidated reply due five days after closing")
	default:
		s.Heading, s.Hint = l.TextIn("duty", "Review"), l.Text("Pages past their review date, verdicts outstanding")
	}
	return s
}

// pulse are the measures M10, M11 and M15 of domain.md part 5, in as many statements for all communities
// as for one.
func (d *Pages) pulse(c echo.Context, s *sight) ([]views.Pulse, error) {
	ctx, l, now := c.Request().Context(), d.Loc(c), d.o.Now()
	groups := s.scope[db.DutyAnswer]
	list, err := d.store.QueriesOpenedSince(ctx, groups, db.At(now.Add(-measured)), manySeen)
	if err != nil {
		return nil, fmt.Errorf("list queries to measure: %w", err)
	}
	var ids []int64
	for _, q := range list {
		ids = append(ids, q.PostID)
	}
	responses, err := d.store.ResponsesTo(ctx, 10*manySeen, ids...)
	if err != nil {
		return nil, fmt.Errorf("load responses to measure: %w", err)
	}
	m := query.Measure(query.Window{From: now.Add(-measured), To: now.Add(time.Minute), Now: now}, list, responses, nil)
	var out []views.Pulse
	if m.Response72.Of > 0 {
		part, of := int(m.Response72.Part), int(m.Response72.Of)
		out = append(out, views.Pulse{Name: l.Text("Answered in 72 h"), Figure: l.Text("%d %%, %d of %d", 100*part/of, part, of)})
	}
	if m.Answered > 0 {
		out = append(out, views.Pulse{Name: l.Text("First answer"), Figure: l.Text("%s, median", hours(l, m.FirstHours))})
	}
	welcomes, err := d.store.WelcomesSince(ctx, groups, db.At(now.Add(-measured)), manySeen)
	if err != nil {
		return nil, fmt.Errorf("list welcomes to measure: %w", err)
	}
	if at, n, waiting := duty.WelcomeTime(welcomes); n > 0 {
		out = append(out, views.Pulse{Name: l.Text("Time to welcome"), Figure: l.Text("%s, median; %d of %d welcomed", hours(l, at), n, n+waiting)})
	}
	return out, nil
}

func hours(l loc, h float64) string {
	n := int(h + 0.5)
	return l.Count("%d hour", "%d hours", n)
}

// again shows the page with a form that comes back.
func (d *Pages) again(c echo.Context, s *sight, w wrong) error {
	s.wrong = &w
	return d.page(c, http.StatusUnprocessableEntity, s)
}
