package exchange

import (
	"context"
	"errors"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// takeCopy takes a post into our copy of a group elsewhere. What its home passed on is shown;
// what came from the author alone waits for the home to do so. What a group says itself nobody passes
// on.
func (r *Rules) takeCopy(ctx context.Context, tx *db.Store, f *federation.Fetched, at place, in *federation.Incoming) (federation.Outcome, error) {
	if at.visibility == db.VisibilityDirect && !at.toPerson {
		return federation.Ignored("not-public"), nil
	}
	p, with, err := r.read(ctx, tx, f, at)
	if err != nil {
		return federation.Outcome{}, err
	}
	p.State = db.PostWaiting
	own := f.Author.ID == at.group.ActorID
	if own || (in.Via != nil && in.Via.ID == at.group.ActorID) || at.visibility == db.VisibilityDirect {
		p.State = db.PostPublished
	}
	if _, err := r.store(ctx, tx, taken{p, with, at, f.Doc}, &federation.Incoming{}); err != nil {
		return federation.Outcome{}, err
	}
	if p.State == db.PostPublished {
		return federation.Done(), r.notifyNew(ctx, tx, at.group, p)
	}
	if at.parent == nil || !at.parent.Local || in.Activity == nil {
		return federation.Done(), nil
	}
	// An answer to one of ours that its author's server sent to us alone.
	return federation.Done(), r.forward(ctx, tx, at.group, in, at.parent)
}

// takePersonal takes a post outside of all groups that answers or names one of our people. A
// group's private word to somebody comes this way too.
func (r *Rules) takePersonal(ctx context.Context, tx *db.Store, f *federation.Fetched, at place) (federation.Outcome, error) {
	p, with, err := r.read(ctx, tx, f, at)
	if err != nil {
		return federation.Outcome{}, err
	}
	p.State = db.PostPublished
	if _, err := r.store(ctx, tx, taken{p, with, at, f.Doc}, &federation.Incoming{}); err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), r.notifyNew(ctx, tx, nil, p)
}

// takeGroupBoost takes a post that a group elsewhere boosted by its id alone.
func (r *Rules) takeGroupBoost(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if in.Object == nil {
		p, err := tx.PostByURI(ctx, in.Activity.Inner().IRI)
		if errors.Is(err, db.ErrNotFound) {
			return federation.Ignored("unknown-object"), nil
		}
		if err != nil {
			return federation.Outcome{}, err
		}
		return r.publishWaiting(ctx, tx, in.Actor, p)
	}
	passed := &federation.Incoming{Via: in.Actor}
	for _, above := range in.Thread {
		if out, err := r.take(ctx, tx, above, passed); err != nil {
			return out, err
		}
	}
	return r.take(ctx, tx, in.Object, passed)
}

// TakeFetched takes a post that was read from the history of a group elsewhere.
func (r *Rules) TakeFetched(ctx context.Context, tx *db.Store, f *federation.Fetched, g *db.Group) error {
	_, err := r.take(ctx, tx, f, &federation.Incoming{Via: g.Actor})
	return err
}

// TakeReject handles a group elsewhere refusing a post of ours, or withdrawing it.
func (r *Rules) TakeReject(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	about := in.Activity.Inner()
	uri := about.IRI
	if about.Object != nil && vocab.IsActivity(about.Object.Type) && len(about.Object.Object) > 0 {
		uri = about.Object.Object[0].IRI
	}
	p, err := tx.PostByURI(ctx, uri)
	if errors.Is(err, db.ErrNotFound) {
		if act, aerr := tx.ActivityByURI(ctx, uri); aerr == nil && act.PostID != 0 {
			p, err = tx.PostByID(ctx, act.PostID)
		}
	}
	if errors.Is(err, db.ErrNotFound) {
		return federation.Ignored("unknown-object"), nil
	}
	if err != nil {
		return federation.Outcome{}, err
	}
	if p.GroupID != in.Actor.ID || !p.Local {
		return federation.Refused("not-the-groups-own"), nil
	}
	if p.State != db.PostWaiting {
		return federation.Ignored("not-waiting"), nil
	}
	if err := tx.SetPostState(ctx, p, db.PostRefused, in.Activity.Summary, in.Actor.ID); err != nil {
		return federation.Outcome{}, err
	}
	return federation.Done(), community.Notify(ctx, tx, p.AuthorID, db.Notification{
		Kind: db.NotifyRefused, ActorID: in.Actor.ID, GroupID: p.GroupID, PostID: p.ID, Note: in.Activity.Summary,
	})
}

// Carried is where a post belongs that came along with the archive of a group.
type Carried struct {
	Group  *db.Group // now
	Before *db.Group // when it was written
	Parent *db.Post
}

// Carry stores a post as its origin has it: nothing is announced, nobody is told.
func (r *Rules) Carry(ctx context.Context, tx *db.Store, f *federation.Fetched, to Carried) (*db.Post, error) {
	at := place{group: to.Group, parent: to.Parent, visibility: db.VisibilityPublic, before: r.names(to.Before)}
	p, with, err := r.read(ctx, tx, f, at)
	if err != nil {
		return nil, err
	}
	p.State = db.PostPublished
	_, err = r.store(ctx, tx, taken{p, with, at, f.Doc}, &federation.Incoming{})
	return p, err
}
