package exchange

import (
	"context"
	"errors"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/community"
)

// TakeAnnounce handles a boost. A person's boost of a post that is here counts as a share and is
// never passed on; a group's boost brings a post into our copy of that group.
func (r *Rules) TakeAnnounce(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if in.Actor.Type == db.ActorGroup {
		return r.takeGroupBoost(ctx, tx, in)
	}
	p, out, err := r.markable(ctx, tx, in)
	if p == nil {
		return out, err
	}
	fresh, err := tx.AddShare(ctx, &db.Share{PostID: p.ID, ActorID: in.Actor.ID, URI: in.Activity.ID})
	if err != nil || !fresh {
		return federation.Ignored("shared-before"), err
	}
	return federation.Done(), community.Notify(ctx, tx, p.AuthorID,
		db.Notification{Kind: db.NotifyShare, ActorID: in.Actor.ID, GroupID: p.GroupID, PostID: p.ID})
}

// TakeUndoAnnounce takes a share back, or a post out of our copy of a group that withdrew it.
func (r *Rules) TakeUndoAnnounce(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	undone := inner(in.Activity)
	p, out, err := r.markedPost(ctx, tx, undone)
	if p == nil {
		return out, errors.Join(err, buryEarly(ctx, tx, in, out, undone))
	}
	if in.Actor.ID == p.GroupID && in.Actor.Type == db.ActorGroup {
		return federation.Done(), tx.SetPostState(ctx, p, db.PostRemoved, "", in.Actor.ID)
	}
	had, err := tx.RemoveShare(ctx, p.ID, in.Actor.ID)
	if err != nil {
		return federation.Outcome{}, err
	}
	if !had {
		return federation.Ignored("not-shared"), buryIfOwn(ctx, tx, in.Actor, undone.ID)
	}
	return federation.Done(), tx.ReleaseActivity(ctx, undone.ID, in.Actor.URI)
}
