package belong

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
	"github.com/copse-social/copse/server/web/frame"
)

const pageKnown = 30

// directory handles GET /c/:handle/members.
func (d *Pages) directory(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	p := views.Directory{Words: c.QueryParam("q"), Topic: c.QueryParam("topic"), Place: c.QueryParam("place"), Remote: !h.group.Actor.Local}
	if p.Shell, err = d.ShellIn(c, d.Loc(c).Text("People"), h.group); err != nil {
		return err
	}
	p.Head.NoIndex = true
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	p.Hidden = !h.reads
	if err := d.known(c, h, &p); err != nil {
		return err
	}
	if p.Stewards, err = d.holders(c, h.group); err != nil {
		return err
	}
	if p.Untended, err = d.untended(c, h); err != nil {
		return err
	}
	vouches, err := d.may(c, h.group, rights.Vouch)
	if err != nil {
		return err
	}
	if vouches && h.group.Actor.Local {
		p.Requests = d.path(h.group) + "/requests"
	}
	if h.group.Actor.Local && h.standing.Moderates() {
		p.Care = d.path(h.group) + "/people?show=followers"
	}
	return d.Page(c, http.StatusOK, p)
}

// shownTo are the choices of members that the reader may see: who looks after the community sees
// all, members what is for members, everybody else what is public.
func (d *Pages) shownTo(c echo.Context, h *here) ([]string, error) {
	if h.standing.Moderates() {
		return []string{db.ShownPublic, db.ShownMembers, db.ShownNobody}, nil
	}
	members, err := d.may(c, h.group, rights.SeeMembers)
	if members && h.standing.Belongs {
		return []string{db.ShownPublic, db.ShownMembers}, err
	}
	return []string{db.ShownPublic}, err
}

func (d *Pages) known(c echo.Context, h *here, p *views.Directory) error {
	if p.Hidden {
		return nil
	}
	ctx := c.Request().Context()
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	q := db.DirectoryQuery{GroupID: h.group.ActorID, Reader: frame.MyID(c), Limit: pageKnown + 1}
	var err error
	if q.Shown, err = d.shownTo(c, h); err != nil {
		return err
	}
	p.Public = len(q.Shown) == 1
	if p.Seen, err = d.store.DirectorySize(ctx, q); err != nil {
		return fmt.Errorf("count members: %w", err)
	}
	if err := d.narrowings(c, q, p); err != nil {
		return err
	}
	q.Words, q.Host, q.Language = p.Words, c.QueryParam("host"), strings.ToLower(c.QueryParam("speaks"))
	q.Place, q.Topic, q.Before = p.Place, p.Topic, before
	p.Sought = q.Words+q.Host+q.Language+q.Place+q.Topic != ""
	list, err := d.store.Directory(ctx, q)
	if err != nil {
		return fmt.Errorf("list members: %w", err)
	}
	if len(list) > pageKnown {
		list = list[:pageKnown]
		p.Pages.Older = d.directoryPath(c, h.group, strconv.FormatInt(list[pageKnown-1].ID, 10))
	}
	if before > 0 {
		p.Pages.Newer = d.directoryPath(c, h.group, "")
	}
	p.Rows, err = d.rows(c, h, list)
	return err
}

// directoryPath is this page from a place in the list on.
func (d *Pages) directoryPath(c echo.Context, g *db.Group, before string) string {
	q := url.Values{}
	for _, name := range []string{"q", "host", "speaks", "place", "topic"} {
		if v := c.QueryParam(name); v != "" {
			q.Set(name, v)
		}
	}
	if before != "" {
		q.Set("before", before)
	}
	return strings.TrimSuffix(d.path(g)+"/members?"+q.Encode(), "?")
}

// narrowings are what the list can be narrowed by: the organisations and languages in it.
func (d *Pages) narrowings(c echo.Context, q db.DirectoryQuery, p *views.Directory) error {
	ctx, l := c.Request().Context(), d.Loc(c)
	hosts, err := d.store.DirectoryHosts(ctx, q)
	if err != nil {
		return fmt.Errorf("list organisations of members: %w", err)
	}
	p.Hosts = []ui.Choice{{Label: l.Text("Any organisation")}}
	for _, host := range hosts {
		p.Hosts = append(p.Hosts, ui.Choice{Value: host, Label: d.Org(host).Name, Chosen: host == c.QueryParam("host")})
	}
	rows, err := d.store.DirectoryLanguages(ctx, q)
	if err != nil {
		return fmt.Errorf("list languages of members: %w", err)
	}
	var codes []string
	for _, row := range rows {
		codes = append(codes, strings.Fields(row)...)
	}
	slices.Sort(codes)
	p.Speaks = []ui.Choice{{Label: l.Text("Any language")}}
	for _, code := range slices.Compact(codes) {
		p.Speaks = append(p.Speaks, ui.Choice{Value: code, Label: frame.LanguageName(code), Chosen: code == c.QueryParam("speaks")})
	}
	return nil
}

// rows are members with what they tell and who vouches for it.
func (d *Pages) rows(c echo.Context, h *here, list []*db.Membership) ([]views.Known, error) {
	ctx, l := c.Request().Context(), d.Loc(c)
	var ids []int64
	for _, m := range list {
		ids = append(ids, m.ActorID)
	}
	profiles, err := d.store.ProfilesOf(ctx, ids...)
	if err != nil {
		return nil, fmt.Errorf("load profiles: %w", err)
	}
	endorsed, err := d.store.EndorsementsOf(ctx, ids...)
	if err != nil {
		return nil, fmt.Errorf("load endorsements: %w", err)
	}
	if err := d.hide(c, h, profiles); err != nil {
		return nil, err
	}
	by := map[int64][]*db.Endorsement{}
	for _, e := range endorsed {
		by[e.ActorID] = append(by[e.ActorID], e)
	}
	var out []views.Known
	for _, m := range list {
		k := views.Known{Person: d.Face(m.Actor), Sleeps: m.Status == db.MemberDormant, Vouched: vouched(l, by[m.ActorID])}
		if m.Status == db.MemberNewcomer && d.now().Sub(m.JoinedAt.Time) < community.NewcomerFor {
			k.Role = l.Text("Newcomer")
		}
		if h.standing.Moderates() {
			k.Care = d.path(h.group) + "/people/" + d.PathHandle(m.Actor)
		}
		if profiles[m.ActorID] == nil {
			k.Vouched = ""
		}
		if p := profiles[m.ActorID]; p != nil {
			k.Work = strings.Trim(p.Job+", "+p.Team, ", ")
			k.Places = strings.Join(p.PlaceList(), ", ")
			k.Speaks = frame.Speaks(p.Languages)
			for _, topic := range p.TopicList() {
				k.Topics = append(k.Topics, ui.Link{Label: topic, URL: d.path(h.group) + "/members?topic=" + url.QueryEscape(topic)})
			}
		}
		out = append(out, k)
	}
	return out, nil
}

func vouched(l loc, list []*db.Endorsement) string {
	var names []string
	for _, e := range list {
		if !slices.Contains(names, e.By.Label()) {
			names = append(names, e.By.Label())
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return l.Text("Vouched for by %s", names[0])
	}
	return l.Count("Vouched for by %s and %d other", "Vouched for by %s and %d others", len(names)-1, names[0], len(names)-1)
}

// hide takes away the profiles that the reader may not read: the members of a community read what is
// for members, others what is for everybody.
func (d *Pages) hide(c echo.Context, h *here, profiles map[int64]*db.Profile) error {
	shown, err := d.shownTo(c, h)
	if err != nil {
		return err
	}
	for id, p := range profiles {
		if id != frame.MyID(c) && (p.Shown == db.ShownNobody || !slices.Contains(shown, p.Shown)) {
			delete(profiles, id)
		}
	}
	return nil
}

// holders are all roles of a community with who holds them, those who look after it first.
func (d *Pages) holders(c echo.Context, g *db.Group) ([]views.PersonHere, error) {
	var list []views.PersonHere
	for _, role := range db.Roles() {
		rows, err := d.store.HoldersOf(c.Request().Context(), g.ActorID, role)
		if err != nil {
			return nil, fmt.Errorf("list who holds %s: %w", role, err)
		}
		for _, r := range rows {
			list = append(list, views.PersonHere{Person: d.Face(r.Actor), Role: roleWord(d.Loc(c), role)})
		}
	}
	return list, nil
}

func roleWord(l loc, role string) string { return frame.RoleWord(l, role) }

// untended is the word that a community looks for a facilitator, with who offers.
func (d *Pages) untended(c echo.Context, h *here) (*views.Untended, error) {
	ctx := c.Request().Context()
	e, err := d.store.EscalationOf(ctx, h.group.ActorID)
	if err != nil {
		return nil, fmt.Errorf("load escalation: %w", err)
	}
	if e.Step != db.StepOpen {
		return nil, nil //nolint:nilnil // somebody does
	}
	rows, err := d.store.Volunteers(ctx, h.group.ActorID)
	if err != nil {
		return nil, fmt.Errorf("list offers: %w", err)
	}
	out, me := &views.Untended{}, frame.MyID(c)
	mine, err := d.may(c, h.group, rights.Volunteer)
	if err != nil {
		return nil, err
	}
	out.MayOffer = mine
	agreed := map[int64]int{}
	said := map[int64]bool{}
	for _, v := range rows {
		if v.ByID != v.ActorID {
			agreed[v.ActorID]++
		}
		said[v.ActorID] = said[v.ActorID] || v.ByID == me
	}
	for _, v := range rows {
		if v.ByID != v.ActorID {
			continue
		}
		row := views.OfferedBy{Person: d.Face(v.Actor), Agreed: agreed[v.ActorID]}
		if mine && !said[v.ActorID] {
			row.Consent = d.path(h.group) + "/tend/" + d.PathHandle(v.Actor)
		}
		out.MayOffer = out.MayOffer && v.ActorID != me
		out.Offers = append(out.Offers, row)
	}
	return out, nil
}

// offer handles POST /c/:handle/tend/offer.
func (d *Pages) offer(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	return d.tend(c, h, func(ctx context.Context, tx *db.Store) error { return d.rules.Offer(ctx, tx, frame.Me(c), h.group) })
}

// consent handles POST /c/:handle/tend/:who.
func (d *Pages) consent(c echo.Context) error {
	h, who, err := d.about(c)
	if err != nil {
		return err
	}
	return d.tend(c, h, func(ctx context.Context, tx *db.Store) error {
		return d.rules.Consent(ctx, tx, frame.Me(c), h.group, who)
	})
}

func (d *Pages) tend(c echo.Context, h *here, act func(ctx context.Context, tx *db.Store) error) error {
	return d.do(c, act, d.Loc(c).Text("Thank you."), d.path(h.group)+"/members", func(no *community.Refusal) error {
		return d.joinPage(c, http.StatusUnprocessableEntity, h, views.Join{Error: d.Sentence(d.Loc(c), no)})
	})
}
