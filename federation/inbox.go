package federation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/copse-social/copse/db"
)

const (
	// batch is how many receipts are looked at in one go.
	batch = 100
	// together is how many are applied in one transaction: enough to share a commit, few enough
	// that an inbox waiting to store the next one on SQLite's single writer is not held up.
	together = 12
	// pollEvery is how often the inbox looks for what was put off, without being nudged.
	pollEvery = 2 * time.Second
	// usualWorkers is how many receipts wait for other hosts at once.
	usualWorkers = 8
	// fetchBudget is how many requests one activity may cause (T32).
	fetchBudget = 20
	// patience bounds how long one activity may keep a worker.
	patience = time.Minute
)

// InboxOptions is what an InboxWorker needs; Log may be nil and Workers 0.
type InboxOptions struct {
	Store    *db.Store
	Resolver *Resolver
	IRIs     IRIs
	// Apply does what an activity means, in the transaction that also closes its receipt.
	Apply   func(ctx context.Context, tx *db.Store, in *Incoming) (Outcome, error)
	Now     func() time.Time
	Log     *slog.Logger
	Workers int
}

// InboxWorker works off what the Receiver stored. What needs no other host is applied at once,
// many receipts in one transaction; what does waits in the background, so that slow or hostile
// hosts hold up nobody else. Receipts of one actor about one thing keep their order.
type InboxWorker struct {
	o       InboxOptions
	wake    chan struct{}
	slots   chan struct{}
	running sync.WaitGroup

	after  int64     // receipts up to this id were looked at; only Step touches it
	rescan time.Time // when Step last began at the first one

	mu      sync.Mutex
	busy    map[int64]bool // receipts in the background
	taken   map[string]int // what they are about, counted
	skipped bool           // something waits for one of them
	failed  []error        // of the background, since the last Step
}

// NewInbox returns a worker; Run it. It panics where Store, Resolver, Apply or Now is missing: a
// programmer's error.
func NewInbox(o InboxOptions) *InboxWorker {
	if o.Store == nil || o.Resolver == nil || o.Apply == nil || o.Now == nil {
		panic("federation: an inbox needs Store, Resolver, Apply and Now")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Workers == 0 {
		o.Workers = usualWorkers
	}
	return &InboxWorker{
		o: o, wake: make(chan struct{}, 1), slots: make(chan struct{}, o.Workers),
		busy: make(map[int64]bool), taken: make(map[string]int),
	}
}

// Nudge wakes Run; it never blocks.
func (b *InboxWorker) Nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Step works off one batch of what is due, or waits until a part of what needs other hosts is
// done, and says whether anything moved. Only one goroutine may step.
func (b *InboxWorker) Step(ctx context.Context) (worked bool, err error) {
	for {
		last, worked, err := b.round(ctx, b.after)
		if err = errors.Join(err, b.failures()); worked || err != nil {
			b.after = last
			return worked, err
		}
		idle := b.idle()
		if b.after != 0 && (idle || b.waiters() || time.Since(b.rescan) > pollEvery) {
			b.after, b.rescan = 0, time.Now() // what was put off has smaller ids
			continue
		}
		if idle {
			return false, nil
		}
		select {
		case <-b.wake:
			return true, nil
		case <-time.After(pollEvery):
			return true, nil
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
}

// Run works until ctx ends, and returns when nothing of it runs any more.
func (b *InboxWorker) Run(ctx context.Context) error {
	defer b.running.Wait()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		worked, err := b.Step(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			b.o.Log.ErrorContext(ctx, "inbox", "err", err)
		} else if worked {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-b.wake:
		case <-tick.C:
		}
	}
}

func (b *InboxWorker) idle() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.busy) == 0
}

// waiters says, once, that receipts were passed over because of others in the background.
func (b *InboxWorker) waiters() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	was := b.skipped
	b.skipped = false
	return was
}

// failures answers, once, what went wrong in the background.
func (b *InboxWorker) failures() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := errors.Join(b.failed...)
	b.failed = nil
	return err
}

// round looks at one batch of due receipts after an id: it applies what it can at once and sends
// the rest to the background. last is the id to go on from.
func (b *InboxWorker) round(ctx context.Context, after int64) (last int64, worked bool, err error) {
	list, err := b.o.Store.PendingReceipts(ctx, after, batch)
	if err != nil || len(list) == 0 {
		return after, false, err
	}
	last = list[len(list)-1].ID
	jobs, err := b.free(ctx, list)
	if err != nil || len(jobs) == 0 {
		return last, len(list) == batch, err
	}
	slow, err := b.quick(ctx, jobs)
	for _, chain := range chains(slow) {
		b.background(ctx, chain)
	}
	return last, true, err
}

// quick applies what needs no other host, and answers what does.
func (b *InboxWorker) quick(ctx context.Context, jobs []*job) (slow []*job, err error) {
	local := b.o.Resolver.withoutNetwork()
	var ready []*job
	writes := false
	behind := make(map[string]bool)
	for _, j := range jobs {
		if !j.sharesWith(behind) {
			j.resolve(ctx, local)
			if j.ignored() && writes { // what it is about may be among those not yet written
				if err := b.settle(ctx, ready); err != nil {
					return nil, err
				}
				ready, writes = nil, false
				j.resolve(ctx, local)
			}
			if !errors.Is(j.err, errOffline) {
				ready, writes = append(ready, j), writes || j.err == nil
				if len(ready) < together {
					continue
				}
				if err := b.settle(ctx, ready); err != nil {
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
	return slow, b.settle(ctx, ready)
}

// background works off a chain of receipts that need other hosts, one after the other.
func (b *InboxWorker) background(ctx context.Context, chain []*job) {
	b.hold(chain)
	b.running.Go(func() {
		defer b.release(chain)
		select {
		case b.slots <- struct{}{}:
			defer func() { <-b.slots }()
		case <-ctx.Done():
			return
		}
		for i, j := range chain {
			j.resolveOver(ctx, b.o.Resolver)
			err := b.settle(ctx, []*job{j})
			if err == nil && j.putOff.After(b.o.Now()) {
				err = b.postpone(ctx, chain[i+1:], j.putOff)
			}
			if err != nil || !j.putOff.IsZero() || ctx.Err() != nil {
				b.report(ctx, err)
				return
			}
		}
	})
}

func (b *InboxWorker) hold(chain []*job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, j := range chain {
		b.busy[j.rc.ID] = true
		for _, key := range j.about {
			b.taken[key]++
		}
	}
}

func (b *InboxWorker) release(chain []*job) {
	b.mu.Lock()
	for _, j := range chain {
		delete(b.busy, j.rc.ID)
		for _, key := range j.about {
			if b.taken[key]--; b.taken[key] == 0 {
				delete(b.taken, key)
			}
		}
	}
	b.mu.Unlock()
	b.Nudge()
}

func (b *InboxWorker) report(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.failed) < batch {
		b.failed = append(b.failed, fmt.Errorf("background: %w", err))
	}
}
