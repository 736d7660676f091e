package community

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// copse is our own name in NodeInfo.
const copse = "copse"

// Join makes a person of ours a member and a follower of a group. An open group of ours takes
// newcomers at once; a closed one and one elsewhere are asked, and the membership is pending.
// Groups of other software know no members: there it only follows.
func (r *Rules) Join(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
	if err := r.Permit(ctx, tx, g, who, ActJoin); err != nil {
		return err
	}
	old, err := tx.MembershipOf(ctx, g.ActorID, who.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load membership: %w", err)
	}
	if _, err := r.Follow(ctx, tx, who, g.Actor); err != nil {
		return err
	}
	if old.Belongs() && err == nil {
		return nil
	}
	if !g.Actor.Local {
		return r.askToJoin(ctx, tx, who, g)
	}
	m := db.Membership{URI: r.iris.Activity(tx.NewID()), Status: db.MemberNewcomer}
	if g.Openness != db.OpennessOpen {
		m.Status = db.MemberPending
	}
	if err := r.putMember(ctx, tx, g, who, m); err != nil {
		return err
	}
	return notifyJoined(ctx, tx, g, who)
}

// askToJoin sends Join to a group on another Copse, or on a server that we don't know yet.
func (r *Rules) askToJoin(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
	h, err := tx.HostByName(ctx, g.Actor.Host)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load host %s: %w", g.Actor.Host, err)
	}
	if err == nil && h.Software != "" && h.Software != copse {
		return nil
	}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: who, ObjectURI: g.Actor.URI, To: toInboxes(g.Actor),
		Doc: vocab.ActivityDoc{Type: "Join", To: []string{g.Actor.URI}, Audience: g.Actor.URI, Object: g.Actor.URI},
	})
	if err != nil {
		return fmt.Errorf("ask to join %s: %w", g.Actor.URI, err)
	}
	return r.putMember(ctx, tx, g, who, db.Membership{URI: act.URI, Status: db.MemberPending})
}

// putMember stores a membership of who in g; give status, and address and door where there are.
func (r *Rules) putMember(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, m db.Membership) error {
	m.GroupID, m.ActorID = g.ActorID, who.ID
	if m.Status != db.MemberPending {
		m.JoinedAt = tx.Now()
	}
	return tx.PutMembership(ctx, &m)
}

func notifyJoined(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	return notifyStewards(ctx, tx, db.Notification{Kind: db.NotifyMember, ActorID: who.ID, GroupID: g.ActorID}, notifyOnce)
}

// Leave ends the membership of a person of ours, and the roles with it. In an open group the
// follow stays. The last facilitator must name another one first.
func (r *Rules) Leave(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
	if g.Actor.Local {
		if err := r.keepFacilitator(ctx, tx, g, who); err != nil {
			return err
		}
	}
	if err := r.endMembership(ctx, tx, g, who.ID, db.MemberAlumni); err != nil {
		return err
	}
	if !g.Actor.Local {
		_, err := r.pub.Publish(ctx, tx, federation.Outgoing{
			Actor: who, ObjectURI: g.Actor.URI, To: toInboxes(g.Actor),
			Doc: vocab.ActivityDoc{Type: "Leave", To: []string{g.Actor.URI}, Audience: g.Actor.URI, Object: g.Actor.URI},
		})
		if err != nil {
			return fmt.Errorf("leave %s: %w", g.Actor.URI, err)
		}
	}
	if g.Openness == db.OpennessOpen {
		return nil
	}
	return r.Unfollow(ctx, tx, who, g.Actor)
}

// endMembership closes a membership and takes the roles that went with it.
func (r *Rules) endMembership(ctx context.Context, tx *db.Store, g *db.Group, personID int64, status string) error {
	for _, role := range []string{db.RoleFacilitator, db.RoleModerator} {
		if err := tx.WithdrawRole(ctx, g.ActorID, personID, role); err != nil {
			return fmt.Errorf("withdraw role %s: %w", role, err)
		}
	}
	m, err := tx.MembershipOf(ctx, g.ActorID, personID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load membership: %w", err)
	}
	m.Status, m.LeftAt = status, tx.Now()
	return tx.PutMembership(ctx, m)
}

// keepFacilitator refuses that the only facilitator goes while others are there.
func (r *Rules) keepFacilitator(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) error {
	stewards, err := tx.Stewards(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load stewards of %s: %w", g.Actor.URI, err)
	}
	holds := false
	for _, st := range stewards {
		if st.Role != db.RoleFacilitator {
			continue
		}
		if st.ActorID != who.ID {
			return nil
		}
		holds = true
	}
	if holds {
		return Refuse(Conflict, "last-facilitator")
	}
	return nil
}

// AddMember makes a follower, or anybody, a full member by the word of a steward. People on
// microblogs can't ask themselves: their servers know no Join.
func (r *Rules) AddMember(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, who *db.Actor) error {
	if !g.Actor.Local {
		return Refuse(Forbidden, "not-ours")
	}
	if err := r.Permit(ctx, tx, g, by, ActAdmit); err != nil {
		return err
	}
	if err := r.Permit(ctx, tx, g, who, ActJoin); err != nil {
		return err
	}
	old, err := tx.MembershipOf(ctx, g.ActorID, who.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load membership: %w", err)
	}
	m := db.Membership{Status: db.MemberFull}
	pending := err == nil && old.Status == db.MemberPending
	if pending {
		m.URI = old.URI
	}
	if err := r.putMember(ctx, tx, g, who, m); err != nil {
		return err
	}
	n := db.Notification{Kind: db.NotifyAccepted, ActorID: by.ID, GroupID: g.ActorID, Note: "member"}
	if err := Notify(ctx, tx, who.ID, n); err != nil || !pending {
		return err
	}
	return r.answer(ctx, tx, g.Actor, who, vocab.ActivityDoc{Type: "Accept", Object: asked("Join", m.URI, who.URI, g.Actor.URI)})
}
