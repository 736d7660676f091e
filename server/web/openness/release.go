package openness

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

func postPath(p *db.Post) string { return "/p/" + strconv.FormatInt(p.ID, 10) }

// stand is how far the release of a post has come, and what the reader has to do with it.
type stand struct {
	frame.Seen
	state   string // as the db names it; "" where nobody has decided anything
	author  bool   // the reader wrote the post
	decides bool
}

// standAt is where the post of an address stands, for its author and those who may decide. Others
// find nothing.
func (d *Pages) standAt(c echo.Context) (*stand, error) {
	f, err := d.Seen(c)
	if err != nil {
		return nil, err
	}
	if f.Group == nil || !f.Group.Actor.Local || f.Post.Visibility == db.VisibilityDirect {
		return nil, echo.ErrNotFound
	}
	ctx := c.Request().Context()
	s := &stand{Seen: f, author: f.Post.AuthorID == frame.MyID(c)}
	rel, err := d.store.ReleaseOf(ctx, f.Post.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("load release: %w", err)
	}
	if err == nil {
		s.state = rel.State
	}
	no := d.rules.MayRelease(ctx, d.store, frame.Me(c), f.Group)
	if _, is := frame.Refusal(no); no != nil && !is {
		return nil, no
	}
	s.decides = no == nil && f.Group.Openness == db.OpennessRestricted
	if !s.decides && (!s.author || s.state == "") {
		return nil, echo.ErrNotFound
	}
	return s, nil
}

// releaseForm handles GET /p/:id/release.
func (d *Pages) releaseForm(c echo.Context) error {
	s, err := d.standAt(c)
	if err != nil {
		return err
	}
	return d.releasePage(c, http.StatusOK, s, "")
}

func (d *Pages) releasePage(c echo.Context, status int, s *stand, wrong string) error {
	l, post := d.Loc(c), s.Post
	p := views.ReleasePage{
		Action: postPath(post) + "/release", Back: postPath(post),
		Quote: views.Quote{By: d.Face(post.Author), From: origin(post), At: post.PublishedAt.Time, Lang: post.Lang, Title: post.Title, Excerpt: content.Excerpt(post.Content, 300)},
		Trail: []ui.Link{{Label: s.Group.Actor.Label(), URL: "/c/" + d.PathHandle(s.Group.Actor)}, {Label: l.Text("Open to everybody")}},
	}
	p.Heading, p.Explain, p.Acts = s.words(l)
	if wrong != "" {
		p.Explain = append([]string{wrong}, p.Explain...)
	}
	var err error
	if p.Shell, err = d.ShellIn(c, p.Heading, s.Group); err != nil {
		return err
	}
	p.Head.NoIndex = true
	return d.Page(c, status, p)
}

// words are what the page says, and offers.
func (s *stand) words(l loc) (heading string, explain []string, acts []views.ReleaseAct) {
	alone := l.Text("Only this text is opened, with the name of its author: not the discussion, not the answers, nobody else. It can be taken back; copies that others made by then remain.")
	back := views.ReleaseAct{Value: "back", Label: l.Text("Take back"), Danger: true}
	switch {
	case s.state == db.ReleaseOut:
		return l.Text("Take it back from everybody?"), []string{
			l.Text("Everybody can read this text now, on any server."),
			l.Text("If you take it back, its public page closes and servers that were sent it are asked to erase it. What people or other servers saved meanwhile is out of reach."),
		}, []views.ReleaseAct{back}
	case s.state == db.ReleaseAsked && s.author:
		return l.Text("May everybody read this?"), []string{l.Text("The community would like to open this text of yours to everybody."), alone}, []views.ReleaseAct{
			{Value: "yes", Label: l.Text("I agree"), First: true}, {Value: "no", Label: l.Text("No")},
		}
	case s.state == db.ReleaseAsked:
		return l.Text("Waits for its author"), []string{l.Text("%s was asked and has not answered yet. Nothing is open before.", s.Post.Author.Label())}, []views.ReleaseAct{
			{Value: "back", Label: l.Text("Ask no more")},
		}
	case !s.decides:
		return l.Text("Not open to everybody"), []string{l.Text("Only members read this text.")}, nil
	}
	explain = []string{alone}
	if s.state == db.ReleaseRefused {
		explain = append([]string{l.Text("Its author said no before.")}, explain...)
	}
	act := views.ReleaseAct{Value: "open", Label: l.Text("Open to everybody"), First: true}
	if !s.author {
		act.Label = l.Text("Ask its author")
		explain = append(explain, l.Text("%s is asked first; nothing is open before they agree.", s.Post.Author.Label()))
	}
	return l.Text("Open this to everybody?"), explain, []views.ReleaseAct{act}
}

// release handles POST /p/:id/release: open, yes and no of the author, back.
func (d *Pages) release(c echo.Context) error {
	s, err := d.standAt(c)
	if err != nil {
		return err
	}
	l, answer, me := d.Loc(c), c.FormValue("answer"), frame.Me(c)
	done := l.Text("Taken back. Servers that were sent it are asked to erase it.")
	err = d.InTx(c, func(ctx context.Context, tx *db.Store) error {
		switch answer {
		case "open":
			if done = l.Text("Its author is asked."); s.author {
				done = l.Text("Everybody can read it now.")
			}
			return d.rules.Release(ctx, tx, me, s.Post)
		case "yes", "no":
			if done = l.Text("It stays with the members."); answer == "yes" {
				done = l.Text("Everybody can read it now.")
			}
			return d.rules.Consent(ctx, tx, me, s.Post, answer)
		}
		return d.rules.TakeBack(ctx, tx, me, s.Post)
	})
	if no, is := frame.Refusal(err); is {
		return d.releasePage(c, http.StatusUnprocessableEntity, s, d.Sentence(l, no))
	}
	if err != nil {
		return fmt.Errorf("release post %d: %w", s.Post.ID, err)
	}
	return d.done(c, done, postPath(s.Post))
}

// Open shows a released post to a reader who may not see what stands around it; before is what the
// page answered them, and answers where the post was not released.
func (d *Pages) Open(c echo.Context, before error) error {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || !frame.IsMissing(before) {
		return before
	}
	ctx := c.Request().Context()
	post, err := d.store.PostByID(ctx, id)
	if err != nil {
		return before
	}
	if _, err := d.rules.Released(ctx, d.store, post); errors.Is(err, db.ErrNotFound) || !post.Author.Active() {
		return before
	} else if err != nil {
		return fmt.Errorf("load release: %w", err)
	}
	g, err := d.store.GroupByID(ctx, post.GroupID)
	if err != nil || !g.Actor.Active() {
		return before
	}
	files, err := d.store.AttachmentsOf(ctx, []int64{post.ID})
	if err != nil {
		return fmt.Errorf("load what goes with released post %d: %w", post.ID, err)
	}
	p := views.Released{
		Community: ui.Link{Label: g.Actor.Label(), URL: "/c/" + d.PathHandle(g.Actor)}, Openness: frame.OpennessOf(g), Heading: headingOf(post),
		By: d.Face(post.Author), From: origin(post), At: post.PublishedAt.Time, Reply: !post.Starts(),
		Body: ui.HTML(post.Content), Files: frame.Files(files[post.ID]), Lang: post.Lang, Join: "/c/" + d.PathHandle(g.Actor) + "/join",
	}
	if p.Shell, err = d.ShellIn(c, p.Heading, g); err != nil {
		return err
	}
	return d.Page(c, http.StatusOK, p)
}

func origin(p *db.Post) ui.Origin {
	if p.Local {
		return ui.Origin{Door: ui.ByWeb}
	}
	return ui.Origin{Door: ui.ByPeer, From: p.Author.Host}
}
