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

// Entry is how somebody comes into a group.
type Entry struct {
	// URI is the id of the Join of somebody elsewhere; empty for ours.
	URI  string
	Door string
	// Status is db.MemberPending where somebody has to decide; empty lets the openness decide: an
	// open group takes newcomers at once.
	Status string
	// Join is what the Join to a group elsewhere says beside the group.
	Join vocab.ActivityDoc
}

// Join makes somebody a member of a group, and a person of ours its follower: at once, or pending.
// What one commits to by it is for the room membership. A group elsewhere is asked; of other
// software, which knows no members, it is only followed. Joining twice changes nothing.
func (r *Rules) Join(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group, e Entry) error {
	if err := r.Permit(ctx, tx, g, who, ActJoin); err != nil {
		return err
	}
	old, err := tx.MembershipOf(ctx, g.ActorID, who.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load membership: %w", err)
	}
	was := err == nil
	if who.Local {
		if _, err := r.Follow(ctx, tx, who, g.Actor); err != nil {
			return err
		}
	}
	if was && old.Belongs() {
		return nil
	}
	if !g.Actor.Local {
		return r.askToJoin(ctx, tx, who, g, e.Join)
	}
	m := db.Membership{URI: e.URI, Status: e.Status, Door: e.Door}
	if m.URI == "" {
		m.URI = r.iris.Activity(tx.NewID())
	}
	switch {
	case m.Status != "":
	case g.Openness != db.OpennessOpen:
		m.Status = db.MemberPending
	default:
		m.Status = entersAs(tx, old, was)
	}
	if was && old.Status == db.MemberAlumni && m.Status != db.MemberPending {
		m.JoinedAt = old.JoinedAt // who comes back has lost nothing
	}
	if err := r.putMember(ctx, tx, g, who, m); err != nil {
		return err
	}
	return notifyJoined(ctx, tx, g, who)
}

// entersAs is what somebody is on coming in: a newcomer, or what they were when they left.
func entersAs(tx *db.Store, old *db.Membership, was bool) string {
	if was && old.Status == db.MemberAlumni && !old.JoinedAt.IsZero() && tx.Now().Sub(old.JoinedAt.Time) >= NewcomerFor {
		return db.MemberFull
	}
	return db.MemberNewcomer
}

// askToJoin sends Join to a group on another Copse, or on a server that we don't know yet.
func (r *Rules) askToJoin(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group, doc vocab.ActivityDoc) error {
	h, err := tx.HostByName(ctx, g.Actor.Host)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("load host %s: %w", g.Actor.Host, err)
	}
	if err == nil && h.Software != "" && h.Software != copse {
		return nil
	}
	doc.Type, doc.To, doc.Audience, doc.Object = "Join", []string{g.Actor.URI}, g.Actor.URI, g.Actor.URI
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{Actor: who, ObjectURI: g.Actor.URI, To: toInboxes(g.Actor), Doc: doc})
	if err != nil {
		return fmt.Errorf("ask to join %s: %w", g.Actor.URI, err)
	}
	return r.putMember(ctx, tx, g, who, db.Membership{URI: act.URI, Status: db.MemberPending})
}

// putMember stores a membership of who in g; give status, and address and door where there are.
func (r *Rules) putMember(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, m db.Membership) error {
	m.GroupID, m.ActorID = g.ActorID, who.ID
	if m.Status != db.MemberPending && m.JoinedAt.IsZero() {
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
	for _, role := range db.Roles() {
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
	return r.AnswerJoin(ctx, tx, g, JoinAnswer{To: who, Join: m.URI, Type: "Accept"})
}
