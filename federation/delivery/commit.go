package delivery

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/delivery/queue"
	"github.com/copse-social/copse/federation/drill"
)

// ending is what is to be written about one delivery.
type ending struct {
	row *db.Delivery
	end db.DeliveryEnd
	// putOff only moves the delivery behind another one; nothing was tried.
	putOff bool
	// nextInbox: another follower of the host gets it instead.
	nextInbox bool
	// endsFollow: the host has taken the word that a follow ended, if that is what it was.
	endsFollow bool
}

// late is how long the delivery waits from now, 0 where it doesn't.
func (e ending) late(now time.Time) time.Duration {
	if e.end.State != db.DeliveryPending || e.end.NextAt.IsZero() {
		return 0
	}
	return max(time.Millisecond, e.end.NextAt.Sub(now))
}

// results is what one lane has to write.
type results struct {
	endings      []ending
	host         *db.Host // nil: nothing new
	wantsObjects string   // the host whose wrapped activity was answered 424
}

const groupRows = 200

// committer writes the results of many lanes in one transaction: the first to come waits for
// others, a moment at most.
type committer struct {
	store  *db.Store
	mu     sync.Mutex
	linger time.Duration
	open   *group
	turn   sync.Mutex // one transaction at a time; groups grow while they wait for it
}

type group struct {
	list []results
	rows int
	full chan struct{}
	done chan struct{}
	// fresh are deliveries made in place of refused ones.
	fresh []queue.Entry
	err   error
}

func (c *committer) setLinger(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.linger = d
}

// put writes r and returns when it is durable. fresh deliveries are returned to one caller.
func (c *committer) put(ctx context.Context, r results) (fresh []queue.Entry, err error) {
	if len(r.endings) == 0 && r.host == nil {
		return nil, nil
	}
	c.mu.Lock()
	g, leads := c.open, c.open == nil
	if leads {
		g = &group{full: make(chan struct{}), done: make(chan struct{})}
		c.open = g
	}
	linger := c.linger
	g.list, g.rows = append(g.list, r), g.rows+len(r.endings)
	if g.rows >= groupRows {
		close(g.full)
		c.open = nil
	}
	c.mu.Unlock()
	if !leads {
		<-g.done
		return nil, g.err
	}
	if linger > 0 {
		pause(ctx, g.full, linger)
	}
	c.turn.Lock()
	defer c.turn.Unlock()
	c.close(g)
	c.write(context.WithoutCancel(ctx), g)
	close(g.done)
	return g.fresh, g.err
}

// close lets nobody join g any more.
func (c *committer) close(g *group) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == g {
		c.open = nil
	}
}

// write commits a group. What the peers have answered is worth a few tries: losing it means that
// they get the same once more.
func (c *committer) write(ctx context.Context, g *group) {
	ctx, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	for wait := 100 * time.Millisecond; ; wait *= 4 {
		g.fresh = nil
		g.err = c.store.InTx(ctx, func(ctx context.Context, tx *db.Store) error { return store(ctx, tx, g) })
		if g.err == nil || wait > 2*time.Second {
			break
		}
		pause(ctx, nil, wait)
	}
	drill.Point("written")
	if g.err != nil {
		g.err = fmt.Errorf("write %d delivery results: %w", g.rows, g.err)
	}
}

func store(ctx context.Context, tx *db.Store, g *group) error {
	ends := make(map[db.DeliveryEnd][]int64)
	putOff := make(map[db.Time][]int64)
	hosts := make(map[string]*db.Host)
	var told []int64
	var err error
	for _, r := range g.list {
		for _, e := range r.endings {
			if e.putOff {
				putOff[e.end.NextAt] = append(putOff[e.end.NextAt], e.row.ID)
			} else {
				ends[e.end] = append(ends[e.end], e.row.ID)
			}
			if e.end.State == db.DeliveryRefused && e.end.Code == http.StatusGone {
				err = errors.Join(err, tx.NoteGone(ctx, e.row.Host, e.row.Inbox))
			}
			if e.endsFollow {
				told = append(told, e.row.ActivityID)
			}
			if e.nextInbox {
				err = errors.Join(err, elsewhere(ctx, tx, e.row, g))
			}
		}
		if r.host != nil {
			hosts[r.host.Name] = r.host
		}
		if r.wantsObjects != "" {
			err = errors.Join(err, tx.SetHostWantsObjects(ctx, r.wantsObjects))
		}
	}
	for end, ids := range ends {
		err = errors.Join(err, tx.EndDeliveries(ctx, ids, end))
	}
	for until, ids := range putOff {
		err = errors.Join(err, tx.PutOffDeliveries(ctx, ids, until))
	}
	err = errors.Join(err, tx.ConfirmEnds(ctx, told))
	list := make([]*db.Host, 0, len(hosts))
	for _, h := range hosts {
		list = append(list, h)
	}
	return errors.Join(err, tx.SaveHostHealth(ctx, list))
}

// maxInboxes is how many followers of one host are tried in turn with one activity.
const maxInboxes = 4

// elsewhere makes the delivery that another follower of the host gets in place of d's.
func elsewhere(ctx context.Context, tx *db.Store, d *db.Delivery, g *group) error {
	inbox, tried, err := tx.NextInbox(ctx, d.FollowersOf, d)
	if errors.Is(err, db.ErrNotFound) || err == nil && tried >= maxInboxes {
		return nil
	}
	if err != nil {
		return err
	}
	next := &db.Delivery{
		ActivityID: d.ActivityID, Host: d.Host, Inbox: inbox, Class: d.Class, OKey: d.OKey, FollowersOf: d.FollowersOf,
	}
	if err := tx.CreateDeliveries(ctx, []*db.Delivery{next}); err != nil {
		return err
	}
	g.fresh = append(g.fresh, queue.Entry{Host: next.Host, ID: next.ID, Bulk: next.Class == db.ClassBulk})
	return nil
}
