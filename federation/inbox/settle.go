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

// settle applies resolved jobs in one transaction that also closes their receipts. When something
// goes wrong with one of them, none has taken effect, and they are applied anew with a savepoint each:
// what goes wrong with one is put off and harms no other. It is rare enough for that.
func (w *Worker) settle(ctx context.Context, jobs []*job) error {
	if len(jobs) == 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	in := func(apply applier) error {
		return w.o.Store.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return w.all(ctx, tx, jobs, apply) })
	}
	err := in(w.takeBoldly)
	if _, failed := errors.AsType[*failure](err); failed && ctx.Err() == nil {
		err = in(w.takeApart)
	}
	drill.Point("applied")
	return err
}

// applier does what one activity means and closes its receipt, where that did not take effect.
type applier func(ctx context.Context, tx *db.Store, j *job) (federation.Outcome, error)

// failure is what went wrong with one activity, and with it for all in its transaction.
type failure struct{ error }

// Unwrap lets errors.Is and errors.As look inside.
func (f *failure) Unwrap() error { return f.error }

// takeBoldly applies a job in the transaction of all of them.
func (w *Worker) takeBoldly(ctx context.Context, tx *db.Store, j *job) (federation.Outcome, error) {
	out, err := w.take(ctx, tx, j)
	if err != nil {
		err = &failure{err}
	}
	return out, err
}

// takeApart applies a job in a savepoint.
func (w *Worker) takeApart(ctx context.Context, tx *db.Store, j *job) (out federation.Outcome, err error) {
	err = tx.InTx(ctx, func(ctx context.Context, tx *db.Store) (err error) {
		out, err = w.take(ctx, tx, j)
		return err
	})
	return out, err
}

func (w *Worker) take(ctx context.Context, tx *db.Store, j *job) (federation.Outcome, error) {
	out, err := w.apply(ctx, tx, j.in)
	if err != nil {
		return out, fmt.Errorf("apply: %w", err)
	}
	if out == federation.Done() {
		return out, nil
	}
	return out, tx.EndReceipt(ctx, j.rc.ID, out.State, out.Reason)
}

// all applies the jobs whose receipts nobody else has closed.
func (w *Worker) all(ctx context.Context, tx *db.Store, jobs []*job, apply applier) error {
	ids := make([]int64, len(jobs))
	for i, j := range jobs {
		ids[i] = j.rc.ID
	}
	open, err := tx.ClaimReceipts(ctx, ids)
	if err != nil {
		return fmt.Errorf("claim receipts: %w", err)
	}
	done := ids[:0]
	for _, j := range jobs {
		if !open[j.rc.ID] {
			continue
		}
		took, err := w.one(ctx, tx, j, apply)
		if err != nil {
			return fmt.Errorf("settle receipt %d: %w", j.rc.ID, err)
		}
		if took {
			done = append(done, j.rc.ID)
		}
	}
	return tx.FinishReceipts(ctx, done)
}

// one applies one job, or closes or puts off one that can't be applied. took says that it took
// effect, so that its receipt is to be closed with the others of the transaction.
func (w *Worker) one(ctx context.Context, tx *db.Store, j *job, apply applier) (took bool, err error) {
	j.putOff = db.Time{}
	out, err := federation.Outcome{}, j.err
	if err == nil {
		if out, err = apply(ctx, tx, j); err == nil {
			tx.AfterCommit(func() {
				w.o.Metrics.ended(out.State, w.age(j))
				w.note(ctx, j, out, nil)
			})
			return out == federation.Done(), nil
		}
		if _, failed := errors.AsType[*failure](err); failed {
			return false, err
		}
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	out, final := federation.Judge(err)
	w.note(ctx, j, out, err)
	if final || j.rc.Attempts+1 >= maxAttempts {
		tx.AfterCommit(func() { w.o.Metrics.ended(out.State, w.age(j)) })
		return false, tx.EndReceipt(ctx, j.rc.ID, out.State, out.Reason)
	}
	wait := max(firstRetry<<j.rc.Attempts, fetch.RetryAfter(err))
	if errors.Is(err, db.ErrConflict) && j.rc.Attempts < races {
		wait = 0
	}
	j.putOff = db.At(w.o.Now().Add(wait))
	return false, tx.RetryReceipt(ctx, j.rc, j.putOff, out.Reason)
}

// age is how long ago a receipt was stored.
func (w *Worker) age(j *job) time.Duration { return w.o.Now().Sub(j.rc.ReceivedAt.Time) }

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
