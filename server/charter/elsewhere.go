package charter

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// Answer sends what one of ours says to the charter of a group elsewhere: a Note to the group, which
// decides whether it counts. Here it shows as sent.
func (r *Rules) Answer(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter, w Word) error {
	switch {
	case w.By == nil:
		return community.Refuse(community.Forbidden, "signed-out")
	case !w.By.Active():
		return community.Refuse(community.Forbidden, "suspended")
	case g.Actor.Local || !g.Actor.Active():
		return community.Refuse(community.Conflict, "charter-not-proposed")
	case c.State != db.CharterProposed && c.State != db.CharterAdopted:
		return community.Refuse(community.Conflict, "charter-not-proposed")
	}
	text := clip(w.Text)
	if text == "" {
		return community.RefuseField("text", "text-empty")
	}
	id := tx.NewID()
	p := &db.Post{
		ID: id, URI: r.iris.Object(id), GroupID: g.ActorID, AuthorID: w.By.ID, Author: w.By, Local: true,
		Kind: db.KindComment, ReplyToURI: c.URI, Content: content.Markdown(text), Source: text, SourceType: "text/markdown",
		Lang: c.Language, State: db.PostPublished, Visibility: db.VisibilityDirect, Door: DoorWeb,
	}
	if err := tx.CreatePost(ctx, p, nil); err != nil {
		return fmt.Errorf("answer charter %s: %w", c.URI, err)
	}
	if err := tx.PutMentions(ctx, p.ID, []int64{g.ActorID}); err != nil {
		return fmt.Errorf("name %s: %w", g.Actor.URI, err)
	}
	doc := vocab.PostDoc{
		ID: p.URI, Type: "Note", AttributedTo: w.By.URI, To: []string{g.Actor.URI}, InReplyTo: c.URI, Content: p.Content,
		URL: r.iris.PostPage(p.ID), Published: p.PublishedAt.Time, Source: vocab.Markdown(p.Source),
		Tag: []vocab.TagDoc{{Type: "Mention", Href: g.Actor.URI, Name: "@" + g.Actor.Acct()}},
	}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: w.By, ObjectURI: p.URI, GroupID: g.ActorID, PostID: p.ID, To: toInbox(g.Actor),
		Doc: vocab.ActivityDoc{Type: "Create", To: doc.To, Object: &doc},
	})
	if err != nil {
		return fmt.Errorf("send answer to charter %s: %w", c.URI, err)
	}
	p.CreateActivityID = act.ID
	if err := tx.SavePost(ctx, p); err != nil {
		return err
	}
	if !understand(text).signs {
		_, err = tx.PutRemark(ctx, &db.CharterRemark{CharterID: c.ID, ActorID: w.By.ID, Kind: db.RemarkComment, Text: text, Door: DoorWeb, URI: p.URI})
		return err
	}
	if _, err = tx.SignCharter(ctx, &db.CharterSignature{CharterID: c.ID, ActorID: w.By.ID, Text: text, Door: DoorWeb, ActivityURI: act.URI}); err != nil {
		return err
	}
	if err := commit(ctx, tx, c, Word{By: w.By, Text: text, Door: DoorWeb}); err != nil {
		return err
	}
	return r.enter(ctx, tx, g, c, p)
}

// enter makes one of ours who signs what they were asked to found a member to be, as the home of the
// group does by the same words, and a follower, so that this server hears what becomes of it. The
// answer names the Note that signed.
func (r *Rules) enter(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter, p *db.Post) error {
	asked, err := tx.AskedDirectly(ctx, g.ActorID, p.AuthorID)
	if err != nil || !asked || c.Version != 1 {
		return err
	}
	old, err := none(tx.MembershipOf(ctx, g.ActorID, p.AuthorID))
	if err != nil {
		return fmt.Errorf("load membership of %s: %w", p.Author.URI, err)
	}
	if old == nil || !old.Belongs() {
		m := &db.Membership{GroupID: g.ActorID, ActorID: p.AuthorID, URI: p.URI, Status: db.MemberPending, Door: DoorWeb}
		if err := tx.PutMembership(ctx, m); err != nil {
			return fmt.Errorf("wait for %s: %w", g.Actor.URI, err)
		}
	}
	_, err = r.com.Follow(ctx, tx, p.Author, g.Actor)
	return err
}
