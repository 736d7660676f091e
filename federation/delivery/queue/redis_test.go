package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

func TestRedis_oneBuilderAtATime(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	one, two := NewRedis(client, "copse.test"), NewRedis(client, "copse.test")
	err := one.Rebuild(t.Context(), func(ctx context.Context, add Adder) error {
		err := two.Rebuild(ctx, func(context.Context, Adder) error { return nil })
		if !errors.Is(err, ErrRebuild) {
			t.Errorf("second builder: %v, want ErrRebuild", err)
		}
		return add(ctx, []Entry{{Host: "a.test", ID: 1}})
	})
	if err != nil {
		t.Fatal(err)
	}
	turns, err := two.Claim(t.Context(), 5, 5)
	if err != nil || len(turns) != 1 {
		t.Errorf("claimed %v, %v; want a.test", turns, err)
	}
}

func TestRedis_emptiedDuringRebuild(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	q := NewRedis(client, "copse.test")
	err := q.Rebuild(t.Context(), func(ctx context.Context, add Adder) error {
		if err := add(ctx, []Entry{{Host: "a.test", ID: 1}}); err != nil {
			return err
		}
		server.FlushAll()
		return nil
	})
	if !errors.Is(err, ErrRebuild) {
		t.Errorf("rebuild: %v, want ErrRebuild: half of it is lost", err)
	}
	err = q.Rebuild(t.Context(), func(ctx context.Context, add Adder) error { return add(ctx, []Entry{{Host: "a.test", ID: 1}}) })
	if err != nil {
		t.Errorf("second rebuild: %v", err)
	}
}

// All keys of a script call must lie on one node of a cluster.
func TestRedis_keysOfAShardHaveOneTag(t *testing.T) {
	t.Parallel()
	q := NewRedis(nil, "copse.test")
	for _, host := range []string{"a.test", "b{x}.test", "}{.test"} {
		keys, _ := q.stepCall(Lease{Host: host}, Settled{}, 1, "")
		for _, key := range keys {
			open := strings.IndexByte(key, '{')
			tag := key[open+1 : open+1+strings.IndexByte(key[open+1:], '}')]
			if want := fmt.Sprintf("copse.test/%02d", shardOf(host)); tag != want {
				t.Errorf("key %s has tag %s, want %s", key, tag, want)
			}
		}
	}
}

// What was lent before a shard turned out to be empty is given to the caller, or nobody would send to
// those hosts until their leases end.
func TestRedis_claimMeetsEmptiedShard(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	q := NewRedis(client, "copse.test")
	var entries []Entry
	hosts := make(map[string]bool)
	for i := range 100 {
		host := fmt.Sprintf("h%d.test", i)
		hosts[host] = true
		entries = append(entries, Entry{Host: host, ID: int64(i + 1)})
	}
	fill := func(ctx context.Context, add Adder) error { return add(ctx, entries) }
	if err := q.Rebuild(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	const emptied = 7
	server.Del(q.key(emptied, "meta"))
	got := make(map[string]int)
	refused := 0
	for range 40 {
		turns, err := q.Claim(t.Context(), 100, 5)
		if errors.Is(err, ErrRebuild) {
			refused++
			err = q.Rebuild(t.Context(), fill)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, turn := range turns {
			got[turn.Lease.Host]++
		}
	}
	if refused != 1 {
		t.Errorf("claims were told %d times of the empty shard, want once", refused)
	}
	for host := range hosts {
		if got[host] != 1 {
			t.Errorf("%s was lent %d times, want once", host, got[host])
		}
	}
}
