package moving

import (
	"context"

	"github.com/copse-social/copse/db"
)

// Stepper is somebody deciding about a move, whichever side it is on: for doors that show both alike.
type Stepper struct {
	Rules  *Rules
	By     *db.Actor
	Handle string // at the new home, "" as asked
	Words  string // of a refusal
}

// Countersign is Rules.Countersign.
func (s Stepper) Countersign(ctx context.Context, tx *db.Store, m *db.Move) error {
	return s.Rules.Countersign(ctx, tx, s.By, m)
}

// Agree says yes, to a community of another instance or of this one.
func (s Stepper) Agree(ctx context.Context, tx *db.Store, m *db.Move) error {
	switch {
	case m.Side == db.MoveMerging:
		return s.Rules.AgreeMerge(ctx, tx, s.By, m)
	case m.Into != 0 && m.State == db.MoveProposed:
		return s.Rules.AgreeInto(ctx, tx, s.By, m)
	}
	return s.Rules.Agree(ctx, tx, s.By, m, s.Handle)
}

// Refuse says no.
func (s Stepper) Refuse(ctx context.Context, tx *db.Store, m *db.Move) error {
	if m.Side == db.MoveMerging {
		return s.Rules.RefuseMerge(ctx, tx, s.By, m)
	}
	return s.Rules.Refuse(ctx, tx, s.By, m, s.Words)
}

// Switch is Rules.SwitchNow.
func (s Stepper) Switch(ctx context.Context, tx *db.Store, m *db.Move) error {
	return s.Rules.SwitchNow(ctx, tx, s.By, m)
}

// Resume is Rules.Resume.
func (s Stepper) Resume(ctx context.Context, tx *db.Store, m *db.Move) error {
	return s.Rules.Resume(ctx, tx, s.By, m)
}

// Stay is Rules.Stay.
func (s Stepper) Stay(ctx context.Context, tx *db.Store, m *db.Move) error {
	return s.Rules.Stay(ctx, tx, s.By, m)
}

// Go is Rules.Go.
func (s Stepper) Go(ctx context.Context, tx *db.Store, m *db.Move) error {
	return s.Rules.Go(ctx, tx, s.By, m)
}

// Cancel is Rules.Cancel.
func (s Stepper) Cancel(ctx context.Context, tx *db.Store, m *db.Move) error {
	return s.Rules.Cancel(ctx, tx, s.By, m)
}
