package exchange

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// Kinds is what the rules of some kind of discussion add to those of talk. What is nil adds nothing.
type Kinds struct {
	// Of says what kind a post from elsewhere is that starts a discussion in g; "" leaves it as it is.
	Of func(doc *vocab.Object, p *db.Post, g *db.Group) string
	// Hold says that a post from elsewhere waits for a look, whatever the group's policy.
	Hold func(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) (bool, error)
	// Stored is told of each new post in a group; doc is nil where it was written here.
	Stored func(ctx context.Context, tx *db.Store, p *db.Post, doc *vocab.Object) error
	// Released is told of a held post that is let through, before others are; Shown of any post in a
	// group of ours, after that.
	Released, Shown func(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error
	// Terms adds what a kind says on the wire of a post in the discussion that starter began.
	Terms func(ctx context.Context, s *db.Store, starter, p *db.Post, doc *vocab.PostDoc) error
	// Marked is told of a helpful mark that is new.
	Marked func(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error
}

func (k *Kinds) of(doc *vocab.Object, p *db.Post, g *db.Group) string {
	if k.Of == nil || g == nil {
		return ""
	}
	return k.Of(doc, p, g)
}

func (k *Kinds) hold(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) (bool, error) {
	if k.Hold == nil {
		return false, nil
	}
	return k.Hold(ctx, tx, g, p)
}

func (k *Kinds) stored(ctx context.Context, tx *db.Store, p *db.Post, doc *vocab.Object) error {
	if k.Stored == nil || p.GroupID == 0 || p.Visibility == db.VisibilityDirect {
		return nil
	}
	return k.Stored(ctx, tx, p, doc)
}

func (k *Kinds) released(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	if k.Released == nil {
		return nil
	}
	return k.Released(ctx, tx, g, p)
}

func (k *Kinds) shown(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	if k.Shown == nil || !ours(g) || p.Visibility == db.VisibilityDirect {
		return nil
	}
	return k.Shown(ctx, tx, g, p)
}

func (k *Kinds) marked(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
	if k.Marked == nil {
		return nil
	}
	return k.Marked(ctx, tx, by, p)
}

// Speech is how a post is said that the rules of a kind have permitted.
type Speech struct {
	Kind string
	// Held keeps it until somebody lets it through.
	Held bool
	// Unlisted is seen in its discussion and by followers, not in public lists (domain.md 3e).
	Unlisted bool
}

// Speak writes a post which the rules of its kind have permitted, and publishes it unless it is held.
func (r *Rules) Speak(ctx context.Context, tx *db.Store, d *Draft, how Speech) (*db.Post, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	d.held, d.unlisted = how.Held, how.Unlisted
	p, err := r.write(ctx, tx, d, how.Kind)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", how.Kind, err)
	}
	return p, r.afterWriting(ctx, tx, d.Group, p)
}

// LetThrough publishes a held post, which the rules of its kind have permitted: now it is announced
// and told of.
func (r *Rules) LetThrough(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
	g, err := r.groupOf(ctx, tx, p)
	if err != nil {
		return err
	}
	if g == nil || p.State != db.PostHeld {
		return community.Refuse(community.Conflict, "not-held")
	}
	if err := tx.SetPostState(ctx, p, db.PostPublished, "", by.ID); err != nil {
		return err
	}
	if err := r.kinds.released(ctx, tx, g, p); err != nil {
		return err
	}
	if err := r.logAct(ctx, tx, measure{g, by, p, ""}, "approve"); err != nil {
		return err
	}
	if err := community.Notify(ctx, tx, p.AuthorID, db.Notification{
		Kind: db.NotifyApproved, ActorID: by.ID, GroupID: p.GroupID, PostID: p.ID,
	}); err != nil {
		return err
	}
	if err := r.passOnCreate(ctx, tx, g, p); err != nil {
		return err
	}
	if err := r.notifyNew(ctx, tx, g, p); err != nil {
		return err
	}
	return r.kinds.shown(ctx, tx, g, p)
}

// Reword writes another title over a query that is not shown yet, or shown: what the author wrote stays
// in the history of the post.
func (r *Rules) Reword(ctx context.Context, tx *db.Store, p *db.Post, title string) error {
	d := &Draft{Title: title}
	if err := d.check(); err != nil {
		return err
	}
	if d.Title == p.Title {
		return nil
	}
	old := db.Revision{Title: p.Title, Content: p.Content, WrittenAt: writtenAt(p)}
	p.Title, p.EditedAt = d.Title, tx.Now()
	if err := tx.EditPost(ctx, p, old); err != nil {
		return fmt.Errorf("reword post %d: %w", p.ID, err)
	}
	return tx.ReindexPost(ctx, p.ID, p.Title, content.Text(p.Content))
}
