// Package delivery carries activities to other hosts: it turns outbox rows into deliveries, keeps
// them in order, signs and sends each, and deals with whatever the peer answers.
//
// It decides nothing about who should get what (the audience is in the outbox row) and never
// changes the bytes it sends. What it does is in the database before and after each step, so that
// a killed process loses nothing: at worst a peer gets the same activity, under the same id, once
// more. The queue beside the database knows ids alone and may be lost.
//
// Read next: expand.go for the way from outbox to deliveries, queue.go for whose turn it is,
// lane.go and round.go for the work on one host, outcome.go for the table of answers.
package delivery

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/delivery/queue"
	"github.com/copse-social/copse/federation/drill"
	"github.com/copse-social/copse/federation/sign"
)

// Options is what a Deliverer needs. Store, Queue, Transport, SignerOf, UserAgent, OwnHost and Log
// are required.
type Options struct {
	Store *db.Store
	Queue queue.Queue
	// Transport is the guarded way out that fetch uses too, or an in-memory network in tests.
	Transport http.RoundTripper
	// SignerOf returns the keys of one of our actors.
	SignerOf  func(ctx context.Context, actorID int64) (*sign.Signer, error)
	UserAgent string
	// OwnHost never gets a delivery.
	OwnHost string
	// Policy answers an error for hosts that we don't deal with. What is refused while an audience
	// is expanded is left out for good, so faults of the policy itself must not show as errors.
	Policy func(ctx context.Context, host string) error
	Now    func() time.Time
	Log    *slog.Logger
	// Registry takes the metrics; nil means nobody counts.
	Registry prometheus.Registerer
	// Concurrency bounds the requests in flight; 0 means 512.
	Concurrency int
	Keep        Retention
	// Doubt says that the clock may be wrong: nothing expires or is thrown away for its age
	// meanwhile; nil: it never is.
	Doubt func() bool
	// Gone asks an actor's own server whether the actor is gone for good; nil: nobody asks. Who is
	// gone by two answers a day apart loses all follows.
	Gone func(ctx context.Context, a *db.Actor) (bool, error)
	// Busy says that what came in is waiting to be worked on, which then goes before signing; nil:
	// it never is.
	Busy func() bool
	// Synchronise words what is said with an activity for followers at a host: who they are, as
	// far as we know (FEP-8fcf). "" says nothing; nil never says anything.
	Synchronise func(ctx context.Context, a *db.Activity, host string) (string, error)
	// Random draws from [0, 1) to spread retries; nil means chance.
	Random func() float64
}

// Deliverer sends what the outbox holds. Make one per process.
type Deliverer struct {
	o         Options
	metrics   *metrics
	commits   committer
	bodies    bodyCache
	audiences audienceCache

	slots    chan struct{} // one for each request in flight
	suspects chan struct{} // hosts that fail may take a part of the slots only
	signing  *signing

	expandNow chan struct{}
	sendNow   chan struct{}

	rebuilding sync.Mutex
	rebuilds   atomic.Int64 // how often the queue was filled
	missed     atomic.Bool  // something could not be put into the queue
	swept      *db.WaitingDelivery
	upkeep     *upkeep
}

// New makes a deliverer, which does nothing until Run or Step.
func New(o Options) *Deliverer {
	if o.Concurrency <= 0 {
		o.Concurrency = 512
	}
	o.Keep = o.Keep.withDefaults()
	if o.Doubt == nil {
		o.Doubt = func() bool { return false }
	}
	if o.Busy == nil {
		o.Busy = func() bool { return false }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Policy == nil {
		o.Policy = func(context.Context, string) error { return nil }
	}
	d := &Deliverer{
		o: o, metrics: newMetrics(o.Registry),
		slots:     make(chan struct{}, o.Concurrency),
		suspects:  make(chan struct{}, max(1, o.Concurrency/4)),
		signing:   newSigning(runtime.GOMAXPROCS(0), o.Busy),
		expandNow: make(chan struct{}, 1),
		sendNow:   make(chan struct{}, 1),
		upkeep:    newUpkeep(),
	}
	d.commits.store = o.Store
	return d
}

// Nudge says that the outbox has something new. It never blocks.
func (d *Deliverer) Nudge() {
	drill.Point("published")
	nudge(d.expandNow)
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// stepHosts is how many hosts one Step works on.
const stepHosts = 64

// Step expands a batch of the outbox and works on the hosts whose turn has come, one after the
// other, so that a test sees the same each time. It says whether there was anything to do.
func (d *Deliverer) Step(ctx context.Context) (worked bool, err error) {
	expanded, err := d.expand(ctx)
	if err != nil {
		return false, err
	}
	lanes, err := d.ready(ctx)
	if errors.Is(err, queue.ErrRebuild) { // another process fills the queue
		return expanded, nil
	}
	if err != nil {
		return false, err
	}
	for _, l := range lanes {
		if e := l.run(ctx); e != nil && err == nil {
			err = e
		}
		d.leave(l)
	}
	return expanded || len(lanes) > 0, err
}

// ready claims hosts after whatever the loops of Run would have done by now.
func (d *Deliverer) ready(ctx context.Context) ([]*lane, error) {
	if d.missed.Load() {
		if err := d.rebuild(ctx, d.rebuilds.Load()); err != nil {
			return nil, err
		}
	}
	if err := d.probe(ctx); err != nil {
		return nil, err
	}
	if err := d.answerCalls(ctx); err != nil {
		return nil, err
	}
	return d.claim(ctx, stepHosts)
}

// Intervals of Run.
const (
	pollOutbox  = 500 * time.Millisecond // for rows that another process wrote
	pollQueue   = 250 * time.Millisecond // for waits that end
	pollProbes  = 15 * time.Second
	pollSweep   = time.Minute
	commitDelay = 20 * time.Millisecond
)

// Run works until ctx ends, and then until what is in flight has been answered and noted.
func (d *Deliverer) Run(ctx context.Context) error {
	d.commits.setLinger(commitDelay)
	for {
		err := d.rebuild(ctx, d.rebuilds.Load())
		if err == nil || ctx.Err() != nil {
			break
		}
		d.o.Log.WarnContext(ctx, "fill delivery queue", slog.Any("err", err))
		pause(ctx, nil, time.Second)
	}
	var loops sync.WaitGroup
	loops.Go(func() { d.expandLoop(ctx) })
	loops.Go(func() { d.tendLoop(ctx) })
	loops.Go(func() { d.goneLoop(ctx) })
	loops.Go(func() { d.sendLoop(ctx) })
	loops.Wait()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	return errors.Join(d.resign(end), d.o.Queue.Close(end))
}

// pause waits until a nudge, the end of d or the end of ctx.
func pause(ctx context.Context, nudged <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-nudged:
	case <-t.C:
	}
}

func (d *Deliverer) expandLoop(ctx context.Context) {
	for ctx.Err() == nil {
		worked, err := d.expand(ctx)
		if err != nil && ctx.Err() == nil {
			d.o.Log.ErrorContext(ctx, "expand outbox", slog.Any("err", err))
			pause(ctx, nil, time.Second)
			continue
		}
		if !worked {
			pause(ctx, d.expandNow, pollOutbox)
		}
	}
}

// sendLoop gives each host its own goroutine, as many as there are slots.
func (d *Deliverer) sendLoop(ctx context.Context) {
	var lanes sync.WaitGroup
	defer lanes.Wait()
	for ctx.Err() == nil {
		slots := d.takeSlots(ctx, stepHosts)
		list, err := d.claim(ctx, slots)
		for range slots - len(list) {
			<-d.slots
		}
		if errors.Is(err, queue.ErrRebuild) { // another process fills the queue
			pause(ctx, nil, pollQueue)
		} else if err != nil && ctx.Err() == nil {
			d.o.Log.ErrorContext(ctx, "claim hosts to deliver to", slog.Any("err", err))
			pause(ctx, nil, time.Second)
		}
		for _, l := range list {
			lanes.Go(func() {
				if err := l.run(ctx); err != nil {
					d.o.Log.ErrorContext(ctx, "deliver", slog.String("host", l.host.Name), slog.Any("err", err))
				}
				d.leave(l)
				<-d.slots
			})
		}
		if len(list) == 0 {
			pause(ctx, d.sendNow, pollQueue)
		}
	}
}

// takeSlots waits for one slot and takes what else is free.
func (d *Deliverer) takeSlots(ctx context.Context, most int) int {
	select {
	case d.slots <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	for n := 1; n < most; n++ {
		select {
		case d.slots <- struct{}{}:
		default:
			return n
		}
	}
	return most
}
