package community

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// TakeFollow lets somebody elsewhere follow one of ours: at once where that is open, else when a
// steward says so. The banned and blocked get a Reject. A Follow that is sent again gets its
// answer again, with its new id.
func (r *Rules) TakeFollow(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), nil
	}
	_, iri := object(in.Activity)
	whom, err := known(ctx, tx, iri)
	if err != nil {
		return fault(err)
	}
	if whom == nil || !whom.Local {
		return federation.Ignored("not-ours"), nil
	}
	if !whom.DeletedAt.IsZero() {
		return federation.Ignored("actor-gone"), nil // its keys are gone too: nothing can be answered
	}
	if undone, err := tx.Exhume(ctx, in.Activity.ID, in.Actor.URI); err != nil || undone {
		return federation.Ignored("undone-before"), err
	}
	follow := asked("Follow", in.Activity.ID, in.Actor.URI, whom.URI)
	if err := r.permitFollow(ctx, tx, in.Actor, whom); err != nil {
		no, ok := errors.AsType[*Refusal](err)
		if !ok {
			return fault(err)
		}
		return federation.Refused(no.Code), r.answer(ctx, tx, whom, in.Actor, vocab.ActivityDoc{Type: "Reject", Object: follow})
	}
	f, fresh, err := r.storeFollow(ctx, tx, in, whom)
	if err != nil {
		return fault(err)
	}
	if fresh {
		if err := notifyFollowed(ctx, tx, in.Actor, whom); err != nil {
			return fault(err)
		}
	}
	if f.State != db.FollowAccepted {
		return federation.Done(), nil
	}
	return federation.Done(), r.answer(ctx, tx, whom, in.Actor, vocab.ActivityDoc{Type: "Accept", Object: follow})
}

// storeFollow keeps an accepted follow accepted, lets a new one in where whom is open, and says
// whether it is new.
func (r *Rules) storeFollow(ctx context.Context, tx *db.Store, in *federation.Incoming, whom *db.Actor) (*db.Follow, bool, error) {
	f := &db.Follow{URI: in.Activity.ID, FollowerID: in.Actor.ID, FolloweeID: whom.ID, State: db.FollowPending}
	old, err := tx.FollowBetween(ctx, in.Actor.ID, whom.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, false, fmt.Errorf("load follow of %s by %s: %w", whom.URI, in.Actor.URI, err)
	}
	fresh := err != nil
	invited, err := r.enters(ctx, tx, in.Actor, whom)
	if err != nil {
		return nil, false, err
	}
	if !whom.Locked || invited || (!fresh && old.State == db.FollowAccepted) {
		f.State = db.FollowAccepted
	}
	if !fresh {
		f.AcceptedAt = old.AcceptedAt
	}
	return f, fresh, tx.PutFollow(ctx, f, in.Actor)
}

// enters wakes the membership of who follows a group again, and says whether a closed one has
// invited them: then the Follow is taken at once, and is belonging (wire.md 6).
func (r *Rules) enters(ctx context.Context, tx *db.Store, who, whom *db.Actor) (bool, error) {
	g, err := groupOf(ctx, tx, whom)
	if err != nil || g == nil {
		return false, err
	}
	if err := tx.WakeMembership(ctx, g.ActorID, who.ID); err != nil || g.Openness == db.OpennessOpen {
		return false, err
	}
	m, err := tx.MembershipOf(ctx, g.ActorID, who.ID)
	if err == nil && m.Belongs() || err != nil && !errors.Is(err, db.ErrNotFound) {
		return err == nil, err // belongs already: the group has moved here, and they follow it
	}
	i, err := tx.InvitationOf(ctx, g.ActorID, who.ID)
	if errors.Is(err, db.ErrNotFound) || err == nil && !i.Stands(tx.Now().Time) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("load invitation of %s: %w", who.URI, err)
	}
	if _, err := tx.EndInvitation(ctx, g.ActorID, who.ID, db.InviteTaken); err != nil {
		return false, err
	}
	return true, r.putMember(ctx, tx, g, who, db.Membership{Status: db.MemberNewcomer, Door: "client"})
}

// TakeUndoFollow ends a follow from elsewhere. Where it overtakes its Follow, the Follow will do
// nothing.
func (r *Rules) TakeUndoFollow(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), nil
	}
	undone, iri := object(in.Activity)
	f, err := followOf(ctx, tx, undone, iri)
	if err != nil {
		return fault(err)
	}
	if f != nil && f.FollowerID != in.Actor.ID {
		return federation.Refused("not-follower"), nil
	}
	if iri != "" && (f == nil || f.URI != iri) && vocab.SameOrigin(iri, in.Actor.URI) {
		if err := tx.Bury(ctx, iri, in.Actor.URI); err != nil {
			return fault(err)
		}
	}
	if f == nil {
		return federation.Ignored("not-following"), nil
	}
	whom, err := tx.ActorByID(ctx, f.FolloweeID)
	if err != nil {
		return fault(fmt.Errorf("load followed actor %d: %w", f.FolloweeID, err))
	}
	if !whom.Local {
		return federation.Ignored("not-ours"), nil
	}
	if err := r.endFollow(ctx, tx, f, whom); err != nil {
		return fault(err)
	}
	return federation.Done(), tx.ReleaseActivity(ctx, f.URI, in.Actor.URI)
}

// followOf finds the follow that an Accept, Reject or Undo is about: by the id of the Follow (all
// that Mitra sends), else by the actor and object inside. Nil where there is none.
func followOf(ctx context.Context, tx *db.Store, follow *vocab.Object, iri string) (*db.Follow, error) {
	if iri != "" {
		f, err := tx.FollowByURI(ctx, iri)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, db.ErrNotFound) {
			return nil, fmt.Errorf("load follow %s: %w", iri, err)
		}
	}
	if follow == nil || follow.Type != "Follow" || len(follow.Object) == 0 {
		return nil, nil //nolint:nilnil // no follow is an answer, not a fault
	}
	who, err := known(ctx, tx, follow.Actor.IRI)
	if err != nil || who == nil {
		return nil, err
	}
	_, target := object(follow)
	whom, err := known(ctx, tx, target)
	if err != nil || whom == nil {
		return nil, err
	}
	f, err := tx.FollowBetween(ctx, who.ID, whom.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil //nolint:nilnil // as above
	}
	return f, err
}
