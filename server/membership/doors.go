package membership

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
	"github.com/copse-social/copse/server/person"
)

// OpenDoor makes an account elsewhere a further way in for a person of ours: one person, one
// membership. That account must name the person's own address, as rel=me does on the web; the
// person names it by asking, and from then on in alsoKnownAs, so that other servers know as well.
func (r *Rules) OpenDoor(ctx context.Context, tx *db.Store, me, other *db.Actor) error {
	switch {
	case me.ID == other.ID || other.Type != db.ActorPerson || other.Local:
		return community.RefuseField("door", "door-not-elsewhere")
	case !other.Active():
		return community.RefuseField("door", "actor-gone")
	}
	named, err := names(ctx, tx, other, me)
	if err != nil {
		return err
	}
	if !named {
		return community.RefuseField("door", "door-unproved")
	}
	behind, err := tx.PersonBehind(ctx, other.ID)
	if err != nil {
		return err
	}
	if behind != other.ID && behind != me.ID {
		return community.RefuseField("door", "door-taken")
	}
	if err := person.Open(ctx, tx, me, &db.PersonDoor{ActorID: other.ID, Proof: person.ByLinks}); err != nil {
		return err
	}
	return r.saysAlso(ctx, tx, me, append(strings.Fields(me.AlsoKnownAs), other.URI))
}

// CloseDoor forgets a way in. What came by it stays with the person.
func (r *Rules) CloseDoor(ctx context.Context, tx *db.Store, me, other *db.Actor) error {
	if err := tx.ClosePersonDoor(ctx, me.ID, other.ID); err != nil {
		return err
	}
	left := slices.DeleteFunc(strings.Fields(me.AlsoKnownAs), func(iri string) bool { return iri == other.URI })
	return r.saysAlso(ctx, tx, me, left)
}

// saysAlso changes which addresses a person of ours gives as theirs, and tells others.
func (r *Rules) saysAlso(ctx context.Context, tx *db.Store, me *db.Actor, iris []string) error {
	slices.Sort(iris)
	said := strings.Join(slices.Compact(iris), "\n")
	if said == me.AlsoKnownAs {
		return nil
	}
	me.AlsoKnownAs = said
	return r.com.ShowPerson(ctx, tx, me)
}

// TakeNames looks whether somebody who has changed what they say of themselves is a person known by
// another account. It is called after the change was stored.
func (r *Rules) TakeNames(ctx context.Context, tx *db.Store, uri string) error {
	who, err := tx.ActorByURI(ctx, uri)
	if err != nil {
		return fmt.Errorf("load %s: %w", uri, err)
	}
	return person.Recognise(ctx, tx, who)
}

// onePerson says that two accounts are the same person's.
func onePerson(ctx context.Context, tx *db.Store, a, b *db.Actor) (bool, error) {
	one, err := tx.PersonBehind(ctx, a.ID)
	if err != nil {
		return false, fmt.Errorf("see who is behind %s: %w", a.URI, err)
	}
	two, err := tx.PersonBehind(ctx, b.ID)
	if err != nil {
		return false, fmt.Errorf("see who is behind %s: %w", b.URI, err)
	}
	return one == two, nil
}

// names says that an account elsewhere gives the address of one of ours as its own: as an alias, in
// a line of its profile, or by a link in what it says of itself.
func names(ctx context.Context, tx *db.Store, other, me *db.Actor) (bool, error) {
	known, err := tx.ProfilesOf(ctx, other.ID)
	if err != nil {
		return false, fmt.Errorf("load profile of %s: %w", other.URI, err)
	}
	given := strings.Fields(other.AlsoKnownAs)
	if p := known[other.ID]; p != nil {
		given = append(given, p.LinkList()...)
	}
	if slices.Contains(given, me.URI) || slices.Contains(given, me.URL) {
		return true, nil
	}
	return strings.Contains(other.Summary, `href="`+me.URL+`"`) || strings.Contains(other.Summary, `href="`+me.URI+`"`), nil
}
