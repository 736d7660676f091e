package db

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/copse-social/copse/db/migrations"
)

const (
	// maxTogether bounds how many receipts one statement stores: with more values than maxBound it would
	// not be one that is kept.
	maxTogether = 20
	// storePatience ends the wait for a database that says nothing. Callers hang up earlier, but one
	// going away must not take back what it wrote for the others.
	storePatience = 30 * time.Second
)

// batch collects receipts that many requests want stored at one moment: two statements and one wait
// for the disk do for all of them.
type batch struct {
	turn    sync.Mutex // whoever holds it writes for all who wait
	mu      sync.Mutex
	waiting []*batched
}

// batched is one caller's receipt; the rest is for who holds the turn.
type batched struct {
	receipt     *Receipt
	done, fresh bool
	err         error
}

// storeTogether stores a receipt beside those that others bring meanwhile, and returns when it is
// durable, with whether it was new.
func (s *Store) storeTogether(ctx context.Context, r *Receipt) (fresh bool, err error) {
	b, w := &s.root.batch, &batched{receipt: r}
	b.mu.Lock()
	b.waiting = append(b.waiting, w)
	b.mu.Unlock()

	b.turn.Lock()
	defer b.turn.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storePatience)
	defer cancel()
	for !w.done { // more than maxTogether may stand before it
		s.storeAll(ctx, b.next())
	}
	return w.fresh, w.err
}

// next takes those who have waited longest.
func (b *batch) next() []*batched {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(b.waiting), maxTogether)
	list := b.waiting[:n:n]
	b.waiting = b.waiting[n:]
	return list
}

// storeAll stores some receipts. Where that fails each is tried alone, so that one which the database
// does not take harms no other.
func (s *Store) storeAll(ctx context.Context, list []*batched) {
	receipts := make([]*Receipt, len(list))
	for i, w := range list {
		receipts[i] = w.receipt
	}
	fresh, err := s.addReceipts(ctx, receipts)
	if err != nil && len(list) > 1 {
		for i := range list {
			s.storeAll(ctx, list[i:i+1])
		}
		return
	}
	for i, w := range list {
		w.done, w.fresh, w.err = true, err == nil && fresh[i], err
	}
}

// addReceipts stores what is new of some receipts and says which are. SQLite gets one transaction, so
// that nothing is moved to heard between the look and the write; PostgreSQL has the unique keys for it.
func (s *Store) addReceipts(ctx context.Context, list []*Receipt) (fresh []bool, err error) {
	if s.after != nil || s.root.engine != migrations.SQLite {
		return s.addNew(ctx, list)
	}
	err = s.root.write.RunInTx(ctx, nil, func(ctx context.Context, btx bun.Tx) (err error) {
		tx := &Store{root: s.root, read: btx, write: btx, after: newHooks()}
		fresh, err = tx.addNew(ctx, list)
		return err
	})
	return fresh, wrap(err)
}

func (s *Store) addNew(ctx context.Context, list []*Receipt) ([]bool, error) {
	known, err := s.knownReceipts(ctx, list)
	if err != nil {
		return nil, fmt.Errorf("look for %d receipts: %w", len(list), err)
	}
	rows := make([]*Receipt, 0, len(list))
	for _, r := range list {
		r.ID, r.ReceivedAt = s.NewID(), s.Now()
		if !known[string(r.Hash)] && !known[string(r.mark())] {
			rows = append(rows, r)
		}
	}
	stored := make(map[int64]bool, len(rows))
	if len(rows) > 0 {
		var ids []int64
		_, err := s.write.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Returning("id").Exec(ctx, &ids)
		if err != nil {
			return nil, fmt.Errorf("store %d receipts: %w", len(rows), wrap(err))
		}
		for _, id := range ids {
			stored[id] = true
		}
	}
	fresh := make([]bool, len(list))
	for i, r := range list {
		fresh[i] = stored[r.ID]
	}
	return fresh, nil
}

// knownReceipts finds what some receipts are known by already: hashes of what was shelved under the
// same id, and signatures that a released receipt stands under.
func (s *Store) knownReceipts(ctx context.Context, list []*Receipt) (map[string]bool, error) {
	var shelved []byte
	var args []any
	marks := make([][]byte, len(list))
	for i, r := range list {
		if i > 0 {
			shelved = append(shelved, " OR "...)
		}
		marks[i] = r.mark()
		shelved = append(shelved, "(activity = ? AND hash IN (?, ?))"...)
		args = append(args, shortOf(r.ActivityURI), r.Hash, marks[i])
	}
	var found [][]byte
	err := s.read.NewRaw("SELECT hash FROM heard WHERE "+string(shelved)+" UNION ALL SELECT hash FROM receipts WHERE hash IN (?)",
		append(args, bun.List(marks))...).Scan(ctx, &found)
	known := make(map[string]bool, len(found))
	for _, hash := range found {
		known[string(hash)] = true
	}
	return known, wrap(err)
}
