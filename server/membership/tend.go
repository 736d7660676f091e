package membership

import (
	"context"
	"fmt"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/rights"
)

// After how long without an act of a facilitator who is told (domain.md 3c).
const (
	TellCore    = 30 * 24 * time.Hour
	TellSponsor = 45 * 24 * time.Hour
	TellAll     = 60 * 24 * time.Hour
)

// consents is how many members' consent makes a facilitator; more than half of the core group does
// as well.
const consents = 5

// Tend moves a community that no facilitator looks after one step on, or back to rest once one acts.
func (r *Rules) Tend(ctx context.Context, tx *db.Store, t db.Tended) error {
	idle := tx.Now().Sub(t.At.Time)
	step, role := db.StepNone, ""
	switch {
	case idle >= TellAll:
		step = db.StepOpen
	case idle >= TellSponsor:
		step, role = db.StepSponsor, db.RoleSponsor
	case idle >= TellCore:
		step, role = db.StepCore, db.RoleCore
	}
	if step == t.Step {
		return nil
	}
	if err := tx.SaveEscalation(ctx, t.GroupID, step); err != nil {
		return fmt.Errorf("escalate group %d: %w", t.GroupID, err)
	}
	if step < t.Step {
		return nil
	}
	n := db.Notification{Kind: db.NotifyJoin, ActorID: t.GroupID, GroupID: t.GroupID, Note: "untended"}
	g, err := tx.GroupByID(ctx, t.GroupID)
	if err != nil {
		return fmt.Errorf("load group %d: %w", t.GroupID, err)
	}
	if role == "" {
		if err := community.NotifyStewards(ctx, tx, n); err != nil {
			return err
		}
		return r.tellMembers(ctx, tx, g, community.Notice{Code: kindOpen})
	}
	holders, err := tx.HoldersOf(ctx, t.GroupID, role)
	if err != nil {
		return fmt.Errorf("load %s of %s: %w", role, g.Actor.URI, err)
	}
	if len(holders) == 0 { // nobody to tell but those who are there
		return community.NotifyStewards(ctx, tx, n)
	}
	for _, h := range holders {
		if _, err := r.com.Tell(ctx, tx, g, community.Notice{To: h.Actor, Code: "join-untended"}); err != nil {
			return err
		}
	}
	return nil
}

// Offer is a member saying that they would facilitate a community that looks for somebody.
func (r *Rules) Offer(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
	if err := r.permitTending(ctx, tx, who, g, rights.Volunteer); err != nil {
		return err
	}
	if err := tx.PutVolunteer(ctx, &db.Volunteer{GroupID: g.ActorID, ActorID: who.ID, ByID: who.ID}); err != nil {
		return err
	}
	if !g.Actor.Local {
		return r.sendWord(ctx, tx, who, g, message{kind: kindOffers, text: "I offer to facilitate."})
	}
	if err := r.tellMembers(ctx, tx, g, community.Notice{Code: kindOffered, Person: who.Label(), Whom: who}); err != nil {
		return err
	}
	return community.NotifyStewards(ctx, tx, db.Notification{Kind: db.NotifyJoin, ActorID: who.ID, GroupID: g.ActorID, Note: "offered"})
}

// Consent agrees that somebody who offered facilitates, and makes them facilitator with the last
// consent that is needed.
func (r *Rules) Consent(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, who *db.Actor) error {
	if err := r.permitTending(ctx, tx, by, g, rights.Consent); err != nil {
		return err
	}
	if same, err := onePerson(ctx, tx, by, who); err != nil || same {
		if err == nil {
			err = community.Refuse(community.Invalid, "consent-self")
		}
		return err
	}
	given, err := r.givenFor(ctx, tx, g, who)
	if err != nil {
		return err
	}
	if !given.offered {
		return community.Refuse(community.Gone, "offer-gone")
	}
	if err := tx.PutVolunteer(ctx, &db.Volunteer{GroupID: g.ActorID, ActorID: who.ID, ByID: by.ID}); err != nil {
		return err
	}
	if !g.Actor.Local {
		return r.sendWord(ctx, tx, by, g, message{kind: kindConsents, text: "I agree that " + who.Label() + " facilitates.", about: who.URI})
	}
	if given, err = r.givenFor(ctx, tx, g, who); err != nil || !given.enough() {
		return err
	}
	if err := r.com.Appoint(ctx, tx, g, community.RoleOf{Who: who, Role: db.RoleFacilitator}); err != nil {
		return err
	}
	return tx.SaveEscalation(ctx, g.ActorID, db.StepNone)
}

// permitTending is asked at home; a group elsewhere has said that it looks for somebody.
func (r *Rules) permitTending(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group, act rights.Act) error {
	if err := r.com.Permit(ctx, tx, g, who, act); err != nil {
		return err
	}
	e, err := tx.EscalationOf(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load escalation of %s: %w", g.Actor.URI, err)
	}
	if e.Step != db.StepOpen {
		return community.Refuse(community.Conflict, "facilitated")
	}
	return nil
}

// given is the consent that somebody has who offered.
type given struct {
	offered           bool
	all, core, ofCore int
}

func (g given) enough() bool {
	return g.all >= consents || g.ofCore > 0 && 2*g.core > g.ofCore
}

func (r *Rules) givenFor(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor) (given, error) {
	var out given
	rows, err := tx.Volunteers(ctx, g.ActorID)
	if err != nil {
		return out, fmt.Errorf("load offers in %s: %w", g.Actor.URI, err)
	}
	core, err := tx.HoldersOf(ctx, g.ActorID, db.RoleCore)
	if err != nil {
		return out, fmt.Errorf("load core group of %s: %w", g.Actor.URI, err)
	}
	inCore := make(map[int64]bool)
	for _, c := range core {
		if c.ActorID != who.ID {
			inCore[c.ActorID] = true
		}
	}
	out.ofCore = len(inCore)
	for _, v := range rows {
		switch {
		case v.ActorID != who.ID:
		case v.ByID == who.ID:
			out.offered = true
		default:
			out.all++
			if inCore[v.ByID] {
				out.core++
			}
		}
	}
	return out, nil
}
