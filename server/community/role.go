package community

import (
	"context"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/server/rights"
)

// RoleOf is a role to give or take, one of db.Roles.
type RoleOf struct {
	Who  *db.Actor
	Role string
}

// GrantRole gives somebody a role in a group of ours, and membership with it. Others hear of
// facilitators and moderators, as Add to the moderators collection.
func (r *Rules) GrantRole(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, what RoleOf) error {
	if !g.Actor.Local {
		return r.askRole(ctx, tx, by, g, roleDoc("Add", g, what))
	}
	if err := r.permitGrant(ctx, tx, by, g, what); err != nil {
		return err
	}
	act := &db.Activity{ActorID: by.ID} // what others know no word for only its holder hears
	if db.LooksAfter(what.Role) {
		var err error
		if act, err = r.publishSteward(ctx, tx, by, g, stewardship{"Add", what}); err != nil {
			return err
		}
	}
	return r.grant(ctx, tx, g, what, act)
}

// Appoint is GrantRole by the group itself, where its own rule has decided (domain.md 3c).
func (r *Rules) Appoint(ctx context.Context, tx *db.Store, g *db.Group, what RoleOf) error {
	act, err := r.publishSteward(ctx, tx, g.Actor, g, stewardship{"Add", what})
	if err != nil {
		return err
	}
	return r.grant(ctx, tx, g, what, act)
}

// permitGrant is asked for roles from every door.
func (r *Rules) permitGrant(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, what RoleOf) error {
	if !g.Actor.Local {
		return Refuse(Forbidden, "not-ours")
	}
	if err := r.permitRole(ctx, tx, by, g, what.Role); err != nil {
		return err
	}
	if !slices.Contains(db.Roles(), what.Role) {
		return RefuseField("role", "choice-unknown")
	}
	if what.Who.Type != db.ActorPerson {
		return RefuseField("who", "not-a-person")
	}
	return nil
}

// permitRole says who gives and takes which role (domain.md 3c): the core group names experts, the
// admins the sponsor, facilitators all others. Who may name a facilitator where there is none may
// do that alone.
func (r *Rules) permitRole(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, role string) error {
	act := rights.Grant
	switch role {
	case db.RoleExpert:
		act = rights.GrantExpert
	case db.RoleSponsor:
		act = rights.NameSponsor
	case db.RoleFacilitator:
		held, err := tx.HoldersOf(ctx, g.ActorID, role)
		if err != nil {
			return fmt.Errorf("load facilitators of %s: %w", g.Actor.URI, err)
		}
		if len(held) == 0 && r.Permit(ctx, tx, g, by, rights.NameFacilitator) == nil {
			return nil
		}
	}
	return r.Permit(ctx, tx, g, by, act)
}

// PermitRole says whether somebody may give and take a role in a group, as the acts ask it.
func (r *Rules) PermitRole(ctx context.Context, s *db.Store, by *db.Actor, g *db.Group, role string) error {
	return r.permitRole(ctx, s, by, g, role)
}

// grant writes what follows from an Add that is ours or kept, and passes it on.
func (r *Rules) grant(ctx context.Context, tx *db.Store, g *db.Group, what RoleOf, act *db.Activity) error {
	if err := r.Permit(ctx, tx, g, what.Who, ActJoin); err != nil {
		return err // banned or suspended
	}
	st, err := r.Standing(ctx, tx, g, what.Who)
	if err != nil {
		return err
	}
	if !st.Belongs {
		if err := r.putMember(ctx, tx, g, what.Who, db.Membership{Status: db.MemberFull}); err != nil {
			return err
		}
	}
	row := &db.RoleGrant{GroupID: g.ActorID, ActorID: what.Who.ID, Role: what.Role, GrantedBy: act.ActorID}
	if err := tx.GrantRole(ctx, row); err != nil {
		return fmt.Errorf("grant role %s: %w", what.Role, err)
	}
	n := db.Notification{Kind: db.NotifyAccepted, ActorID: act.ActorID, GroupID: g.ActorID, Note: what.Role}
	if err := Notify(ctx, tx, what.Who.ID, n); err != nil {
		return err
	}
	if err := r.tellRole(ctx, tx, g, "Add", what); err != nil {
		return err
	}
	return r.logAndAnnounce(ctx, tx, g, act, db.ModerationEntry{Act: "grant", TargetID: what.Who.ID, Reason: what.Role})
}

// WithdrawRole takes a role away; one may always lay down one's own. The last facilitator stays
// until another is named. Membership stays.
func (r *Rules) WithdrawRole(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, what RoleOf) error {
	if !g.Actor.Local {
		return r.askRole(ctx, tx, by, g, roleDoc("Remove", g, what))
	}
	last, err := r.permitWithdraw(ctx, tx, by, g, what)
	if err != nil {
		return err
	}
	act := &db.Activity{ActorID: by.ID}
	if last {
		if act, err = r.publishSteward(ctx, tx, by, g, stewardship{"Remove", what}); err != nil {
			return err
		}
	}
	return r.withdraw(ctx, tx, g, what, act)
}

// permitWithdraw also says whether it is the last role the person holds: others know only one
// collection of moderators, which a person leaves with the last.
func (r *Rules) permitWithdraw(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, what RoleOf) (bool, error) {
	if !g.Actor.Local {
		return false, Refuse(Forbidden, "not-ours")
	}
	if by == nil || by.ID != what.Who.ID {
		if err := r.permitRole(ctx, tx, by, g, what.Role); err != nil {
			return false, err
		}
	}
	roles, err := tx.RolesOf(ctx, g.ActorID, what.Who.ID)
	if err != nil {
		return false, fmt.Errorf("load roles: %w", err)
	}
	if !slices.Contains(roles, what.Role) {
		return false, Refuse(Gone, "role-gone")
	}
	if what.Role == db.RoleFacilitator {
		if err := r.keepFacilitator(ctx, tx, g, what.Who); err != nil {
			return false, err
		}
	}
	known := slices.DeleteFunc(roles, func(role string) bool { return !db.LooksAfter(role) })
	return len(known) == 1 && db.LooksAfter(what.Role), nil
}

// withdraw writes what follows from a Remove that is ours or kept, and passes it on.
func (r *Rules) withdraw(ctx context.Context, tx *db.Store, g *db.Group, what RoleOf, act *db.Activity) error {
	if err := tx.WithdrawRole(ctx, g.ActorID, what.Who.ID, what.Role); err != nil {
		return fmt.Errorf("withdraw role %s: %w", what.Role, err)
	}
	if err := r.tellRole(ctx, tx, g, "Remove", what); err != nil {
		return err
	}
	return r.logAndAnnounce(ctx, tx, g, act, db.ModerationEntry{Act: "withdraw", TargetID: what.Who.ID, Reason: what.Role})
}

func (r *Rules) logAndAnnounce(ctx context.Context, tx *db.Store, g *db.Group, act *db.Activity, e db.ModerationEntry) error {
	e.GroupID, e.ActorID = g.ActorID, act.ActorID
	if err := tx.LogModeration(ctx, &e); err != nil {
		return fmt.Errorf("log %s: %w", e.Act, err)
	}
	return r.Announce(ctx, tx, g, act, g.Actor.ModeratorsURI)
}

// stewardship is Add to or Remove from the moderators collection.
type stewardship struct {
	kind string
	RoleOf
}

func (r *Rules) publishSteward(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, s stewardship) (*db.Activity, error) {
	doc := roleDoc(s.kind, g, s.RoleOf)
	doc.To, doc.Cc = openly(g), []string{g.Actor.URI, s.Who.URI}
	act, err := r.pub.Publish(ctx, tx, federation.Outgoing{
		Actor: by, ObjectURI: g.Actor.ModeratorsURI, GroupID: g.ActorID, Public: g.Openness == db.OpennessOpen,
		To: toPeople(s.Who), Doc: doc,
	})
	if err != nil {
		return nil, fmt.Errorf("%s steward %s: %w", s.kind, s.Who.URI, err)
	}
	return act, nil
}
