package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/copse-social/copse/db"
)

const day = 24 * time.Hour

// Retention is how long things are kept; what is 0 has its default.
type Retention struct {
	// Expire is how long a delivery may wait before it is given up: 30 days.
	Expire time.Duration
	// Log is how long what ended is kept, for "who got my post", with the bodies of activities that
	// nothing else needs: 30 days.
	Log time.Duration
	// Receipts is how long the names of what came in are kept, so that nothing counts twice: 90 days.
	Receipts time.Duration
	// Dead is how long dead letters wait for an admin: a year.
	Dead time.Duration
	// Pending is how many bytes what waits may take: 2 GiB.
	Pending int64
}

// withDefaults fills in what is 0.
func (r Retention) withDefaults() Retention {
	for _, d := range []struct {
		at   *time.Duration
		days time.Duration
	}{{&r.Expire, 30}, {&r.Log, 30}, {&r.Receipts, 90}, {&r.Dead, 365}} {
		if *d.at <= 0 {
			*d.at = d.days * day
		}
	}
	if r.Pending <= 0 {
		r.Pending = 2 << 30
	}
	return r
}

// stage is one table to walk, and how old what goes must be.
type stage struct {
	step func(context.Context, db.Window) (next, gone int64, err error)
	keep time.Duration
}

func (d *Deliverer) stages() []stage {
	s, keep := d.o.Store, d.o.Keep
	return []stage{
		{s.PruneDeliveries, keep.Log},
		{s.PruneDead, keep.Dead},
		{s.PruneOutbox, keep.Log},
		{s.PruneActivities, keep.Log},
		{s.PruneReceipts, keep.Receipts},
		{s.PruneHeard, keep.Receipts},
	}
}

// prune takes one step through what is older than it is kept.
func (d *Deliverer) prune(ctx context.Context, now time.Time) error {
	u, s := d.upkeep, d.o.Store
	stages := d.stages()
	if u.stage < len(stages) {
		at := stages[u.stage]
		next, gone, err := at.step(ctx, db.Window{After: u.done, Before: now.Add(-at.keep), Limit: pruneRows})
		if err != nil {
			return err
		}
		d.metrics.pruned.Add(float64(gone))
		if u.done = next; next == 0 {
			u.stage++
		}
	}
	expired, err := s.ExpireDeliveries(ctx, now.Add(-d.o.Keep.Expire), pruneRows)
	if err != nil {
		return fmt.Errorf("expire deliveries: %w", err)
	}
	d.metrics.permanent.Add(float64(expired))
	before := now.Add(-d.o.Keep.Log)
	buried, err := s.PruneTombstones(ctx, before, pruneRows)
	if err != nil {
		return fmt.Errorf("prune tombstones: %w", err)
	}
	if u.stage == len(stages) && expired < pruneRows && buried < pruneRows {
		u.pruning = false
		if _, err := s.PruneHosts(ctx, before, pruneRows); err != nil {
			return fmt.Errorf("prune hosts: %w", err)
		}
		if _, err := s.DropStaleLeases(ctx); err != nil {
			return fmt.Errorf("drop stale leases: %w", err)
		}
	}
	return nil
}

// weighEvery is how often it is measured how much waits.
const weighEvery = 10 * time.Minute

// weigh measures how much waits (reliability.md C6). Beyond what may wait it gives up, a part at a
// time, what is meant for servers that have not answered for long: all others go on as before.
func (d *Deliverer) weigh(ctx context.Context, now time.Time) error {
	s, most := d.o.Store, d.o.Keep.Pending
	bytes, err := s.PendingBytes(ctx)
	if err != nil {
		return fmt.Errorf("measure what waits: %w", err)
	}
	d.metrics.pending.Set(float64(bytes))
	d.metrics.pendingMost.Set(float64(most))
	if err := s.KeepPending(ctx, bytes, most); err != nil {
		return fmt.Errorf("note how much waits: %w", err)
	}
	if float64(bytes) < db.PendingAlarm*float64(most) {
		return nil
	}
	d.o.Log.WarnContext(ctx, "deliveries that wait take much room", slog.Int64("bytes", bytes), slog.Int64("most", most))
	if bytes <= most || d.o.Doubt() {
		return nil
	}
	n, err := s.ExpireDormant(ctx, now.Add(-db.DormantAfter), sweepRows)
	if err != nil {
		return fmt.Errorf("make room for what waits: %w", err)
	}
	d.metrics.permanent.Add(float64(n))
	if n == sweepRows {
		d.upkeep.weighed = time.Time{} // go on with the next step
	}
	return nil
}

// endLongWaits puts right what a clock that ran ahead has put off.
func (d *Deliverer) endLongWaits(ctx context.Context) error {
	n, err := d.o.Store.EndLongWaits(ctx)
	if n > 0 {
		d.o.Log.InfoContext(ctx, "what a wrong clock had put off goes on", slog.Int64("count", n))
	}
	return err
}
