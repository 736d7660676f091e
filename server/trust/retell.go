package trust

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// What a new follower is told of: microblogs lose all that was sent before the Accept.
const (
	welcomeAge   = 14 * 24 * time.Hour
	welcomePosts = 5
)

// Retell tells followers on software that can't keep the true posts among members what somebody
// said or changed in a group that is not open: in a Note of the group itself, to its followers, in
// words that name the author (wire.md 6b). The activity is the one that the group passes on.
func (r *Rules) Retell(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity) error {
	if a.PostID == 0 || !g.Actor.Local || g.Openness == db.OpennessOpen {
		return nil
	}
	if err := r.followRelease(ctx, tx, g, a); err != nil {
		return err
	}
	told, err := tx.RetellingOf(ctx, a.PostID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load retelling of post %d: %w", a.PostID, err)
	}
	known := err == nil
	switch {
	case a.Type == "Delete" && known:
		return r.publish(ctx, tx, told, telling{group: g, act: vocab.ActivityDoc{Type: "Delete", Object: r.Tombstone(told, tx.Now())}, to: toFollowers(g)})
	case a.Type != "Create" && (a.Type != "Update" || !known):
		return nil
	}
	speaks, err := r.speaks(ctx, tx, g)
	if err != nil || !speaks {
		return err
	}
	p, err := tx.PostByID(ctx, a.PostID)
	if err != nil {
		return fmt.Errorf("load post %d: %w", a.PostID, err)
	}
	return r.tell(ctx, tx, p, telling{group: g, act: vocab.ActivityDoc{Type: a.Type}, to: toFollowers(g)})
}

// Welcome tells a follower who was let in just now of the newest discussions.
func (r *Rules) Welcome(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	if who.Local || !g.Actor.Local || g.Openness == db.OpennessOpen || who.Inbox == "" {
		return nil
	}
	copies, err := tx.CopiesToClients(ctx, g)
	if err != nil || !copies {
		return err
	}
	kept, err := tx.PromisingHosts(ctx, []string{who.Host})
	if err != nil || len(kept) > 0 {
		return err
	}
	list, err := tx.StartersIn(ctx, g.ActorID, 0, welcomePosts)
	if err != nil {
		return fmt.Errorf("load newest discussions of %s: %w", g.Actor.URI, err)
	}
	to := []db.Audience{{Inboxes: []db.FollowerInbox{{Inbox: who.Inbox, Host: who.Host}}}}
	for i := len(list) - 1; i >= 0; i-- { // oldest first, as they would have come
		if tx.Now().Sub(list[i].PublishedAt.Time) > welcomeAge {
			continue
		}
		if err := r.tell(ctx, tx, list[i], telling{group: g, act: vocab.ActivityDoc{Type: "Create"}, to: to}); err != nil {
			return err
		}
	}
	return nil
}

// speaks says whether anybody would hear what a group says in its own name.
func (r *Rules) speaks(ctx context.Context, tx *db.Store, g *db.Group) (bool, error) {
	copies, err := tx.CopiesToClients(ctx, g)
	if err != nil || !copies {
		return false, err
	}
	hosts, err := tx.HostsOfFollowers(ctx, g.ActorID)
	if err != nil {
		return false, fmt.Errorf("load hosts of followers of %s: %w", g.Actor.URI, err)
	}
	kept, err := tx.PromisingHosts(ctx, hosts)
	return len(kept) < len(hosts), err
}

func toFollowers(g *db.Group) []db.Audience {
	return []db.Audience{{FollowersOf: g.ActorID, Promise: db.PromiseNone}}
}

// telling is what a group says in its own name, and to whom.
type telling struct {
	group *db.Group
	act   vocab.ActivityDoc
	to    []db.Audience
}

func (r *Rules) tell(ctx context.Context, tx *db.Store, p *db.Post, t telling) error {
	if p.State != db.PostPublished || p.Visibility == db.VisibilityDirect {
		return nil
	}
	told, err := tx.EnsureRetelling(ctx, t.group.ActorID, p.ID)
	if err != nil {
		return fmt.Errorf("store retelling of post %d: %w", p.ID, err)
	}
	doc, err := r.RetoldDoc(ctx, tx, t.group, p)
	if err != nil {
		return err
	}
	doc.AtContext = ""
	t.act.Object = &doc
	if t.act.Type == "Update" {
		t.act.Updated = r.pub.Now()
	}
	return r.publish(ctx, tx, told, t)
}

// publish sends an act about a retelling. The followers stand in to, and nobody beside them:
// GoToSocial drops the post otherwise.
func (r *Rules) publish(ctx context.Context, tx *db.Store, told *db.Retelling, t telling) error {
	g := t.group
	t.act.To = []string{g.Actor.FollowersURI}
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, Doc: t.act, ObjectURI: r.iris.Object(told.ID), GroupID: g.ActorID, PostID: told.PostID, To: t.to,
	})
	if err != nil {
		return fmt.Errorf("tell followers of post %d: %w", told.PostID, err)
	}
	return nil
}

// RetoldDoc is the group's own Note about a post.
func (r *Rules) RetoldDoc(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) (vocab.PostDoc, error) {
	told, err := tx.EnsureRetelling(ctx, g.ActorID, p.ID)
	if err != nil {
		return vocab.PostDoc{}, fmt.Errorf("store retelling of post %d: %w", p.ID, err)
	}
	files, err := tx.AttachmentsOf(ctx, []int64{p.ID})
	if err != nil {
		return vocab.PostDoc{}, fmt.Errorf("load what goes with retold post %d: %w", p.ID, err)
	}
	sensitive := p.Sensitive
	doc := vocab.PostDoc{
		AtContext: vocab.ObjectContext, ID: r.iris.Object(told.ID), Type: "Note", AttributedTo: g.Actor.URI,
		To: []string{g.Actor.FollowersURI}, Audience: g.Actor.URI, Content: r.retold(g, p), URL: r.iris.PostPage(p.ID),
		Published: p.PublishedAt.Time, Updated: p.EditedAt.Time, Sensitive: &sensitive, Summary: p.Summary,
		Context: r.iris.Context(p.DiscussionID), Attachment: community.Attached(files[p.ID]),
		Tag: []vocab.TagDoc{{Type: "Mention", Href: g.Actor.URI, Name: "@" + g.Actor.Acct()}},
	}
	doc.Conversation = doc.Context
	doc.ContentMap = map[string]string{langOf(g, p): doc.Content}
	if p.Starts() {
		doc.URL = r.iris.DiscussionPage(p.ID)
		return doc, nil
	}
	above, err := tx.EnsureRetelling(ctx, g.ActorID, p.ReplyToID)
	if err != nil {
		return doc, fmt.Errorf("store retelling of post %d: %w", p.ReplyToID, err)
	}
	doc.InReplyTo = r.iris.Object(above.ID)
	return doc, nil
}

// retold is a post in the words of its group: who says it, from where, then what they say.
func (r *Rules) retold(g *db.Group, p *db.Post) string {
	code := "retold-answer"
	if p.Starts() {
		code = "retold-start"
	}
	from := p.Author.Organisation
	if from == "" {
		from = p.Author.Host
	}
	words := r.words(langOf(g, p), code, map[string]string{"person": p.Author.Label(), "host": from})
	body := "<p>" + html.EscapeString(words) + "</p>" + content.WithTitle(p.Title, content.Reduce(p.Content))
	return content.WithVia(body, g.Actor.URL, g.Actor.Acct())
}

func langOf(g *db.Group, p *db.Post) string {
	if p.Lang != "" {
		return p.Lang
	}
	if first, _, _ := strings.Cut(g.Languages, " "); first != "" {
		return first
	}
	return "en"
}

// Tombstone stands where a retelling was.
func (r *Rules) Tombstone(told *db.Retelling, at db.Time) *vocab.TombstoneDoc {
	return &vocab.TombstoneDoc{ID: r.iris.Object(told.ID), Type: "Tombstone", FormerType: "Note", Deleted: at.Time}
}
