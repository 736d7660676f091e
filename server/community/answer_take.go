package community

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// TakeAccept learns that a follow or membership that one of ours asked for holds. Only the one who
// was asked can say so, with its own key (T25); history of a group is fetched after that.
func (r *Rules) TakeAccept(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return r.takeAnswer(ctx, tx, in, db.FollowAccepted)
}

// TakeReject learns that a follow or membership was refused or ended.
func (r *Rules) TakeReject(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return r.takeAnswer(ctx, tx, in, db.FollowRejected)
}

func (r *Rules) takeAnswer(ctx context.Context, tx *db.Store, in *federation.Incoming, state string) (federation.Outcome, error) {
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), nil
	}
	what, iri := object(in.Activity)
	if what != nil && what.Type != "Follow" && what.Type != "Join" {
		return federation.Ignored("not-asked"), nil
	}
	m, err := joinOf(ctx, tx, in.Actor, what, iri)
	if err != nil {
		return fault(err)
	}
	if m != nil {
		return r.joinAnswered(ctx, tx, in.Actor, m, told{state, content.PlainName(in.Activity.Summary)})
	}
	f, err := followOf(ctx, tx, what, iri)
	switch {
	case err != nil:
		return fault(err)
	case f == nil:
		return federation.Ignored("not-asked"), nil
	case f.FolloweeID != in.Actor.ID:
		return federation.Refused("not-followee"), nil
	case f.State == state:
		return federation.Ignored("answered-before"), nil
	}
	return r.followAnswered(ctx, tx, in.Actor, f, state)
}

func (r *Rules) followAnswered(ctx context.Context, tx *db.Store, by *db.Actor, f *db.Follow, state string) (federation.Outcome, error) {
	who, err := tx.ActorByID(ctx, f.FollowerID)
	if err != nil {
		return fault(fmt.Errorf("load follower %d: %w", f.FollowerID, err))
	}
	if !who.Local {
		return federation.Ignored("not-ours"), nil
	}
	f.State = state
	if err := tx.PutFollow(ctx, f, who); err != nil {
		return fault(err)
	}
	n := db.Notification{Kind: db.NotifyAccepted, ActorID: by.ID}
	if by.Type == db.ActorGroup {
		n.GroupID = by.ID
	}
	if state == db.FollowRejected {
		n.Kind, n.Note = db.NotifyRefused, "follow-rejected"
		return federation.Done(), Notify(ctx, tx, who.ID, n)
	}
	if by.Type == db.ActorGroup && r.backfill != nil {
		tx.AfterCommit(func() { r.backfill(by.ID) })
	}
	return federation.Done(), Notify(ctx, tx, who.ID, n)
}

// joinOf finds the membership in by that an answer of by is about: by the id of the Join, else by
// the person inside. Nil where there is none.
func joinOf(ctx context.Context, tx *db.Store, by *db.Actor, join *vocab.Object, iri string) (*db.Membership, error) {
	if iri != "" {
		m, err := tx.MembershipByURI(ctx, by.ID, iri)
		if err == nil || !errors.Is(err, db.ErrNotFound) {
			return m, err
		}
	}
	if join == nil || join.Type != "Join" {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	who, err := known(ctx, tx, join.Actor.IRI)
	if err != nil || who == nil {
		return nil, err
	}
	m, err := tx.MembershipOf(ctx, by.ID, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // as above
	}
	return m, err
}
