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

// BanOf is a ban to be. Reason is plain text that the banned person reads; a zero Until has no end.
type BanOf struct {
	Who    *db.Actor
	Reason string
	Until  db.Time
}

// Ban keeps a person from writing in a group: membership, roles and a waiting follow end, what was
// written stays. A moderator can't ban a steward; a facilitator can.
func (r *Rules) Ban(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, b BanOf) error {
	if !g.Actor.Local {
		return r.askToBan(ctx, tx, by, g, b)
	}
	if err := r.permitBan(ctx, tx, by, g, b.Who); err != nil {
		return err
	}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: by, Doc: blockDoc(g, b), ObjectURI: b.Who.URI, GroupID: g.ActorID,
		Public: g.Openness == db.OpennessOpen, To: toPeople(b.Who),
	})
	if err != nil {
		return fmt.Errorf("ban %s: %w", b.Who.URI, err)
	}
	return r.ban(ctx, tx, g, b, act)
}

// askToBan sends a moderator's ban to a group elsewhere; it holds when the group passes it on.
func (r *Rules) askToBan(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, b BanOf) error {
	if err := r.Permit(ctx, tx, g, by, ActBan); err != nil {
		return err
	}
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: by, Doc: blockDoc(g, b), ObjectURI: b.Who.URI, GroupID: g.ActorID,
		Public: g.Openness == db.OpennessOpen, To: toPeople(g.Actor),
	})
	return err
}

// blockDoc is a ban on the wire: Block with the group as target, both spellings of its end
// (wire.md 5). Nothing is removed with it.
func blockDoc(g *db.Group, b BanOf) vocab.ActivityDoc {
	keep := false
	return vocab.ActivityDoc{
		Type: "Block", To: openly(g), Cc: []string{g.Actor.URI, b.Who.URI}, Audience: g.Actor.URI,
		Object: b.Who.URI, Target: g.Actor.URI, Summary: content.PlainName(b.Reason),
		EndTime: b.Until.Time, Expires: b.Until.Time, RemoveData: &keep,
	}
}

// openly is who reads what stewards do: everybody in an open group, followers in others.
func openly(g *db.Group) []string {
	if g.Openness == db.OpennessOpen {
		return []string{vocab.Public}
	}
	return []string{g.Actor.FollowersURI}
}

// permitBan is asked for bans from every door.
func (r *Rules) permitBan(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, who *db.Actor) error {
	if err := r.Permit(ctx, tx, g, by, ActBan); err != nil {
		return err
	}
	if by.ID == who.ID {
		return Refuse(Invalid, "ban-self")
	}
	st, err := r.Standing(ctx, tx, g, who)
	if err != nil || !st.Moderates() {
		return err
	}
	mine, err := r.Standing(ctx, tx, g, by)
	if err != nil {
		return err
	}
	if mine.Role == db.RoleFacilitator || mine.Admin && !st.Admin {
		return nil
	}
	return Refuse(Forbidden, "ban-steward")
}

// ban writes what follows from a Block that is ours or kept, and passes it on.
func (r *Rules) ban(ctx context.Context, tx *db.Store, g *db.Group, b BanOf, act *db.Activity) error {
	reason := content.PlainName(b.Reason)
	row := &db.Ban{GroupID: g.ActorID, ActorID: b.Who.ID, URI: act.URI, Reason: reason, BannedBy: act.ActorID, Until: b.Until}
	if err := tx.PutBan(ctx, row); err != nil {
		return fmt.Errorf("store ban: %w", err)
	}
	if err := r.endMembership(ctx, tx, g, b.Who.ID, db.MemberRemoved); err != nil {
		return err
	}
	if err := r.endWaiting(ctx, tx, g, b.Who); err != nil {
		return err
	}
	entry := &db.ModerationEntry{GroupID: g.ActorID, ActorID: act.ActorID, Act: "ban", TargetID: b.Who.ID, Reason: reason}
	if err := tx.LogModeration(ctx, entry); err != nil {
		return fmt.Errorf("log ban: %w", err)
	}
	n := db.Notification{Kind: db.NotifyRefused, ActorID: act.ActorID, GroupID: g.ActorID, Note: "banned"}
	if err := Notify(ctx, tx, b.Who.ID, n); err != nil {
		return err
	}
	return r.Announce(ctx, tx, g, act, b.Who.URI)
}

// endWaiting ends a follow that waits. One that was accepted stays in an open group, where anybody
// reads; in others it would let the banned read on.
func (r *Rules) endWaiting(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	f, err := tx.FollowBetween(ctx, who.ID, g.ActorID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load follow: %w", err)
	}
	if f.State == db.FollowRejected || (f.State == db.FollowAccepted && g.Openness == db.OpennessOpen) {
		return nil
	}
	return r.SendAway(ctx, tx, g, who, f)
}

// LiftBan ends a ban. Membership and roles don't come back with it.
func (r *Rules) LiftBan(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, who *db.Actor) error {
	if err := r.Permit(ctx, tx, g, by, ActBan); err != nil {
		return err
	}
	old, err := tx.BanOf(ctx, g.ActorID, who.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load ban: %w", err)
	}
	var undone any = &vocab.ActivityDoc{ID: old.URI, Type: "Block", Actor: by.URI, Object: who.URI, Target: g.Actor.URI}
	if block, err := tx.ActivityByURI(ctx, old.URI); err == nil {
		undone = vocab.Raw(block.Body)
	}
	to := toPeople(who)
	if !g.Actor.Local {
		to = toPeople(g.Actor)
	}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: by, ObjectURI: who.URI, GroupID: g.ActorID, Public: g.Openness == db.OpennessOpen, To: to,
		Doc: vocab.ActivityDoc{
			Type: "Undo", To: openly(g), Cc: []string{g.Actor.URI, who.URI}, Audience: g.Actor.URI, Object: undone,
		},
	})
	if err != nil || !g.Actor.Local {
		return err
	}
	return r.liftBan(ctx, tx, g, who, act)
}

// liftBan writes what follows from an Undo{Block} that is ours or kept, and passes it on.
func (r *Rules) liftBan(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, act *db.Activity) error {
	if err := tx.LiftBan(ctx, g.ActorID, who.ID); err != nil {
		return fmt.Errorf("lift ban: %w", err)
	}
	entry := &db.ModerationEntry{GroupID: g.ActorID, ActorID: act.ActorID, Act: "unban", TargetID: who.ID}
	if err := tx.LogModeration(ctx, entry); err != nil {
		return fmt.Errorf("log lifted ban: %w", err)
	}
	return r.Announce(ctx, tx, g, act, who.URI)
}
