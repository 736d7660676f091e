package inbox

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/drill"
	"github.com/copse-social/copse/federation/fetch"
)

const (
	// firstRetry doubles with each attempt; after maxAttempts, some six hours, it is refused.
	firstRetry  = 10 * time.Second
	maxAttempts = 12
	// races is how often a receipt is tried again at once because what it brought was stored from
	// elsewhere since it was resolved, as the post above a reply that arrives a moment later.
	races = 3
)

// settle applies resolved jobs in one transaction that also closes their receipts. Each has a
// savepoint of its own: what goes wrong with one is put off and harms no other.
func (w *Worker) settle(ctx context.Context, jobs []*job) error {
	if len(jobs) == 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	err := w.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		for _, j := range jobs {
			if err := w.one(ctx, tx, j); err != nil {
				return fmt.Errorf("settle receipt %d: %w", j.rc.ID, err)
			}
		}
		return nil
	})
	drill.Point("applied")
	return err
}

// one applies one job, or closes or puts off one that can't be applied.
func (w *Worker) one(ctx context.Context, tx *db.Store, j *job) error {
	j.putOff = db.Time{}
	out, err := federation.Outcome{}, j.err
	if err == nil {
		err = tx.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
			open, err := tx.ClaimReceipt(ctx, j.rc.ID)
			if err != nil || !open {
				return err
			}
			if out, err = w.apply(ctx, tx, j.in); err != nil {
				return fmt.Errorf("apply: %w", err)
			}
			return tx.EndReceipt(ctx, j.rc.ID, out.State, out.Reason)
		})
		if err == nil {
			w.note(ctx, j, out, nil)
			return nil
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	out, final := federation.Judge(err)
	w.note(ctx, j, out, err)
	if final || j.rc.Attempts+1 >= maxAttempts {
		return tx.EndReceipt(ctx, j.rc.ID, out.State, out.Reason)
	}
	wait := max(firstRetry<<j.rc.Attempts, fetch.RetryAfter(err))
	if errors.Is(err, db.ErrConflict) && j.rc.Attempts < races {
		wait = 0
	}
	j.putOff = db.At(w.o.Now().Add(wait))
	return tx.RetryReceipt(ctx, j.rc, j.putOff, out.Reason)
}

func (w *Worker) apply(ctx context.Context, tx *db.Store, in *federation.Incoming) (out federation.Outcome, err error) {
	defer caught(&err)
	return w.o.Apply(ctx, tx, in)
}

// caught makes an error of a panic over one activity. What comes from elsewhere must not be able
// to stop the server: its receipt would do so again at each start.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// note logs how a receipt ended, or why it did not.
func (w *Worker) note(ctx context.Context, j *job, out federation.Outcome, err error) {
	rc := j.rc
	args := []any{"activity", rc.ActivityURI, "type", rc.Type, "actor", rc.ActorURI, "attempt", rc.Attempts + 1, "reason", out.Reason}
	switch {
	case errors.Is(err, db.ErrConflict) && rc.Attempts < races:
		w.o.Log.DebugContext(ctx, "activity raced", append(args, "err", err)...)
	case err != nil && out.Reason == "internal":
		w.o.Log.ErrorContext(ctx, "activity not applied", append(args, "err", err)...)
	case out.State == db.ReceiptRefused:
		w.o.Log.InfoContext(ctx, "activity refused", append(args, "err", err)...)
	default:
		w.o.Log.DebugContext(ctx, "activity taken", args...)
	}
}
