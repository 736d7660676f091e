package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/delivery/queue"
)

const (
	fillPage  = 10_000
	sweepRows = 20_000
)

// rebuild fills the queue from the database. Callers that meet an empty queue at the same moment
// pass the count of rebuilds they saw, and it is done once for all of them.
func (d *Deliverer) rebuild(ctx context.Context, seen int64) error {
	d.rebuilding.Lock()
	defer d.rebuilding.Unlock()
	if d.rebuilds.Load() != seen {
		return nil
	}
	if err := d.o.Queue.Rebuild(ctx, d.fill); err != nil {
		return fmt.Errorf("rebuild queue: %w", err)
	}
	d.rebuilds.Add(1)
	d.missed.Store(false)
	return nil
}

// withQueue calls do, and once more after a rebuild when the queue turns out to be empty.
func (d *Deliverer) withQueue(ctx context.Context, do func() error) error {
	seen := d.rebuilds.Load()
	err := do()
	if !errors.Is(err, queue.ErrRebuild) {
		return err
	}
	if err := d.rebuild(ctx, seen); err != nil {
		return err
	}
	return do()
}

// fill adds all that waits, by host and id.
func (d *Deliverer) fill(ctx context.Context, add queue.Adder) error {
	var after *db.WaitingDelivery
	for {
		list, err := d.o.Store.WaitingDeliveries(ctx, after, fillPage)
		if err != nil {
			return fmt.Errorf("list waiting deliveries: %w", err)
		}
		if len(list) == 0 {
			return nil
		}
		entries, err := d.entries(ctx, list)
		if err != nil {
			return err
		}
		if err := add(ctx, entries); err != nil {
			return err
		}
		after = &list[len(list)-1]
	}
}

// mostRest bounds what the queue is told of a host that is to be left alone: after that it is looked
// at afresh.
const mostRest = 15 * time.Minute

// entries makes of rows what the queue is told. Hosts that are to be left alone are named so, or else
// each of them would be lent, looked at and given back, with all others waiting meanwhile.
func (d *Deliverer) entries(ctx context.Context, list []db.WaitingDelivery) ([]queue.Entry, error) {
	var names []string
	for i, w := range list { // they lie in order of their hosts
		if i == 0 || w.Host != list[i-1].Host {
			names = append(names, w.Host)
		}
	}
	resting, err := d.o.Store.RestingHosts(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("list hosts to be left alone: %w", err)
	}
	now := d.o.Now()
	out := make([]queue.Entry, 0, len(list))
	var rest time.Duration
	for i, w := range list {
		if i == 0 || w.Host != list[i-1].Host {
			rest = max(0, min(resting[w.Host].Sub(now), spread(mostRest, d.o.Random())))
		}
		e := queue.Entry{Host: w.Host, ID: w.ID, Bulk: w.Class == db.ClassBulk, Rest: rest}
		if !w.NextAt.IsZero() {
			e.Wait = max(0, w.NextAt.Sub(now))
		}
		out = append(out, e)
	}
	return out, nil
}

// enqueue puts fresh deliveries into the queue. Where that fails they are found by a sweep.
func (d *Deliverer) enqueue(ctx context.Context, list []queue.Entry) {
	err := d.withQueue(ctx, func() error { return d.o.Queue.Enqueue(ctx, list) })
	if err != nil {
		d.missed.Store(true)
		d.o.Log.WarnContext(ctx, "queue deliveries", slog.Int("count", len(list)), slog.Any("err", err))
	}
	nudge(d.sendNow)
}

// probe wakes failing hosts whose time has come, also because something was heard of them.
func (d *Deliverer) probe(ctx context.Context) error {
	hosts, err := d.o.Store.HostsToProbe(ctx, 1000)
	if err != nil {
		return fmt.Errorf("list hosts to probe: %w", err)
	}
	if len(hosts) == 0 {
		return nil
	}
	if err := d.forward(ctx, hosts); err != nil { // there may be nothing else to try them with
		return err
	}
	return d.withQueue(ctx, func() error { return d.o.Queue.Wake(ctx, hosts) })
}

// sweep adds another part of what waits, in case the queue lacks it, and counts.
func (d *Deliverer) sweep(ctx context.Context) error {
	list, err := d.o.Store.WaitingDeliveries(ctx, d.swept, sweepRows)
	if err != nil {
		return fmt.Errorf("sweep waiting deliveries: %w", err)
	}
	d.swept = nil
	if len(list) == sweepRows {
		d.swept = &list[sweepRows-1]
	}
	if len(list) > 0 {
		entries, err := d.entries(ctx, list)
		if err != nil {
			return err
		}
		d.enqueue(ctx, entries)
	}
	return d.measure(ctx)
}
