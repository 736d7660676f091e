package community

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// Roles follows the address of a group: the collection that roles are added to which other software
// has no word for (domain.md 3b). It is not served: who holds what is for the group's own pages.
const Roles = "/roles"

// roleTarget is the collection that a role is added to.
func roleTarget(g *db.Group, role string) string {
	if db.LooksAfter(role) {
		return g.Actor.ModeratorsURI
	}
	return g.Actor.URI + Roles
}

// roleDoc is Add or Remove of somebody with a role, named in copse:roles (wire.md 11).
func roleDoc(kind string, g *db.Group, what RoleOf) vocab.ActivityDoc {
	return vocab.ActivityDoc{
		Type: kind, Audience: g.Actor.URI, Object: what.Who.URI, Target: roleTarget(g, what.Role),
		Roles: map[string]string{what.Who.URI: what.Role},
	}
}

// askRole sends what somebody of ours does with a role in a group elsewhere. Its own server decides
// by the table of rights; here only who looks after it is let send, and who lays down their own.
func (r *Rules) askRole(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, doc vocab.ActivityDoc) error {
	st, err := r.Standing(ctx, tx, g, by)
	if err != nil {
		return err
	}
	if !st.Moderates() && (doc.Type != "Remove" || by == nil || doc.Object != by.URI) {
		return Refuse(Forbidden, "not-facilitator")
	}
	doc.To = []string{g.Actor.URI}
	_, err = r.pub.Publish(ctx, tx, federation.Outgoing{Actor: by, ObjectURI: g.Actor.URI + Roles, To: toInboxes(g.Actor), Doc: doc})
	if err != nil {
		return fmt.Errorf("send %s of a role to %s: %w", doc.Type, g.Actor.URI, err)
	}
	return nil
}

// tellRole lets the server of somebody elsewhere know of a role that no moderators collection shows,
// and nobody beside it: roles don't cross to others (domain.md 4.2).
func (r *Rules) tellRole(ctx context.Context, tx *db.Store, g *db.Group, kind string, what RoleOf) error {
	if db.LooksAfter(what.Role) || what.Who.Local {
		return nil
	}
	doc := roleDoc(kind, g, what)
	doc.To = []string{what.Who.URI}
	_, err := r.pub.Publish(ctx, tx, federation.Outgoing{Actor: g.Actor, ObjectURI: what.Who.URI, To: toInboxes(what.Who), Doc: doc})
	if err != nil {
		return fmt.Errorf("tell %s of a role: %w", what.Who.URI, err)
	}
	return nil
}

// TakeRole handles Add to and Remove from the roles of a group: of one of ours it is the same act as
// on the web and needs the same right; of one elsewhere the group tells what one of ours holds.
func (r *Rules) TakeRole(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	if !in.Vouched || in.Via != nil {
		return federation.Refused("not-vouched"), nil
	}
	own, _ := strings.CutSuffix(in.Activity.Target.IRI, Roles)
	g, err := tx.GroupByURI(ctx, own)
	if errors.Is(err, db.ErrNotFound) {
		return federation.Ignored("unknown-target"), nil
	}
	if err != nil {
		return fault(fmt.Errorf("load group %s: %w", own, err))
	}
	_, iri := object(in.Activity)
	who, err := known(ctx, tx, iri)
	if err != nil {
		return fault(err)
	}
	if who == nil {
		return federation.Ignored("unknown-object"), nil
	}
	what := RoleOf{Who: who, Role: in.Activity.Roles[iri]}
	if db.LooksAfter(what.Role) || !slices.Contains(db.Roles(), what.Role) {
		return federation.Ignored("unknown-role"), nil
	}
	if g.Actor.Local {
		return outcome(r.roleByRemote(ctx, tx, in, g, what))
	}
	if in.Actor.ID != g.ActorID || !who.Local {
		return federation.Refused("not-moderator"), nil
	}
	return federation.Done(), r.keepRole(ctx, tx, in, what)
}

func (r *Rules) roleByRemote(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group, what RoleOf) error {
	act := &db.Activity{ActorID: in.Actor.ID} // it is passed on to nobody
	if in.Activity.Type == "Add" {
		if err := r.permitGrant(ctx, tx, in.Actor, g, what); err != nil {
			return err
		}
		return r.grant(ctx, tx, g, what, act)
	}
	if _, err := r.permitWithdraw(ctx, tx, in.Actor, g, what); err != nil {
		return err
	}
	return r.withdraw(ctx, tx, g, what, act)
}

// keepRole keeps what one of ours holds in a group elsewhere.
func (r *Rules) keepRole(ctx context.Context, tx *db.Store, in *federation.Incoming, what RoleOf) error {
	if in.Activity.Type != "Add" {
		return tx.WithdrawRole(ctx, in.Actor.ID, what.Who.ID, what.Role)
	}
	row := &db.RoleGrant{GroupID: in.Actor.ID, ActorID: what.Who.ID, Role: what.Role, GrantedBy: in.Actor.ID}
	if err := tx.GrantRole(ctx, row); err != nil {
		return fmt.Errorf("grant role %s: %w", what.Role, err)
	}
	return Notify(ctx, tx, what.Who.ID, db.Notification{Kind: db.NotifyAccepted, ActorID: in.Actor.ID, GroupID: in.Actor.ID, Note: what.Role})
}

// stewardRole is which of the two roles an Add to or Remove from the moderators is about; other
// software names none and knows moderators.
func stewardRole(in *federation.Incoming, who *db.Actor) (role string, named bool) {
	if role = in.Activity.Roles[who.URI]; db.LooksAfter(role) {
		return role, true
	}
	return db.RoleModerator, false
}
