package federation

import (
	"context"
	"log/slog"
	"time"

	"github.com/copse-social/copse/db"
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

// InboxWorker works off what the Receiver stored.
type InboxWorker struct {
	o    InboxOptions
	wake chan struct{}
}

// NewInbox returns a worker; Run it.
func NewInbox(o InboxOptions) *InboxWorker { return &InboxWorker{o: o, wake: make(chan struct{}, 1)} }

// Nudge wakes Run; it never blocks.
func (b *InboxWorker) Nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Step works off what waits now and says whether there was anything.
func (b *InboxWorker) Step(ctx context.Context) (worked bool, err error) { return false, nil }

// Run works until ctx ends.
func (b *InboxWorker) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
