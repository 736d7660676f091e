package exchange

import (
	"context"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
)

// keep stores somebody's activity with its exact bytes, so that a group of ours can pass it on.
func (r *Rules) keep(ctx context.Context, tx *db.Store, in *federation.Incoming, g *db.Group, p *db.Post) (*db.Activity, error) {
	row := &db.Activity{
		URI: in.Activity.ID, ActorID: in.Actor.ID, Type: in.Activity.Type, ObjectURI: p.URI,
		GroupID: g.ActorID, PostID: p.ID, Body: in.Body, Actor: in.Actor,
	}
	// Others may repeat an id for another act (GoToSocial edits); the bytes of this one count.
	return row, tx.KeepActivity(ctx, row)
}

// forward hands an activity about a post of ours to the server of its group when its sender told
// only us: microblogs send likes and answers to the author alone. It goes unchanged, signed by
// the instance; the group's server takes it as a hint (wire.md 4.4).
func (r *Rules) forward(ctx context.Context, tx *db.Store, g *db.Group, in *federation.Incoming, p *db.Post) error {
	if !p.Local || in.Activity.ID == "" || slices.Contains(in.Activity.To, g.Actor.URI) || slices.Contains(in.Activity.Cc, g.Actor.URI) {
		return nil
	}
	instance, err := tx.ActorByURI(ctx, r.iris.Instance())
	if err != nil {
		return err
	}
	row := &db.Activity{
		URI: in.Activity.ID, ActorID: instance.ID, Type: in.Activity.Type, ObjectURI: p.URI,
		GroupID: g.ActorID, PostID: p.ID, Body: in.Body,
		Local: true, // sent as ours: signed by ActorID, not by the group, whose keys are elsewhere
	}
	if err := tx.KeepActivity(ctx, row); err != nil {
		return err
	}
	return r.pub.Send(ctx, tx, row, federation.Outgoing{
		Actor: instance, ObjectURI: p.URI, Class: db.ClassBulk, To: []db.Audience{federation.ToActors(g.Actor)},
	})
}
