package moving

import (
	"context"
	"errors"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

// Seen notes that a group elsewhere has moved, after community has checked that both sides say so and
// has let our people follow (T24). Where we are its new home, the switch begins here; anywhere else
// its discussions and our members are put where they go on. A group that comes here without having
// been let in has nothing but its address to bring.
func (r *Rules) Seen(ctx context.Context, tx *db.Store, in *federation.Incoming) error {
	if in.Actor.Type != db.ActorGroup {
		return nil
	}
	heir, err := tx.GroupByURI(ctx, in.Activity.Target.IRI)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load group %s: %w", in.Activity.Target.IRI, err)
	}
	r.changed(tx)
	m, err := found(tx.MoveOf(ctx, in.Actor.ID))
	if err != nil {
		return fmt.Errorf("load move of %s: %w", in.Actor.URI, err)
	}
	if m != nil && m.Going() && m.Side == db.MoveArriving {
		return r.arrive(ctx, tx, m, heir, in.Activity.ID)
	}
	if heir.Actor.Local {
		return nil
	}
	seen := &db.Move{
		URI: in.Activity.ID, Side: db.MoveSeen, State: db.MoveSwitched, Group: in.Actor.ID, Heir: heir.ActorID,
		Host: heir.Actor.Host, Handle: heir.Actor.Handle, Part: settleThreads, NextAt: tx.Now(), SwitchedAt: tx.Now(),
	}
	err = tx.CreateMove(ctx, seen)
	if errors.Is(err, db.ErrConflict) { // it came before
		return nil
	}
	return err
}

// arrive opens a community that has come here. From now on it takes what is new.
func (r *Rules) arrive(ctx context.Context, tx *db.Store, m *db.Move, heir *db.Group, move string) error {
	if m.Home() != heir.ActorID || m.State != db.MoveReady {
		r.log.WarnContext(ctx, "a community moved to another place than agreed", "move", m.ID, "to", heir.Actor.URI)
		return nil
	}
	m.State, m.SwitchedAt, m.Part, m.Cursor, m.NextAt, m.Problem = db.MoveSwitched, tx.Now(), settleThreads, 0, tx.Now(), ""
	if err := tx.SaveMove(ctx, m); err != nil {
		return fmt.Errorf("save move %d: %w", m.ID, err)
	}
	if m.Into == 0 {
		heir.ArchivedAt, heir.Actor.Discoverable = db.Time{}, heir.Openness != db.OpennessConfidential
		if err := errors.Join(tx.SaveGroup(ctx, heir), tx.SaveActor(ctx, heir.Actor)); err != nil {
			return err
		}
	}
	_, err := r.say(ctx, tx, m.Peer, vocab.ActivityDoc{Type: "TentativeAccept", Object: move})
	return err
}
