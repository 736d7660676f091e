package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/copse-social/copse/db"
)

// Who gets an activity is settled when it is written and looked at again when it is sent: between
// the two somebody may have been removed, or a host blocked, and gets nothing more (security.md T46).

// lookAgain is how old a look at a host, its deliveries and their readers may be when one more is
// sent. It is a part of the second within which a removal must take effect: the look itself takes
// time, and so does what is on its way.
const lookAgain = 250 * time.Millisecond

const noReader = "nobody there follows any more"

// audience is who an activity was meant for.
type audience struct {
	named     map[string]bool // inboxes of people addressed by name
	followees []int64         // whose followers' inboxes
}

// unaddressed returns the ids of deliveries that go to followers alone, of whom none is reached at
// their inbox any more. What tells of a deletion goes there all the same: they may have the post.
func (d *Deliverer) unaddressed(ctx context.Context, rows []*db.Delivery) (map[int64]bool, error) {
	gone, err := d.readerless(ctx, rows)
	if err != nil || len(gone) == 0 {
		return gone, err
	}
	for _, row := range rows { // an inbox may have moved since an audience was read
		if gone[row.ID] {
			d.audiences.forget(row.ActivityID)
		}
	}
	return d.readerless(ctx, rows)
}

// readerless is unaddressed by the audiences that are remembered.
func (d *Deliverer) readerless(ctx context.Context, rows []*db.Delivery) (map[int64]bool, error) {
	audiences, err := d.audiencesOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	var followees []int64
	var inboxes []string
	for _, row := range rows {
		if a := audiences[row.ActivityID]; a != nil && !a.named[row.Inbox] {
			followees = append(followees, a.followees...)
			inboxes = append(inboxes, row.Inbox)
		}
	}
	readers, err := d.o.Store.ReadersAt(ctx, distinct(followees), distinct(inboxes))
	if err != nil {
		return nil, fmt.Errorf("look for readers: %w", err)
	}
	var gone map[int64]bool
	for _, row := range rows {
		a := audiences[row.ActivityID]
		if a == nil || a.named[row.Inbox] || slices.ContainsFunc(a.followees, func(id int64) bool {
			return readers[db.ReaderAt{FolloweeID: id, Inbox: row.Inbox}]
		}) {
			continue
		}
		if act, err := d.activity(ctx, row.ActivityID); err == nil && deletes(act) {
			continue
		}
		if gone == nil {
			gone = make(map[int64]bool)
		}
		gone[row.ID] = true
	}
	return gone, nil
}

func distinct[T int64 | string](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}

// audiencesOf returns the audiences of what some deliveries carry; nil where it is not known any
// more.
func (d *Deliverer) audiencesOf(ctx context.Context, rows []*db.Delivery) (map[int64]*audience, error) {
	out := make(map[int64]*audience)
	var missing []int64
	for _, row := range rows {
		if _, seen := out[row.ActivityID]; seen {
			continue
		}
		a, known := d.audiences.find(row.ActivityID)
		if out[row.ActivityID] = a; !known {
			missing = append(missing, row.ActivityID)
		}
	}
	ways, err := d.o.Store.OutboxOf(ctx, missing)
	if err != nil {
		return nil, fmt.Errorf("load audiences: %w", err)
	}
	for _, way := range ways {
		to, err := way.To()
		if err != nil {
			d.o.Log.ErrorContext(ctx, "unreadable audience", slog.Any("err", err))
			continue
		}
		a := out[way.ActivityID]
		if a == nil {
			a = &audience{named: make(map[string]bool, len(to.Inboxes))}
			out[way.ActivityID] = a
		}
		for _, in := range to.Inboxes {
			a.named[in.Inbox] = true
		}
		if to.FollowersOf != 0 {
			a.followees = append(a.followees, to.FollowersOf)
		}
	}
	for _, id := range missing {
		d.audiences.keep(id, out[id])
	}
	return out, nil
}

// audienceCache keeps audiences used last, as bodyCache does activities.
type audienceCache struct {
	mu         sync.Mutex
	young, old map[int64]*audience
}

func (c *audienceCache) find(id int64) (*audience, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, known := c.young[id]
	if !known {
		a, known = c.old[id]
	}
	return a, known
}

func (c *audienceCache) forget(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.young, id)
	delete(c.old, id)
}

func (c *audienceCache) keep(id int64, a *audience) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.young) >= youngBodies || c.young == nil {
		c.young, c.old = make(map[int64]*audience, youngBodies), c.young
	}
	c.young[id] = a
}

// load reads deliveries that still wait, whether their readers are there, and what is held back.
func (l *lane) load(ctx context.Context, ids []int64) ([]*db.Delivery, error) {
	rows, err := l.d.o.Store.DeliveriesByID(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("load deliveries: %w", err)
	}
	if l.gone, err = l.d.unaddressed(ctx, rows); err != nil {
		return nil, err
	}
	l.back, err = l.d.heldBack(ctx, rows)
	return rows, err
}

// withdraw ends a delivery that has no reader any more. Where it stood for all followers at the
// host, another one of them gets it.
func (r *round) withdraw(row *db.Delivery) {
	r.endings = append(r.endings, ending{
		row: row, end: db.DeliveryEnd{State: db.DeliveryCancelled, Code: row.LastCode, Error: noReader}, nextInbox: row.FollowersOf != 0,
	})
}

// lookAgain takes out what was ended, paused or blocked since the rows were read, and says whether
// the host may get more.
func (r *round) lookAgain(ctx context.Context, now time.Time) bool {
	l := r.l
	ids := make([]int64, 0, len(r.waiting))
	for _, row := range r.waiting {
		ids = append(ids, row.ID)
	}
	hosts, err := l.d.o.Store.HostsByName(ctx, []string{l.host.Name})
	var rows []*db.Delivery
	if err == nil {
		rows, err = l.load(ctx, ids)
	}
	if err != nil {
		r.err, r.stop = fmt.Errorf("look at %s again: %w", l.host.Name, err), true
		return false
	}
	h := known(hosts, l.host.Name)
	if h.Policy == db.HostBlocked || !h.PausedAt.IsZero() || l.d.o.Policy(ctx, l.host.Name) != nil {
		r.stop, l.shut = true, true // the next visit deals with it
		return false
	}
	l.looked = now
	waits := make(map[int64]bool, len(rows))
	for _, row := range rows {
		waits[row.ID] = !row.NextAt.After(now)
	}
	r.waiting = slices.DeleteFunc(r.waiting, func(row *db.Delivery) bool {
		until := l.back[row.ID]
		switch {
		case l.gone[row.ID]:
			r.withdraw(row)
		case until.After(now) && waits[row.ID]:
			r.putOff(row, until)
		}
		return l.gone[row.ID] || until.After(now) || !waits[row.ID]
	})
	return len(r.waiting) > 0
}
