package queue

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// halves are two processes over one database, of which one reaches Redis.
func halves(t *testing.T) (sees, blind *Shared, r *rows, server *miniredis.Miniredis) {
	t.Helper()
	r = newRows(t)
	server = miniredis.RunT(t)
	server.SetTime(r.clock.now())
	open := func(addr string) *Shared {
		client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DialerRetries: 1})
		t.Cleanup(func() { _ = client.Close() })
		q := NewShared(NewRedis(client, "copse.test"), NewDatabase(r.store), r.clock.now, slog.New(slog.DiscardHandler))
		if err := q.Rebuild(t.Context(), func(context.Context, Adder) error { return nil }); err != nil {
			t.Fatal(err)
		}
		return q
	}
	return open(server.Addr()), open("127.0.0.1:1"), r, server
}

func turnsOf(t *testing.T, q Queue, want int) []Turn {
	t.Helper()
	turns, err := q.Claim(t.Context(), 10, 10)
	if err != nil || len(turns) != want {
		t.Fatalf("claimed %v, %v; want %d hosts", turns, err, want)
	}
	return turns
}

func TestShared_oneOwnerWhereOneSeesNoRedis(t *testing.T) {
	t.Parallel()
	sees, blind, r, server := halves(t)
	list := one("a.test", 1)
	r.put(list)
	if err := sees.Enqueue(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	mine := turnsOf(t, sees, 1)[0]
	turnsOf(t, blind, 0) // it is worked on
	if err := sees.Release(t.Context(), mine.Lease, Settled{}, 0); err != nil {
		t.Fatal(err)
	}
	if err := sees.Close(t.Context()); err != nil { // gives the lease in the database back at once
		t.Fatal(err)
	}
	other := turnsOf(t, blind, 1)[0]
	turnsOf(t, sees, 0) // Redis lends it, the database does not
	if err := blind.Release(t.Context(), other.Lease, Settled{}, 0); err != nil {
		t.Fatal(err)
	}
	server.SetTime(r.clock.now().Add(time.Second))
	turnsOf(t, sees, 1)
}

func TestShared_takesOverFromTheKilled(t *testing.T) {
	t.Parallel()
	_, one, r, _ := halves(t)
	two := NewDatabase(r.store)
	r.put([]Entry{{Host: "a.test", ID: 1}})
	turn := turnsOf(t, one, 1)[0]
	r.pass(LeaseTime - time.Second)
	turnsOf(t, two, 0)
	r.pass(2 * time.Second)
	turnsOf(t, two, 1)
	if _, err := one.Step(t.Context(), turn.Lease, Settled{}, 1); !errors.Is(err, ErrFenced) {
		t.Errorf("step of the old owner: %v, want ErrFenced", err)
	}
}

// What was written while Redis was away is told to it at its return, though it lost nothing.
func TestShared_returnIsARebuild(t *testing.T) {
	t.Parallel()
	sees, _, r, server := halves(t)
	server.SetError("LOADING")
	if err := sees.Enqueue(t.Context(), one("a.test", 1)); err != nil {
		t.Errorf("enqueue without Redis: %v, want it to be no fault", err)
	}
	if !sees.Away() {
		t.Error("Redis does not count as away")
	}
	server.SetError("")
	turnsOf(t, sees, 0) // not asked again yet, and the database has nothing
	r.pass(2 * time.Second)
	if _, err := sees.Claim(t.Context(), 1, 1); !errors.Is(err, ErrRebuild) {
		t.Fatalf("at its return: %v, want ErrRebuild", err)
	}
	err := sees.Rebuild(t.Context(), func(ctx context.Context, add Adder) error { return add(ctx, one("a.test", 1)) })
	if err != nil {
		t.Fatal(err)
	}
	turnsOf(t, sees, 1)
}

func TestDial(t *testing.T) {
	t.Parallel()
	for address, cluster := range map[string]bool{
		"redis://one:6379/0": false, "rediss://:secret@one:6379": false,
		"redis-cluster://one:6379?addr=two:6379": true, "rediss-cluster://:secret@one:6379": true,
	} {
		client, err := Dial(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if _, is := client.(*redis.ClusterClient); is != cluster {
			t.Errorf("%s gives a %T", address, client)
		}
		_ = client.Close()
	}
	for _, address := range []string{"redis://:swordfish@host:port/0", "redis-cluster://:swordfish@host:6379?none=1", "http://one"} {
		if _, err := Dial(address); !errors.Is(err, ErrAddress) || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("%s: %v, want ErrAddress", address, err)
		}
	}
}

// A server that hangs costs its caller a moment once, not with each call.
func TestGuard_failsAtOnceAfterASilence(t *testing.T) {
	t.Parallel()
	c := newClock()
	g := newGuard(c.now)
	asked := 0
	var answer error = &net.OpError{Op: "read", Err: context.DeadlineExceeded}
	call := g.ProcessHook(func(context.Context, redis.Cmder) error { asked++; return answer })
	cmd := redis.NewCmd(t.Context(), "ping")
	for range 5 {
		if err := call(t.Context(), cmd); err == nil {
			t.Error("no error without an answer")
		}
	}
	many := g.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { asked++; return answer })
	if err := many(t.Context(), []redis.Cmder{cmd}); !errors.Is(err, errAway) {
		t.Errorf("pipeline: %v, want it to fail at once", err)
	}
	if asked != 1 {
		t.Errorf("asked %d times within the pause, want once", asked)
	}
	c.pass(guardTime)
	answer = redis.Nil // an answer
	for range 3 {
		_ = call(t.Context(), cmd)
	}
	if asked != 4 {
		t.Errorf("asked %d times in all, want each time once it answers", asked)
	}
}
