package query

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
)

// Tick does what time does to a query of a community of ours: half time, a second call for help, the
// notice three days before it closes, the end, the question what came of it, and what was left unsaid.
func (r *Rules) Tick(ctx context.Context, tx *db.Store, postID int64) error {
	q, err := load(ctx, tx, postID)
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	g, err := groupOf(ctx, tx, q)
	if err != nil {
		return err
	}
	if q.Post.State != db.PostPublished || !g.Actor.Active() || !g.ArchivedAt.IsZero() {
		return nil
	}
	now := tx.Now().Time
	switch {
	case q.IsOpen() && !q.ClosesAt.After(now):
		return r.close(ctx, tx, g, q)
	case q.State != db.QueryClosing && q.IsOpen() && q.NoticedAt.IsZero() && q.ClosesAt.Sub(now) <= db.QueryNotice:
		return r.notice(ctx, tx, g, q)
	case q.IsOpen() && q.HalfAt.IsZero() && !now.Before(q.OpenedAt.Add(q.ClosesAt.Sub(q.OpenedAt.Time)/2)):
		return r.half(ctx, tx, g, q)
	case q.IsOpen() && q.PromptedAt.IsZero() && now.Sub(q.OpenedAt.Time) >= db.QueryPrompt:
		return r.prompt(ctx, tx, g, q)
	case !q.OutcomeDue.IsZero() && !q.OutcomeDue.After(now) && q.OutcomeAskedAt.IsZero():
		q.OutcomeAskedAt = tx.Now()
		if err := tx.PutQuery(ctx, q); err != nil {
			return err
		}
		return r.tellAsker(ctx, tx, q, "query-outcome", "")
	case q.Unsaid != "" && now.Sub(q.SaidAt.Time) >= db.SayAgain:
		return r.speak(ctx, tx, g, q, q.Unsaid)
	}
	return nil
}

// notice says that a query closes in three days. One that is open for hardly longer says nothing: it
// was just asked.
func (r *Rules) notice(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query) error {
	short := q.ClosesAt.Sub(q.OpenedAt.Time) <= db.QueryNotice+day
	q.NoticedAt = tx.Now()
	if q.HalfAt.IsZero() {
		q.HalfAt = q.NoticedAt // said with it
	}
	if err := r.move(ctx, tx, g, q, db.QueryClosing); err != nil || short {
		return err
	}
	return r.speak(ctx, tx, g, q, "query-closing")
}

// half says at half time how many have answered.
func (r *Rules) half(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query) error {
	q.HalfAt = tx.Now()
	if err := tx.PutQuery(ctx, q); err != nil {
		return fmt.Errorf("put query %d: %w", q.PostID, err)
	}
	return r.speak(ctx, tx, g, q, "query-half")
}

// prompt asks others for help where nobody gave any.
func (r *Rules) prompt(ctx context.Context, tx *db.Store, g *db.Group, q *db.Query) error {
	q.PromptedAt = tx.Now()
	if err := tx.PutQuery(ctx, q); err != nil {
		return fmt.Errorf("put query %d: %w", q.PostID, err)
	}
	c, err := counts(ctx, tx, q)
	if err != nil || c.Useful > 0 {
		return err
	}
	return r.Nudge(ctx, tx, g, q)
}
