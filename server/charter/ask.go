package charter

import (
	"context"
	"fmt"
	"html"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// askAll asks every founder who is known and was not asked yet.
func (r *Rules) askAll(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter) error {
	list, err := tx.FoundersOf(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load founders of group %d: %w", g.ActorID, err)
	}
	for _, f := range list {
		if f.State != db.FounderNamed {
			continue
		}
		if err := r.ask(ctx, tx, g, c, f); err != nil {
			return err
		}
	}
	return nil
}

// ask puts the charter to one founder: here by a line in the inbox, elsewhere by a direct Note, for
// their server shows nothing else; another Copse gets the charter itself as well.
func (r *Rules) ask(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter, f *db.Founder) error {
	who, err := tx.ActorByID(ctx, f.ActorID)
	if err != nil {
		return fmt.Errorf("load founder %s: %w", f.Address, err)
	}
	f.State, f.AskedAt = db.FounderAsked, tx.Now()
	if who.Local {
		n := db.Notification{Kind: db.NotifyCharter, ActorID: c.AuthorID, GroupID: g.ActorID, Note: "asked"}
		if err := community.Notify(ctx, tx, who.ID, n); err != nil {
			return err
		}
		return tx.SaveFounder(ctx, f)
	}
	if f.NoticeURI, err = r.sendAsk(ctx, tx, g, c, who); err != nil {
		return err
	}
	if err := tx.SaveFounder(ctx, f); err != nil {
		return err
	}
	return r.showTo(ctx, tx, g, c, who)
}

// sendAsk sends the direct Note and answers its id. Who answers it answers the charter.
func (r *Rules) sendAsk(ctx context.Context, tx *db.Store, g *db.Group, c *db.Charter, to *db.Actor) (string, error) {
	by, err := tx.ActorByID(ctx, c.AuthorID)
	if err != nil {
		return "", fmt.Errorf("load who proposes charter %d: %w", c.ID, err)
	}
	link := r.Page(g)
	asked := r.words(c.Language, "charter-ask", map[string]string{"person": by.Label(), "group": g.Actor.Label()})
	how := r.words(c.Language, "charter-ask-how", nil)
	others := r.words(c.Language, "charter-ask-others", map[string]string{"words": SignHint()})
	body := content.Sanitise(fmt.Sprintf(
		`<p><span class="h-card"><a href="%s" class="u-url mention">@<span>%s</span></a></span> %s</p>`,
		html.EscapeString(pageOf(to)), html.EscapeString(to.Handle), html.EscapeString(asked)) +
		"<blockquote>" + content.Reduce(content.Markdown(c.Fields.Purpose)) + "</blockquote>" +
		fmt.Sprintf(`<p>%s</p><p>%s</p><p><a href="%[3]s">%[3]s</a></p>`, html.EscapeString(how), html.EscapeString(others), html.EscapeString(link)))
	id := tx.NewID()
	p := &db.Post{
		ID: id, URI: r.iris.Object(id), GroupID: g.ActorID, AuthorID: g.ActorID, Author: g.Actor, Local: true,
		Kind: db.KindNote, Content: body, Lang: c.Language, State: db.PostPublished, StateReason: "charter-ask",
		Visibility: db.VisibilityDirect,
	}
	if err := tx.CreatePost(ctx, p, nil); err != nil {
		return "", fmt.Errorf("store question to %s: %w", to.URI, err)
	}
	if err := tx.PutMentions(ctx, p.ID, []int64{to.ID}); err != nil {
		return "", fmt.Errorf("name %s: %w", to.URI, err)
	}
	doc := vocab.PostDoc{
		ID: p.URI, Type: "Note", AttributedTo: g.Actor.URI, To: []string{to.URI}, Content: body,
		ContentMap: map[string]string{p.Lang: body}, URL: r.iris.PostPage(p.ID), Published: p.PublishedAt.Time,
		Tag: []vocab.TagDoc{{Type: "Mention", Href: to.URI, Name: "@" + to.Acct()}},
	}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: p.URI, GroupID: g.ActorID, PostID: p.ID, To: toInbox(to),
		Doc: vocab.ActivityDoc{Type: "Create", To: doc.To, Object: &doc},
	})
	if err != nil {
		return "", fmt.Errorf("ask %s to sign: %w", to.URI, err)
	}
	p.CreateActivityID = act.ID
	return p.URI, tx.SavePost(ctx, p)
}

// toInbox is one person's own inbox; nobody where the person is ours.
func toInbox(a *db.Actor) []db.Audience {
	if a.Local || a.Inbox == "" || !a.Active() {
		return nil
	}
	return []db.Audience{{Inboxes: []db.FollowerInbox{{Inbox: a.Inbox, Host: a.Host}}}}
}

func pageOf(a *db.Actor) string {
	if a.URL != "" {
		return a.URL
	}
	return a.URI
}
