// Package queue knows which deliveries wait for which host, whose turn it is, and who works on it:
// in memory for one process, in Redis for several, and in the database itself while Redis is away.
//
// It knows ids alone and nothing of activities, requests or answers; the truth is in the database,
// so that any queue may be emptied at any moment. Read next: memory.go for the plain form,
// script for the same in Redis, and the package delivery, which does the work.
package queue

import (
	"context"
	"errors"
	"time"
)

// What a queue answers when it can't do what is asked; nothing is lost in either case.
var (
	// ErrRebuild: the queue was emptied, or never filled. Fill it from the database and go on.
	ErrRebuild = errors.New("queue must be rebuilt")
	// ErrFenced: the lease ran out and somebody else may own the host now.
	ErrFenced = errors.New("lease is no longer valid")
)

// LeaseTime is how long a host stays with its worker without a sign of life. A worker that is
// killed holds its hosts back that long.
const LeaseTime = 30 * time.Second

// Queue knows which deliveries wait for which host, whose turn it is, and who works on it. It holds
// ids alone: the truth is in the database, so any queue may be emptied at any moment. Every host
// has one owner at a time, by a lease; an id leaves only when its owner has settled it.
//
// All times in the interface are durations from now, because each implementation has a clock of
// its own and compares it only with itself. All methods may be repeated without harm.
type Queue interface {
	// Enqueue adds deliveries and lets their hosts have a turn. What is known already stays.
	Enqueue(ctx context.Context, list []Entry) error
	// Claim lends up to n hosts whose turn has come, with up to peek deliveries each.
	Claim(ctx context.Context, n, peek int) ([]Turn, error)
	// Step takes out what was settled, renews the lease and shows what is next. When nothing is,
	// the lease has ended.
	Step(ctx context.Context, l Lease, s Settled, peek int) (Batch, error)
	// Release takes out what was settled and ends the lease; the host gets no turn before wait
	// has passed.
	Release(ctx context.Context, l Lease, s Settled, wait time.Duration) error
	// Wake ends the wait of hosts that were released with one.
	Wake(ctx context.Context, hosts []string) error
	// Forget drops all that waits for a host.
	Forget(ctx context.Context, host string) error
	// Rebuild fills the queue: fill calls add with everything that waits. Until it is through,
	// an emptied queue answers ErrRebuild to everybody.
	Rebuild(ctx context.Context, fill func(ctx context.Context, add Adder) error) error
	// Close gives back at once what would otherwise come back with the end of its lease. All visits
	// must be over.
	Close(ctx context.Context) error
}

// Adder takes entries during a rebuild.
type Adder func(ctx context.Context, list []Entry) error

// Entry is one delivery on its way into the queue. Within a host and class lower ids come first.
type Entry struct {
	Host string
	ID   int64
	Bulk bool
	// Wait puts the delivery into the late line, where it passes nobody and holds nobody up.
	Wait time.Duration
	// Rest is how long the host gets no turn if the queue has nothing for it yet, so that thousands
	// of hosts that fail need not all be lent and given back after a rebuild. Wake ends it.
	Rest time.Duration
}

// Lease is the right to work on a host. The token fences off owners whose lease ran out.
type Lease struct {
	Host  string
	Token string
}

// Turn is a host lent to a worker and its first deliveries.
type Turn struct {
	Lease Lease
	Batch Batch
}

// Batch is what comes next for a host: late deliveries whose time has come, then normal, then bulk.
type Batch struct {
	IDs []int64
	// Late counts all deliveries in the late line, due or not.
	Late int
}

// Settled is what a worker has done about the deliveries it was shown. What it doesn't name is
// shown again.
type Settled struct {
	Done []int64 // ended, whatever the result
	Late []Delay // moved to the late line
}

// Delay is a delivery that waits on its own account.
type Delay struct {
	ID   int64
	Wait time.Duration
}

// lateShare bounds the part of a batch that late deliveries may take while others wait.
func lateShare(peek int) int { return max(1, peek/4) }
