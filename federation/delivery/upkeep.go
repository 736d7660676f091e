package delivery

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/delivery/queue"
)

// Upkeep is what one process does for all: it keeps queue and database together, gives up what is
// too old and forgets what is done with. Who does it holds a lease; when its holder dies another
// process takes over within leadEvery and the time of the lease. All of it may be done twice
// without harm, by a holder that has not noticed the end of its lease.
const (
	upkeepLease = "task/upkeep"
	// leadEvery is how often a process tries to take the lease, or renews it.
	leadEvery = 3 * time.Second
	// pruneRows is how many rows one step looks at; there is one in a second.
	pruneRows  = 2000
	pruneEvery = time.Hour
	goneEvery  = time.Minute
	goneAtOnce = 20
)

// upkeep is the state of one process: whether it leads, and how far it has come.
type upkeep struct {
	me    string
	lease db.Lease
	leads atomic.Bool
	asked time.Time

	probed, swept, weighed, begun time.Time

	pruning bool
	stage   int   // of stages
	done    int64 // where the next window begins
	tidying tidying
}

func newUpkeep() *upkeep { return &upkeep{me: rand.Text()} }

// lead says whether this process does the upkeep now.
func (d *Deliverer) lead(ctx context.Context) (bool, error) {
	u := d.upkeep
	now := d.o.Now()
	if !due(now, u.asked, leadEvery) {
		return u.leads.Load(), nil
	}
	u.asked = now
	var err error
	leads := u.leads.Load()
	if leads {
		leads, err = d.o.Store.KeepLease(ctx, u.lease, queue.LeaseTime)
	}
	if err == nil && !leads {
		var got []db.Lease
		if got, err = d.o.Store.TakeLeases(ctx, []string{upkeepLease}, u.me, queue.LeaseTime); len(got) == 1 {
			u.lease, leads = got[0], true
			d.o.Log.InfoContext(ctx, "this process does the upkeep of deliveries")
		}
	}
	u.leads.Store(leads && err == nil)
	if err != nil {
		return false, fmt.Errorf("take lease of upkeep: %w", err)
	}
	return u.leads.Load(), nil
}

// resign lets another process take over at once.
func (d *Deliverer) resign(ctx context.Context) error {
	if !d.upkeep.leads.Swap(false) {
		return nil
	}
	if err := d.o.Store.DropLeases(ctx, []db.Lease{d.upkeep.lease}); err != nil {
		return fmt.Errorf("drop lease of upkeep: %w", err)
	}
	return nil
}

// tendLoop takes up calls, and does the upkeep where this process leads.
func (d *Deliverer) tendLoop(ctx context.Context) {
	for ctx.Err() == nil {
		if err := d.tend(ctx); err != nil && ctx.Err() == nil {
			d.o.Log.WarnContext(ctx, "tend delivery queue", slog.Any("err", err))
		}
		pause(ctx, nil, time.Second)
	}
}

// tend does what is due at this moment.
func (d *Deliverer) tend(ctx context.Context) error {
	err := d.answerCalls(ctx)
	if d.missed.Load() {
		err = errors.Join(err, d.rebuild(ctx, d.rebuilds.Load()))
	}
	leads, e := d.lead(ctx)
	if !leads {
		return errors.Join(err, e)
	}
	u, now := d.upkeep, d.o.Now()
	if due(now, u.probed, pollProbes) {
		u.probed = now
		err = errors.Join(err, d.probe(ctx))
	}
	if due(now, u.swept, pollSweep) {
		u.swept = now
		err = errors.Join(err, d.endLongWaits(ctx), d.sweep(ctx))
	}
	if due(now, u.weighed, weighEvery) {
		u.weighed = now
		err = errors.Join(err, d.weigh(ctx, now))
	}
	if d.o.Doubt() { // what is given up or thrown away for age must not go by such a clock
		return err
	}
	err = errors.Join(err, d.tidy(ctx, now))
	if due(now, u.begun, pruneEvery) {
		u.begun, u.pruning, u.stage, u.done = now, true, 0, 0
	}
	if u.pruning {
		err = errors.Join(err, d.prune(ctx, now))
	}
	return err
}

// due says that something was done so long ago, or at a time that has not come yet: then the clock
// was set back.
func due(now, last time.Time, every time.Duration) bool {
	ago := now.Sub(last)
	return ago >= every || ago < 0
}

// Whether an actor is gone is asked twice, so far apart; a server that does not answer is asked
// again after retryGone.
const (
	confirmGone = 24 * time.Hour
	retryGone   = time.Hour
)

// goneLoop asks about the gone beside the rest of the upkeep, because servers may take long to answer.
func (d *Deliverer) goneLoop(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, nil, goneEvery)
		if !d.upkeep.leads.Load() || d.o.Doubt() || ctx.Err() != nil {
			continue
		}
		if err := d.askGone(ctx); err != nil && ctx.Err() == nil {
			d.o.Log.WarnContext(ctx, "ask who is gone", slog.Any("err", err))
		}
	}
}

// askGone asks the servers of those whose inbox answered 410 whether they are gone for good, and
// has them forgotten when that was said twice (reliability.md 1d).
func (d *Deliverer) askGone(ctx context.Context) error {
	if d.o.Gone == nil {
		return nil
	}
	list, err := d.o.Store.GoneToAsk(ctx, goneAtOnce)
	if err != nil {
		return fmt.Errorf("list actors who may be gone: %w", err)
	}
	for _, g := range list {
		if e := d.askAbout(ctx, g); e != nil {
			err = errors.Join(err, fmt.Errorf("ask about actor %d: %w", g.ActorID, e))
		}
	}
	return err
}

func (d *Deliverer) askAbout(ctx context.Context, g *db.GoneActor) error {
	s := d.o.Store
	if g.Actor == nil || !g.Actor.DeletedAt.IsZero() {
		return s.ForgetGone(ctx, g.ActorID)
	}
	gone, err := d.o.Gone(ctx, g.Actor)
	switch {
	case err != nil:
		return errors.Join(err, s.AskGoneLater(ctx, g, retryGone))
	case !gone:
		return s.ForgetGone(ctx, g.ActorID)
	}
	g.Confirmed++
	if g.Confirmed < 2 {
		return s.AskGoneLater(ctx, g, confirmGone)
	}
	return s.InTx(ctx, func(ctx context.Context, tx *db.Store) error {
		if err := tx.ForgetTies(ctx, g.Actor); err != nil {
			return err
		}
		return tx.ForgetGone(ctx, g.ActorID)
	})
}
