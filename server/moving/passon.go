package moving

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// PassOn hands what still comes to the old address of a community to its new home, unchanged and
// signed by the instance, which takes it as a hint (wire.md 4.4): software that knows no Move goes on
// writing there. It does nothing for what is not addressed to a group of ours that has moved.
func (r *Rules) PassOn(ctx context.Context, tx *db.Store, in *federation.Incoming) error {
	if in.Via != nil || in.Activity.ID == "" || !carries(in.Activity.Type) {
		return nil
	}
	heir, err := r.heirOf(ctx, tx, in.Activity)
	if err != nil || heir == 0 {
		return err
	}
	to, err := tx.ActorByID(ctx, heir)
	if err != nil {
		return fmt.Errorf("load where a group went: %w", err)
	}
	if to.Local || to.Host == in.Actor.Host {
		return nil
	}
	me, err := r.instance(ctx, tx)
	if err != nil {
		return err
	}
	row := &db.Activity{
		URI: in.Activity.ID, ActorID: me.ID, Type: in.Activity.Type, ObjectURI: in.Activity.Inner().IRI, GroupID: heir, Body: in.Body,
		Local: true, // sent as ours: signed by the instance, whose keys are here
	}
	if err := tx.KeepActivity(ctx, row); err != nil {
		return fmt.Errorf("keep %s to pass it on: %w", in.Activity.ID, err)
	}
	return r.pub.Send(ctx, tx, row, federation.Outgoing{Actor: me, ObjectURI: row.ObjectURI, Class: db.ClassBulk, To: []db.Audience{federation.ToActors(to)}})
}

// carries says that an act is about what is said in a group, and not about the group.
func carries(kind string) bool {
	switch kind {
	case "Create", "Update", "Delete", "Like", "Dislike", "EmojiReact", "Flag":
		return true
	}
	return false
}

// heirOf is where the first group of ours went that an activity or its object is addressed to; 0 where
// none went anywhere.
func (r *Rules) heirOf(ctx context.Context, tx *db.Store, act *vocab.Object) (int64, error) {
	moved, err := r.Moved(ctx, tx)
	if err != nil || len(moved) == 0 {
		return 0, err
	}
	where := act.Audiences()
	if about := act.Inner().Object; about != nil {
		where = append(where, about.Audiences()...)
	}
	for _, iri := range where {
		for _, m := range moved {
			if m.Local && m.URI == iri {
				return m.Heir, nil
			}
		}
	}
	return 0, nil
}
