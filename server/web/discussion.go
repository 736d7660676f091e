package web

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
	"github.com/copse-social/copse/server/community"
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
	after    string
	facts    facts
}

// facts are what is looked up for all posts of a page at once.
type facts struct {
	liked map[int64]bool
	files map[int64][]*db.Attachment
	roles map[int64]string
}

// discussion handles GET /d/:id.
func (d *Door) discussion(c echo.Context) error {
	p, err := d.readablePost(c)
	if err != nil {
		return err
	}
	if !p.Starts() && p.DiscussionID != p.ID {
		return see(c, "/p/"+strconv.FormatInt(p.ID, 10))
	}
	t, err := d.talk(c, p, c.QueryParam("after"))
	if err != nil {
		return err
	}
	return d.discussionPage(c, http.StatusOK, t, nil)
}

// readablePost is the post an address names, for those who may see it; for everybody else there
// is none of that name.
func (d *Door) readablePost(c echo.Context) (*db.Post, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return nil, echo.ErrNotFound
	}
	ctx := c.Request().Context()
	p, err := d.store.PostByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.Public() || p.AuthorID == myID(c) || (p.Visibility != db.VisibilityDirect && (p.State == db.PostDeleted || p.State == db.PostRemoved)) {
		return p, d.mayRead(c, p)
	}
	return p, d.mayReadHidden(c, p)
}

func (d *Door) mayRead(c echo.Context, p *db.Post) error {
	if p.GroupID == 0 {
		return nil
	}
	ctx := c.Request().Context()
	g, err := d.store.GroupByID(ctx, p.GroupID)
	if err != nil {
		return fmt.Errorf("load group of post: %w", err)
	}
	return hidden(d.com.Permit(ctx, d.store, g, me(c), community.ActRead))
}

// mayReadHidden lets facilitators see what waits for them, and people what was written to them.
func (d *Door) mayReadHidden(c echo.Context, p *db.Post) error {
	ctx, who := c.Request().Context(), me(c)
	if who == nil {
		return echo.ErrNotFound
	}
	named, err := d.store.MentionsOf(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("load mentions of post: %w", err)
	}
	for _, a := range named {
		if a.ID == who.ID {
			return nil
		}
	}
	if p.GroupID == 0 {
		return echo.ErrNotFound
	}
	g, err := d.store.GroupByID(ctx, p.GroupID)
	if err != nil {
		return fmt.Errorf("load group of post: %w", err)
	}
	return hidden(d.com.Permit(ctx, d.store, g, who, community.ActSeeReports))
}

// hidden turns a refusal to read into "there is none": a 403 would say that there is one.
func hidden(err error) error {
	if _, is := refusalIn(err); is {
		return echo.ErrNotFound
	}
	return err
}

// talk loads one page of a discussion, after the path of the last reply of the page before.
func (d *Door) talk(c echo.Context, starter *db.Post, after string) (*talk, error) {
	ctx := c.Request().Context()
	t := &talk{starter: starter, after: after}
	var err error
	if starter.GroupID != 0 {
		if t.group, err = d.store.GroupByID(ctx, starter.GroupID); err != nil {
			return nil, fmt.Errorf("load group of discussion: %w", err)
		}
		if t.standing, err = d.com.Standing(ctx, d.store, t.group, me(c)); err != nil {
			return nil, err
		}
	}
	if a := at(c).account; a != nil {
		t.reading, err = d.store.ReadingOf(ctx, a.ID, starter.ID)
		if errors.Is(err, db.ErrNotFound) {
			t.reading, err = nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("load reading place: %w", err)
		}
	}
	t.page, err = d.store.ThreadPage(ctx, db.ThreadQuery{
		DiscussionID: starter.ID, After: after, Own: myID(c), Moderates: t.standing.Moderates(), Limit: pageReplies + 1,
	})
	if err != nil {
		return nil, fmt.Errorf("load replies: %w", err)
	}
	if t.more = len(t.page) > pageReplies; t.more {
		t.page = t.page[:pageReplies]
	}
	return t, d.gatherFacts(ctx, t, myID(c))
}

func (d *Door) gatherFacts(ctx context.Context, t *talk, reader int64) error {
	ids := []int64{t.starter.ID}
	for _, p := range t.page {
		ids = append(ids, p.ID)
	}
	var err error
	if t.facts.liked, err = d.store.LikedAmong(ctx, reader, ids); err != nil {
		return fmt.Errorf("load helpful marks: %w", err)
	}
	if t.facts.files, err = d.store.AttachmentsOf(ctx, ids); err != nil {
		return fmt.Errorf("load attachments: %w", err)
	}
	t.facts.roles = make(map[int64]string)
	if t.group == nil {
		return nil
	}
	stewards, err := d.store.Stewards(ctx, t.group.ActorID)
	if err != nil {
		return fmt.Errorf("load facilitators: %w", err)
	}
	for _, s := range stewards {
		if t.facts.roles[s.ActorID] != db.RoleFacilitator {
			t.facts.roles[s.ActorID] = s.Role
		}
	}
	return nil
}

// discussionPage prints a discussion; composer is the form that came back, nil for a fresh one.
func (d *Door) discussionPage(c echo.Context, status int, t *talk, composer *ui.Composer) error {
	shell, err := d.shell(c, t.starter.Title, views.Communities)
	if err != nil {
		return err
	}
	p := views.Discussion{
		Shell: shell, ID: strconv.FormatInt(t.starter.ID, 10), Heading: t.starter.Title,
		Opening: d.replyOf(c, t, t.starter), Total: int(t.starter.RepliesCount), Address: t.starter.URI,
		Composer: composer,
	}
	if p.Heading == "" {
		p.Heading = content.Excerpt(t.starter.Content, 80)
		p.Title = p.Heading
	}
	if t.group != nil {
		p.Community = ui.Link{Label: t.group.Actor.Label(), URL: "/c/" + d.pathHandle(t.group.Actor)}
		p.Openness = opennessOf(t.group)
	}
	p.Replies, p.Removed = d.tree(c, t)
	if err := d.threadAside(c, t, &p); err != nil {
		return err
	}
	if !t.starter.LockedAt.IsZero() {
		p.Locked = d.lockOf(c, t, t.starter)
	}
	if t.more {
		p.More = "/d/" + p.ID + "?after=" + queryEscape(t.page[len(t.page)-1].Path)
	}
	if t.after != "" {
		p.Earlier = "/d/" + p.ID
	}
	if p.Composer == nil && p.Locked == nil {
		if p.Composer, p.Refusal, err = d.replyComposer(c, t); err != nil {
			return err
		}
	}
	d.describe(&p.Shell, t)
	if err := d.markSeen(c, t); err != nil {
		return err
	}
	return d.page(c, status, p)
}

// threadAside fills in who takes part, what is new, and which servers wait.
func (d *Door) threadAside(c echo.Context, t *talk, p *views.Discussion) error {
	ctx := c.Request().Context()
	counts, err := d.store.ThreadOrganisations(ctx, t.starter.ID)
	if err != nil {
		return fmt.Errorf("count organisations: %w", err)
	}
	for _, n := range counts {
		p.ByOrg = append(p.ByOrg, views.OrgCount{Org: d.org(n.Host), Count: int(n.Posts)})
	}
	if t.reading != nil {
		fresh, err := d.store.UnreadIn(ctx, at(c).account, []int64{t.starter.ID})
		if err != nil {
			return fmt.Errorf("count new replies: %w", err)
		}
		p.New, p.Since = int(fresh[t.starter.ID]), t.reading.ReadAt.Time
	}
	if t.group == nil || !t.group.Actor.Local {
		return nil
	}
	waiting, err := d.store.HostsInTrouble(ctx, t.group.ActorID, 3)
	if err != nil {
		return fmt.Errorf("list hosts in trouble: %w", err)
	}
	for _, h := range waiting {
		p.Trouble = append(p.Trouble, views.Trouble{Host: h.Host, Since: h.Since.Time, Members: int(h.Followers)})
	}
	return nil
}

// describe tells machines what the page is about.
func (d *Door) describe(s *views.Shell, t *talk) {
	s.Head.Canonical = d.o.Base + "/d/" + strconv.FormatInt(t.starter.ID, 10)
	if !t.starter.Local {
		s.Head.Canonical, s.Head.NoIndex = t.starter.URL, true
	} else {
		s.Head.AltAP = t.starter.URI
	}
	s.Head.Graph = &views.OpenGraph{
		Title: s.Title, Description: content.Abstract(t.starter.Content, 200), URL: s.Head.Canonical,
		SiteName: s.Instance.Name, PublishedTime: t.starter.PublishedAt.Time, Creator: "@" + t.starter.Author.Acct(),
	}
	if !t.starter.Public() {
		s.Head.Graph, s.Head.NoIndex = nil, true
	}
}

// markSeen moves the reader's place on to the newest post of the discussion once its last page is
// open, and clears its lines from their inbox.
func (d *Door) markSeen(c echo.Context, t *talk) error {
	a := at(c).account
	if a == nil || c.Request().Method != http.MethodGet {
		return nil
	}
	newest := t.starter.ID
	for _, p := range t.page {
		newest = max(newest, p.ID)
	}
	ctx := c.Request().Context()
	if err := d.store.PutReading(ctx, &db.Reading{AccountID: a.ID, DiscussionID: t.starter.ID, LastPostID: newest}); err != nil {
		return fmt.Errorf("keep reading place: %w", err)
	}
	return d.store.MarkThreadRead(ctx, a.ID, t.starter.ID)
}

func opennessOf(g *db.Group) views.Openness {
	switch g.Openness {
	case db.OpennessRestricted:
		return views.Restricted
	case db.OpennessPrivate:
		return views.Private
	case db.OpennessConfidential:
		return views.Confidential
	}
	return views.Open
}
