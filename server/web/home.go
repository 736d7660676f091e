package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// home handles GET /: what is new for who is signed in, what there is for everybody else.
func (d *Door) home(c echo.Context) error {
	if frame.At(c).Account == nil {
		return d.landing(c)
	}
	shell, err := d.Shell(c, frame.At(c).Loc.Text("Today"), views.Today)
	if err != nil {
		return err
	}
	p := views.Home{Shell: shell, FirstName: firstName(frame.Me(c))}
	for _, fill := range []func(echo.Context, *views.Home) error{d.waiting, d.news, d.begun, d.suggested} {
		if err := fill(c, &p); err != nil {
			return err
		}
	}
	return d.Page(c, http.StatusOK, p)
}

// firstName is how a greeting calls somebody.
func firstName(a *db.Actor) string {
	first, _, _ := strings.Cut(a.Label(), " ")
	if strings.HasSuffix(first, ".") || strings.EqualFold(first, "dr") {
		return a.Label()
	}
	return first
}

// waiting fills in what only this reader can do: look at reports and at posts that are held.
func (d *Door) waiting(c echo.Context, p *views.Home) error {
	if p.Viewer.Reports == 0 && !p.Viewer.Facilitates {
		return nil
	}
	ctx, loc := c.Request().Context(), frame.At(c).Loc
	moderated, err := d.Moderated(ctx, frame.At(c).Account)
	if err != nil {
		return err
	}
	held, err := d.store.HeldIn(ctx, moderated, 0, 5)
	if err != nil {
		return fmt.Errorf("list held posts: %w", err)
	}
	for _, post := range held {
		p.Waiting = append(p.Waiting, views.Waiting{
			Icon: "clock", Title: loc.Text("%s waits to be let through", post.Author.Label()),
			Note: content.Excerpt(post.Content, 100), URL: "/reports", Act: loc.Text("Look"),
		})
	}
	reports, err := d.store.FindReports(ctx, db.ReportQuery{GroupIDs: moderated, State: db.ReportOpen, Limit: 5})
	if err != nil {
		return fmt.Errorf("list reports: %w", err)
	}
	for _, r := range reports {
		w := views.Waiting{Icon: "shield", Title: loc.Text("A person was reported"), Note: content.Excerpt(r.Content, 100), URL: "/reports", Act: loc.Text("Look")}
		if r.PostID != 0 {
			w.Title = loc.Text("A post was reported")
		}
		p.Waiting = append(p.Waiting, w)
	}
	return nil
}

// myGroups are the groups the reader follows or belongs to, by id.
func (d *Door) myGroups(c echo.Context) ([]int64, map[int64]*db.Group, error) {
	groups, err := d.store.GroupsOf(c.Request().Context(), frame.MyID(c), 200)
	if err != nil {
		return nil, nil, fmt.Errorf("list communities: %w", err)
	}
	ids, byID := make([]int64, 0, len(groups)), make(map[int64]*db.Group, len(groups))
	for _, g := range groups {
		if g.Openness != db.OpennessOpen {
			yes, err := d.may(c.Request().Context(), g, frame.Me(c), community.ActRead)
			if err != nil {
				return nil, nil, err
			}
			if !yes {
				continue // asked for and not let in yet
			}
		}
		ids = append(ids, g.ActorID)
		byID[g.ActorID] = g
	}
	return ids, byID, nil
}

// news fills in discussions with something the reader has not seen.
func (d *Door) news(c echo.Context, p *views.Home) error {
	ids, groups, err := d.myGroups(c)
	if err != nil {
		return err
	}
	q := db.NewsQuery{
		Account: frame.At(c).Account, GroupIDs: ids, Since: db.At(d.o.Now().Add(-frame.NewsFor)), Limit: pageRows + 1,
	}
	q.BeforeAt, q.BeforeID = placeIn(c.QueryParam("before"))
	posts, err := d.store.News(c.Request().Context(), q)
	if err != nil {
		return fmt.Errorf("list what is new: %w", err)
	}
	if len(posts) > pageRows {
		posts = posts[:pageRows]
		p.Pages.Older = "/?before=" + placeOf(posts[pageRows-1])
	}
	if !q.BeforeAt.IsZero() {
		p.Pages.Newer = "/"
	}
	if p.New, err = d.rows(c, posts); err != nil {
		return err
	}
	d.nameCommunities(p.New, posts, groups)
	p.MarkRead = "/read"
	return nil
}

// nameCommunities says of each row where it is from, in lists that mix communities.
func (d *Door) nameCommunities(rows []views.DiscussionRow, posts []*db.Post, groups map[int64]*db.Group) {
	for i, post := range posts {
		if g := groups[post.GroupID]; g != nil {
			rows[i].Community, rows[i].Org = d.communityLink(g.Actor), d.Org(g.Actor.Host)
		}
		rows[i].Excerpt = content.Abstract(post.Content, 160)
	}
}

// readAll handles POST /read: everything that is new counts as seen.
func (d *Door) readAll(c echo.Context) error {
	ids, _, err := d.myGroups(c)
	if err != nil {
		return err
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		return tx.ReadAll(ctx, frame.At(c).Account.ID, ids, db.At(d.o.Now().Add(-frame.NewsFor)))
	})
	if err != nil {
		return fmt.Errorf("mark all as read: %w", err)
	}
	d.RecountNews(frame.At(c).Account.ID)
	d.Flash(c, frame.At(c).Loc.Text("Marked as read."), "")
	return frame.See(c, "/")
}

// begun fills in what the reader began to write.
func (d *Door) begun(c echo.Context, p *views.Home) error {
	drafts, err := d.store.DraftsOf(c.Request().Context(), frame.At(c).Account.ID)
	if err != nil {
		return fmt.Errorf("list drafts: %w", err)
	}
	p.Drafts, err = d.draftRows(c, drafts[:min(len(drafts), 5)])
	return err
}

// suggested fills in communities to look at, for who is in few.
func (d *Door) suggested(c echo.Context, p *views.Home) error {
	if len(p.Viewer.Communities) > 2 {
		return nil
	}
	groups, err := d.store.GroupsBeyond(c.Request().Context(), frame.MyID(c), 5)
	if err != nil {
		return fmt.Errorf("list communities to look at: %w", err)
	}
	p.Suggested, err = d.communityRows(c, groups)
	return err
}

// landing is / for who is signed out.
func (d *Door) landing(c echo.Context) error {
	shell, err := d.Shell(c, "", views.NoTab)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p := views.Landing{Shell: shell}
	p.Head.Canonical = d.o.Base + "/"
	about, err := d.store.Setting(ctx, db.SettingAbout)
	if err != nil {
		return fmt.Errorf("load what the server says of itself: %w", err)
	}
	p.About = content.Abstract(d.ex.Preview(about), 500)
	groups, err := d.store.GroupsBeyond(ctx, 0, 12)
	if err != nil {
		return fmt.Errorf("list communities: %w", err)
	}
	if p.Communities, err = d.communityRows(c, groups); err != nil {
		return err
	}
	q, byID := db.DiscussionQuery{Limit: 5}, make(map[int64]*db.Group)
	for _, g := range groups {
		if g.Openness == db.OpennessOpen {
			q.GroupIDs = append(q.GroupIDs, g.ActorID)
			byID[g.ActorID] = g
		}
	}
	posts, err := d.store.Discussions(ctx, q)
	if err != nil {
		return fmt.Errorf("list discussions: %w", err)
	}
	if p.Latest, err = d.rows(c, posts); err != nil {
		return err
	}
	d.nameCommunities(p.Latest, posts, byID)
	desc := views.OpenGraph{Title: shell.Instance.Name, Description: p.About, URL: p.Head.Canonical, SiteName: shell.Instance.Name}
	p.Head.Graph = &desc
	return d.Page(c, http.StatusOK, p)
}
