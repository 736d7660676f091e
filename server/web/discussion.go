package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/web/frame"
)

// pageReplies is how many replies a page of a discussion holds.
const pageReplies = 50

// talk is a discussion as one reader meets it.
type talk struct {
	starter  *db.Post
	group    *db.Group // nil outside of groups
	standing community.Standing
	reading  *db.Reading // nil: never here before, or signed out
	page     []*db.Post
	more     bool
	asked    db.ThreadQuery
	facts    facts
}

// discussion handles GET /d/:id.
func (d *Door) discussion(c echo.Context) error {
	f, err := d.Seen(c)
	if err != nil {
		return d.openness().Open(c, err)
	}
	if !f.Post.Starts() || f.Post.Visibility == db.VisibilityDirect {
		return frame.See(c, postPath(f.Post.ID))
	}
	t, err := d.talk(c, f, c.QueryParam("after"))
	if err != nil {
		return err
	}
	return d.discussionPage(c, http.StatusOK, t, nil)
}

// addressOf is what people paste into the search field of their own server.
func (d *Door) addressOf(p *db.Post) string {
	switch {
	case p.Local:
		return d.o.Base + discussionPath(p.ID)
	case p.URL != "":
		return p.URL
	}
	return p.URI
}

func discussionPath(id int64) string { return "/d/" + strconv.FormatInt(id, 10) }

func postPath(id int64) string { return "/p/" + strconv.FormatInt(id, 10) }

// talk loads one page of a discussion, after the path of the last reply of the page before.
func (d *Door) talk(c echo.Context, f frame.Seen, after string) (*talk, error) {
	ctx := c.Request().Context()
	t := &talk{starter: f.Post, group: f.Group}
	var err error
	if t.group != nil {
		if t.standing, err = d.com.Standing(ctx, d.store, t.group, frame.Me(c)); err != nil {
			return nil, err
		}
	}
	if t.reading, err = d.reading(c, f.Post.ID); err != nil {
		return nil, err
	}
	t.asked = db.ThreadQuery{
		DiscussionID: f.Post.ID, After: after, Own: frame.MyID(c), Moderates: t.standing.Moderates(), Limit: pageReplies + 1,
	}
	if t.page, err = d.store.ThreadPage(ctx, t.asked); err != nil {
		return nil, fmt.Errorf("load replies: %w", err)
	}
	if t.more = len(t.page) > pageReplies; t.more {
		t.page = t.page[:pageReplies]
	}
	return t, d.gather(ctx, t, frame.MyID(c))
}

// discussionPage prints a discussion; composer is the form that came back, nil for a fresh one.
func (d *Door) discussionPage(c echo.Context, status int, t *talk, composer *ui.Composer) error {
	heading := headingOf(t.starter)
	if t.starter.State == db.PostDeleted {
		heading = frame.At(c).Loc.Text("A discussion whose beginning was deleted")
	}
	shell, err := d.ShellIn(c, heading, t.group)
	if err != nil {
		return err
	}
	p := views.Discussion{
		Shell: shell, ID: strconv.FormatInt(t.starter.ID, 10), Heading: shell.Title,
		Opening: d.replyOf(c, t, t.starter), Total: int(t.starter.RepliesCount), Address: d.addressOf(t.starter),
		Composer: composer,
	}
	if t.group != nil {
		p.Community = d.communityLink(t.group.Actor)
		p.Openness = frame.OpennessOf(t.group)
	}
	p.Replies, p.Removed = d.tree(c, t)
	if p.Asked, err = d.asking().Head(c, t.starter, t.group); err != nil {
		return err
	}
	if err := d.threadAside(c, t, &p); err != nil {
		return err
	}
	if p.Slow, err = d.slowMode(c, t); err != nil {
		return err
	}
	if !t.starter.LockedAt.IsZero() {
		p.Locked = d.lockOf(c, t, t.starter)
		p.Opening.Locked = p.Locked
	}
	if err := d.beside(c, t, &p); err != nil {
		return err
	}
	if err := d.composerBelow(c, t, &p); err != nil {
		return err
	}
	d.describe(&p.Shell, t)
	if status == http.StatusOK && c.Request().Method == http.MethodGet {
		if err := d.markSeen(c, t, shell.Viewer); err != nil {
			return err
		}
	}
	return d.Page(c, status, p)
}

// beside fills in the ways to the pages before and after.
func (d *Door) beside(c echo.Context, t *talk, p *views.Discussion) error {
	if t.more {
		p.More = pageAfter(t.starter.ID, t.page[len(t.page)-1].Path)
	}
	if t.asked.After == "" {
		return nil
	}
	q := t.asked
	q.Limit = pageReplies
	before, err := d.store.ThreadBefore(c.Request().Context(), q)
	if err != nil {
		return fmt.Errorf("find page before: %w", err)
	}
	p.Earlier = pageAfter(t.starter.ID, before)
	return nil
}

// pageAfter is the page of a discussion that begins after a path, "" for the first.
func pageAfter(id int64, path string) string {
	if path == "" {
		return discussionPath(id)
	}
	return discussionPath(id) + "?after=" + url.QueryEscape(path)
}

// headingOf is what a discussion is called: its title, else how it begins.
func headingOf(p *db.Post) string {
	if p.Title != "" {
		return p.Title
	}
	return content.Excerpt(p.Content, 80)
}

func (d *Door) communityLink(a *db.Actor) ui.Link {
	return ui.Link{Label: a.Label(), URL: d.groupPath(a)}
}

func (d *Door) groupPath(a *db.Actor) string { return "/c/" + d.PathHandle(a) }

// threadAside fills in who takes part, what is new, and which servers wait.
func (d *Door) threadAside(c echo.Context, t *talk, p *views.Discussion) error {
	ctx := c.Request().Context()
	counts, err := d.organisations(ctx, t.starter)
	if err != nil {
		return err
	}
	p.ByOrg = d.orgCounts(counts)
	if t.reading != nil {
		if p.New, err = d.fresh(ctx, t, frame.At(c).Account); err != nil {
			return err
		}
		p.Since = t.reading.ReadAt.Time
	}
	if t.group == nil || !t.group.Actor.Local {
		return nil
	}
	waiting, err := d.troubled(ctx, t.group)
	if err != nil {
		return err
	}
	for _, h := range waiting {
		p.Trouble = append(p.Trouble, views.Trouble{Host: d.Org(h.Host).Name, Since: h.Since.Time, Members: int(h.Followers)})
	}
	return nil
}

func (d *Door) orgCounts(counts []db.HostCount) []views.OrgCount {
	var list []views.OrgCount
	for _, n := range counts {
		list = append(list, views.OrgCount{Org: d.Org(n.Host), Count: int(n.Posts)})
	}
	return list
}

// describe tells machines what the page is about; what isn't public tells them nothing.
func (d *Door) describe(s *views.Shell, t *talk) {
	s.Head.Canonical = d.o.Base + discussionPath(t.starter.ID)
	if !t.starter.Public() || t.group != nil && t.group.Openness != db.OpennessOpen {
		s.Head.NoIndex = true
		return
	}
	if t.starter.Local {
		s.Head.AltAP = t.starter.URI
	} else {
		s.Head.Canonical, s.Head.NoIndex = d.addressOf(t.starter), true
	}
	s.Head.Graph = &views.OpenGraph{
		Title: s.Title, Description: content.Abstract(t.starter.Content, 200), URL: s.Head.Canonical,
		SiteName: s.Instance.Name, PublishedTime: t.starter.PublishedAt.Time, Creator: "@" + t.starter.Author.Acct(),
	}
}
