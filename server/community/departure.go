package community

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// eraseAtOnce bounds how many posts of a deleted actor one statement erases.
const eraseAtOnce = 500

// TakeDeleteActor forgets somebody elsewhere who is gone for good: ties end, posts become
// placeholders without text. Only the actor can say so, or its server by answering that it is gone.
func (r *Rules) TakeDeleteActor(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	_, iri := object(in.Activity)
	switch {
	case iri != in.Actor.URI:
		return federation.Refused("not-own"), nil
	case in.Actor.Local:
		return federation.Refused("ours"), nil
	case !in.Vouched && !in.Gone:
		return federation.Refused("not-vouched"), nil
	}
	if err := tx.ForgetTies(ctx, in.Actor); err != nil {
		return fault(err)
	}
	if err := tx.TombstoneActor(ctx, in.Actor.ID); err != nil {
		return fault(fmt.Errorf("bury actor %s: %w", in.Actor.URI, err))
	}
	for {
		n, err := tx.EraseAuthored(ctx, in.Actor.ID, eraseAtOnce)
		if err != nil {
			return fault(err)
		}
		if n < eraseAtOnce {
			return federation.Done(), nil
		}
	}
}

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
