package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
	"github.com/copse-social/copse/federation/delivery/queue"
)

// switched is a Redis that can be killed and started again, empty: a real server where one is
// installed.
type switched struct {
	addr   string
	t      testing.TB
	server *exec.Cmd
	mini   *miniredis.Miniredis
}

func newSwitched(t testing.TB) *switched {
	t.Helper()
	s := &switched{t: t}
	if _, err := exec.LookPath("redis-server"); err != nil {
		s.mini = miniredis.RunT(t)
		s.addr = s.mini.Addr()
		return s
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.start()
	t.Cleanup(s.kill)
	return s
}

func (s *switched) start() {
	s.t.Helper()
	if s.mini != nil {
		if err := s.mini.Restart(); err != nil {
			s.t.Fatal(err)
		}
		return
	}
	_, port, _ := net.SplitHostPort(s.addr)
	s.server = exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", s.t.TempDir(), "--save", "", "--appendonly", "no")
	if err := s.server.Start(); err != nil {
		s.t.Fatal(err)
	}
	for end := time.Now().Add(patience); ; <-time.After(10 * time.Millisecond) {
		c, err := net.Dial("tcp", s.addr)
		if err == nil {
			_ = c.Close()
			return
		}
		if time.Now().After(end) {
			s.t.Fatal("redis-server does not start: ", err)
		}
	}
}

func (s *switched) kill() {
	if s.mini != nil {
		s.mini.FlushAll()
		s.mini.Close()
		return
	}
	_ = s.server.Process.Kill()
	_ = s.server.Wait()
}

// line is the queue of one process that shares this Redis and a database with others.
func (s *switched) line(store *db.Store) queue.Queue {
	s.t.Helper()
	client, err := queue.Dial("redis://" + s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = client.Close() })
	return queue.NewShared(queue.NewRedis(client, "copse.test"), queue.NewDatabase(store), time.Now, slog.New(slog.DiscardHandler))
}

// pair runs two processes over one database and one Redis, the second with connections of its own.
func pair(t testing.TB, s *switched) *house {
	t.Helper()
	where := dbtest.Options(t)
	open := func() *db.Store {
		store, err := db.Open(context.Background(), where)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		return store
	}
	one, two := open(), open()
	h, _ := live(t, func(o *Options) { o.Store, o.Queue = one, s.line(one) })
	other := h.opt
	other.Store, other.Queue = two, s.line(two)
	background(t, New(other))
	return h
}

// F4: Redis is killed, stays away while posts are written, and comes back empty. Everything goes out
// once; posts are written as fast as before.
func TestF4_redisKilledAndBack(t *testing.T) {
	t.Parallel()
	redis := newSwitched(t)
	h := pair(t, redis)
	const hosts, posts = 30, 6
	h.manyFollowers(hosts, hosts)
	h.net.arrived = make(chan *parcel, 100*hosts)
	got, n := make(map[string]int), 0
	burst := func(phase string) {
		start := time.Now()
		for range posts {
			n++
			h.publish("Create", fmt.Sprintf("c%d", n), fmt.Sprintf("o%d", n), h.followers())
			h.Nudge()
		}
		written := time.Since(start)
		for _, p := range h.await(hosts * posts) {
			got[p.host+" "+p.name]++
		}
		t.Logf("%s: %d posts written in %v, all %d deliveries out after %v", phase, posts,
			written.Round(time.Millisecond), hosts*posts, time.Since(start).Round(time.Millisecond))
		h.idle()
	}
	burst("with redis")
	redis.kill()
	burst("without redis")
	burst("still without")
	redis.start()
	burst("redis back")
	within(t, "redis used again", func() bool {
		turns, err := redis.line(h.store).Claim(context.Background(), 1, 1)
		return err == nil && len(turns) == 0 // a queue that was never filled asks to be rebuilt
	})
	for what, n := range got {
		if n != 1 {
			t.Errorf("%s arrived %d times", what, n)
		}
	}
	if len(got) != 4*hosts*posts {
		t.Errorf("%d deliveries arrived, want %d", len(got), 4*hosts*posts)
	}
}

// Without any Redis from the start, workers begin with the database.
func TestRun_startsWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	redis := newSwitched(t)
	redis.kill()
	h := pair(t, redis)
	h.manyFollowers(5, 5)
	h.net.arrived = make(chan *parcel, 100)
	h.publish("Create", "c1", "o1", h.followers())
	h.Nudge()
	h.await(5)
	redis.start()
	h.publish("Create", "c2", "o2", h.followers())
	h.Nudge()
	h.await(5)
}

// within waits until something holds.
func within(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); <-time.After(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}
