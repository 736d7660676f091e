package community

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// Follow lets a person of ours observe a group or person. It holds at once for ours that are open;
// otherwise it is pending, and grants nothing, until the followed one accepts (T25). Following
// twice changes nothing.
func (r *Rules) Follow(ctx context.Context, tx *db.Store, who, whom *db.Actor) (*db.Follow, error) {
	if err := r.permitFollow(ctx, tx, who, whom); err != nil {
		return nil, err
	}
	old, err := tx.FollowBetween(ctx, who.ID, whom.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, fmt.Errorf("load follow: %w", err)
	}
	if err == nil && old.State != db.FollowRejected {
		return old, nil
	}
	f := &db.Follow{FollowerID: who.ID, FolloweeID: whom.ID, State: db.FollowPending}
	if !whom.Local {
		return f, r.askToFollow(ctx, tx, f, who, whom)
	}
	f.URI = r.iris.Activity(tx.NewID())
	if !whom.Locked {
		f.State = db.FollowAccepted
	}
	if err := tx.PutFollow(ctx, f, who); err != nil {
		return nil, err
	}
	if err := tx.WakeMembership(ctx, whom.ID, who.ID); err != nil { // of a group that was unfollowed before
		return nil, err
	}
	return f, notifyFollowed(ctx, tx, who, whom)
}

// askToFollow sends Follow to somebody elsewhere.
func (r *Rules) askToFollow(ctx context.Context, tx *db.Store, f *db.Follow, who, whom *db.Actor) error {
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: who, ObjectURI: whom.URI, To: toInboxes(whom),
		Doc: vocab.ActivityDoc{Type: "Follow", To: []string{whom.URI}, Object: whom.URI},
	})
	if err != nil {
		return fmt.Errorf("ask to follow %s: %w", whom.URI, err)
	}
	f.URI = act.URI
	return tx.PutFollow(ctx, f, who)
}

// permitFollow is asked for follows from every door.
func (r *Rules) permitFollow(ctx context.Context, tx *db.Store, who, whom *db.Actor) error {
	switch {
	case who == nil:
		return Refuse(Forbidden, "signed-out")
	case !who.Active():
		return Refuse(Forbidden, "suspended")
	case who.ID == whom.ID:
		return Refuse(Invalid, "follow-self")
	case !whom.Active():
		return Refuse(Gone, "actor-gone")
	case whom.Local && whom.Type != db.ActorPerson && whom.Type != db.ActorGroup:
		return Refuse(Invalid, "not-followable")
	}
	blocked, err := tx.Blocked(ctx, who.ID, whom.ID)
	if err != nil {
		return fmt.Errorf("see whether actors block each other: %w", err)
	}
	if blocked {
		return Refuse(Forbidden, "blocked")
	}
	g, err := groupOf(ctx, tx, whom)
	if err != nil || g == nil {
		return err
	}
	return r.Permit(ctx, tx, g, who, ActFollow)
}

// notifyFollowed tells the followed person, or the stewards of the followed group.
func notifyFollowed(ctx context.Context, tx *db.Store, who, whom *db.Actor) error {
	n := db.Notification{Kind: db.NotifyFollow, ActorID: who.ID}
	if whom.Type != db.ActorGroup {
		return Notify(ctx, tx, whom.ID, n)
	}
	n.GroupID = whom.ID
	return notifyStewards(ctx, tx, n, notifyOnce)
}

// Unfollow ends a follow, or takes back the wish for one. In a group that is not open following is
// belonging, so the membership ends too.
func (r *Rules) Unfollow(ctx context.Context, tx *db.Store, who, whom *db.Actor) error {
	f, err := tx.FollowBetween(ctx, who.ID, whom.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load follow: %w", err)
	}
	if err := r.endFollow(ctx, tx, f, whom); err != nil || whom.Local {
		return err
	}
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: who, ObjectURI: whom.URI, To: toInboxes(whom),
		Doc: vocab.ActivityDoc{Type: "Undo", To: []string{whom.URI}, Object: asked("Follow", f.URI, who.URI, whom.URI)},
	})
	return err
}

func (r *Rules) endFollow(ctx context.Context, tx *db.Store, f *db.Follow, whom *db.Actor) error {
	if err := tx.DeleteFollow(ctx, f.FollowerID, f.FolloweeID); err != nil {
		return fmt.Errorf("end follow %d: %w", f.ID, err)
	}
	g, err := groupOf(ctx, tx, whom)
	if err != nil || g == nil {
		return err
	}
	if others, err := tx.OtherFollows(ctx, f.FollowerID, g.ActorID); err != nil || len(others) > 0 {
		return err // by another account they still follow
	}
	if g.Openness == db.OpennessOpen { // there it sleeps until the person is back (domain.md 4)
		return tx.SleepMembership(ctx, g.ActorID, f.FollowerID)
	}
	return r.endMembership(ctx, tx, g, f.FollowerID, db.MemberAlumni)
}

// AcceptFollow lets a follower in who waits: a steward for a group, a person for themselves. Into a
// group that is not open it lets a member in.
func (r *Rules) AcceptFollow(ctx context.Context, tx *db.Store, by *db.Actor, f *db.Follow) error {
	p, err := r.pending(ctx, tx, by, f)
	if err != nil {
		return err
	}
	f.State = db.FollowAccepted
	if err := tx.PutFollow(ctx, f, p.follower); err != nil {
		return err
	}
	if p.group != nil && p.group.Openness != db.OpennessOpen {
		if err := r.putMember(ctx, tx, p.group, p.follower, db.Membership{Status: db.MemberFull}); err != nil {
			return err
		}
	}
	n := db.Notification{Kind: db.NotifyAccepted, ActorID: p.followee.ID}
	if p.group != nil {
		n.GroupID = p.group.ActorID
	}
	if err := Notify(ctx, tx, f.FollowerID, n); err != nil {
		return err
	}
	err = r.answer(ctx, tx, p.followee, p.follower, vocab.ActivityDoc{
		Type: "Accept", Object: asked("Follow", f.URI, p.follower.URI, p.followee.URI),
	})
	if err != nil || p.group == nil || r.closed.Admitted == nil {
		return err
	}
	return r.closed.Admitted(ctx, tx, p.group, p.follower)
}

// RejectFollow refuses a follower who waits, or sends one away.
func (r *Rules) RejectFollow(ctx context.Context, tx *db.Store, by *db.Actor, f *db.Follow) error {
	p, err := r.pending(ctx, tx, by, f)
	if err != nil {
		return err
	}
	if p.group != nil {
		return r.SendAway(ctx, tx, p.group, p.follower, f)
	}
	return r.turnAway(ctx, tx, p.followee, p.follower, f)
}

// turnAway ends a follow of a person of ours.
func (r *Rules) turnAway(ctx context.Context, tx *db.Store, followee, follower *db.Actor, f *db.Follow) error {
	f.State = db.FollowRejected
	if err := tx.PutFollow(ctx, f, follower); err != nil {
		return err
	}
	n := db.Notification{Kind: db.NotifyRefused, ActorID: followee.ID, Note: "follow-rejected"}
	if err := Notify(ctx, tx, f.FollowerID, n); err != nil {
		return err
	}
	return r.answer(ctx, tx, followee, follower, vocab.ActivityDoc{
		Type: "Reject", Object: asked("Follow", f.URI, follower.URI, followee.URI),
	})
}

// followsAtOnce is how many follows are looked through in one query.
const followsAtOnce = 200

// SendAwayFromAll ends whatever somebody elsewhere follows here, held or asked for, with the
// memberships that go with it. From then on nothing more is sent to them. It asks no permission: that
// is for who calls it.
func (r *Rules) SendAwayFromAll(ctx context.Context, tx *db.Store, who *db.Actor) error {
	for before := int64(0); ; {
		list, err := tx.FollowingOf(ctx, who.ID, before, followsAtOnce)
		if err != nil {
			return fmt.Errorf("list follows of %s: %w", who.URI, err)
		}
		for _, f := range list {
			before = f.ID
			if err := r.sendAwayFrom(ctx, tx, who, f); err != nil {
				return err
			}
		}
		if len(list) < followsAtOnce {
			return nil
		}
	}
}

func (r *Rules) sendAwayFrom(ctx context.Context, tx *db.Store, who *db.Actor, f *db.Follow) error {
	if !f.Followee.Local || f.State == db.FollowRejected {
		return nil
	}
	g, err := groupOf(ctx, tx, f.Followee)
	if err != nil {
		return err
	}
	if g != nil {
		return r.SendAway(ctx, tx, g, who, f)
	}
	return r.turnAway(ctx, tx, f.Followee, who, f)
}

// SendAway ends a follow of a group of ours, held or asked for, and the membership with it. From
// then on nothing more is sent to who it was. It asks no permission: that is for who calls it.
func (r *Rules) SendAway(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, f *db.Follow) error {
	others, err := tx.OtherFollows(ctx, who.ID, g.ActorID)
	if err != nil {
		return fmt.Errorf("list other accounts of %s: %w", who.URI, err)
	}
	if err := r.sendAway(ctx, tx, g, who, f); err != nil {
		return err
	}
	for _, other := range others { // the person goes, by each of their accounts
		account, err := tx.ActorByID(ctx, other.FollowerID)
		if err != nil {
			return fmt.Errorf("load follower %d: %w", other.FollowerID, err)
		}
		if err := r.sendAway(ctx, tx, g, account, other); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rules) sendAway(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, f *db.Follow) error {
	held := f.State == db.FollowAccepted
	f.State = db.FollowRejected
	if err := tx.PutFollow(ctx, f, who); err != nil {
		return err
	}
	if err := r.endMembership(ctx, tx, g, who.ID, db.MemberRemoved); err != nil {
		return err
	}
	n := db.Notification{Kind: db.NotifyRefused, ActorID: g.ActorID, GroupID: g.ActorID, Note: "follow-rejected"}
	if err := Notify(ctx, tx, who.ID, n); err != nil {
		return err
	}
	if held && g.Openness != db.OpennessOpen && r.closed.SentAway != nil {
		return r.closed.SentAway(ctx, tx, g, who, f)
	}
	return r.answer(ctx, tx, g.Actor, who, vocab.ActivityDoc{Type: "Reject", Object: asked("Follow", f.URI, who.URI, g.Actor.URI)})
}

// waiting is a follow that somebody here decides about.
type waiting struct {
	follower, followee *db.Actor
	group              *db.Group // nil when a person is followed
}

// pending loads what a follow is between, and refuses who has no say in it.
func (r *Rules) pending(ctx context.Context, tx *db.Store, by *db.Actor, f *db.Follow) (*waiting, error) {
	both, err := tx.ActorsByID(ctx, []int64{f.FollowerID, f.FolloweeID})
	if err != nil {
		return nil, fmt.Errorf("load both ends of follow %d: %w", f.ID, err)
	}
	p := &waiting{follower: both[f.FollowerID], followee: both[f.FolloweeID]}
	if p.follower == nil || p.followee == nil || !p.followee.Local {
		return nil, Refuse(Gone, "follow-gone")
	}
	if p.group, err = groupOf(ctx, tx, p.followee); err != nil {
		return nil, err
	}
	if p.group != nil {
		return p, r.Permit(ctx, tx, p.group, by, ActAdmit)
	}
	if by == nil || by.ID != f.FolloweeID {
		return nil, Refuse(Forbidden, "not-yours")
	}
	return p, nil
}
