package exchange

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/practice"
)

// TakeUpdate takes an edit of a post. Only its author edits; ids of Updates repeat (GoToSocial),
// so what counts is whether the text is new.
func (r *Rules) TakeUpdate(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if in.Object == nil {
		return federation.Ignored("no-object"), nil
	}
	p, err := tx.PostByURI(ctx, in.Object.Doc.ID)
	if errors.Is(err, db.ErrNotFound) {
		return r.TakeCreate(ctx, tx, in)
	}
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load post %s: %w", in.Object.Doc.ID, err)
	}
	switch {
	case p.AuthorID != in.Object.Author.ID || p.Local:
		return federation.Refused("not-author"), nil
	case p.State == db.PostDeleted:
		return federation.Ignored("deleted-before"), nil
	}
	g, err := r.groupOf(ctx, tx, p)
	if err != nil {
		return federation.Outcome{}, err
	}
	if r.echo(p, in, g) {
		return federation.Ignored("echo"), nil
	}
	if ours(g) {
		err := r.com.Permit(ctx, tx, g, in.Object.Author, community.ActReply)
		if no, is := errors.AsType[*community.Refusal](err); is {
			return federation.Refused(no.Code), nil
		} else if err != nil {
			return federation.Outcome{}, err
		}
	}
	changed, err := r.rewrite(ctx, tx, p, g, in.Object)
	if err != nil || !changed {
		return federation.Ignored("nothing-new"), err
	}
	if !ours(g) || p.State != db.PostPublished || in.Activity.Type != "Update" {
		return federation.Done(), nil
	}
	row, err := r.keep(ctx, tx, in, g, p)
	if err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), r.com.Announce(ctx, tx, g, row, p.URI)
}

// rewrite writes what its author's server says now into a post and tells whether that is new.
func (r *Rules) rewrite(ctx context.Context, tx *db.Store, p *db.Post, g *db.Group, f *federation.Fetched) (bool, error) {
	at := place{group: g, visibility: p.Visibility}
	if !p.Starts() {
		at.parent = p // any: it only tells an answer from a starter
	}
	now, with, err := r.read(ctx, tx, f, at)
	if err != nil {
		return false, err
	}
	if p.Kind == db.KindArtifact { // only as a whole, and never back
		if with.article == nil {
			return false, nil
		}
		if fits, err := practice.Stands(ctx, tx, with.article); err != nil || !fits {
			return false, err
		}
	}
	same := now.Title == p.Title && now.Content == p.Content && now.Summary == p.Summary && now.Sensitive == p.Sensitive
	if same && !now.EditedAt.After(p.EditedAt.Time) { // what is newer may differ in its pictures alone
		return false, nil
	}
	if !now.EditedAt.IsZero() && now.EditedAt.Before(p.EditedAt.Time) {
		return false, nil // an older edit that came late
	}
	old := db.Revision{Title: p.Title, Content: p.Content, WrittenAt: writtenAt(p)}
	p.Title, p.Content, p.Summary, p.Sensitive, p.Lang = now.Title, now.Content, now.Summary, now.Sensitive, now.Lang
	if p.EditedAt = now.EditedAt; p.EditedAt.IsZero() {
		p.EditedAt = tx.Now()
	}
	if err := tx.EditPost(ctx, p, old); err != nil {
		return false, fmt.Errorf("edit post %d: %w", p.ID, err)
	}
	return true, r.replaceParts(ctx, tx, p, with)
}

// TakeDelete takes a deletion by the author, or a removal by a moderator of the group.
func (r *Rules) TakeDelete(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	uri := in.Activity.Inner().IRI
	p, err := tx.PostByURI(ctx, uri)
	if errors.Is(err, db.ErrNotFound) {
		if !in.Vouched && !in.Gone {
			return federation.Ignored("unknown-object"), nil
		}
		return federation.Ignored("unknown-object"), buryIfOwn(ctx, tx, in.Actor, uri)
	}
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load post %s: %w", uri, err)
	}
	g, err := r.groupOf(ctx, tx, p)
	if err != nil {
		return federation.Outcome{}, err
	}
	switch {
	case p.State == db.PostDeleted:
		return federation.Ignored("deleted-before"), nil
	case p.AuthorID == in.Actor.ID && (in.Vouched || in.Gone) && !p.Local:
		return r.takeOwnDelete(ctx, tx, in, g, p)
	case g == nil:
		return federation.Refused("not-author"), nil
	}
	return r.takeRemoval(ctx, tx, in, g, p)
}

func (r *Rules) takeOwnDelete(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group, p *db.Post) (federation.Outcome, error) {
	shown := p.State == db.PostPublished
	if err := r.erase(ctx, tx, p, in.Actor.ID); err != nil {
		return federation.Outcome{}, err
	}
	if !ours(g) || !shown || in.Via != nil {
		return federation.Done(), nil
	}
	row, err := r.keep(ctx, tx, in, g, p)
	if err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), r.com.Announce(ctx, tx, g, row, p.URI)
}

// takeRemoval takes a post out of a group at the word of one of its moderators, or, in a group
// elsewhere, at the word of its home.
func (r *Rules) takeRemoval(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group, p *db.Post) (federation.Outcome, error) {
	if out, err := r.mayModerate(ctx, tx, in, g, community.ActRemove); out.Reason != "" || err != nil {
		return out, err
	}
	if p.State == db.PostRemoved {
		return federation.Ignored("removed-before"), nil
	}
	reason := content.PlainName(in.Activity.Summary)
	if err := r.removeFrom(ctx, tx, measure{g, in.Actor, p, reason}); err != nil || !ours(g) {
		return federation.Done(), err
	}
	if p.Starts() {
		if err := r.com.Unboost(ctx, tx, g, p); err != nil {
			return federation.Outcome{}, err
		}
	}
	return r.passOn(ctx, tx, in, g, p)
}

// TakeUndoDelete puts a removed post back at the word of a moderator.
func (r *Rules) TakeUndoDelete(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return r.takeModeration(ctx, tx, in, community.ActRemove, func(ctx context.Context, p *db.Post) (bool, error) {
		if p.State != db.PostRemoved {
			return false, nil
		}
		return true, tx.SetPostState(ctx, p, db.PostPublished, "", in.Actor.ID)
	})
}

// TakeLock locks or, inside an Undo, unlocks a discussion or branch.
func (r *Rules) TakeLock(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	lock := in.Activity.Type == "Lock"
	return r.takeModeration(ctx, tx, in, community.ActLock, func(ctx context.Context, p *db.Post) (bool, error) {
		return setFlag(ctx, tx, p, &p.LockedAt, lock)
	})
}

// TakeFeatured pins (Add) or unpins (Remove) a discussion.
func (r *Rules) TakeFeatured(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	pin := in.Activity.Type == "Add"
	return r.takeModeration(ctx, tx, in, community.ActPin, func(ctx context.Context, p *db.Post) (bool, error) {
		return setFlag(ctx, tx, p, &p.PinnedAt, pin && p.Starts())
	})
}

func setFlag(ctx context.Context, tx *db.Store, p *db.Post, at *db.Time, set bool) (bool, error) {
	if set != at.IsZero() {
		return false, nil
	}
	*at = db.Time{}
	if set {
		*at = tx.Now()
	}
	return true, tx.SavePost(ctx, p)
}

// takeModeration applies one act of a moderator to the post it names and passes it on.
func (r *Rules) takeModeration(ctx context.Context, tx *db.Store, in *federation.Incoming, act community.Act, do func(context.Context, *db.Post) (bool, error)) (federation.Outcome, error) {
	uri := in.Activity.Inner().IRI
	if undone := inner(in.Activity); in.Activity.Type == "Undo" && undone != nil {
		uri = undone.Inner().IRI
	}
	p, err := tx.PostByURI(ctx, uri)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Ignored("unknown-object"), nil
	}
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load post %s: %w", uri, err)
	}
	g, err := r.groupOf(ctx, tx, p)
	if err != nil || g == nil {
		return federation.Refused("not-moderator"), err
	}
	if out, err := r.mayModerate(ctx, tx, in, g, act); out.Reason != "" || err != nil {
		return out, err
	}
	changed, err := do(ctx, p)
	if err != nil || !changed {
		return federation.Ignored("nothing-new"), err
	}
	if err := r.logAct(ctx, tx, measure{g, in.Actor, p, content.PlainName(in.Activity.Summary)}, string(act)); err != nil {
		return federation.Outcome{}, err
	}
	if !ours(g) {
		return federation.Done(), nil
	}
	return r.passOn(ctx, tx, in, g, p)
}

// mayModerate answers whether an act of moderation counts: in a group of ours by our table and
// only from the moderator's own hand, in a group elsewhere when that group passed it on.
func (r *Rules) mayModerate(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group, act community.Act) (federation.Outcome, error) {
	if !ours(g) {
		if in.Via != nil && in.Via.ID == g.ActorID || in.Actor.ID == g.ActorID {
			return federation.Outcome{}, nil
		}
		return federation.Refused("not-from-the-group"), nil
	}
	if !in.Vouched || in.Via != nil { // passed on by a stranger, an old act would be done again
		return federation.Refused("not-vouched"), nil
	}
	err := r.com.Permit(ctx, tx, g, in.Actor, act)
	if no, is := errors.AsType[*community.Refusal](err); is {
		return federation.Refused(no.Code), nil
	}
	return federation.Outcome{}, err
}

// passOn announces an activity of somebody else as it came.
func (r *Rules) passOn(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group, p *db.Post) (federation.Outcome, error) {
	if in.Via != nil {
		return federation.Done(), nil
	}
	row, err := r.keep(ctx, tx, in, g, p)
	if err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), r.com.Announce(ctx, tx, g, row, p.URI)
}
