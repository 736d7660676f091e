// Package person knows when several accounts are one human being: one person, several verified doors,
// one membership (domain.md 3a.5). What is stored about a person is found by each of their accounts,
// see db.Store.PersonBehind.
//
// An account is opened as a further door by the person, in their settings, or recognised where both
// say of each other that they are the same. It grants nothing by itself and knows no community but
// for merging what both belong to; server/membership asks it before anybody joins.
package person

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
)

// How a door was proved.
const (
	ByLinks   = "links"   // the other account names the one here, and its owner opened it here
	ByAliases = "aliases" // both name each other in alsoKnownAs, as for a Move (FEP-7628)
)

// Recognise finds out whether somebody is a person that is known by another account: each must give
// the other's address in alsoKnownAs, which nobody writes there by chance, as one does a link to a
// colleague. It takes back what it found before where one no longer does.
func Recognise(ctx context.Context, tx *db.Store, who *db.Actor) error {
	if who.Type != db.ActorPerson {
		return nil
	}
	if err := recall(ctx, tx, who); err != nil {
		return err
	}
	for iri := range strings.FieldsSeq(who.AlsoKnownAs) {
		other, err := tx.ActorByURI(ctx, iri)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("load other account %s: %w", iri, err)
		}
		if other.Type != db.ActorPerson || !other.Active() || other.ID == who.ID || !mutual(who, other) {
			continue
		}
		if err := unite(ctx, tx, who, other); err != nil {
			return err
		}
	}
	return nil
}

func mutual(a, b *db.Actor) bool {
	return slices.Contains(strings.Fields(a.AlsoKnownAs), b.URI) && slices.Contains(strings.Fields(b.AlsoKnownAs), a.URI)
}

// recall closes a door that stands by aliases alone and does so no more.
func recall(ctx context.Context, tx *db.Store, who *db.Actor) error {
	d, err := tx.DoorOf(ctx, who.ID)
	if errors.Is(err, db.ErrNotFound) || err == nil && d.Proof != ByAliases {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load door %s: %w", who.URI, err)
	}
	behind, err := tx.ActorByID(ctx, d.PersonID)
	if err != nil {
		return fmt.Errorf("load person %d: %w", d.PersonID, err)
	}
	if mutual(who, behind) {
		return nil
	}
	return tx.ClosePersonDoor(ctx, d.PersonID, who.ID)
}

// unite makes one of two accounts a door of the other. Ours is the person; of two elsewhere the one
// that has a door already, or belongs somewhere, else the one that was known first.
func unite(ctx context.Context, tx *db.Store, a, b *db.Actor) error {
	if a.Local && b.Local {
		return nil // each acts for itself here
	}
	one, err := standsFor(ctx, tx, a)
	if err != nil {
		return err
	}
	two, err := standsFor(ctx, tx, b)
	if err != nil || one.behind == two.behind {
		return err
	}
	if one.door || two.door {
		return nil // of somebody else: whose is not for us to say
	}
	me, other := a, b
	if two.weight > one.weight || two.weight == one.weight && b.ID < a.ID {
		me, other = b, a
	}
	if open, err := tx.DoorsOf(ctx, other.ID); err != nil || len(open) > 0 {
		return err
	}
	return Open(ctx, tx, me, &db.PersonDoor{ActorID: other.ID, Proof: ByAliases})
}

// standing is what makes an account the person rather than a door.
type standing struct {
	behind int64
	door   bool
	weight int
}

func standsFor(ctx context.Context, tx *db.Store, a *db.Actor) (standing, error) {
	var st standing
	var err error
	if st.behind, err = tx.PersonBehind(ctx, a.ID); err != nil {
		return st, fmt.Errorf("see who is behind %s: %w", a.URI, err)
	}
	st.door = st.behind != a.ID
	doors, err := tx.DoorsOf(ctx, a.ID)
	if err != nil {
		return st, fmt.Errorf("list doors of %s: %w", a.URI, err)
	}
	belongs, err := tx.MembershipsOf(ctx, a.ID)
	if err != nil {
		return st, fmt.Errorf("load memberships of %s: %w", a.URI, err)
	}
	switch {
	case a.Local:
		st.weight = 3
	case len(doors) > 0:
		st.weight = 2
	case len(belongs) > 0:
		st.weight = 1
	}
	return st, nil
}

// Open makes an account a door of a person, and one membership of two. Who proved it is for the
// caller to see to.
func Open(ctx context.Context, tx *db.Store, me *db.Actor, d *db.PersonDoor) error {
	if err := merge(ctx, tx, me.ID, d.ActorID); err != nil {
		return err
	}
	d.PersonID = me.ID
	return tx.PutPersonDoor(ctx, d)
}

// merge gives the living memberships and the roles of one to the other.
func merge(ctx context.Context, tx *db.Store, me, other int64) error {
	theirs, err := tx.MembershipsOf(ctx, other)
	if err != nil {
		return fmt.Errorf("load memberships of actor %d: %w", other, err)
	}
	for _, m := range theirs {
		if m.Status == db.MemberPending || !m.Belongs() {
			continue
		}
		mine, err := tx.MembershipOf(ctx, m.GroupID, me)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return fmt.Errorf("load membership: %w", err)
		}
		if err != nil || !mine.Belongs() {
			moved := *m
			moved.ActorID = me
			if err := tx.PutMembership(ctx, &moved); err != nil {
				return fmt.Errorf("move membership: %w", err)
			}
		}
		if err := moveRoles(ctx, tx, m.GroupID, me, other); err != nil {
			return err
		}
		m.Status, m.LeftAt = db.MemberAlumni, tx.Now()
		if err := tx.PutMembership(ctx, m); err != nil {
			return fmt.Errorf("end membership: %w", err)
		}
	}
	return nil
}

func moveRoles(ctx context.Context, tx *db.Store, group, me, other int64) error {
	roles, err := tx.RolesOf(ctx, group, other)
	if err != nil {
		return fmt.Errorf("load roles of actor %d: %w", other, err)
	}
	for _, role := range roles {
		if err := tx.GrantRole(ctx, &db.RoleGrant{GroupID: group, ActorID: me, Role: role}); err != nil {
			return fmt.Errorf("move role %s: %w", role, err)
		}
		if err := tx.WithdrawRole(ctx, group, other, role); err != nil {
			return fmt.Errorf("move role %s: %w", role, err)
		}
	}
	return nil
}
