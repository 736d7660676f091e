package charter

import (
	"context"
	"fmt"
	"html"
	"strconv"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// say tells every follower in words that a charter is in force: a Note of the group, which
// microblogs show where they would show an Article as a link or not at all (domain.md 3a.3). It is
// pinned in place of the one before it: Mastodon shows only pins that the group wrote itself.
func (r *Rules) say(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter) error {
	if err := r.unpin(ctx, tx, g); err != nil {
		return err
	}
	args := map[string]string{"group": g.Actor.Label(), "version": strconv.FormatInt(c.Version, 10)}
	title := content.PlainName(r.words(c.Language, "charter-adopted-title", args))
	link := r.VersionPage(g, c.Version)
	body := content.Markdown(c.Fields.Purpose) + content.Sanitise(fmt.Sprintf(`<p>%s</p><p><a href="%[2]s">%[2]s</a></p>`,
		html.EscapeString(r.words(c.Language, "charter-adopted", args)), html.EscapeString(link)))
	id := tx.NewID()
	p := &db.Post{
		ID: id, URI: r.iris.Object(id), GroupID: g.ActorID, AuthorID: g.ActorID, Author: g.Actor, Local: true,
		Kind: db.KindDiscussion, Title: title, Content: body, Source: content.Text(body), SourceType: "text/markdown",
		Lang: c.Language, State: db.PostPublished, StateReason: adopted, Visibility: db.VisibilityPublic, PinnedAt: tx.Now(),
	}
	if err := tx.CreatePost(ctx, p, nil); err != nil {
		return fmt.Errorf("say that charter %d is adopted: %w", c.ID, err)
	}
	if err := tx.IndexPost(ctx, p.ID, p.Title, content.Text(p.Content)); err != nil {
		return fmt.Errorf("index post %d: %w", p.ID, err)
	}
	to, cc := []string{g.Actor.URI, vocab.Public}, []string{g.Actor.FollowersURI}
	if g.Openness != db.OpennessOpen {
		to, cc = []string{g.Actor.URI, g.Actor.FollowersURI}, nil
	}
	words := content.WithVia(content.WithTitle(title, content.Reduce(body)), g.Actor.URL, g.Actor.Acct())
	doc := vocab.PostDoc{
		ID: p.URI, Type: "Note", AttributedTo: g.Actor.URI, To: to, Cc: cc, Audience: g.Actor.URI, Content: words,
		ContentMap: map[string]string{p.Lang: words}, URL: r.iris.DiscussionPage(p.ID), Published: p.PublishedAt.Time,
		Context: r.iris.Context(p.ID), Source: vocab.Markdown(content.SourceOf(title, p.Source)),
		Tag:      []vocab.TagDoc{{Type: "Mention", Href: g.Actor.URI, Name: "@" + g.Actor.Acct()}},
		TermsDoc: vocab.TermsDoc{Kind: p.Kind, Title: title, About: c.URI},
	}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: p.URI, GroupID: g.ActorID, PostID: p.ID, Public: g.Openness == db.OpennessOpen,
		Doc: vocab.ActivityDoc{Type: "Create", To: to, Cc: cc, Audience: g.Actor.URI, Object: &doc},
		To:  []db.Audience{{FollowersOf: g.ActorID}},
	})
	if err != nil {
		return fmt.Errorf("say that charter %d is adopted: %w", c.ID, err)
	}
	p.CreateActivityID = act.ID
	return tx.SavePost(ctx, p)
}

// adopted marks the Note that says which charter is in force.
const adopted = "charter-adopted"

// unpin takes the Note about the version before from the top.
func (r *Rules) unpin(ctx context.Context, tx *db.Store, g *db.Group) error {
	pinned, err := tx.PinnedIn(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("list pinned of group %d: %w", g.ActorID, err)
	}
	for _, p := range pinned {
		if p.StateReason != adopted || p.AuthorID != g.ActorID {
			continue
		}
		p.PinnedAt = db.Time{}
		if err := tx.SavePost(ctx, p); err != nil {
			return fmt.Errorf("unpin post %d: %w", p.ID, err)
		}
	}
	return nil
}
