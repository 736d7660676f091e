package lookup

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/web/frame"
)

// pageSaid is how many contributions a page of a person holds.
const pageSaid = 20

// PersonPage handles GET /u/:handle.
func (d *Pages) PersonPage(c echo.Context) error {
	a, err := d.Person(c)
	if err != nil {
		return err
	}
	if a.Type == db.ActorGroup {
		return frame.See(c, "/c/"+d.PathHandle(a))
	}
	shell, err := d.Shell(c, a.Label(), views.NoTab)
	if err != nil {
		return err
	}
	p := views.Person{
		Shell: shell, Who: d.Face(a), About: ui.HTML(a.Summary), Path: "/u/" + d.PathHandle(a),
		Self: a.ID == frame.MyID(c), Follows: a.Active(), Since: a.CreatedAt.Time,
	}
	if !a.Local {
		p.Original, p.Fetched = a.URL, a.FetchedAt.Time
		if p.Original == "" {
			p.Original = a.URI
		}
	}
	if err := d.fillPerson(c, a, &p); err != nil {
		return err
	}
	describePerson(d.o.Base, a, &p)
	return d.Page(c, http.StatusOK, p)
}

func (d *Pages) fillPerson(c echo.Context, a *db.Actor, p *views.Person) error {
	ctx := c.Request().Context()
	if who := frame.Me(c); who != nil && !p.Self {
		f, err := d.store.FollowBetween(ctx, who.ID, a.ID)
		switch {
		case errors.Is(err, db.ErrNotFound):
		case err != nil:
			return fmt.Errorf("load follow: %w", err)
		case f.State == db.FollowAccepted:
			p.Standing = views.Following
		case f.State == db.FollowPending:
			p.Standing = views.Asked
		}
	}
	groups, err := d.store.OpenGroupsOf(ctx, a.ID, frame.MyID(c), 20)
	if err != nil {
		return fmt.Errorf("list communities of %s: %w", a.URI, err)
	}
	for _, g := range groups {
		p.Also = append(p.Also, d.Place(g.Actor))
	}
	if err := d.fillKnowing(c, a, p); err != nil {
		return err
	}
	return d.fillSaid(c, a, p)
}

func (d *Pages) fillSaid(c echo.Context, a *db.Actor, p *views.Person) error {
	ctx := c.Request().Context()
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	posts, err := d.store.PersonPosts(ctx, db.PersonQuery{AuthorID: a.ID, Reader: frame.MyID(c), Before: before, Limit: pageSaid + 1})
	if err != nil {
		return fmt.Errorf("list posts of %s: %w", a.URI, err)
	}
	if len(posts) > pageSaid {
		posts = posts[:pageSaid]
		p.Pages.Older = p.Path + "?before=" + strconv.FormatInt(posts[pageSaid-1].ID, 10)
	}
	if before > 0 {
		p.Pages.Newer = p.Path
	}
	p.Said, err = d.contributions(ctx, posts)
	return err
}

// contributions are posts of mixed communities as rows.
func (d *Pages) contributions(ctx context.Context, posts []*db.Post) ([]views.Contribution, error) {
	var groups, threads []int64
	for _, p := range posts {
		groups, threads = append(groups, p.GroupID), append(threads, p.DiscussionID)
	}
	places, err := d.store.ActorsByID(ctx, groups)
	if err != nil {
		return nil, fmt.Errorf("load communities of posts: %w", err)
	}
	titles, err := d.store.TitlesOf(ctx, threads)
	if err != nil {
		return nil, fmt.Errorf("load titles of discussions: %w", err)
	}
	var list []views.Contribution
	for _, p := range posts {
		row := views.Contribution{Title: titles[p.DiscussionID], At: p.PublishedAt.Time, Helped: int(p.LikesCount), Lang: p.Lang}
		if p.Starts() {
			row.URL = "/d/" + strconv.FormatInt(p.ID, 10)
		} else {
			row.URL, row.Said = "/p/"+strconv.FormatInt(p.ID, 10), content.Abstract(p.Content, 160)
		}
		if row.Title == "" {
			row.Title, row.Said = content.Excerpt(p.Content, 80), ""
		}
		if g := places[p.GroupID]; g != nil {
			row.Where = d.Place(g)
		}
		list = append(list, row)
	}
	return list, nil
}

// describePerson tells machines whose page it is; copies are left to their own server.
func describePerson(base string, a *db.Actor, p *views.Person) {
	p.Head.Canonical = base + "/u/" + a.Handle
	p.Head.NoIndex = !a.Indexable
	if a.Local {
		p.Head.AltAP = a.URI
		return
	}
	p.Head.Canonical, p.Head.NoIndex = p.Original, true
}

// followPerson handles POST /u/:handle/follow.
func (d *Pages) followPerson(c echo.Context) error {
	return d.changeFollow(c, func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		_, err := d.com.Follow(ctx, tx, frame.Me(c), a)
		return err
	})
}

// unfollowPerson handles POST /u/:handle/unfollow.
func (d *Pages) unfollowPerson(c echo.Context) error {
	return d.changeFollow(c, func(ctx context.Context, tx *db.Store, a *db.Actor) error {
		return d.com.Unfollow(ctx, tx, frame.Me(c), a)
	})
}

func (d *Pages) changeFollow(c echo.Context, do func(ctx context.Context, tx *db.Store, a *db.Actor) error) error {
	a, err := d.Person(c)
	if err != nil {
		return err
	}
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error { return do(ctx, tx, a) })
	if no, is := frame.Refusal(err); is {
		d.Flash(c, frame.Sentence(frame.At(c).Loc, no), "")
	} else if err != nil {
		return fmt.Errorf("change follow of %s: %w", a.URI, err)
	}
	return frame.See(c, "/u/"+d.PathHandle(a))
}
