// Package inbox works off what federation.Receiver stored: each receipt is resolved outside of any
// transaction and applied, once, in one that also closes it. It keeps the order of what one actor
// does about one thing, puts off what other hosts hold up and lets one failure harm nothing else.
//
// It fetches nothing itself (federation.Resolver does) and knows no meaning (Apply does). Read
// inbox.go, then order.go and settle.go.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
)

const (
	// batch is how many receipts are looked at in one go.
	batch = 100
	// together is how many are applied in one transaction: enough to share a commit, few enough
	// that an inbox waiting to store the next one on SQLite's single writer is not held up.
	together = 12
	// pollEvery is how often the inbox looks for what was put off, without being nudged.
	pollEvery = 2 * time.Second
	// usualWorkers is how many receipts wait for other hosts at once, of those that need little
	// and of those that may need much.
	usualWorkers = 8
	// fetchBudget is how many requests one activity may cause (T32).
	fetchBudget = 20
	// patience bounds how long one activity may keep a worker.
	patience = time.Minute
)

// Options is what a Worker needs; Log and Metrics may be nil and Workers 0.
type Options struct {
	Store    *db.Store
	Resolver *federation.Resolver
	// Apply does what an activity means, in the transaction that also closes its receipt.
	Apply   func(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error)
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *Metrics
	Workers int
}

// Worker works off what the Receiver stored. What needs no other host is applied at once,
// many receipts in one transaction; what does waits in the background, so that slow or hostile
// hosts hold up nobody else. Receipts of one actor about one thing keep their order.
type Worker struct {
	o       Options
	wake    chan struct{}
	slots   *slots
	running sync.WaitGroup

	behind  atomic.Int64 // when receipts were last due, by the clock of the process
	working atomic.Bool  // a batch of them is being worked off
	after   int64        // receipts up to this id were looked at; only Step touches it
	rescan  time.Time    // when Step last began at the first one

	mu      sync.Mutex
	busy    map[int64]bool // receipts in the background
	taken   map[string]int // what they are about, counted
	skipped bool           // something waits for one of them
	failed  []error        // of the background, since the last Step
}

// New returns a worker; Run it. It panics where Store, Resolver, Apply or Now is missing: a
// programmer's error.
func New(o Options) *Worker {
	if o.Store == nil || o.Resolver == nil || o.Apply == nil || o.Now == nil {
		panic("inbox: it needs Store, Resolver, Apply and Now")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics(nil)
	}
	if o.Workers == 0 {
		o.Workers = usualWorkers
	}
	return &Worker{
		o: o, wake: make(chan struct{}, 1), slots: newSlots(o.Workers),
		busy: make(map[int64]bool), taken: make(map[string]int),
	}
}

// Nudge wakes Run; it never blocks.
func (w *Worker) Nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// lull is how long no receipt must have been due before what waits for them goes on: in a flood the
// inbox is empty for moments, between one batch and the next.
const lull = 250 * time.Millisecond

// Backlog says that receipts are due, or were a moment ago. What can wait while they are worked off,
// as signing what goes out, should.
func (w *Worker) Backlog() bool {
	return w.working.Load() || w.o.Now().UnixNano()-w.behind.Load() < int64(lull)
}

// Step works off one batch of what is due, or waits until a part of what needs other hosts is
// done, and says whether anything moved. Only one goroutine may step.
func (w *Worker) Step(ctx context.Context) (worked bool, err error) {
	for {
		last, worked, err := w.round(ctx, w.after)
		if err = errors.Join(err, w.failures()); worked || err != nil {
			w.after = last
			return worked, err
		}
		idle := w.idle()
		if w.after != 0 && (idle || w.waiters() || time.Since(w.rescan) > pollEvery) {
			w.after, w.rescan = 0, time.Now() // what was put off has smaller ids
			continue
		}
		if idle {
			return false, nil
		}
		select {
		case <-w.wake:
			return true, nil
		case <-time.After(pollEvery):
			return true, nil
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
}

// Run works until ctx ends, and returns when nothing of it runs any more.
func (w *Worker) Run(ctx context.Context) error {
	defer w.running.Wait()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		worked, err := w.Step(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			w.o.Log.ErrorContext(ctx, "inbox", "err", err)
		} else if worked {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-w.wake:
		case <-tick.C:
		}
	}
}

func (w *Worker) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.busy) == 0
}

// waiters says, once, that receipts were passed over because of others in the background.
func (w *Worker) waiters() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.skipped
	w.skipped = false
	return was
}

// failures answers, once, what went wrong in the background.
func (w *Worker) failures() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := errors.Join(w.failed...)
	w.failed = nil
	return err
}

// round looks at one batch of due receipts after an id: it applies what it can at once and sends
// the rest to the background. last is the id to go on from.
func (w *Worker) round(ctx context.Context, after int64) (last int64, worked bool, err error) {
	list, err := w.o.Store.PendingReceipts(ctx, after, batch)
	if err != nil || len(list) == 0 {
		return after, false, err
	}
	w.working.Store(true)
	defer func() {
		w.behind.Store(w.o.Now().UnixNano())
		w.working.Store(false)
	}()
	last = list[len(list)-1].ID
	jobs, err := w.free(ctx, list)
	if err != nil || len(jobs) == 0 {
		return last, len(list) == batch, err
	}
	slow, err := w.quick(ctx, jobs)
	for _, chain := range chains(slow) {
		w.background(ctx, chain)
	}
	return last, true, err
}

// quick applies what needs no other host, and answers what does.
func (w *Worker) quick(ctx context.Context, jobs []*job) (slow []*job, err error) {
	local := w.o.Resolver.Offline()
	var ready []*job
	writes := false
	behind := make(map[string]bool)
	for _, j := range jobs {
		if !j.sharesWith(behind) {
			j.resolve(ctx, local)
			if j.ignored() && writes { // what it is about may be among those not yet written
				if err := w.settle(ctx, ready); err != nil {
					return nil, err
				}
				ready, writes = nil, false
				j.resolve(ctx, local)
			}
			if !errors.Is(j.err, federation.ErrOffline) {
				ready, writes = append(ready, j), writes || j.err == nil
				if len(ready) < together {
					continue
				}
				if err := w.settle(ctx, ready); err != nil {
					return nil, err
				}
				ready, writes = nil, false
				continue
			}
		}
		slow = append(slow, j)
		for _, key := range j.about {
			behind[key] = true
		}
	}
	return slow, w.settle(ctx, ready)
}

// background works off a chain of receipts that need other hosts, one after the other.
func (w *Worker) background(ctx context.Context, chain []*job) {
	w.hold(chain)
	w.running.Go(func() {
		defer w.release(chain)
		w.slots.run(ctx, chain, func() { w.inOrder(ctx, chain) })
	})
}

// inOrder works off a chain until one of it has to wait.
func (w *Worker) inOrder(ctx context.Context, chain []*job) {
	for i, j := range chain {
		j.resolveOver(ctx, w.o.Resolver)
		err := w.settle(ctx, []*job{j})
		if err == nil && j.putOff.After(w.o.Now()) {
			err = w.postpone(ctx, chain[i+1:], j.putOff)
		}
		if err != nil || !j.putOff.IsZero() || ctx.Err() != nil {
			w.report(ctx, err)
			return
		}
	}
}

func (w *Worker) hold(chain []*job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, j := range chain {
		w.busy[j.rc.ID] = true
		for _, key := range j.about {
			w.taken[key]++
		}
	}
}

func (w *Worker) release(chain []*job) {
	w.mu.Lock()
	for _, j := range chain {
		delete(w.busy, j.rc.ID)
		for _, key := range j.about {
			if w.taken[key]--; w.taken[key] == 0 {
				delete(w.taken, key)
			}
		}
	}
	w.mu.Unlock()
	w.Nudge()
}

func (w *Worker) report(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.failed) < batch {
		w.failed = append(w.failed, fmt.Errorf("background: %w", err))
	}
}
