package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/copse-social/copse/db"
)

// Shared is the queue of several processes: Redis while it answers, the database while it does not.
// Whichever says whose turn it is, the owner of a host also has its lease in the database, so that
// a host has one owner even where one process reaches Redis and another does not.
type Shared struct {
	redis  *Redis
	direct *Database
	now    func() time.Time
	log    *slog.Logger

	mu     sync.Mutex
	away   bool          // Redis did not answer
	again  time.Time     // when it is asked again
	pause  time.Duration // between questions, growing
	stale  bool          // Redis was away and must be told what it missed
	taken  map[string]time.Time
	ending []db.Lease // given up, to be ended with the next claim
}

// NewShared makes a queue of redis with direct behind it.
func NewShared(redis *Redis, direct *Database, now func() time.Time, log *slog.Logger) *Shared {
	return &Shared{redis: redis, direct: direct, now: now, log: log, taken: make(map[string]time.Time)}
}

var _ Queue = (*Shared)(nil)

const (
	firstPause = time.Second
	lastPause  = 5 * time.Second
	// keepAfter is how old a lease in the database gets before a step renews it; most visits are shorter.
	keepAfter = 3 * time.Second
	// heldWait is how long a host is left to the process that has its lease.
	heldWait = 300 * time.Millisecond
)

// up says whether Redis is to be asked; after a while away it is tried out. Having been away it must
// be rebuilt before it is believed.
func (q *Shared) up(ctx context.Context) (bool, error) {
	q.mu.Lock()
	away, due := q.away, !q.now().Before(q.again)
	if away && due {
		q.again = q.now().Add(lastPause) // one asks, the others go on
	}
	stale := q.stale
	q.mu.Unlock()
	if away && !due {
		return false, nil
	}
	if away {
		if err := q.redis.client.Ping(ctx).Err(); err != nil {
			q.failed(ctx, err)
			return false, nil
		}
		q.mu.Lock()
		q.away, q.pause, stale = false, 0, true
		q.mu.Unlock()
		q.log.InfoContext(ctx, "redis answers again")
	}
	if stale {
		return true, fmt.Errorf("redis was away: %w", ErrRebuild)
	}
	return true, nil
}

// failed says whether err means that Redis is away, and remembers it.
func (q *Shared) failed(ctx context.Context, err error) bool {
	if err == nil || errors.Is(err, ErrRebuild) || errors.Is(err, ErrFenced) || ctx.Err() != nil {
		return false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.away {
		q.log.WarnContext(ctx, "redis is away: deliveries are claimed from the database", slog.Any("err", err))
	}
	q.pause = min(lastPause, max(firstPause, 2*q.pause))
	q.away, q.stale, q.again = true, true, q.now().Add(q.pause)
	return true
}

// Away says whether Redis did not answer last.
func (q *Shared) Away() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.away
}

// Enqueue implements Queue. What Redis does not take is in the database and found there.
func (q *Shared) Enqueue(ctx context.Context, list []Entry) error {
	up, err := q.up(ctx)
	if err != nil || !up {
		return err
	}
	if err := q.redis.Enqueue(ctx, list); !q.failed(ctx, err) {
		return err
	}
	return nil
}

// Claim implements Queue.
func (q *Shared) Claim(ctx context.Context, n, peek int) ([]Turn, error) {
	if err := q.end(ctx); err != nil {
		return nil, err
	}
	up, err := q.up(ctx)
	if err != nil {
		return nil, err
	}
	if up {
		turns, err := q.redis.Claim(ctx, n, peek)
		if err == nil {
			return q.own(ctx, turns)
		}
		if !q.failed(ctx, err) {
			return nil, err
		}
	}
	turns, err := q.direct.Claim(ctx, n, peek)
	for i := range turns {
		turns[i].Lease.Token = directToken + turns[i].Lease.Token
	}
	return turns, err
}

// Tokens name the lease in Redis, if any, and the one in the database.
const (
	tokenBreak  = "/"
	directToken = tokenBreak
)

func parts(l Lease) (inRedis, inDB Lease) {
	a, b, _ := strings.Cut(l.Token, tokenBreak)
	return Lease{Host: l.Host, Token: a}, Lease{Host: l.Host, Token: b}
}

// own takes the leases in the database for what Redis lent, and gives back what another process has.
func (q *Shared) own(ctx context.Context, turns []Turn) ([]Turn, error) {
	if len(turns) == 0 {
		return nil, nil
	}
	hosts := make([]string, len(turns))
	for i, t := range turns {
		hosts[i] = t.Lease.Host
	}
	leases, err := q.direct.take(ctx, hosts)
	tokens := make(map[string]string, len(leases))
	for _, l := range leases {
		tokens[l.Host] = l.Token
	}
	now := q.now()
	out := turns[:0]
	for _, t := range turns {
		token, mine := tokens[t.Lease.Host]
		if !mine {
			err = errors.Join(err, lost(q.redis.Release(ctx, t.Lease, Settled{}, heldWait)))
			continue
		}
		t.Lease.Token += tokenBreak + token
		out = append(out, t)
	}
	q.mu.Lock()
	for _, t := range out {
		q.taken[t.Lease.Token] = now
	}
	q.mu.Unlock()
	if len(out) == 0 {
		return nil, err
	}
	if err != nil {
		q.log.WarnContext(ctx, "lease hosts", slog.Any("err", err))
	}
	return out, nil
}

// lost forgives the loss of a lease that was to be given back anyway.
func lost(err error) error {
	if errors.Is(err, ErrFenced) || errors.Is(err, ErrRebuild) {
		return nil
	}
	return err
}

// Step implements Queue. A visit that Redis began ends when Redis is away; the host is claimed from
// the database next.
func (q *Shared) Step(ctx context.Context, l Lease, s Settled, peek int) (Batch, error) {
	inRedis, inDB := parts(l)
	if inRedis.Token == "" {
		return q.direct.Step(ctx, inDB, s, peek)
	}
	if q.Away() {
		return Batch{}, fmt.Errorf("redis is away: %w", ErrFenced)
	}
	if err := q.keep(ctx, l, inDB); err != nil {
		return Batch{}, err
	}
	b, err := q.redis.Step(ctx, inRedis, s, peek)
	if q.failed(ctx, err) {
		return b, fmt.Errorf("redis is away: %w", ErrFenced)
	}
	if err != nil || len(b.IDs) == 0 { // the visit is over
		q.giveUp(l, inDB)
	}
	return b, err
}

func (q *Shared) keep(ctx context.Context, l, inDB Lease) error {
	now := q.now()
	q.mu.Lock()
	since, known := q.taken[l.Token]
	q.mu.Unlock()
	if known && now.Sub(since) < keepAfter {
		return nil
	}
	if err := q.direct.keep(ctx, inDB); err != nil {
		return err
	}
	q.mu.Lock()
	q.taken[l.Token] = now
	q.mu.Unlock()
	return nil
}

// giveUp lets the lease in the database end with the next claim.
func (q *Shared) giveUp(l, inDB Lease) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.taken, l.Token)
	q.ending = append(q.ending, q.direct.row(inDB))
}

func (q *Shared) end(ctx context.Context) error {
	q.mu.Lock()
	list := slices.Clone(q.ending)
	q.ending = q.ending[:0]
	q.mu.Unlock()
	if err := q.direct.store.DropLeases(ctx, list); err != nil {
		return fmt.Errorf("end leases: %w", err) // they end by themselves
	}
	return nil
}

// Release implements Queue.
func (q *Shared) Release(ctx context.Context, l Lease, s Settled, wait time.Duration) error {
	inRedis, inDB := parts(l)
	if inRedis.Token == "" {
		return q.direct.Release(ctx, inDB, s, wait)
	}
	q.giveUp(l, inDB)
	if q.Away() {
		return nil
	}
	if err := q.redis.Release(ctx, inRedis, s, wait); !q.failed(ctx, err) {
		return err
	}
	return nil
}

// Wake implements Queue.
func (q *Shared) Wake(ctx context.Context, hosts []string) error {
	if err := q.direct.Wake(ctx, hosts); err != nil {
		return err
	}
	up, err := q.up(ctx)
	if err != nil || !up {
		return err
	}
	if err := q.redis.Wake(ctx, hosts); !q.failed(ctx, err) {
		return err
	}
	return nil
}

// Forget implements Queue.
func (q *Shared) Forget(ctx context.Context, host string) error {
	if q.Away() {
		return nil
	}
	if err := q.redis.Forget(ctx, host); !q.failed(ctx, err) {
		return err
	}
	return nil
}

// Rebuild implements Queue. While Redis is away there is nothing to fill; it is done at its return.
func (q *Shared) Rebuild(ctx context.Context, fill func(ctx context.Context, add Adder) error) error {
	if up, _ := q.up(ctx); !up {
		return nil
	}
	var unread error // what the database did not give is no fault of Redis
	err := q.redis.Rebuild(ctx, func(ctx context.Context, add Adder) error {
		var unfit error
		err := fill(ctx, func(ctx context.Context, list []Entry) error {
			unfit = add(ctx, list)
			return unfit
		})
		if err != nil && unfit == nil {
			unread = err
		}
		return err
	})
	if unread == nil && q.failed(ctx, err) {
		return nil
	}
	if err == nil {
		q.mu.Lock()
		q.stale = false
		q.mu.Unlock()
	}
	return err
}

// Close implements Queue.
func (q *Shared) Close(ctx context.Context) error { return q.end(ctx) }
