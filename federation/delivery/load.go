package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/delivery/queue"
)

// peekSize is how many deliveries of a host are loaded at a time.
const peekSize = 50

// claim borrows up to n hosts from the queue and loads what they need in a few queries for all.
// Hosts that must be left alone are given back at once, and others are asked for in their place: a
// thousand of them must not hold up the one that can be worked on.
func (d *Deliverer) claim(ctx context.Context, n int) (lanes []*lane, err error) {
	for n > 0 && len(lanes) == 0 && ctx.Err() == nil {
		var turns []queue.Turn
		err = d.withQueue(ctx, func() (err error) {
			turns, err = d.o.Queue.Claim(ctx, n, peekSize)
			return err
		})
		if err != nil || len(turns) == 0 {
			return nil, err
		}
		if lanes, err = d.open(ctx, turns); err != nil {
			return nil, errors.Join(err, d.putBack(ctx, turns, lanes))
		}
	}
	return lanes, nil
}

// putBack gives up turns that nothing could be loaded for. What was given back before is fenced.
func (d *Deliverer) putBack(ctx context.Context, turns []queue.Turn, lanes []*lane) (err error) {
	for _, l := range lanes {
		d.leave(l)
	}
	for _, t := range turns {
		if e := d.o.Queue.Release(ctx, t.Lease, queue.Settled{}, time.Second); !errors.Is(e, queue.ErrFenced) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// open makes lanes of the turns that may be taken now. What a host must be known for comes first:
// for those that are given back nothing more is loaded, since there may be thousands of them.
func (d *Deliverer) open(ctx context.Context, turns []queue.Turn) ([]*lane, error) {
	names := make([]string, 0, len(turns))
	for _, t := range turns {
		names = append(names, t.Lease.Host)
	}
	now := d.o.Now()
	hosts, err := d.o.Store.HostsByName(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("load hosts to deliver to: %w", err)
	}
	var lanes []*lane
	for _, t := range turns {
		l := &lane{
			d: d, lease: t.Lease, host: known(hosts, t.Lease.Host), started: now, renewed: now,
			shown: t.Batch, looked: now,
		}
		ok, err := d.admit(ctx, l, now)
		if err != nil {
			d.o.Log.WarnContext(ctx, "give host back", slog.Any("err", err))
		}
		if ok {
			lanes = append(lanes, l)
		}
	}
	return lanes, d.furnish(ctx, lanes)
}

// furnish loads the deliveries of all lanes together.
func (d *Deliverer) furnish(ctx context.Context, lanes []*lane) error {
	var ids []int64
	for _, l := range lanes {
		ids = append(ids, l.shown.IDs...)
	}
	rows, err := d.o.Store.DeliveriesByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("load deliveries: %w", err)
	}
	gone, err := d.unaddressed(ctx, rows)
	if err != nil {
		return err
	}
	back, err := d.heldBack(ctx, rows)
	if err != nil {
		return err
	}
	byHost := make(map[string][]*db.Delivery, len(lanes))
	for _, r := range rows {
		byHost[r.Host] = append(byHost[r.Host], r)
	}
	for _, l := range lanes {
		l.rows, l.gone, l.back = byHost[l.host.Name], gone, back
	}
	return nil
}

// crowded is how long a failing host waits for a slot, before it is spread by chance.
const crowded = 5 * time.Second

// admit says whether a host may be worked on now; where not, it is given back.
func (d *Deliverer) admit(ctx context.Context, l *lane, now time.Time) (bool, error) {
	const later = 10 * time.Minute
	name := l.host.Name
	if l.host.Policy == db.HostBlocked || name == d.o.OwnHost {
		_, err := d.o.Store.EndHostDeliveries(ctx, name, db.DeliveryCancelled, "host is blocked")
		if err != nil {
			return false, errors.Join(err, d.o.Queue.Release(ctx, l.lease, queue.Settled{}, time.Minute))
		}
		return false, errors.Join(d.o.Queue.Forget(ctx, name), d.o.Queue.Release(ctx, l.lease, queue.Settled{}, 0))
	}
	if d.o.Policy(ctx, name) != nil {
		return false, d.o.Queue.Release(ctx, l.lease, queue.Settled{}, later)
	}
	if wait := standDown(l.host, now); wait > 0 {
		return false, d.o.Queue.Release(ctx, l.lease, queue.Settled{}, wait)
	}
	if l.host.Streak > 0 {
		select {
		case d.suspects <- struct{}{}:
			l.suspect = true
		default:
			return false, d.o.Queue.Release(ctx, l.lease, queue.Settled{}, spread(crowded, d.o.Random()))
		}
	}
	return true, nil
}

// leave gives back what a lane held beside its lease.
func (d *Deliverer) leave(l *lane) {
	if l.suspect {
		<-d.suspects
	}
}

// activity returns an activity, from memory where it was sent a moment ago.
func (d *Deliverer) activity(ctx context.Context, id int64) (*db.Activity, error) {
	if a := d.bodies.find(id); a != nil {
		return a, nil
	}
	a, err := d.o.Store.ActivityByID(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("load activity %d: %w", id, err)
	}
	d.bodies.keep(a)
	return a, nil
}

// bodyCache keeps the activities used last. When the young half is full it becomes the old one.
type bodyCache struct {
	mu         sync.Mutex
	young, old map[int64]*db.Activity
}

const youngBodies = 128

func (c *bodyCache) find(id int64) *db.Activity {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.young[id]; a != nil {
		return a
	}
	a := c.old[id]
	if a != nil {
		c.put(a)
	}
	return a
}

func (c *bodyCache) keep(a *db.Activity) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(a)
}

func (c *bodyCache) put(a *db.Activity) {
	if len(c.young) >= youngBodies || c.young == nil {
		c.young, c.old = make(map[int64]*db.Activity, youngBodies), c.young
	}
	c.young[a.ID] = a
}
