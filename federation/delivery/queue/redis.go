package queue

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// Scripts are the whole protocol with Redis: each is one atomic step, names all its keys, reads the
// clock of Redis and nothing else, and may be repeated without harm.
var (
	//go:embed script/enqueue.lua
	enqueueLua string
	//go:embed script/claim.lua
	claimLua string
	//go:embed script/step.lua
	stepLua string
	//go:embed script/wake.lua
	wakeLua string
	//go:embed script/forget.lua
	forgetLua string
	//go:embed script/build.lua
	buildLua string
)

// shards is fixed: it is part of the key names. Each shard lies on one node of a cluster.
const shards = 16

// Redis is the queue that several processes share. Redis may lose all of it at any moment.
type Redis struct {
	client redis.UniversalClient
	name   string
	me     string // names this process while it rebuilds
	turn   atomic.Uint32

	enqueue, claim, step, wake, forget, build *redis.Script
}

// NewRedis makes a queue in the database of client. Name is the host name of the instance, so that
// two instances may share a Redis.
func NewRedis(client redis.UniversalClient, name string) *Redis {
	return &Redis{
		client: client, name: name, me: rand.Text(),
		enqueue: redis.NewScript(enqueueLua), claim: redis.NewScript(claimLua), step: redis.NewScript(stepLua),
		wake: redis.NewScript(wakeLua), forget: redis.NewScript(forgetLua), build: redis.NewScript(buildLua),
	}
}

var _ Queue = (*Redis)(nil)

// key names a key of a shard. The part in braces decides the cluster node.
func (q *Redis) key(shard int, rest string) string {
	return fmt.Sprintf("copse:{%s/%02d}:%s", q.name, shard, rest)
}

func (q *Redis) hostKeys(shard int, host string) []string {
	return []string{q.key(shard, "q:"+host), q.key(shard, "bulk:"+host), q.key(shard, "late:"+host)}
}

func shardOf(host string) int { return int(crc32.ChecksumIEEE([]byte(host)) % shards) }

// member writes an id with leading zeros, so that members of one score lie in order of their ids:
// a score is a float and cannot hold an id.
func member(id int64) string { return fmt.Sprintf("%019d", id) }

// Enqueue implements Queue.
func (q *Redis) Enqueue(ctx context.Context, list []Entry) error {
	return q.add(ctx, list, "", func(int) bool { return true })
}

// batchEntries bounds what one script call adds.
const batchEntries = 1000

func (q *Redis) add(ctx context.Context, list []Entry, builder string, mine func(shard int) bool) error {
	var byShard [shards][]Entry
	for _, e := range list {
		if s := shardOf(e.Host); mine(s) {
			byShard[s] = append(byShard[s], e)
		}
	}
	for shard, entries := range byShard {
		for part := range slices.Chunk(entries, batchEntries) {
			if err := q.addTo(ctx, shard, part, builder); err != nil {
				return err
			}
		}
	}
	return nil
}

func (q *Redis) addTo(ctx context.Context, shard int, list []Entry, builder string) error {
	byHost := make(map[string][]Entry)
	for _, e := range list {
		byHost[e.Host] = append(byHost[e.Host], e)
	}
	keys := []string{q.key(shard, "meta"), q.key(shard, "due"), q.key(shard, "held"), q.key(shard, "back")}
	args := []any{builder}
	for host, entries := range byHost {
		keys = append(keys, q.hostKeys(shard, host)...)
		args = append(args, host, restOf(entries).Milliseconds(), len(entries))
		for _, e := range entries {
			class := "0"
			if e.Bulk {
				class = "1"
			}
			args = append(args, class, member(e.ID), max(e.Wait, 0).Milliseconds())
		}
	}
	if err := q.enqueue.Run(ctx, q.client, keys, args...).Err(); err != nil {
		return fmt.Errorf("enqueue: %w", queueError(err))
	}
	return nil
}

// restOf is how long a host is to be left alone, by what is added for it.
func restOf(list []Entry) time.Duration {
	var rest time.Duration
	for _, e := range list {
		rest = max(rest, e.Rest)
	}
	return rest
}

// Claim implements Queue. Shards take turns at being asked first, so that none starves when there
// is more to do than is asked for.
func (q *Redis) Claim(ctx context.Context, n, peek int) ([]Turn, error) {
	var leases []Lease
	first := int(q.turn.Add(1) % shards)
	for i := range shards {
		if len(leases) >= n {
			break
		}
		more, err := q.claimFrom(ctx, (first+i)%shards, n-len(leases))
		if err != nil && len(leases) > 0 {
			break // it is met again by the next claim; what is lent already must not lie idle
		}
		if err != nil {
			return nil, err
		}
		leases = append(leases, more...)
	}
	return q.firstBatches(ctx, leases, peek)
}

func (q *Redis) claimFrom(ctx context.Context, shard, n int) ([]Lease, error) {
	keys := []string{q.key(shard, "meta"), q.key(shard, "due"), q.key(shard, "held"), q.key(shard, "tok"), q.key(shard, "back")}
	got, err := q.claim.Run(ctx, q.client, keys, n, LeaseTime.Milliseconds()).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("claim: %w", queueError(err))
	}
	var leases []Lease
	for pair := range slices.Chunk(got, 2) {
		leases = append(leases, Lease{Host: pair[0], Token: pair[1]})
	}
	return leases, nil
}

// firstBatches looks at what waits for freshly lent hosts, in one round trip.
func (q *Redis) firstBatches(ctx context.Context, leases []Lease, peek int) ([]Turn, error) {
	if len(leases) == 0 {
		return nil, nil
	}
	answers := make([]*redis.Cmd, len(leases))
	_, err := q.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, l := range leases {
			keys, args := q.stepCall(l, Settled{}, peek, "")
			answers[i] = q.step.EvalSha(ctx, p, keys, args...)
		}
		return nil
	})
	if err != nil && !scriptAnswer(err) {
		return nil, fmt.Errorf("look at claimed hosts: %w", queueError(err))
	}
	var turns []Turn
	var refused error
	for i, l := range leases {
		b, err := readBatch(answers[i])
		if redis.HasErrorPrefix(err, "NOSCRIPT") {
			b, err = q.Step(ctx, l, Settled{}, peek)
		}
		if err != nil {
			refused = queueError(err)
		} else if len(b.IDs) > 0 {
			turns = append(turns, Turn{Lease: l, Batch: b})
		}
	}
	if len(turns) > 0 {
		return turns, nil
	}
	return nil, refused
}

// scriptAnswer says that an error concerns one call of several, and not the way to Redis.
func scriptAnswer(err error) bool {
	err = queueError(err)
	return errors.Is(err, ErrRebuild) || errors.Is(err, ErrFenced) || redis.HasErrorPrefix(err, "NOSCRIPT")
}

// Step implements Queue.
func (q *Redis) Step(ctx context.Context, l Lease, s Settled, peek int) (Batch, error) {
	keys, args := q.stepCall(l, s, peek, "")
	b, err := readBatch(q.step.Run(ctx, q.client, keys, args...))
	if err != nil {
		return Batch{}, fmt.Errorf("step %s: %w", l.Host, queueError(err))
	}
	return b, nil
}

// Release implements Queue.
func (q *Redis) Release(ctx context.Context, l Lease, s Settled, wait time.Duration) error {
	keys, args := q.stepCall(l, s, 0, strconv.FormatInt(max(wait, 0).Milliseconds(), 10))
	if err := q.step.Run(ctx, q.client, keys, args...).Err(); err != nil {
		return fmt.Errorf("release %s: %w", l.Host, queueError(err))
	}
	return nil
}

func (q *Redis) stepCall(l Lease, s Settled, peek int, wait string) ([]string, []any) {
	shard := shardOf(l.Host)
	keys := append([]string{
		q.key(shard, "meta"), q.key(shard, "due"), q.key(shard, "held"), q.key(shard, "tok"), q.key(shard, "back"),
	}, q.hostKeys(shard, l.Host)...)
	args := []any{l.Host, l.Token, peek, lateShare(peek), LeaseTime.Milliseconds(), wait, len(s.Done)}
	for _, id := range s.Done {
		args = append(args, member(id))
	}
	for _, d := range s.Late {
		args = append(args, member(d.ID), max(d.Wait, 0).Milliseconds())
	}
	return keys, args
}

func readBatch(cmd *redis.Cmd) (Batch, error) {
	list, err := cmd.Slice()
	if err != nil {
		return Batch{}, err
	}
	var b Batch
	for i, v := range list {
		switch v := v.(type) {
		case int64:
			b.Late = int(v)
		case string:
			id, err := strconv.ParseInt(strings.TrimLeft(v, "0"), 10, 64)
			if err != nil {
				return Batch{}, fmt.Errorf("read queued id %d: %w", i, err)
			}
			b.IDs = append(b.IDs, id)
		}
	}
	return b, nil
}

// Wake implements Queue.
func (q *Redis) Wake(ctx context.Context, hosts []string) error {
	var byShard [shards][]any
	for _, h := range hosts {
		s := shardOf(h)
		byShard[s] = append(byShard[s], h)
	}
	for shard, list := range byShard {
		if len(list) == 0 {
			continue
		}
		keys := []string{q.key(shard, "due"), q.key(shard, "back")}
		if err := q.wake.Run(ctx, q.client, keys, list...).Err(); err != nil {
			return fmt.Errorf("wake hosts: %w", queueError(err))
		}
	}
	return nil
}

// Forget implements Queue.
func (q *Redis) Forget(ctx context.Context, host string) error {
	shard := shardOf(host)
	keys := append([]string{q.key(shard, "due"), q.key(shard, "back")}, q.hostKeys(shard, host)...)
	if err := q.forget.Run(ctx, q.client, keys, host).Err(); err != nil {
		return fmt.Errorf("forget %s: %w", host, queueError(err))
	}
	return nil
}

// Rebuild implements Queue. Shards that are in order only take what they lack. An emptied one gets
// its generation at the very end, so that nobody works with half a queue; when it is emptied again
// meanwhile, or another process is at it, the answer is ErrRebuild.
func (q *Redis) Rebuild(ctx context.Context, fill func(ctx context.Context, add Adder) error) error {
	var state [shards]string
	busy := false
	for shard := range shards {
		answer, err := q.build.Run(ctx, q.client, []string{q.key(shard, "meta")}, "begin", q.me).Text()
		if err != nil {
			return fmt.Errorf("begin rebuild: %w", queueError(err))
		}
		state[shard] = answer
		busy = busy || answer == "BUSY"
	}
	err := fill(ctx, func(ctx context.Context, list []Entry) error {
		if err := q.add(ctx, list, "", func(s int) bool { return state[s] == "FILLED" }); err != nil {
			return err
		}
		return q.add(ctx, list, q.me, func(s int) bool { return state[s] == "BUILD" })
	})
	if err != nil {
		return err
	}
	gen := rand.Text() // leases of the lost queue must fit none of the new one
	for shard := range shards {
		if state[shard] != "BUILD" {
			continue
		}
		if err := q.build.Run(ctx, q.client, []string{q.key(shard, "meta")}, "end", q.me, gen).Err(); err != nil {
			return fmt.Errorf("end rebuild: %w", queueError(err))
		}
	}
	if busy {
		return fmt.Errorf("another process rebuilds: %w", ErrRebuild)
	}
	return nil
}

// Close implements Queue.
func (q *Redis) Close(context.Context) error { return nil }

// queueError turns the answers of the scripts into the errors of the interface.
func queueError(err error) error {
	switch {
	case err == nil || errors.Is(err, ErrRebuild) || errors.Is(err, ErrFenced):
		return err
	case redis.HasErrorPrefix(err, "REBUILD"):
		return ErrRebuild
	case redis.HasErrorPrefix(err, "FENCED"):
		return ErrFenced
	}
	return err
}
