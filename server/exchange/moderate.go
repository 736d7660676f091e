package exchange

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// Pin keeps a discussion at the top of its group.
func (r *Rules) Pin(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
	return r.mark(ctx, tx, by, p, flag{act: community.ActPin, name: "pin", at: &p.PinnedAt, set: true, doc: "Add"})
}

// Unpin lets a discussion sink again.
func (r *Rules) Unpin(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
	return r.mark(ctx, tx, by, p, flag{act: community.ActPin, name: "unpin", at: &p.PinnedAt, doc: "Remove"})
}

// Lock ends the answers to a discussion, or to one branch of it.
func (r *Rules) Lock(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post, reason string) error {
	return r.mark(ctx, tx, by, p, flag{act: community.ActLock, name: "lock", at: &p.LockedAt, set: true, doc: "Lock", reason: reason})
}

// Unlock opens a discussion or branch again.
func (r *Rules) Unlock(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
	return r.mark(ctx, tx, by, p, flag{act: community.ActLock, name: "unlock", at: &p.LockedAt, doc: "Undo"})
}

// measure is what a moderator does about a post of a group, and why.
type measure struct {
	group  *db.Group
	by     *db.Actor
	post   *db.Post
	reason string
}

// flag is one moderator's mark on a post.
type flag struct {
	act    community.Act
	name   string
	at     *db.Time
	set    bool
	doc    string
	reason string
}

func (r *Rules) mark(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post, f flag) error {
	g, err := r.permitModeration(ctx, tx, by, p, f.act)
	if err != nil {
		return err
	}
	if f.act == community.ActPin && !p.Starts() {
		return community.Refuse(community.Invalid, "pin-answer")
	}
	if f.set != f.at.IsZero() {
		return nil // it is so already
	}
	*f.at = db.Time{}
	if f.set {
		*f.at = tx.Now()
	}
	if err := tx.SavePost(ctx, p); err != nil {
		return err
	}
	if err := r.logAct(ctx, tx, measure{g, by, p, f.reason}, f.name); err != nil {
		return err
	}
	return r.publishModeration(ctx, tx, measure{group: g, by: by, post: p}, r.flagDoc(g, by, p, f))
}

// flagDoc is a mark as Lemmy's family spells it (wire.md 5).
func (r *Rules) flagDoc(g *db.Group, by *db.Actor, p *db.Post, f flag) vocab.ActivityDoc {
	switch f.doc {
	case "Add", "Remove":
		return vocab.ActivityDoc{Type: f.doc, Object: p.URI, Target: g.Actor.FeaturedURI}
	case "Undo":
		return vocab.ActivityDoc{Type: "Undo", Object: &vocab.ActivityDoc{Type: "Lock", Actor: by.URI, Object: p.URI}}
	}
	return vocab.ActivityDoc{Type: f.doc, Object: p.URI, Summary: f.reason}
}

// Remove takes a post out of its group. It stays its author's; here a line says by whom and why.
func (r *Rules) Remove(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post, reason string) error {
	g, err := r.permitModeration(ctx, tx, by, p, community.ActRemove)
	if err != nil {
		return err
	}
	switch p.State {
	case db.PostRemoved:
		return r.keepHidden(ctx, tx, measure{g, by, p, reason})
	case db.PostHeld: // it was never out: restoring it must not publish it past the check
		return r.Refuse(ctx, tx, by, p, reason)
	}
	shown := p.State == db.PostPublished
	if err := r.removeFrom(ctx, tx, measure{g, by, p, reason}); err != nil {
		return err
	}
	if !shown && ours(g) {
		return nil // nobody else had it
	}
	if p.Starts() && ours(g) {
		if err := r.com.Unboost(ctx, tx, g, p); err != nil {
			return err
		}
	}
	return r.publishModeration(ctx, tx, measure{group: g, by: by, post: p}, removal(p, reason))
}

// removal is a Delete with a summary, which tells Lemmy's family that a moderator did it.
func removal(p *db.Post, reason string) vocab.ActivityDoc {
	if reason == "" {
		reason = "removed"
	}
	return vocab.ActivityDoc{Type: "Delete", Object: p.URI, Summary: reason}
}

func (r *Rules) removeFrom(ctx context.Context, tx *db.Store, m measure) error {
	by, p, reason := m.by, m.post, m.reason
	if err := tx.SetPostState(ctx, p, db.PostRemoved, reason, by.ID); err != nil {
		return err
	}
	if err := r.logAct(ctx, tx, m, "remove"); err != nil {
		return err
	}
	return community.Notify(ctx, tx, p.AuthorID, db.Notification{
		Kind: db.NotifyRemoved, ActorID: by.ID, GroupID: p.GroupID, PostID: p.ID, Note: reason,
	})
}

// Restore puts a removed post back.
func (r *Rules) Restore(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
	g, err := r.permitModeration(ctx, tx, by, p, community.ActRemove)
	if err != nil {
		return err
	}
	if p.State != db.PostRemoved {
		return nil
	}
	if err := tx.DropBriefHide(ctx, p.ID); err != nil {
		return fmt.Errorf("end hiding post %d: %w", p.ID, err)
	}
	return r.show(ctx, tx, measure{group: g, by: by, post: p})
}

// Approve lets a held post through: now it is published, announced and told of.
func (r *Rules) Approve(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post) error {
	if _, err := r.permitModeration(ctx, tx, by, p, community.ActRemove); err != nil {
		return err
	}
	return r.LetThrough(ctx, tx, by, p)
}

// passOnCreate announces a post that was held: ours is sent now, somebody else's as it came.
func (r *Rules) passOnCreate(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	if p.Local {
		return r.publishCreate(ctx, tx, g, p)
	}
	row, err := tx.ActivityByID(ctx, p.CreateActivityID)
	if err != nil {
		return fmt.Errorf("load Create of post %d: %w", p.ID, err)
	}
	return r.announceNew(ctx, tx, g, row, p)
}

// announceNew passes a new post on to the followers of its group.
func (r *Rules) announceNew(ctx context.Context, tx *db.Store, g *db.Group, row *db.Activity, p *db.Post) error {
	if err := r.com.Announce(ctx, tx, g, row, p.URI); err != nil {
		return err
	}
	if !p.Starts() {
		return nil
	}
	return r.com.Boost(ctx, tx, g, p)
}

// Refuse turns a held post down; only its author ever saw it, and their server is told.
func (r *Rules) Refuse(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post, reason string) error {
	g, err := r.permitModeration(ctx, tx, by, p, community.ActRemove)
	if err != nil {
		return err
	}
	if p.State != db.PostHeld {
		return community.Refuse(community.Conflict, "not-held")
	}
	if err := tx.SetPostState(ctx, p, db.PostRefused, reason, by.ID); err != nil {
		return err
	}
	if err := r.logAct(ctx, tx, measure{g, by, p, reason}, "refuse"); err != nil || p.Local || p.CreateActivityID == 0 {
		return err
	}
	act, err := tx.ActivityByID(ctx, p.CreateActivityID)
	if err != nil {
		return fmt.Errorf("load Create of post %d: %w", p.ID, err)
	}
	return r.reject(ctx, tx, g, p.Author, rejection{create: act.URI, post: p.URI, code: "refused"})
}

func (r *Rules) permitModeration(ctx context.Context, tx *db.Store, by *db.Actor, p *db.Post, act community.Act) (*db.Group, error) {
	if p.State == db.PostDeleted || p.Visibility == db.VisibilityDirect { // what was never shown can't be moderated
		return nil, community.Refuse(community.Gone, "post-gone")
	}
	g, err := r.groupOf(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	if g == nil {
		return nil, community.Refuse(community.Forbidden, "not-moderator")
	}
	return g, r.com.Permit(ctx, tx, g, by, act)
}

func (r *Rules) logAct(ctx context.Context, tx *db.Store, m measure, name string) error {
	return tx.LogModeration(ctx, &db.ModerationEntry{
		GroupID: m.group.ActorID, ActorID: m.by.ID, Act: name, PostID: m.post.ID, TargetID: m.post.AuthorID, Reason: m.reason,
	})
}

// publishModeration sends the act of a moderator of ours. A group of ours passes it on; for one
// elsewhere it goes to its server, which decides.
func (r *Rules) publishModeration(ctx context.Context, tx *db.Store, m measure, act vocab.ActivityDoc) error {
	g, by, p := m.group, m.by, m.post
	act.To, act.Audience = audience(g), g.Actor.URI
	row, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: by, Doc: act, ObjectURI: p.URI, GroupID: g.ActorID, PostID: p.ID, Public: forAll(g),
		To: []db.Audience{federation.ToActors(g.Actor)},
	})
	if err != nil || !ours(g) {
		return err
	}
	return r.com.Announce(ctx, tx, g, row, p.URI)
}
