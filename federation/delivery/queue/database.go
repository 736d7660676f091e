package queue

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/copse-social/copse/db"
)

// hostLease is the prefix of leases on hosts.
const hostLease = "host/"

// Database is the queue without a queue: turns are read from the deliveries themselves, owners are
// leases beside them. It holds nothing that could be lost, serves any number of processes, and
// costs several queries for each host; it stands in while Redis is away. What its callers settle
// must be written before they say so, as Deliverer does.
type Database struct {
	store *db.Store
	me    string // names this process in its leases

	mu    sync.Mutex
	after string // the host that had its turn last
}

// NewDatabase makes a queue over the deliveries of store.
func NewDatabase(store *db.Store) *Database { return &Database{store: store, me: rand.Text()} }

var _ Queue = (*Database)(nil)

// Enqueue implements Queue: what is stored is queued.
func (q *Database) Enqueue(context.Context, []Entry) error { return nil }

// Rebuild implements Queue: there is nothing to fill.
func (q *Database) Rebuild(context.Context, func(context.Context, Adder) error) error { return nil }

// Forget implements Queue: what is ended is forgotten.
func (q *Database) Forget(context.Context, string) error { return nil }

// Close implements Queue.
func (q *Database) Close(context.Context) error { return nil }

// Claim implements Queue. Hosts take turns by name, so that none starves when there is more to do
// than is asked for.
func (q *Database) Claim(ctx context.Context, n, peek int) ([]Turn, error) {
	q.mu.Lock()
	after := q.after
	q.mu.Unlock()
	hosts, err := q.store.FreeHosts(ctx, hostLease, after, n)
	if err == nil && len(hosts) < n && after != "" {
		var more []string
		more, err = q.store.FreeHosts(ctx, hostLease, "", n-len(hosts))
		hosts = append(hosts, more...)
	}
	if err != nil {
		return nil, fmt.Errorf("list hosts with deliveries: %w", err)
	}
	if len(hosts) == 0 {
		return nil, nil
	}
	q.mu.Lock()
	q.after = hosts[len(hosts)-1]
	q.mu.Unlock()
	leases, err := q.take(ctx, hosts)
	if err != nil {
		return nil, err
	}
	var turns []Turn
	for _, l := range leases {
		b, err := q.batch(ctx, l, peek)
		if err != nil {
			return nil, err
		}
		if len(b.IDs) > 0 {
			turns = append(turns, Turn{Lease: l, Batch: b})
		}
	}
	return turns, nil
}

// take leases the hosts among these that nobody works on.
func (q *Database) take(ctx context.Context, hosts []string) ([]Lease, error) {
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = hostLease + h
	}
	got, err := q.store.TakeLeases(ctx, names, q.me, LeaseTime)
	if err != nil {
		return nil, fmt.Errorf("lease hosts: %w", err)
	}
	leases := make([]Lease, len(got))
	for i, l := range got {
		leases[i] = Lease{Host: l.Name[len(hostLease):], Token: strconv.FormatInt(l.Token, 36)}
	}
	return leases, nil
}

// row is a lease as the database keeps it; a token that is none fits nothing.
func (q *Database) row(l Lease) db.Lease {
	token, err := strconv.ParseInt(l.Token, 36, 64)
	if err != nil {
		token = 0
	}
	return db.Lease{Name: hostLease + l.Host, Token: token}
}

// keep renews a lease.
func (q *Database) keep(ctx context.Context, l Lease) error {
	held, err := q.store.KeepLease(ctx, q.row(l), LeaseTime)
	if err != nil {
		return fmt.Errorf("keep lease on %s: %w", l.Host, err)
	}
	if !held {
		return fmt.Errorf("keep lease on %s: %w", l.Host, ErrFenced)
	}
	return nil
}

// Step implements Queue.
func (q *Database) Step(ctx context.Context, l Lease, _ Settled, peek int) (Batch, error) {
	if err := q.keep(ctx, l); err != nil {
		return Batch{}, err
	}
	return q.batch(ctx, l, peek)
}

// batch reads what comes next; where nothing does, the lease ends.
func (q *Database) batch(ctx context.Context, l Lease, peek int) (Batch, error) {
	next, err := q.store.NextDeliveriesTo(ctx, l.Host, peek)
	if err != nil {
		return Batch{}, fmt.Errorf("list deliveries to %s: %w", l.Host, err)
	}
	b := Batch{Late: next.AllLate}
	most := lateShare(peek)
	if len(next.Normal)+len(next.Bulk) == 0 {
		most = peek
	}
	for _, part := range [][]int64{next.Late[:min(most, len(next.Late))], next.Normal, next.Bulk} {
		b.IDs = append(b.IDs, part[:min(peek-len(b.IDs), len(part))]...)
	}
	if len(b.IDs) > 0 {
		return b, nil
	}
	if err := q.store.DropLeases(ctx, []db.Lease{q.row(l)}); err != nil {
		return b, fmt.Errorf("end lease on %s: %w", l.Host, err)
	}
	return b, nil
}

// Release implements Queue.
func (q *Database) Release(ctx context.Context, l Lease, _ Settled, wait time.Duration) error {
	row := q.row(l)
	held, err := q.store.HoldsLease(ctx, row)
	switch {
	case err == nil && !held:
		err = ErrFenced
	case err == nil && wait > 0:
		err = q.store.RestLease(ctx, row, wait)
	case err == nil:
		err = q.store.DropLeases(ctx, []db.Lease{row})
	}
	if err != nil {
		return fmt.Errorf("release %s: %w", l.Host, err)
	}
	return nil
}

// Wake implements Queue.
func (q *Database) Wake(ctx context.Context, hosts []string) error {
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = hostLease + h
	}
	if err := q.store.WakeLeases(ctx, names); err != nil {
		return fmt.Errorf("wake hosts: %w", err)
	}
	return nil
}
