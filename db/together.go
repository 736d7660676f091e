package db

import (
	"context"
	"fmt"
	"sync"

	"github.com/uptrace/bun"

	"github.com/copse-social/copse/db/migrations"
)

// batch collects small writes that many callers want made durable at one moment: SQLite writes one
// transaction at a time, and each waits for the disk.
type batch struct {
	turn    sync.Mutex // whoever holds it writes for all who wait
	mu      sync.Mutex
	waiting []*batched
}

// batched is one caller's write; done and err are for who holds the turn.
type batched struct {
	do   func(ctx context.Context, tx *Store) error
	done bool
	err  error
}

// together runs do in a transaction that it shares with what others ask for meanwhile, and returns
// when that is durable. do must not leave a part of its work behind when it fails: the others go
// on in the same transaction. PostgreSQL shares the wait for the disk by itself.
func (s *Store) together(ctx context.Context, do func(ctx context.Context, tx *Store) error) error {
	if s.after != nil || s.root.engine != migrations.SQLite {
		return do(ctx, s)
	}
	b, w := &s.root.batch, &batched{do: do}
	b.mu.Lock()
	b.waiting = append(b.waiting, w)
	b.mu.Unlock()

	b.turn.Lock()
	defer b.turn.Unlock()
	if w.done {
		return w.err
	}
	b.mu.Lock()
	list := b.waiting
	b.waiting = nil
	b.mu.Unlock()
	// One caller going away must not take back what the others wrote.
	err := s.root.write.RunInTx(context.WithoutCancel(ctx), nil, func(ctx context.Context, btx bun.Tx) error {
		tx := &Store{root: s.root, read: btx, write: btx, after: newHooks()}
		for _, w := range list {
			w.err = w.do(ctx, tx)
		}
		return tx.count(ctx, tx.after.counts)
	})
	for _, w := range list {
		w.done = true
		if err != nil {
			w.err = fmt.Errorf("write together: %w", wrap(err))
		}
	}
	return w.err
}
