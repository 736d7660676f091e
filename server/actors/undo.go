package actors

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// undoneKind is the type of the activity that an Undo takes back. Where only its id came (Akkoma),
// what we know of it is put in its place, so that rules always see the whole.
func (d *Door) undoneKind(ctx context.Context, tx *db.Store, in *federation.Incoming) (string, federation.Outcome, error) {
	var none federation.Outcome
	about := in.Activity.Inner()
	if about.Object != nil {
		if by := about.Object.Actor.IRI; by != "" && by != in.Actor.URI {
			return "", federation.Refused("not-yours"), nil
		}
		return about.Object.Type, none, nil
	}
	if about.IRI == "" {
		return "", federation.Ignored("no-object"), nil
	}
	done, err := tx.DoneUnder(ctx, in.Actor.ID, about.IRI)
	if errors.Is(err, db.ErrNotFound) {
		return "", none, nil
	}
	if err != nil {
		return "", none, fmt.Errorf("look up undone %s: %w", about.IRI, err)
	}
	whole := *in.Activity
	undone := &vocab.Object{
		ID: about.IRI, Type: done.Type, Types: []string{done.Type},
		Actor: vocab.Ref{IRI: in.Actor.URI}, Object: []vocab.Ref{{IRI: done.ObjectURI}},
		Target: vocab.Ref{IRI: done.TargetURI},
	}
	whole.Object = []vocab.Ref{{IRI: about.IRI, Object: undone}}
	in.Activity = &whole
	return done.Type, none, nil
}

// takeUndoOfUnknown remembers the id of what was undone before it came, so that it does nothing
// when it arrives.
func (d *Door) takeUndoOfUnknown(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	about := in.Activity.Inner()
	if about.Object != nil && about.Object.Type != "" {
		return federation.Ignored("unknown-undo"), nil
	}
	if in.Vouched && vocab.SameOrigin(about.IRI, in.Actor.URI) {
		if err := tx.Bury(ctx, about.IRI); err != nil {
			return federation.Outcome{}, err
		}
	}
	return federation.Ignored("unknown-undone"), nil
}
