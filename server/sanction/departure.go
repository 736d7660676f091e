package sanction

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
)

// TakeDeleteActor forgets somebody elsewhere who is gone for good: what communities said of their
// words in their own name is taken back, ties end, posts become placeholders without text. Only the
// actor can say so, or its server by answering that it is gone.
func (r *Rules) TakeDeleteActor(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	who, whom := in.Actor, in.Activity.Inner()
	switch {
	case whom.IRI != who.URI && (whom.Object == nil || whom.Object.ID != who.URI):
		return federation.Refused("not-own"), nil
	case who.Local:
		return federation.Refused("ours"), nil
	case !in.Vouched && !in.Gone:
		return federation.Refused("not-vouched"), nil
	}
	if err := r.o.Trust.Forget(ctx, tx, who); err != nil {
		return federation.Outcome{}, err
	}
	if err := tx.ForgetTies(ctx, who); err != nil {
		return federation.Outcome{}, err
	}
	if err := tx.TombstoneActor(ctx, who.ID); err != nil {
		return federation.Outcome{}, fmt.Errorf("bury actor %s: %w", who.URI, err)
	}
	return federation.Done(), eraseWords(ctx, tx, who)
}

// eraseWords leaves placeholders of what somebody wrote.
func eraseWords(ctx context.Context, tx *db.Store, who *db.Actor) error {
	for {
		n, err := tx.EraseAuthored(ctx, who.ID, eraseAtOnce)
		if err != nil {
			return fmt.Errorf("erase what %s wrote: %w", who.URI, err)
		}
		if n < eraseAtOnce {
			return nil
		}
	}
}
