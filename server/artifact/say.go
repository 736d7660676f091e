package artifact

import (
	"context"
	"crypto/rand"
	"fmt"
	"html"
	"strconv"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/practice"
)

// say tells followers on microblogs in words that there is a new version (domain.md 3e): they were
// shown the artifact once, and a changed post is not shown again.
func (r *Rules) say(ctx context.Context, tx *db.Store, g *db.Group, a *db.Artifact, v *db.ArtifactVersion) error {
	link := r.iris.Page(practice.Page(a.ID))
	args := map[string]string{"title": v.Title, "version": strconv.FormatInt(v.Number, 10)}
	title := r.words(a.Lang, "artifact-version", args)
	body := content.Sanitise(fmt.Sprintf(`<p>%s</p><p><a href="%[2]s">%[2]s</a></p>`, html.EscapeString(v.ChangeNote), html.EscapeString(link)))
	id := tx.NewID()
	words := content.WithVia(content.WithTitle(title, content.Reduce(body)), g.Actor.URL, g.Actor.Acct())
	to, cc := []string{g.Actor.URI, vocab.Public}, []string{g.Actor.FollowersURI}
	if g.Openness != db.OpennessOpen {
		to, cc = []string{g.Actor.URI, g.Actor.FollowersURI}, nil
	}
	p := &db.Post{
		ID: id, URI: r.iris.Object(id), GroupID: g.ActorID, AuthorID: g.ActorID, Author: g.Actor, Local: true, Kind: db.KindNote,
		Title: title, Content: body, Source: content.Text(body), SourceType: "text/markdown", Lang: a.Lang,
		State: db.PostPublished, StateReason: "artifact-version", Visibility: db.VisibilityPublic,
	}
	if err := tx.CreatePost(ctx, p, nil); err != nil {
		return fmt.Errorf("say that artifact %d has a new version: %w", a.ID, err)
	}
	doc := vocab.PostDoc{
		ID: p.URI, Type: "Note", AttributedTo: g.Actor.URI, To: to, Cc: cc, Audience: g.Actor.URI, Content: words,
		ContentMap: map[string]string{a.Lang: words}, URL: link, Published: p.PublishedAt.Time, Context: r.iris.Context(p.ID),
		Source:   vocab.Markdown(content.SourceOf(title, p.Source)),
		Tag:      []vocab.TagDoc{{Type: "Mention", Href: g.Actor.URI, Name: "@" + g.Actor.Acct()}},
		TermsDoc: vocab.TermsDoc{Kind: p.Kind, Title: title, About: a.URI},
	}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: p.URI, GroupID: g.ActorID, PostID: p.ID, Public: g.Openness == db.OpennessOpen,
		Doc: vocab.ActivityDoc{Type: "Create", To: to, Cc: cc, Audience: g.Actor.URI, Object: &doc},
		To:  []db.Audience{{FollowersOf: g.ActorID, Families: []string{db.FamilyMicroblog, ""}}},
	})
	if err != nil {
		return fmt.Errorf("say that artifact %d has a new version: %w", a.ID, err)
	}
	p.CreateActivityID = act.ID
	return tx.SavePost(ctx, p)
}

// question is a draft that somebody puts to a reviewer.
type question struct {
	a      *db.Artifact
	review *db.ArtifactReview
	by     *db.Actor
}

// askOne puts a draft to one reviewer: here by a line in the inbox, on another Copse as an Offer with
// the frozen draft, elsewhere by a direct Note with all of the text. It answers the id of what asked.
func (r *Rules) askOne(ctx context.Context, tx *db.Store, g *db.Group, one question) (string, error) {
	a, review, by := one.a, one.review, one.by
	who := review.Reviewer
	if who.Local {
		return "", tell(ctx, tx, a, line{who.ID, by.ID, "review"})
	}
	h, err := tx.DialectOf(ctx, who.Host)
	if err != nil {
		return "", fmt.Errorf("load host %s: %w", who.Host, err)
	}
	if h.Software == "copse" {
		return r.offerDraft(ctx, tx, g, a, review)
	}
	return r.noteDraft(ctx, tx, g, one)
}

// offerDraft sends the frozen draft.
func (r *Rules) offerDraft(ctx context.Context, tx *db.Store, g *db.Group, a *db.Artifact, review *db.ArtifactReview) (string, error) {
	doc := r.draftDoc(a, g.Actor.URI, g)
	doc.To, doc.Cc = []string{review.Reviewer.URI}, nil
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: g.Actor, ObjectURI: a.URI, GroupID: g.ActorID, To: toInbox(review.Reviewer),
		Doc: vocab.ActivityDoc{Type: "Offer", To: doc.To, Object: &doc, Target: &vocab.TargetDoc{ID: review.Reviewer.URI, Type: "Person"}},
	})
	if err != nil {
		return "", fmt.Errorf("offer draft %d to %s: %w", a.ID, review.Reviewer.URI, err)
	}
	return act.URI, nil
}

// draftDoc is a draft as it travels to those who were asked, and to nobody else.
func (r *Rules) draftDoc(a *db.Artifact, by string, g *db.Group) vocab.PostDoc {
	source := practice.Compose(practice.Frozen{Title: a.Title, Abstract: a.Abstract}, a.Blocks.List, r.kinds.Of(a.Kind))
	doc := vocab.PostDoc{
		ID: a.URI, Type: "Article", AttributedTo: by, Audience: g.Actor.URI, Name: a.Title, Summary: a.Abstract,
		Content: content.Reduce(practice.HTML(source)), Source: vocab.Markdown(source), URL: r.iris.Page(practice.Page(a.ID)),
		Published: a.CreatedAt.Time,
	}
	doc.ContentMap = map[string]string{a.Lang: doc.Content}
	doc.ArtifactKind, doc.Stage, doc.License, doc.DerivedFrom = a.Kind, db.StageReview, a.Licence, a.Links.BasedOn
	doc.Version, doc.Revision, doc.ContentHash = int(a.Version)+1, a.Revision, practice.HashOf(source)
	doc.Maturity, doc.Validity, doc.For = a.Maturity, a.Validity, a.Audience
	return doc
}

// noteDraft asks by a direct Note. Whoever answers it with a verdict's word judges.
func (r *Rules) noteDraft(ctx context.Context, tx *db.Store, g *db.Group, one question) (string, error) {
	a, to, by := one.a, one.review.Reviewer, one.by
	key := rand.Text()
	if err := tx.PutReadKey(ctx, key, a.ID, to.ID); err != nil {
		return "", fmt.Errorf("give %s a key to draft %d: %w", to.URI, a.ID, err)
	}
	page := r.iris.Page(practice.Page(a.ID) + "/review?key=" + key)
	source := practice.Compose(practice.Frozen{Title: a.Title, Abstract: a.Abstract}, a.Blocks.List, r.kinds.Of(a.Kind))
	body := content.Sanitise(fmt.Sprintf(
		`<p><span class="h-card"><a href="%s" class="u-url mention">@<span>%s</span></a></span> %s</p><p>%s</p>`,
		html.EscapeString(pageOf(to)), html.EscapeString(to.Handle),
		html.EscapeString(r.words(a.Lang, "artifact-ask", map[string]string{"person": by.Label(), "title": a.Title, "group": g.Actor.Label()})),
		html.EscapeString(r.words(a.Lang, "artifact-ask-how", nil))) +
		"<blockquote>" + content.Reduce(practice.HTML(source)) + "</blockquote>" + fmt.Sprintf(`<p><a href="%[1]s">%[1]s</a></p>`, html.EscapeString(page)))
	id := tx.NewID()
	p := &db.Post{
		ID: id, URI: r.iris.Object(id), GroupID: g.ActorID, AuthorID: g.ActorID, Author: g.Actor, Local: true,
		Kind: db.KindNote, Content: body, Lang: a.Lang, State: db.PostPublished, StateReason: "artifact-ask", Visibility: db.VisibilityDirect,
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
		return "", fmt.Errorf("ask %s to review: %w", to.URI, err)
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
