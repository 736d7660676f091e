package exchange

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
	"github.com/copse-social/copse/server/community"
)

// toldOnMove is how many answers followers of the new group are told of; the rest they find with the
// next answer.
const toldOnMove = 200

// Transfer is a discussion going to another group.
type Transfer struct {
	Post   *db.Post // its start
	To     *db.Group
	Reason string
}

// MoveThread gives a whole discussion to another group of ours. Only between open groups: what was
// said among members would else be read by others, and who took part in public would lose it.
// Addresses stay; the old group keeps a line that leads on.
func (r *Rules) MoveThread(ctx context.Context, tx *db.Store, by *db.Actor, t Transfer) error {
	from, err := r.permitTransfer(ctx, tx, by, t)
	if err != nil {
		return err
	}
	if err := tx.MoveDiscussion(ctx, &db.ThreadMove{DiscussionID: t.Post.ID, FromID: from.ActorID, ToID: t.To.ActorID, ByID: by.ID}); err != nil {
		return err
	}
	for act, g := range map[string]*db.Group{"move-out": from, "move-in": t.To} {
		if err := r.logAct(ctx, tx, measure{g, by, t.Post, t.Reason}, act); err != nil {
			return fmt.Errorf("log %s: %w", act, err)
		}
	}
	t.Post.GroupID, t.Post.PinnedAt = t.To.ActorID, db.Time{}
	return r.publishTransfer(ctx, tx, by, from, t)
}

func (r *Rules) permitTransfer(ctx context.Context, tx *db.Store, by *db.Actor, t Transfer) (*db.Group, error) {
	from, err := r.permitModeration(ctx, tx, by, t.Post, community.ActMoveThread)
	switch {
	case err != nil:
		return nil, err
	case !t.Post.Starts():
		return nil, community.Refuse(community.Invalid, "move-answer")
	case !ours(from) || !ours(t.To):
		return nil, community.Refuse(community.Forbidden, "not-ours")
	case from.ActorID == t.To.ActorID:
		return nil, community.RefuseField("to", "move-same")
	case !forAll(from):
		return nil, community.Refuse(community.Forbidden, "move-from-closed")
	case !forAll(t.To):
		return nil, community.Refuse(community.Forbidden, "move-into-closed")
	case t.Post.State != db.PostPublished:
		return nil, community.Refuse(community.Conflict, "not-shown")
	}
	return from, r.com.Permit(ctx, tx, t.To, by, community.ActMoveThread)
}

// publishTransfer tells the followers of both groups (wire.md 5, as PieFed and NodeBB spell it).
// Those of the new one get what they may not have: the discussion, by its addresses.
func (r *Rules) publishTransfer(ctx context.Context, tx *db.Store, by *db.Actor, from *db.Group, t Transfer) error {
	row, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: by, ObjectURI: t.Post.URI, GroupID: from.ActorID, PostID: t.Post.ID, Public: true,
		Doc: vocab.ActivityDoc{
			Type: "Move", To: audience(from), Cc: []string{t.To.Actor.URI}, Audience: from.Actor.URI,
			Object: t.Post.URI, Origin: from.Actor.URI, Target: t.To.Actor.URI, Summary: t.Reason,
		},
	})
	if err != nil {
		return fmt.Errorf("move %s: %w", t.Post.URI, err)
	}
	if err := r.com.Announce(ctx, tx, from, row, t.Post.URI); err != nil {
		return err
	}
	if err := r.com.Boost(ctx, tx, t.To, t.Post); err != nil {
		return err
	}
	answers, err := tx.PublicAnswers(ctx, t.Post.ID, toldOnMove)
	if err != nil {
		return fmt.Errorf("list answers of %d: %w", t.Post.ID, err)
	}
	for _, p := range append([]*db.Post{t.Post}, answers...) {
		if err := r.com.AnnounceObject(ctx, tx, t.To, p); err != nil {
			return err
		}
	}
	return nil
}

// TakeMove takes the word of a group elsewhere that a discussion of its own goes to another group on
// the same server. Nobody else can give it away, and no other server can be given it unasked.
func (r *Rules) TakeMove(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if in.Via == nil {
		return federation.Ignored("move-of-object"), nil
	}
	p, err := tx.PostByURI(ctx, in.Activity.Inner().IRI)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Ignored("unknown-object"), nil
	}
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load moved %s: %w", in.Activity.Inner().IRI, err)
	}
	to, err := tx.GroupByURI(ctx, in.Activity.Target.IRI)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Ignored("unknown-target"), nil
	}
	if err != nil {
		return federation.Outcome{}, fmt.Errorf("load target of move: %w", err)
	}
	from, err := r.groupOf(ctx, tx, p)
	switch {
	case err != nil:
		return federation.Outcome{}, err
	case from == nil || from.ActorID != in.Via.ID || ours(from):
		return federation.Refused("not-the-groups-own"), nil
	case to.Actor.Host != in.Via.Host:
		return federation.Refused("target-elsewhere"), nil
	case !p.Starts() || to.ActorID == from.ActorID:
		return federation.Ignored("nothing-to-move"), nil
	case !forAll(from) || !forAll(to):
		return federation.Refused("move-of-closed"), nil
	}
	return federation.Done(), tx.MoveDiscussion(ctx, &db.ThreadMove{DiscussionID: p.ID, FromID: from.ActorID, ToID: to.ActorID, ByID: in.Actor.ID})
}
