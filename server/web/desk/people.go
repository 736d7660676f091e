package desk

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// Sizes of lists of people.
const (
	pagePeople  = 50
	maxRequests = 100
	maxBans     = 200
)

// here is a community as the reader of a page meets it.
type here struct {
	group    *db.Group
	standing community.Standing
	reads    bool // may read what is said
	care     bool // looks after it, here
}

// groupAt loads the community that an address names. Who may not even know of it gets the answer
// of a name that nobody has.
func (d *Desk) groupAt(c echo.Context) (*here, error) {
	a, err := d.Person(c)
	if err != nil {
		return nil, err
	}
	if a.Type != db.ActorGroup {
		return nil, echo.ErrNotFound
	}
	ctx := c.Request().Context()
	g, err := d.store.GroupByID(ctx, a.ID)
	if err != nil {
		return nil, fmt.Errorf("load group %s: %w", a.URI, err)
	}
	h := &here{group: g}
	who := d.reader(c)
	if h.standing, err = d.com.Standing(ctx, d.store, g, who); err != nil {
		return nil, err
	}
	if h.reads, err = d.may(ctx, g, who, community.ActRead); err != nil {
		return nil, err
	}
	if !h.reads && g.Openness == db.OpennessConfidential {
		return nil, echo.ErrNotFound
	}
	h.care, err = d.may(ctx, g, who, community.ActSeeReports)
	return h, err
}

// reader is the person who reads, nil when signed out.
func (d *Desk) reader(c echo.Context) *db.Actor {
	if a := d.Account(c); a != nil {
		return a.Actor
	}
	return nil
}

// may turns a rule's answer into yes or no, to show a button or not; the act itself asks again.
func (d *Desk) may(ctx context.Context, g *db.Group, who *db.Actor, act community.Act) (bool, error) {
	err := d.com.Permit(ctx, d.store, g, who, act)
	if _, is := refusalIn(err); is {
		return false, nil
	}
	return err == nil, err
}

// head is the top of every page in a community.
func (d *Desk) head(c echo.Context, h *here) (views.CommunityHead, error) {
	return d.CommunityHead(c.Request().Context(), d.com, h.group, frame.Me(c), h.standing)
}

// people handles GET /c/:handle/people.
func (d *Desk) people(c echo.Context) error {
	h, err := d.groupAt(c)
	if err != nil {
		return err
	}
	if !h.care || !h.group.Actor.Local { // everybody else reads the directory, where members choose who sees them
		return frame.See(c, strings.TrimSuffix("/c/"+d.PathHandle(h.group.Actor)+"/members?"+c.QueryString(), "?"))
	}
	shell, err := d.Shell(c, d.Loc(c).Text("People"), views.Communities)
	if err != nil {
		return err
	}
	p := views.People{Shell: shell, Hidden: !h.reads, Remote: !h.group.Actor.Local, Words: c.QueryParam("q")}
	if p.CommunityHead, err = d.head(c, h); err != nil {
		return err
	}
	p.Cares = h.care
	if p.Stewards, err = d.stewards(c, h); err != nil {
		return err
	}
	if err := d.listPeople(c, h, &p); err != nil {
		return err
	}
	if h.care && !p.Remote {
		if p.Requests, err = d.requests(c, h); err != nil {
			return err
		}
	}
	return d.Page(c, http.StatusOK, p)
}

func (d *Desk) listPeople(c echo.Context, h *here, p *views.People) (err error) {
	show := c.QueryParam("show")
	switch {
	case p.Hidden:
		return nil
	case p.Remote:
		p.Rows, err = d.ours(c, h)
	case show == "followers" && h.care:
		p.List = views.ListFollowers
		err = d.followers(c, h, p)
	case show == "banned" && h.care:
		p.List = views.ListBanned
		err = d.banned(c, h, p)
	default:
		err = d.members(c, h, p)
	}
	return err
}

func (d *Desk) stewards(c echo.Context, h *here) ([]views.PersonHere, error) {
	grants, err := d.store.Stewards(c.Request().Context(), h.group.ActorID)
	if err != nil {
		return nil, fmt.Errorf("list facilitators: %w", err)
	}
	var list []views.PersonHere
	for _, g := range grants {
		list = append(list, views.PersonHere{Person: d.Face(g.Actor), Role: roleWord(d.Loc(c), g.Role), Since: g.Since.Time})
	}
	return list, nil
}

func roleWord(l loc, role string) string {
	if role == community.StandsNewcomer {
		return l.Text("Newcomer")
	}
	return frame.RoleWord(l, role)
}

func (d *Desk) members(c echo.Context, h *here, p *views.People) error {
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	var hide []string
	switch {
	case h.care:
	case h.standing.Belongs:
		hide = []string{db.ShownNobody}
	default:
		hide = []string{db.ShownNobody, db.ShownMembers}
	}
	list, next, err := d.store.FindMembers(c.Request().Context(), db.MemberQuery{
		GroupID: h.group.ActorID, Words: p.Words, Before: before, Limit: pagePeople, Hide: hide,
	})
	if err != nil {
		return fmt.Errorf("list members: %w", err)
	}
	base := "/c/" + p.Handle + "/people?"
	if p.Words != "" {
		base += "q=" + queryEscape(p.Words) + "&"
	}
	if next != 0 {
		p.Pages.Older = base + "before=" + strconv.FormatInt(next, 10)
	}
	if before > 0 {
		p.Pages.Newer = strings.TrimRight(base, "?&")
	}
	for _, m := range list {
		row := views.PersonHere{Person: d.Face(m.Actor), Since: m.JoinedAt.Time}
		if m.Status == db.MemberNewcomer && d.now().Sub(m.JoinedAt.Time) < community.NewcomerFor {
			row.Role = roleWord(d.Loc(c), community.StandsNewcomer)
		}
		if h.care {
			row.Care = d.carePath(h.group, m.Actor)
		}
		p.Rows = append(p.Rows, row)
	}
	return nil
}

// carePath is the page about a person in a community.
func (d *Desk) carePath(g *db.Group, a *db.Actor) string {
	return "/c/" + d.PathHandle(g.Actor) + "/people/" + d.PathHandle(a)
}

func (d *Desk) followers(c echo.Context, h *here, p *views.People) error {
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	list, err := d.store.Followers(c.Request().Context(), h.group.ActorID, before, pagePeople+1)
	if err != nil {
		return fmt.Errorf("list followers: %w", err)
	}
	base := "/c/" + p.Handle + "/people?show=followers"
	if len(list) > pagePeople {
		list = list[:pagePeople]
		p.Pages.Older = base + "&before=" + strconv.FormatInt(list[pagePeople-1].ID, 10)
	}
	if before > 0 {
		p.Pages.Newer = base
	}
	var ids []int64
	for _, f := range list {
		ids = append(ids, f.FollowerID)
	}
	belong, err := d.store.BelongAmong(c.Request().Context(), h.group.ActorID, ids)
	if err != nil {
		return fmt.Errorf("see who of the followers belongs: %w", err)
	}
	for _, f := range list {
		row := views.PersonHere{Person: d.Face(f.Follower), Since: f.AcceptedAt.Time, Care: d.carePath(h.group, f.Follower)}
		if f.Follower.Type == db.ActorPerson && !belong[f.FollowerID] {
			row.Add = row.Care + "/member"
		}
		p.Rows = append(p.Rows, row)
	}
	return nil
}

func (d *Desk) banned(c echo.Context, h *here, p *views.People) error {
	list, err := d.store.BansIn(c.Request().Context(), h.group.ActorID, maxBans)
	if err != nil {
		return fmt.Errorf("list bans: %w", err)
	}
	for _, b := range list {
		p.Rows = append(p.Rows, views.PersonHere{
			Person: d.Face(b.Actor), Since: b.CreatedAt.Time, Until: b.Until.Time, Note: b.Reason, Care: d.carePath(h.group, b.Actor),
		})
	}
	return nil
}

// ours are the people of this server who follow a community elsewhere.
func (d *Desk) ours(c echo.Context, h *here) ([]views.PersonHere, error) {
	list, err := d.store.Followers(c.Request().Context(), h.group.ActorID, 0, pagePeople)
	if err != nil {
		return nil, fmt.Errorf("list followers: %w", err)
	}
	var rows []views.PersonHere
	for _, f := range list {
		if f.Follower.Local {
			rows = append(rows, views.PersonHere{Person: d.Face(f.Follower), Since: f.AcceptedAt.Time})
		}
	}
	return rows, nil
}

func (d *Desk) requests(c echo.Context, h *here) ([]views.Asking, error) {
	ctx := c.Request().Context()
	list, err := d.store.Requests(ctx, h.group.ActorID, maxRequests)
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
	var rows []views.Asking
	for _, r := range list {
		a := people[r.ActorID]
		if a == nil {
			continue
		}
		path := d.carePath(h.group, a)
		rows = append(rows, views.Asking{
			Person: d.Face(a), Since: r.Since.Time, Member: r.Member, Accept: path + "/member", Refuse: path + "/refuse",
		})
	}
	return rows, nil
}
