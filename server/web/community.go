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
	"github.com/copse-social/copse/frontend/locales"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// pageRows is how many discussions or communities one page of a list holds.
const pageRows = 25

// knownGroup is the group an address names, if it is known here: water, or water@health.example.
func (d *Door) knownGroup(c echo.Context) (*db.Group, error) {
	name, host, remote := strings.Cut(strings.TrimPrefix(c.Param("handle"), "@"), "@")
	if !remote {
		host = d.o.Host
	}
	g, err := d.store.GroupByHandle(c.Request().Context(), strings.ToLower(name), strings.ToLower(host))
	if errors.Is(err, db.ErrNotFound) && remote { // servers differ in whether capitals count
		g, err = d.store.GroupByHandle(c.Request().Context(), name, strings.ToLower(host))
	}
	if err != nil {
		return nil, fmt.Errorf("load group %s: %w", c.Param("handle"), err)
	}
	return g, nil
}

// groupAt is knownGroup for who may know of the group; people who are signed in may open one that
// nobody here has met, and its server is asked.
func (d *Door) groupAt(c echo.Context) (*db.Group, error) {
	g, err := d.knownGroup(c)
	if errors.Is(err, db.ErrNotFound) && frame.Me(c) != nil && strings.Contains(c.Param("handle"), "@") {
		var a *db.Actor
		if a, err = d.resolve(c.Request().Context(), c.Param("handle")); err == nil && a.Type == db.ActorGroup {
			g, err = d.store.GroupByID(c.Request().Context(), a.ID)
		} else if err == nil {
			err = db.ErrNotFound
		}
	}
	if err != nil {
		return nil, err
	}
	return g, d.mayKnow(c, g)
}

// mayKnow keeps confidential groups from everybody whom they have not let in.
func (d *Door) mayKnow(c echo.Context, g *db.Group) error {
	if g.Openness != db.OpennessConfidential {
		return nil
	}
	return frame.Hidden(d.com.Permit(c.Request().Context(), d.store, g, frame.Me(c), community.ActRead))
}

// resolve finds an actor anywhere; that it can't be found is one answer, whatever the reason.
func (d *Door) resolve(ctx context.Context, address string) (*db.Actor, error) {
	if d.o.Resolve == nil {
		return nil, db.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, lookupsTime)
	defer cancel()
	a, err := d.o.Resolve(ctx, address)
	if err != nil {
		d.o.Log.InfoContext(ctx, "address not resolved", "address", address, "err", err)
		return nil, fmt.Errorf("resolve %s: %w", address, db.ErrNotFound)
	}
	return a, nil
}

// group handles GET /c/:handle.
func (d *Door) group(c echo.Context) error {
	g, err := d.groupAt(c)
	if err != nil {
		return err
	}
	return d.groupPage(c, http.StatusOK, g, "")
}

// groupPage prints a community; wrong says why the last act did not work.
func (d *Door) groupPage(c echo.Context, status int, g *db.Group, wrong string) error {
	shell, err := d.ShellIn(c, g.Actor.Label(), g)
	if err != nil {
		return err
	}
	handle := d.PathHandle(g.Actor)
	p := views.Cop{
		Shell: shell, Name: g.Actor.Label(), Handle: handle, Address: "@" + g.Actor.Acct(), Org: d.Org(g.Actor.Host),
		Openness: frame.OpennessOf(g), Scope: scopeOf(g), Members: int(g.MembersCount), Languages: languageLinks(g),
		Archived: !g.ArchivedAt.IsZero(), Error: wrong,
	}
	d.describeGroup(&p.Shell, g)
	for _, fill := range []func(echo.Context, *db.Group, *views.Cop) error{d.standing, d.discussions, d.people, d.remote} {
		if err := fill(c, g, &p); err != nil {
			return err
		}
	}
	return d.Page(c, status, p)
}

func (d *Door) describeGroup(s *views.Shell, g *db.Group) {
	s.Head.Canonical = d.o.Base + d.groupPath(g.Actor)
	switch {
	case !g.Actor.Local:
		s.Head.NoIndex = true
		if g.Actor.URL != "" {
			s.Head.Canonical = g.Actor.URL
		}
	case g.Openness == db.OpennessOpen:
		s.Head.AltAP, s.Head.Feed = g.Actor.URI, d.groupPath(g.Actor)+"/feed.atom"
		s.Head.Graph = &views.OpenGraph{Title: s.Title, Description: abstractOf(g), URL: s.Head.Canonical, SiteName: s.Instance.Name}
	default:
		s.Head.AltAP, s.Head.NoIndex = g.Actor.URI, true
	}
}

// discussions fills in one page of what is talked about, pinned ones first on page one.
func (d *Door) discussions(c echo.Context, g *db.Group, p *views.Cop) error {
	ctx := c.Request().Context()
	err := d.com.Permit(ctx, d.store, g, frame.Me(c), community.ActRead)
	if _, no := frame.Refusal(err); no {
		p.Closed = true
		return nil
	}
	if err != nil {
		return err
	}
	q := db.DiscussionQuery{GroupIDs: []int64{g.ActorID}, Own: frame.MyID(c), Limit: pageRows + 1}
	q.BeforeAt, q.BeforeID = placeIn(c.QueryParam("before"))
	posts, err := d.store.Discussions(ctx, q)
	if err != nil {
		return fmt.Errorf("load discussions: %w", err)
	}
	if len(posts) > pageRows {
		posts = posts[:pageRows]
		p.Pages.Older = d.groupPath(g.Actor) + "?before=" + placeOf(posts[pageRows-1])
	}
	if !q.BeforeAt.IsZero() {
		p.Pages.Newer = d.groupPath(g.Actor)
	}
	pinned, err := d.store.PinnedIn(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load pinned discussions: %w", err)
	}
	if p.Talk, err = d.rows(c, pinnedFirst(pinned, posts, q.BeforeAt.IsZero())); err != nil || !q.BeforeAt.IsZero() {
		return err
	}
	return d.movedAway(ctx, g, p)
}

// rowsMoved is how many discussions that went elsewhere a community points to.
const rowsMoved = 5

// movedAway fills in what stays behind of discussions that went to another community.
func (d *Door) movedAway(ctx context.Context, g *db.Group, p *views.Cop) error {
	list, err := d.store.MovedAway(ctx, g.ActorID, rowsMoved)
	if err != nil {
		return fmt.Errorf("load moved discussions: %w", err)
	}
	for _, m := range list {
		p.Moved = append(p.Moved, views.MovedRow{
			Talk: ui.Link{Label: headingOf(m.Discussion), URL: discussionPath(m.DiscussionID)}, To: d.communityLink(m.To), At: m.CreatedAt.Time,
		})
	}
	return nil
}

// pinnedFirst puts pinned discussions above the others on the first page and leaves them out of
// their own place everywhere.
func pinnedFirst(pinned, posts []*db.Post, first bool) []*db.Post {
	is := make(map[int64]bool, len(pinned))
	for _, p := range pinned {
		is[p.ID] = true
	}
	var list []*db.Post
	if first {
		list = append(list, pinned...)
	}
	for _, p := range posts {
		if !is[p.ID] {
			list = append(list, p)
		}
	}
	return list
}

// placeOf is where a list goes on after a discussion; placeIn reads it.
func placeOf(p *db.Post) string {
	return strconv.FormatInt(p.ActiveAt.Millis(), 36) + "." + strconv.FormatInt(p.ID, 36)
}

func placeIn(s string) (db.Time, int64) {
	when, id, ok := strings.Cut(s, ".")
	at, err := strconv.ParseInt(when, 36, 64)
	last, err2 := strconv.ParseInt(id, 36, 64)
	if !ok || err != nil || err2 != nil || at < 0 || last <= 0 {
		return db.Time{}, 0
	}
	var t db.Time
	_ = t.Scan(at) // an int64 always is a time
	return t, last
}

// rows words some discussions for a list, with what is new in each.
func (d *Door) rows(c echo.Context, posts []*db.Post) ([]views.DiscussionRow, error) {
	fresh := map[int64]int64{}
	if a := frame.At(c).Account; a != nil {
		ids := make([]int64, len(posts))
		for i, p := range posts {
			ids[i] = p.ID
		}
		var err error
		if fresh, err = d.store.UnreadIn(c.Request().Context(), a, ids); err != nil {
			return nil, fmt.Errorf("count new replies: %w", err)
		}
	}
	list := make([]views.DiscussionRow, 0, len(posts))
	for _, p := range posts {
		row := views.DiscussionRow{
			ID: strconv.FormatInt(p.ID, 10), Title: headingOf(p), Author: d.Face(p.Author), Replies: int(p.RepliesCount),
			New: int(fresh[p.ID]), Unseen: d.unseen(c, p, fresh), Last: p.ActiveAt.Time, From: d.origin(p), Lang: p.Lang,
			Pinned: !p.PinnedAt.IsZero(), Locked: !p.LockedAt.IsZero(), State: stateWord(frame.At(c).Loc, p),
		}
		list = append(list, row)
	}
	return list, nil
}

// unseen says that the reader has never opened a discussion that is young enough to be news.
func (d *Door) unseen(c echo.Context, p *db.Post, opened map[int64]int64) bool {
	if frame.At(c).Account == nil || d.o.Now().Sub(p.ActiveAt.Time) > frame.NewsFor {
		return false
	}
	_, was := opened[p.ID]
	return !was
}

func stateWord(l *locales.Loc, p *db.Post) string {
	switch p.State {
	case db.PostHeld:
		return l.Text("waits for a facilitator")
	case db.PostWaiting:
		return l.Text("on its way")
	case db.PostRefused:
		return l.Text("not taken")
	}
	return ""
}

func languageLinks(g *db.Group) []ui.Link {
	var list []ui.Link
	for tag := range strings.FieldsSeq(g.Languages) {
		if languageTag(tag) != "" {
			list = append(list, ui.Link{Label: languageName(tag), URL: tag})
		}
	}
	return list
}
