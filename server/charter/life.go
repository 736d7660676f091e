package charter

import (
	"context"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/server/community"
)

// Stages lists the stages of a life in order (domain.md 3d).
func Stages() []string {
	return []string{db.StagePotential, db.StageCoalescing, db.StageMaturing, db.StageStewardship, db.StageTransformation}
}

// Recognitions lists how far an organisation may have recognised a community, in order.
func Recognitions() []string {
	return []string{db.RecognitionInformal, db.RecognitionRecognised, db.RecognitionChartered, db.RecognitionBudgeted}
}

// Live stores where a community stands in its life and tells its followers. Facilitators say so:
// no figure moves a stage. The first stage ends with a charter and never comes back.
func (r *Rules) Live(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, life *db.GroupLife) error {
	if err := r.permitLife(ctx, tx, by, g); err != nil {
		return err
	}
	before, err := tx.LifeOf(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load life of group %d: %w", g.ActorID, err)
	}
	life.GroupID, life.Kind, life.StageAt, life.RecognisedAt = g.ActorID, before.Kind, before.StageAt, before.RecognisedAt
	life.RecognisedBy = content.PlainName(life.RecognisedBy)
	switch {
	case !slices.Contains(Stages(), life.Stage):
		return community.RefuseField("stage", "choice-unknown")
	case !slices.Contains(Recognitions(), life.Recognition):
		return community.RefuseField("recognition", "choice-unknown")
	case (life.Stage == db.StagePotential) != (before.Stage == db.StagePotential):
		return community.RefuseField("stage", "stage-by-charter")
	case life.Recognition != db.RecognitionInformal && life.RecognisedBy == "":
		return community.RefuseField("recognised_by", "recogniser-missing")
	}
	if life.Stage != before.Stage {
		life.StageAt = tx.Now()
	}
	if life.Recognition != before.Recognition || life.RecognisedBy != before.RecognisedBy {
		life.RecognisedAt = tx.Now()
	}
	if err := tx.PutLife(ctx, life); err != nil {
		return fmt.Errorf("store life of group %d: %w", g.ActorID, err)
	}
	return r.publishGroup(ctx, tx, g)
}

// Archive closes a community: all of it stays readable and fetchable, and nothing new is taken. The
// group that carries on, where there is one, is named to whoever comes.
func (r *Rules) Archive(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, successor *db.Actor) error {
	if err := r.permitLife(ctx, tx, by, g); err != nil {
		return err
	}
	if !g.ArchivedAt.IsZero() {
		return community.Refuse(community.Conflict, "group-archived")
	}
	if successor != nil && (successor.Type != db.ActorGroup || successor.ID == g.ActorID) {
		return community.RefuseField("successor", "successor-no-group")
	}
	life, err := tx.LifeOf(ctx, g.ActorID)
	if err != nil {
		return fmt.Errorf("load life of group %d: %w", g.ActorID, err)
	}
	life.Stage, life.StageAt = db.StageTransformation, tx.Now()
	if successor != nil {
		life.SuccessorURI = successor.URI
	}
	if err := tx.PutLife(ctx, life); err != nil {
		return fmt.Errorf("store life of group %d: %w", g.ActorID, err)
	}
	g.ArchivedAt = tx.Now()
	if err := tx.SaveGroup(ctx, g); err != nil {
		return fmt.Errorf("archive group %d: %w", g.ActorID, err)
	}
	return r.publishGroup(ctx, tx, g)
}

// Reopen takes a closed community out of the archive.
func (r *Rules) Reopen(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) error {
	if err := r.permitLife(ctx, tx, by, g); err != nil {
		return err
	}
	g.ArchivedAt = db.Time{}
	if err := tx.SaveGroup(ctx, g); err != nil {
		return fmt.Errorf("reopen group %d: %w", g.ActorID, err)
	}
	return r.publishGroup(ctx, tx, g)
}
