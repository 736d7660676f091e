package moving

import (
	"context"
	"fmt"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/community"
)

// statusStays is what an archive says of members who chose not to come along: what came of them before
// goes again.
const statusStays = "stays"

// stays is the note that somebody chose to stay behind.
func stays(m *db.Move, who *db.Actor) db.MoveLeft {
	return db.MoveLeft{MoveID: m.ID, Kind: "member", What: who.URI, Why: "chose-to-stay"}
}

// Stay lets a member of a community on its way choose not to belong to the new place (domain.md 4.13:
// members choose): neither the membership nor what was said at joining goes there. What they wrote
// stays in its discussions. Go takes it back, until the switch.
func (r *Rules) Stay(ctx context.Context, tx *db.Store, who *db.Actor, m *db.Move) error {
	if err := r.permitChoice(ctx, tx, who, m); err != nil {
		return err
	}
	return tx.LeaveBehind(ctx, stays(m, who))
}

// Go is the other choice, and what happens without one.
func (r *Rules) Go(ctx context.Context, tx *db.Store, who *db.Actor, m *db.Move) error {
	if err := r.permitChoice(ctx, tx, who, m); err != nil {
		return err
	}
	return tx.Return(ctx, stays(m, who))
}

// permitChoice lets members choose as long as nobody has been told to follow.
func (r *Rules) permitChoice(ctx context.Context, tx *db.Store, who *db.Actor, m *db.Move) error {
	if m.Side == db.MoveArriving || m.Side == db.MoveSeen || !m.Stoppable() {
		return community.Refuse(community.Conflict, "move-too-late")
	}
	g, err := tx.GroupByID(ctx, m.Group)
	if err != nil {
		return fmt.Errorf("load group %d: %w", m.Group, err)
	}
	st, err := r.com.Standing(ctx, tx, g, who)
	if err != nil {
		return err
	}
	if !st.Belongs {
		return community.Refuse(community.Forbidden, "members-only")
	}
	return nil
}

// Resume takes the next step of a move that waits now and not later: whoever looks after the group where
// it leaves, an admin where it arrives.
func (r *Rules) Resume(ctx context.Context, tx *db.Store, by *db.Actor, m *db.Move) error {
	if !m.Going() || m.Problem == "" {
		return community.Refuse(community.Conflict, "move-waits-for-nothing")
	}
	if err := r.permitCare(ctx, tx, by, m); err != nil {
		return err
	}
	was := *m
	m.NextAt, m.Tally.Failures = tx.Now(), 0
	return tx.StepMove(ctx, m, was)
}
