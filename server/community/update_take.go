package community

import (
	"context"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// TakeActorUpdate handles Update of an actor. What it says was read at its origin before; of the
// activity itself nothing is believed but that its sender speaks of itself or, in a group's name,
// looks after it (T22).
func (r *Rules) TakeActorUpdate(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	_, iri := object(in.Activity)
	if iri == in.Actor.URI || (in.Via != nil && iri == in.Via.URI) {
		return federation.Done(), nil
	}
	a, err := known(ctx, tx, iri)
	if err != nil {
		return fault(err)
	}
	if a == nil || a.Local || a.Type != db.ActorGroup {
		return federation.Refused("not-own"), nil
	}
	g, err := groupOf(ctx, tx, a)
	if err != nil {
		return fault(err)
	}
	if g == nil {
		return federation.Refused("not-own"), nil
	}
	speaks, err := r.speaksFor(ctx, tx, in, g)
	if err != nil {
		return fault(err)
	}
	if !speaks && !vocab.SameOrigin(iri, in.Actor.URI) { // its server's admins may edit it as well
		return federation.Refused("not-own"), nil
	}
	return federation.Done(), nil
}
