package artifact

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// Tend does what time and departures bring to an artifact of ours (domain.md 4.4): a steward who has
// left the community looks after it no more, and once its date has passed its steward is reminded,
// or, where it has none, those who look after the community.
func (r *Rules) Tend(ctx context.Context, tx *db.Store, id int64) error {
	a, err := tx.ArtifactByID(ctx, id)
	if err != nil {
		return fmt.Errorf("load artifact %d: %w", id, err)
	}
	g, err := tx.GroupByID(ctx, a.GroupID)
	if err != nil {
		return fmt.Errorf("load group of artifact %d: %w", id, err)
	}
	if !g.Actor.Local || !g.Actor.Active() || a.Drafted() || !a.RetiredAt.IsZero() {
		return nil
	}
	if a.StewardID != 0 {
		if err := r.release(ctx, tx, g, a); err != nil {
			return err
		}
	}
	if due, err := tx.Due(ctx, a); err != nil || !due {
		return err
	}
	if err := tx.Reminded(ctx, a.ID); err != nil {
		return fmt.Errorf("remind of artifact %d: %w", id, err)
	}
	if a.Steward != nil && a.Steward.Local && a.StewardID != 0 {
		return tell(ctx, tx, a, line{a.StewardID, a.GroupID, "due"})
	}
	return community.TellStewards(ctx, tx, db.Notification{Kind: db.NotifyArtifact, ActorID: g.ActorID, GroupID: g.ActorID, PostID: a.ID, Note: "due"})
}

// release takes an artifact off a steward who has left.
func (r *Rules) release(ctx context.Context, tx *db.Store, g *db.Group, a *db.Artifact) error {
	steward, err := tx.ActorByID(ctx, a.StewardID)
	if err != nil {
		return fmt.Errorf("load steward of artifact %d: %w", a.ID, err)
	}
	st, err := r.com.Standing(ctx, tx, g, steward)
	if err != nil || steward.Active() && (st.Belongs || st.Moderates()) {
		return err
	}
	a.StewardID, a.Steward = 0, nil
	if err := r.changed(ctx, tx, a); err != nil {
		return err
	}
	return community.TellStewards(ctx, tx, db.Notification{Kind: db.NotifyArtifact, ActorID: g.ActorID, GroupID: g.ActorID, PostID: a.ID, Note: "orphan"})
}
