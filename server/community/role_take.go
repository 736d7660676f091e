package community

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
)

// TakeAddRemove handles Add to and Remove from the moderators collection of a group. For a group
// elsewhere it keeps our copy true, when the group or one of its moderators says so; for a group
// of ours it is the same act as on the web, and needs the same right.
func (r *Rules) TakeAddRemove(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	g, err := moderated(ctx, tx, in)
	if err != nil {
		return fault(err)
	}
	if g == nil {
		return federation.Ignored("unknown-target"), nil
	}
	_, iri := object(in.Activity)
	who, err := known(ctx, tx, iri)
	if err != nil {
		return fault(err)
	}
	if who == nil {
		return federation.Ignored("unknown-object"), nil
	}
	if g.Actor.Local {
		return r.takeSteward(ctx, tx, in, g, who)
	}
	speaks, err := r.speaksFor(ctx, tx, in, g)
	if err != nil {
		return fault(err)
	}
	if !speaks {
		return federation.Refused("not-moderator"), nil
	}
	role, named := stewardRole(in, who)
	if in.Activity.Type == "Add" {
		if role == db.RoleFacilitator { // who was looked for is found
			if err := tx.SaveEscalation(ctx, g.ActorID, db.StepNone); err != nil {
				return fault(err)
			}
		}
		return federation.Done(), tx.GrantRole(ctx, &db.RoleGrant{GroupID: g.ActorID, ActorID: who.ID, Role: role})
	}
	if named {
		return federation.Done(), tx.WithdrawRole(ctx, g.ActorID, who.ID, role)
	}
	return federation.Done(), withdrawAll(ctx, tx, g.ActorID, who.ID)
}

// takeSteward applies Add or Remove by a facilitator elsewhere to a group of ours.
func (r *Rules) takeSteward(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group, who *db.Actor) (federation.Outcome, error) {
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), nil
	}
	role, named := stewardRole(in, who)
	what := RoleOf{Who: who, Role: role}
	if in.Activity.Type == "Add" {
		if err := r.permitGrant(ctx, tx, in.Actor, g, what); err != nil {
			return outcome(err)
		}
		act, err := keep(ctx, tx, in, g, g.Actor.ModeratorsURI)
		if err != nil {
			return fault(err)
		}
		return outcome(r.grant(ctx, tx, g, what, act))
	}
	roles, err := tx.RolesOf(ctx, g.ActorID, who.ID)
	if err != nil {
		return fault(fmt.Errorf("load roles: %w", err))
	}
	roles = slices.DeleteFunc(roles, func(one string) bool { return !db.LooksAfter(one) || named && one != role })
	for i, role := range roles { // others know one collection: who leaves it holds no role
		what.Role = role
		if _, err := r.permitWithdraw(ctx, tx, in.Actor, g, what); err != nil {
			return outcome(err)
		}
		act := &db.Activity{ActorID: in.Actor.ID}
		if i == len(roles)-1 {
			if act, err = keep(ctx, tx, in, g, g.Actor.ModeratorsURI); err != nil {
				return fault(err)
			}
		}
		if err := r.withdraw(ctx, tx, g, what, act); err != nil {
			return fault(err)
		}
	}
	return federation.Done(), nil
}

func withdrawAll(ctx context.Context, tx *db.Store, groupID, personID int64) error {
	for _, role := range []string{db.RoleModerator, db.RoleFacilitator} {
		if err := tx.WithdrawRole(ctx, groupID, personID, role); err != nil {
			return fmt.Errorf("withdraw role %s: %w", role, err)
		}
	}
	return nil
}

// moderated is the group whose moderators collection is the target: one of ours by its address,
// one elsewhere among those that the activity came from or names. Nil where it is none.
func moderated(ctx context.Context, tx *db.Store, in *federation.Incoming) (*db.Group, error) {
	target := in.Activity.Target.IRI
	if target == "" {
		target = in.Activity.Origin.IRI // the other spelling of Remove (ActivityStreams §3)
	}
	if target == "" {
		return nil, nil //nolint:nilnil // none is an answer, not a fault
	}
	candidates := in.Activity.Audiences()
	if own, ok := strings.CutSuffix(target, federation.Moderators); ok {
		candidates = append(candidates, own)
	}
	if in.Via != nil {
		candidates = append(candidates, in.Via.URI)
	}
	for _, iri := range append(candidates, in.Actor.URI) {
		g, err := tx.GroupByURI(ctx, iri)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("load group %s: %w", iri, err)
		}
		if g.Actor.ModeratorsURI == target {
			return g, nil
		}
	}
	return nil, nil //nolint:nilnil // as above
}
