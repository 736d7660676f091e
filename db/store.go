package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/copse-social/copse/db/migrations"
)

// What a caller can tell apart, beside the outages.
var (
	// ErrNotFound: no such row.
	ErrNotFound = errors.New("not found")
	// ErrConflict: a unique constraint refused the row; somebody was first.
	ErrConflict = errors.New("conflict")
)

// Store is the database, or within InTx one transaction of it. A parameter called tx must be the
// store of a transaction.
type Store struct {
	root  *root
	read  bun.IDB
	write bun.IDB
	after *hooks // nil outside a transaction
}

// root is what all stores of one database share.
type root struct {
	write, read *bun.DB
	engine      migrations.Engine
	ids         *IDs
	now         func() time.Time
	changes     atomic.Uint64
	renewals    atomic.Uint64
	batch       batch
	packer      *packer
}

// hooks are what a transaction leaves for its end.
type hooks struct {
	mu     sync.Mutex
	list   []func()
	counts tally
	outbox []*OutboxRow
}

func newStore(write, read *bun.DB, engine migrations.Engine, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	r := &root{write: write, read: read, engine: engine, ids: NewIDs(now), now: now, packer: newPacker()}
	return &Store{root: r, read: read, write: write}
}

// Close closes all connections.
func (s *Store) Close() error {
	err := s.root.write.Close()
	if s.root.read != s.root.write {
		err = errors.Join(err, s.root.read.Close())
	}
	return err
}

// Ping answers whether the database can be reached.
func (s *Store) Ping(ctx context.Context) error { return s.root.read.PingContext(ctx) }

// Engine names the engine: "sqlite" or "postgres".
func (s *Store) Engine() string { return string(s.root.engine) }

// NewID draws a fresh id.
func (s *Store) NewID() int64 { return s.root.ids.Next() }

// Now is the moment to stamp rows with.
func (s *Store) Now() Time { return At(s.root.now()) }

// InTx runs do in one transaction and commits when it returns nil; use the context and the store
// of the closure. Called on the store of a transaction it is a savepoint. Hooks given to
// AfterCommit run once the outermost transaction is durable. Counts of posts and rows of the outbox are
// written at its end, for all of it together.
func (s *Store) InTx(ctx context.Context, do func(ctx context.Context, tx *Store) error) error {
	inner := newHooks()
	err := s.write.RunInTx(ctx, nil, func(ctx context.Context, btx bun.Tx) error {
		tx := &Store{root: s.root, read: btx, write: btx, after: inner}
		if err := do(ctx, tx); err != nil || s.after != nil {
			return err
		}
		return tx.finish(ctx)
	})
	if err != nil {
		return wrap(err)
	}
	if s.after != nil {
		s.after.take(inner)
		return nil
	}
	s.root.changes.Add(1)
	for _, hook := range inner.list {
		hook()
	}
	return nil
}

// Changes counts the transactions that this process has committed. What was read from the database
// after one answer still holds while the answer stays the same, as far as this process goes.
func (s *Store) Changes() uint64 { return s.root.changes.Load() }

// Renewed notes that the document of an actor of ours says something new, from the commit on.
func (s *Store) Renewed() { s.AfterCommit(func() { s.root.renewals.Add(1) }) }

// Renewals counts what Renewed noted in this process.
func (s *Store) Renewals() uint64 { return s.root.renewals.Load() }

// AfterCommit runs hook when the transaction has committed, and never when it rolls back. It must
// not block. Outside a transaction it runs at once.
func (s *Store) AfterCommit(hook func()) {
	if s.after == nil {
		hook()
		return
	}
	s.after.add(hook)
}

func newHooks() *hooks { return &hooks{counts: newTally()} }

func (h *hooks) add(hook func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, hook)
}

func (h *hooks) count(p *Post, change int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts.add(p, change)
}

func (h *hooks) send(rows []*OutboxRow) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.outbox = append(h.outbox, rows...)
}

// take adds what a transaction within this one leaves for its end.
func (h *hooks) take(inner *hooks) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.outbox = append(h.outbox, inner.outbox...)
	h.list = append(h.list, inner.list...)
	h.counts.take(inner.counts)
}

// finish writes what was left for the end of a transaction.
func (s *Store) finish(ctx context.Context) error {
	for rows := range slices.Chunk(s.after.outbox, outboxTogether) {
		if err := s.insert(ctx, &rows); err != nil {
			return fmt.Errorf("store %d rows of the outbox: %w", len(rows), err)
		}
	}
	return s.count(ctx, s.after.counts)
}

// wrap turns driver errors into those that callers tell apart.
func wrap(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w", ErrNotFound)
	case isUnique(err):
		if errors.Is(err, ErrConflict) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrConflict, err)
	case errors.Is(err, ErrUnavailable), errors.Is(err, ErrFull):
		return err // from a query of the same transaction
	}
	if why := outage(err); why != nil {
		return fmt.Errorf("%w: %w", why, err)
	}
	return err
}

func isUnique(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// insert adds one row and reports a conflict as ErrConflict.
func (s *Store) insert(ctx context.Context, row any) error {
	_, err := s.write.NewInsert().Model(row).Exec(ctx)
	return wrap(err)
}

// insertNew adds one row unless a unique constraint has it already, and says whether it did.
// Unlike insert it leaves a PostgreSQL transaction usable after a conflict.
func (s *Store) insertNew(ctx context.Context, row any) (bool, error) {
	res, err := s.write.NewInsert().Model(row).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return false, wrap(err)
	}
	n, err := res.RowsAffected()
	return n > 0, wrap(err)
}

// one fills row, a pointer to a struct, from the first match of q.
func one(ctx context.Context, q *bun.SelectQuery) error { return wrap(q.Limit(1).Scan(ctx)) }

// exec runs a statement that changes rows and returns how many it changed.
func (s *Store) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := s.write.NewRaw(query, args...).Exec(ctx)
	if err != nil {
		return 0, wrap(err)
	}
	n, err := res.RowsAffected()
	return n, wrap(err)
}

// ignoreNotFound turns ErrNotFound into success, for removals of what is not there.
func ignoreNotFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
