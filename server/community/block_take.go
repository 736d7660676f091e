package community

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// TakeBlock handles Block in its two senses. With a group as target it is a moderator's ban: in a
// group of ours it meets the same rule as a ban from the web; in one elsewhere we remember it, so
// that our person is told before writing in vain. Without a target somebody wants nothing to do
// with one of ours: follows end both ways.
func (r *Rules) TakeBlock(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	b, out, err := r.blocked(ctx, tx, in, in.Activity)
	if b == nil {
		return out, err
	}
	switch {
	case b.group == nil:
		return r.blockPerson(ctx, tx, in, b.who)
	case b.group.Actor.Local:
		return r.banFrom(ctx, tx, in, b)
	}
	row := &db.Ban{
		GroupID: b.group.ActorID, ActorID: b.who.ID, URI: in.Activity.ID, Reason: content.PlainName(in.Activity.Summary),
		BannedBy: in.Actor.ID, Until: until(in.Activity),
	}
	return federation.Done(), tx.PutBan(ctx, row)
}

// TakeUndoBlock handles the end of what TakeBlock took.
func (r *Rules) TakeUndoBlock(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	block, _ := object(in.Activity)
	if block == nil {
		return federation.Ignored("no-object"), nil
	}
	b, out, err := r.blocked(ctx, tx, in, block)
	if b == nil {
		return out, err
	}
	switch {
	case b.group == nil:
		return federation.Done(), tx.DeleteActorBlock(ctx, in.Actor.ID, b.who.ID)
	case !b.group.Actor.Local:
		return federation.Done(), tx.LiftBan(ctx, b.group.ActorID, b.who.ID)
	}
	if err := r.Permit(ctx, tx, b.group, in.Actor, ActBan); err != nil {
		return outcome(err)
	}
	act, err := keep(ctx, tx, in, b.group, b.who.URI)
	if err != nil {
		return fault(err)
	}
	return outcome(r.liftBan(ctx, tx, b.group, b.who, act))
}

// block is who is blocked by whom, and where.
type block struct {
	who   *db.Actor
	group *db.Group // nil when it is between two actors
}

// blocked reads a Block; nil with an outcome where its sender has no right to it.
func (r *Rules) blocked(ctx context.Context, tx *db.Store, in *federation.Incoming, act *vocab.Object) (*block, federation.Outcome, error) {
	_, iri := object(act)
	who, err := known(ctx, tx, iri)
	if err != nil {
		return nil, federation.Outcome{}, err
	}
	if who == nil {
		return nil, federation.Ignored("unknown-object"), nil
	}
	if act.Target.IRI == "" {
		return r.blockedPerson(in, who)
	}
	target, err := known(ctx, tx, act.Target.IRI)
	if err != nil {
		return nil, federation.Outcome{}, err
	}
	if target == nil {
		return nil, federation.Ignored("unknown-target"), nil
	}
	g, err := groupOf(ctx, tx, target)
	if err != nil {
		return nil, federation.Outcome{}, err
	}
	if g == nil {
		return nil, federation.Ignored("not-a-group"), nil
	}
	if g.Actor.Local {
		if !in.Vouched || in.Via != nil {
			return nil, federation.Refused("not-vouched"), nil
		}
		return &block{who: who, group: g}, federation.Done(), nil
	}
	speaks, err := r.speaksFor(ctx, tx, in, g)
	if err != nil || !speaks {
		return nil, federation.Refused("not-moderator"), err
	}
	return &block{who: who, group: g}, federation.Done(), nil
}

func (r *Rules) blockedPerson(in *federation.Incoming, who *db.Actor) (*block, federation.Outcome, error) {
	switch {
	case !in.Vouched || in.Via != nil:
		return nil, federation.Refused("not-vouched"), nil
	case !who.Local:
		return nil, federation.Ignored("not-ours"), nil
	}
	return &block{who: who}, federation.Done(), nil
}

// speaksFor says that an activity about a group elsewhere has the group's authority: the group
// itself sent it or passed it on, or one who looks after it as far as we know (wire.md 11).
func (r *Rules) speaksFor(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group) (bool, error) {
	if in.Via != nil {
		return in.Via.ID == g.ActorID, nil
	}
	if !in.Vouched {
		return false, nil
	}
	if in.Actor.ID == g.ActorID {
		return true, nil
	}
	st, err := r.Standing(ctx, tx, g, in.Actor)
	return st.Moderates(), err
}

// blockPerson stores that somebody elsewhere blocks one of ours. Private messages that wait for
// them go no more.
func (r *Rules) blockPerson(ctx context.Context, tx *db.Store, in *federation.Incoming, who *db.Actor) (federation.Outcome, error) {
	row := &db.ActorBlock{ActorID: in.Actor.ID, TargetID: who.ID, URI: in.Activity.ID}
	if err := tx.PutActorBlock(ctx, row); err != nil {
		return fault(fmt.Errorf("store block: %w", err))
	}
	if err := tx.CancelPrivate(ctx, who.ID, in.Actor); err != nil {
		return fault(err)
	}
	if err := tx.DeleteFollow(ctx, in.Actor.ID, who.ID); err != nil {
		return fault(err)
	}
	return federation.Done(), tx.DeleteFollow(ctx, who.ID, in.Actor.ID)
}

// banFrom bans from a group of ours by the word of one of its moderators elsewhere.
func (r *Rules) banFrom(ctx context.Context, tx *db.Store, in *federation.Incoming, b *block) (federation.Outcome, error) {
	if err := r.permitBan(ctx, tx, in.Actor, b.group, b.who); err != nil {
		return outcome(err)
	}
	act, err := keep(ctx, tx, in, b.group, b.who.URI)
	if err != nil {
		return fault(err)
	}
	return outcome(r.ban(ctx, tx, b.group, BanOf{Who: b.who, Reason: in.Activity.Summary, Until: until(in.Activity)}, act))
}

// until is the end of a ban: endTime, or Mbin's expires, which vocab reads as the same.
func until(act *vocab.Object) db.Time {
	if act.EndTime == nil {
		return db.Time{}
	}
	return db.At(*act.EndTime)
}

// keep stores a remote steward's activity with its exact bytes, so that the group can pass it on.
func keep(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group, about string) (*db.Activity, error) {
	row := &db.Activity{
		URI: in.Activity.ID, ActorID: in.Actor.ID, Type: in.Activity.Type, ObjectURI: about, GroupID: g.ActorID, Body: in.Body,
	}
	if row.URI == "" {
		return row, nil // it counts, but what has no id can't be passed on
	}
	return row, tx.KeepActivity(ctx, row)
}
