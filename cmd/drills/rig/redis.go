package rig

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// RedisServer is a redis-server that keeps nothing on disk.
type RedisServer struct {
	URL string
	// Client talks to it beside the instance.
	Client *redis.Client

	dir   string
	port  int
	extra []string // of its environment
	cmd   *exec.Cmd
}

// newRedis chooses a place for the server; Start starts it.
func newRedis(dir string) (*RedisServer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &RedisServer{dir: dir, port: port, URL: "redis://127.0.0.1:" + strconv.Itoa(port) + "/0"}
	s.Client = redis.NewClient(&redis.Options{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), MaxRetries: -1})
	return s, nil
}

// Start starts the server, empty, and waits until it answers.
func (s *RedisServer) Start(ctx context.Context) error {
	s.cmd = exec.Command("redis-server", "--port", strconv.Itoa(s.port), "--bind", "127.0.0.1",
		"--save", "", "--appendonly", "no", "--dir", s.dir, "--logfile", s.dir+"/redis.log")
	s.cmd.Env = append(os.Environ(), s.extra...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start redis-server: %w", err)
	}
	_, err := Until(ctx, time.Minute, "redis-server answers", func() bool { return s.Client.Ping(ctx).Err() == nil })
	return err
}

// Kill ends it without notice; all that it held is gone.
func (s *RedisServer) Kill() {
	if s.cmd != nil && s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Signal(syscall.SIGCONT)
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}

// Freeze stops the process without ending it: connections stay open and nobody answers.
func (s *RedisServer) Freeze() error { return s.cmd.Process.Signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (s *RedisServer) Thaw() error { return s.cmd.Process.Signal(syscall.SIGCONT) }

// Flush forgets everything.
func (s *RedisServer) Flush(ctx context.Context) error { return s.Client.FlushAll(ctx).Err() }

// ExpireLeases lets every lease on a host run out now, as half a minute without its owner would.
func (s *RedisServer) ExpireLeases(ctx context.Context) error {
	keys, err := s.Client.Keys(ctx, "copse:{*}:held").Result()
	if err != nil {
		return fmt.Errorf("list leases: %w", err)
	}
	for _, key := range keys {
		hosts, err := s.Client.ZRange(ctx, key, 0, -1).Result()
		if err != nil {
			return fmt.Errorf("list leases: %w", err)
		}
		for _, host := range hosts { // XX: one that was given back meanwhile stays so
			if err := s.Client.ZAddXX(ctx, key, redis.Z{Score: 1, Member: host}).Err(); err != nil {
				return fmt.Errorf("end the lease of %s: %w", host, err)
			}
		}
	}
	return nil
}

// Queued is how many deliveries the queue of some hosts holds, and whether every shard of the queue
// counts as filled.
func (s *RedisServer) Queued(ctx context.Context, hosts []string) (n int64, filled bool, err error) {
	metas, err := s.Client.Keys(ctx, "copse:{*}:meta").Result()
	if err != nil {
		return 0, false, err
	}
	pipe := s.Client.Pipeline()
	var generations []*redis.BoolCmd
	var counts []*redis.IntCmd
	for _, meta := range metas {
		generations = append(generations, pipe.HExists(ctx, meta, "gen"))
		for _, host := range hosts {
			base := meta[:len(meta)-len("meta")]
			counts = append(counts, pipe.ZCard(ctx, base+"q:"+host), pipe.ZCard(ctx, base+"late:"+host))
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, false, err
	}
	filled = len(metas) > 0
	for _, g := range generations {
		filled = filled && g.Val()
	}
	for _, c := range counts {
		n += c.Val()
	}
	return n, filled, nil
}
