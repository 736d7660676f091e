package exchange

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// Start opens a discussion in a group of ours or elsewhere. In one elsewhere it waits until the
// group has passed it on.
func (r *Rules) Start(ctx context.Context, tx *db.Store, d *Draft) (*db.Post, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	if d.ToFacilitators {
		return r.writeToFacilitators(ctx, tx, d)
	}
	if err := r.PermitStart(ctx, tx, d.Group, d.Author); err != nil {
		return nil, err
	}
	p, err := r.write(ctx, tx, d, db.KindDiscussion)
	if err != nil {
		return nil, fmt.Errorf("start discussion: %w", err)
	}
	return p, r.afterWriting(ctx, tx, d.Group, p)
}

// write stores a post of ours: its text, who it names, its tags and its place.
func (r *Rules) write(ctx context.Context, tx *db.Store, d *Draft, kind string) (*db.Post, error) {
	html, named := render(d)
	id := tx.NewID()
	p := &db.Post{
		ID: id, URI: r.iris.Object(id), AuthorID: d.Author.ID, Author: d.Author, Local: true,
		Kind: kind, Title: d.Title, Content: html, Source: d.Source, SourceType: "text/markdown",
		Summary: d.Summary, Sensitive: d.Summary != "", Lang: language(d.Lang, d.Group),
		Visibility: db.VisibilityPublic, Door: d.Door, WithFollowers: d.WithFollowers,
	}
	if d.Group != nil {
		p.GroupID = d.Group.ActorID
	}
	var err error
	if p.State, err = r.firstState(ctx, tx, d.Group, d.Author, html); err != nil {
		return nil, err
	}
	if below(db.PostHeld, d.Parent) || d.waits(html) || d.held {
		p.State = db.PostHeld
	}
	if d.unlisted {
		p.State, p.Visibility = db.PostPublished, db.VisibilityUnlisted // a group's own words wait for nobody
	}
	if d.ToFacilitators {
		p.State, p.Visibility = db.PostPublished, db.VisibilityDirect
	}
	if err := tx.CreatePost(ctx, p, d.Parent); err != nil {
		return nil, err
	}
	if d.ToFacilitators {
		named = d.confidants // whom a private text merely names is not let in by that
	}
	if err := r.kinds.stored(ctx, tx, p, nil); err != nil {
		return nil, err
	}
	if d.Kept != nil {
		if err := d.Kept(ctx, tx, p); err != nil {
			return nil, err
		}
	}
	return p, r.keepParts(ctx, tx, p, parts{mentions: named, tags: content.Hashtags(d.Source), use: d.Use})
}

// render turns Markdown into the HTML that is kept, with the people it names linked.
func render(d *Draft) (html string, named []int64) {
	targets := make(map[string]content.MentionTarget, len(d.Mentions))
	for _, handle := range slices.Sorted(maps.Keys(d.Mentions)) {
		a := d.Mentions[handle]
		targets[handle] = content.MentionTarget{URL: pageOf(a)}
		named = append(named, a.ID)
	}
	return content.LinkMentions(content.Markdown(d.Source), targets), named
}

func pageOf(a *db.Actor) string {
	if a.URL != "" {
		return a.URL
	}
	return a.URI
}

// firstState is where a new post of ours begins: published, held for a moderator, or waiting for
// a group elsewhere.
func (r *Rules) firstState(ctx context.Context, tx *db.Store, g *db.Group, author *db.Actor, html string) (string, error) {
	if g == nil {
		return db.PostPublished, nil
	}
	if !g.Actor.Local {
		return db.PostWaiting, nil
	}
	hold, err := r.com.Hold(ctx, tx, g, author, content.HasLinks(html))
	if err != nil {
		return "", err
	}
	if hold {
		return db.PostHeld, nil
	}
	return db.PostPublished, nil
}

// parts are the rows that go with a post.
type parts struct {
	body     string // of what comes over the wire: as it was written, before a title was taken out of it
	mentions []int64
	tags     []string
	files    []*db.Attachment
	article  *vocab.Object   // of an artifact from elsewhere
	use      *db.ArtifactUse // what an answer reports of the artifact above it
}

func (r *Rules) keepParts(ctx context.Context, tx *db.Store, p *db.Post, with parts) error {
	if len(with.mentions) > 0 {
		if err := tx.PutMentions(ctx, p.ID, with.mentions); err != nil {
			return fmt.Errorf("keep mentions of post %d: %w", p.ID, err)
		}
	}
	if len(with.tags) > 0 {
		if err := tx.PutTags(ctx, p.ID, with.tags); err != nil {
			return fmt.Errorf("keep tags of post %d: %w", p.ID, err)
		}
	}
	if len(with.files) > 0 {
		if err := tx.PutAttachments(ctx, p.ID, with.files); err != nil {
			return fmt.Errorf("keep attachments of post %d: %w", p.ID, err)
		}
	}
	if err := r.keepKnowledge(ctx, tx, p, with); err != nil {
		return err
	}
	switch {
	case p.Visibility == db.VisibilityDirect:
		return nil // private words are not findable
	case p.EditedAt.IsZero():
		return tx.IndexPost(ctx, p.ID, p.Title, content.Text(p.Content))
	}
	return tx.ReindexPost(ctx, p.ID, p.Title, content.Text(p.Content))
}

// replaceParts is keepParts for a post that had parts before: what its new form lacks goes.
func (r *Rules) replaceParts(ctx context.Context, tx *db.Store, p *db.Post, with parts) error {
	if len(with.mentions) == 0 && p.Visibility != db.VisibilityDirect { // a private post stays with those it was for
		if err := tx.PutMentions(ctx, p.ID, nil); err != nil {
			return fmt.Errorf("drop mentions of post %d: %w", p.ID, err)
		}
	}
	if len(with.tags) == 0 {
		if err := tx.PutTags(ctx, p.ID, nil); err != nil {
			return fmt.Errorf("drop tags of post %d: %w", p.ID, err)
		}
	}
	if len(with.files) == 0 {
		if err := tx.PutAttachments(ctx, p.ID, nil); err != nil {
			return fmt.Errorf("drop attachments of post %d: %w", p.ID, err)
		}
	}
	return r.keepParts(ctx, tx, p, with)
}

// afterWriting publishes a post of ours, or tells the moderators that it waits.
func (r *Rules) afterWriting(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	if p.State == db.PostHeld {
		return r.notifyHeld(ctx, tx, g, p)
	}
	if err := r.publishCreate(ctx, tx, g, p); err != nil {
		return err
	}
	if p.State != db.PostPublished {
		return nil
	}
	if err := r.notifyNew(ctx, tx, g, p); err != nil {
		return err
	}
	return r.kinds.shown(ctx, tx, g, p)
}
